import DataFrames
import LinearAlgebra

/// Evaluates a factor's expression on data.
struct Evaluator {
  let data: any DesignData
  let environment: EvalEnvironment
  /// The stateful transforms of this factor, by the number of their call.
  let transforms: [Int: any StatefulTransform]

  /// The value of `expression`.
  ///
  /// - Throws: ``EvaluationError`` where Python would raise an exception.
  func evaluate(_ expression: Expression) throws -> FormulaValue {
    switch expression {
    case .literal(let value): return value
    case .name(let name): return try lookUp(name)
    case .attribute(let value, let name): return try Attributes.attribute(name, of: evaluate(value))
    case .call(let call): return try evaluate(call)
    case .item(let value, let index): return try Subscripts.item(evaluate(index), of: evaluate(value))
    case .slice(let start, let stop, let step):
      let parts = try [start, stop, step].map { try $0.map(evaluate) ?? FormulaValue.none }
      return .slice(parts[0], parts[1], parts[2])
    case .list(let items): return .list(try items.map(evaluate))
    case .tuple(let items): return .tuple(try items.map(evaluate))
    case .dictionary(let pairs):
      return .dictionary(try pairs.map { (try evaluate($0.key), try evaluate($0.value)) })
    case .unary(let operation, let value): return try Arithmetic.apply(operation, evaluate(value))
    case .not(let value): return .boolean(!(try isTrue(evaluate(value))))
    case .binary(let operation, let left, let right):
      return try Arithmetic.apply(operation, evaluate(left), evaluate(right))
    case .comparison(let first, let rest): return try evaluateComparison(first, rest)
    case .logical(let isAnd, let items): return try evaluateLogical(isAnd, items)
    case .conditional(let condition, let then, let otherwise):
      return try evaluate(isTrue(evaluate(condition)) ? then : otherwise)
    }
  }

  /// The data come first, then the caller's names, then patsy's, then Python's.
  private func lookUp(_ name: String) throws -> FormulaValue {
    if let value = data.value(named: name) ?? environment.values[name] ?? PatsyNames.table[name]
      ?? PythonBuiltins.table[name]
    {
      return value
    }
    throw EvaluationError.name(name)
  }

  private func evaluate(_ call: Expression.Call) throws -> FormulaValue {
    if let transform = transforms[call.site] { return try transform.transform(arguments(of: call)) }
    if call.bareName == "Q", data.value(named: "Q") == nil, environment.values["Q"] == nil {
      return try quoted(arguments(of: call))
    }
    let function = try evaluate(call.function)
    let arguments = try arguments(of: call)
    switch function {
    case .function(let function):
      let result = try function(arguments)
      return function.isElementwise ? result.labelled(like: arguments.positional) : result
    case .transform(let make):
      var transform = make()
      try transform.memorizeChunk(arguments)
      try transform.memorizeFinish()
      return try transform.transform(arguments)
    default: throw EvaluationError.type("'\(function.typeName)' object is not callable")
    }
  }

  /// The arguments' values.
  func arguments(of call: Expression.Call) throws -> FunctionArguments {
    FunctionArguments(
      try call.positional.map(evaluate), keywords: try call.keywords.map { ($0.name, try evaluate($0.value)) }
    )
  }

  /// `Q("name")`: a variable whose name is no Python name.
  private func quoted(_ arguments: FunctionArguments) throws -> FormulaValue {
    let name = try arguments.bound(to: ["name"], in: "Q")["name"] ?? .none
    if case .vector = name { throw EvaluationError.type("unhashable type: '\(name.typeName)'") }
    if case .string(let text) = name {
      guard let value = try? lookUp(text) else { throw EvaluationError.dataName(text) }
      return value
    }
    throw EvaluationError("NameError", "no data named \(name.pythonRepr) found")
  }

  private func evaluateComparison(
    _ first: Expression, _ rest: [(Expression.ComparisonOperator, Expression)]
  ) throws -> FormulaValue {
    var left = try evaluate(first)
    for (position, (operation, expression)) in rest.enumerated() {
      let right = try evaluate(expression)
      let result = try Comparison.apply(operation, left, right)
      let isLast = position == rest.count - 1
      if try isLast || !isTrue(result) { return result }
      left = right
    }
    return left
  }

  private func evaluateLogical(_ isAnd: Bool, _ items: [Expression]) throws -> FormulaValue {
    var value = FormulaValue.none
    for (position, item) in items.enumerated() {
      value = try evaluate(item)
      if position < items.count - 1, try isTrue(value) != isAnd { return value }
    }
    return value
  }

  private func isTrue(_ value: FormulaValue) throws -> Bool { try value.truth() }
}

extension FormulaValue {
  /// Python's `bool(value)`.
  func truth() throws -> Bool {
    switch self {
    case .none: return false
    case .boolean(let value): return value
    case .integer(let value): return value != 0
    case .double(let value): return value != 0
    case .string(let text): return !text.isEmpty
    case .list(let items), .tuple(let items): return !items.isEmpty
    case .dictionary(let pairs): return !pairs.isEmpty
    case .vector(let vector):
      if vector.count == 1, !vector.isSeries, let only = elements?.first { return try only.truth() }
      throw EvaluationError.ambiguousTruth(of: self)
    case .matrix: throw EvaluationError.ambiguousTruth(of: self)
    default: return true
    }
  }

  /// Python's `repr(value)`.
  var pythonRepr: String {
    switch self {
    case .none: "None"
    case .list(let items): "[" + items.map(\.pythonRepr).joined(separator: ", ") + "]"
    case .tuple(let items):
      "(" + items.map(\.pythonRepr).joined(separator: ", ") + (items.count == 1 ? ",)" : ")")
    default: level?.debugDescription ?? "<\(typeName)>"
    }
  }

  /// Python's `str(value)`.
  var pythonText: String { level?.description ?? pythonRepr }
}

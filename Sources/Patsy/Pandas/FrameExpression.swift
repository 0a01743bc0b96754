import DataFrames

extension DataFrame {
  /// The rows for which an expression in pandas' spelling is true.
  ///
  /// ```swift
  /// let rows = try frame.query("18 <= age < 65 and site in ['Oslo', 'Bergen'] and `body mass` > @least", environment: limits)
  /// ```
  /// Names are columns, in backquotes where they are no Python names, and `index`, the row labels; `@name` is a value of the
  /// environment. `and`, `or`, `not`, `in` and chains of comparisons work row by row, and `&` and `|` bind as `and` and `or` do.
  /// - Parameters:
  ///   - expression: the condition.
  ///   - environment: what `@` names.
  /// - Throws: `EvaluationError` or `PatsyError` for an expression that Python would refuse, and for one that has no truth
  ///   value for each row.
  ///
  /// Python: DataFrame.query
  public func query(_ expression: String, environment: EvalEnvironment = .empty) throws -> DataFrame {
    let value = try FrameExpression(expression).evaluated(on: self, environment)
    guard case .vector(let vector) = value, case .boolean(let truths, let missing) = vector.storage,
      truths.count == rowCount
    else {
      throw EvaluationError.value(
        "'\(expression)' is no condition: it has no truth value for each row; eval gives its values")
    }
    return self[Mask(truths.indices.map { truths[$0] && !(missing?[$0] ?? false) })]
  }

  /// The values of an expression in pandas' spelling, as ``query(_:environment:)`` takes it, row by row.
  ///
  /// - Throws: `EvaluationError` or `PatsyError` for an expression that Python would refuse, an assignment among them.
  ///
  /// Python: DataFrame.eval
  public func eval(_ expression: String, environment: EvalEnvironment = .empty) throws -> Column {
    let value = try FrameExpression(expression).evaluated(on: self, environment)
    if case .vector(let vector) = value, vector.count == rowCount {
      return Column(name: "", storage: vector.storage)
    }
    guard let one = value.level else {
      throw EvaluationError.value("'\(expression)' has no value for each row: it is a \(value.typeName)")
    }
    return Column(name: "", storage: one.columnStorage(broadcastTo: rowCount))
  }
}

/// A Python expression as pandas reads it on a data frame.
struct FrameExpression {
  private let expression: Expression
  /// Columns whose names stood in backquotes, by what stands for them.
  private let quoted: [String: String]

  /// - Throws: `SyntaxError`, or ``PatsyError`` for what is no Python.
  init(_ text: String) throws {
    var scanner = Scanner(text)
    let python = try scanner.python()
    if scanner.isAssignment {
      throw EvaluationError.value(
        "'\(text)' assigns: name the column in Swift, as in try frame.assign(\"name\", frame.eval(\"a + b\"))"
      )
    }
    quoted = scanner.quoted
    expression = try Self.rowwise(ExpressionParser.parse(python))
  }

  func evaluated(on frame: DataFrame, _ environment: EvalEnvironment) throws -> FormulaValue {
    var values = Self.functions
    for (name, value) in environment.values {
      values[name] = value
      values[Scanner.localPrefix + name] = value
    }
    let evaluator = Evaluator(
      data: Columns(frame: frame, quoted: quoted), environment: EvalEnvironment(values), transforms: [:])
    do { return try evaluator.evaluate(expression) } catch let error as EvaluationError {
      guard error.message.contains(Scanner.localPrefix) else { throw error }
      throw EvaluationError(
        error.kind, error.message.replacing(Scanner.localPrefix, with: "@") + " in the environment")
    }
  }

  /// What pandas calls by bare names.
  private static let functions: [String: FormulaValue] = {
    let names = [
      "sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh", "tanh", "arcsinh",
      "arccosh",
      "arctanh", "exp", "expm1", "log", "log10", "log1p", "sqrt", "abs", "floor", "ceil",
    ]
    return names.reduce(into: [:]) { table, name in
      table[name] = try? Attributes.attribute(name, of: .module("numpy"))
    }
  }()

  // MARK: Row by row

  /// The expression with Python's operators on single truth values replaced by those on columns.
  private static func rowwise(_ expression: Expression) throws -> Expression {
    switch expression {
    case .literal, .name: return expression
    case .attribute(let value, let name): return .attribute(try rowwise(value), name)
    case .call(let call):
      return .call(
        .init(
          function: try rowwise(call.function), positional: try call.positional.map(rowwise),
          keywords: try call.keywords.map { ($0.name, try rowwise($0.value)) }, site: call.site))
    case .item(let value, let index): return .item(try rowwise(value), try rowwise(index))
    case .slice(let start, let stop, let step):
      return .slice(try start.map(rowwise), try stop.map(rowwise), try step.map(rowwise))
    case .list(let items): return .list(try items.map(rowwise))
    case .tuple(let items): return .tuple(try items.map(rowwise))
    case .dictionary(let pairs):
      return .dictionary(try pairs.map { (try rowwise($0.key), try rowwise($0.value)) })
    case .unary(let operation, let value): return .unary(operation, try rowwise(value))
    case .not(let value): return .unary(.invert, try rowwise(value))
    case .binary(let operation, let left, let right):
      return .binary(operation, try rowwise(left), try rowwise(right))
    case .logical(let isAnd, let items): return joined(try items.map(rowwise), isAnd ? .and : .or)
    case .comparison(let first, let rest):
      var left = try rowwise(first)
      var parts: [Expression] = []
      for (operation, next) in rest {
        let right = try rowwise(next)
        parts.append(try comparison(left, operation, right))
        left = right
      }
      return joined(parts, .and)
    case .conditional:
      throw EvaluationError(
        "NotImplementedError",
        "'a if b else c' chooses once, not row by row: use np.where, or choose of a mask")
    }
  }

  private static func joined(_ parts: [Expression], _ operation: Expression.BinaryOperator) -> Expression {
    parts.dropFirst().reduce(parts[0]) { .binary(operation, $0, $1) }
  }

  /// A comparison of which `in`, and equality with a list, asks for each row whether it is among the values.
  private static func comparison(
    _ left: Expression, _ operation: Expression.ComparisonOperator, _ right: Expression
  ) throws -> Expression {
    switch operation {
    case .isSame, .isNotSame:
      throw EvaluationError(
        "NotImplementedError",
        "'\(operation.rawValue)' compares objects, not rows: use ==, !=, isna() or notna()")
    case .isIn: return membership(left, right)
    case .isNotIn: return .unary(.invert, membership(left, right))
    case .equal where right.isCollection || left.isCollection: return membership(left, right)
    case .notEqual where right.isCollection || left.isCollection:
      return .unary(.invert, membership(left, right))
    default: return .comparison(left, [(operation, right)])
    }
  }

  private static func membership(_ left: Expression, _ right: Expression) -> Expression {
    func isIn(_ column: Expression, _ values: Expression) -> Expression {
      .call(.init(function: .attribute(column, "isin"), positional: [values], keywords: [], site: -1))
    }
    if case .literal = left { return isIn(right, .list([left])) }
    return left.isCollection ? isIn(right, left) : isIn(left, right)
  }
}

extension Expression {
  fileprivate var isCollection: Bool {
    switch self {
    case .list, .tuple: true
    default: false
    }
  }
}

/// A frame's columns by the names that expressions have for them.
private struct Columns: DesignData {
  let frame: DataFrame
  let quoted: [String: String]

  func value(named name: String) -> FormulaValue? {
    if let value = frame.value(named: quoted[name] ?? name) { return value }
    guard name == "index" || name == "ilevel_0" else { return nil }
    let labels = Array(frame.rowLabels)
    let numbers = labels.compactMap { Int($0) }
    return .vector(
      FormulaVector(
        numbers.count == labels.count ? .integer(numbers, missing: nil) : Column(name: "", labels).storage,
        isSeries: true))
  }

  var designRowCount: Int? { frame.rowCount }
}

/// Rewrites what pandas adds to Python: names in backquotes, `@name`, and `&` and `|` as `and` and `or`.
private struct Scanner {
  static let localPrefix = "__local_"
  private let characters: [Character]
  private var position = 0
  private(set) var quoted: [String: String] = [:]
  /// Whether a lone `=` stands outside of brackets.
  private(set) var isAssignment = false

  init(_ text: String) { characters = Array(text) }

  mutating func python() throws -> String {
    var result = ""
    var depth = 0
    while position < characters.count {
      let character = characters[position]
      switch character {
      case "'", "\"": result += text(quote: character)
      case "`": result += try name()
      case "@" where isName(position + 1):
        result += Self.localPrefix
        position += 1
      case "&", "|":
        result += character == "&" ? " and " : " or "
        position += 1
      default:
        if "([{".contains(character) { depth += 1 }
        if ")]}".contains(character) { depth -= 1 }
        if character == "=", depth == 0, !isComparison { isAssignment = true }
        result.append(character)
        position += 1
      }
    }
    return result
  }

  /// Whether the `=` here is part of `==`, `!=`, `<=` or `>=`.
  private var isComparison: Bool {
    let before = position > 0 ? characters[position - 1] : " "
    let after = position + 1 < characters.count ? characters[position + 1] : " "
    return after == "=" || "=!<>".contains(before)
  }

  private func isName(_ position: Int) -> Bool {
    position < characters.count && (characters[position].isLetter || characters[position] == "_")
  }

  /// A text with its quotes.
  private mutating func text(quote: Character) -> String {
    let start = position
    position += 1
    while position < characters.count, characters[position] != quote {
      position += characters[position] == "\\" ? 2 : 1
    }
    position = min(position + 1, characters.count)
    return String(characters[start..<position])
  }

  private mutating func name() throws -> String {
    guard let end = characters[(position + 1)...].firstIndex(of: "`") else {
      throw EvaluationError("SyntaxError", "a name in backquotes does not end")
    }
    let name = String(characters[(position + 1)..<end])
    position = end + 1
    let stand = "__column_\(quoted.count)"
    quoted[stand] = name
    return stand
  }
}

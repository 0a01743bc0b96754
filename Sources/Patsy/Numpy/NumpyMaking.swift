import DataFrames
import LinearAlgebra

/// Numpy's functions that make arrays or put columns together.
enum NumpyMaking {
  static let functions: [FormulaFunction] =
    joining + [
      FormulaFunction("column_stack", isElementwise: true) { arguments in
        try stack(arguments.bound(to: ["tup"], in: "column_stack")["tup"] ?? .none)
      },
      FormulaFunction("asarray", isElementwise: true) { arguments in
        let bound = try arguments.bound(to: ["a", "dtype"], in: "asarray")
        let array = try (bound["a"] ?? .none).asArray()
        guard let type = bound["dtype"], !type.isNone else { return array }
        return try Conversions.convert(array, to: type)
      },
      FormulaFunction("ones_like", isElementwise: true) { try filled($0, "ones_like", .integer(1)) },
      FormulaFunction("zeros_like", isElementwise: true) { try filled($0, "zeros_like", .integer(0)) },
      FormulaFunction("full_like", isElementwise: true) { arguments in
        try filled(
          FunctionArguments(Array(arguments.positional.prefix(1))), "full_like",
          arguments.positional.last ?? .none)
      },
      FormulaFunction("ones") {
        try constant($0.bound(to: ["shape", "dtype"], in: "ones"), "ones", .double(1))
      },
      FormulaFunction("zeros") {
        try constant($0.bound(to: ["shape", "dtype"], in: "zeros"), "zeros", .double(0))
      },
      FormulaFunction("full") { arguments in
        let bound = try arguments.bound(to: ["shape", "fill_value", "dtype"], required: 2, in: "full")
        return try constant(bound, "full", bound["fill_value"] ?? .none)
      },
      FormulaFunction("eye") { try identity($0, "eye") },
      FormulaFunction("identity") { try identity($0, "identity") },
      FormulaFunction("arange") { arguments in
        let numbers = arguments.positional
        let whole = numbers.compactMap(\.wholeNumber)
        guard (1...3).contains(numbers.count) else {
          throw EvaluationError.type("arange() requires one to three numbers in formulas")
        }
        guard whole.count == numbers.count else { return .vector(FormulaVector(try steps(numbers))) }
        let start = whole.count == 1 ? 0 : whole[0]
        let stop = whole.count == 1 ? whole[0] : whole[1]
        return .vector(
          FormulaVector(.integer(try range(start, stop, whole.count == 3 ? whole[2] : 1), missing: nil)))
      },
      FormulaFunction("linspace") { arguments in
        let bound = try arguments.bound(to: ["start", "stop", "num"], required: 2, in: "linspace")
        guard let start = bound["start"]?.number, let stop = bound["stop"]?.number else {
          throw EvaluationError.type("linspace() requires numbers")
        }
        let count = bound["num"]?.wholeNumber ?? 50
        guard count >= 0, count <= FormulaLimits.elements else {
          throw EvaluationError.value("Number of samples, \(count), must be non-negative.")
        }
        let step = count > 1 ? (stop - start) / Double(count - 1) : 0
        return .vector(
          FormulaVector((0..<count).map { $0 == count - 1 && count > 1 ? stop : start + Double($0) * step }))
      },
      FormulaFunction("diff") { arguments in
        let value = try arguments.bound(to: ["a", "n"], in: "diff")["a"] ?? .none
        let values = try value.doubles()
        return .vector(FormulaVector(zip(values.dropFirst(), values).map { $0 - $1 }))
      },
      FormulaFunction("vander", isElementwise: true) { arguments in
        let bound = try arguments.bound(to: ["x", "N", "increasing"], in: "vander")
        let values = try (bound["x"] ?? .none).doubles()
        let count = bound["N"]?.wholeNumber ?? values.count
        guard count >= 0, count <= 1000 else { throw EvaluationError.value("N must be non-negative") }
        try FormulaLimits.requireMatrix(rows: values.count, columns: count)
        let increasing = try bound["increasing"]?.truth() ?? false
        var result = Matrix(rows: values.count, columns: count, repeating: 1)
        for power in 1..<max(count, 1) {
          let column = increasing ? power : count - 1 - power
          let previous = increasing ? column - 1 : column + 1
          for row in values.indices { result[row, column] = result[row, previous] * values[row] }
        }
        return .matrix(result)
      },
      FormulaFunction("select", isElementwise: true) { arguments in
        let bound = try arguments.bound(to: ["condlist", "choicelist", "default"], required: 2, in: "select")
        let conditions = bound["condlist"]?.elements ?? []
        let choices = bound["choicelist"]?.elements ?? []
        guard conditions.count == choices.count, !conditions.isEmpty else {
          throw EvaluationError.value("list of cases must be same length as list of conditions")
        }
        var result = bound["default"] ?? .integer(0)
        for (condition, choice) in zip(conditions, choices).reversed() {
          result = try NumpyFunctions.select(
            NumpyFunctions.truths(condition), condition.isScalar, choice, result)
        }
        return result
      },
    ]

  /// Rows of one value above each other, or values one after another.
  private static let joining: [FormulaFunction] = [
    FormulaFunction("tile", isElementwise: false) { arguments in
      let bound = try arguments.bound(to: ["A", "reps"], required: 2, in: "tile")
      return try repeated(bound["A"] ?? .none, bound["reps"], inner: false)
    },
    FormulaFunction("repeat") { arguments in
      let bound = try arguments.bound(to: ["a", "repeats"], required: 2, in: "repeat")
      return try repeated(bound["a"] ?? .none, bound["repeats"], inner: true)
    },
    FormulaFunction("outer", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["a", "b"], required: 2, in: "outer")
      let (a, b) = (try (bound["a"] ?? .none).doubles(), try (bound["b"] ?? .none).doubles())
      try FormulaLimits.requireMatrix(rows: a.count, columns: b.count)
      return .matrix(
        Matrix(rows: a.count, columns: b.count, columnMajor: b.flatMap { y in a.map { $0 * y } }))
    },
    FormulaFunction("vstack") { arguments in
      let rows = try PythonBuiltins.iterate(arguments.bound(to: ["tup"], in: "vstack")["tup"] ?? .none)
      return .matrix(try FormulaValue.list(rows).numericMatrix())
    },
    FormulaFunction("stack") { arguments in
      let bound = try arguments.bound(to: ["arrays", "axis"], in: "stack")
      let rows = try FormulaValue.list(PythonBuiltins.iterate(bound["arrays"] ?? .none)).numericMatrix()
      let axis = bound["axis"]?.wholeNumber ?? 0
      return .matrix(axis == 0 ? rows : rows.transposed)
    },
    FormulaFunction("dot") { arguments in
      let bound = try arguments.bound(to: ["a", "b"], required: 2, in: "dot")
      let (a, b) = (bound["a"] ?? .none, bound["b"] ?? .none)
      return try Arithmetic.apply(a.isScalar || b.isScalar ? .multiply : .matrixMultiply, a, b)
    },
    FormulaFunction("sort") { arguments in
      let values = try (arguments.bound(to: ["a"], in: "sort")["a"] ?? .none).doubles()
      return .vector(FormulaVector(values.sorted { $0 < $1 || ($1.isNaN && !$0.isNaN) }))
    },
    FormulaFunction("argsort") { arguments in
      let values = try (arguments.bound(to: ["a"], in: "argsort")["a"] ?? .none).doubles()
      let order = values.indices.sorted { values[$0] < values[$1] || (values[$1].isNaN && !values[$0].isNaN) }
      return .vector(FormulaVector(.integer(order, missing: nil)))
    },
    FormulaFunction("hstack", joined), FormulaFunction("concatenate", joined),
    FormulaFunction("polyval", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["p", "x"], required: 2, in: "polyval")
      let coefficients = try (bound["p"] ?? .none).doubles()
      guard let x = bound["x"], let operand = Operand(x) else {
        throw EvaluationError.type("polyval() requires numbers")
      }
      return FormulaValue(
        operand.doubles.map { number in coefficients.reduce(0) { $0 * number + $1 } }, like: operand.shape,
        isSeries: x.isSeries)
    },
  ]

  private static func identity(_ arguments: FunctionArguments, _ name: String) throws -> FormulaValue {
    let order = try arguments.bound(to: ["N"], in: name)["N"]?.wholeNumber ?? -1
    guard order >= 0, order < 1 << 12 else {
      throw EvaluationError.value("negative dimensions are not allowed")
    }
    return .matrix(.identity(order))
  }

  private static func joined(_ arguments: FunctionArguments) throws -> FormulaValue {
    let items = try PythonBuiltins.iterate(
      arguments.bound(to: ["tup", "axis"], in: "concatenate")["tup"] ?? .none)
    if items.contains(where: { if case .matrix = $0 { true } else { false } }) {
      return try stack(.list(items))
    }
    return try FormulaValue.array(items.flatMap { try PythonBuiltins.iterate($0) })
  }

  private static func repeated(_ value: FormulaValue, _ times: FormulaValue?, inner: Bool) throws
    -> FormulaValue
  {
    let items = value.elements ?? [value]
    guard let times = times?.wholeNumber, times >= 0 else {
      throw EvaluationError.type("repetitions must be a whole number in formulas")
    }
    let (count, overflow) = items.count.multipliedReportingOverflow(by: times)
    try FormulaLimits.requireElements(overflow ? .max : count)
    return try FormulaValue.array(
      inner
        ? items.flatMap { [FormulaValue](repeating: $0, count: times) }
        : (0..<times).flatMap { _ in items })
  }

  /// The columns of all values side by side.
  static func stack(_ value: FormulaValue) throws -> FormulaValue {
    let parts: [Matrix]
    switch value {
    case .list(let items), .tuple(let items): parts = try items.map { try $0.numericMatrix() }
    default: parts = [try value.numericMatrix()]
    }
    guard let rows = parts.first?.rows else {
      throw EvaluationError.value("need at least one array to concatenate")
    }
    if let odd = parts.firstIndex(where: { $0.rows != rows }) {
      throw EvaluationError.value(
        "all the input array dimensions except for the concatenation axis must match exactly, but along "
          + "dimension 0, the array at index 0 has size \(rows) and the array at index \(odd) has size "
          + "\(parts[odd].rows)")
    }
    return .matrix(
      Matrix(
        rows: rows, columns: parts.reduce(0) { $0 + $1.columns },
        columnMajor: parts.flatMap(\.storage)))
  }

  /// The whole numbers from `start` on, before `stop`.
  static func range(_ start: Int, _ stop: Int, _ step: Int) throws -> [Int] {
    guard step != 0 else { throw EvaluationError.value("range() arg 3 must not be zero") }
    if (stop > start) != (step > 0) || start == stop { return [] }
    let (span, overflow) = stop.subtractingReportingOverflow(start)
    let steps = overflow ? (Double(stop) - Double(start)) / Double(step) : Double(span / step)
    guard steps < Double(FormulaLimits.elements) else {
      throw EvaluationError(
        "MemoryError", "a range of \(steps) elements: formulas make at most \(FormulaLimits.elements)")
    }
    let count = overflow ? Int(steps.rounded(.up)) : span / step + (span % step == 0 ? 0 : 1)
    return (0..<count).map { start &+ $0 &* step }
  }

  private static func filled(_ arguments: FunctionArguments, _ name: String, _ value: FormulaValue) throws
    -> FormulaValue
  {
    let model = try arguments.bound(to: ["a", "dtype"], in: name)["a"] ?? .none
    guard let operand = Operand(model) else { throw EvaluationError.type("\(name) requires numbers") }
    let number = value.number ?? .nan
    if operand.isIntegral, let whole = value.wholeNumber {
      return FormulaValue(operand.integers.map { _ in whole }, isSeries: model.isSeries)
    }
    return FormulaValue(operand.doubles.map { _ in number }, like: operand.shape, isSeries: model.isSeries)
  }

  /// `arange` of floating-point numbers.
  private static func steps(_ numbers: [FormulaValue]) throws -> [Double] {
    let given = numbers.compactMap(\.number)
    guard given.count == numbers.count else { throw EvaluationError.type("arange() requires numbers") }
    let (start, stop) = given.count == 1 ? (0, given[0]) : (given[0], given[1])
    let step = given.count == 3 ? given[2] : 1
    guard step != 0 else { throw EvaluationError("ZeroDivisionError", "division by zero") }
    let count = ((stop - start) / step).rounded(.up)
    // Also false where an infinite bound makes the number of steps undefined.
    guard count <= Double(FormulaLimits.elements) else {
      throw EvaluationError.value("Maximum allowed size exceeded")
    }
    return (0..<(count > 0 ? Int(count) : 0)).map { start + Double($0) * step }
  }

  /// An array of one value, of the argument `shape`: a number of rows, or rows and columns.
  private static func constant(_ bound: [String: FormulaValue], _ name: String, _ value: FormulaValue) throws
    -> FormulaValue
  {
    let shape = bound["shape"] ?? .none
    let sizes = (shape.elements ?? [shape]).map { $0.wholeNumber ?? -1 }
    guard (1...2).contains(sizes.count), sizes.allSatisfy({ $0 >= 0 }) else {
      throw EvaluationError.type("\(name)() requires a number of rows, or rows and columns, in formulas")
    }
    let (count, overflow) = sizes[0].multipliedReportingOverflow(by: sizes.last ?? 1)
    try FormulaLimits.requireElements(sizes.count == 1 ? sizes[0] : overflow ? .max : count)
    if sizes.count == 1 {
      let array = FormulaValue.vector(
        FormulaVector((value.level ?? .double(.nan)).columnStorage(broadcastTo: sizes[0])))
      guard let type = bound["dtype"], !type.isNone else { return array }
      return try Conversions.convert(array, to: type)
    }
    guard let number = value.number else { throw EvaluationError.type("\(name)() requires a number") }
    return .matrix(Matrix(rows: sizes[0], columns: sizes[1], repeating: number))
  }
}

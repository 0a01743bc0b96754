import DataFrames
import LinearAlgebra

/// Reads the arguments that the spline transforms share, with the errors Python and numpy would raise.
enum SplineArguments {
  /// The values of a one-dimensional input or of a single column.
  static func column(_ value: FormulaValue?, orThrow message: String) throws -> [Double] {
    let matrix = try (value ?? .none).numericMatrix()
    guard matrix.columns == 1 || matrix.rows == 0 else { throw EvaluationError.value(message) }
    return matrix.storage
  }

  /// Why numpy cannot compute quantiles of data that are no numbers; nil for numbers.
  static func refusal(of value: FormulaValue?) -> String? {
    if value?.isTexts ?? false { return "unsupported operand type(s) for -: 'str' and 'str'" }
    guard value?.isBooleanData ?? false else { return nil }
    return
      "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` operator, or "
      + "the logical_xor function instead."
  }

  /// A given number, or nil for `None`; anything else fails in the first `operation` on it, as in Python.
  static func number(_ value: FormulaValue?, operation: String = "<") throws -> ColumnValue? {
    guard let value, !value.isNone else { return nil }
    if let level = value.level, level.number != nil { return level }
    if case .vector = value, let number = value.number { return .double(number) }
    throw PatsyError(
      operation == "<"
        ? "'<' not supported between instances of '\(value.typeName)' and 'int'"
        : "unsupported operand type(s) for \(operation): '\(value.typeName)' and 'int'")
  }

  /// A count computed from `df`; it must come from whole numbers.
  static func wholeCount(_ value: ColumnValue) throws -> Int {
    switch value {
    case .integer(let count): return count
    case .boolean(let flag): return flag ? 1 : 0
    default: throw PatsyError("'float' object cannot be interpreted as an integer")
    }
  }

  /// `a + b` for a number and a whole number, of the number's type.
  static func sum(_ a: ColumnValue, _ b: Int) -> ColumnValue {
    if case .double(let value) = a { return .double(value + Double(b)) }
    let (sum, overflow) = (a.number.flatMap(Int.init(exactly:)) ?? 0).addingReportingOverflow(b)
    return overflow ? .double((a.number ?? 0) + Double(b)) : .integer(sum)
  }

}

extension FunctionArguments {
  /// What the first argument, or `x`, holds when it is a column of texts: data that have changed their type.
  var textInput: (first: String, longest: Int)? {
    guard case .vector(let vector)? = positional.first ?? keywords.first(where: { $0.name == "x" })?.value,
      let texts = vector.texts
    else { return nil }
    return (vector.firstText ?? "", texts.pool.map(\.unicodeScalars.count).max() ?? 0)
  }
}

/// Knots or bounds with the element type numpy would give them, which their text shows.
struct SplineNumbers {
  /// The values.
  var values: [Double]
  /// True when all are whole numbers in an integer array.
  var areIntegers: Bool

  /// The numbers in a list, vector, matrix or single number; nil for `None`.
  init?(_ value: FormulaValue?) throws {
    guard let value, !value.isNone else { return nil }
    values = try value.numericMatrix().transposed.storage
    areIntegers = Self.isIntegral(value)
  }

  /// Floating-point numbers.
  init(_ values: [Double]) {
    self.values = values
    areIntegers = false
  }

  private static func isIntegral(_ value: FormulaValue) -> Bool {
    switch value {
    case .integer: return true
    case .list(let items), .tuple(let items): return items.allSatisfy(isIntegral)
    case .vector(let vector):
      if case .integer(_, missing: nil) = vector.storage { return true }
      return false
    default: return false
    }
  }

  /// The numbers that satisfy a condition, as numpy prints an array of them.
  func text(where condition: (Double) -> Bool) -> String {
    let chosen = values.filter(condition)
    let texts = chosen.map { areIntegers ? PythonText.of($0).droppingFraction : NumpyText.of($0) }
    let parts = texts.map { text -> (whole: Int, fraction: Int) in
      let dot = text.firstIndex(of: ".") ?? text.endIndex
      return (text[..<dot].count, text[dot...].count)
    }
    let whole = parts.map(\.whole).max() ?? 0
    let fraction = parts.map(\.fraction).max() ?? 0
    let padded = zip(texts, parts).map { text, part in
      String(repeating: " ", count: whole - part.whole) + text
        + String(repeating: " ", count: fraction - part.fraction)
    }
    return "[" + padded.joined(separator: " ") + "]"
  }
}

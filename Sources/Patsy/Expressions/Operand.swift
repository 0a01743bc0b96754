import DataFrames
import LinearAlgebra

/// A numeric operand: one number or many, by type.
enum Operand {
  case boolean(Bool)
  case integer(Int)
  case double(Double)
  case booleans([Bool])
  case integers([Int])
  case doubles([Double])
  case matrix(Matrix)

  /// The value as an operand; nil when it is not numeric.
  init?(_ value: FormulaValue) {
    switch value {
    case .boolean(let value): self = .boolean(value)
    case .integer(let value): self = .integer(value)
    case .double(let value): self = .double(value)
    case .matrix(let matrix): self = .matrix(matrix)
    case .vector(let vector):
      switch vector.storage {
      case .double(let values): self = .doubles(values)
      case .integer(let values, nil): self = .integers(values)
      case .boolean(let values, nil): self = .booleans(values)
      case .integer, .boolean:
        guard let values = vector.doubles else { return nil }
        self = .doubles(values)
      case .string, .categorical, .time: return nil
      }
    case .list(let items), .tuple(let items):
      guard let array = try? FormulaValue.array(items), let operand = Operand(array) else { return nil }
      self = operand
    default: return nil
    }
  }

  var isScalar: Bool {
    switch self {
    case .boolean, .integer, .double: true
    default: false
    }
  }

  /// Whether all values are truth values or whole numbers.
  var isIntegral: Bool {
    switch self {
    case .boolean, .integer, .booleans, .integers: true
    default: false
    }
  }

  var isBoolean: Bool {
    switch self {
    case .boolean, .booleans: true
    default: false
    }
  }

  /// Rows and columns; nil for a single number.
  var shape: (rows: Int, columns: Int?)? {
    switch self {
    case .boolean, .integer, .double: nil
    case .booleans(let values): (values.count, nil)
    case .integers(let values): (values.count, nil)
    case .doubles(let values): (values.count, nil)
    case .matrix(let matrix): (matrix.rows, matrix.columns)
    }
  }

  var doubles: Elements<Double> {
    switch self {
    case .boolean(let value): .one(value ? 1 : 0)
    case .integer(let value): .one(Double(value))
    case .double(let value): .one(value)
    case .booleans(let values): .many(values.map { $0 ? 1 : 0 })
    case .integers(let values): .many(values.map(Double.init))
    case .doubles(let values): .many(values)
    case .matrix(let matrix): .many(matrix.storage)
    }
  }

  /// The whole numbers; call only when ``isIntegral``.
  var integers: Elements<Int> {
    switch self {
    case .boolean(let value): .one(value ? 1 : 0)
    case .integer(let value): .one(value)
    case .booleans(let values): .many(values.map { $0 ? 1 : 0 })
    case .integers(let values): .many(values)
    case .double, .doubles, .matrix: .many([])
    }
  }

  /// The truth values; call only when ``isBoolean``.
  var booleans: Elements<Bool> {
    switch self {
    case .boolean(let value): .one(value)
    case .booleans(let values): .many(values)
    default: .many([])
    }
  }
}

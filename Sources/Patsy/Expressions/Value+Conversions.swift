import DataFrames
import LinearAlgebra

extension FormulaValue {
  /// The name of the value's Python class, as error messages show it.
  public var typeName: String {
    switch self {
    case .none: "NoneType"
    case .boolean: "bool"
    case .integer: "int"
    case .double: "float"
    case .string: "str"
    case .list: "list"
    case .tuple: "tuple"
    case .dictionary: "dict"
    case .object(let object): object.typeName
    case .accessor(_, let name): name == "str" ? "StringMethods" : "CategoricalAccessor"
    case .vector(let vector): vector.isSeries ? "Series" : "numpy.ndarray"
    case .matrix: "numpy.ndarray"
    case .categorical: "_CategoricalBox"
    case .contrast(let contrast): String(describing: type(of: contrast))
    case .function(let function): function.isClass ? "type" : "function"
    case .transform: "function"
    case .module: "module"
    case .slice: "slice"
    }
  }

  /// Whether this is Python's `None`.
  public var isNone: Bool {
    if case .none = self { return true }
    return false
  }

  /// The value as a level of a factor, when it is a single text, number or truth value.
  public var level: ColumnValue? {
    switch self {
    case .boolean(let value): .boolean(value)
    case .integer(let value): .integer(value)
    case .double(let value): .double(value)
    case .string(let value): .string(value)
    default: nil
    }
  }

  /// A single value, `None` for a missing one.
  public init(_ level: ColumnValue?) {
    switch level {
    case .string(let text): self = .string(text)
    case .integer(let value): self = .integer(value)
    case .double(let value): self = .double(value)
    case .boolean(let value): self = .boolean(value)
    case nil: self = .none
    }
  }

  /// The value as one number; nil when it is not a number or truth value.
  public var number: Double? {
    switch self {
    case .vector(let vector) where vector.count == 1: vector.doubles?.first
    default: level?.number
    }
  }

  /// The value as a whole number; nil when it is not one.
  public var wholeNumber: Int? {
    switch self {
    case .integer(let value): value
    case .boolean(let value): value ? 1 : 0
    default: nil
    }
  }

  /// The values as numbers, one for each row: of a column, an array, a list or a single number.
  ///
  /// - Throws: ``EvaluationError`` when they are not numbers or have several columns.
  public func doubles() throws -> [Double] {
    switch self {
    case .vector(let vector):
      if let values = vector.doubles { return values }
    case .matrix(let matrix):
      if matrix.columns == 1 { return matrix.storage }
      throw EvaluationError.value("Data must be 1-dimensional")
    case .list(let items), .tuple(let items):
      return try items.map { item throws -> Double in
        guard let number = item.number else {
          if item.isNone { return .nan }
          throw EvaluationError.type("a number is required, not '\(item.typeName)'")
        }
        return number
      }
    default:
      if let number { return [number] }
    }
    if case .string(let text) = self {
      throw EvaluationError.value("could not convert string to float: \(PythonText.quoted(text))")
    }
    if case .vector(let vector) = self, let first = vector.firstText {
      throw EvaluationError.value("could not convert string to float: \(PythonText.quoted(first))")
    }
    throw EvaluationError.type("a number is required, not '\(typeName)'")
  }

  /// The values as numeric columns: one for a vector, several for a matrix or a list of equal lists (its rows).
  ///
  /// - Throws: ``EvaluationError`` when they are not numbers or the rows differ in length.
  public func numericMatrix() throws -> Matrix {
    if case .matrix(let matrix) = self { return matrix }
    switch self {
    case .list(let items), .tuple(let items):
      guard let first = items.first, first.isSequence else { break }
      let rows = try items.map { try $0.doubles() }
      do { return try Matrix(rowsOf: rows) } catch {
        throw EvaluationError.value("setting an array element with a sequence.")
      }
    default: break
    }
    let values = try doubles()
    return Matrix(rows: values.count, columns: 1, columnMajor: values)
  }

  /// Whether this is a list, tuple, vector or matrix.
  var isSequence: Bool {
    switch self {
    case .list, .tuple, .vector, .matrix: true
    default: false
    }
  }

  /// Whether this is a single text, number, truth value or `None`.
  var isScalar: Bool { level != nil || isNone }

  /// The elements of a sequence as single values; nil when the value is not a one-dimensional sequence.
  public var elements: [FormulaValue]? {
    switch self {
    case .list(let items), .tuple(let items): items
    case .vector(let vector):
      if case .double(let values) = vector.storage {
        values.map { .double($0) }
      } else {
        Column(storage: vector.storage).values.map { FormulaValue($0) }
      }
    default: nil
    }
  }
}

extension FormulaVector {
  /// The elements as numbers, nan where missing; nil for texts and for categories that are not numbers.
  public var doubles: [Double]? { Column(storage: storage).doubles }

  var firstText: String? {
    guard case .string(let column) = storage else { return nil }
    return column.codes.first { $0 >= 0 }.map { column.pool[Int($0)] }
  }
}

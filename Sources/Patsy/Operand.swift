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
  init?(_ value: Value) {
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
      case .string, .categorical: return nil
      }
    case .list(let items), .tuple(let items):
      guard let array = try? Value.array(items), let operand = Operand(array) else { return nil }
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

/// One value for all rows, or one for each.
enum Elements<Element> {
  case one(Element)
  case many([Element])

  /// `operation` on each element.
  @inline(__always)
  func map<Result>(_ operation: (Element) -> Result) -> Elements<Result> {
    switch self {
    case .one(let value): .one(operation(value))
    case .many(let values): .many(values.map(operation))
    }
  }

  /// `operation` on each pair; single values (and arrays of one element) meet every element of the other side.
  @inline(__always)
  func combine<Result>(_ other: Elements, _ operation: (Element, Element) -> Result) -> Elements<Result> {
    switch (self, other) {
    case (.one(let a), .one(let b)): return .one(operation(a, b))
    case (.one(let a), .many(let b)): return .many(b.map { operation(a, $0) })
    case (.many(let a), .one(let b)): return .many(a.map { operation($0, b) })
    case (.many(let a), .many(let b)):
      if a.count == 1, b.count != 1 { return .many(b.map { operation(a[0], $0) }) }
      if b.count == 1, a.count != 1 { return .many(a.map { operation($0, b[0]) }) }
      let count = min(a.count, b.count)
      return a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          .many(
            [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
              for i in 0..<count { buffer.initializeElement(at: i, to: operation(a[i], b[i])) }
              initialized = count
            })
        }
      }
    }
  }
}

extension Value {
  /// An array of the items' common type, as `numpy.array` makes it.
  static func array(_ items: [Value]) throws -> Value {
    if let first = items.first, first.isSequence { return try .matrix(Value.list(items).numericMatrix()) }
    let levels = try items.map { item throws -> Level? in
      if item.isNone { return nil }
      guard let level = item.level else {
        throw EvaluationError.type("unhashable type: '\(item.typeName)'")
      }
      return level
    }
    return .vector(Vector(Level.columnStorage(levels)))
  }

  /// Whether a pandas Series takes part: results are then Series too.
  var isSeries: Bool {
    if case .vector(let vector) = self { return vector.isSeries }
    return false
  }

  init(_ elements: Elements<Double>, like shape: (rows: Int, columns: Int?)?, isSeries: Bool) {
    switch elements {
    case .one(let value): self = .double(value)
    case .many(let values):
      if let columns = shape?.columns, let rows = shape?.rows, rows * columns == values.count {
        self = .matrix(Matrix(rows: rows, columns: columns, columnMajor: values))
      } else {
        self = .vector(Vector(.double(values), isSeries: isSeries))
      }
    }
  }

  init(_ elements: Elements<Int>, isSeries: Bool) {
    switch elements {
    case .one(let value): self = .integer(value)
    case .many(let values): self = .vector(Vector(.integer(values, missing: nil), isSeries: isSeries))
    }
  }

  init(_ elements: Elements<Bool>, isSeries: Bool) {
    switch elements {
    case .one(let value): self = .boolean(value)
    case .many(let values): self = .vector(Vector(.boolean(values, missing: nil), isSeries: isSeries))
    }
  }
}

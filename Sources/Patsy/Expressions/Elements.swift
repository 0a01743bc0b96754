import DataFrames
import LinearAlgebra

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

extension FormulaValue {
  /// An array of the items' common type, as `numpy.array` makes it.
  static func array(_ items: [FormulaValue]) throws -> FormulaValue {
    if let first = items.first, first.isSequence {
      return try .matrix(FormulaValue.list(items).numericMatrix())
    }
    let levels = try items.map { item throws -> ColumnValue? in
      if item.isNone { return nil }
      guard let level = item.level else {
        throw EvaluationError.type("unhashable type: '\(item.typeName)'")
      }
      return level
    }
    return .vector(FormulaVector(ColumnValue.columnStorage(levels)))
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
        self = .vector(FormulaVector(.double(values), isSeries: isSeries))
      }
    }
  }

  init(_ elements: Elements<Int>, isSeries: Bool) {
    switch elements {
    case .one(let value): self = .integer(value)
    case .many(let values): self = .vector(FormulaVector(.integer(values, missing: nil), isSeries: isSeries))
    }
  }

  init(_ elements: Elements<Bool>, isSeries: Bool) {
    switch elements {
    case .one(let value): self = .boolean(value)
    case .many(let values): self = .vector(FormulaVector(.boolean(values, missing: nil), isSeries: isSeries))
    }
  }
}

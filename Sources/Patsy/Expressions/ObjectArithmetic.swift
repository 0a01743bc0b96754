import DataFrames

/// Arithmetic on columns of Python's objects: truth values of which some are missing, and what comes of them.
///
/// pandas computes them element by element by Python's own rules, and the result is again a column of objects,
/// which patsy takes for categorical whatever it holds.
enum ObjectArithmetic {
  /// `left operator right`; nil when neither side is a column of objects, or a side is not numeric.
  static func apply(
    _ operation: Expression.BinaryOperator, _ left: FormulaValue, _ right: FormulaValue
  ) throws -> FormulaValue? {
    guard left.isColumnOfObjects || right.isColumnOfObjects, !BitwiseOperators.handles(operation),
      operation != .matrixMultiply,
      let a = Elementwise(left), let b = Elementwise(right)
    else { return nil }
    let count = max(a.count ?? 1, b.count ?? 1)
    guard [a.count, b.count].allSatisfy({ $0 == nil || $0 == count || $0 == 1 }) else { return nil }
    return try objects(count, isSeries: left.isSeries || right.isSeries) { row in
      try Arithmetic.apply(operation, a[row], b[row])
    }
  }

  /// A sign before a column of objects; nil when it is none.
  static func apply(_ operation: Expression.UnaryOperator, _ value: FormulaValue) throws -> FormulaValue? {
    guard value.isColumnOfObjects, operation != .invert, let elements = Elementwise(value),
      let count = elements.count
    else { return nil }
    return try objects(count, isSeries: value.isSeries) { row in
      try Arithmetic.apply(operation, elements[row])
    }
  }

  private static func objects(_ count: Int, isSeries: Bool, _ element: (Int) throws -> FormulaValue) throws
    -> FormulaValue
  {
    let levels = try (0..<count).map { row -> ColumnValue? in
      let level = try element(row).level
      return level?.number?.isNaN == true ? nil : level
    }
    var vector = FormulaVector(ColumnValue.columnStorage(levels), isSeries: isSeries)
    vector.holdsObjects = true
    return .vector(vector)
  }

  /// The elements of a numeric operand as Python's numbers, a missing one being nan.
  private struct Elementwise {
    private let column: Column?
    private let single: FormulaValue

    init?(_ value: FormulaValue) {
      guard let operand = Operand(value) else { return nil }
      if case .vector(let vector) = value {
        column = Column(storage: vector.storage)
      } else if operand.isScalar {
        column = nil
      } else {
        return nil
      }
      single = value
    }

    /// Number of elements; nil for a single number.
    var count: Int? { column?.count }

    subscript(row: Int) -> FormulaValue {
      guard let column else { return single }
      return column[column.count == 1 ? 0 : row].map { FormulaValue($0) } ?? .double(.nan)
    }
  }
}

extension FormulaValue {
  /// Whether this is a column of Python's objects for pandas.
  var isColumnOfObjects: Bool {
    guard case .vector(let vector) = self else { return false }
    return vector.holdsObjects || hasMissingTruths
  }

  /// Whether these are truth values with a missing one: for pandas a column of Python's objects.
  var hasMissingTruths: Bool {
    if case .vector(let vector) = self, case .boolean(_, .some) = vector.storage { return true }
    return false
  }

  /// The column as one of Python's objects.
  var asObject: FormulaValue {
    guard case .vector(var vector) = self else { return self }
    vector.holdsObjects = true
    return .vector(vector)
  }
}

// Comparisons of a column with a value or another column, row by row.
//
// A missing value is unequal to everything and neither less nor greater, as in pandas; a text and a number
// are unequal.

extension Column {
  /// Where the value equals another.
  /// Python: Series.eq
  public static func == (column: Column, value: some ColumnScalar) -> Mask { column.compared(.equal, value) }
  /// Where the value differs from another, missing values included.
  /// Python: Series.ne
  public static func != (column: Column, value: some ColumnScalar) -> Mask { !column.compared(.equal, value) }
  /// Where the value is less than another.
  /// Python: Series.lt
  public static func < (column: Column, value: some ColumnScalar) -> Mask { column.compared(.less, value) }
  /// Where the value is at most another.
  /// Python: Series.le
  public static func <= (column: Column, value: some ColumnScalar) -> Mask {
    column.compared(.lessOrEqual, value)
  }
  /// Where the value is greater than another.
  /// Python: Series.gt
  public static func > (column: Column, value: some ColumnScalar) -> Mask { column.compared(.greater, value) }
  /// Where the value is at least another.
  /// Python: Series.ge
  public static func >= (column: Column, value: some ColumnScalar) -> Mask {
    column.compared(.greaterOrEqual, value)
  }

  /// Where two columns are equal; different lengths stop with a message.
  /// Python: Series.eq
  public static func == (a: Column, b: Column) -> Mask { a.compared(.equal, b) }
  /// Where two columns differ or one is missing; different lengths stop with a message.
  /// Python: Series.ne
  public static func != (a: Column, b: Column) -> Mask { !a.compared(.equal, b) }
  /// Where the left column is less; different lengths stop with a message.
  /// Python: Series.lt
  public static func < (a: Column, b: Column) -> Mask { a.compared(.less, b) }
  /// Where the left column is at most the right; different lengths stop with a message.
  /// Python: Series.le
  public static func <= (a: Column, b: Column) -> Mask { a.compared(.lessOrEqual, b) }
  /// Where the left column is greater; different lengths stop with a message.
  /// Python: Series.gt
  public static func > (a: Column, b: Column) -> Mask { a.compared(.greater, b) }
  /// Where the left column is at least the right; different lengths stop with a message.
  /// Python: Series.ge
  public static func >= (a: Column, b: Column) -> Mask { a.compared(.greaterOrEqual, b) }

  /// Where the value is one of several.
  /// Python: Series.isin
  public func isin(_ values: some ColumnConvertible) -> Mask {
    let column = Column(values)
    let wanted = Set(column.values.compactMap { $0 })
    return mask { wanted.contains($0) }
  }

  /// Where the value lies between two others, both included.
  /// Python: Series.between
  public func between(_ lower: some ColumnScalar, _ upper: some ColumnScalar) -> Mask {
    (self >= lower) & (self <= upper)
  }

  /// A column of truth values as a mask: where the value is present and true, or a number other than 0.
  public var mask: Mask {
    if case .boolean(let values, nil) = storage { return Mask(values) }
    return mask { $0.number.map { $0 != 0 } ?? false }
  }

  /// Where a value is present and passes a test; texts and categories are tested once each, not once a row.
  func mask(where test: (Level) -> Bool) -> Mask {
    switch storage {
    case .string(let column):
      let passes = column.pool.map { test(.string($0)) }
      return Mask(column.codes.map { $0 >= 0 && passes[Int($0)] })
    case .categorical(let column):
      let passes = column.levels.map(test)
      return Mask(column.codes.map { $0 >= 0 && passes[Int($0)] })
    default: return Mask((0..<count).map { self[$0].map(test) ?? false })
    }
  }

  private func compared(_ relation: Relation, _ value: some ColumnScalar) -> Mask {
    guard let other = value.level else { return Mask([Bool](repeating: false, count: count)) }
    if case .double(let values) = storage, let number = other.number {
      return Mask(values.map { relation.holds($0, number) })
    }
    if case .integer(let values, nil) = storage, case .integer(let number) = other {
      return Mask(values.map { relation.holds($0, number) })
    }
    if case .categorical(let column) = storage, column.ordered {
      guard let rank = column.levels.firstIndex(of: other) else { return mask { _ in false } }
      return Mask(column.codes.map { $0 >= 0 && relation.holds(Int($0), rank) })
    }
    return mask { relation.holds(between: $0, other) }
  }

  private func compared(_ relation: Relation, _ other: Column) -> Mask {
    require(count == other.count, "columns of \(count) and \(other.count) rows cannot be compared")
    if case .double(let x) = storage, case .double(let y) = other.storage {
      return Mask(zip(x, y).map { relation.holds($0, $1) })
    }
    if case .categorical(let x) = storage, case .categorical(let y) = other.storage, x.ordered,
      x.levels == y.levels
    {
      return Mask(zip(x.codes, y.codes).map { $0 >= 0 && $1 >= 0 && relation.holds($0, $1) })
    }
    return Mask(
      (0..<count).map { position in
        guard let x = self[position], let y = other[position] else { return false }
        return relation.holds(between: x, y)
      })
  }

  private enum Relation {
    case equal, less, lessOrEqual, greater, greaterOrEqual

    @inline(__always)
    func holds<T: Comparable>(_ a: T, _ b: T) -> Bool {
      switch self {
      case .equal: a == b
      case .less: a < b
      case .lessOrEqual: a <= b
      case .greater: a > b
      case .greaterOrEqual: a >= b
      }
    }

    /// As `holds`, but a text is neither less nor greater than a number.
    func holds(between a: Level, _ b: Level) -> Bool {
      if (a.number == nil) != (b.number == nil) { return false }
      return holds(a, b)
    }
  }
}

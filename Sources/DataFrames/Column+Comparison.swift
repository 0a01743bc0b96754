// Comparisons of a column with a value or another column, row by row.
//
// A missing value is unequal to everything and neither less nor greater, as in pandas; a text and a number
// are unequal. Which of a text and a number is less, or of unordered categories, stops with a message that names
// the column and its first text; `lt`, `le`, `gt` and `ge` throw instead, as do `eq` and `ne` for different
// lengths.

extension Column {
  /// Where the value equals another; types that do not go together stop with a message.
  /// Python: Series.eq
  public static func == (column: Column, value: some ColumnScalar) -> Mask { column.unwrapped(.eq, value) }
  /// Where the value differs from another, missing values included; types that do not go together stop with a message.
  /// Python: Series.ne
  public static func != (column: Column, value: some ColumnScalar) -> Mask { column.unwrapped(.ne, value) }
  /// Where the value is less than another; types that do not go together stop with a message.
  /// Python: Series.lt
  public static func < (column: Column, value: some ColumnScalar) -> Mask { column.unwrapped(.lt, value) }
  /// Where the value is at most another; types that do not go together stop with a message.
  /// Python: Series.le
  public static func <= (column: Column, value: some ColumnScalar) -> Mask { column.unwrapped(.le, value) }
  /// Where the value is greater than another; types that do not go together stop with a message.
  /// Python: Series.gt
  public static func > (column: Column, value: some ColumnScalar) -> Mask { column.unwrapped(.gt, value) }
  /// Where the value is at least another; types that do not go together stop with a message.
  /// Python: Series.ge
  public static func >= (column: Column, value: some ColumnScalar) -> Mask { column.unwrapped(.ge, value) }

  /// Where two columns are equal; different lengths, and types that do not go together, stop with a message.
  /// Python: Series.eq
  public static func == (a: Column, b: Column) -> Mask { a.unwrapped(.eq, b) }
  /// Where two columns differ or one is missing; different lengths, and types that do not go together, stop with a message.
  /// Python: Series.ne
  public static func != (a: Column, b: Column) -> Mask { a.unwrapped(.ne, b) }
  /// Where the left column is less; different lengths, and types that do not go together, stop with a message.
  /// Python: Series.lt
  public static func < (a: Column, b: Column) -> Mask { a.unwrapped(.lt, b) }
  /// Where the left column is at most the right; different lengths, and types that do not go together, stop with a message.
  /// Python: Series.le
  public static func <= (a: Column, b: Column) -> Mask { a.unwrapped(.le, b) }
  /// Where the left column is greater; different lengths, and types that do not go together, stop with a message.
  /// Python: Series.gt
  public static func > (a: Column, b: Column) -> Mask { a.unwrapped(.gt, b) }
  /// Where the left column is at least the right; different lengths, and types that do not go together, stop with a message.
  /// Python: Series.ge
  public static func >= (a: Column, b: Column) -> Mask { a.unwrapped(.ge, b) }

  /// Where the value is == a column, an array or a value.
  /// - Throws: ``DataFrameError`` for different lengths, and for types that do not go together.
  ///
  /// Python: Series.eq
  public func eq(_ other: some ColumnConvertible) throws(DataFrameError) -> Mask { try compared(.eq, other) }
  /// Where the value is != a column, an array or a value.
  /// - Throws: ``DataFrameError`` for different lengths, and for types that do not go together.
  ///
  /// Python: Series.ne
  public func ne(_ other: some ColumnConvertible) throws(DataFrameError) -> Mask { try compared(.ne, other) }
  /// Where the value is < a column, an array or a value.
  /// - Throws: ``DataFrameError`` for different lengths, and for types that do not go together.
  ///
  /// Python: Series.lt
  public func lt(_ other: some ColumnConvertible) throws(DataFrameError) -> Mask { try compared(.lt, other) }
  /// Where the value is <= a column, an array or a value.
  /// - Throws: ``DataFrameError`` for different lengths, and for types that do not go together.
  ///
  /// Python: Series.le
  public func le(_ other: some ColumnConvertible) throws(DataFrameError) -> Mask { try compared(.le, other) }
  /// Where the value is > a column, an array or a value.
  /// - Throws: ``DataFrameError`` for different lengths, and for types that do not go together.
  ///
  /// Python: Series.gt
  public func gt(_ other: some ColumnConvertible) throws(DataFrameError) -> Mask { try compared(.gt, other) }
  /// Where the value is >= a column, an array or a value.
  /// - Throws: ``DataFrameError`` for different lengths, and for types that do not go together.
  ///
  /// Python: Series.ge
  public func ge(_ other: some ColumnConvertible) throws(DataFrameError) -> Mask { try compared(.ge, other) }

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
  func mask(where test: (ColumnValue) -> Bool) -> Mask {
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

  private func unwrapped(_ relation: Relation, _ other: some ColumnConvertible) -> Mask {
    do { return try compared(relation, other) } catch { stop(error.message) }
  }

  private func compared(_ relation: Relation, _ other: some ColumnConvertible) throws(DataFrameError) -> Mask
  {
    if relation == .ne { return !(try compared(.eq, other)) }
    if let scalar = other as? any ColumnScalar { return try compared(relation, with: scalar.level) }
    return try compared(relation, with: other as? Column ?? Column(other))
  }

  private func compared(_ relation: Relation, with value: ColumnValue?) throws(DataFrameError) -> Mask {
    guard let value else { return Mask([Bool](repeating: false, count: count)) }
    if case .double(let values) = storage, let number = value.number {
      return Mask(values.map { relation.holds($0, number) })
    }
    if case .time(let times) = storage {
      guard case .string(let text) = value, let wanted = times.parse(text) else {
        if relation == .eq { return Mask([Bool](repeating: false, count: count)) }
        throw DataFrameError(
          .wrongType,
          "'\(relation.rawValue)' cannot compare: column \(PythonText.quoted(name)) holds "
            + "\(times.kind == .moment ? "dates" : "spans of time"), \(value.debugDescription) is none")
      }
      return Mask(times.microseconds.map { $0 != TimeColumn.missing && relation.holds($0, wanted) })
    }
    if case .integer(let values, nil) = storage, case .integer(let number) = value {
      return Mask(values.map { relation.holds($0, number) })
    }
    if relation != .eq, let error = orderError(relation, with: value) { throw error }
    if case .categorical(let column) = storage, column.ordered {
      guard let rank = column.levels.firstIndex(of: value) else { return mask { _ in false } }
      return Mask(column.codes.map { $0 >= 0 && relation.holds(Int($0), rank) })
    }
    return mask { relation.holds($0, value) }
  }

  private func compared(_ relation: Relation, with other: Column) throws(DataFrameError) -> Mask {
    guard count == other.count else {
      throw DataFrameError(.lengthMismatch, "columns of \(count) and \(other.count) rows cannot be compared")
    }
    if case .double(let x) = storage, case .double(let y) = other.storage {
      return Mask(zip(x, y).map { relation.holds($0, $1) })
    }
    if case .time(let x) = storage, case .time(let y) = other.storage, x.kind == y.kind {
      return Mask(
        zip(x.microseconds, y.microseconds).map { a, b in
          a != TimeColumn.missing && b != TimeColumn.missing && relation.holds(a, b)
        })
    }
    if relation != .eq, let error = orderError(relation, with: other) { throw error }
    if case .categorical(let x) = storage, case .categorical(let y) = other.storage, x.levels == y.levels {
      return Mask(zip(x.codes, y.codes).map { $0 >= 0 && $1 >= 0 && relation.holds($0, $1) })
    }
    return Mask(
      (0..<count).map { position in
        guard let x = self[position], let y = other[position] else { return false }
        return relation.holds(x, y)
      })
  }

  /// What a comparison asks for.
  enum Relation: String {
    case eq = "=="
    case ne = "!="
    case lt = "<"
    case le = "<="
    case gt = ">"
    case ge = ">="

    @inline(__always)
    func holds<T: Comparable>(_ a: T, _ b: T) -> Bool {
      switch self {
      case .eq: a == b
      case .ne: a != b
      case .lt: a < b
      case .le: a <= b
      case .gt: a > b
      case .ge: a >= b
      }
    }
  }
}

/// What can become a column of a data frame: arrays, ranges, masks, columns, and single values, which fill
/// every row.
public protocol ColumnConvertible {
  /// Number of values; nil for a single value that fills as many rows as there are.
  var columnCount: Int? { get }
  /// The values; a single value is repeated `count` times, everything else has `columnCount` values.
  func columnStorage(broadcastTo count: Int) -> Column.Storage
  /// The labels of the rows that the values belong to; nil for values that belong to rows by position.
  var labelsOfRows: [String]? { get }
}

extension ColumnConvertible {
  /// Nil: values belong to rows by position.
  public var labelsOfRows: [String]? { nil }
}

/// What an array must hold to become a column.
public protocol ColumnElement {
  /// A column of the elements, missing where an element is nil.
  static func columnStorage(_ values: [Self?]) -> Column.Storage
  /// A column of elements none of which is nil.
  static func columnStorage(_ values: [Self]) -> Column.Storage
}

extension ColumnElement {
  /// A column of elements none of which is nil.
  public static func columnStorage(_ values: [Self]) -> Column.Storage {
    columnStorage(values.map(Optional.some))
  }
}

/// A single value that can be compared with a column, combined with it, or fill it.
public protocol ColumnScalar: ColumnConvertible {
  /// The value, nil when it is missing (nan).
  var level: ColumnValue? { get }
}

extension ColumnScalar {
  /// Nil: a single value fills as many rows as there are.
  public var columnCount: Int? { nil }
  /// The value `count` times.
  public func columnStorage(broadcastTo count: Int) -> Column.Storage {
    switch level {
    case nil: .double([Double](repeating: .nan, count: count))
    case .double(let value)?: .double([Double](repeating: value, count: count))
    case .integer(let value)?: .integer([Int](repeating: value, count: count), missing: nil)
    case .boolean(let value)?: .boolean([Bool](repeating: value, count: count), missing: nil)
    case .string(let text)?:
      .string(StringColumn(pool: [text], codes: [Int32](repeating: 0, count: count)))
    }
  }
}

extension Column: ColumnConvertible {
  /// Number of values.
  public var columnCount: Int? { count }
  /// The column's own values.
  public func columnStorage(broadcastTo count: Int) -> Column.Storage { storage }
}

extension Categorical: ColumnConvertible {
  /// Number of values.
  public var columnCount: Int? { count }
  /// A categorical column.
  public func columnStorage(broadcastTo count: Int) -> Column.Storage { .categorical(self) }
}

extension Array: ColumnConvertible where Element: ColumnElement {
  /// Number of elements.
  public var columnCount: Int? { count }
  /// The elements as a column.
  public func columnStorage(broadcastTo count: Int) -> Column.Storage { Element.columnStorage(self) }
}

extension ArraySlice: ColumnConvertible where Element: ColumnElement {
  /// Number of elements.
  public var columnCount: Int? { count }
  /// The elements as a column.
  public func columnStorage(broadcastTo count: Int) -> Column.Storage {
    Element.columnStorage(Array(self))
  }
}

extension Range: ColumnConvertible where Bound == Int {
  /// Number of integers in the range.
  public var columnCount: Int? { count }
  /// The integers of the range.
  public func columnStorage(broadcastTo count: Int) -> Column.Storage {
    .integer(Array(self), missing: nil)
  }
}

extension ClosedRange: ColumnConvertible where Bound == Int {
  /// Number of integers in the range.
  public var columnCount: Int? { count }
  /// The integers of the range.
  public func columnStorage(broadcastTo count: Int) -> Column.Storage {
    .integer(Array(self), missing: nil)
  }
}

extension Optional: ColumnElement where Wrapped: ColumnElement {
  /// A column of the elements, missing where an element is nil at either depth.
  public static func columnStorage(_ values: [Wrapped??]) -> Column.Storage {
    Wrapped.columnStorage(values.map { $0 ?? nil })
  }
  /// A column of the elements, missing where an element is nil.
  public static func columnStorage(_ values: [Wrapped?]) -> Column.Storage {
    Wrapped.columnStorage(values)
  }
}

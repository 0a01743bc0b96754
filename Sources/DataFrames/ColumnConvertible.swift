/// What can become a column of a data frame: arrays, ranges, masks, columns, and single values, which fill
/// every row.
public protocol ColumnConvertible {
  /// Number of values; nil for a single value that fills as many rows as there are.
  var columnCount: Int? { get }
  /// The values as a column; a single value is repeated `count` times, everything else has `columnCount` values.
  func column(broadcastTo count: Int) -> Column
  /// The labels of the rows that the values belong to; nil for values that belong to rows by position.
  var labelsOfRows: [String]? { get }
}

extension ColumnConvertible {
  /// Nil: values belong to rows by position.
  public var labelsOfRows: [String]? { nil }

  /// The values without a name.
  package func columnStorage(broadcastTo count: Int) -> Column.Storage { column(broadcastTo: count).storage }
}

/// What an array must hold to become a column. A type of your own becomes one by another's:
/// `static func column(_ values: [Self?]) -> Column { String.column(values.map { $0?.code }) }`.
public protocol ColumnElement {
  /// A column of the elements, missing where an element is nil.
  static func column(_ values: [Self?]) -> Column
  /// A column of elements none of which is nil.
  static func column(_ values: [Self]) -> Column
}

extension ColumnElement {
  /// A column of elements none of which is nil.
  public static func column(_ values: [Self]) -> Column { column(values.map(Optional.some)) }

  /// The values without a name.
  package static func columnStorage(_ values: [Self?]) -> Column.Storage { column(values).storage }
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
  public func column(broadcastTo count: Int) -> Column {
    let storage: Column.Storage =
      switch level {
      case nil: .double([Double](repeating: .nan, count: count))
      case .double(let value)?: .double([Double](repeating: value, count: count))
      case .integer(let value)?: .integer([Int](repeating: value, count: count), missing: nil)
      case .boolean(let value)?: .boolean([Bool](repeating: value, count: count), missing: nil)
      case .string(let text)?:
        .string(StringColumn(pool: [text], codes: [Int32](repeating: 0, count: count)))
      }
    return Column(storage: storage)
  }
}

extension Column: ColumnConvertible {
  /// Number of values.
  public var columnCount: Int? { count }
  /// The column itself.
  public func column(broadcastTo count: Int) -> Column { self }
}

extension Categorical: ColumnConvertible {
  /// Number of values.
  public var columnCount: Int? { count }
  /// A categorical column.
  public func column(broadcastTo count: Int) -> Column { Column(storage: .categorical(self)) }
}

extension Array: ColumnConvertible where Element: ColumnElement {
  /// Number of elements.
  public var columnCount: Int? { count }
  /// The elements as a column.
  public func column(broadcastTo count: Int) -> Column { Element.column(self) }
}

extension ArraySlice: ColumnConvertible where Element: ColumnElement {
  /// Number of elements.
  public var columnCount: Int? { count }
  /// The elements as a column.
  public func column(broadcastTo count: Int) -> Column { Element.column(Array(self)) }
}

extension Range: ColumnConvertible where Bound == Int {
  /// Number of integers in the range.
  public var columnCount: Int? { count }
  /// The integers of the range.
  public func column(broadcastTo count: Int) -> Column { Int.column(Array(self)) }
}

extension ClosedRange: ColumnConvertible where Bound == Int {
  /// Number of integers in the range.
  public var columnCount: Int? { count }
  /// The integers of the range.
  public func column(broadcastTo count: Int) -> Column { Int.column(Array(self)) }
}

extension Optional: ColumnElement where Wrapped: ColumnElement {
  /// A column of the elements, missing where an element is nil at either depth.
  public static func column(_ values: [Wrapped??]) -> Column { Wrapped.column(values.map { $0 ?? nil }) }
  /// A column of the elements, missing where an element is nil.
  public static func column(_ values: [Wrapped?]) -> Column { Wrapped.column(values) }
}

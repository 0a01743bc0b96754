/// A named sequence of values of one type, any of which may be missing.
/// Python: pandas.Series
public struct Column: Sendable {
  /// The values of a column, by type.
  package enum Storage: Sendable {
    /// Floating-point numbers; nan is a missing value.
    case double([Double])
    /// Whole numbers; `missing` marks the missing ones and is nil when there are none.
    case integer([Int], missing: [Bool]?)
    /// Truth values; `missing` marks the missing ones and is nil when there are none.
    case boolean([Bool], missing: [Bool]?)
    /// Texts.
    case string(StringColumn)
    /// Values from a fixed list of levels.
    case categorical(Categorical)
    /// Points in time or spans of time.
    case time(TimeColumn)
  }

  /// The column's name; empty for a column that belongs to no data frame.
  public var name: String
  /// The values.
  package let storage: Storage

  /// A column over given storage.
  package init(name: String = "", storage: Storage) {
    self.name = name
    self.storage = storage
  }

  /// A column from an array, a range, a mask or another column; a scalar gives one row.
  public init(name: String = "", _ values: some ColumnConvertible) {
    self = values.column(broadcastTo: values.columnCount ?? 1).renamed(name)
  }

  /// Number of values, missing ones included.
  public var count: Int {
    switch storage {
    case .double(let values): values.count
    case .integer(let values, _): values.count
    case .boolean(let values, _): values.count
    case .string(let column): column.count
    case .categorical(let column): column.count
    case .time(let times): times.count
    }
  }

  /// The type of the values.
  public var type: ColumnType {
    switch storage {
    case .double: .double
    case .integer: .integer
    case .boolean: .boolean
    case .string: .string
    case .categorical: .categorical
    case .time(let times): times.kind == .moment ? .datetime : .timedelta
    }
  }

  /// Whether the values are numbers: `double` or `integer`. Truth values and categories are not, in formulas.
  public var isNumeric: Bool { type == .double || type == .integer }

  /// The value at a position, nil where it is missing.
  public subscript(position: Int) -> ColumnValue? {
    requireRow(position)
    switch storage {
    case .double(let values):
      let value = values[position]
      return value.isNaN ? nil : .double(value)
    case .integer(let values, let missing):
      return missing?[position] == true ? nil : .integer(values[position])
    case .boolean(let values, let missing):
      return missing?[position] == true ? nil : .boolean(values[position])
    case .string(let column): return column[position].map(ColumnValue.string)
    case .categorical(let column): return column[position]
    case .time(let times): return times.text(position).map(ColumnValue.string)
    }
  }

  /// Whether the value at a position is missing.
  public func isMissing(_ position: Int) -> Bool {
    requireRow(position)
    return switch storage {
    case .double(let values): values[position].isNaN
    case .integer(_, let missing), .boolean(_, let missing): missing?[position] ?? false
    case .string(let column): column.codes[position] < 0
    case .categorical(let column): column.codes[position] < 0
    case .time(let times): times.microseconds[position] == TimeColumn.missing
    }
  }

  /// Stops with a message for a row that does not exist.
  private func requireRow(_ position: Int) {
    require(
      position >= 0 && position < count,
      "column \(PythonText.quoted(name)) has no row at position \(position): there are \(count) rows")
  }

  /// The same values under another name.
  public func renamed(_ name: String) -> Column { Column(name: name, storage: storage) }
}

/// The type of a column's values.
public enum ColumnType: String, Sendable, CaseIterable {
  /// Floating-point numbers, pandas' `float64`.
  case double
  /// Whole numbers, pandas' `int64`.
  case integer
  /// Truth values, pandas' `bool`.
  case boolean
  /// Texts, pandas' `str`.
  case string
  /// Values from a list of levels, pandas' `category`.
  case categorical
  /// Points in time, pandas' `datetime64[us]`.
  case datetime
  /// Spans of time, pandas' `timedelta64[us]`.
  case timedelta

  /// The name pandas prints for the type.
  public var pandasName: String {
    switch self {
    case .double: "float64"
    case .integer: "int64"
    case .boolean: "bool"
    case .string: "str"
    case .categorical: "category"
    case .datetime: "datetime64[us]"
    case .timedelta: "timedelta64[us]"
    }
  }
}

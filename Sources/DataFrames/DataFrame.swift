/// A table: named columns of equal length and a label for each row.
/// Python: pandas.DataFrame
public struct DataFrame: Sendable {
  /// The columns, in order.
  public private(set) var columns: [Column]
  /// The rows' labels, `"0"`, `"1"`, … unless set otherwise.
  public internal(set) var rowLabels: RowLabels
  private var positions: [String: Int]

  /// A frame without rows and columns.
  public init() {
    columns = []
    rowLabels = RowLabels(count: 0)
    positions = [:]
  }

  /// A frame of columns with distinct names and equal lengths.
  ///
  /// - Throws: ``DataFrameError`` for repeated names and unequal lengths.
  public init(columns: [Column], rowLabels: RowLabels? = nil) throws(DataFrameError) {
    let rows = columns.first?.count ?? rowLabels?.count ?? 0
    var positions: [String: Int] = [:]
    for (position, column) in columns.enumerated() {
      if column.count != rows {
        throw DataFrameError(
          .lengthMismatch,
          "column \(PythonText.quoted(column.name)) has \(column.count) rows, "
            + "column \(PythonText.quoted(columns[0].name)) has \(rows)")
      }
      if positions.updateValue(position, forKey: column.name) != nil {
        throw DataFrameError(.repeatedName, "two columns are named \(PythonText.quoted(column.name))")
      }
    }
    if let rowLabels, rowLabels.count != rows {
      throw DataFrameError(.lengthMismatch, "\(rowLabels.count) row labels for \(rows) rows")
    }
    self.columns = columns
    self.rowLabels = rowLabels ?? RowLabels(count: rows)
    self.positions = positions
  }

  /// Columns known to have distinct names and as many values as there are labels.
  init(uncheckedColumns columns: [Column], rowLabels: RowLabels) {
    self.columns = columns
    self.rowLabels = rowLabels
    positions = Dictionary(
      columns.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// A frame from names and values in written order: `["x": [1.0, 2.0], "g": ["a", "b"], "one": 1]`.
  ///
  /// Single values fill every row.
  /// - Throws: ``DataFrameError`` for repeated names and unequal lengths.
  ///
  /// Python: pandas.DataFrame
  public init(_ values: KeyValuePairs<String, any ColumnConvertible>) throws(DataFrameError) {
    try self.init(pairs: values.map { ($0.key, $0.value) })
  }

  /// A frame from a dictionary of arrays; the columns are sorted by name.
  /// - Throws: ``DataFrameError`` for unequal lengths.
  ///
  /// Python: pandas.DataFrame
  @_disfavoredOverload
  public init(_ values: [String: any ColumnConvertible]) throws(DataFrameError) {
    try self.init(pairs: values.sorted { ColumnValue.string($0.key) < ColumnValue.string($1.key) })
  }

  private init(pairs: [(key: String, value: any ColumnConvertible)]) throws(DataFrameError) {
    let rows = pairs.lazy.compactMap(\.value.columnCount).first ?? (pairs.isEmpty ? 0 : 1)
    if let labels = pairs.lazy.compactMap(\.value.labelsOfRows).first {
      // The first values with labels give theirs to the rows.
      try self.init(columns: [], rowLabels: RowLabels(texts: labels))
      for (name, value) in pairs {
        if contains(name) {
          throw DataFrameError(.repeatedName, "two columns are named \(PythonText.quoted(name))")
        }
        try assign(name, value)
      }
      return
    }
    try self.init(
      columns: pairs.map { Column(name: $0.key, storage: $0.value.columnStorage(broadcastTo: rows)) })
  }

  /// Number of rows.
  public var rowCount: Int { rowLabels.count }
  /// Number of columns.
  public var columnCount: Int { columns.count }
  /// The columns' names, in order.
  public var columnNames: [String] { columns.map(\.name) }
  /// Whether a column has this name.
  /// Python: name in DataFrame
  public func contains(_ name: String) -> Bool { positions[name] != nil }

  /// The column of a name that comes from outside the source code.
  ///
  /// - Throws: ``DataFrameError`` that lists the nearest names.
  public func column(_ name: String) throws(DataFrameError) -> Column {
    guard let position = positions[name] else {
      throw DataFrameError(.unknownName, NearestNames.message("column", name, among: columnNames))
    }
    return columns[position]
  }

  /// Adds a column or replaces the one of the same name; a single value fills every row.
  ///
  /// The first column of a frame without columns and rows sets the number of rows. Values that have labels, as residuals
  /// do, go to the rows of these labels, and rows without one have no value.
  /// - Throws: ``DataFrameError`` when the length is not `rowCount`, and for labels that repeat or fit no row.
  public mutating func assign(_ name: String, _ values: any ColumnConvertible) throws(DataFrameError) {
    let isFirst = columns.isEmpty && rowCount == 0
    let rows = isFirst ? values.columnCount ?? 1 : rowCount
    var column = Column(name: name, storage: values.columnStorage(broadcastTo: rows))
    if let labels = values.labelsOfRows {
      if isFirst { rowLabels = RowLabels(texts: labels) } else { column = try aligned(column, labels) }
    }
    guard column.count == rows else {
      throw DataFrameError(
        .lengthMismatch, "column \(PythonText.quoted(name)): \(column.count) values for \(rows) rows")
    }
    if isFirst, rowLabels.count != rows { rowLabels = RowLabels(count: rows) }
    if let position = positions[name] {
      columns[position] = column
    } else {
      positions[name] = columns.count
      columns.append(column)
    }
  }

  /// Values moved to the rows of their labels.
  private func aligned(_ column: Column, _ labels: [String]) throws(DataFrameError) -> Column {
    if rowLabels.elementsEqual(labels) { return column }
    var places: [String: Int] = [:]
    for (place, label) in labels.enumerated() where places.updateValue(place, forKey: label) != nil {
      throw DataFrameError(
        .repeatedKey,
        "column \(PythonText.quoted(column.name)): label \(PythonText.quoted(label)) repeats, so that its values fit no "
          + "rows: .values takes them by position")
    }
    let sources = rowLabels.map { places[$0] ?? -1 }
    guard sources.contains(where: { $0 >= 0 }) || sources.isEmpty else {
      throw DataFrameError(
        .unknownName,
        "column \(PythonText.quoted(column.name)): no row has one of the labels "
          + labels.prefix(4).map { PythonText.quoted($0) }.joined(separator: ", ")
          + (labels.count > 4 ? ", …" : "") + ": .values takes the values by position")
    }
    return column.rows(withGaps: sources)
  }

  /// The column of a name; a wrong name stops with a message that lists the nearest ones.
  ///
  /// Setting adds or replaces a column; a wrong length stops with a message. For names and values that come
  /// from outside the source code use ``column(_:)`` and ``assign(_:_:)``, which throw.
  public subscript(name: String) -> Column {
    get {
      guard let position = positions[name] else {
        stop(NearestNames.message("column", name, among: columnNames))
      }
      return columns[position]
    }
    set { set(name, newValue) }
  }

  /// Sets a column from an array, a range, a mask or a single value, which fills every row.
  @_disfavoredOverload
  public subscript(name: String) -> any ColumnConvertible {
    get { self[name] as Column }
    set { set(name, newValue) }
  }

  private mutating func set(_ name: String, _ values: any ColumnConvertible) {
    do { try assign(name, values) } catch { stop(error.message) }
  }
}

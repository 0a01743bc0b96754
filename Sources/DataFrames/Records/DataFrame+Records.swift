extension DataFrame {
  /// The values of one row by column name, in the order written: `["x": 1.5, "g": "a", "y": nil]`.
  public typealias Record = KeyValuePairs<String, (any ColumnScalar)?>

  /// A frame from rows written one by one: `[["x": 1, "g": "a"], ["x": 2, "g": "b"]]`.
  ///
  /// The columns are in order of appearance; a value that a record lacks is missing. Whole numbers beside fractions
  /// become floating-point numbers, numbers beside texts become texts.
  /// - Throws: ``DataFrameError`` for a record that names a column twice.
  ///
  /// Python: pandas.DataFrame
  public init(records: [Record]) throws(DataFrameError) {
    var builder = RecordBuilder()
    for record in records {
      for (name, value) in record { try builder.set(name, value?.level) }
      builder.endRow()
    }
    self = builder.frame
  }

  /// A frame from rows in dictionaries; the columns are sorted by name.
  ///
  /// Python: pandas.DataFrame
  @_disfavoredOverload
  public init(records: [[String: (any ColumnScalar)?]]) {
    var names: Set<String> = []
    for record in records { names.formUnion(record.keys) }
    let columns = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { name in
      Column(name: name, records.map { record in (record[name] ?? nil)?.level })
    }
    self.init(uncheckedColumns: columns, rowLabels: RowLabels(count: records.count))
  }

  /// The rows as dictionaries, nil where a value is missing.
  /// Python: DataFrame.to_dict("records")
  public var records: [[String: ColumnValue?]] {
    (0..<rowCount).map { row in
      Dictionary(columns.map { ($0.name, $0[row]) }, uniquingKeysWith: { first, _ in first })
    }
  }
}

/// Columns that grow row by row.
struct RecordBuilder {
  private var names: [String] = []
  private var values: [[ColumnValue?]] = []
  private var places: [String: Int] = [:]
  private var rows = 0

  /// Sets a value of the row that is being written.
  ///
  /// - Throws: ``DataFrameError`` when the row has a value of that name already.
  mutating func set(_ name: String, _ value: ColumnValue?) throws(DataFrameError) {
    let place: Int
    if let known = places[name] {
      place = known
    } else {
      place = names.count
      places[name] = place
      names.append(name)
      values.append([ColumnValue?](repeating: nil, count: rows))
    }
    guard values[place].count == rows else {
      throw DataFrameError(
        .repeatedName, "record \(rows) has two values named \(PythonText.quoted(name))")
    }
    values[place].append(value)
  }

  /// Ends the row; what it lacks is missing.
  mutating func endRow() {
    rows += 1
    for place in values.indices where values[place].count < rows { values[place].append(nil) }
  }

  /// The frame of the rows so far.
  var frame: DataFrame {
    DataFrame(
      uncheckedColumns: zip(names, values).map { Column(name: $0, $1) }, rowLabels: RowLabels(count: rows))
  }
}

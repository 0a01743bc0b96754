extension DataFrame {
  /// Reads a file of comma-separated values with pandas' type inference; the path `-` is standard input.
  ///
  /// Columns become integers, numbers, truth values or texts; a column of integers with a missing value
  /// becomes numbers. A byte-order mark, blank lines, quoted fields, any line ends and short rows are
  /// understood; repeated names become `x`, `x.1`. When every row has one field more than the header, the
  /// first column is the row labels, also where the surplus field is an empty one at the end.
  ///
  /// Other than pandas: numbers are correctly rounded; a column of truth values keeps its type beside missing
  /// values; whole numbers beyond 64 bits signed that no `Double` holds exactly are texts.
  /// - Throws: ``DataFrameError`` with path, line and column.
  ///
  /// Python: pandas.read_csv
  public init(csv path: String, options: CSVOptions = CSVOptions()) throws(DataFrameError) {
    self = try CSVReading(path, options: options).frame
  }

  /// Reads a file of separated values with pandas' argument names.
  ///
  /// - Parameters:
  ///   - path: the file; `-` is standard input.
  ///   - sep: the character between fields; nil finds it out.
  ///   - decimal: the mark before the fraction of a number.
  ///   - thousands: the mark between groups of digits.
  ///   - naValues: markers of a missing value beside the default ones.
  ///   - keepDefaultNa: whether the default markers count.
  ///   - usecols: the columns to keep.
  ///   - dtype: the types of named columns.
  ///   - encoding: how bytes stand for characters.
  ///   - header: which line holds the names; nil for none.
  ///   - names: the names of the columns, in place of those of the header.
  ///   - comment: a character that makes the rest of its line a comment.
  ///   - compression: whether the file is compressed by gzip; found out unless told.
  ///   - parseDates: columns that are read as dates.
  /// - Throws: ``DataFrameError`` with path, line and column.
  ///
  /// Python: pandas.read_csv
  @_disfavoredOverload
  public init(
    csv path: String, sep: Unicode.Scalar? = ",", decimal: Unicode.Scalar = ".",
    thousands: Unicode.Scalar? = nil, naValues: [String] = [], keepDefaultNa: Bool = true,
    usecols: [String]? = nil, dtype: [String: ColumnType] = [:], encoding: TextEncoding = .utf8,
    header: Int? = 0, names: [String]? = nil, comment: Unicode.Scalar? = nil,
    compression: CSVCompression = .infer, parseDates: [String] = []
  ) throws(DataFrameError) {
    let markers = (keepDefaultNa ? CSVOptions.defaultMissingMarkers : []) + naValues
    var options = CSVOptions(
      separator: sep, decimal: decimal, thousands: thousands, missingMarkers: markers, types: dtype,
      columns: usecols.map(Set.init), encoding: encoding)
    options.header = header
    options.names = names
    options.comment = comment
    options.compression = compression
    options.parseDates = parseDates
    try self.init(csv: path, options: options)
  }

  /// Reads comma-separated values from a text, as ``init(csv:options:)`` does from a file.
  public init(csvText text: String, options: CSVOptions = CSVOptions()) throws(DataFrameError) {
    var options = options
    options.encoding = .utf8
    try self.init(csvBytes: Array(text.utf8), options: options)
  }

  /// Reads comma-separated values from bytes, as ``init(csv:options:)`` does from a file.
  public init(csvBytes bytes: [UInt8], options: CSVOptions = CSVOptions()) throws(DataFrameError) {
    let result = bytes.withUnsafeBytes { bytes in
      Result { () throws(DataFrameError) in try CSVReading(bytes: bytes, path: nil, options: options) }
    }
    self = try result.get().frame
  }
}

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
  ///   - keepDefaultNa: whether the default markers count, the empty field among them.
  ///   - usecols: the columns to keep, by name or by position.
  ///   - dtype: the types of named columns.
  ///   - defaultDtype: the type of all other columns, where pandas takes one type as `dtype`; nil infers it.
  ///   - encoding: how bytes stand for characters.
  ///   - header: which line holds the names; nil for none.
  ///   - names: the names of the columns, in place of those of the header.
  ///   - comment: a character that makes the rest of its line a comment.
  ///   - compression: whether the file is compressed by gzip; found out unless told.
  ///   - parseDates: columns that are read as dates.
  ///   - skiprows: how many lines at the start are passed over, `3`, or the numbers of lines, `[1]`.
  ///   - nrows: the most rows that are read.
  ///   - indexCol: the column whose values become the row labels, by name or by position.
  ///   - delimWhitespace: whether any number of blanks separates fields, as `sep=r"\s+"` says.
  ///   - skipinitialspace: whether blanks after a separator are left out.
  ///   - onBadLines: what becomes of lines with too many fields.
  ///   - trueValues: texts that stand for true, beside `true`, in columns of nothing else.
  ///   - falseValues: texts that stand for false, beside `false`, in columns of nothing else.
  /// - Throws: ``DataFrameError`` with path, line and column.
  ///
  /// Python: pandas.read_csv
  @_disfavoredOverload
  public init(
    csv path: String, sep: Unicode.Scalar? = ",", decimal: Unicode.Scalar = ".",
    thousands: Unicode.Scalar? = nil, naValues: [String] = [], keepDefaultNa: Bool = true,
    usecols: [any ColumnScalar]? = nil, dtype: [String: ColumnType] = [:], defaultDtype: ColumnType? = nil,
    encoding: TextEncoding = .utf8, header: Int? = 0, names: [String]? = nil, comment: Unicode.Scalar? = nil,
    compression: CSVCompression = .infer, parseDates: [String] = [], skiprows: SkippedLines = 0,
    nrows: Int? = nil, indexCol: (any ColumnScalar)? = nil, delimWhitespace: Bool = false,
    skipinitialspace: Bool = false, onBadLines: BadLines = .error, trueValues: [String] = [],
    falseValues: [String] = []
  ) throws(DataFrameError) {
    let markers = (keepDefaultNa ? CSVOptions.defaultMissingMarkers : []) + naValues
    var options = CSVOptions(
      separator: sep, decimal: decimal, thousands: thousands, missingMarkers: markers, types: dtype,
      encoding: encoding)
    if let wanted = usecols?.compactMap(\.level) {
      let positions = wanted.map { if case .integer(let position) = $0 { position } else { nil } as Int? }
      options.columns = Set(zip(wanted, positions).compactMap { $1 == nil ? $0.description : nil })
      options.columnPositions = Set(positions.compactMap { $0 })
    }
    options.defaultType = defaultDtype
    options.keepsEmptyTexts = !keepDefaultNa && !naValues.contains("")
    options.skiprows = skiprows
    options.nrows = nrows
    options.indexColumn = indexCol?.level
    options.delimWhitespace = delimWhitespace
    options.skipInitialSpace = skipinitialspace
    options.onBadLines = onBadLines
    options.trueValues = trueValues
    options.falseValues = falseValues
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

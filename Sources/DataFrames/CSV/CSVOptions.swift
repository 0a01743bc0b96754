/// How a text file is read.
/// Python: the arguments of pandas.read_csv
public struct CSVOptions: Sendable {
  /// The character between fields, one byte: `,`, `;` or a tab. Nil finds it out: a comma, else the one of
  /// `;`, tab and `|` that gives every line the same number of fields.
  /// Python: sep
  public var separator: Unicode.Scalar?
  /// The mark before the fraction of a number, `.` or `,`.
  /// Python: decimal
  public var decimal: Unicode.Scalar
  /// The mark between groups of digits, as the comma of `27,273.0`; nil for none.
  /// Python: thousands
  public var thousands: Unicode.Scalar?
  /// Texts that mark a missing value, beside the empty field. One that is a number, as `-999`, stands for
  /// every spelling of that number.
  /// Python: na_values, keep_default_na
  public var missingMarkers: [String]
  /// The types of named columns; the others are inferred.
  /// Python: dtype
  public var types: [String: ColumnType]
  /// The columns to keep, nil for all; the others are passed over at little cost.
  /// Python: usecols
  public var columns: Set<String>?
  /// How the file's bytes stand for characters.
  /// Python: encoding
  public var encoding: TextEncoding
  /// Which line that is not blank holds the names, from 0, those before it being passed over; nil for none: the names
  /// are `names`, or `0`, `1`, ….
  /// Python: header
  public var header: Int? = 0
  /// The lines at the start of the file, or the lines of some numbers, that are passed over before the header is looked
  /// for. A line inside quotes belongs to the one in which they open.
  /// Python: skiprows
  public var skiprows: SkippedLines = .first(0)
  /// The most rows that are read; nil for all. What follows them is not looked at.
  /// Python: nrows
  public var nrows: Int?
  /// The column whose values become the row labels: its name, or its position among those that are kept.
  /// Python: index_col
  public var indexColumn: ColumnValue?
  /// Positions of columns to keep, beside the names in `columns`; nil for none.
  /// Python: usecols
  public var columnPositions: Set<Int>?
  /// The type of columns that `types` does not name; nil infers it.
  /// Python: dtype
  public var defaultType: ColumnType?
  /// Whether fields are separated by any number of blanks, in place of `separator`.
  /// Python: sep="\\s+"
  public var delimWhitespace = false
  /// Whether blanks after a separator are left out.
  /// Python: skipinitialspace
  public var skipInitialSpace = false
  /// What becomes of lines with too many fields.
  /// Python: on_bad_lines
  public var onBadLines = BadLines.error
  /// Whether empty fields are texts; otherwise they are missing.
  /// Python: keep_default_na=False
  public var keepsEmptyTexts = false
  /// Texts that stand for true, and for false, beside `true` and `false`, in columns of nothing else.
  /// Python: true_values, false_values
  public var (trueValues, falseValues): ([String], [String]) = ([], [])
  /// The names of the columns, in place of those of the header.
  /// Python: names
  public var names: [String]?
  /// A character that makes the rest of its line a comment; nil for none.
  /// Python: comment
  public var comment: Unicode.Scalar?
  /// Whether the file is compressed.
  /// Python: compression
  public var compression: CSVCompression = .infer
  /// Columns that are read as dates; one with a text that is no date stays as it is.
  /// Python: parse_dates
  public var parseDates: [String] = []
  /// The most threads to use, nil for as many as there are processors. The result does not depend on it.
  public var threads: Int?

  /// pandas' defaults, unless told otherwise.
  public init(
    separator: Unicode.Scalar? = ",", decimal: Unicode.Scalar = ".", thousands: Unicode.Scalar? = nil,
    missingMarkers: [String] = CSVOptions.defaultMissingMarkers, types: [String: ColumnType] = [:],
    columns: Set<String>? = nil, encoding: TextEncoding = .utf8, threads: Int? = nil
  ) {
    self.separator = separator
    self.decimal = decimal
    self.thousands = thousands
    self.missingMarkers = missingMarkers
    self.types = types
    self.columns = columns
    self.encoding = encoding
    self.threads = threads
  }

  /// The markers of a missing value that pandas knows, beside the empty field.
  public static let defaultMissingMarkers = [
    "NA", "NaN", "nan", "N/A", "n/a", "NULL", "null", "None", "#N/A", "<NA>", "-nan", "-NaN", "#NA",
    "#N/A N/A",
    "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN",
  ]

  /// Refuses marks that no file can mean.
  func validate() throws(DataFrameError) {
    func isMark(_ scalar: Unicode.Scalar) -> Bool {
      scalar.isASCII && ![10, 13, 34].contains(scalar.value)
    }
    if let separator, !isMark(separator) {
      throw DataFrameError(.file, "the separator must be one ASCII character, no quote and no line end")
    }
    for (name, mark) in [("decimal mark", decimal), ("thousands mark", thousands ?? "_")]
    where !isMark(mark) || Character(mark).isNumber || Character(mark).isLetter
      || "+-".contains(Character(mark))
    {
      throw DataFrameError(.file, "the \(name) must be one ASCII character such as '.' or ','")
    }
    if let comment, !isMark(comment) || comment == separator {
      throw DataFrameError(.file, "the mark of comments must be one ASCII character other than the separator")
    }
    if let nrows, nrows < 0 { throw DataFrameError(.file, "nrows is \(nrows), below 0") }
    if let header, header < 0 { throw DataFrameError(.file, "the header cannot be line \(header)") }
    if decimal == separator {
      throw DataFrameError(
        .file,
        "the decimal mark and the separator are both \(PythonText.quoted(String(decimal))): name a "
          + "separator that numbers do not hold, such as ';'")
    }
    if decimal == thousands {
      throw DataFrameError(
        .file, "the decimal mark and the thousands mark are both \(PythonText.quoted(String(decimal)))")
    }
  }
}

extension CSVOptions {
  /// Whether all lines of a file must be known before some can be read.
  var needsWholeFile: Bool {
    header != 0 || rewritesText || nrows != nil || onBadLines != .error || indexColumn != nil
  }

  /// Whether parts of the text are left out before it is cut into fields.
  var rewritesText: Bool {
    comment != nil || (header ?? 0) > 0 || delimWhitespace || skipInitialSpace || skiprows != .first(0)
  }

  /// The type of a column that is not to be inferred.
  func type(of name: String) -> ColumnType? { types[name] ?? defaultType }

  /// Whether a column is kept.
  func keeps(_ name: String, at position: Int) -> Bool {
    if columns == nil, columnPositions == nil { return true }
    return columns?.contains(name) == true || columnPositions?.contains(position) == true
  }
}

/// Lines of a file that are passed over: `3` for the first three, `[1]` for the line after the first.
/// Python: the argument skiprows of pandas.read_csv
public enum SkippedLines: Sendable, Equatable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  /// So many at the start.
  case first(Int)
  /// Those of these numbers, from 0.
  case numbers(Set<Int>)

  /// So many at the start.
  public init(integerLiteral count: Int) { self = .first(count) }
  /// Those of these numbers, from 0.
  public init(arrayLiteral numbers: Int...) { self = .numbers(Set(numbers)) }

  /// Whether a line is passed over.
  func contains(_ line: Int) -> Bool {
    switch self {
    case .first(let count): line < count
    case .numbers(let numbers): numbers.contains(line)
    }
  }
}

/// What becomes of lines with too many fields.
/// Python: the argument on_bad_lines of pandas.read_csv
public enum BadLines: String, Sendable, CaseIterable {
  /// They are an error.
  case error
  /// They are passed over, and ``CSVReading/notes`` name them.
  case warn
  /// They are passed over.
  case skip
}

/// Whether a file is compressed.
/// Python: the argument compression of pandas.read_csv
public enum CSVCompression: String, Sendable, CaseIterable {
  /// Its first bytes tell.
  case infer
  /// By gzip.
  case gzip
  /// It is not.
  case none
}

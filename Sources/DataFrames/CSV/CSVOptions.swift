/// How a text file is read.
/// Python: the arguments of pandas.read_csv
public struct CSVOptions: Sendable {
  /// The character between fields, one byte: `,`, `;` or a tab.
  /// Python: sep
  public var separator: Unicode.Scalar = ","
  /// Texts that mark a missing value, beside the empty field.
  /// Python: na_values, keep_default_na
  public var missingMarkers: [String] = CSVOptions.defaultMissingMarkers
  /// The types of named columns; the others are inferred.
  /// Python: dtype
  public var types: [String: ColumnType] = [:]
  /// The columns to keep, nil for all; the others are passed over at little cost.
  /// Python: usecols
  public var columns: Set<String>?
  /// The most threads to use, nil for as many as there are processors. The result does not depend on it.
  public var threads: Int?

  /// pandas' defaults.
  public init() {}

  /// The markers of a missing value that pandas knows, beside the empty field.
  public static let defaultMissingMarkers = [
    "NA", "NaN", "nan", "N/A", "n/a", "NULL", "null", "None", "#N/A", "<NA>", "-nan", "-NaN", "#NA",
    "#N/A N/A",
    "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN",
  ]
}

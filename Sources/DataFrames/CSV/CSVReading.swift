/// A data frame read from a text file, and what was found out about the file.
///
/// Not in statsmodels.
public struct CSVReading: Sendable {
  /// The data.
  public let frame: DataFrame
  /// The character between fields: the one asked for, or the one found.
  public let separator: Unicode.Scalar
  /// What was assumed without having been asked for, a sentence each, for a note to the user.
  public let notes: [String]

  /// Reads a file, or standard input for the path `-`, as ``DataFrame/init(csv:options:)`` does.
  /// - Throws: ``DataFrameError`` with path, line and column.
  public init(_ path: String, options: CSVOptions = CSVOptions()) throws(DataFrameError) {
    let file = try FileBytes(path: path)
    self = try withExtendedLifetime(file) { () throws(DataFrameError) in
      try Self(bytes: file.bytes, path: path == "-" ? "standard input" : path, options: options)
    }
  }

  /// Reads bytes that live as long as the call.
  init(bytes: UnsafeRawBufferPointer, path: String?, options: CSVOptions) throws(DataFrameError) {
    try options.validate()
    try FileKind.checkText(bytes, path: path)
    guard let decoded = try TextDecoding.utf8(bytes, options.encoding, path: path) else {
      self = try CSVReader(bytes, path: path, options: options).read()
      return
    }
    let result = decoded.withUnsafeBytes { bytes in
      Result { () throws(DataFrameError) in try CSVReader(bytes, path: path, options: options).read() }
    }
    self = try result.get()
  }

  /// A frame with what was found out about its file.
  init(frame: DataFrame, separator: Unicode.Scalar, notes: [String]) {
    self.frame = frame
    self.separator = separator
    self.notes = notes
  }
}

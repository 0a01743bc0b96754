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
    var options = options
    if options.delimWhitespace { options.separator = " " }
    try options.validate()
    let isCompressed = bytes.starts(with: [0x1F, 0x8B])
    if options.compression == .gzip || (options.compression == .infer && isCompressed) {
      let content = try Inflate.bytes(bytes, .gzip, path: path)
      var inner = options
      inner.compression = .none
      let result = content.withUnsafeBytes { bytes in
        Result { () throws(DataFrameError) in try CSVReading(bytes: bytes, path: path, options: inner) }
      }
      self = try result.get()
      return
    }
    try FileKind.checkText(bytes, path: path)
    var text = try TextDecoding.utf8(bytes, options.encoding, path: path)
    if options.rewritesText {
      text = CSVBlanking.blanked(text ?? Array(bytes), options)
    }
    guard let decoded = text else {
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

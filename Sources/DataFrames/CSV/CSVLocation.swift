/// Turns positions in a text into errors that name path, line and column.
struct CSVLocation {
  /// The start of the text, after a byte-order mark.
  let start: UnsafePointer<UInt8>
  /// The end of the text.
  let end: UnsafePointer<UInt8>
  /// The file, nil for a text in memory.
  let path: String?

  /// An error at a position, or about the whole file.
  func error(
    _ code: DataFrameError.Code, _ message: String, at position: UnsafePointer<UInt8>?
  ) -> DataFrameError {
    guard let position else { return DataFrameError(code, message, path: path) }
    var line = 1
    var lineStart = start
    var p = start
    while p < position {
      let isEnd = p.pointee == 10 || (p.pointee == 13 && !(p + 1 < end && (p + 1).pointee == 10))
      p += 1
      if isEnd {
        line += 1
        lineStart = p
      }
    }
    // Continuation bytes of UTF-8 are no characters of their own.
    let before = UnsafeBufferPointer(start: lineStart, count: max(position - lineStart, 0))
    let column = before.reduce(1) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    return DataFrameError(code, message, path: path, line: line, column: column)
  }

  /// What a scanner's failure means to the user; `width` is the number of fields expected. Neither header nor
  /// width is known while the header is read.
  func error(
    _ failure: CSVRowScanner.Failure, _ fields: CSVFields, _ header: CSVHeader? = nil, width: Int = 0
  ) -> DataFrameError {
    switch failure {
    case .unterminatedQuote(let p):
      return error(.unterminatedQuote, "a quoted field begins here and is never closed", at: p)
    case .invalidUTF8(let p):
      return error(
        .invalidUTF8,
        "byte \(hex(p)) is not UTF-8 text: save the file as UTF-8, or name its encoding, such as latin-1 or "
          + "cp1252", at: p)
    case .tooManyFields(let p), .tooFewFields(let p):
      var count = width
      _ = try? CSVHeader.eachField(fields, from: p) { _, _ throws(CSVRowScanner.Failure) in count += 1 }
      return error(
        .tooManyFields,
        "this row has \(count) fields, \(width) are expected; the surplus begins here\(hint(header, fields))",
        at: p)
    }
  }

  /// The error for a first row with more fields than the header, where these are no row labels either.
  func tooManyFields(_ header: CSVHeader, _ fields: CSVFields) -> DataFrameError {
    let row = fields.skippingBlankLines(header.next)
    var position = row
    var index = 0
    _ = try? CSVHeader.eachField(fields, from: row) { _, p throws(CSVRowScanner.Failure) in
      if index == header.names.count { position = p }
      index += 1
    }
    return error(
      .tooManyFields,
      "this row has \(header.firstRowWidth) fields, the header \(header.names.count); the surplus begins here"
        + hint(header, fields), at: position)
  }

  /// Another separator that the header shows, in a sentence of its own.
  private func hint(_ header: CSVHeader?, _ fields: CSVFields) -> String {
    guard let names = header?.names, let hint = NearestNames.separatorHint(names) else { return "" }
    return
      ". \(hint)\(fields.separator == UInt8(ascii: ",") ? ", with the decimal mark ',' if it has one" : "")"
  }

  private func hex(_ p: UnsafePointer<UInt8>) -> String {
    p < end ? "0x" + String(p.pointee, radix: 16, uppercase: true) : "at the end of the file"
  }
}

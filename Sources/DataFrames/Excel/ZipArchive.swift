/// The files in a zip archive that is held in memory.
struct ZipArchive {
  private struct Entry {
    var method: Int
    var compressedSize: Int
    var size: Int
    var header: Int
  }
  private let bytes: UnsafeRawBufferPointer
  private let path: String?
  private var entries: [String: Entry] = [:]

  /// Signatures and lengths of the records of a zip archive (PKWARE's APPNOTE, 4.3).
  private static let endSignature = 0x0605_4B50
  private static let entrySignature = 0x0201_4B50
  private static let headerSignature = 0x0403_4B50
  private static let (endLength, entryLength, headerLength) = (22, 46, 30)
  /// The longest comment after the end record.
  private static let commentLength = 65_535

  /// Reads the list of files.
  ///
  /// - Throws: ``DataFrameError`` for bytes that are no zip archive.
  init(_ bytes: UnsafeRawBufferPointer, path: String?) throws(DataFrameError) {
    self.bytes = bytes
    self.path = path
    let last = bytes.count - Self.endLength
    let first = max(0, last - Self.commentLength)
    guard last >= 0, let end = (first...last).reversed().first(where: { number($0, 4) == Self.endSignature })
    else {
      throw failure("it is no zip archive, as .xlsx files are")
    }
    var place = number(end + 16, 4)
    for _ in 0..<number(end + 10, 2) {
      guard place + Self.entryLength <= bytes.count, number(place, 4) == Self.entrySignature else {
        throw failure("its list of files is damaged")
      }
      let nameEnd = place + Self.entryLength + number(place + 28, 2)
      guard nameEnd <= bytes.count else { throw failure("its list of files is damaged") }
      let name = String(decoding: bytes[(place + Self.entryLength)..<nameEnd], as: UTF8.self)
      entries[name] = Entry(
        method: number(place + 10, 2), compressedSize: number(place + 20, 4), size: number(place + 24, 4),
        header: number(place + 42, 4))
      place = nameEnd + number(place + 30, 2) + number(place + 32, 2)
    }
  }

  /// The content of a file, nil if there is none of that name.
  ///
  /// - Throws: ``DataFrameError`` for a damaged file.
  func file(_ name: String) throws(DataFrameError) -> [UInt8]? {
    guard let entry = entries[name] else { return nil }
    guard entry.header + Self.headerLength <= bytes.count, number(entry.header, 4) == Self.headerSignature
    else {
      throw failure("\(name) in it is damaged")
    }
    let start = entry.header + Self.headerLength + number(entry.header + 26, 2) + number(entry.header + 28, 2)
    guard start + entry.compressedSize <= bytes.count else { throw failure("\(name) in it is cut off") }
    let content = UnsafeRawBufferPointer(rebasing: bytes[start..<start + entry.compressedSize])
    switch entry.method {
    case 0: return Array(content)
    case 8: return try Inflate.bytes(content, .raw, path: path)
    default: throw failure("\(name) in it is compressed by an unknown method")
    }
  }

  /// A number of some bytes, the least significant one first; 0 beyond the end.
  private func number(_ place: Int, _ length: Int) -> Int {
    guard place >= 0, place + length <= bytes.count else { return 0 }
    return (0..<length).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
  }

  private func failure(_ reason: String) -> DataFrameError {
    DataFrameError(.file, "cannot read the workbook: \(reason)", path: path)
  }
}

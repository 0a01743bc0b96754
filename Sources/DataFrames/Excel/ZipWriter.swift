import CZlib

/// Writes the files of a zip archive one after the other (PKWARE's APPNOTE, 4.3).
struct ZipWriter {
  private struct Entry {
    var name: [UInt8]
    var checksum: Int
    var compressedSize: Int
    var size: Int
    var header: Int
  }
  private let file: AtomicFile
  private let path: String
  private var entries: [Entry] = []
  private var offset = 0

  /// - Throws: ``DataFrameError`` for a file that cannot be written.
  init(path: String) throws(DataFrameError) {
    self.path = path
    file = try AtomicFile(path: path)
  }

  /// Writes a file whose content comes in pieces, which `pieces` gives to its argument.
  ///
  /// - Throws: ``DataFrameError`` for a full disk, and for more than 4 gigabytes.
  mutating func add(
    _ name: String, _ pieces: (([UInt8]) throws(DataFrameError) -> Void) throws(DataFrameError) -> Void
  ) throws(DataFrameError) {
    var entry = Entry(name: Array(name.utf8), checksum: 0, compressedSize: 0, size: 0, header: offset)
    var deflate = try Deflate(.raw, path: path)
    var compressed: [UInt8] = []
    try pieces { (piece) throws(DataFrameError) in
      entry.checksum = Int(crc32(UInt(entry.checksum), piece, UInt32(piece.count)))
      entry.size += piece.count
      compressed += try deflate.compressed(piece)
    }
    compressed += try deflate.finish()
    entry.compressedSize = compressed.count
    guard entry.size + offset + compressed.count < Int(UInt32.max) else {
      throw DataFrameError(
        .file, "the workbook would have more than 4 gigabytes: toCsv has no limit", path: path)
    }
    try write(
      Self.numbers([(0x0403_4B50, 4)]) + Self.description(entry) + Self.numbers([(0, 2)]) + entry.name)
    try write(compressed)
    entries.append(entry)
  }

  /// Writes the list of files, and gives the archive its name.
  ///
  /// - Throws: ``DataFrameError`` for a full disk.
  mutating func finish() throws(DataFrameError) {
    let start = offset
    for entry in entries {
      try write(
        Self.numbers([(0x0201_4B50, 4), (20, 2)]) + Self.description(entry)
          + Self.numbers([(0, 2), (0, 2), (0, 2), (0, 2), (0, 4), (entry.header, 4)]) + entry.name)
    }
    let size = offset - start
    try write(
      Self.numbers([
        (0x0605_4B50, 4), (0, 4), (entries.count, 2), (entries.count, 2), (size, 4), (start, 4), (0, 2),
      ]))
    try file.finish()
  }

  /// What both records of a file say of it: version, names in UTF-8, compression, the first of January 1980, check sum,
  /// sizes and length of the name.
  private static func description(_ entry: Entry) -> [UInt8] {
    numbers([
      (20, 2), (0x0800, 2), (8, 2), (0, 2), (0x21, 2), (entry.checksum, 4), (entry.compressedSize, 4),
      (entry.size, 4), (entry.name.count, 2),
    ])
  }

  /// Numbers of some bytes, the least significant one first.
  private static func numbers(_ values: [(value: Int, length: Int)]) -> [UInt8] {
    values.flatMap { value, length in
      (0..<length).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
  }

  private mutating func write(_ bytes: [UInt8]) throws(DataFrameError) {
    try file.write(bytes)
    offset += bytes.count
  }
}

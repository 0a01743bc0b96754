import CZlib

/// Decompression by zlib.
enum Inflate {
  /// How compressed bytes are wrapped.
  enum Format: Int32 {
    /// gzip's header and check sum; the number asks zlib for it.
    case gzip = 31
    /// Nothing but the compressed data, as in zip archives.
    case raw = -15
  }

  /// The most bytes that are made of a file: beyond them it is taken for a trap.
  private static let limit = 1 << 35
  private static let pieceSize = 1 << 20

  /// The bytes that were compressed; parts of a gzip file that follow each other are joined.
  ///
  /// - Throws: ``DataFrameError`` for damaged or cut data, and beyond 32 gigabytes.
  static func bytes(_ source: UnsafeRawBufferPointer, _ format: Format, path: String?) throws(DataFrameError)
    -> [UInt8]
  {
    func failure(_ reason: String) -> DataFrameError {
      DataFrameError(.file, "cannot decompress the file: \(reason)", path: path)
    }
    var stream = z_stream()
    guard inflateInit2_(&stream, format.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else {
      throw failure("out of memory")
    }
    defer { inflateEnd(&stream) }
    var result: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: pieceSize)
    var offset = 0
    while true {
      // zlib counts its input in 32 bits.
      let count = min(source.count - offset, 1 << 30)
      let status = piece.withUnsafeMutableBufferPointer { piece -> Int32 in
        let input = source.baseAddress.map { $0 + offset }
        stream.next_in = UnsafeMutablePointer(mutating: input?.assumingMemoryBound(to: UInt8.self))
        stream.avail_in = UInt32(count)
        stream.next_out = piece.baseAddress
        stream.avail_out = UInt32(piece.count)
        return inflate(&stream, Z_NO_FLUSH)
      }
      offset += count - Int(stream.avail_in)
      let made = pieceSize - Int(stream.avail_out)
      result.append(contentsOf: piece[..<made])
      if result.count > limit { throw failure("its content is longer than \(limit >> 30) gigabytes") }
      switch status {
      case Z_STREAM_END:
        let isMember = offset + 1 < source.count && source[offset] == 0x1F && source[offset + 1] == 0x8B
        guard format == .gzip, isMember else { return result }
        inflateReset(&stream)
      case Z_OK where made > 0 || offset < source.count: continue
      case Z_OK, Z_BUF_ERROR: throw failure("it ends before its data do")
      default: throw failure("it is damaged")
      }
    }
  }
}

import CZlib

/// Compression by zlib.
struct Deflate {
  private final class Stream {
    var state = z_stream()
    deinit { deflateEnd(&state) }
  }
  private let stream = Stream()
  private let path: String
  private static let pieceSize = 1 << 16

  /// - Throws: ``DataFrameError`` without memory.
  init(_ format: Inflate.Format = .gzip, path: String) throws(DataFrameError) {
    self.path = path
    let status = deflateInit2_(
      &stream.state, Z_DEFAULT_COMPRESSION, Z_DEFLATED, format.rawValue, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    if status != Z_OK { throw failure }
  }

  private var failure: DataFrameError {
    DataFrameError(.file, "cannot compress the file: out of memory", path: path)
  }

  /// What is ready of the compressed bytes.
  mutating func compressed(_ bytes: [UInt8]) throws(DataFrameError) -> [UInt8] { try run(bytes, Z_NO_FLUSH) }

  /// The rest, and the end.
  mutating func finish() throws(DataFrameError) -> [UInt8] { try run([], Z_FINISH) }

  private func run(_ bytes: [UInt8], _ flush: Int32) throws(DataFrameError) -> [UInt8] {
    var result: [UInt8] = []
    var source = bytes
    var piece = [UInt8](repeating: 0, count: Self.pieceSize)
    let isWell = source.withUnsafeMutableBufferPointer { source in
      stream.state.next_in = source.baseAddress
      stream.state.avail_in = UInt32(source.count)
      repeat {
        let status = piece.withUnsafeMutableBufferPointer { piece in
          stream.state.next_out = piece.baseAddress
          stream.state.avail_out = UInt32(piece.count)
          return deflate(&stream.state, flush)
        }
        if status == Z_STREAM_ERROR { return false }
        result += piece[..<(Self.pieceSize - Int(stream.state.avail_out))]
      } while stream.state.avail_out == 0
      return true
    }
    if !isWell { throw failure }
    return result
  }
}

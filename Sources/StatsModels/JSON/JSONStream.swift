import DataFrames

/// JSON text that goes to a file while it is written, a piece at a time.
final class JSONStream {
  private let file: AtomicFile
  private var bytes: [UInt8] = []
  /// Closing brackets of the containers that are open, and whether they are empty.
  private var open: [(closing: UInt8, isEmpty: Bool)] = []
  private static let piece = 1 << 20

  init(_ file: AtomicFile) {
    self.file = file
    bytes.reserveCapacity(Self.piece + 1 << 12)
  }

  /// Opens a container and returns its depth.
  func begin(_ opening: Unicode.Scalar, _ closing: Unicode.Scalar) -> Int {
    bytes.append(UInt8(ascii: opening))
    open.append((UInt8(ascii: closing), true))
    return open.count
  }

  /// Closes what is deeper than `depth`.
  func close(to depth: Int) {
    while open.count > depth { bytes.append(open.removeLast().closing) }
  }

  /// Begins an element of the container at a depth, which closes those inside it.
  func element(at depth: Int) throws(DataFrameError) {
    close(to: depth)
    if !open[depth - 1].isEmpty { bytes.append(UInt8(ascii: ",")) }
    open[depth - 1].isEmpty = false
    if bytes.count > Self.piece { try flush() }
  }

  func key(_ text: String) {
    string(text)
    bytes.append(UInt8(ascii: ":"))
  }

  func raw(_ text: String) { bytes += text.utf8 }

  /// A number in its shortest form; nan and infinities as texts.
  func number(_ x: Double) {
    if x.isFinite { raw(x.description) } else { raw(x.isNaN ? "\"nan\"" : x < 0 ? "\"-inf\"" : "\"inf\"") }
  }

  func string(_ text: String) { JSONText.append(text, to: &bytes) }

  /// Writes what is left; the document is complete.
  func finish() throws(DataFrameError) {
    close(to: 0)
    bytes.append(UInt8(ascii: "\n"))
    try flush()
  }

  private func flush() throws(DataFrameError) {
    try file.write(bytes)
    bytes.removeAll(keepingCapacity: true)
  }
}

/// Texts as JSON writes them.
enum JSONText {
  static func append(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes += "\\\"".utf8
      case UInt8(ascii: "\\"): bytes += "\\\\".utf8
      case UInt8(ascii: "\n"): bytes += "\\n".utf8
      case UInt8(ascii: "\r"): bytes += "\\r".utf8
      case UInt8(ascii: "\t"): bytes += "\\t".utf8
      case 0..<0x20:
        let hex = String(byte, radix: 16)
        bytes += ("\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex).utf8
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

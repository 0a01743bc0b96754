import Foundation

/// Where one field is and where the next thing begins.
struct CSVField {
  /// The first byte of the content, quotes removed.
  var start: UnsafePointer<UInt8>
  /// The end of the content.
  var end: UnsafePointer<UInt8>
  /// The separator, line end or end of the file that follows the field.
  var next: UnsafePointer<UInt8>

  /// Length of the content in bytes.
  var count: Int { end - start }
}

/// Cuts text into fields as pandas' C parser does.
///
/// A quote opens a quoted field only as its first byte; a doubled quote stands for one; what follows the
/// closing quote belongs to the field and is taken as it is. A line ends with LF, CR or CR LF.
struct CSVFields {
  /// The end of the text.
  let end: UnsafePointer<UInt8>
  /// The byte between fields.
  let separator: UInt8
  /// For each byte whether it ends an unquoted field.
  private let stops: UnsafeMutablePointer<Bool>
  /// Content of fields that are not one piece of the text.
  private let scratch: Scratch

  private final class Scratch {
    var memory: UnsafeMutablePointer<UInt8>
    var capacity = 256
    init() { memory = .allocate(capacity: 256) }
    func reserve(_ count: Int) {
      if count <= capacity { return }
      memory.deallocate()
      capacity = count
      memory = .allocate(capacity: count)
    }
    deinit { memory.deallocate() }
  }

  /// A quote without its closing partner.
  struct UnterminatedQuote: Error, @unchecked Sendable {
    /// The opening quote, in a text that outlives the error.
    let position: UnsafePointer<UInt8>
  }

  /// A cutter of the text up to `end`; ``deallocate()`` frees its tables.
  init(end: UnsafePointer<UInt8>, separator: UInt8) {
    self.end = end
    self.separator = separator
    stops = .allocate(capacity: 256)
    stops.initialize(repeating: false, count: 256)
    for byte in [separator, 10, 13] { stops[Int(byte)] = true }
    scratch = Scratch()
  }

  /// Frees the tables.
  func deallocate() { stops.deallocate() }

  /// Whether a field can end at `p`.
  @inline(__always)
  func isStop(_ p: UnsafePointer<UInt8>) -> Bool { p == end || stops[Int(p.pointee)] }

  /// The end of an unquoted field that begins at `p`.
  @inline(__always)
  func unquotedEnd(_ p: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    var p = p
    while p < end, !stops[Int(p.pointee)] { p += 1 }
    return p
  }

  /// The field that begins at `p`.
  @inline(__always)
  func field(at p: UnsafePointer<UInt8>) throws(UnterminatedQuote) -> CSVField {
    if p < end, p.pointee == UInt8(ascii: "\"") { return try quotedField(at: p) }
    let next = unquotedEnd(p)
    return CSVField(start: p, end: next, next: next)
  }

  /// The field whose opening quote is at `p`.
  @inline(never)
  private func quotedField(at p: UnsafePointer<UInt8>) throws(UnterminatedQuote) -> CSVField {
    let start = p + 1
    guard let close = quote(from: start) else { throw UnterminatedQuote(position: p) }
    if isStop(close + 1) { return CSVField(start: start, end: close, next: close + 1) }
    // Find the whole extent first, then copy the pieces.
    var closing = close
    while closing + 1 < end, (closing + 1).pointee == UInt8(ascii: "\"") {
      guard let following = quote(from: closing + 2) else { throw UnterminatedQuote(position: p) }
      closing = following
    }
    let next = unquotedEnd(closing + 1)
    scratch.reserve(next - start)
    var source = start
    var count = 0
    while source < closing {
      scratch.memory[count] = source.pointee
      count += 1
      source += source.pointee == UInt8(ascii: "\"") ? 2 : 1
    }
    source = closing + 1
    while source < next {
      scratch.memory[count] = source.pointee
      count += 1
      source += 1
    }
    return CSVField(start: scratch.memory, end: scratch.memory + count, next: next)
  }

  private func quote(from p: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
    guard p < end, let found = memchr(p, Int32(UInt8(ascii: "\"")), end - p) else { return nil }
    return UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
  }

  /// The first byte of the next line that is not blank, from the line start `p`.
  @inline(__always)
  func skippingBlankLines(_ p: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    if p < end, p.pointee > 32 { return p }
    return skippingBlankLinesSlowly(p)
  }

  @inline(never)
  private func skippingBlankLinesSlowly(_ p: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    var line = p
    var p = p
    while p < end {
      switch p.pointee {
      case 10, 13:
        p += 1
        line = p
      case 32, 9:
        if p.pointee == separator { return line }
        p += 1
      default: return line
      }
    }
    return p
  }

  /// The start of the next line, from the line end `p`.
  @inline(__always)
  func skippingLineEnd(_ p: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    if p == end { return p }
    return p.pointee == 13 && p + 1 < end && (p + 1).pointee == 10 ? p + 2 : p + 1
  }
}

import Foundation

/// Numbers as bytes, least significant first.
struct ByteWriter {
  var bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func append(_ number: UInt64) { add([number.littleEndian]) }
  mutating func append(_ numbers: [Double]) { add(numbers.map(\.bitPattern.littleEndian)) }
  mutating func append(_ numbers: [Int64]) { add(numbers.map(\.littleEndian)) }
  mutating func append(_ numbers: [Int32]) { add(numbers.map(\.littleEndian)) }

  private mutating func add<Number: BitwiseCopyable>(_ numbers: [Number]) {
    numbers.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }
}

/// Reads such numbers; what is asked for must be there.
struct ByteReader {
  private let data: Data
  private var place: Int
  private let end: Int

  init(_ data: Data, from start: Int, to end: Int) {
    self.data = data
    place = data.startIndex + start
    self.end = data.startIndex + end
  }

  /// Bytes that are left.
  var left: Int { end - place }

  /// The next number of eight bytes; nil at the end.
  mutating func number() -> UInt64? {
    guard left >= 8 else { return nil }
    return read(1, of: UInt64.self).first.map { UInt64(littleEndian: $0) }
  }

  /// A number that is all there is.
  var last: UInt64? {
    var copy = self
    return copy.number()
  }

  /// The next bytes; padded ones are followed by blanks up to a multiple of eight.
  mutating func take(_ count: Int, padded: Bool) -> Data? {
    guard count >= 0, count <= left else { return nil }
    let (total, overflow) = count.addingReportingOverflow(padded ? (8 - count % 8) % 8 : 0)
    guard !overflow, total <= left else { return nil }
    defer { place += total }
    return data[place..<place + count]
  }

  mutating func codes(_ count: Int) -> [Int32] { read(count, of: Int32.self).map { Int32(littleEndian: $0) } }
  mutating func integers(_ count: Int) -> [Int] {
    read(count, of: Int64.self).map { Int(clamping: Int64(littleEndian: $0)) }
  }
  mutating func doubles(_ count: Int) -> [Double] {
    read(count, of: UInt64.self).map { Double(bitPattern: UInt64(littleEndian: $0)) }
  }

  private mutating func read<Number: FixedWidthInteger>(_ count: Int, of type: Number.Type) -> [Number] {
    let size = count * MemoryLayout<Number>.size
    guard size <= left else { return [] }
    var result = [Number](repeating: 0, count: count)
    _ = result.withUnsafeMutableBytes { data.copyBytes(to: $0, from: place..<place + size) }
    place += size
    return result
  }
}

/// A checksum of 64 bits that finds any damage of a few bytes, and of many with near certainty; no signature.
enum Checksum {
  static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
    // FNV-1a.
    var result: UInt64 = 0xCBF2_9CE4_8422_2325
    let done: Void? = bytes.withContiguousStorageIfAvailable { for byte in $0 { mix(byte, into: &result) } }
    if done == nil { for byte in bytes { mix(byte, into: &result) } }
    return result
  }

  @inline(__always)
  private static func mix(_ byte: UInt8, into result: inout UInt64) {
    result = (result ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
  }
}

import SQLModels

/// A table of a FlatBuffers message, every access of which is checked: its bytes come from elsewhere.
struct FlatTable {
  private let bytes: UnsafeRawBufferPointer
  private let start: Int
  private let fields: Int
  private let fieldsEnd: Int

  static let broken = SQLError("the database's answer is broken: it is no Arrow stream")

  /// The root of a message.
  init(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
    try self.init(bytes, at: Int(Self.load(bytes, 0) as UInt32))
  }

  private init(_ bytes: UnsafeRawBufferPointer, at start: Int) throws(SQLError) {
    self.bytes = bytes
    self.start = start
    // A table begins with how far before it its list of fields stands, and the list with its length in bytes.
    fields = start - Int(try Self.load(bytes, start) as Int32)
    fieldsEnd = fields + Int(try Self.load(bytes, fields) as UInt16)
  }

  private static func load<T: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _ place: Int
  ) throws(SQLError) -> T {
    guard place >= 0, place <= bytes.count - MemoryLayout<T>.size else { throw broken }
    return T(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: T.self))
  }

  /// Where a field is; nil where it has its default.
  private func place(_ field: Int) throws(SQLError) -> Int? {
    let entry = fields + 4 + 2 * field
    guard entry + 2 <= fieldsEnd else { return nil }
    let distance = Int(try Self.load(bytes, entry) as UInt16)
    return distance == 0 ? nil : start + distance
  }

  private func target(_ field: Int) throws(SQLError) -> Int? {
    guard let place = try place(field) else { return nil }
    return place + Int(try Self.load(bytes, place) as UInt32)
  }

  /// A number; the default where there is none.
  func number<T: FixedWidthInteger>(_ field: Int, default value: T) throws(SQLError) -> T {
    guard let place = try place(field) else { return value }
    return try Self.load(bytes, place)
  }

  /// A table within.
  func table(_ field: Int) throws(SQLError) -> FlatTable? {
    guard let target = try target(field) else { return nil }
    return try FlatTable(bytes, at: target)
  }

  /// Where a list's elements begin, and their number.
  private func list(_ field: Int, size: Int) throws(SQLError) -> (start: Int, count: Int)? {
    guard let target = try target(field) else { return nil }
    let count = Int(try Self.load(bytes, target) as UInt32)
    guard count * size <= bytes.count - target - 4 else { throw Self.broken }
    return (target + 4, count)
  }

  /// A text; empty where there is none.
  func text(_ field: Int) throws(SQLError) -> String {
    guard let (start, count) = try list(field, size: 1) else { return "" }
    return String(decoding: bytes[start..<(start + count)], as: UTF8.self)
  }

  /// A list of tables.
  func tables(_ field: Int) throws(SQLError) -> [FlatTable] {
    guard let (start, count) = try list(field, size: 4) else { return [] }
    var result: [FlatTable] = []
    for element in 0..<count {
      let place = start + 4 * element
      result.append(try FlatTable(bytes, at: place + Int(try Self.load(bytes, place) as UInt32)))
    }
    return result
  }

  /// A list of structures of two numbers of 64 bits.
  func pairs(_ field: Int) throws(SQLError) -> [(Int, Int)] {
    guard let (start, count) = try list(field, size: 16) else { return [] }
    var result: [(Int, Int)] = []
    for element in 0..<count {
      let (first, second): (Int64, Int64) = (
        try Self.load(bytes, start + 16 * element), try Self.load(bytes, start + 16 * element + 8)
      )
      result.append((Int(first), Int(second)))
    }
    return result
  }
}

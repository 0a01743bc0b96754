import SQLModels

/// Writes messages in the wire format of Protocol Buffers, field by field.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  /// Kinds of values on the wire.
  fileprivate enum Wire {
    static let varint: UInt64 = 0
    static let eightBytes: UInt64 = 1
    static let bytes: UInt64 = 2
    static let fourBytes: UInt64 = 5
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func add(_ field: Int, number: UInt64) {
    varint(UInt64(field) << 3 | Wire.varint)
    varint(number)
  }

  mutating func add(_ field: Int, text: String) { add(field, bytes: Array(text.utf8)) }

  /// A message within.
  mutating func add(_ field: Int, _ body: (inout ProtobufWriter) -> Void) {
    var inner = ProtobufWriter()
    body(&inner)
    add(field, bytes: inner.bytes)
  }

  private mutating func add(_ field: Int, bytes content: [UInt8]) {
    varint(UInt64(field) << 3 | Wire.bytes)
    varint(UInt64(content.count))
    bytes += content
  }
}

/// A message in the wire format of Protocol Buffers.
struct ProtobufMessage {
  private enum Value {
    case number(UInt64)
    case bytes(ArraySlice<UInt8>)
  }
  private var fields: [(number: Int, value: Value)] = []

  static let broken = SQLError("the server's answer is broken: it is no message of Spark Connect")

  init(_ bytes: ArraySlice<UInt8>) throws(SQLError) {
    var rest = bytes
    while !rest.isEmpty {
      let key = try Self.varint(&rest)
      let number = Int(truncatingIfNeeded: key >> 3)
      switch key & 7 {
      case ProtobufWriter.Wire.varint: fields.append((number, .number(try Self.varint(&rest))))
      case ProtobufWriter.Wire.bytes:
        let count = try Self.varint(&rest)
        guard count <= UInt64(rest.count) else { throw Self.broken }
        fields.append((number, .bytes(rest.prefix(Int(count)))))
        rest = rest.dropFirst(Int(count))
      case ProtobufWriter.Wire.eightBytes: try Self.skip(8, &rest)
      case ProtobufWriter.Wire.fourBytes: try Self.skip(4, &rest)
      default: throw Self.broken
      }
    }
  }

  private static func varint(_ rest: inout ArraySlice<UInt8>) throws(SQLError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { throw broken }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw broken
  }

  private static func skip(_ count: Int, _ rest: inout ArraySlice<UInt8>) throws(SQLError) {
    guard rest.count >= count else { throw broken }
    rest = rest.dropFirst(count)
  }

  /// The numbers of the fields that are there.
  var numbers: [Int] { fields.map(\.number) }

  /// A number, 0 where there is none.
  func number(_ field: Int) -> UInt64 {
    guard case .number(let value)? = fields.last(where: { $0.number == field })?.value else { return 0 }
    return value
  }

  /// Bytes; nil where there are none.
  func bytes(_ field: Int) -> ArraySlice<UInt8>? {
    guard case .bytes(let value)? = fields.last(where: { $0.number == field })?.value else { return nil }
    return value
  }

  /// A text, empty where there is none.
  func text(_ field: Int) -> String { String(decoding: bytes(field) ?? [], as: UTF8.self) }

  /// A message within.
  func message(_ field: Int) throws(SQLError) -> ProtobufMessage? {
    guard let bytes = bytes(field) else { return nil }
    return try ProtobufMessage(bytes)
  }

  /// All messages of a field.
  func messages(_ field: Int) throws(SQLError) -> [ProtobufMessage] {
    var result: [ProtobufMessage] = []
    for case (field, .bytes(let bytes)) in fields { result.append(try ProtobufMessage(bytes)) }
    return result
  }
}

import SQLModels

/// Reads streams of Arrow's interprocess format: a schema, then batches of rows.
///
/// Layout: Arrow columnar format 1.5, "IPC streaming format" and "Encapsulated message format".
package enum ArrowStream {
  /// Numbers by which messages, types and precisions are told apart (format/Message.fbs, format/Schema.fbs).
  private enum Header {
    static let schema: UInt8 = 1
    static let batch: UInt8 = 3
  }
  private enum TypeNumber {
    static let null: UInt8 = 1
    static let whole: UInt8 = 2
    static let floating: UInt8 = 3
    static let text: UInt8 = 5
    static let boolean: UInt8 = 6
    static let decimal: UInt8 = 7
    static let largeText: UInt8 = 20
  }

  /// A row takes at least a bit of a batch's body, unless all its values are null: of such rows no more are believed.
  private static let mostRowsWithoutBytes = 1 << 20

  /// Calls `body` with each row of a stream.
  ///
  /// - Returns: number of rows.
  /// - Throws: `SQLError` for what is no stream, and for types that models have no use for.
  @discardableResult
  package static func read(_ stream: [UInt8], _ body: ([SQLValue]) throws -> Void) throws -> Int {
    try stream.withUnsafeBytes { bytes in
      var formats: [ArrowFormat]?
      var rows = 0
      var place = 0
      while let message = try Message(bytes, at: &place) {
        switch message.kind {
        case Header.schema: formats = try Self.formats(message.header)
        case Header.batch:
          guard let formats else { throw FlatTable.broken }
          let (columns, count) = try Self.columns(message, formats)
          try ArrowColumn.read(columns, rows: 0..<count, body)
          rows += count
        default: throw SQLError("the database's answer has dictionaries, which were not asked for")
        }
      }
      return rows
    }
  }

  /// A message: the description of what its body holds, and the body.
  private struct Message {
    let kind: UInt8
    let header: FlatTable
    let body: UnsafeRawBufferPointer

    /// Reads on; nil at the end.
    init?(_ bytes: UnsafeRawBufferPointer, at place: inout Int) throws {
      guard place < bytes.count else { return nil }
      // Eight bytes: a mark, and the size of the description.
      guard place + 8 <= bytes.count,
        bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self) == UInt32.max
      else { throw FlatTable.broken }
      let size = Int(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: place + 4, as: Int32.self)))
      if size == 0 { return nil }
      let start = place + 8
      guard size > 0, size <= bytes.count - start else { throw FlatTable.broken }
      let root = try FlatTable(UnsafeRawBufferPointer(rebasing: bytes[start..<(start + size)]))
      let length = Int(try root.number(3, default: Int64(0)))
      guard let header = try root.table(2), length >= 0, length <= bytes.count - start - size else {
        throw FlatTable.broken
      }
      kind = try root.number(1, default: 0)
      self.header = header
      place = start + size + length
      body = UnsafeRawBufferPointer(rebasing: bytes[(start + size)..<place])
    }
  }

  private static func formats(_ schema: FlatTable) throws -> [ArrowFormat] {
    guard try schema.number(0, default: Int16(0)) == 0 else {
      throw SQLError("the database's answer has its bytes in an order that is not read")
    }
    return try schema.tables(1).map { field in
      guard let format = try format(field) else {
        throw SQLError(
          "the column '\(try field.text(0))' is neither of numbers, texts nor truth values: cast it in the query"
        )
      }
      return format
    }
  }

  private static func format(_ field: FlatTable) throws -> ArrowFormat? {
    guard try field.table(4) == nil else { return nil }
    let type = try field.table(3)
    switch try field.number(2, default: UInt8(0)) {
    case TypeNumber.null: return .null
    case TypeNumber.whole:
      let bits = Int(try type?.number(0, default: Int32(0)) ?? 0)
      let signed = try type?.number(1, default: UInt8(0)) ?? 0
      return [8, 16, 32, 64].contains(bits) ? .whole(bytes: bits / 8, signed: signed != 0) : nil
    case TypeNumber.floating:
      switch try type?.number(0, default: Int16(0)) {
      case 1: return .float
      case 2: return .double
      default: return nil
      }
    case TypeNumber.text: return .text(large: false)
    case TypeNumber.largeText: return .text(large: true)
    case TypeNumber.boolean: return .boolean
    case TypeNumber.decimal:
      guard let type, try type.number(2, default: Int32(128)) == 128 else { return nil }
      let scale = Int(try type.number(1, default: Int32(0)))
      return ArrowFormat.decimalScales.contains(scale) ? .decimal(scale: scale) : nil
    default: return nil
    }
  }

  // MARK: - Batches

  private static func columns(
    _ message: Message, _ formats: [ArrowFormat]
  ) throws -> (columns: [ArrowColumn], count: Int) {
    guard try message.header.table(3) == nil else {
      throw SQLError("the database's answer is compressed, which was not asked for")
    }
    let count = Int(try message.header.number(0, default: Int64(0)))
    if count == 0 { return ([], 0) }
    let nodes = try message.header.pairs(1)
    var buffers = Buffers(body: message.body, places: try message.header.pairs(2))
    guard nodes.count == formats.count, nodes.allSatisfy({ $0.0 == count }),
      (0...max(8 * message.body.count, Self.mostRowsWithoutBytes)).contains(count)
    else { throw FlatTable.broken }
    let columns = try zip(formats, nodes).map { format, node -> ArrowColumn in
      if format == .null { return ArrowColumn(format: .null, validity: nil, data: nil) }
      let validity = try buffers.next(atLeast: node.1 == 0 ? 0 : (count + 7) / 8)
      let data = try buffers.next(atLeast: format.dataSize(count))
      var bytes: UnsafeRawBufferPointer?
      if case .text(let large) = format {
        let texts = try buffers.next(atLeast: 0)
        guard areOffsets(data, large, count: count, end: texts.count) else { throw FlatTable.broken }
        bytes = texts
      }
      return ArrowColumn(
        format: format, validity: node.1 == 0 ? nil : validity.baseAddress, data: data.baseAddress,
        bytes: bytes?.baseAddress)
    }
    return (columns, count)
  }

  /// The parts of a batch's body, one after another.
  private struct Buffers {
    let body: UnsafeRawBufferPointer
    let places: [(Int, Int)]
    var used = 0

    init(body: UnsafeRawBufferPointer, places: [(Int, Int)]) {
      self.body = body
      self.places = places
    }

    mutating func next(atLeast size: Int) throws -> UnsafeRawBufferPointer {
      guard used < places.count else { throw FlatTable.broken }
      let (start, length) = places[used]
      used += 1
      guard start >= 0, length >= size, start <= body.count, length <= body.count - start else {
        throw FlatTable.broken
      }
      return UnsafeRawBufferPointer(rebasing: body[start..<(start + length)])
    }
  }

  /// Whether the offsets of texts never fall, and stay in the texts' bytes.
  private static func areOffsets(_ data: UnsafeRawBufferPointer, _ large: Bool, count: Int, end: Int) -> Bool
  {
    var last = 0
    for place in 0...count {
      let offset =
        large
        ? Int(data.loadUnaligned(fromByteOffset: 8 * place, as: Int64.self))
        : Int(data.loadUnaligned(fromByteOffset: 4 * place, as: Int32.self))
      guard offset >= last, offset <= end else { return false }
      last = offset
    }
    return true
  }
}

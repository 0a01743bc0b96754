import CADBC
import SQLModels

/// Reads batches of Arrow's C data interface: numbers, texts and truth values.
enum ArrowReader {
  /// How a column is stored.
  private enum Format {
    case double, float, boolean, null
    case whole(bytes: Int, signed: Bool)
    case decimal(scale: Int)
    case text(large: Bool)
    indirect case dictionary(index: Format, values: Format)

    init(_ schema: ArrowSchema) throws(SQLError) {
      let text = schema.format.map { String(cString: $0) } ?? ""
      let name = schema.name.map { String(cString: $0) } ?? ""
      let plain: Format?
      switch text {
      case "g": plain = .double
      case "f": plain = .float
      case "b": plain = .boolean
      case "n": plain = .null
      case "c": plain = .whole(bytes: 1, signed: true)
      case "C": plain = .whole(bytes: 1, signed: false)
      case "s": plain = .whole(bytes: 2, signed: true)
      case "S": plain = .whole(bytes: 2, signed: false)
      case "i": plain = .whole(bytes: 4, signed: true)
      case "I": plain = .whole(bytes: 4, signed: false)
      case "l": plain = .whole(bytes: 8, signed: true)
      case "L": plain = .whole(bytes: 8, signed: false)
      case "u": plain = .text(large: false)
      case "U": plain = .text(large: true)
      default:
        let parts = text.split(separator: ":").last?.split(separator: ",") ?? []
        plain =
          text.hasPrefix("d:") && (parts.count == 2 || parts.last == "128")
          ? parts.dropFirst().first.flatMap { Int($0) }.map { .decimal(scale: $0) } : nil
      }
      guard let plain else {
        throw SQLError("the column '\(name)' has the Arrow type '\(text)': cast it in the query")
      }
      guard let dictionary = schema.dictionary else {
        self = plain
        return
      }
      self = .dictionary(index: plain, values: try Format(dictionary.pointee))
    }

    var kind: SQLColumn.Kind {
      switch self {
      case .double, .float: .double
      case .boolean: .boolean
      case .null: .other
      case .whole: .integer
      case .decimal(let scale): scale == 0 ? .integer : .double
      case .text: .text
      case .dictionary(_, let values): values.kind
      }
    }
  }

  /// Names and types of the columns of a result.
  static func columns(_ schema: ArrowSchema) throws -> [SQLColumn] {
    (0..<Int(schema.n_children)).compactMap { position in
      guard let child = schema.children?[position]?.pointee else { return nil }
      let name = child.name.map { String(cString: $0) } ?? ""
      if isNumeric(child) { return SQLColumn(name: name, kind: .double) }
      return SQLColumn(name: name, kind: (try? Format(child))?.kind ?? .other)
    }
  }

  /// Whether a text is a number that Arrow has no type for: PostgreSQL's numeric.
  private static func isNumeric(_ schema: ArrowSchema) -> Bool {
    guard let metadata = schema.metadata else { return false }
    // Number of pairs, then of each the length and text of key and value.
    func length(_ place: Int) -> Int {
      Int(UnsafeRawPointer(metadata).loadUnaligned(fromByteOffset: place, as: Int32.self))
    }
    var place = 4
    for _ in 0..<max(length(0), 0) {
      var texts: [String] = []
      for _ in 0..<2 {
        let count = max(length(place), 0)
        let start = UnsafeRawPointer(metadata) + place + 4
        texts.append(String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self))
        place += 4 + count
      }
      if texts[1] == "numeric" || texts[1].contains("\"numeric\"") { return true }
    }
    return false
  }

  /// Calls `body` with each row of a batch.
  static func read(
    _ batch: inout ArrowArray, _ schema: ArrowSchema, _ body: ([SQLValue]) throws -> Void
  ) throws {
    let count = Int(schema.n_children)
    guard Int(batch.n_children) == count else { throw SQLError("a batch has other columns than its schema") }
    var columns: [(format: Format, array: ArrowArray)] = []
    for position in 0..<count {
      guard let child = schema.children?[position]?.pointee, let array = batch.children?[position]?.pointee
      else {
        throw SQLError("a batch lacks a column")
      }
      columns.append((try Format(child), array))
    }
    var values = [SQLValue](repeating: .null, count: count)
    for row in 0..<Int(batch.length) {
      for position in 0..<count {
        values[position] = value(columns[position].format, columns[position].array, Int(batch.offset) + row)
      }
      try body(values)
    }
  }

  private static func bit(_ buffer: UnsafeRawPointer, _ place: Int) -> Bool {
    buffer.load(fromByteOffset: place / 8, as: UInt8.self) >> UInt8(place % 8) & 1 == 1
  }

  private static func value(_ format: Format, _ array: ArrowArray, _ row: Int) -> SQLValue {
    let place = row + Int(array.offset)
    guard let buffers = array.buffers else { return .null }
    if array.null_count != 0, array.n_buffers > 0, let valid = buffers[0], !bit(valid, place) { return .null }
    guard array.n_buffers > 1, let data = buffers[1] else { return .null }
    switch format {
    case .null: return .null
    case .double: return .double(data.load(fromByteOffset: 8 * place, as: Double.self))
    case .float: return .double(Double(data.load(fromByteOffset: 4 * place, as: Float.self)))
    case .boolean: return .integer(bit(data, place) ? 1 : 0)
    case .whole(let bytes, let signed): return whole(data, place, bytes, signed)
    case .decimal(let scale): return decimal(data, place, scale)
    case .text(let large): return text(data, place, large, array.n_buffers > 2 ? buffers[2] : nil)
    case .dictionary(let index, let values):
      guard case .integer(let code) = value(index, array, row), let dictionary = array.dictionary else {
        return .null
      }
      return value(values, dictionary.pointee, code)
    }
  }

  private static func whole(_ data: UnsafeRawPointer, _ place: Int, _ bytes: Int, _ signed: Bool) -> SQLValue
  {
    switch (bytes, signed) {
    case (1, true): .integer(Int(data.load(fromByteOffset: place, as: Int8.self)))
    case (1, _): .integer(Int(data.load(fromByteOffset: place, as: UInt8.self)))
    case (2, true): .integer(Int(data.load(fromByteOffset: 2 * place, as: Int16.self)))
    case (2, _): .integer(Int(data.load(fromByteOffset: 2 * place, as: UInt16.self)))
    case (4, true): .integer(Int(data.load(fromByteOffset: 4 * place, as: Int32.self)))
    case (4, _): .integer(Int(data.load(fromByteOffset: 4 * place, as: UInt32.self)))
    case (_, true): .integer(Int(data.load(fromByteOffset: 8 * place, as: Int64.self)))
    default:
      { (value: UInt64) in Int(exactly: value).map(SQLValue.integer) ?? .double(Double(value)) }(
        data.load(fromByteOffset: 8 * place, as: UInt64.self))
    }
  }

  /// A decimal of 128 bits, least significant first.
  private static func decimal(_ data: UnsafeRawPointer, _ place: Int, _ scale: Int) -> SQLValue {
    let low = data.load(fromByteOffset: 16 * place, as: UInt64.self)
    let high = data.load(fromByteOffset: 16 * place + 8, as: Int64.self)
    if scale == 0, high == Int64(bitPattern: low) >> 63 { return .integer(Int(Int64(bitPattern: low))) }
    if high == Int64(bitPattern: low) >> 63, scale <= 22 {
      var unit = 1.0
      for _ in 0..<scale { unit *= 10 }
      return .double(Double(Int64(bitPattern: low)) / unit)
    }
    var value = Double(high) * 18_446_744_073_709_551_616 + Double(low)
    for _ in 0..<max(scale, 0) { value /= 10 }
    return .double(value)
  }

  private static func text(
    _ offsets: UnsafeRawPointer, _ place: Int, _ large: Bool, _ bytes: UnsafeRawPointer?
  ) -> SQLValue {
    let (start, end): (Int, Int)
    if large {
      start = Int(offsets.load(fromByteOffset: 8 * place, as: Int64.self))
      end = Int(offsets.load(fromByteOffset: 8 * place + 8, as: Int64.self))
    } else {
      start = Int(offsets.load(fromByteOffset: 4 * place, as: Int32.self))
      end = Int(offsets.load(fromByteOffset: 4 * place + 4, as: Int32.self))
    }
    guard let bytes, end > start else { return .text("") }
    return .text(
      String(decoding: UnsafeRawBufferPointer(start: bytes + start, count: end - start), as: UTF8.self))
  }
}

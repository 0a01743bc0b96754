import SQLModels

/// A column of a batch, in memory that outlives it.
package struct ArrowColumn {
  private let format: ArrowFormat
  /// A bit for each value that is there; nil where all are.
  private let validity: UnsafeRawPointer?
  /// Numbers, truth values as bits, or the offsets of texts.
  private let data: UnsafeRawPointer?
  /// Bytes of texts.
  private let bytes: UnsafeRawPointer?
  private let offset: Int
  /// What the values of a dictionary's column are places in; else empty.
  private let dictionary: [ArrowColumn]

  /// - Parameter offset: place of the first value in the buffers.
  package init(
    format: ArrowFormat, validity: UnsafeRawPointer?, data: UnsafeRawPointer?, bytes: UnsafeRawPointer? = nil,
    offset: Int = 0, dictionary: ArrowColumn? = nil
  ) {
    self.format = format
    self.validity = validity
    self.data = data
    self.bytes = bytes
    self.offset = offset
    self.dictionary = dictionary.map { [$0] } ?? []
  }

  /// Calls `body` with each row of a batch.
  package static func read(
    _ columns: [ArrowColumn], rows: Range<Int>, _ body: ([SQLValue]) throws -> Void
  ) throws {
    var values = [SQLValue](repeating: .null, count: columns.count)
    for row in rows {
      for position in columns.indices { values[position] = columns[position].value(row) }
      try body(values)
    }
  }

  /// The value of a row.
  package func value(_ row: Int) -> SQLValue {
    let place = row + offset
    if let validity, !Self.bit(validity, place) { return .null }
    guard let data else { return .null }
    return value(format, data, place)
  }

  private func value(_ format: ArrowFormat, _ data: UnsafeRawPointer, _ place: Int) -> SQLValue {
    switch format {
    case .null: return .null
    case .double: return .double(Self.load(data, place))
    case .float: return .double(Double(Self.load(data, place) as Float))
    case .boolean: return .integer(Self.bit(data, place) ? 1 : 0)
    case .whole(let bytes, let signed): return Self.whole(data, place, bytes, signed)
    case .decimal(let scale): return Self.decimal(data, place, scale)
    case .text(let large): return text(data, place, large)
    case .dictionary(let index, _):
      guard case .integer(let code) = value(index, data, place), let values = dictionary.first else {
        return .null
      }
      return values.value(code)
    }
  }

  private static func load<T>(_ data: UnsafeRawPointer, _ place: Int) -> T {
    data.loadUnaligned(fromByteOffset: MemoryLayout<T>.size * place, as: T.self)
  }

  private static func bit(_ bits: UnsafeRawPointer, _ place: Int) -> Bool {
    bits.load(fromByteOffset: place / 8, as: UInt8.self) >> UInt8(place % 8) & 1 == 1
  }

  private static func whole(_ data: UnsafeRawPointer, _ place: Int, _ bytes: Int, _ signed: Bool) -> SQLValue
  {
    switch (bytes, signed) {
    case (1, true): .integer(Int(load(data, place) as Int8))
    case (1, _): .integer(Int(load(data, place) as UInt8))
    case (2, true): .integer(Int(load(data, place) as Int16))
    case (2, _): .integer(Int(load(data, place) as UInt16))
    case (4, true): .integer(Int(load(data, place) as Int32))
    case (4, _): .integer(Int(load(data, place) as UInt32))
    case (_, true): .integer(Int(load(data, place) as Int64))
    default:
      { (value: UInt64) in Int(exactly: value).map(SQLValue.integer) ?? .double(Double(value)) }(
        load(data, place))
    }
  }

  /// A decimal of 128 bits, least significant first.
  private static func decimal(_ data: UnsafeRawPointer, _ place: Int, _ scale: Int) -> SQLValue {
    let low: UInt64 = load(data, 2 * place)
    let high: Int64 = load(data, 2 * place + 1)
    let isWhole64 = high == Int64(bitPattern: low) >> 63
    if scale == 0, isWhole64 { return .integer(Int(Int64(bitPattern: low))) }
    // Powers of ten up to 10²² are doubles, so that the quotient is the nearest one.
    if isWhole64, scale <= 22 {
      var unit = 1.0
      for _ in 0..<scale { unit *= 10 }
      return .double(Double(Int64(bitPattern: low)) / unit)
    }
    var value = Double(high) * 0x1p64 + Double(low)
    for _ in 0..<scale { value /= 10 }
    return .double(value)
  }

  private func text(_ offsets: UnsafeRawPointer, _ place: Int, _ large: Bool) -> SQLValue {
    let (start, end) =
      large
      ? (Int(Self.load(offsets, place) as Int64), Int(Self.load(offsets, place + 1) as Int64))
      : (Int(Self.load(offsets, place) as Int32), Int(Self.load(offsets, place + 1) as Int32))
    guard let bytes, end > start else { return .text("") }
    return .text(
      String(decoding: UnsafeRawBufferPointer(start: bytes + start, count: end - start), as: UTF8.self))
  }
}

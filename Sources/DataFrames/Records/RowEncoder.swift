extension DataFrame {
  /// A frame from encodable rows, such as structs: a column for each property, in the order of encoding.
  ///
  /// Properties are numbers, truth values, texts, or values that encode as one of these, and optionals of them.
  /// - Throws: ``DataFrameError`` for a row or a property of another shape, and what a row's `encode(to:)` throws.
  ///
  /// Not in pandas.
  public init<Row: Encodable>(rows: [Row]) throws {
    var builder = RecordBuilder()
    for row in rows {
      let sink = RowSink()
      try row.encode(to: RowEncoder(sink: sink))
      for (name, value) in sink.fields { try builder.set(name, value) }
      builder.endRow()
    }
    self = builder.frame
  }
}

/// The fields of one row as they are encoded.
private final class RowSink {
  var fields: [(name: String, value: ColumnValue?)] = []
}

private struct RowEncoder: Encoder {
  let sink: RowSink
  let codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(RowContainer(sink: sink))
  }
  // A row that is no set of named properties fails at its first value.
  func unkeyedContainer() -> any UnkeyedEncodingContainer { RefusedContainer(name: "the row") }
  func singleValueContainer() -> any SingleValueEncodingContainer { RefusedContainer(name: "the row") }
}

/// Encodes the properties of a row.
private struct RowContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let sink: RowSink
  let codingPath: [any CodingKey] = []

  private func put(_ value: ColumnValue?, _ key: Key) { sink.fields.append((key.stringValue, value)) }

  mutating func encodeNil(forKey key: Key) { put(nil, key) }
  mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    if let scalar = value as? any ColumnScalar {
      put(scalar.level, key)
      return
    }
    let field = FieldSink()
    try value.encode(to: FieldEncoder(sink: field, name: key.stringValue))
    put(field.value, key)
  }
  // Swift leaves out optionals that are nil; a column keeps their place.
  mutating func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws {
    if let value { try encode(value, forKey: key) } else { put(nil, key) }
  }
  mutating func encodeIfPresent(_ value: Bool?, forKey key: Key) { put(value?.level, key) }
  mutating func encodeIfPresent(_ value: String?, forKey key: Key) { put(value?.level, key) }
  mutating func encodeIfPresent(_ value: Double?, forKey key: Key) { put(value?.level, key) }
  mutating func encodeIfPresent(_ value: Float?, forKey key: Key) { put(value?.level, key) }
  mutating func encodeIfPresent(_ value: Int?, forKey key: Key) { put(value?.level, key) }
  mutating func encodeIfPresent(_ value: Int8?, forKey key: Key) { put(value?.level, key) }
  mutating func encodeIfPresent(_ value: Int16?, forKey key: Key) { put(value?.level, key) }
  mutating func encodeIfPresent(_ value: Int32?, forKey key: Key) { put(value?.level, key) }
  mutating func encodeIfPresent(_ value: Int64?, forKey key: Key) { put(value?.level, key) }
  mutating func encodeIfPresent(_ value: UInt?, forKey key: Key) {
    put(value.flatMap { Int(exactly: $0)?.level }, key)
  }
  mutating func encodeIfPresent(_ value: UInt8?, forKey key: Key) { put(value?.level, key) }
  mutating func encodeIfPresent(_ value: UInt16?, forKey key: Key) { put(value?.level, key) }
  mutating func encodeIfPresent(_ value: UInt32?, forKey key: Key) { put(value?.level, key) }
  mutating func encodeIfPresent(_ value: UInt64?, forKey key: Key) {
    put(value.flatMap { Int(exactly: $0)?.level }, key)
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    KeyedEncodingContainer(RefusedKeyedContainer(name: key.stringValue))
  }
  mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    RefusedContainer(name: key.stringValue)
  }
  mutating func superEncoder() -> any Encoder { RowEncoder(sink: sink) }
  mutating func superEncoder(forKey key: Key) -> any Encoder { RowEncoder(sink: sink) }
}

/// The value of one property as it is encoded.
private final class FieldSink {
  var value: ColumnValue?
}

private struct FieldEncoder: Encoder, SingleValueEncodingContainer {
  let sink: FieldSink
  let name: String
  let codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(RefusedKeyedContainer(name: name))
  }
  func unkeyedContainer() -> any UnkeyedEncodingContainer { RefusedContainer(name: name) }
  func singleValueContainer() -> any SingleValueEncodingContainer { self }
  func encodeNil() { sink.value = nil }
  func encode<T: Encodable>(_ value: T) throws {
    if let scalar = value as? any ColumnScalar {
      sink.value = scalar.level
    } else {
      try value.encode(to: self)
    }
  }
}

/// The error of a value that no column can hold.
private func refusal(_ name: String) -> DataFrameError {
  DataFrameError(
    .wrongType,
    "\(name) is no number, truth value or text: a row must be a type with properties of these, such as a struct"
  )
}

/// Refuses every value.
private struct RefusedContainer: UnkeyedEncodingContainer, SingleValueEncodingContainer {
  let name: String
  let codingPath: [any CodingKey] = []
  var count: Int { 0 }
  func encodeNil() throws { throw refusal(name) }
  func encode<T: Encodable>(_ value: T) throws { throw refusal(name) }
  func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(RefusedKeyedContainer(name: name))
  }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { self }
  func superEncoder() -> any Encoder { FieldEncoder(sink: FieldSink(), name: name) }
}

/// Refuses every property.
private struct RefusedKeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let name: String
  let codingPath: [any CodingKey] = []
  func encodeNil(forKey key: Key) throws { throw refusal(name) }
  func encode<T: Encodable>(_ value: T, forKey key: Key) throws { throw refusal(name) }
  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key)
    -> KeyedEncodingContainer<Nested>
  {
    KeyedEncodingContainer(RefusedKeyedContainer<Nested>(name: name))
  }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    RefusedContainer(name: name)
  }
  func superEncoder() -> any Encoder { FieldEncoder(sink: FieldSink(), name: name) }
  func superEncoder(forKey key: Key) -> any Encoder { FieldEncoder(sink: FieldSink(), name: name) }
}

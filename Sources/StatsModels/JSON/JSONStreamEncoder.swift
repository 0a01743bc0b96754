/// Encodes a value as JSON straight into a stream.
///
/// Foundation's encoder makes an object of every number first: for ten million rows these take many gigabytes.
struct JSONStreamEncoder: Encoder {
  let stream: JSONStream
  /// Depth of the container that holds the value.
  var depth = 0
  var codingPath: [any CodingKey] = []
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(Members(encoder: self, depth: stream.begin("{", "}")))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    Elements(encoder: self, depth: stream.begin("[", "]"))
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { Single(encoder: self) }

  /// Writes a value where the stream stands.
  fileprivate func write<T: Encodable>(_ value: T, depth: Int) throws {
    if T.self == [Double].self, let values = value as? [Double] {
      return try list(values) { stream.number($0) }
    }
    if T.self == [String].self, let values = value as? [String] {
      return try list(values) { stream.string($0) }
    }
    if T.self == [Int32].self, let values = value as? [Int32] {
      return try list(values) { stream.raw(String($0)) }
    }
    if T.self == [String: String].self, let values = value as? [String: String] {
      // In an order of its own: equal values give equal files.
      let inner = stream.begin("{", "}")
      for (key, text) in values.sorted(by: { $0.key < $1.key }) {
        try stream.element(at: inner)
        stream.key(key)
        stream.string(text)
      }
      return stream.close(to: inner - 1)
    }
    try value.encode(to: JSONStreamEncoder(stream: stream, depth: depth, codingPath: codingPath))
    stream.close(to: depth)
  }

  private func list<T>(_ values: [T], _ write: (T) -> Void) throws {
    let inner = stream.begin("[", "]")
    for value in values {
      try stream.element(at: inner)
      write(value)
    }
    stream.close(to: inner - 1)
  }

  fileprivate func write(_ value: Bool) { stream.raw(value ? "true" : "false") }
  fileprivate func write(_ value: some BinaryInteger) { stream.raw(String(value)) }
}

/// An object.
private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: JSONStreamEncoder
  let depth: Int
  var codingPath: [any CodingKey] { encoder.codingPath }
  private var stream: JSONStream { encoder.stream }

  init(encoder: JSONStreamEncoder, depth: Int) {
    self.encoder = encoder
    self.depth = depth
  }

  private func begin(_ key: any CodingKey) throws {
    try stream.element(at: depth)
    stream.key(key.stringValue)
  }

  private func member(_ key: Key, _ write: () throws -> Void) throws {
    try begin(key)
    try write()
  }

  func encodeNil(forKey key: Key) throws { try member(key) { stream.raw("null") } }
  func encode(_ value: Bool, forKey key: Key) throws { try member(key) { encoder.write(value) } }
  func encode(_ value: String, forKey key: Key) throws { try member(key) { stream.string(value) } }
  func encode(_ value: Double, forKey key: Key) throws { try member(key) { stream.number(value) } }
  func encode(_ value: Float, forKey key: Key) throws { try member(key) { stream.number(Double(value)) } }
  func encode(_ value: Int, forKey key: Key) throws { try member(key) { encoder.write(value) } }
  func encode(_ value: Int8, forKey key: Key) throws { try member(key) { encoder.write(value) } }
  func encode(_ value: Int16, forKey key: Key) throws { try member(key) { encoder.write(value) } }
  func encode(_ value: Int32, forKey key: Key) throws { try member(key) { encoder.write(value) } }
  func encode(_ value: Int64, forKey key: Key) throws { try member(key) { encoder.write(value) } }
  func encode(_ value: UInt, forKey key: Key) throws { try member(key) { encoder.write(value) } }
  func encode(_ value: UInt8, forKey key: Key) throws { try member(key) { encoder.write(value) } }
  func encode(_ value: UInt16, forKey key: Key) throws { try member(key) { encoder.write(value) } }
  func encode(_ value: UInt32, forKey key: Key) throws { try member(key) { encoder.write(value) } }
  func encode(_ value: UInt64, forKey key: Key) throws { try member(key) { encoder.write(value) } }
  func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    try member(key) { try encoder.write(value, depth: depth) }
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    superEncoder(forKey: key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    superEncoder(forKey: key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { nested(SuperKey()) }
  func superEncoder(forKey key: Key) -> any Encoder { nested(key) }

  /// These cannot throw: a file that cannot be written fails at the next element.
  private func nested(_ key: any CodingKey) -> JSONStreamEncoder {
    try? begin(key)
    return JSONStreamEncoder(stream: stream, depth: depth, codingPath: codingPath)
  }
}

private struct SuperKey: CodingKey {
  var stringValue: String { "super" }
  var intValue: Int? { nil }
  init() {}
  init?(stringValue: String) { return nil }
  init?(intValue: Int) { return nil }
}

/// A list.
private struct Elements: UnkeyedEncodingContainer {
  let encoder: JSONStreamEncoder
  let depth: Int
  var count = 0
  var codingPath: [any CodingKey] { encoder.codingPath }
  private var stream: JSONStream { encoder.stream }

  init(encoder: JSONStreamEncoder, depth: Int) {
    self.encoder = encoder
    self.depth = depth
  }

  /// What writes the next element.
  private mutating func next() throws -> JSONStreamEncoder {
    try stream.element(at: depth)
    count += 1
    return encoder
  }

  mutating func encodeNil() throws { try next().stream.raw("null") }
  mutating func encode(_ value: Bool) throws { try next().write(value) }
  mutating func encode(_ value: String) throws { try next().stream.string(value) }
  mutating func encode(_ value: Double) throws { try next().stream.number(value) }
  mutating func encode(_ value: Float) throws { try next().stream.number(Double(value)) }
  mutating func encode(_ value: Int) throws { try next().write(value) }
  mutating func encode(_ value: Int8) throws { try next().write(value) }
  mutating func encode(_ value: Int16) throws { try next().write(value) }
  mutating func encode(_ value: Int32) throws { try next().write(value) }
  mutating func encode(_ value: Int64) throws { try next().write(value) }
  mutating func encode(_ value: UInt) throws { try next().write(value) }
  mutating func encode(_ value: UInt8) throws { try next().write(value) }
  mutating func encode(_ value: UInt16) throws { try next().write(value) }
  mutating func encode(_ value: UInt32) throws { try next().write(value) }
  mutating func encode(_ value: UInt64) throws { try next().write(value) }
  mutating func encode<T: Encodable>(_ value: T) throws {
    try next().write(value, depth: depth)
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> {
    superEncoder().container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    superEncoder().unkeyedContainer()
  }

  mutating func superEncoder() -> any Encoder {
    _ = try? next()
    return JSONStreamEncoder(stream: stream, depth: depth, codingPath: codingPath)
  }
}

/// One value.
private struct Single: SingleValueEncodingContainer {
  let encoder: JSONStreamEncoder
  var codingPath: [any CodingKey] { encoder.codingPath }
  private var stream: JSONStream { encoder.stream }

  init(encoder: JSONStreamEncoder) { self.encoder = encoder }

  func encodeNil() { stream.raw("null") }
  func encode(_ value: Bool) { encoder.write(value) }
  func encode(_ value: String) { stream.string(value) }
  func encode(_ value: Double) { stream.number(value) }
  func encode(_ value: Float) { stream.number(Double(value)) }
  func encode(_ value: Int) { encoder.write(value) }
  func encode(_ value: Int8) { encoder.write(value) }
  func encode(_ value: Int16) { encoder.write(value) }
  func encode(_ value: Int32) { encoder.write(value) }
  func encode(_ value: Int64) { encoder.write(value) }
  func encode(_ value: UInt) { encoder.write(value) }
  func encode(_ value: UInt8) { encoder.write(value) }
  func encode(_ value: UInt16) { encoder.write(value) }
  func encode(_ value: UInt32) { encoder.write(value) }
  func encode(_ value: UInt64) { encoder.write(value) }
  func encode<T: Encodable>(_ value: T) throws { try encoder.write(value, depth: encoder.depth) }
}

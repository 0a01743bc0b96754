extension DataFrame {
  /// The rows as values of a decodable type, such as a struct with a property for each column.
  ///
  /// Whole numbers fit floating-point properties, and floating-point ones without a fraction whole ones; missing
  /// values need optionals. Columns without a property are passed over.
  /// - Throws: `DecodingError` that names the row and the column.
  ///
  /// Not in pandas.
  public func rows<Row: Decodable>(as type: Row.Type) throws -> [Row] {
    try (0..<rowCount).map { try Row(from: RowDecoder(frame: self, row: $0)) }
  }
}

private struct RowDecoder: Decoder {
  let frame: DataFrame
  let row: Int
  let codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(RowFields(frame: frame, row: row))
  }
  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw mismatch }
  func singleValueContainer() throws -> any SingleValueDecodingContainer { throw mismatch }

  private var mismatch: DecodingError {
    .dataCorrupted(
      .init(codingPath: [], debugDescription: "a row is decoded by a type with a property for each column"))
  }
}

/// Decodes the properties of a row.
private struct RowFields<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let frame: DataFrame
  let row: Int
  let codingPath: [any CodingKey] = []

  var allKeys: [Key] { frame.columnNames.compactMap(Key.init(stringValue:)) }
  func contains(_ key: Key) -> Bool { frame.contains(key.stringValue) }
  func decodeNil(forKey key: Key) throws -> Bool { try field(key).value == nil }
  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try field(key).decode(type) }

  private func field(_ key: Key) throws -> FieldDecoder {
    guard frame.contains(key.stringValue) else {
      throw DecodingError.keyNotFound(
        key,
        .init(
          codingPath: [],
          debugDescription: NearestNames.message("column", key.stringValue, among: frame.columnNames)))
    }
    return FieldDecoder(value: frame[key.stringValue][row], row: row, codingPath: [key])
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> { try field(key).container(keyedBy: type) }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try field(key).unkeyedContainer()
  }
  func superDecoder() throws -> any Decoder { RowDecoder(frame: frame, row: row) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try field(key) }
}

/// Decodes one value.
private struct FieldDecoder: Decoder, SingleValueDecodingContainer {
  let value: ColumnValue?
  let row: Int
  let codingPath: [any CodingKey]
  let userInfo: [CodingUserInfoKey: Any] = [:]

  private func context(_ type: Any.Type) -> DecodingError.Context {
    let found = value.map(\.debugDescription) ?? "a missing value"
    let column = PythonText.quoted(codingPath.last?.stringValue ?? "")
    return .init(
      codingPath: codingPath, debugDescription: "row \(row), column \(column): \(found) is no \(type)")
  }

  private func unwrap<T>(_ type: T.Type, _ convert: (ColumnValue) -> T?) throws -> T {
    guard let value else { throw DecodingError.valueNotFound(type, context(type)) }
    guard let result = convert(value) else { throw DecodingError.typeMismatch(type, context(type)) }
    return result
  }

  func decodeNil() -> Bool { value == nil }
  func decode(_ type: Bool.Type) throws -> Bool {
    try unwrap(type) { if case .boolean(let truth) = $0 { truth } else { nil } }
  }
  func decode(_ type: String.Type) throws -> String {
    try unwrap(type) { if case .string(let text) = $0 { text } else { nil } }
  }
  func decode(_ type: Double.Type) throws -> Double { try unwrap(type) { $0.number } }
  func decode(_ type: Float.Type) throws -> Float { try unwrap(type) { $0.number.map(Float.init) } }
  func decode<T: Decodable & FixedWidthInteger>(_ type: T.Type) throws -> T {
    try unwrap(type) { $0.wholeNumber.flatMap(T.init(exactly:)) }
  }
  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    if let whole = type as? any (FixedWidthInteger & Decodable).Type,
      let result = try decodeWhole(whole) as? T
    {
      return result
    }
    if type == Double.self, let result = try decode(Double.self) as? T { return result }
    if type == Float.self, let result = try decode(Float.self) as? T { return result }
    if type == String.self, let result = try decode(String.self) as? T { return result }
    if type == Bool.self, let result = try decode(Bool.self) as? T { return result }
    if type == ColumnValue.self, let result = try unwrap(ColumnValue.self, { $0 }) as? T { return result }
    return try T(from: self)
  }
  private func decodeWhole<W: FixedWidthInteger & Decodable>(_ type: W.Type) throws -> W {
    try unwrap(type) { $0.wholeNumber.flatMap(W.init(exactly:)) }
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    throw DecodingError.typeMismatch([String: ColumnValue].self, context([String: ColumnValue].self))
  }
  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    throw DecodingError.typeMismatch([ColumnValue].self, context([ColumnValue].self))
  }
  func singleValueContainer() -> any SingleValueDecodingContainer { self }
}

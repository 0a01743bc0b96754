extension JSONValue {
  /// Reads a document; numbers without fraction and exponent that fit become integers.
  ///
  /// - Throws: ``DataFrameError`` with the byte position, in its column, of the first thing that is not JSON.
  package init(json text: String) throws(DataFrameError) { try self.init(json: Array(text.utf8)) }

  /// Reads a document of bytes in UTF-8, as ``init(json:)`` does.
  package init(json bytes: [UInt8]) throws(DataFrameError) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.document()
  }
}

/// A recursive-descent parser over bytes (RFC 8259), with a limit on nesting.
private struct JSONParser {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func document() throws(DataFrameError) -> JSONValue {
    let result = try value(depth: 0)
    skipSpace()
    if next != nil { throw failure("text after the end of the document") }
    return result
  }

  private func failure(_ what: String) -> DataFrameError {
    DataFrameError(.invalidText, "not valid JSON: \(what) at byte \(position)", column: position)
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func take(word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard position + count <= bytes.count else { return false }
    for i in 0..<count where bytes[position + i] != word.utf8Start[i] { return false }
    position += count
    return true
  }

  private mutating func value(depth: Int) throws(DataFrameError) -> JSONValue {
    guard depth < 200 else { throw failure("nesting deeper than 200") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t") where take(word: "true"): return .boolean(true)
    case UInt8(ascii: "f") where take(word: "false"): return .boolean(false)
    case UInt8(ascii: "n") where take(word: "null"): return .null
    case let byte? where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte): return try number()
    default: throw failure("expected a value")
    }
  }

  private mutating func object(depth: Int) throws(DataFrameError) -> JSONValue {
    position += 1
    var members: [(key: String, value: JSONValue)] = []
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw failure("expected a member name") }
      let key = try string()
      guard take(":") else { throw failure("expected ':'") }
      members.append((key: key, value: try value(depth: depth + 1)))
    } while take(",")
    guard take("}") else { throw failure("expected '}'") }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(DataFrameError) -> JSONValue {
    position += 1
    var elements: [JSONValue] = []
    if take("]") { return .array(elements) }
    repeat { elements.append(try value(depth: depth + 1)) } while take(",")
    guard take("]") else { throw failure("expected ']'") }
    return .array(elements)
  }

  private mutating func number() throws(DataFrameError) -> JSONValue {
    let start = position
    var whole = true
    while let byte = next {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): break
      case UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): whole = false
      default:
        return try number(start, whole)
      }
      position += 1
    }
    return try number(start, whole)
  }

  private func number(_ start: Int, _ whole: Bool) throws(DataFrameError) -> JSONValue {
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if whole, let integer = Int(text) { return .integer(integer) }
    guard let value = Double(text) else { throw failure("'\(text)' is not a number") }
    return .number(value)
  }

  private mutating func string() throws(DataFrameError) -> String {
    position += 1
    var content: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
      case UInt8(ascii: "\\"): content += Array(String(Character(try escape())).utf8)
      case 0..<0x20: throw failure("control character in a string")
      default: content.append(byte)
      }
    }
    throw failure("unterminated string")
  }

  private mutating func escape() throws(DataFrameError) -> Unicode.Scalar {
    guard let byte = next else { throw failure("unterminated string") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let unit = try codeUnit()
      if let scalar = Unicode.Scalar(unit) { return scalar }
      // A high surrogate must be followed by an escaped low one.
      if unit < 0xDC00, take(word: "\\u") {
        let low = try codeUnit()
        if (0xDC00...0xDFFF).contains(low),
          let scalar = Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
        {
          return scalar
        }
      }
      throw failure("half a surrogate pair")
    default: throw failure("unknown escape")
    }
  }

  private mutating func codeUnit() throws(DataFrameError) -> UInt32 {
    guard position + 4 <= bytes.count,
      bytes[position..<position + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw failure("expected four hexadecimal digits") }
    position += 4
    return unit
  }
}

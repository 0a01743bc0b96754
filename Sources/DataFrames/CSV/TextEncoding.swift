/// How the bytes of a text file stand for characters.
/// Python: the argument encoding of pandas.read_csv
public enum TextEncoding: String, Sendable, CaseIterable {
  /// UTF-8; a byte-order mark is passed over.
  case utf8 = "utf-8"
  /// UTF-8 with a byte-order mark, as spreadsheets save it; the same as ``utf8`` for a reader.
  case utf8Sig = "utf-8-sig"
  /// UTF-16, its byte order told by a byte-order mark, little-endian without one.
  case utf16 = "utf-16"
  /// UTF-16, least significant byte first.
  case utf16LE = "utf-16-le"
  /// UTF-16, most significant byte first.
  case utf16BE = "utf-16-be"
  /// ISO 8859-1: each byte is the code point of its number.
  case latin1 = "latin-1"
  /// Windows' code page of western Europe: Latin-1 with letters and signs in 0x80 to 0x9F.
  case cp1252 = "cp1252"

  /// The encoding of a name that Python knows, in any case and with `_` or nothing for `-`; nil for others.
  public init?(pythonName: String) {
    let key = pythonName.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " }
    let aliases = [
      "utf": TextEncoding.utf8, "u8": .utf8, "ascii": .utf8, "usascii": .utf8, "utf16": .utf16, "u16": .utf16,
      "iso88591": .latin1, "l1": .latin1, "windows1252": .cp1252, "ansi": .cp1252,
    ]
    let written = Self.allCases.first { $0.rawValue.filter { $0 != "-" } == key }
    guard let encoding = written ?? aliases[key] else { return nil }
    self = encoding
  }
}

/// Turns a file's bytes into UTF-8.
enum TextDecoding {
  /// The text as UTF-8, nil where the bytes are UTF-8 already (which is not checked here).
  static func utf8(
    _ bytes: UnsafeRawBufferPointer, _ encoding: TextEncoding, path: String?
  ) throws(DataFrameError) -> [UInt8]? {
    switch encoding {
    case .utf8, .utf8Sig:
      if mark(bytes) != nil {
        throw DataFrameError(
          .invalidUTF8, "the file is UTF-16 text: read it with the encoding 'utf-16', or save it as UTF-8",
          path: path)
      }
      return nil
    case .utf16: return try utf16(bytes, bigEndian: mark(bytes) ?? false, path)
    case .utf16LE: return try utf16(bytes, bigEndian: false, path)
    case .utf16BE: return try utf16(bytes, bigEndian: true, path)
    case .latin1: return try bytewise(bytes, path) { Unicode.Scalar($0) }
    case .cp1252:
      return try bytewise(bytes, path) { 0x80...0x9F ~= $0 ? windows[Int($0 - 0x80)] : Unicode.Scalar($0) }
    }
  }

  /// Whether a UTF-16 byte-order mark says that the most significant byte comes first; nil without a mark.
  private static func mark(_ bytes: UnsafeRawBufferPointer) -> Bool? {
    guard bytes.count >= 2 else { return nil }
    return switch (bytes[0], bytes[1]) {
    case (0xFF, 0xFE): false
    case (0xFE, 0xFF): true
    default: nil
    }
  }

  /// Decodes one character a byte.
  private static func bytewise(
    _ bytes: UnsafeRawBufferPointer, _ path: String?, _ scalar: (UInt8) -> Unicode.Scalar?
  ) throws(DataFrameError) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 8)
    for byte in bytes {
      if byte < 0x80 {
        result.append(byte)
      } else if let scalar = scalar(byte) {
        result.append(contentsOf: UTF8.encode(scalar).unsafelyUnwrapped)
      } else {
        throw failure("byte 0x" + String(byte, radix: 16, uppercase: true), after: result, path)
      }
    }
    return result
  }

  /// Decodes pairs of bytes; a byte-order mark at the start is dropped.
  private static func utf16(
    _ bytes: UnsafeRawBufferPointer, bigEndian: Bool, _ path: String?
  ) throws(DataFrameError) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count / 2 + bytes.count / 16)
    func unit(_ position: Int) -> UInt16 {
      let (first, second) = (UInt16(bytes[position]), UInt16(bytes[position + 1]))
      return bigEndian ? first << 8 | second : second << 8 | first
    }
    var position = bytes.count >= 2 && unit(0) == 0xFEFF ? 2 : 0
    while position + 1 < bytes.count {
      let first = unit(position)
      position += 2
      if first < 0x80 {
        result.append(UInt8(truncatingIfNeeded: first))
        continue
      }
      var value = UInt32(first)
      if UTF16.isLeadSurrogate(first), position + 1 < bytes.count, UTF16.isTrailSurrogate(unit(position)) {
        value = 0x10000 + (UInt32(first & 0x3FF) << 10 | UInt32(unit(position) & 0x3FF))
        position += 2
      }
      guard let scalar = Unicode.Scalar(value) else {
        throw failure("half of a surrogate pair", after: result, path)
      }
      result.append(contentsOf: UTF8.encode(scalar).unsafelyUnwrapped)
    }
    if position < bytes.count { throw failure("a single byte at the end", after: result, path) }
    return result
  }

  private static func failure(_ what: String, after text: [UInt8], _ path: String?) -> DataFrameError {
    let line = 1 + text.reduce(0) { $0 + ($1 == 10 ? 1 : 0) }
    let lineStart = text.lastIndex(of: 10).map { $0 + 1 } ?? 0
    let column = text[lineStart...].reduce(1) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    return DataFrameError(
      .invalidText,
      "\(what) is no character of the file's encoding: name another encoding, or save the file "
        + "as UTF-8", path: path, line: line, column: column)
  }

  /// Code page 1252 from 0x80 to 0x9F; five bytes stand for nothing.
  private static let windows: [Unicode.Scalar?] = [
    "\u{20AC}", nil, "\u{201A}", "\u{192}", "\u{201E}", "\u{2026}", "\u{2020}", "\u{2021}",
    "\u{2C6}", "\u{2030}", "\u{160}", "\u{2039}", "\u{152}", nil, "\u{17D}", nil,
    nil, "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "\u{2022}", "\u{2013}", "\u{2014}",
    "\u{2DC}", "\u{2122}", "\u{161}", "\u{203A}", "\u{153}", nil, "\u{17E}", "\u{178}",
  ]
}

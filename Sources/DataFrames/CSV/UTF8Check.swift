/// Validation of UTF-8.
enum UTF8Check {
  /// The offset of the first byte that starts no valid sequence, nil when all bytes are UTF-8.
  static func firstInvalid(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int? {
    var i = 0
    while i < count {
      let lead = bytes[i]
      if lead < 0x80 {
        i += 1
        continue
      }
      // The table of well-formed sequences in the Unicode Standard, section 3.9.
      let (length, range): (Int, ClosedRange<UInt8>) =
        switch lead {
        case 0xC2...0xDF: (2, 0x80...0xBF)
        case 0xE0: (3, 0xA0...0xBF)
        case 0xED: (3, 0x80...0x9F)
        case 0xE1...0xEF: (3, 0x80...0xBF)
        case 0xF0: (4, 0x90...0xBF)
        case 0xF1...0xF3: (4, 0x80...0xBF)
        case 0xF4: (4, 0x80...0x8F)
        default: (0, 0x80...0xBF)
        }
      if length == 0 || i + length > count || !range.contains(bytes[i + 1]) { return i }
      for k in 2..<max(2, length) where bytes[i + k] & 0xC0 != 0x80 { return i }
      i += length
    }
    return nil
  }
}

/// Numbers as text, exactly as Python's `%` operator, format specifications and `repr` write them.
///
/// Independent of the process's locale and of the C library.
package enum PythonFormat {
  /// `'%.{decimals}f' % x`.
  package static func fixed(_ x: Double, _ decimals: Int) -> String {
    if let special = nonFinite(x) { return special }
    var expansion = DecimalExpansion(x)
    expansion.round(toDigits: expansion.point + decimals)
    let body = positional(expansion, decimals: decimals)
    return x.sign == .minus ? "-" + body : body
  }

  /// `'%.{decimals}e' % x`.
  package static func exponent(_ x: Double, _ decimals: Int) -> String {
    if let special = nonFinite(x) { return special }
    var expansion = DecimalExpansion(x)
    expansion.round(toDigits: decimals + 1)
    let body = scientific(expansion, decimals: decimals)
    return x.sign == .minus ? "-" + body : body
  }

  /// `'%.{precision}g' % x`; with `alternate`, `'%#.{precision}g' % x`, which keeps trailing zeros.
  package static func general(_ x: Double, _ precision: Int = 6, alternate: Bool = false) -> String {
    if let special = nonFinite(x) { return special }
    let precision = max(precision, 1)
    var expansion = DecimalExpansion(x)
    expansion.round(toDigits: precision)
    let exponent = expansion.digits.isEmpty ? 0 : expansion.point - 1
    var body: String
    if exponent < -4 || exponent >= precision {
      body = scientific(expansion, decimals: precision - 1, trimmed: !alternate)
    } else {
      body = positional(expansion, decimals: precision - 1 - exponent)
      if alternate, !body.utf8.contains(46) { body += "." }
      if !alternate { body = trimmingZeros(body) }
    }
    if x.sign == .minus { body = "-" + body }
    return body
  }

  /// `repr(x)`: the shortest digits that read back as the same number.
  package static func repr(_ x: Double) -> String {
    if let special = nonFinite(x) { return special }
    // Swift's own description has the same digits, but other limits for the exponent form.
    var digits: [Character] = []
    var point: Int?
    var exponent = 0
    let text = x.magnitude.description
    let parts = text.split(separator: "e", maxSplits: 1)
    for character in parts[0] {
      if character == "." { point = digits.count } else { digits.append(character) }
    }
    if parts.count > 1 { exponent = Int(parts[1]) ?? 0 }
    var position = (point ?? digits.count) + exponent
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    while digits.count > 1, digits.first == "0" {
      digits.removeFirst()
      position -= 1
    }
    let sign = x.sign == .minus ? "-" : ""
    if digits == ["0"] { return sign + "0.0" }
    if position - 1 < -4 || position - 1 >= 16 {
      var body = String(digits[0])
      if digits.count > 1 { body += "." + String(digits[1...]) }
      return sign + body + exponentSuffix(position - 1)
    }
    if position <= 0 { return sign + "0." + String(repeating: "0", count: -position) + String(digits) }
    if position >= digits.count {
      return sign + String(digits) + String(repeating: "0", count: position - digits.count) + ".0"
    }
    return sign + String(digits[..<position]) + "." + String(digits[position...])
  }

  private static func nonFinite(_ x: Double) -> String? {
    if x.isNaN { return "nan" }
    if x.isInfinite { return x < 0 ? "-inf" : "inf" }
    return nil
  }

  private static func positional(_ value: DecimalExpansion, decimals: Int) -> String {
    func digit(_ place: Int) -> UInt8 {
      value.digits.indices.contains(place) ? value.digits[place] + 48 : 48
    }
    var bytes: [UInt8] = []
    let whole = value.digits.isEmpty ? 0 : value.point
    if whole <= 0 { bytes.append(48) } else { for i in 0..<whole { bytes.append(digit(i)) } }
    if decimals > 0 {
      bytes.append(46)
      for i in 0..<decimals { bytes.append(digit(whole + i)) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func scientific(_ value: DecimalExpansion, decimals: Int, trimmed: Bool = false) -> String {
    var digits = value.digits.prefix(decimals + 1).map { $0 + 48 }
    while digits.count < decimals + 1 { digits.append(48) }
    var body = String(decoding: digits[..<1], as: UTF8.self)
    if decimals > 0 { body += "." + String(decoding: digits[1...], as: UTF8.self) }
    if trimmed { body = trimmingZeros(body) }
    return body + exponentSuffix(value.digits.isEmpty ? 0 : value.point - 1)
  }

  private static func exponentSuffix(_ exponent: Int) -> String {
    let magnitude = String(exponent.magnitude)
    return (exponent < 0 ? "e-" : "e+") + (magnitude.utf8.count < 2 ? "0" : "") + magnitude
  }

  private static func trimmingZeros(_ text: String) -> String {
    guard text.utf8.contains(46) else { return text }
    var result = text
    while result.hasSuffix("0") { result.removeLast() }
    if result.hasSuffix(".") { result.removeLast() }
    return result
  }
}

/// Padding as Python's `str.ljust`, `rjust` and `center` do it; lengths count code points.
package enum PythonPadding {
  /// Number of code points, Python's `len`.
  package static func length(_ text: String) -> Int { text.unicodeScalars.count }

  /// `text.ljust(width)`.
  package static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - length(text)))
  }

  /// `text.rjust(width)`.
  package static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - length(text))) + text
  }

  /// `text.center(width)`: CPython puts the odd space left when the width is odd, right otherwise.
  package static func center(_ text: String, _ width: Int) -> String {
    let margin = max(0, width - length(text))
    let left = margin / 2 + (margin & width & 1)
    return String(repeating: " ", count: left) + text + String(repeating: " ", count: margin - left)
  }
}

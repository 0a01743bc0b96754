import Foundation

/// The marks inside numbers.
struct NumberStyle {
  /// The mark before the fraction.
  let decimal: UInt8
  /// The mark between groups of digits, nil for none.
  let thousands: UInt8?

  /// ASCII marks; pandas' defaults.
  init(decimal: Unicode.Scalar = ".", thousands: Unicode.Scalar? = nil) {
    self.decimal = UInt8(ascii: decimal)
    self.thousands = thousands.map { UInt8(ascii: $0) }
  }
}

/// Correctly rounded conversion of decimal text to numbers, without locale.
///
/// Short numbers are exact by one multiplication or division (W. D. Clinger, PLDI 1990); longer ones take the
/// 128-bit product of D. Lemire (2021); the rare rest goes to `strtod`.
struct DecimalParser {
  private let powers: UnsafePointer<UInt64>
  private let tens: UnsafePointer<Double>
  private let style: NumberStyle

  /// Runs `body` with a parser, whose tables live as long as the call.
  static func withParser<Result>(
    _ style: NumberStyle = NumberStyle(), _ body: (DecimalParser) -> Result
  ) -> Result {
    PowersOfFive.words.withUnsafeBufferPointer { words in
      tens.withUnsafeBufferPointer { tens in
        guard let words = words.baseAddress, let tens = tens.baseAddress else {
          stop("DecimalParser: an empty table")
        }
        return body(DecimalParser(powers: words, tens: tens, style: style))
      }
    }
  }

  /// The number that starts at `start`, and where it ends; nil if none does. No blanks, no `inf`.
  @inline(__always)
  func number(
    from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>
  ) -> (value: Double, end: UnsafePointer<UInt8>)? {
    var p = start
    let negative = p < end && p.pointee == UInt8(ascii: "-")
    if negative || (p < end && p.pointee == UInt8(ascii: "+")) { p += 1 }
    var mantissa: UInt64 = 0
    let integerStart = p
    while p < end, p.pointee &- 48 < 10 {
      mantissa = mantissa &* 10 &+ UInt64(p.pointee &- 48)
      p += 1
    }
    var digits = p - integerStart
    var exponent = 0
    if p < end, p.pointee == style.decimal {
      p += 1
      let fractionStart = p
      while p < end, p.pointee &- 48 < 10 {
        mantissa = mantissa &* 10 &+ UInt64(p.pointee &- 48)
        p += 1
      }
      exponent = fractionStart - p
      digits -= exponent
    }
    if digits == 0 { return nil }
    if p < end, p.pointee | 0x20 == UInt8(ascii: "e") {
      guard let (power, next) = Self.exponent(from: p + 1, to: end) else { return nil }
      exponent += power
      p = next
    }
    if digits > 19 {
      return (slow(from: start, to: p), p)
    }
    guard let magnitude = scaled(mantissa, exponent) else { return (slow(from: start, to: p), p) }
    return (negative ? -magnitude : magnitude, p)
  }

  /// `mantissa * 10^exponent` correctly rounded, nil where neither fast way is certain.
  @inline(__always)
  private func scaled(_ mantissa: UInt64, _ exponent: Int) -> Double? {
    if mantissa < 1 << 53 {
      if exponent == 0 { return Double(mantissa) }
      if exponent < 0, exponent >= -22 { return Double(mantissa) / tens[-exponent] }
      if exponent > 0, exponent <= 22 { return Double(mantissa) * tens[exponent] }
      if mantissa == 0 { return 0 }
    }
    guard PowersOfFive.exponents.contains(exponent) else { return nil }
    return product(mantissa, exponent)
  }

  /// `mantissa * 10^exponent` from the upper 128 bits of `mantissa * 5^exponent`; nil when they do not
  /// decide.
  private func product(_ mantissa: UInt64, _ exponent: Int) -> Double? {
    let shift = mantissa.leadingZeroBitCount
    let normalized = mantissa << UInt64(shift)
    let entry = powers + 2 * (exponent - PowersOfFive.exponents.lowerBound)
    var (high, low) = normalized.multipliedFullWidth(by: entry[0])
    if high & 0x1FF == 0x1FF {
      let extra = normalized.multipliedFullWidth(by: entry[1]).high
      low = low &+ extra
      if extra > low { high &+= 1 }
    }
    if low == .max, !(-27...55).contains(exponent) { return nil }
    let upper = high >> 63
    var bits = high >> (upper + 9)
    // floor(log2(10^exponent)) from a fixed-point log2(10)
    var power = ((217706 * exponent) >> 16) + 63 + Int(upper) - shift + 1023
    if power <= 0 || power >= 2046 { return nil }
    let halfway = low <= 1 && (-4...23).contains(exponent) && bits & 3 == 1 && bits << (upper + 9) == high
    if halfway { bits &= ~1 }
    bits = (bits + (bits & 1)) >> 1
    if bits >= 1 << 53 {
      bits = 1 << 52
      power += 1
    }
    return Double(bitPattern: UInt64(power) << 52 | bits & ~(1 << 52))
  }

  /// 10^0 to 10^22, all exact.
  private static let tens: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
  ]

  /// The exponent after an `e`, held within ±100,000; nil without a digit.
  private static func exponent(
    from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>
  ) -> (power: Int, end: UnsafePointer<UInt8>)? {
    var p = start
    let negative = p < end && p.pointee == UInt8(ascii: "-")
    if negative || (p < end && p.pointee == UInt8(ascii: "+")) { p += 1 }
    let first = p
    var power = 0
    while p < end, p.pointee &- 48 < 10 {
      power = min(power * 10 + Int(p.pointee &- 48), 100_000)
      p += 1
    }
    return p == first ? nil : (negative ? -power : power, p)
  }

  /// The C library's answer for a text known to be a number.
  private func slow(from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>) -> Double {
    let bytes = UnsafeBufferPointer(start: start, count: end - start)
    let text = String(decoding: bytes.map { $0 == style.decimal ? UInt8(ascii: ".") : $0 }, as: UTF8.self)
    return Double(text) ?? strtod(text, nil)
  }
}

extension DecimalParser {
  /// What a whole field says if it is read as a number; blanks around it do not count.
  enum Field {
    case integer(Int)
    case double(Double)
    /// Digits beyond 64 bits that no double holds exactly: an identifier rather than a quantity.
    case wideInteger
    case notANumber
  }

  /// Reads a whole field.
  func field(from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>) -> Field {
    var start = start
    var end = end
    while start < end, Self.isBlank(start.pointee) { start += 1 }
    while end > start, Self.isBlank((end - 1).pointee) { end -= 1 }
    if let whole = integer(from: start, to: end) { return whole }
    if let (value, next) = number(from: start, to: end), next == end { return .double(value) }
    if let mark = style.thousands, let ungrouped = ungrouped(from: start, to: end, mark) { return ungrouped }
    return infinity(from: start, to: end).map(Field.double) ?? .notANumber
  }

  /// Reads a field that holds marks between groups of digits; nil for any other.
  private func ungrouped(
    from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>, _ mark: UInt8
  ) -> Field? {
    let bytes = UnsafeBufferPointer(start: start, count: end - start)
    guard bytes.contains(mark), let first = bytes.first, first != mark else { return nil }
    let digits = bytes.filter { $0 != mark }
    return digits.withUnsafeBufferPointer { digits in
      digits.baseAddress.map { field(from: $0, to: $0 + digits.count) }
    }
  }

  /// Reads a field of nothing but a sign and digits; nil for any other.
  private func integer(from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>) -> Field? {
    var p = start
    let negative = p < end && p.pointee == UInt8(ascii: "-")
    if negative || (p < end && p.pointee == UInt8(ascii: "+")) { p += 1 }
    if p == end { return nil }
    var magnitude: UInt64 = 0
    var overflow = false
    while p < end {
      let digit = p.pointee &- 48
      if digit > 9 { return nil }
      let (tens, high) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(UInt64(digit))
      overflow = overflow || high || carry
      magnitude = sum
      p += 1
    }
    if overflow { return .wideInteger }
    if negative, magnitude == UInt64(Int.max) + 1 { return .integer(.min) }
    if let value = Int(exactly: magnitude) { return .integer(negative ? -value : value) }
    if !negative, let value = Double(exactly: magnitude) { return .double(value) }
    return .wideInteger
  }

  /// `inf` and `infinity` with an optional sign, in any case.
  private func infinity(from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>) -> Double? {
    guard end - start >= 3, end - start <= 9 else { return nil }
    var text = String(decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self)
    let negative = text.first == "-"
    if negative || text.first == "+" { text.removeFirst() }
    guard ["inf", "infinity"].contains(text.lowercased()) else { return nil }
    return negative ? -.infinity : .infinity
  }

  /// Space, tab, line feed, vertical tab, form feed, carriage return: C's `isspace`.
  private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (byte >= 9 && byte <= 13) }
}

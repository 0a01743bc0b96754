/// The exact decimal digits of a finite double.
///
/// A double is m · 2^e with whole m; for negative e it is m · 5^-e / 10^-e, so the digits are those of a
/// whole number and rounding to any place is exact. Nothing here depends on a locale.
struct DecimalExpansion {
  /// The digits 0…9 from the first that is not zero; empty for zero.
  private(set) var digits: [UInt8]
  /// Position of the decimal point: the value is 0.d₁d₂d₃… · 10^point.
  private(set) var point: Int

  /// The expansion of |x|; x must be finite.
  init(_ x: Double) {
    let magnitude = x.magnitude
    guard magnitude > 0 else {
      (digits, point) = ([], 0)
      return
    }
    var mantissa = magnitude.significandBitPattern
    var exponent = Int(magnitude.exponentBitPattern) - 1075
    if magnitude.exponentBitPattern == 0 { exponent += 1 } else { mantissa |= 1 << 52 }
    let trailing = mantissa.trailingZeroBitCount
    mantissa >>= UInt64(trailing)
    exponent += trailing

    // Limbs in base 10⁹, lowest first.
    var limbs: [UInt32] = []
    while mantissa > 0 {
      limbs.append(UInt32(mantissa % 1_000_000_000))
      mantissa /= 1_000_000_000
    }
    let (base, step, stepPower): (UInt64, Int, UInt64) =
      exponent >= 0 ? (2, 29, 1 << 29) : (5, 13, 1_220_703_125)
    var left = abs(exponent)
    while left > 0 {
      let take = min(left, step)
      let factor = take == step ? stepPower : (0..<take).reduce(1) { power, _ in power * base }
      var carry: UInt64 = 0
      for i in limbs.indices {
        let product = UInt64(limbs[i]) * factor + carry
        limbs[i] = UInt32(product % 1_000_000_000)
        carry = product / 1_000_000_000
      }
      while carry > 0 {
        limbs.append(UInt32(carry % 1_000_000_000))
        carry /= 1_000_000_000
      }
      left -= take
    }

    digits = []
    for limb in limbs.reversed() {
      var divisor: UInt32 = 100_000_000
      while divisor > 0 {
        digits.append(UInt8(limb / divisor % 10))
        divisor /= 10
      }
    }
    let leading = digits.prefix { $0 == 0 }.count
    digits.removeFirst(leading)
    point = digits.count + min(exponent, 0)
  }

  /// Keeps `count` digits (none when negative or zero), rounding half to even as C's printf does.
  mutating func round(toDigits count: Int) {
    guard count < digits.count else { return }
    guard count >= 0 else {
      (digits, point) = ([], 0)
      return
    }
    let next = digits[count]
    let exactHalf = next == 5 && !digits[(count + 1)...].contains { $0 != 0 }
    let up = exactHalf ? (count > 0 && digits[count - 1] % 2 == 1) : next >= 5
    digits.removeSubrange(count...)
    guard up else {
      if count == 0 { point = 0 }
      return
    }
    var i = count - 1
    while i >= 0, digits[i] == 9 {
      digits[i] = 0
      i -= 1
    }
    if i >= 0 {
      digits[i] += 1
    } else {
      digits.insert(1, at: 0)
      if digits.count > 1 { digits.removeLast() }
      point += 1
    }
  }
}

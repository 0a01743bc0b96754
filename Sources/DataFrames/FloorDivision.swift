import Foundation

/// Division with a whole quotient towards minus infinity, as Python's `divmod`.
enum FloorDivision {
  /// The quotient, and what is left, with the divisor's sign; both 0 for a divisor of 0, which stands for a missing one.
  static func divided(_ a: Int, _ b: Int) -> (quotient: Int, remainder: Int) {
    if b == 0 { return (0, 0) }
    // The least number has no counterpart of the other sign.
    if b == -1 { return (0 &- a, 0) }
    let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
    return remainder != 0 && (remainder < 0) != (b < 0)
      ? (quotient - 1, remainder + b) : (quotient, remainder)
  }

  /// The same of floating-point numbers, by numpy's rules: a quotient by 0 is infinite, what it leaves is nan.
  static func divided(_ a: Double, _ b: Double) -> (quotient: Double, remainder: Double) {
    let rest = fmod(a, b)
    if b == 0 { return (a / b, rest) }
    let differ = rest != 0 && (rest < 0) != (b < 0)
    let exact = (a - rest) / b - (differ ? 1 : 0)
    let whole = exact.rounded(.down)
    let quotient = exact - whole > 0.5 ? whole + 1 : whole
    // A zero has the sign that a quotient, and a remainder, would have.
    return (
      quotient == 0 ? copysign(0, a / b) : quotient, rest == 0 ? copysign(0, b) : differ ? rest + b : rest
    )
  }
}

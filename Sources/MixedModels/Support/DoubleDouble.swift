import Foundation

/// The unevaluated sum of two doubles: about 31 decimal digits.
///
/// T. J. Dekker, A floating-point technique for extending the available precision, Numerische Mathematik 18 (1971).
struct DoubleDouble: BitwiseCopyable, ExpressibleByIntegerLiteral, Sendable {
  var high: Double
  /// At most half a unit in the last place of `high`.
  var low: Double

  @inline(__always)
  init(_ value: Double) {
    high = value
    low = 0
  }

  init(integerLiteral value: Int) { self.init(Double(value)) }

  /// A sum whose parts are apart already.
  @inline(__always)
  init(high: Double, low: Double) {
    self.high = high
    self.low = low
  }

  /// `high + low`, |low| ≤ |high|.
  @inline(__always)
  private init(sumOf high: Double, _ low: Double) {
    self.high = high + low
    self.low = low - (self.high - high)
  }

  /// The exact sum of two doubles.
  @inline(__always)
  static func sum(_ a: Double, _ b: Double) -> DoubleDouble {
    var result = DoubleDouble(a + b)
    let part = result.high - a
    result.low = (a - (result.high - part)) + (b - part)
    return result
  }

  /// The exact product of two doubles.
  @inline(__always)
  static func product(_ a: Double, _ b: Double) -> DoubleDouble {
    var result = DoubleDouble(a * b)
    result.low = (-result.high).addingProduct(a, b)
    return result
  }

  /// The nearest double.
  var double: Double { high }

  @inline(__always)
  static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let high = sum(a.high, b.high)
    let low = sum(a.low, b.low)
    let middle = DoubleDouble(sumOf: high.high, high.low + low.high)
    return DoubleDouble(sumOf: middle.high, middle.low + low.low)
  }

  @inline(__always)
  static prefix func - (a: DoubleDouble) -> DoubleDouble {
    var result = a
    result.high = -a.high
    result.low = -a.low
    return result
  }

  @inline(__always)
  static func - (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble { a + -b }

  @inline(__always)
  static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let exact = product(a.high, b.high)
    return DoubleDouble(sumOf: exact.high, exact.low + (a.high * b.low + a.low * b.high))
  }

  @inline(__always)
  static func * (a: Double, b: DoubleDouble) -> DoubleDouble {
    let exact = product(a, b.high)
    return DoubleDouble(sumOf: exact.high, exact.low + a * b.low)
  }

  static func / (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let first = a.high / b.high
    let rest = a - first * b
    let second = rest.high / b.high
    let third = (rest - second * b).high / b.high
    return DoubleDouble(sumOf: first, second) + DoubleDouble(third)
  }

  @inline(__always)
  static func += (a: inout DoubleDouble, b: DoubleDouble) { a = a + b }

  @inline(__always)
  static func -= (a: inout DoubleDouble, b: DoubleDouble) { a = a + -b }

  func squareRoot() -> DoubleDouble {
    guard high > 0 else { return 0 }
    let near = high.squareRoot()
    let error = (self - Self.product(near, near)).high / (2 * near)
    return DoubleDouble(sumOf: near, error)
  }
}

/// The natural logarithm, to the digits of a double.
func log(_ value: DoubleDouble) -> Double { Foundation.log(value.high) + value.low / value.high }

import Foundation

/// Eight numbers at once.
typealias Eight = SIMD8<Double>

/// What is done to eight numbers at once.
enum Lanes {
  /// Eight neighbours in memory.
  @inline(__always)
  static func load(_ pointer: UnsafePointer<Double>) -> Eight {
    UnsafeRawPointer(pointer).loadUnaligned(as: Eight.self)
  }

  @inline(__always)
  static func store(_ x: Eight, to pointer: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: x, as: Eight.self)
  }

  /// Whether e^x is a normal number for all of x; the sum of squares tells in few operations.
  @inline(__always)
  static func areModerate(_ x: Eight) -> Bool { (x * x).sum() < 490_000 }

  /// e^x for |x| < 700, relative error below 4e-16.
  @inline(__always)
  static func exp(_ x: Eight) -> Eight {
    // k = round (x / log 2), by adding and taking away 1.5 · 2⁵²
    let magic = 6_755_399_441_055_744.0
    let shifted = x * 1.442_695_040_888_963_4 + magic
    let k = shifted - magic
    let r = (x - k * 0.693_147_180_369_123_8) - k * 1.908_214_929_270_587_7e-10
    // (e^r − 1 − r) / r² for |r| ≤ ½ log 2: Chebyshev interpolation, error of e^r 1.6e-17; pairs shorten the chain
    let r2 = r * r
    let r4 = r2 * r2
    let low =
      (r * 0.166_666_666_666_666_69 + 0.5)
      + r2 * (r * 0.008_333_333_333_330_062 + 0.041_666_666_666_624_13)
    let middle =
      (r * 1.984_126_986_305_361_8e-4 + 0.001_388_888_891_721_371_7)
      + r2 * (r * 2.755_726_845_999_706_4e-6 + 2.480_152_129_595_437_6e-5)
    let high = r * 2.510_038_549_551_032e-8 + 2.762_008_844_540_974_6e-7
    let power = 1 + (r + r2 * (low + r4 * (middle + r4 * high)))
    // 2^k: the low bits of the shifted number are k
    let bits = (unsafeBitCast(shifted, to: SIMD8<Int64>.self) &+ 1023) &<< 52
    return power * unsafeBitCast(bits, to: Eight.self)
  }

  /// |x|.
  @inline(__always)
  static func abs(_ x: Eight) -> Eight {
    let bits = unsafeBitCast(x, to: SIMD8<UInt64>.self) & SIMD8(repeating: UInt64.max >> 1)
    return unsafeBitCast(bits, to: Eight.self)
  }

  /// log x for x between ½ and 1, absolute error below 2e-16.
  @inline(__always)
  static func logOfHalves(_ x: Eight) -> Eight {
    // 2 atanh s with s = (v − 1) / (v + 1), where v is x, or twice that, between 1/√2 and √2
    let isDoubled = x .< 0.707_106_781_186_547_5
    let v = x.replacing(with: x + x, where: isDoubled)
    let s = (v - 1) / (v + 1)
    // 2 (atanh s − s) / s³ in s²: Chebyshev interpolation, error 5e-18
    let q = s * s
    let q2 = q * q
    let low = q * 0.399_999_999_998_982_7 + 0.666_666_666_666_667
    let middle = q * 0.222_222_110_437_768_57 + 0.285_714_286_265_336_2
    let high =
      (q * 0.153_315_016_111_453_3 + 0.181_828_957_501_191_93) + q2 * 0.146_191_661_348_879_7
    let sum = 2 * s + (s * q) * (low + q2 * (middle + q2 * high))
    return sum - Eight().replacing(with: 0.693_147_180_559_945_3, where: isDoubled)
  }

  /// log of the product of numbers between 2⁻⁶⁴ and 1.
  static func logOfProduct(_ x: Eight) -> Double {
    Foundation.log(x[0] * x[1] * x[2] * x[3]) + Foundation.log(x[4] * x[5] * x[6] * x[7])
  }
}

extension UnsafePointer<Double> {
  /// The sum of some of the numbers, in four parts that do not wait for one another.
  @inline(__always)
  func sum(_ range: Range<Int>) -> Double {
    var (even, odd) = (SIMD2<Double>(), SIMD2<Double>())
    var i = range.lowerBound
    let raw = UnsafeRawPointer(self)
    while i + 4 <= range.upperBound {
      even += raw.loadUnaligned(fromByteOffset: 8 * i, as: SIMD2<Double>.self)
      odd += raw.loadUnaligned(fromByteOffset: 8 * i + 16, as: SIMD2<Double>.self)
      i += 4
    }
    var rest = 0.0
    while i < range.upperBound {
      rest += self[i]
      i += 1
    }
    return (even + odd).sum() + rest
  }
}

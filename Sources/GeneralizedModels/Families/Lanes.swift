import Foundation

/// Elementary functions of eight numbers at once.
enum Lanes {
  /// e^x, relative error below 4e-16; 0 below −708 and at most e^709.
  @inline(__always)
  static func exp(_ x: SIMD8<Double>) -> SIMD8<Double> {
    let bounded = x.clamped(
      lowerBound: SIMD8(repeating: -708), upperBound: SIMD8(repeating: 709))
    // k = round (x / log 2), by adding and taking away 1.5 · 2⁵²
    let magic = 6_755_399_441_055_744.0
    let shifted = bounded * 1.442_695_040_888_963_4 + magic
    let k = shifted - magic
    let r = (bounded - k * 0.693_147_180_369_123_8) - k * 1.908_214_929_270_587_7e-10
    var sum = SIMD8<Double>(repeating: 1.0 / 6_227_020_800)
    sum = sum * r + 1.0 / 479_001_600
    sum = sum * r + 1.0 / 39_916_800
    sum = sum * r + 1.0 / 3_628_800
    sum = sum * r + 1.0 / 362_880
    sum = sum * r + 1.0 / 40_320
    sum = sum * r + 1.0 / 5040
    sum = sum * r + 1.0 / 720
    sum = sum * r + 1.0 / 120
    sum = sum * r + 1.0 / 24
    sum = sum * r + 1.0 / 6
    sum = sum * r + 0.5
    sum = sum * r + 1
    sum = sum * r + 1
    // 2^k: the low bits of the shifted number are k
    let bits = (unsafeBitCast(shifted, to: SIMD8<Int64>.self) &+ 1023) &<< 52
    let result = sum * unsafeBitCast(bits, to: SIMD8<Double>.self)
    return result.replacing(with: 0, where: x .< -708)
  }

  /// log of the product of numbers between 1 and 2⁶⁴.
  static func logOfProduct(_ x: SIMD8<Double>) -> Double {
    Foundation.log(x[0] * x[1] * x[2] * x[3]) + Foundation.log(x[4] * x[5] * x[6] * x[7])
  }
}

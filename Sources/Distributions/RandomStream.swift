import Foundation

/// A reproducible stream of random numbers: SplitMix64 (G. Steele, D. Lea, C. Flood, 2014), one stream per number,
/// so that the draws of one replicate do not depend on who made the others.
package struct RandomStream: RandomNumberGenerator, Sendable {
  private var state: UInt64
  private var spare: Double?

  /// The stream with the given number under a seed.
  package init(seed: UInt64, stream: Int = 0) {
    state = Self.mixed(seed &+ 0x9E37_79B9_7F4A_7C15)
    state = Self.mixed(state ^ Self.mixed(UInt64(bitPattern: Int64(stream)) &+ 0xD1B5_4A32_D192_ED03))
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mixed(state)
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in (0, 1).
  package mutating func uniform() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }

  /// A standard normal deviate, by the polar method of Box and Muller.
  package mutating func normal() -> Double {
    if let value = spare {
      spare = nil
      return value
    }
    let radius = (-2 * log(uniform())).squareRoot()
    let angle = 2 * .pi * uniform()
    spare = radius * sin(angle)
    return radius * cos(angle)
  }
}

extension RandomStream {
  /// A draw of χ² with any positive degrees of freedom: twice a gamma variate (G. Marsaglia, W. W. Tsang, 2000).
  package mutating func chiSquared(_ df: Double) -> Double {
    let shape = df / 2
    // below 1 a variate of shape + 1 times a power of a uniform one
    let d = (shape < 1 ? shape + 1 : shape) - 1 / 3.0
    let c = 1 / (9 * d).squareRoot()
    while true {
      let z = normal()
      let root = 1 + c * z
      guard root > 0 else { continue }
      let cube = root * root * root
      guard log(uniform()) < 0.5 * z * z + d - d * cube + d * log(cube) else { continue }
      return 2 * d * cube * (shape < 1 ? pow(uniform(), 1 / shape) : 1)
    }
  }
}

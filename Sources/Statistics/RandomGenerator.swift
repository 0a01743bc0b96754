import Distributions

/// A reproducible source of random numbers.
///
/// Every platform and every version of this package gives the same numbers for the same seed: SplitMix64 (G. Steele,
/// D. Lea, C. Flood, "Fast splittable pseudorandom number generators", 2014), its state a mix of the seed; uniform
/// numbers are the upper 53 bits of a word plus a half, over 2^53; a distribution's draw is its quantile at one
/// uniform number. It serves wherever Swift takes a `RandomNumberGenerator`, and is not meant for secrets.
public struct RandomGenerator: RandomNumberGenerator, Sendable {
  private var stream: RandomStream

  /// The generator of a seed; generators of different seeds are independent for all practical purposes.
  public init(seed: UInt64) { stream = RandomStream(seed: seed) }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 { stream.next() }

  /// A number in the open interval from 0 to 1, all multiples of 2^-53 shifted by a half equally likely.
  public mutating func uniform() -> Double { stream.uniform() }
}

import Foundation

/// A multiplicative generator modulo 2³¹ − 1 (Park and Miller) with normal deviates: the same data in every run.
struct Draws {
  private var state: Int

  init(seed: Int = 1) { state = seed }

  mutating func next(below bound: Int) -> Int {
    state = state * 48_271 % 2_147_483_647
    return state % bound
  }

  /// A number in (0, 1).
  mutating func uniform() -> Double { (Double(next(below: 1 << 30)) + 0.5) / Double(1 << 30) }

  mutating func normal() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform()) }
}

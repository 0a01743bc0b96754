import DataFrames
import Distributions
import Foundation
import MixedModels

/// The making of a random model: a stream of random numbers, and what every kind of model shares.
struct OptimumDesign {
  private var stream: RandomStream

  /// The design with an index among those of a kind; the same arguments give the same design.
  init(seed: UInt64, index: Int) { stream = RandomStream(seed: seed, stream: index) }

  mutating func normal() -> Double { stream.normal() }
  mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * stream.uniform() }
  mutating func count(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &stream) }
  mutating func pick<Element>(_ values: [Element]) -> Element { values[count(0...(values.count - 1))] }

  /// A Student t deviate with one or two degrees of freedom: heavy tails.
  mutating func heavy() -> Double {
    let degrees = count(1...2)
    var square = 0.0
    for _ in 0..<degrees {
      let value = normal()
      square += value * value
    }
    return normal() / max((square / Double(degrees)).squareRoot(), 1e-3)
  }

  /// Groups of about `rows` rows each, one after another.
  mutating func groups(_ count: Int, rows: ClosedRange<Int>) -> [Int] {
    (0..<count).flatMap { level in [Int](repeating: level, count: self.count(rows)) }
  }

  /// Any levels of a factor, row by row.
  mutating func crossed(_ levels: Int, rows: Int) -> [Int] { (0..<rows).map { _ in count(0...(levels - 1)) } }
}

/// Random effects as a formula has them, and as the reference takes them.
struct RandomPart {
  var text: String
  var bars: [Workload.Bar]
  /// Variance components within `g` that say the same in place of bars.
  var components: [String: String] = [:]

  private static func bar(_ regressors: [String?], _ factor: String = "g") -> Workload.Bar {
    .init(regressors: regressors, factors: [factor])
  }

  static let slope = RandomPart(text: "(0 + x | g)", bars: [bar(["x"])])
  static let correlated = RandomPart(text: "(x | g)", bars: [bar([nil, "x"])])
  static let independent = RandomPart(text: "(x || g)", bars: [bar([nil]), bar(["x"])])
  static let apart = RandomPart(text: "(1 | g) + (0 + x | g)", bars: [bar([nil]), bar(["x"])])
  static let twoSlopes = RandomPart(text: "(0 + x | g) + (0 + z | g)", bars: [bar(["x"]), bar(["z"])])
  static let pairOfSlopes = RandomPart(text: "(0 + x + z | g)", bars: [bar(["x", "z"])])
  static let crossedSlopes = RandomPart(
    text: "(0 + x | g) + (0 + z | h)", bars: [bar(["x"]), bar(["z"], "h")])
  static let crossedSame = RandomPart(
    text: "(0 + x | g) + (0 + x | h)", bars: [bar(["x"]), bar(["x"], "h")])
  static let crossedIntercept = RandomPart(
    text: "(0 + x | g) + (1 | h)", bars: [bar(["x"]), bar([nil], "h")])
  static let slopeComponent = RandomPart(text: "", bars: [bar(["x"])], components: ["a": "0 + x"])
  /// k2 and k3 mark the second and third of k's levels.
  static let categoryComponent = RandomPart(
    text: "",
    bars: [
      .init(regressors: [nil, "k2", "k3", "x", "k2:x", "k3:x"], factors: ["g"], covariance: .tied)
    ], components: ["a": "C(k) * x"])
  static let twoComponents = RandomPart(
    text: "", bars: [bar(["x"]), bar(["z"])], components: ["a": "0 + x", "b": "0 + z"])
}

extension OptimumCase {
  /// A model of y on x, if the slope is fixed too, with random effects.
  init(_ part: RandomPart, fixedSlope: Bool, data: DataFrame, reml: Bool) {
    let terms = ["1"] + (fixedSlope ? ["x"] : []) + (part.text.isEmpty ? [] : [part.text])
    workload = Workload(
      name: "optimum", file: "", formula: "y ~ " + terms.joined(separator: " + "), response: "y",
      fixed: fixedSlope ? [nil, "x"] : [nil], bars: part.bars)
    components = part.components
    self.data = data
    self.reml = reml
  }

  /// The same from numbers, kept to six digits as in most files, and from codes of levels.
  init(
    _ part: RandomPart, fixedSlope: Bool, numbers: [String: [Double]], factors: [String: [Int]], reml: Bool
  ) throws {
    let labels = factors.sorted { $0.key < $1.key }.map { name, codes in
      Column(name: name, codes.map { "\(name)\($0)" })
    }
    let values = numbers.sorted { $0.key < $1.key }.map { name, values in
      Column(name: name, values.map { Double(String(format: "%.6g", $0)) ?? $0 })
    }
    self.init(part, fixedSlope: fixedSlope, data: try DataFrame(columns: labels + values), reml: reml)
  }
}

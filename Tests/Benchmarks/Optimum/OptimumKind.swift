import Foundation

/// A kind of random model, each hard for a search in its own way.
struct OptimumKind: Sendable {
  /// The name that replays a model of the kind.
  var name: String
  private var seed: UInt64
  private var make: @Sendable (inout OptimumDesign) throws -> OptimumCase

  /// The model with an index among those of the kind.
  func model(_ index: Int) throws -> OptimumCase {
    var design = OptimumDesign(seed: seed, index: index)
    return try make(&design)
  }

  static let all: [OptimumKind] = [
    OptimumKind(name: "lone", seed: 1, make: lone),
    OptimumKind(name: "scales-slope", seed: 2) { try scales(&$0, [.slope]) },
    OptimumKind(name: "scales-correlated", seed: 3) { try scales(&$0, [.correlated]) },
    OptimumKind(name: "scales-independent", seed: 4) { try scales(&$0, [.independent, .apart]) },
    OptimumKind(name: "scales-components", seed: 5, make: components),
    OptimumKind(name: "heavy-tails", seed: 6, make: heavyTails),
    OptimumKind(name: "few-rows", seed: 7, make: fewRows),
    OptimumKind(name: "near-unidentified", seed: 8, make: nearUnidentified),
    OptimumKind(name: "two-slopes", seed: 9, make: twoSlopes),
    OptimumKind(name: "crossed-slopes", seed: 10, make: crossedSlopes),
    OptimumKind(name: "plain", seed: 11, make: plain),
    OptimumKind(name: "nearly-exact", seed: 12, make: nearlyExact),
  ]

  /// A predictor far from its origin beside a lone slope variance.
  private static func lone(_ design: inout OptimumDesign) throws -> OptimumCase {
    let g = design.groups(design.count(3...15), rows: 2...8)
    let mean = pow(10, design.uniform(0, 6)) * design.pick([1, -1])
    let spread = abs(mean) * pow(10, design.uniform(-3.5, -0.3))
    let (slope, effect) = (design.pick([0, 0.5, -3]) / spread * 50, design.pick([0, 0.5, 2, 10]))
    let effects = g.map { _ in effect * design.normal() }
    let slopes = g.map { _ in design.pick([0, 0, 1]) * design.normal() / spread }
    let x = g.map { _ in mean + spread * design.normal() }
    let y = g.indices.map { i in
      slope * (x[i] - mean) + effects[g[i]] + slopes[g[i]] * (x[i] - mean) + design.normal()
    }
    return try OptimumCase(
      .slope, fixedSlope: design.count(0...3) == 0, numbers: ["x": x, "y": y], factors: ["g": g],
      reml: design.pick([true, false]))
  }

  /// A predictor whose scale differs between groups, with slopes that are larger where the predictor is small.
  private static func scales(_ design: inout OptimumDesign, _ parts: [RandomPart]) throws -> OptimumCase {
    let data = scaled(&design)
    return try OptimumCase(
      design.pick(parts), fixedSlope: design.count(0...2) > 0, numbers: ["x": data.x, "y": data.y],
      factors: ["g": data.g], reml: design.count(0...2) > 0)
  }

  private static func scaled(_ design: inout OptimumDesign) -> (g: [Int], x: [Double], y: [Double]) {
    let groups = design.count(3...10)
    let g = design.groups(groups, rows: design.pick([2...3, 3...3, 3...5, 2...8]))
    let widest = log(design.pick([10, 60, 60, 1000.0]))
    let steps = (0..<groups).map { Double($0) / Double(groups - 1) }
    let fractions = design.pick([true, false]) ? steps : steps.map { _ in design.uniform(0, 1) }
    let scales = fractions.map { exp(widest * $0) }
    let power = design.pick([0.5, 1, 1, 1.5])
    let size = pow(10, design.uniform(-0.5, 2))
    let slopes = scales.map { size * design.normal() / pow($0, power) }
    let intercepts = scales.map { _ in design.pick([0, 1, 5]) * design.normal() }
    let noise = pow(10, design.uniform(-1.5, 0.5))
    let x = g.map { scales[$0] * design.uniform(0.5, 1.5) }
    let y = g.indices.map { slopes[g[$0]] * x[$0] + intercepts[g[$0]] + noise * design.normal() }
    return (g, x, y)
  }

  /// Variance components of a predictor whose scale differs between groups.
  private static func components(_ design: inout OptimumDesign) throws -> OptimumCase {
    let data = scaled(&design)
    let k = design.crossed(3, rows: data.g.count)
    // Each group has a coding of its own, with the first level that it has as the reference.
    let first = data.g.map { group in zip(data.g, k).filter { $0.0 == group }.map(\.1).min() }
    func marks(_ level: Int) -> [Double] { zip(k, first).map { $0 == level && $1 != level ? 1 : 0 } }
    let part = design.pick([RandomPart.slopeComponent, .categoryComponent, .twoComponents])
    return try OptimumCase(
      part, fixedSlope: design.pick([true, false]),
      numbers: [
        "x": data.x, "y": data.y, "z": data.x.map { $0 * design.uniform(0, 1) + design.normal() },
        "k2": marks(1), "k3": marks(2),
      ],
      factors: ["g": data.g, "k": k], reml: design.pick([true, false]))
  }

  /// Predictor, effects and residuals with heavy tails.
  private static func heavyTails(_ design: inout OptimumDesign) throws -> OptimumCase {
    let g = design.groups(design.count(3...12), rows: 2...6)
    let slopes = g.map { _ in design.heavy() }
    let x = g.map { _ in design.heavy() }
    let y = g.indices.map { slopes[g[$0]] * x[$0] + design.heavy() }
    return try OptimumCase(
      design.pick([.slope, .correlated, .independent]), fixedSlope: design.pick([true, false]),
      numbers: ["x": x, "y": y], factors: ["g": g], reml: design.pick([true, false]))
  }

  /// Two to four groups with two to four rows each.
  private static func fewRows(_ design: inout OptimumDesign) throws -> OptimumCase {
    let g = design.groups(design.count(2...4), rows: 2...4)
    let x = g.map { _ in Double(design.count(0...5)) + design.pick([0, 0.1]) * design.normal() }
    let slopes = g.map { _ in design.normal() }
    let y = g.indices.map { slopes[g[$0]] * x[$0] + design.normal() + slopes[g[$0]] }
    return try OptimumCase(
      design.pick([.slope, .correlated, .independent]), fixedSlope: design.pick([true, false]),
      numbers: ["x": x, "y": y], factors: ["g": g], reml: design.pick([true, false]))
  }

  /// A predictor that hardly varies within groups, or hardly at all beside its mean.
  private static func nearUnidentified(_ design: inout OptimumDesign) throws -> OptimumCase {
    let g = design.groups(design.count(3...8), rows: 2...5)
    let means = g.map { _ in design.normal() * design.pick([0, 1]) + 2 }
    let within = pow(10, design.uniform(-4, -1))
    let x = g.map { means[$0] + within * design.normal() }
    let effects = g.map { _ in design.pick([0, 1, 10]) * design.normal() }
    let y = g.indices.map { effects[g[$0]] * x[$0] + design.normal() }
    return try OptimumCase(
      design.pick([.slope, .correlated, .independent, .apart]), fixedSlope: design.pick([true, false]),
      numbers: ["x": x, "y": y], factors: ["g": g], reml: design.pick([true, false]))
  }

  /// Two slopes on one factor, in different units and sometimes nearly alike.
  private static func twoSlopes(_ design: inout OptimumDesign) throws -> OptimumCase {
    let data = scaled(&design)
    let (likeness, unit) = (design.pick([0, 0.5, 1]), pow(10, design.uniform(-3, 3)))
    let slopes = data.g.map { _ in design.normal() }
    let z = data.x.map {
      unit * (likeness * $0 + design.pick([0.1, 1]) * design.normal() + design.pick([0, 10]))
    }
    let y = data.y.indices.map { data.y[$0] + slopes[data.g[$0]] * z[$0] / unit }
    return try OptimumCase(
      design.pick([.twoSlopes, .pairOfSlopes]), fixedSlope: design.pick([true, false]),
      numbers: ["x": data.x, "y": y, "z": z], factors: ["g": data.g], reml: design.pick([true, false]))
  }

  /// Lone slopes of two crossed factors, the predictors far from the origin or of different scales.
  private static func crossedSlopes(_ design: inout OptimumDesign) throws -> OptimumCase {
    let n = design.count(15...50)
    let (g, h) = (design.crossed(design.count(3...8), rows: n), design.crossed(design.count(3...6), rows: n))
    let (origin, widest): (Double, Double) = (design.pick([0, 10, 1000]), design.pick([0, 2, 4]))
    let scales = g.map { _ in exp(widest * design.uniform(0, 1)) }
    let x = scales.map { $0 * (origin + design.uniform(0.5, 1.5)) }
    let z = g.map { _ in design.pick([0, 100.0]) + design.normal() }
    let size = design.pick([0, 0.1, 1, 10])
    let (first, second) = (g.map { _ in size * design.normal() }, g.map { _ in size * design.normal() })
    let y = g.indices.map { i in
      let slope = first[g[i]] * (x[i] / scales[i] - origin)
      return slope + second[h[i]] * z[i] + design.normal()
    }
    return try OptimumCase(
      design.pick([.crossedSlopes, .crossedSame, .crossedIntercept]), fixedSlope: design.pick([true, false]),
      numbers: ["x": x, "y": y, "z": z], factors: ["g": g, "h": h], reml: design.pick([true, false]))
  }

  /// Nothing unusual: slopes of about the residuals' size, larger, smaller or none.
  private static func plain(_ design: inout OptimumDesign) throws -> OptimumCase {
    let g = design.groups(design.count(4...12), rows: 3...8)
    let x = g.map { _ in design.normal() }
    let (first, second) = (design.pick([0, 0.3, 1, 5]), design.pick([0, 0.3, 1, 5]))
    let (intercepts, slopes) = (
      g.map { _ in first * design.normal() }, g.map { _ in second * design.normal() }
    )
    let y = g.indices.map { intercepts[g[$0]] + (0.5 + slopes[g[$0]]) * x[$0] + design.normal() }
    return try OptimumCase(
      design.pick([.slope, .correlated, .independent]), fixedSlope: design.pick([true, false]),
      numbers: ["x": x, "y": y], factors: ["g": g], reml: design.pick([true, false]))
  }

  /// Residuals a thousandth to a millionth of the effects.
  private static func nearlyExact(_ design: inout OptimumDesign) throws -> OptimumCase {
    let data = scaled(&design)
    let slopes = data.g.map { _ in 100 * design.normal() }
    let noise = pow(10, design.uniform(-4, -1))
    let y = data.g.indices.map { slopes[data.g[$0]] * (1 + data.x[$0]) + noise * design.normal() }
    return try OptimumCase(
      design.pick([.slope, .correlated, .independent]), fixedSlope: design.pick([true, false]),
      numbers: ["x": data.x, "y": y], factors: ["g": data.g], reml: design.pick([true, false]))
  }
}

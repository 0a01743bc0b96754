import Foundation

/// The deviance of a lone covariance parameter, looked at on the whole line θ ≥ 0.
///
/// With A_l = Z̃_l'Z̃_l of a level, θ enters as 1 + θ²A_l alone: in u = log θ² the deviance is a sum of features no
/// narrower than a logistic curve, between the scales of the levels' own information and that at which the effects
/// explain all they can. Values and slopes on a grid of half that width, halved where a cubic through them turns,
/// show every stationary point.
struct VarianceLine {
  let objective: ProfiledObjective
  /// Least and largest A_l.
  let information: ClosedRange<Double>

  /// The deviance at one place of the line.
  private struct Node {
    /// log θ².
    var u: Double
    var deviance: Double
    /// d deviance / du; at θ = 0 d deviance / dθ².
    var slope: Double
    var scale: Double
  }

  /// Distance of the nodes in u.
  private static let spacing = 2.0
  /// θ²A_l below which a level's share of the deviance is linear in θ².
  private static let negligible = 1e-2
  /// θ²A_l at which effects have explained all but rounding.
  private static let saturated = 1e14
  /// Residual variance, in parts of the least-squares one, that is rounding.
  private static let leastScale = 1e-13
  /// Halvings of an interval in which a cubic turns.
  private static let halvings = 4

  /// θ at the local minima of the deviance, the lowest first, and at the end of what could be looked at where it still
  /// falls there.
  func minima() -> [Double] {
    let origin = try? node(theta: 0, u: -.infinity)
    var nodes = ascending()
    for _ in 0..<Self.halvings {
      let middles = zip(nodes, nodes.dropFirst()).filter(Self.mayTurnTwice).map { 0.5 * ($0.u + $1.u) }
      if middles.isEmpty { break }
      nodes += middles.compactMap { u in try? node(theta: exp(0.5 * u), u: u) }
      nodes.sort { $0.u < $1.u }
    }
    var minima: [(theta: Double, deviance: Double)] = []
    if let origin, origin.slope >= 0 { minima.append((0, origin.deviance)) }
    if let origin, let first = nodes.first, origin.slope < 0, first.slope > 0 {
      // the slope in θ² is linear so near to zero
      let square = exp(first.u)
      let share = -origin.slope / (first.slope / square - origin.slope)
      minima.append(((share * square).squareRoot(), min(origin.deviance, first.deviance)))
    }
    for (a, b) in zip(nodes, nodes.dropFirst()) where a.slope < 0 && b.slope >= 0 {
      let u = Self.turn(a, b)
      minima.append((exp(0.5 * u), min(a.deviance, b.deviance)))
    }
    // the rest of the line is rounding
    if let last = nodes.last, last.slope < 0, last.scale < Self.leastScale {
      minima.append((exp(0.5 * last.u), last.deviance))
    }
    return minima.sorted { $0.deviance < $1.deviance }.map(\.theta)
  }

  /// Nodes from where every level's share is linear to where the deviance can only rise: what r² still falls is less
  /// than what log|V| grows.
  private func ascending() -> [Node] {
    let far = (Self.saturated / information.lowerBound).squareRoot()
    let limit = (try? objective.evaluate([far]).scale) ?? 0
    var nodes: [Node] = []
    var u = log(Self.negligible / information.upperBound)
    while u < 2 * log(far) {
      // where only effects are left, the fixed effects or the residual have nothing
      guard let next = try? node(theta: exp(0.5 * u), u: u) else { break }
      nodes.append(next)
      let fall = objective.degreesOfFreedom * (next.scale / max(limit, .leastNormalMagnitude) - 1)
      if next.slope > fall || next.scale < Self.leastScale { break }
      u += Self.spacing
    }
    return nodes
  }

  private func node(theta: Double, u: Double) throws(EngineError) -> Node {
    let point = try objective.evaluate([theta])
    let slope = try objective.slopeByVariance(at: point)
    return Node(
      u: u, deviance: point.deviance, slope: theta > 0 ? theta * theta * slope : slope, scale: point.scale)
  }

  /// Whether the cubic through two nodes has a minimum and a maximum between them although its slopes agree.
  private static func mayTurnTwice(_ a: Node, _ b: Node) -> Bool {
    guard a.slope * b.slope > 0 else { return false }
    let h = b.u - a.u
    let secant = (b.deviance - a.deviance) / h
    // slope of the cubic at s in [0, 1]: quadratic c0 + c1 s + c2 s²
    let c2 = 3 * (a.slope + b.slope - 2 * secant)
    let c1 = 2 * (3 * secant - 2 * a.slope - b.slope)
    guard c2 != 0 else { return false }
    let s = -0.5 * c1 / c2
    guard s > 0, s < 1 else { return false }
    return (a.slope + 0.5 * c1 * s) * a.slope <= 0
  }

  /// Where the slope, taken as linear between two nodes, vanishes.
  private static func turn(_ a: Node, _ b: Node) -> Double {
    a.u - a.slope * (b.u - a.u) / (b.slope - a.slope)
  }
}

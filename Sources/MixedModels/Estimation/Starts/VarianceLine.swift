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

  /// A local minimum between two nodes.
  struct Minimum {
    /// About where the deviance is least, in θ.
    var theta: Double
    /// θ at the nodes on both sides.
    var sides: ClosedRange<Double>
    /// The lower of the deviances known there.
    fileprivate var deviance: Double
  }

  /// The local minima of the deviance, the lowest first, and the end of what could be looked at where it still falls
  /// there.
  func minima() -> [Minimum] {
    let origin = try? node(theta: 0, u: -.infinity)
    var nodes = ascending()
    for _ in 0..<Tuning.lineHalvings {
      let middles = zip(nodes, nodes.dropFirst()).filter(Self.mayTurnTwice).map { 0.5 * ($0.u + $1.u) }
      if middles.isEmpty { break }
      nodes += middles.compactMap { u in try? node(theta: exp(0.5 * u), u: u) }
      nodes.sort { $0.u < $1.u }
    }
    var minima: [Minimum] = []
    if let origin, origin.slope >= 0 {
      minima.append(Minimum(theta: 0, sides: 0...0, deviance: origin.deviance))
    }
    if let origin, let first = nodes.first, origin.slope < 0, first.slope > 0 {
      // the slope in θ² is linear so near to zero
      let square = exp(first.u)
      let share = -origin.slope / (first.slope / square - origin.slope)
      minima.append(
        Minimum(
          theta: (share * square).squareRoot(), sides: 0...square.squareRoot(),
          deviance: min(origin.deviance, first.deviance)))
    }
    for (a, b) in zip(nodes, nodes.dropFirst()) where a.slope < 0 && b.slope >= 0 {
      minima.append(
        Minimum(
          theta: exp(0.5 * Self.turn(a, b)), sides: exp(0.5 * a.u)...exp(0.5 * b.u),
          deviance: min(a.deviance, b.deviance)))
    }
    // the rest of the line is rounding
    if let last = nodes.last, last.slope < 0, last.scale < Tuning.roundingScale {
      let end = exp(0.5 * last.u)
      minima.append(Minimum(theta: end, sides: end...end, deviance: last.deviance))
    }
    return minima.sorted { $0.deviance < $1.deviance }
  }

  /// Nodes from where every level's share is linear to where the deviance can only rise: what r² still falls is less
  /// than what log|V| grows.
  private func ascending() -> [Node] {
    let far = (Tuning.saturatedShare / information.lowerBound).squareRoot()
    let limit = (try? objective.evaluate([far]).scale) ?? 0
    var nodes: [Node] = []
    var u = log(Tuning.linearShare / information.upperBound)
    while u < 2 * log(far) {
      // where only effects are left, the fixed effects or the residual have nothing
      guard let next = try? node(theta: exp(0.5 * u), u: u) else { break }
      nodes.append(next)
      let fall = objective.degreesOfFreedom * (next.scale / max(limit, .leastNormalMagnitude) - 1)
      if next.slope > fall || next.scale < Tuning.roundingScale { break }
      u += Tuning.lineSpacing
    }
    return nodes
  }

  private func node(theta: Double, u: Double) throws(EngineError) -> Node {
    let (deviance, slope, scale) = try objective.slopeByVariance(at: [theta])
    return Node(u: u, deviance: deviance, slope: theta > 0 ? theta * theta * slope : slope, scale: scale)
  }

  /// Whether the cubic through two nodes has a minimum and a maximum between them although its slopes agree.
  private static func mayTurnTwice(_ a: Node, _ b: Node) -> Bool {
    guard a.slope * b.slope > 0 else { return false }
    let (c1, c2) = cubicSlope(a, b)
    guard c2 != 0 else { return false }
    let s = -0.5 * c1 / c2
    guard s > 0, s < 1 else { return false }
    return (a.slope + 0.5 * c1 * s) * a.slope <= 0
  }

  /// The slope of the cubic through two nodes, a share s of the way, is a.slope + c1 s + c2 s².
  private static func cubicSlope(_ a: Node, _ b: Node) -> (c1: Double, c2: Double) {
    let secant = (b.deviance - a.deviance) / (b.u - a.u)
    return (2 * (3 * secant - 2 * a.slope - b.slope), 3 * (a.slope + b.slope - 2 * secant))
  }

  /// The minimum of the cubic through two nodes between which the slope changes its sign.
  private static func turn(_ a: Node, _ b: Node) -> Double {
    let (c1, c2) = cubicSlope(a, b)
    let root = max(c1 * c1 - 4 * c2 * a.slope, 0).squareRoot()
    let share = c1 > 0 ? -2 * a.slope / (c1 + root) : (root - c1) / (2 * c2)
    return a.u + (share > 0 && share < 1 ? share : 0.5) * (b.u - a.u)
  }
}

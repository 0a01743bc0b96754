/// An optimum that was found, with the model of the deviance there.
struct KnownOptimum {
  private let point: ProfiledObjective.Point
  private let model: QuadraticModel

  /// nil for the end of iterations that found none.
  init?(_ outcome: NewtonOptimizer.Outcome) {
    guard outcome.converged, let model = outcome.model else { return nil }
    point = outcome.point
    self.model = model
  }

  /// The end of iterations that have found it again.
  var outcome: NewtonOptimizer.Outcome {
    NewtonOptimizer.Outcome(point: point, converged: true, certificate: Certificate(), isKnown: true)
  }

  /// Whether a point is this one, but for what steps had left to go.
  func isReached(at theta: [Double], layout: CovarianceLayout) -> Bool {
    model.square(way(to: theta, layout: layout).way) < Tuning.sameOptimum
  }

  private func way(to theta: [Double], layout: CovarianceLayout) -> (signs: [Double], way: [Double]) {
    let signs = layout.signs(of: theta, towards: point.theta)
    return (signs, theta.indices.map { signs[$0] * theta[$0] - point.theta[$0] })
  }

  /// Whether iterations at a point are on their way here: the deviance has risen on the way from here as the model says, and
  /// the next step leads back.
  ///
  /// A cubic through values and slopes at both ends of the way has then no other minimum on it.
  ///
  /// - Parameter step: the Newton step from the point.
  func attracts(_ other: ProfiledObjective.Point, step: [Double], layout: CovarianceLayout) -> Bool {
    let (signs, way) = way(to: other.theta, layout: layout)
    let square = model.square(way)
    guard square > 0, square < Tuning.attraction else { return square == 0 }
    let missed = way.indices.map { way[$0] + signs[$0] * step[$0] }
    let share = Tuning.attractedShare
    return abs(other.deviance - point.deviance - 0.5 * square) < share * 0.5 * square
      && model.square(missed) < share * share * square
  }
}

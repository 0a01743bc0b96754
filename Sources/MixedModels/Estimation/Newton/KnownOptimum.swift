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

  /// Whether iterations at a point are on their way here: the deviance has risen on the way from here as the model says, and
  /// the next step leads back.
  ///
  /// A cubic through values and slopes at both ends of the way has then no other minimum on it.
  ///
  /// - Parameter step: the Newton step from the point.
  func attracts(_ other: ProfiledObjective.Point, step: [Double], layout: CovarianceLayout) -> Bool {
    let signs = layout.signs(of: other.theta, towards: point.theta)
    let way = other.theta.indices.map { signs[$0] * other.theta[$0] - point.theta[$0] }
    let square = model.square(way)
    guard square > 0, square < Tuning.attraction else { return square == 0 }
    let missed = way.indices.map { way[$0] + signs[$0] * step[$0] }
    let share = Tuning.attractedShare
    return abs(other.deviance - point.deviance - 0.5 * square) < share * 0.5 * square
      && model.square(missed) < share * share * square
  }
}

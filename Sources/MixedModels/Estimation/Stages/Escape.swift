extension NewtonOptimizer {
  /// A lower point beside one at which a parameter is at its bound although the deviance falls with it; nil where none is:
  /// the gradient in θ says nothing there.
  func escaped(
    from point: ProfiledObjective.Point, derivatives: ProfiledObjective.Derivatives
  ) throws(EngineError) -> ProfiledObjective.Point? {
    guard
      var theta = layout.reopened(point.theta, derivatives: derivatives.covariance, scales: scales)
    else { return nil }
    while true {
      if let trial = try? objective.evaluate(theta), trial.deviance < point.deviance { return trial }
      let nearer = zip(theta, point.theta).map { $1 + 0.25 * ($0 - $1) }
      if zip(nearer, zip(point.theta, scales)).allSatisfy({ abs($0 - $1.0) < 1e-3 * $1.1 }) {
        return nil
      }
      theta = nearer
    }
  }
}

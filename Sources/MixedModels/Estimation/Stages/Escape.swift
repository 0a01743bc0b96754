extension NewtonOptimizer {
  /// A lower point beside one at which a variance is zero although the deviance falls with it; nil where none is: the
  /// gradient in T says nothing there, d² deviance / dT_aa² = 2 F_aa does.
  func escaped(
    from point: ProfiledObjective.Point, derivatives: ProfiledObjective.Derivatives
  ) throws(EngineError) -> ProfiledObjective.Point? {
    var theta = point.theta
    for (i, entries) in layout.parameters.enumerated() {
      guard let e = entries.first, e.row == e.column, abs(theta[i]) < 1e-3 * scales[i] else { continue }
      let slope = entries.reduce(0) { $0 + derivatives.covariance[$1.factor][$1.row, $1.row] }
      if slope * scales[i] * scales[i] < -1e-3 { theta[i] = 0.3 * scales[i] }
    }
    if theta == point.theta { return nil }
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

extension NewtonOptimizer {
  /// Sets negligible entries to exact zero when the deviance does not rise, small ones when it falls.
  func snapped(_ point: ProfiledObjective.Point) throws(EngineError) -> ProfiledObjective.Point {
    let allowance = 1e-9 * max(1, abs(point.deviance).squareRoot() * 1e-3)
    for (limit, allowed) in [(1e-2, 0), (1e-3, allowance)] {
      let theta = layout.snapped(point.theta, within: limit, scales: scales)
      if theta == point.theta { continue }
      if let trial = try? objective.evaluate(lower: layout.lower(theta), theta: theta),
        trial.deviance <= point.deviance + allowed
      {
        return trial
      }
    }
    return point
  }
}

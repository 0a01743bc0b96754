/// Steps of a search.
extension NewtonOptimizer {
  /// A point that lowers the deviance in fair proportion to the model's promise; nil when none is found.
  func search(
    from point: ProfiledObjective.Point, model: QuadraticModel, damping: inout Double
  ) -> ProfiledObjective.Point? {
    for _ in 0..<Tuning.mostTrials {
      var step = model.step(damping: damping)
      StepLimit.shorten(&step, from: point.theta, scales: scales)
      let predicted = model.decrease(step)
      let theta = zip(point.theta, step).map { $0 + $1 }
      if theta == point.theta { return nil }
      // a step too far leaves no residual variance
      let trial = try? objective.evaluate(theta)
      let rounding = rounding(point.deviance)
      if let trial {
        let actual = point.deviance - trial.deviance
        let ratio = predicted > rounding ? actual / predicted : (actual > -rounding ? 1 : -1)
        if ratio > Tuning.fairShare {
          if ratio > 0.5 {
            damping = damping > Tuning.leastDamping ? damping / 8 : 0
          } else if ratio < 0.1 {
            damping = max(damping * 2, Tuning.leastDamping)
          }
          return trial
        }
        if predicted <= rounding, actual > -10 * rounding { return nil }
      }
      damping = max(damping * 6, Tuning.firstDamping)
    }
    return nil
  }

  /// The best of ever longer steps, while the deviance falls by much more than the model says: in a curved valley, as
  /// of two almost equal regressors or near a perfect correlation, the average information is far too large.
  func extended(
    _ near: ProfiledObjective.Point, from point: ProfiledObjective.Point, model: QuadraticModel
  ) throws(EngineError) -> ProfiledObjective.Point {
    let step = zip(near.theta, point.theta).map { $0 - $1 }
    guard point.deviance - near.deviance > 1.5 * model.decrease(step) else { return near }
    var best = near
    var factor = 2.0
    while factor < Tuning.longestExtension {
      let theta = zip(point.theta, step).map { $0 + factor * $1 }
      guard let trial = try? objective.evaluate(theta), trial.deviance < best.deviance else { break }
      best = trial
      factor *= 2
    }
    return best
  }
}

/// How far a step may go: no parameter by more than three times its size, or its typical size.
enum StepLimit {
  static func shorten(_ step: inout [Double], from theta: [Double], scales: [Double]) {
    var shrink = 1.0
    for (i, value) in step.enumerated() {
      let limit = Tuning.longestStep * max(abs(theta[i]), scales[i])
      if abs(value) > limit { shrink = min(shrink, limit / abs(value)) }
    }
    if shrink < 1 { step = step.map { $0 * shrink } }
  }
}

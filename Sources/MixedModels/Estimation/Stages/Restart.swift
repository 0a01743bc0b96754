extension NewtonOptimizer {
  /// The better of an outcome and of what iterations from another start reach; those end early where they promise
  /// nothing better.
  func better(_ outcome: Outcome, from start: [Double]) throws(EngineError) -> Outcome {
    var result = outcome
    result.dwarfed = nil
    do {
      let rough = try screening(beside: outcome).minimize(from: start)
      let margin = Tuning.basinMargin * max(1, abs(outcome.point.deviance))
      let least = isDegenerate(outcome) ? .infinity : outcome.point.deviance - margin
      if rough.isKnown {
        // nothing new
      } else if rough.point.resolution < leastResolution {
        result.dwarfed = rough.point
      } else if rough.point.deviance - rough.certificate.predictedDecrease < least {
        let other = try minimize(from: rough.point.theta)
        if other.point.deviance < least - cancellation(other.point), !isDegenerate(other),
          other.converged || !outcome.converged
        {
          result = other
          result.rival = nearer(outcome.rival, outcome.converged ? outcome.point : nil, below: other.point)
        }
      } else if rough.converged, !isDegenerate(rough), !isDegenerate(outcome) {
        result.rival = nearer(
          outcome.rival, try settled(rough.point, above: outcome.point), below: outcome.point)
      }
    } catch {
      if error == .cancelled { throw error }
    }
    result.certificate.evaluations = objective.evaluations
    result.certificate.gradients = objective.gradients
    return result
  }

  /// Where a point leads that lies so little above an optimum that it may be on its slope: along a flat angle a search may be
  /// judged before it has come down.
  private func settled(
    _ point: ProfiledObjective.Point, above optimum: ProfiledObjective.Point
  ) throws(EngineError) -> ProfiledObjective.Point {
    let rise = point.deviance - optimum.deviance
    guard rise > Tuning.indistinct, rise < Tuning.doubtfulRise else { return point }
    let end = try minimize(from: point.theta)
    return end.converged && end.point.deviance > optimum.deviance - Tuning.indistinct ? end.point : point
  }

  /// The lower of two points, of those that lie notably but not far above an optimum.
  private func nearer(
    _ a: ProfiledObjective.Point?, _ b: ProfiledObjective.Point?, below optimum: ProfiledObjective.Point
  ) -> ProfiledObjective.Point? {
    [a, b].compactMap { $0 }.filter {
      let rise = $0.deviance - optimum.deviance
      return rise > Tuning.indistinct && rise < Tuning.notableRise
    }.min { $0.deviance < $1.deviance }
  }

  private func isDegenerate(_ outcome: Outcome) -> Bool { outcome.point.scale < Tuning.degenerateScale }

  /// An optimiser that stops as soon as it is plain what a basin holds.
  private func screening(beside outcome: Outcome) -> NewtonOptimizer {
    var options = options
    options.progress = nil
    options.maximumIterations = min(options.maximumIterations, Tuning.screeningSteps)
    return NewtonOptimizer(
      objective: objective, options: options, tolerance: Tuning.screeningTolerance, scales: scales,
      verifies: false, leastResolution: leastResolution, ridge: ridge, known: KnownOptimum(outcome))
  }

  /// Rounding error of a deviance where effects cancel each other: 1 + T'AT holds the differences of terms θ²A, and
  /// on a flat ridge they have no bounds.
  private func cancellation(_ point: ProfiledObjective.Point) -> Double {
    let squares = zip(point.theta, scales).reduce(0) { $0 + ($1.0 / $1.1) * ($1.0 / $1.1) }
    return 64 * Double.ulpOfOne * squares
  }
}

internal import LinearAlgebra

/// Newton steps near the optimum from one exact gradient.
///
/// Traces by random probes are smooth functions of θ whose error hardly changes over a short step. The error at the
/// *anchor*, the point of the exact gradient, is therefore taken off everywhere else: what is left is the error's
/// change, which vanishes with the step. So the exact factor is made once, and each later gradient costs a few solves.
/// log|V| follows from the anchor's by the trapezoidal rule on its derivatives, the corrected traces.
struct AnchoredSteps {
  let exact: ProfiledObjective
  let iterative: ProfiledObjective
  let elimination: MatrixFreeElimination
  /// Typical size 1/√A_ll of each parameter.
  let scales: [Double]
  /// Predicted decrease of -2 log L at which the iterations stop.
  let tolerance: Double
  let progress: (@Sendable (FitProgress) -> Bool)?

  /// Where the steps ended.
  enum Result {
    case optimum(NewtonOptimizer.Outcome)
    /// The anchor was too far away, or the solves failed; a point to go on from.
    case near([Double])
  }

  func minimize(from start: [Double]) throws(EngineError) -> Result {
    // Probes divide by T, and the average information is a poor guide where variances nearly vanish.
    func isInside(_ theta: [Double]) -> Bool {
      zip(theta, scales).allSatisfy { abs($0) > Tuning.vanishingShare * $1 }
    }
    guard isInside(start) else { return .near(start) }
    let anchor = try exact.evaluate(start)
    try report(0, anchor, .nan)
    let derivatives = try exact.derivatives(at: anchor)
    var model = QuadraticModel(gradient: derivatives.gradient, curvature: derivatives.curvature)
    var theta = zip(start, model.step(damping: 0)).map { $0 + $1 }
    guard model.scaledNorm < Tuning.anchorReach, isInside(theta) else { return .near(theta) }

    elimination.accuracy = .final
    let probed = try traces(at: try iterative.evaluate(start))
    let corrections = zip(derivatives.traces, probed).map { $0.projection[0, 0] - $1.projection[0, 0] }
    var (point, found) = (anchor, derivatives.traces)
    var error = 0.0
    // Solves leave an error in the sum of squares that counts once a row.
    let slack = max(1e-6, 1e-12 * abs(anchor.deviance))
    for iteration in 1...Tuning.mostAnchoredSteps {
      var next = try iterative.evaluate(theta)
      var corrected = try traces(at: next)
      for f in corrected.indices { corrected[f].projection[0, 0] += corrections[f] }
      error += integrate(&next, from: point, traces: (found, corrected))
      (point, found) = (next, corrected)
      guard elimination.converged, point.deviance <= anchor.deviance + slack else { break }
      let slopes = iterative.covarianceDerivatives(found, at: point)
      model = QuadraticModel(
        gradient: iterative.layout.gradient(slopes, lower: point.lower, theta: point.theta),
        curvature: derivatives.curvature)
      let step = model.step(damping: 0)
      let promised = max(model.decrease(step), 0)
      try report(iteration, point, promised)
      if promised < tolerance {
        if error > Tuning.integrationError { point = try exact.evaluate(theta) }
        let certificate = Certificate(model, promised: promised, objective: exact)
        return .optimum(.init(point: point, converged: true, certificate: certificate, isSlow: false))
      }
      theta = zip(theta, step).map { $0 + $1 }
    }
    return .near(theta)
  }

  private func report(
    _ iteration: Int, _ point: ProfiledObjective.Point, _ promised: Double
  ) throws(EngineError) {
    try FitProgress(iteration: iteration, deviance: point.deviance + exact.shift, predictedDecrease: promised)
      .report(to: progress)
  }

  private func traces(at point: ProfiledObjective.Point) throws(EngineError) -> [FactorTraces] {
    try elimination.traces(
      coefficients: point.coefficients, fixedInverse: iterative.reml ? point.fixedInverse : nil)
  }

  /// Sets log|V| [REML: + log|X'V⁻¹X|] of a point from that of another and the derivatives at both.
  ///
  /// - Returns: a bound of the error: no term log(1 + sλ) of log|V| has a third derivative beyond 2/s of its second.
  private func integrate(
    _ point: inout ProfiledObjective.Point, from last: ProfiledObjective.Point,
    traces: ([FactorTraces], [FactorTraces])
  ) -> Double {
    var logDeterminant = last.logDeterminant
    if iterative.reml { logDeterminant += last.fixedLogDeterminant - point.fixedLogDeterminant }
    var error = 0.0
    for (f, pair) in zip(traces.0, traces.1).enumerated() {
      let (t, before) = (point.lower[f][0], last.lower[f][0])
      let (one, other) = (pair.0.projection[0, 0], pair.1.projection[0, 0])
      let step = (t - before) * (t + before)
      logDeterminant += 0.5 * (one + other) * step
      error += abs((one - other) * step * step) / (6 * before * before)
    }
    point.deviance += logDeterminant - point.logDeterminant
    point.logDeterminant = logDeterminant
    return error
  }
}

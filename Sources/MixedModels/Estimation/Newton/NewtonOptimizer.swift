import Foundation
internal import LinearAlgebra

/// Average-information Newton steps on θ with an exact gradient.
///
/// The curvature is the average information plus the exact curvature where a variance vanishes, so that
/// zero variances are approached quadratically without an active set; the deviance is even in the signs
/// of T's columns, so that no bounds are needed. A step is accepted on the deviance alone.
///
/// The folder: one descent, from a start to a point at which nothing is left to gain.
struct NewtonOptimizer {
  let objective: ProfiledObjective
  let options: FitOptions
  /// Predicted decrease of -2 log L at which the iterations stop.
  let tolerance: Double
  /// Typical size 1/√A_ll of each parameter.
  let scales: [Double]
  /// Whether the gradient is looked at once more where the iterations would end, instead of trusting their rate.
  let verifies: Bool
  /// Resolution of the residual variance below which an end is no optimum.
  var leastResolution: Double
  /// What the iterations may drift along.
  let ridge: ResidualRidge?
  /// An optimum near which the iterations end: they would only find it again.
  var known: KnownOptimum?

  /// Where the iterations ended.
  struct Outcome {
    var point: ProfiledObjective.Point
    var converged: Bool
    var certificate: Certificate
    /// About how many levels tell of the least known variance: half the curvature in the logarithm of its root.
    var effectiveLevels = Double.infinity
    /// Whether the iterations took many steps or found no end.
    var isSlow = false
    /// The best other local optimum met, where it is not far above.
    var rival: ProfiledObjective.Point?
    /// Where the other iterations ended that were compared last, if their residual variance was no longer resolved.
    var dwarfed: ProfiledObjective.Point?
    /// The latest model of the deviance.
    var model: QuadraticModel?
    /// Whether the iterations were on their way to the optimum that was known.
    var isKnown = false
  }

  var layout: CovarianceLayout { objective.layout }

  func minimize(from start: [Double]) throws(EngineError) -> Outcome {
    var start = start
    let isThere = options.progress == nil && objective.descend(&start, leastResolution: leastResolution)
    if isThere, let known, known.isReached(at: start, layout: layout) { return known.outcome }
    var run = NewtonRun(point: try objective.evaluate(start), converged: layout.count == 0)
    let passable = Tuning.passableShare * leastResolution
    while !run.converged, run.iteration < options.maximumIterations, run.point.resolution >= passable {
      run.iteration += 1
      let axes = layout.axes(run.point.theta)
      let derivatives =
        isThere && run.iteration == 1
        ? objective.derivativesThere(axes: axes) : try objective.derivatives(at: run.point, axes: axes)
      let model = model(&run, derivatives)
      let promised = model.promise
      if let known, known.attracts(run.point, step: model.step(damping: 0), layout: layout) {
        run.isKnown = true
        break
      }
      let noise =
        verifies && !run.isSlow
        ? min(Tuning.gradientNoise, 1e-12 * max(1, abs(run.point.deviance))) : Tuning.gradientNoise
      let tolerance = max(tolerance * (verifies ? 1 : 1e-3), unresolved(run.point))
      if run.isFlat(promised: promised, tolerance: tolerance, noise: noise) {
        if try escape(&run, derivatives) { continue }
        run.converged = true
        break
      }
      guard var next = search(from: run.point, model: model, damping: &run.damping) else {
        run.certificate.predictedDecrease = max(promised, 0)
        run.converged =
          promised < Tuning.negligible(run.point.deviance) || model.scaledNorm < Tuning.flatGradient
        break
      }
      let near = next
      if run.isSlow { next = try extended(next, from: run.point, model: model) }
      let isExtended = next.theta != near.theta
      let remaining = run.accept(
        next, promised: promised, norm: model.scaledNorm, isExtended: isExtended,
        rounding: rounding(next.deviance))
      if let middle = ridge?.middle(of: run.point, objective: objective, scales: scales) {
        run.begin(at: middle)
      } else if isDone(run, promised: promised, remaining: remaining, isExtended: isExtended),
        try !escape(&run, derivatives)
      {
        run.converged = true
      }
      try FitProgress(
        iteration: run.iteration, deviance: run.point.deviance + objective.shift, predictedDecrease: remaining
      ).report(to: options.progress)
    }
    return try finish(run)
  }

  /// The model of the deviance at the run's point, refined by its latest steps.
  private func model(_ run: inout NewtonRun, _ derivatives: ProfiledObjective.Derivatives) -> QuadraticModel {
    run.remember(derivatives.gradient)
    var model = QuadraticModel(
      gradient: derivatives.gradient, curvature: derivatives.curvature, axes: derivatives.axes)
    // what the response's own pairs add below would hide a flat direction
    run.certificate.conditionNumber = model.conditionNumber
    run.certificate.leastCurvature = leastCurvature(model, theta: run.point.theta)
    run.effectiveLevels = effectiveLevels(model, theta: run.point.theta)
    run.isSlow = run.iteration > Tuning.patience && layout.count > 1
    model.update(with: run.pairs, leastRatio: run.isSlow ? Tuning.slowPairRatio : Tuning.pairRatio)
    run.certificate.gradientNorm = model.scaledNorm
    run.model = model
    return model
  }

  /// Whether what is left to gain after a step is no more than the tolerance.
  private func isDone(_ run: NewtonRun, promised: Double, remaining: Double, isExtended: Bool) -> Bool {
    // far away a norm may have fallen because a curvature of rounding errors was in it
    let isCertain = promised < 1 && !isExtended && (!verifies || run.isSlow)
    let isNear = promised < (verifies && !run.isSlow ? Tuning.gradientNoise : tolerance)
    return run.damping == 0 && !isExtended && (isNear || isCertain && remaining < tolerance)
  }

  /// Moves a run off a stationary point that is no optimum; false where there is nothing to move to.
  private func escape(
    _ run: inout NewtonRun, _ derivatives: ProfiledObjective.Derivatives
  ) throws(EngineError) -> Bool {
    guard run.escapes < Tuning.mostEscapes, let away = try escaped(from: run.point, derivatives: derivatives)
    else { return false }
    run.escape(to: away)
    return true
  }

  /// The end of a run: on a flat direction steps may go on without end and gain nothing.
  private func finish(_ run: NewtonRun) throws(EngineError) -> Outcome {
    var converged = run.converged || run.hasStoppedGaining
    let point = run.isKnown ? run.point : try snapped(run.point)
    if point.scale < objective.elimination.leastScale { converged = false }
    var certificate = run.certificate
    certificate.evaluations = objective.evaluations
    certificate.gradients = objective.gradients
    return Outcome(
      point: point, converged: converged, certificate: certificate, effectiveLevels: run.effectiveLevels,
      isSlow: !converged || run.iteration > Tuning.patience, model: run.model, isKnown: run.isKnown)
  }

  private func leastCurvature(_ model: QuadraticModel, theta: [Double]) -> Double {
    let curvature = model.curvature
    return zip(model.coordinates(theta), scales).enumerated().reduce(.infinity) { least, next in
      let size = max(abs(next.element.0), next.element.1)
      return min(least, curvature[next.offset, next.offset] * size * size)
    }
  }

  private func effectiveLevels(_ model: QuadraticModel, theta: [Double]) -> Double {
    zip(layout.parameters, model.coordinates(theta)).enumerated().reduce(.infinity) { least, next in
      let (i, (parameter, value)) = next
      guard parameter.kind.isVariance else { return least }
      let size = parameter.kind.power * value
      return min(least, 0.5 * model.curvature[i, i] * size * size)
    }
  }

  /// What the deviance of a point is known to, where doubles would not resolve the residual variance; elsewhere 0.
  private func unresolved(_ point: ProfiledObjective.Point) -> Double {
    guard point.resolution < Tuning.resolvedScale else { return 0 }
    let precision = objective.elimination.precision
    return 4 * precision * objective.degreesOfFreedom / max(point.resolution, precision)
  }

  /// Rounding error of a difference of deviances.
  func rounding(_ deviance: Double) -> Double {
    Tuning.devianceRounding * (abs(deviance) + objective.degreesOfFreedom)
  }
}

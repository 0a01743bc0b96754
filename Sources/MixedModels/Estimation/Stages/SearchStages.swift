internal import LinearAlgebra

/// The stages of a search, in their order.
///
/// The folder: a file for what each stage takes; `SearchTests` has, for each, models that lose without it.
extension Search.Stage {
  /// The caller's start; for large crossed designs a point near the optimum by iterative solves, or the optimum itself
  /// where one exact gradient tells the error of the random probes or variances vanish.
  static let approach = Search.Stage(name: "approach") { progress, context throws(EngineError) in
    let model = context.model
    if let given = context.options.start {
      progress.start = model.layout.theta(model.layout.lower(covariances: given))
      return
    }
    guard let near = try model.matrixFreeStart(reml: context.reml, from: progress.start) else {
      return
    }
    progress.start = near.theta
    guard near.isAnchor else { return }
    let steps = AnchoredSteps(
      exact: context.objective, iterative: near.objective, elimination: near.elimination,
      scales: model.parameterScales, tolerance: context.optimizer.tolerance,
      progress: context.options.progress)
    switch try steps.minimize(from: progress.start) {
    case .optimum(let outcome): progress.estimate = context.estimate(outcome)
    case .near(let theta):
      progress.start = theta
      progress.estimate = try context.withoutVanishing(&progress.start)
    }
  }

  /// Newton steps from the start; where doubles do not resolve the likelihood there, in extended precision.
  static let descent = Search.Stage(name: "descent") { progress, context throws(EngineError) in
    let model = context.model
    do throws(EngineError) {
      let outcome = try context.optimizer.minimize(from: progress.start)
      progress.reached = outcome
      if outcome.point.resolution < context.optimizer.leastResolution { progress.dwarfed = [outcome.point] }
    } catch {
      guard error.isUnresolved, model.canExtend,
        let estimate = try model.refined(
          from: model.layout.lower(progress.start), reml: context.reml, options: context.options)
      else { throw error }
      progress.estimate = estimate
    }
  }

  /// Newton steps from starts in other basins; nothing where the caller has chosen the start.
  static let otherBasins = Search.Stage(name: "other basins") { progress, context throws(EngineError) in
    guard context.options.start == nil, var outcome = progress.reached else { return }
    let others = context.model.alternativeStarts(to: outcome, objective: context.objective)
    for other in try context.model.correlatedStart(reml: context.reml).map({ [$0] + others }) ?? others {
      outcome = try context.optimizer.better(outcome, from: other)
      if let found = outcome.dwarfed { progress.dwarfed.append(found) }
    }
    progress.reached = outcome
  }

  /// Where iterations ended beyond the resolution of doubles: the best of these ends in extended precision, or, where that
  /// leads nowhere, the best that doubles can tell.
  static let beyondDoubles = Search.Stage(name: "beyond doubles") { progress, context throws(EngineError) in
    guard var outcome = progress.reached else { return }
    var optimizer = context.optimizer
    var isResolved = outcome.point.resolution >= optimizer.leastResolution
    if isResolved, try context.isMisjudged(outcome.point) {
      progress.dwarfed.insert(outcome.point, at: 0)
      isResolved = false
    }
    if progress.dwarfed.isEmpty { return }
    // on a flat ridge the end that doubles resolve is the estimate
    let deviance =
      isResolved ? outcome.point.deviance + context.objective.shift - Tuning.leastExtendedGain : .infinity
    if let estimate = try context.model.refined(
      best: progress.dwarfed, below: deviance, reml: context.reml, options: context.options)
    {
      progress.estimate = estimate
      return
    }
    optimizer.leastResolution = 0
    if !isResolved { outcome = try optimizer.minimize(from: outcome.point.theta) }
    for found in progress.dwarfed.prefix(1) where isResolved {
      outcome = try optimizer.better(outcome, from: found.theta)
    }
    progress.reached = outcome
  }

  /// Slow iterations continued with the columns of correlated terms in an order that suits the covariances found.
  static let betterPivots = Search.Stage(name: "better pivots") { progress, context throws(EngineError) in
    guard let outcome = progress.reached, outcome.isSlow else { return }
    progress.estimate = try context.model.repivoted(outcome, reml: context.reml, options: context.options)
  }
}

extension Search.Context {
  /// Whether extended precision has another deviance: where effects may describe all rows, those of a level may depend on each
  /// other, and large ones cancel.
  fileprivate func isMisjudged(_ point: ProfiledObjective.Point) throws(EngineError) -> Bool {
    guard let ridge = optimizer.ridge, ridge.isFarOut(point, scales: optimizer.scales), model.canExtend
    else { return false }
    let finer = try model.withExtendedPrecision(at: point.lower).objective(reml: reml)
    let found = try finer.evaluate(lower: point.lower, theta: point.theta)
    return abs(found.deviance - point.deviance) > Tuning.leastExtendedGain
  }
}

extension MixedModel {
  /// The best maximum in extended precision from several points; nil where none lies below a deviance.
  fileprivate func refined(
    best points: [ProfiledObjective.Point], below deviance: Double, reml: Bool, options: FitOptions
  ) throws(EngineError) -> Estimate? {
    var best: Estimate?
    for point in points.prefix(Tuning.mostExtendedSearches) {
      guard let found = try refined(from: point.lower, reml: reml, options: options),
        -2 * found.logLikelihood < min(deviance, best.map { -2 * $0.logLikelihood } ?? .infinity)
      else { continue }
      best = found
    }
    return best
  }
}

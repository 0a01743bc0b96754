internal import LinearAlgebra

/// Effects that dwarf the residuals: the likelihood in extended precision.
extension MixedModel {
  /// Whether evaluations can be made in extended precision that are not yet.
  var canExtend: Bool { extended == nil && plan.admitsExtendedPrecision }

  /// The same model with evaluations in extended precision, least-squares coefficients replaced by the generalised ones
  /// at a point: what is left of the response is then of the size of effects and residuals there.
  package func withExtendedPrecision(at lower: [[Double]]) throws(EngineError) -> MixedModel {
    var basis = fixed
    var products = extendedProducts(fixed: basis)
    for _ in 0..<2 {
      let elimination = ExtendedElimination(products: products)
      _ = try elimination.factorize(lower)
      basis = basis.moved(by: elimination.coefficients)
      products = extendedProducts(fixed: basis)
    }
    return with(extended: products, fixed: basis)
  }

  /// A model and its profile at given factors T, in extended precision where doubles do not resolve the residual
  /// variance.
  func resolved(
    at lower: [[Double]], reml: Bool, levels: Bool = false
  ) throws(EngineError) -> (model: MixedModel, objective: ProfiledObjective, point: ProfiledObjective.Point) {
    let theta = layout.theta(lower)
    let objective = levels ? try levelObjective(reml: reml) : try objective(reml: reml)
    do {
      let point = try objective.evaluate(lower: lower, theta: theta)
      guard point.resolution < Tuning.resolvedScale, canExtend else { return (self, objective, point) }
    } catch {
      guard error.isUnresolved, canExtend else { throw error }
    }
    let model = try withExtendedPrecision(at: lower)
    let finer = try model.objective(reml: reml)
    return (model, finer, try finer.evaluate(lower: lower, theta: theta))
  }

  /// The maximum in extended precision, from where doubles no longer resolve the residual variance; nil where there is
  /// none.
  func refined(
    from lower: [[Double]], reml: Bool, options: FitOptions
  ) throws(EngineError) -> Estimate? {
    do {
      let model = try withExtendedPrecision(at: lower)
      let objective = try model.objective(reml: reml)
      func fit(from theta: [Double]) throws(EngineError) -> Estimate? {
        var options = options
        options.start = layout.covariances(layout.lower(theta), widths: terms.map(\.width))
        let estimate = try model.fit(reml: reml, options: options)
        return isWithinRounding(estimate.scale) ? nil : estimate
      }
      let theta = layout.theta(lower)
      let inside = try fit(from: try model.enlarged(theta, objective: objective))
      // an optimum on the boundary may be another one
      guard boundaryDirections(lower) > 0, let edge = try fit(from: theta) else { return inside }
      return edge.logLikelihood > inside?.logLikelihood ?? -.infinity ? edge : inside
    } catch {
      if error.isUnresolved { return nil }
      throw error
    }
  }

  /// Whether a residual variance is no more than what the rounding of the response or of the sums leaves.
  private func isWithinRounding(_ scale: Double) -> Bool {
    let largest = rows.response.indices.reduce(0) { max($0, abs(rows.response[$1]) * rows.root($1)) }
    return scale.squareRoot() < 16 * Double.ulpOfOne * largest
      || scale < Tuning.leastExtendedScale * fixed.unit * fixed.unit
  }

  /// Says that an estimate has not converged where the likelihood still rises with every effect a hundred times as large: effects that
  /// explain the response leave no maximum, only rounding at which a search ends.
  ///
  /// As many effects as there are rows, or effects of a form of few parameters, may take all of the response and still have a
  /// best size: there the likelihood levels off as the residual variance vanishes, and the estimate is its limit.
  func bound(_ estimate: inout Estimate) throws(EngineError) {
    let mayLevelOff = terms.contains { !$0.covariance.form.reportsEntries }
    guard estimate.converged || mayLevelOff, extended == nil, !plan.isIterative else { return }
    let share = estimate.scale / (fixed.unit * fixed.unit)
    if share < (effectsMayTakeEveryRow ? Tuning.resolvedScale : Tuning.suspiciousScale),
      let own = try logLikelihood(of: estimate, enlarged: 1)
    {
      // what doubles say of so small a residual variance may be their rounding
      if abs(own - estimate.logLikelihood) > Tuning.levelRise { estimate.converged = mayLevelOff }
      estimate.logLikelihood = own
    }
    guard estimate.converged || mayLevelOff, share < Tuning.suspiciousScale else { return }
    // where the search has gone as far as precision does, it levelled off on the way
    var rise = Double.infinity
    if let larger = try logLikelihood(of: estimate, enlarged: Tuning.enlargement) {
      rise = larger - estimate.logLikelihood
    } else if let smaller = try logLikelihood(of: estimate, enlarged: 1 / Tuning.enlargement) {
      rise = estimate.logLikelihood - smaller
    }
    estimate.converged = rise < Tuning.levelRise
    estimate.takesResiduals = estimate.converged && rise > -Tuning.levelRise
  }

  /// Log L at covariances that many times as large as an estimate's; nil where the residual variance is beyond precision.
  private func logLikelihood(of estimate: Estimate, enlarged factor: Double) throws(EngineError) -> Double? {
    do {
      // S as numbers may have a rank that T has not
      let (model, lower) = try standardPoint(of: estimate)
      let (_, objective, point) = try model.resolved(
        at: lower.map { $0.map { factor.squareRoot() * $0 } }, reml: estimate.reml)
      return point.scale < Tuning.leastExtendedScale ? nil : -0.5 * (point.deviance + objective.shift)
    } catch {
      guard error.isUnresolved else { throw error }
      return nil
    }
  }

  /// A start whose factors T are enlarged, one after another, as long as the deviance falls: where effects dwarf the
  /// residuals the average information is no guide until the residual variance has about its size.
  private func enlarged(_ theta: [Double], objective: ProfiledObjective) throws(EngineError) -> [Double] {
    // A variance that was small beside the sums of squares may be large beside the residual's.
    var best = theta
    for (i, scale) in parameterScales.enumerated() where layout.parameters[i].kind.isVariance {
      best[i] = max(abs(best[i]), 0.3 * scale)
    }
    var deviance = try objective.evaluate(best).deviance
    for _ in 0..<2 {
      for f in layout.widths.indices {
        for factor in [8.0, 0.5] {
          while true {
            let trial = zip(best, layout.parameters).map { value, parameter in
              parameter.kind != .angle && parameter.rows.contains { $0.factor == f } ? factor * value : value
            }
            guard let point = try? objective.evaluate(trial), point.deviance < deviance else { break }
            (best, deviance) = (trial, point.deviance)
          }
        }
      }
    }
    return best
  }
}

extension FixedBasis {
  /// The same basis with a response from which X̃ b has been taken.
  func moved(by coefficients: [Double]) -> FixedBasis {
    var result = self
    for (c, b) in coefficients.enumerated() {
      for e in result.response.indices { result.response[e] -= self.coefficients[e, c] * b }
    }
    let moved = toUser * coefficients
    result.origin = zip(origin, moved).map { $0 + unit * $1 }
    return result
  }
}

import LinearAlgebra
import MixedModels

extension MixedLM {
  /// Fits with an L1 penalty on the fixed effects, the covariances held at their unpenalised estimates.
  ///
  /// Minimises `Σ r'V⁻¹r + Σ αⱼ|bⱼ|` by cyclic coordinate descent; coefficients smaller than `ceps` stay zero and get
  /// no standard error.
  /// - Parameters:
  ///   - startParams: where the unpenalised fit starts.
  ///   - method: "l1".
  ///   - alpha: weight of the penalty for each coefficient; one weight serves all.
  ///   - ceps: coefficients smaller than this count as zero.
  ///   - ptol: largest change of a coefficient at which the descent stops.
  ///   - maxit: largest number of cycles.
  ///   - reml: maximise the restricted likelihood in the unpenalised fit.
  ///   - covPen: a penalty on the group's relative covariance matrix in that fit.
  ///   - free: a mask of covariances that are estimated, as in `fit`.
  ///   - fullOutput: keep that fit's convergence figures in `hist`.
  ///   - gtol: gradient tolerance of that fit.
  ///   - maxiter: largest number of that fit's iterations.
  ///   - disp: accepted; a library prints nothing.
  /// - Throws: ``StatsModelsError`` for another method, a wrong number of weights, or data that admit no fit.
  ///
  /// Python: MixedLM.fit_regularized
  public func fitRegularized(
    startParams: (any StartParameters)? = nil, method: String = "l1", alpha: [Double], ceps: Double = 1e-4,
    ptol: Double = 1e-6, maxit: Int = 200, reml: Bool = true, covPen: (any CovariancePenalty)? = nil,
    free: MixedLMParams? = nil, fullOutput: Bool = false, gtol: Double? = nil, maxiter: Int? = nil,
    disp: Bool = false
  ) throws -> MixedLMResults {
    guard method.lowercased() == "l1" else {
      throw StatsModelsError(
        .invalidArgument, "Invalid regularization method '\(method)': use \"l1\"", values: [method])
    }
    try specification.requirePlainResiduals(
      "fitRegularized is not", remedy: "leave variance and residuals out")
    let weights = try weights(alpha)
    let plain = try fit(
      FitArguments(
        startParams: startParams, reml: reml, covPen: covPen, free: free, fullOutput: fullOutput, gtol: gtol,
        maxiter: maxiter))
    var estimate = plain.estimate
    let kept = (0..<kFe).filter { !estimate.aliased.contains($0) }
    let gls = try profile(at: plain.paramsObject, reml: reml)
    let (b, converged) = try Self.shoot(
      information: LU(gls.fixedCovariance).inverse, start: kept.map { gls.fixedEffects[$0] },
      weights: kept.map { weights[$0] }, ceps: ceps, ptol: ptol, maxit: maxit)
    for (position, value) in zip(kept, b) { estimate.fixedEffects[position] = value }
    let fixed = estimate.fixedEffects.map { $0.isNaN ? 0 : $0 }
    estimate.scale = try scale(at: fixed, estimate: gls)
    let engine = try engine()
    estimate.logLikelihood = try specification.running { () throws(EngineError) in
      try engine.logLikelihood(at: estimate.relativeCovariances, reml: reml, fixedEffects: fixed)
    }
    estimate.converged = converged && plain.converged
    var penalty = FitPenalty()
    penalty.movesFixedEffects = true
    penalty.zeroed = Set(kept.filter { abs(estimate.fixedEffects[$0]) <= ceps })
    return MixedLMResults(
      model: self, estimate: estimate, warnings: plain.warnings, fitSeconds: plain.fitSeconds,
      hist: plain.hist,
      penalty: penalty, restrictions: plain.restrictions)
  }

  /// `fitRegularized` by L1 with one weight for all coefficients.
  public func fitRegularized(
    startParams: (any StartParameters)? = nil, method: String = "l1", alpha: Double = 0, ceps: Double = 1e-4,
    ptol: Double = 1e-6, maxit: Int = 200, reml: Bool = true, covPen: (any CovariancePenalty)? = nil,
    free: MixedLMParams? = nil, fullOutput: Bool = false, gtol: Double? = nil, maxiter: Int? = nil,
    disp: Bool = false
  ) throws -> MixedLMResults {
    try fitRegularized(
      startParams: startParams, method: method, alpha: [alpha], ceps: ceps, ptol: ptol, maxit: maxit,
      reml: reml,
      covPen: covPen, free: free, fullOutput: fullOutput, gtol: gtol, maxiter: maxiter)
  }

  /// Fits with a smooth penalty on the fixed effects: `fit(fePen: method)` with the penalty's weights times `alpha`.
  ///
  /// Python: MixedLM.fit_regularized
  public func fitRegularized(
    startParams: (any StartParameters)? = nil, method: any Penalty, alpha: [Double], reml: Bool = true,
    covPen: (any CovariancePenalty)? = nil, free: MixedLMParams? = nil, fullOutput: Bool = false,
    gtol: Double? = nil, maxiter: Int? = nil, disp: Bool = false
  ) throws -> MixedLMResults {
    try fit(
      FitArguments(
        startParams: startParams, reml: reml, fePen: method.scaled(by: weights(alpha)), covPen: covPen,
        free: free,
        fullOutput: fullOutput, gtol: gtol, maxiter: maxiter))
  }

  /// `fitRegularized` by a smooth penalty with one weight for all coefficients.
  public func fitRegularized(
    startParams: (any StartParameters)? = nil, method: any Penalty, alpha: Double = 0, reml: Bool = true,
    covPen: (any CovariancePenalty)? = nil, free: MixedLMParams? = nil, fullOutput: Bool = false,
    gtol: Double? = nil, maxiter: Int? = nil, disp: Bool = false
  ) throws -> MixedLMResults {
    try fitRegularized(
      startParams: startParams, method: method, alpha: [alpha], reml: reml, covPen: covPen, free: free,
      fullOutput: fullOutput, gtol: gtol, maxiter: maxiter)
  }

  /// A weight for each coefficient.
  private func weights(_ alpha: [Double]) throws -> [Double] {
    guard alpha.count == 1 || alpha.count == kFe else {
      throw StatsModelsError(.lengthMismatch, "alpha has \(alpha.count) weights for \(kFe) fixed effects")
    }
    return alpha.count == 1 ? [Double](repeating: alpha[0], count: kFe) : alpha
  }

  /// Coordinate descent on `b'Mb - 2 b'M b̂ + Σ w|b|` with M = X'V⁻¹X.
  private static func shoot(
    information: Matrix, start: [Double], weights: [Double], ceps: Double, ptol: Double, maxit: Int
  ) -> (b: [Double], converged: Bool) {
    let target = information * start
    var b = start
    for _ in 0..<max(maxit, 0) {
      let before = b
      for j in b.indices where abs(b[j]) >= ceps {
        var rest = target[j]
        for k in b.indices where k != j { rest -= information[j, k] * b[k] }
        let slope = -2 * rest
        let curvature = 2 * information[j, j]
        if slope > weights[j] {
          b[j] = -(slope - weights[j]) / curvature
        } else if slope < -weights[j] {
          b[j] = -(slope + weights[j]) / curvature
        } else {
          b[j] = 0
        }
      }
      let change = zip(before, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
      if change < ptol { return (b, true) }
    }
    return (b, false)
  }
}

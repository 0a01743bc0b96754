import Foundation
import LinearAlgebra
import MixedModels

extension MixedLM {
  /// Estimates the model by restricted or plain maximum likelihood.
  ///
  /// - Parameters:
  ///   - startParams: where to start; by default moments of the data.
  ///   - reml: maximise the restricted likelihood.
  ///   - niterSa: not used, as in statsmodels.
  ///   - doCg: false evaluates the model at the start instead of optimising.
  ///   - fePen: a penalty on the fixed effects, subtracted from the log-likelihood.
  ///   - covPen: a penalty on the group's relative covariance matrix.
  ///   - free: ones and zeros; a parameter where it is zero is held at its value in `startParams`. Without
  ///     `startParams` variances are held at 1, covariances and fixed effects at 0, so that an identity matrix as
  ///     `covRe` gives independent effects. Parts that are left out are free.
  ///   - fullOutput: keep convergence figures in `hist`.
  ///   - method: scipy's optimisers; nil is the engine's own.
  ///   - gtol: gradient tolerance of a named method.
  ///   - maxiter: largest number of iterations.
  ///   - disp: accepted; a library prints nothing.
  ///   - startUnits: units of the covariances in `startParams`, which held ones keep: divided by the error variance, as
  ///     in statsmodels, or those of the response.
  ///   - heldScale: an error variance to hold; nil estimates it.
  ///   - exact: whether the likelihood is factored exactly. nil does so wherever memory allows. false fits crossed
  ///     random intercepts by iterative solves alone: in little memory and less time, with a Monte-Carlo error of
  ///     every estimate in ``MixedLMResults/monteCarlo``. true is exact, or an error that tells what memory it takes
  ///     and what would fit. Not in statsmodels.
  ///   - threads: how many the fit and its results may use; nil uses the processors there are. The estimates are the
  ///     same for any number. Not in statsmodels.
  ///   - progress: called after each iteration, on the fit's thread; returning false cancels the fit. So does the
  ///     cancellation of the surrounding task.
  /// - Throws: ``StatsModelsError`` for data that admit no fit (see the code for what), or a cancelled fit.
  ///
  /// Python: MixedLM.fit
  public func fit(
    startParams: (any StartParameters)? = nil, reml: Bool = true, niterSa: Int = 0, doCg: Bool = true,
    fePen: (any Penalty)? = nil, covPen: (any CovariancePenalty)? = nil, free: MixedLMParams? = nil,
    fullOutput: Bool = false, method: OptimizationMethod? = nil, gtol: Double? = nil, maxiter: Int? = nil,
    disp: Bool = false, startUnits: CovarianceUnits = .profile, heldScale: Double? = nil, exact: Bool? = nil,
    threads: Int? = nil, progress: (@Sendable (FitProgress) -> Bool)? = nil
  ) throws -> MixedLMResults {
    try fit(
      FitArguments(
        startParams: startParams, reml: reml, niterSa: niterSa, doCg: doCg, fePen: fePen, covPen: covPen,
        free: free, fullOutput: fullOutput, method: method, gtol: gtol, maxiter: maxiter,
        startUnits: startUnits,
        heldScale: heldScale, exact: exact, threads: threads, progress: progress))
  }

  func fit(_ arguments: FitArguments) throws -> MixedLMResults {
    if specification.residuals != nil, !arguments.holdsResiduals {
      return try ResidualSearch(self, arguments).run()
    }
    var arguments = arguments
    let configured = try configured(exact: arguments.exact, threads: arguments.threads)
    var warnings = specification.warnings
    if arguments.niterSa > 0 {
      warnings.append(
        FitWarning(kind: .ignoredArgument, message: "niter_sa is currently ignored: leave it out"))
    }
    if let value = arguments.heldScale, !(value > 0 && value.isFinite) {
      throw StatsModelsError(.invalidArgument, "heldScale is \(value): an error variance is positive")
    }
    arguments.free = try arguments.free.map(completed)
    let clock = ContinuousClock()
    let begin = clock.now
    if arguments.doCg, arguments.isRestricted || !(arguments.method?.names.isEmpty ?? true) {
      let found = try configured.search(arguments)
      warnings += found.warnings + configured.fitWarnings(found.estimate, free: arguments.free)
      return MixedLMResults(
        model: self, estimate: found.estimate, warnings: warnings, fitSeconds: (clock.now - begin).seconds,
        engineOptions: configured.engineOptions, hist: arguments.fullOutput ? found.hist : nil,
        penalty: found.penalty,
        restrictions: FitRestrictions(
          free: arguments.free, errorVariance: found.errorVariance, fePen: arguments.fePen,
          covPen: arguments.covPen))
    }
    let engine = try configured.engine()
    if arguments.exact == false, !engine.admitsIterativeFit {
      warnings.append(
        FitWarning(
          kind: .ignoredArgument,
          message:
            "exact: false has no effect and may be left out: only crossed or nested factors of one effect each are fitted without "
            + "a factorisation; the fit is exact"))
    }
    let start = try arguments.startParams.map {
      try relativeStart($0, units: arguments.startUnits, arguments)
    }
    let estimate = try specification.running { () throws(EngineError) in
      if arguments.doCg {
        var options = FitOptions(start: start)
        if let maxiter = arguments.maxiter { options.maximumIterations = max(maxiter, 0) }
        if let progress = arguments.progress { options.progress = { progress(FitProgress($0)) } }
        return try engine.fit(reml: arguments.reml, options: options)
      }
      let point = start ?? specification.engineTerms.map { Matrix.identity($0.width) }
      return try engine.estimate(at: point, reml: arguments.reml)
    }
    return MixedLMResults(
      model: self, estimate: estimate, warnings: warnings + configured.fitWarnings(estimate),
      fitSeconds: (clock.now - begin).seconds, engineOptions: configured.engineOptions,
      hist: arguments.fullOutput ? [history(estimate)] : nil)
  }

  /// The convergence figures of an optimum that the engine found.
  private func history(_ estimate: Estimate) -> [String: Double] {
    [
      "iterations": Double(estimate.certificate.gradients),
      "fcalls": Double(estimate.certificate.evaluations),
      "gcalls": Double(estimate.certificate.gradients),
      "gradient_norm": estimate.certificate.gradientNorm,
      "converged": estimate.converged ? 1 : 0, "fopt": -estimate.logLikelihood / Double(max(nobs, 1)),
    ]
  }

  /// This model with its engine set to the options of a fit.
  private func configured(exact: Bool?, threads: Int?) throws -> MixedLM {
    if let threads, threads < 1 {
      throw StatsModelsError(
        .invalidArgument, "threads is \(threads): a fit takes one at least", values: [String(threads)])
    }
    var result = self
    result.engineOptions.exact = exact
    result.engineOptions.threads = threads
    return result
  }

  /// Relative covariance matrices per engine term from parameters in either units.
  private func relativeStart(
    _ parameters: any StartParameters, units: CovarianceUnits, _ arguments: FitArguments
  ) throws -> [Matrix] {
    let blocks = try startBlocks(parameters)
    guard units == .user else { return specification.termCovariances(blocks) }
    let scale = try errorVariance(besides: blocks, reml: arguments.reml)
    return specification.termCovariances(blocks.map { $0 * (1 / scale) })
  }

  /// The error variance that goes with covariances in the response's units: σ² = s²(S / σ²), by iteration.
  func errorVariance(besides blocks: [Matrix], reml: Bool) throws -> Double {
    let engine = try engine()
    var scale: Double?
    for _ in 0..<6 {
      let inverse = scale.map { 1 / $0 } ?? 0
      let relative = blocks.map { $0 * inverse }
      scale = try specification.running { () throws(EngineError) in
        try engine.estimate(at: specification.termCovariances(relative), reml: reml).scale
      }
    }
    return scale ?? 1
  }
}

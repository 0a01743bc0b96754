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
  ///   - free: ones and zeros; covariances where it is zero are held: covariances at zero, variances (divided by the
  ///     error variance) at `startParams`, or 1. Fixed effects where it is zero are held at `startParams`, or 0.
  ///   - fullOutput: keep convergence figures in `hist`.
  ///   - method: scipy's optimisers; nil is the engine's own.
  ///   - gtol: gradient tolerance of a named method.
  ///   - maxiter: largest number of iterations.
  ///   - disp: accepted; a library prints nothing.
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
    disp: Bool = false, exact: Bool? = nil, threads: Int? = nil,
    progress: (@Sendable (FitProgress) -> Bool)? = nil
  ) throws -> MixedLMResults {
    let configured = try configured(exact: exact, threads: threads)
    var warnings = specification.warnings
    if niterSa > 0 {
      warnings.append(FitWarning(kind: .ignoredArgument, message: "niter_sa is currently ignored"))
    }
    let clock = ContinuousClock()
    let begin = clock.now
    let start = try startParams.map { try startCovariances($0) }
    var options = FitOptions(start: start)
    if let maxiter { options.maximumIterations = max(maxiter, 0) }
    if let progress {
      options.progress = { progress(FitProgress($0)) }
    }
    let request = SearchRequest(
      method: method, gtol: gtol, maxiter: maxiter, free: free, fePen: fePen, covPen: covPen,
      startFixed: (startParams as? MixedLMParams)?.feParams, progress: progress)
    if doCg, request.isRestricted || !(method?.names.isEmpty ?? true) {
      let found = try configured.search(request, start: start, reml: reml)
      return MixedLMResults(
        model: self, estimate: found.estimate,
        warnings: warnings + found.warnings + configured.fitWarnings(found.estimate, free: free),
        fitSeconds: (clock.now - begin).seconds, engineOptions: configured.engineOptions,
        hist: fullOutput ? found.hist : nil, freepat: free, penalty: found.penalty)
    }
    let engine = try configured.engine()
    if exact == false, !engine.admitsIterativeFit {
      warnings.append(
        FitWarning(
          kind: .ignoredArgument,
          message:
            "exact: false has no effect: only crossed or nested factors of one effect each are fitted without "
            + "a factorisation; the fit is exact"))
    }
    let estimate = try specification.running { () throws(EngineError) in
      if doCg { return try engine.fit(reml: reml, options: options) }
      let point = start ?? specification.engineTerms.map { Matrix.identity($0.width) }
      return try engine.estimate(at: point, reml: reml)
    }
    let seconds = (clock.now - begin).seconds
    warnings += configured.fitWarnings(estimate)
    let figures: [[String: Double]]? =
      fullOutput
      ? [
        [
          "iterations": Double(estimate.certificate.gradients),
          "fcalls": Double(estimate.certificate.evaluations),
          "gcalls": Double(estimate.certificate.gradients),
          "gradient_norm": estimate.certificate.gradientNorm,
          "converged": estimate.converged ? 1 : 0, "fopt": -estimate.logLikelihood / Double(max(nobs, 1)),
        ]
      ] : nil
    return MixedLMResults(
      model: self, estimate: estimate, warnings: warnings, fitSeconds: seconds,
      engineOptions: configured.engineOptions, hist: figures)
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
}

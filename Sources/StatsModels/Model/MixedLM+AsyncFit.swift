extension MixedLM {
  /// The asynchronous twin of `fit`: the same estimates, on a thread of their own.
  ///
  /// ```swift
  /// async let a = first.fit()
  /// async let b = second.fit()
  /// print(try await a.llf, try await b.llf)
  /// ```
  /// The threads of Swift's concurrency are never blocked. At most as many fits run as there are processors, the
  /// others wait; fits that run side by side share the processors. Cancelling the task ends the fit before its next
  /// evaluation and leaves the model usable. `progress` is called on the fit's thread.
  ///
  /// The parameters are those of the synchronous `fit`. Not in statsmodels.
  /// - Throws: ``StatsModelsError``, with the code `cancelled` after a cancellation.
  public func fit(
    startParams: (any StartParameters)? = nil, reml: Bool = true, niterSa: Int = 0, doCg: Bool = true,
    fePen: (any Penalty)? = nil, covPen: (any CovariancePenalty)? = nil, free: MixedLMParams? = nil,
    fullOutput: Bool = false, method: OptimizationMethod? = nil, gtol: Double? = nil, maxiter: Int? = nil,
    disp: Bool = false, startUnits: CovarianceUnits = .profile, heldScale: Double? = nil, exact: Bool? = nil,
    threads: Int? = nil, progress: (@Sendable (FitProgress) -> Bool)? = nil
  ) async throws -> MixedLMResults {
    try await FitWorker.run {
      try self.fit(
        startParams: startParams, reml: reml, niterSa: niterSa, doCg: doCg, fePen: fePen, covPen: covPen,
        free: free, fullOutput: fullOutput, method: method, gtol: gtol, maxiter: maxiter, disp: disp,
        startUnits: startUnits, heldScale: heldScale, exact: exact, threads: threads, progress: progress)
    }
  }
}

extension MixedLMResults {
  /// Computes standard errors, random effects and fitted values on a thread of its own.
  ///
  /// They are otherwise computed on first use, by the thread that asks. Not in statsmodels.
  /// - Throws: ``StatsModelsError`` after a cancellation of the task.
  public func prepare() async throws {
    try await FitWorker.run {
      _ = (parameterCovariance, fitted, varianceCovariance)
    }
  }
}

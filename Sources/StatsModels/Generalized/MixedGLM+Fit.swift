import Foundation
import GeneralizedModels
import LinearAlgebra
import MixedModels

extension MixedGLM {
  /// Maximises the likelihood, the random effects integrated out by Laplace's approximation or by quadrature.
  ///
  /// The search takes Newton steps with the exact gradient of the approximated likelihood; the curvature of the true
  /// Laplace approximation has observed weights, so that for links other than the canonical ones values are those of
  /// glmmTMB, not of lme4, which takes expected weights.
  /// - Parameters:
  ///   - nAGQ: nodes of adaptive Gauss–Hermite quadrature for each effect of a level, for models with one grouping
  ///     factor; 1 is Laplace's approximation, 0 takes the fixed effects at the joint mode with the random ones, which is
  ///     fast and rough.
  ///   - startParams: covariances to start from, one matrix for each of the model's ``MixedGLMResults/terms``.
  ///   - maxiter: largest number of iterations.
  ///   - threads: how many the fit may use; nil uses the processors there are. The estimates have the same bits for any
  ///     number.
  ///   - progress: called after each iteration; returning false cancels the fit.
  /// - Throws: ``StatsModelsError`` for data that admit no fit, or a cancelled fit.
  ///
  /// Not in statsmodels.
  public func fit(
    nAGQ: Int = 1, startParams: [Matrix]? = nil, maxiter: Int? = nil, threads: Int? = nil,
    progress: (@Sendable (FitProgress) -> Bool)? = nil
  ) throws -> MixedGLMResults {
    let begin = ContinuousClock.now
    let engine = try engine()
    let integration = try integration(nAGQ, engine)
    if let startParams {
      let widths = specification.blocks.map(\.width)
      guard startParams.map(\.rows) == widths, startParams.map(\.columns) == widths,
        startParams.allSatisfy({ $0.storage.allSatisfy(\.isFinite) })
      else {
        throw StatsModelsError(
          .lengthMismatch,
          "startParams must hold a covariance matrix for each of the \(widths.count) terms, of \(shortList(widths.map { "\($0) × \($0)" }))"
        )
      }
    }
    if let maxiter, maxiter < 1 {
      throw StatsModelsError(.invalidArgument, "maxiter must be at least 1, not \(maxiter)")
    }
    if let threads, threads < 1 {
      throw StatsModelsError(
        .invalidArgument, "threads is \(threads): a fit takes one at least",
        values: [String(threads)])
    }
    var options = FitOptions(
      start: startParams.map { specification.termCovariances($0) }, maximumIterations: maxiter ?? 200)
    if let progress { options.progress = { progress(FitProgress($0)) } }
    let estimate: GeneralizedEstimate
    do throws(EngineError) {
      estimate = try engine.fit(integration, options: options, threads: threads)
    } catch {
      throw boundedMeans(error) ?? separated(error) ?? specification.translate(error)
    }
    return MixedGLMResults(
      model: self, estimate: estimate, fitSeconds: (ContinuousClock.now - begin).seconds,
      threads: threads ?? ProcessorCount.available)
  }

  /// The asynchronous twin of `fit`: the same estimates, on a thread of their own; see ``MixedLM``'s.
  ///
  /// - Throws: ``StatsModelsError``, with the code `cancelled` after a cancellation.
  public func fit(
    nAGQ: Int = 1, startParams: [Matrix]? = nil, maxiter: Int? = nil, threads: Int? = nil,
    progress: (@Sendable (FitProgress) -> Bool)? = nil
  ) async throws -> MixedGLMResults {
    try await FitWorker.run {
      try self.fit(
        nAGQ: nAGQ, startParams: startParams, maxiter: maxiter, threads: threads, progress: progress
      )
    }
  }

  /// What an overflow means where predictors tell some responses without error.
  private func separated(_ error: EngineError) -> StatsModelsError? {
    let sides = specification.endog.map(family.model.side)
    guard case .overflow = error, let found = Separation(specification.exog, sides: sides) else { return nil }
    let names = specification.exogNames.indices.filter { found.direction[$0] != 0 }
      .map { specification.exogNames[$0] }
    return StatsModelsError(
      .invalidArgument,
      "complete or quasi-complete separation: the coefficients of \(shortList(names)) grow without end, since they tell some "
        + "values of '\(specification.endogName)' without error, and the numbers overflow: merge levels, or leave predictors "
        + "out", values: names)
  }

  /// What an overflow means with a link that gives some linear predictors no mean.
  private func boundedMeans(_ error: EngineError) -> StatsModelsError? {
    guard case .overflow = error, let other = family.linkForAllPredictors else { return nil }
    return StatsModelsError(
      .invalidArgument,
      "with the \(family.link.rawValue) link some rows of '\(specification.endogName)' have linear predictors without a mean "
        + "of the \(family.distribution.rawValue) family, wherever the search begins: use the "
        + "\(other.rawValue) link, which gives every linear predictor one",
      values: [family.link.rawValue])
  }

  /// Nodes beyond which quadrature would take longer than any fit should.
  private static let mostNodes = 100
  private static let mostPoints = 20_000.0

  private func integration(_ nAGQ: Int, _ engine: GeneralizedModel) throws -> Integration {
    guard nAGQ >= 0, nAGQ <= Self.mostNodes else {
      throw StatsModelsError(
        .invalidArgument, "nAGQ is \(nAGQ): it must lie between 0 and \(Self.mostNodes)", values: ["\(nAGQ)"])
    }
    if nAGQ == 0 { return .jointMode }
    if nAGQ == 1 { return .laplace }
    guard engine.takesQuadrature else {
      throw StatsModelsError(
        .invalidArgument,
        "nAGQ = \(nAGQ): quadrature takes one grouping factor, and the effects of "
          + "\(shortList(specification.blocks.map(\.group))) belong to several; use nAGQ: 1, Laplace's approximation"
      )
    }
    let points = pow(Double(nAGQ), Double(engine.quadratureWidth))
    guard points <= Self.mostPoints else {
      throw StatsModelsError(
        .invalidArgument,
        "nAGQ = \(nAGQ) with \(engine.quadratureWidth) effects of a level takes \(PythonFormat.general(points, 3)) "
          + "points for each level: use fewer nodes, or nAGQ: 1")
    }
    return .quadrature(nAGQ)
  }
}

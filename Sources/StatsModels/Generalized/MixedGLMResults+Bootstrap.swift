import Foundation
import GeneralizedModels
import LinearAlgebra
import MixedModels

extension MixedGLMResults {
  /// A fit of the same model to another response, approximated in the same way; of a binomial model shares of successes.
  ///
  /// - Throws: ``StatsModelsError`` for another number of values, and for values that the family cannot have.
  public func refit(response: [Double]) throws -> MixedGLMResults {
    try requireData(for: "a fit to another response")
    guard response.count == nobs else {
      throw StatsModelsError(
        .lengthMismatch, "the response has \(response.count) values, the model \(nobs) rows",
        values: [String(response.count), String(nobs)])
    }
    return try model.replacing(response).fit(
      nAGQ: nAGQ, startParams: estimate.singularTerms.contains(true) ? nil : covariances)
  }

  /// Draws responses from the fitted model, effects included, and fits each anew, over all cores. Not in statsmodels.
  ///
  /// Equal seeds give equal results, bit by bit, whatever the number of threads: draw k is that of
  /// ``simulate(count:seed:randomEffects:)``.
  /// - Parameters:
  ///   - count: number of replicates.
  ///   - seed: of the random numbers.
  ///   - threads: number of concurrent fits; nil uses the cores there are.
  ///   - progress: called with the number of replicates done, from any thread; returning false stops, and the
  ///     replicates done so far are returned. So does the cancellation of the surrounding task.
  /// - Returns: fixed effects, variances and covariances, and an estimated dispersion.
  /// - Throws: ``StatsModelsError`` for results that were read from a file.
  public func parametricBootstrap(
    count: Int, seed: UInt64, threads: Int? = nil, progress: (@Sendable (Int) -> Bool)? = nil
  ) throws -> BootstrapResult {
    try requireData(for: "a bootstrap")
    let draws = ResponseSampler(self, kept: [], seed: seed)
    return BootstrapResult(
      names: layout.names + [dispersionName].compactMap { $0 }, estimates: replicate,
      replicates: BootstrapRun.rows(count, threads: threads, progress: progress) {
        (try? refit(response: draws[$0]))?.replicate
      }, requested: count)
  }

  /// The parameters of ``parametricBootstrap(count:seed:threads:progress:)``.
  private var replicate: [Double] { params.values + (dispersionName == nil ? [] : [dispersion]) }
}

extension MixedGLM {
  /// The same model of another response.
  func replacing(_ endog: [Double]) throws -> MixedGLM {
    var changed = specification
    changed.endog = endog
    return try MixedGLM(specification: changed, response: response, family: family, designSeconds: 0)
  }
}

/// Compares a model with a smaller one, nested in it, by responses that the smaller model draws. Not in statsmodels.
///
/// Equal seeds give equal results, bit by bit, whatever the number of threads.
/// - Parameters:
///   - first: a fit.
///   - second: another fit of the same response on the same rows; one of the two must be a special case of the other.
///   - method: number of draws and seed.
///   - threads: number of concurrent fits; nil uses the cores there are.
///   - progress: called with the number of draws done, from any thread; returning false stops, and what is done counts.
/// - Throws: ``StatsModelsError`` for models that are not nested, and for results that were read from a file.
public func compare(
  _ first: MixedGLMResults, _ second: MixedGLMResults, method: ComparisonMethod, threads: Int? = nil,
  progress: (@Sendable (Int) -> Bool)? = nil
) throws -> BootstrapComparison {
  let compared = try compare(models: [first, second])
  for fit in [first, second] { try fit.requireData(for: "a bootstrap") }
  let (small, large) = (compared.models[0], compared.models[1])
  return try BootstrapComparison(
    compared.rows, compared.notes, method: method, threads: threads, progress: progress
  ) { seed in
    let draws = ResponseSampler(small, kept: [], seed: seed)
    return { replicate in
      let response = draws[replicate]
      return [small, large].map { (try? $0.refit(response: response))?.llf ?? .nan }
    }
  }
}

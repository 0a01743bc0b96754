import GeneralizedModels
import LinearAlgebra
import MixedModels

extension MixedGLMResults {
  /// Profiles of the likelihood, with intervals whose ends are exact. Not in statsmodels.
  ///
  /// ```swift
  /// let profile = try results.profile()
  /// print(profile)     // sd_Intercept|herd, then the dispersion where one is estimated, then the fixed effects
  /// ```
  /// The likelihood is the fit's own: Laplace's approximation or quadrature.
  /// - Parameters:
  ///   - parameters: names as in ``LikelihoodProfile``, the dispersion's that of ``summary(yname:title:alpha:)``; nil takes
  ///     all.
  ///   - level: confidence level of the intervals.
  ///   - points: number of points on each side for ζ and density; 0 for intervals alone.
  /// - Throws: ``StatsModelsError`` for names that are none, results without data, fits with nAGQ = 0, and where the
  ///   likelihood is larger elsewhere than at the estimate.
  public func profile(
    parameters: [String]? = nil, level: Double = 0.95, points: Int = 8
  ) throws -> LikelihoodProfile {
    try requireLevel(level)
    try requireProfiledForms()
    let chosen = try chosen(parameters, of: profiledParameters)
    guard estimate.integration != .jointMode else {
      throw StatsModelsError(
        .notAvailable,
        "with nAGQ = 0 the fixed effects maximise no likelihood that could be profiled: fit with nAGQ: 1")
    }
    let engine = try model.engine()
    return try LikelihoodProfile(
      engine.profiler(estimate), of: chosen, level: level, points: points, deviance: deviance,
      specification: specification)
  }

  /// Confidence limits by a method, columns "0" and "1". Not in statsmodels.
  ///
  /// - Parameters:
  ///   - method: `.wald` is ``confInt(alpha:)``; the others give standard deviations, correlations, the dispersion and fixed
  ///     effects, in the order and by the names of ``LikelihoodProfile``.
  ///   - alpha: one less the confidence level.
  /// - Throws: as ``profile(parameters:level:points:)`` and ``parametricBootstrap(count:seed:threads:progress:)``.
  public func confInt(method: IntervalMethod, alpha: Double = 0.05) throws -> LabeledMatrix {
    try requireLevel(alpha: alpha)
    switch method {
    case .wald: return confInt(alpha: alpha)
    case .profile: return try profile(level: 1 - alpha, points: 0).confInt
    case .bootstrap(let count, let seed):
      let drawn = try parametricBootstrap(count: count, seed: seed).requireWhole()
      let fixedCount = layout.fixedNames.count
      return try profiledBootstrap(drawn, named: profiledParameters) { values in
        let entries = Array(values[fixedCount..<fixedCount + layout.entries.count])
        let own = layout.covariances(entries, blocks: specification.blocks)
        return (
          specification.termCovariances(own), values[values.count - 1], Array(values[0..<fixedCount])
        )
      }.confInt(alpha: alpha)
    }
  }

  private var profiledParameters: [ProfiledName] {
    let owners = specification.blockOfTerm
    return profiledNames(
      heldBlocks: Set(estimate.held.map { owners[$0.term] }),
      dispersion: family.model.estimatesDispersion ? dispersionName : nil)
  }
}

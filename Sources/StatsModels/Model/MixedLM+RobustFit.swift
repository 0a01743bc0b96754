import DataFrames
import LinearAlgebra

extension MixedLM {
  /// A fit whose standard errors and tests of fixed effects trust the clusters' residuals instead of the model.
  ///
  /// ```swift
  /// let robust = try model.fit(covType: .cluster, covKwds: ["groups": "Subject"])
  /// ```
  /// The correction is that of statsmodels' clustered least squares, `.cr1s`; ``MixedLMResults/robustCovariance(_:clusters:)``
  /// has better ones for few clusters. Tests, marginal means and intervals of fixed effects take it; intervals with predicted
  /// effects, and covariance parameters, keep the model's errors.
  /// - Parameters:
  ///   - reml: whether the restricted likelihood is maximised.
  ///   - covType: `.cluster` or `.nonrobust`.
  ///   - covKwds: `groups`, the clusters: a column's name or a label for each row.
  /// - Throws: ``StatsModelsError`` for other covariances and keywords, and as ``MixedLMResults/robustCovariance(_:clusters:)``.
  ///
  /// Not in statsmodels, whose mixed models ignore `cov_type`.
  public func fit(
    reml: Bool = true, covType: CovarianceType, covKwds: [String: any ColumnSpecifier] = [:]
  ) throws -> MixedLMResults {
    if let stray = covKwds.keys.sorted().first(where: { $0 != "groups" }) {
      throw StatsModelsError(
        .invalidArgument, "covKwds: there is no keyword '\(stray)'; cluster takes 'groups'", values: [stray])
    }
    switch covType {
    case .nonrobust: return try fit(reml: reml)
    case .cluster:
      guard let clusters = covKwds["groups"] else {
        throw StatsModelsError(
          .invalidArgument, "covType: .cluster takes its clusters: covKwds: [\"groups\": …]")
      }
      let results = try fit(reml: reml)
      return results.replacingFixedCovariance(try results.robustCovariance(.cr1s, clusters: clusters))
    case .fixedScale:
      throw StatsModelsError(
        .notAvailable,
        "a mixed model estimates its scale: a fixed one is for regressions without random effects")
    case .hc0, .hc1, .hc2, .hc3, .hac:
      throw StatsModelsError(
        .notAvailable,
        "\(covType.rawValue) takes rows as independent, and those of a group are not: use covType: .cluster, "
          + "covKwds: [\"groups\": \"\(specification.groupName)\"]", values: [covType.rawValue])
    }
  }
}

extension MixedLMResults {
  /// The same results with another covariance of the fixed effects, taken as independent of the variances.
  func replacingFixedCovariance(_ robust: RobustCovariance) -> MixedLMResults {
    var covariance = parameterCovariance
    for i in 0..<kFe {
      for j in 0..<layout.count {
        let value = j < kFe ? robust.covariance.values[i, j] : covariance[j, j].isNaN ? .nan : 0
        covariance[i, j] = value
        covariance[j, i] = value
      }
    }
    let cache = ResultsCache()
    _ = cache.covariance.value { ParameterCovariance(matrix: covariance) }
    var result = MixedLMResults(
      model: model, estimate: estimate, warnings: warnings, fitSeconds: fitSeconds,
      engineOptions: engineOptions,
      hist: hist, penalty: penalty, restrictions: restrictions,
      robust: RobustErrors(covariance: robust.robust.covariance, clusters: robust.robust), cache: cache)
    result.useT = useT
    return result
  }
}

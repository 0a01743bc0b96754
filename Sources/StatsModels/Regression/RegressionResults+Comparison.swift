import Distributions
import Foundation
import LinearAlgebra

/// A test of restrictions on a model: what `compareFTest` and the like give.
///
/// Python: statsmodels.regression.linear_model.CompareLRTestResult
public struct RestrictionTest: Sendable, Equatable {
  /// F or χ².
  public let statistic: Double
  /// Its upper tail under the restrictions.
  public let pvalue: Double
  /// Number of restrictions.
  public let dfDiff: Double
  /// What to mind.
  public let warnings: [FitWarning]
}

extension RegressionResults {
  /// Whether a restricted model leaves more squares than this one, by F.
  ///
  /// - Throws: ``StatsModelsError`` for fits to other rows.
  ///
  /// Python: RegressionResults.compare_f_test
  public func compareFTest(_ restricted: RegressionResults) throws -> RestrictionTest {
    try requireSameRows(restricted)
    let df = restricted.dfResid - dfResid
    let value = (restricted.ssr - ssr) / df / ssr * dfResid
    return RestrictionTest(
      statistic: value, pvalue: FDistribution(df, dfResid).sf(value), dfDiff: df,
      warnings: robustWarnings(restricted, "F test for comparison"))
  }

  /// Whether a restricted model has a smaller likelihood, by χ².
  ///
  /// - Throws: ``StatsModelsError`` for fits to other rows.
  ///
  /// Python: RegressionResults.compare_lr_test
  public func compareLrTest(_ restricted: RegressionResults) throws -> RestrictionTest {
    try requireSameRows(restricted)
    let df = restricted.dfResid - dfResid
    let value = -2 * (restricted.llf - llf)
    return RestrictionTest(
      statistic: value, pvalue: ChiSquared(df).sf(value), dfDiff: df,
      warnings: robustWarnings(restricted, "Likelihood Ratio test"))
  }

  /// Whether the scores of this model's columns vanish at a restricted fit: the Lagrange multiplier test.
  ///
  /// The scores' covariance follows ``covType``: equal variances for `.nonrobust`, else their own cross-product, centred with
  /// `demean`.
  /// - Throws: ``StatsModelsError`` for a model that is not nested, and for covariance types other than `.nonrobust` and HC.
  ///
  /// Python: RegressionResults.compare_lm_test
  public func compareLmTest(_ restricted: RegressionResults, demean: Bool = true) throws -> RestrictionTest {
    try requireSameRows(restricted)
    let exog = model.whiten(model.exog)
    let n = Double(nobs)
    let df = restricted.dfResid - dfResid
    guard df > 0, isNested(restricted) else {
      throw StatsModelsError(.invalidArgument, "Restricted model is not nested by full model.")
    }
    let own = restricted.estimate.wresid
    var scores = exog
    for j in 0..<exog.columns { for i in 0..<exog.rows { scores[i, j] *= own[i] } }
    let means = (0..<exog.columns).map { j in scores.column(j).reduce(0, +) / n }
    let covariance: Matrix
    switch covType {
    case .nonrobust: covariance = exog.gram() * (own.reduce(0) { $0 + $1 * $1 } / n / n)
    case .hc0, .hc1, .hc2, .hc3:
      if demean {
        for j in 0..<exog.columns { for i in 0..<exog.rows { scores[i, j] -= means[j] } }
      }
      covariance = scores.gram() * (1 / n)
    case .cluster, .hac, .fixedScale:
      throw StatsModelsError(
        .notAvailable,
        "compareLmTest knows the covariance types nonrobust and HC0 to HC3, not \(covType.rawValue)")
    }
    let value = n * dot(means, try covariance.inverseOfAnyUnits().inverse * means)
    return RestrictionTest(statistic: value, pvalue: ChiSquared(df).sf(value), dfDiff: df, warnings: [])
  }

  /// Whether residuals of this fit are orthogonal to the restricted design.
  private func isNested(_ restricted: RegressionResults) -> Bool {
    let other = restricted.model.whiten(restricted.model.exog)
    let size = ssr.squareRoot()
    return other.transposedTimes(estimate.wresid).enumerated().allSatisfy { j, product in
      let length = other.column(j).reduce(0) { $0 + $1 * $1 }.squareRoot()
      return abs(product) <= 1e-7 * length * max(size, 1e-300)
    }
  }

  private func requireSameRows(_ other: RegressionResults) throws {
    guard other.nobs == nobs, other.model.endog == model.endog else {
      throw StatsModelsError(
        .invalidArgument,
        "the models were fitted to different responses: \(nobs) and \(other.nobs) rows. Fit both on the same rows"
      )
    }
  }

  private func robustWarnings(_ other: RegressionResults, _ test: String) -> [FitWarning] {
    guard covType != .nonrobust || other.covType != .nonrobust else { return [] }
    return [
      FitWarning(
        kind: .ignoredArgument,
        message: "\(test) is likely invalid with robust covariance, proceeding anyway",
        category: "InvalidTestWarning")
    ]
  }
}

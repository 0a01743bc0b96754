import DataFrames
import LinearAlgebra

extension RegressionResults {
  /// The same fit with another estimate of the coefficients' covariance.
  ///
  /// - Parameters:
  ///   - covType: the estimate.
  ///   - covKwds: as of ``RegressionModel/fit(covType:covKwds:useT:)``.
  ///   - useT: Student's t instead of the normal distribution; nil keeps ``useT``.
  /// - Throws: ``StatsModelsError`` when `covKwds` lacks what `covType` needs.
  ///
  /// Python: RegressionResults.get_robustcov_results
  public func getRobustcovResults(
    covType: CovarianceType = .hc1, covKwds: [String: any ColumnConvertible] = [:], useT: Bool? = nil
  ) throws -> RegressionResults {
    let robust = try RobustEstimate(
      model, estimate, exog: model.whiten(model.exog), covType: covType, keywords: covKwds)
    return RegressionResults(
      model: model, estimate: estimate, robust: robust, useT: useT ?? self.useT,
      warnings: warnings + robust.warnings)
  }

  private func heteroscedastic(_ type: CovarianceType) -> LabeledMatrix {
    let sandwich = Sandwich(
      exog: model.whiten(model.exog), pseudoInverse: estimate.pseudoInverse, resid: estimate.wresid)
    return LabeledMatrix(
      index: names, columns: names, values: sandwich.heteroscedastic(type, dfResid: dfResid))
  }

  private func errors(_ covariance: LabeledMatrix) -> Series {
    Series(index: names, values: covariance.values.diagonal.map { $0.squareRoot() })
  }

  /// White's covariance. Python: RegressionResults.cov_HC0
  public var covHC0: LabeledMatrix { heteroscedastic(.hc0) }
  /// White's covariance with the residuals' degrees of freedom. Python: RegressionResults.cov_HC1
  public var covHC1: LabeledMatrix { heteroscedastic(.hc1) }
  /// The covariance with squared residuals over one minus the leverage. Python: RegressionResults.cov_HC2
  public var covHC2: LabeledMatrix { heteroscedastic(.hc2) }
  /// The covariance with squared residuals over the square of one minus the leverage. Python: RegressionResults.cov_HC3
  public var covHC3: LabeledMatrix { heteroscedastic(.hc3) }
  /// Standard errors of ``covHC0``. Python: RegressionResults.HC0_se
  public var HC0Se: Series { errors(covHC0) }  // swift-format-ignore: AlwaysUseLowerCamelCase
  /// Standard errors of ``covHC1``. Python: RegressionResults.HC1_se
  public var HC1Se: Series { errors(covHC1) }  // swift-format-ignore: AlwaysUseLowerCamelCase
  /// Standard errors of ``covHC2``. Python: RegressionResults.HC2_se
  public var HC2Se: Series { errors(covHC2) }  // swift-format-ignore: AlwaysUseLowerCamelCase
  /// Standard errors of ``covHC3``. Python: RegressionResults.HC3_se
  public var HC3Se: Series { errors(covHC3) }  // swift-format-ignore: AlwaysUseLowerCamelCase
}

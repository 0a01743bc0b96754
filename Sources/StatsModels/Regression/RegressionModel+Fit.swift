import DataFrames
import Foundation
import LinearAlgebra

extension RegressionModel {
  /// Fits by the pseudo-inverse of the design, as statsmodels does: also where columns depend on each other.
  ///
  /// - Parameters:
  ///   - covType: the estimate of the coefficients' covariance.
  ///   - covKwds: `groups` for `.cluster`, a column's name or one label for each row of the data or of those kept; `maxlags`
  ///     for `.hac`; `scale` for `.fixedScale`; `use_correction` for `.hac` and `.cluster`; `df_correction` for `.cluster`.
  ///   - useT: Student's t instead of the normal distribution; nil is t for `.nonrobust` only.
  /// - Throws: ``StatsModelsError`` when `covKwds` lacks what `covType` needs.
  ///
  /// Python: OLS.fit
  public func fit(
    covType: CovarianceType = .nonrobust, covKwds: [String: any ColumnConvertible] = [:],
    useT: Bool? = nil
  ) throws -> RegressionResults {
    let design = whiten(exog)
    let response = whiten(endog)
    let decomposition: SVD
    do { decomposition = try SVD(design) } catch {
      throw StatsModelsError(.numerical, "the singular value decomposition of the design failed: \(error)")
    }
    let inverse = decomposition.pseudoInverse
    let params = inverse * response
    let largest = decomposition.values.first ?? 0
    let cutoff = largest * Double(decomposition.values.count) * .ulpOfOne
    let rank = decomposition.values.count { $0 > cutoff }
    var warnings = warnings
    if rank < exog.columns {
      warnings.append(
        FitWarning(
          kind: .rankDeficient,
          message:
            "The design matrix is rank-deficient: it has \(exog.columns) columns and rank \(rank). The model parameters "
            + "are not uniquely determined: those of least length are given, and only what does not depend on the choice, "
            + "as fitted values, has a meaning.", category: "SingularMatrixWarning"))
    }
    let estimate = RegressionResults.Estimate(
      params: params, rank: rank, singularValues: decomposition.values, pseudoInverse: inverse,
      wresid: zip(response, design * params).map { $0 - $1 },
      normalizedCovariance: inverse.timesTransposed(inverse))
    let covariance = try RobustEstimate(
      self, estimate, exog: design, covType: covType, keywords: covKwds)
    return RegressionResults(
      model: self, estimate: estimate, robust: covariance, useT: useT ?? (covType == .nonrobust),
      warnings: warnings + covariance.warnings)
  }
}

extension SVD {
  /// The Moore–Penrose inverse as statsmodels takes it: singular values up to 1e-15 of the largest count as zero.
  var pseudoInverse: Matrix {
    let cutoff = 1e-15 * (values.first ?? 0)
    var left = u
    for (j, value) in values.enumerated() {
      let factor = value > cutoff ? 1 / value : 0
      for i in 0..<left.rows { left[i, j] *= factor }
    }
    return (left * vTransposed).transposed
  }
}

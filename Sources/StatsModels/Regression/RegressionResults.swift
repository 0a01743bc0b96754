import Distributions
import Foundation
import LinearAlgebra
import Patsy

/// A fitted linear regression. Python: statsmodels.regression.linear_model.RegressionResults
public struct RegressionResults: LikelihoodModelResults {
  /// What the fit found, before any choice of a covariance.
  struct Estimate: Sendable {
    let params: [Double]
    let rank: Int
    let singularValues: [Double]
    let pseudoInverse: Matrix
    let wresid: [Double]
    let normalizedCovariance: Matrix

    var ssr: Double { wresid.reduce(0) { $0 + $1 * $1 } }
  }

  /// The model that was fitted.
  public let model: RegressionModel
  /// Whether tests of coefficients use Student's t. Python: RegressionResults.use_t
  public let useT: Bool
  /// What the fit has to say.
  public let warnings: [FitWarning]
  let estimate: Estimate
  let robust: RobustEstimate

  init(
    model: RegressionModel, estimate: Estimate, robust: RobustEstimate, useT: Bool, warnings: [FitWarning]
  ) {
    (self.model, self.estimate, self.robust) = (model, estimate, robust)
    (self.useT, self.warnings) = (useT, warnings)
  }

  var names: [String] { model.exogNames }

  /// The estimate of the coefficients' covariance. Python: RegressionResults.cov_type
  public var covType: CovarianceType { robust.type }
  /// The coefficients. Python: RegressionResults.params
  public var params: Series { Series(index: names, values: estimate.params) }
  /// Degrees of freedom of t and F: ``dfResid``, or clusters less one. Python: RegressionResults.df_resid_inference
  public var dfResidInference: Double { robust.dfInference }
  /// Name of the response. Python: model.endog_names
  public var endogNames: String { model.endogNames }
  /// What the columns mean; nil for a model of arrays. Python: model.data.design_info
  public var designInfo: DesignInfo? { model.designInfo }
  /// The estimated covariance of the coefficients. Python: RegressionResults.cov_params
  public func covParams() -> LabeledMatrix {
    LabeledMatrix(index: names, columns: names, values: robust.covariance)
  }
  /// (X'V⁻¹X)⁻¹: the covariance over the scale. Python: RegressionResults.normalized_cov_params
  public var normalizedCovParams: LabeledMatrix {
    LabeledMatrix(index: names, columns: names, values: estimate.normalizedCovariance)
  }

  /// Number of rows. Python: RegressionResults.nobs
  public var nobs: Int { model.endog.count }
  /// Rows less the rank of the design. Python: RegressionResults.df_resid
  public var dfResid: Double { Double(nobs - estimate.rank) }
  /// The rank of the design, a constant not counted. Python: RegressionResults.df_model
  public var dfModel: Double { Double(estimate.rank) - kConstant }
  /// 1 when the columns of the design contain a constant, also as a combination. Python: RegressionResults.k_constant
  public var kConstant: Double { model.constant.exists ? 1 : 0 }

  /// Fitted values by row label. Python: RegressionResults.fittedvalues
  public var fittedvalues: Series {
    Series(index: Array(model.rowLabels), values: model.exog * estimate.params)
  }
  /// Response less fitted values. Python: RegressionResults.resid
  public var resid: Series {
    Series(
      index: Array(model.rowLabels), values: zip(model.endog, model.exog * estimate.params).map { $0 - $1 })
  }
  /// Residuals in units in which rows are independent with one variance. Python: RegressionResults.wresid
  public var wresid: Series { Series(index: Array(model.rowLabels), values: estimate.wresid) }
  /// ``wresid`` over the root of ``scale``. Python: RegressionResults.resid_pearson
  public var residPearson: Series {
    let deviation = scale.squareRoot()
    return Series(index: Array(model.rowLabels), values: estimate.wresid.map { $0 / deviation })
  }
}

/// How the covariance of regression coefficients is estimated.
///
/// Python: the argument cov_type of statsmodels' regression models
public enum CovarianceType: String, Sendable, CaseIterable {
  /// Equal variances, no correlation: scale times the inverse of the cross-product.
  case nonrobust
  /// The same with a scale that is given: `covKwds: ["scale": 1]`.
  case fixedScale = "fixed scale"
  /// White's, for unequal variances.
  case hc0 = "HC0"
  /// HC0 with the degrees of freedom of the residuals.
  case hc1 = "HC1"
  /// Squared residuals over one minus the leverage.
  case hc2 = "HC2"
  /// Squared residuals over the square of one minus the leverage.
  case hc3 = "HC3"
  /// Correlation within clusters: `covKwds: ["groups": column]`.
  case cluster
  /// Newey and West's, for correlation along the rows: `covKwds: ["maxlags": 2]`.
  case hac = "HAC"
}

import Distributions
import Foundation
import LinearAlgebra

/// Sums of squares, and what is made of them.
extension RegressionResults {
  /// Weighted sum of squared residuals. Python: RegressionResults.ssr
  public var ssr: Double { estimate.ssr }
  /// The estimated variance of a row of weight 1, or the one that was fixed. Python: RegressionResults.scale
  public var scale: Double { robust.fixedScale ?? ssr / dfResid }
  /// Weighted sum of squares about the mean. Python: RegressionResults.centered_tss
  public var centeredTss: Double {
    let response = model.whiten(model.endog)
    let ones = model.whiten([Double](repeating: 1, count: nobs))
    let mean = zip(response, ones).reduce(0) { $0 + $1.0 * $1.1 } / ones.reduce(0) { $0 + $1 * $1 }
    // Of deviations, not of the difference of two sums: no digits cancel.
    return model.whiten(model.endog.map { $0 - mean }).reduce(0) { $0 + $1 * $1 }
  }
  /// Weighted sum of squares. Python: RegressionResults.uncentered_tss
  public var uncenteredTss: Double { model.whiten(model.endog).reduce(0) { $0 + $1 * $1 } }
  private var totalSquares: Double { kConstant == 1 ? centeredTss : uncenteredTss }
  /// What the columns explain of the squares, about the mean if there is a constant. Python: RegressionResults.ess
  public var ess: Double { totalSquares - ssr }
  /// ``ess`` over ``dfModel``; nan of a constant alone. Python: RegressionResults.mse_model
  public var mseModel: Double { dfModel == 0 ? .nan : ess / dfModel }
  /// ``ssr`` over ``dfResid``. Python: RegressionResults.mse_resid
  public var mseResid: Double { dfResid == 0 ? .nan : ssr / dfResid }
  /// The squares over their degrees of freedom. Python: RegressionResults.mse_total
  public var mseTotal: Double { dfResid + dfModel == 0 ? .nan : totalSquares / (dfResid + dfModel) }

  /// The share of the squares that is explained, about the mean if there is a constant.
  ///
  /// Python: RegressionResults.rsquared
  public var rsquared: Double {
    // A constant alone explains nothing, where both sums differ by rounding.
    dfModel == 0 && kConstant == 1 && totalSquares > 0 ? 0 : 1 - ssr / totalSquares
  }
  /// ``rsquared`` corrected for the number of coefficients. Python: RegressionResults.rsquared_adj
  public var rsquaredAdj: Double { 1 - (Double(nobs) - kConstant) / dfResid * (1 - rsquared) }

  /// The F statistic of all coefficients but the constant; a Wald test with a robust covariance.
  ///
  /// Python: RegressionResults.fvalue
  public var fvalue: Double { covType == .nonrobust ? mseModel / mseResid : robustF?.statistic ?? .nan }
  /// The p-value of ``fvalue``. Python: RegressionResults.f_pvalue
  public var fPvalue: Double {
    if covType != .nonrobust { return robustF?.pvalue ?? .nan }
    return dfModel == 0 || fvalue.isNaN ? .nan : FDistribution(dfModel, dfResid).sf(fvalue)
  }

  /// nil where the constant is hidden in a combination of columns, as in statsmodels, and where nothing is tested.
  private var robustF: JointTestResults? {
    guard model.constant.column != nil || kConstant == 0 else { return nil }
    let tested = names.indices.filter { $0 != model.constant.column }
    return tested.isEmpty ? nil : try? fTest(selecting(tested))
  }

  /// The log-likelihood at the maximum over the scale. Python: RegressionResults.llf
  public var llf: Double {
    let n = Double(nobs)
    return -n / 2 * (log(2 * Double.pi) + log(ssr / n) + 1) + model.logWhitening
  }
  /// -2 llf + 2 × coefficients. Python: RegressionResults.aic
  public var aic: Double { infoCriteria(.aic) }
  /// -2 llf + log n × coefficients. Python: RegressionResults.bic
  public var bic: Double { infoCriteria(.bic) }

  /// Criteria that weigh fit and number of coefficients. Python: the argument crit of info_criteria
  public enum InformationCriterion: String, Sendable, CaseIterable {
    /// Akaike's.
    case aic
    /// Schwarz's.
    case bic
    /// Akaike's, corrected for few rows.
    case aicc
    /// Hannan and Quinn's.
    case hqic
  }

  /// An information criterion of the rank of the design and `dkParams` further parameters.
  ///
  /// Python: RegressionResults.info_criteria
  public func infoCriteria(_ crit: InformationCriterion, dkParams: Double = 0) -> Double {
    let n = Double(nobs)
    let k = dfModel + kConstant + dkParams
    switch crit {
    case .aic: return -2 * llf + 2 * k
    case .bic: return -2 * llf + log(n) * k
    case .aicc: return n - k - 1 > 0 ? -2 * llf + 2 * k * n / (n - k - 1) : .infinity
    case .hqic: return -2 * llf + 2 * log(log(n)) * k
    }
  }

  /// Eigenvalues of the cross-product of the weighted design, descending. Python: RegressionResults.eigenvals
  public var eigenvals: [Double] { estimate.singularValues.map { $0 * $0 } }
  /// The ratio of the largest and the smallest singular value of the weighted design.
  ///
  /// Python: RegressionResults.condition_number
  public var conditionNumber: Double {
    let values = eigenvals
    guard let first = values.first, let last = values.last, last > 0 else { return .infinity }
    return (first / last).squareRoot()
  }
}

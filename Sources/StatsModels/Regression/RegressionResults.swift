import Distributions
import Foundation
import LinearAlgebra
import Patsy

/// A fitted linear regression. Python: statsmodels.regression.linear_model.RegressionResults
public struct RegressionResults: Sendable {
  /// The model that was fitted.
  public let model: OLS
  /// The estimate of the coefficients' covariance.
  public let covType: CovarianceType
  /// Whether tests of coefficients use Student's t. Python: RegressionResults.use_t
  public let useT: Bool
  let coefficients: [Double]
  let rank: Int
  let covariance: Matrix
  let normalizedCovariance: Matrix
  let weightedResid: [Double]
  let dfInference: Double
  /// What the fit has to say.
  public let warnings: [FitWarning]

  private var names: [String] { model.exogNames }
  private func series(_ values: [Double]) -> Series { Series(index: names, values: values) }

  /// The coefficients. Python: RegressionResults.params
  public var params: Series { series(coefficients) }
  /// Their standard errors. Python: RegressionResults.bse
  public var bse: Series { series((0..<covariance.rows).map { covariance[$0, $0].squareRoot() }) }
  /// Coefficients over standard errors. Python: RegressionResults.tvalues
  public var tvalues: Series { series(zip(coefficients, bse.values).map { $0 / $1 }) }
  /// Two-sided p-values by t, or by the normal distribution without ``useT``. Python: RegressionResults.pvalues
  public var pvalues: Series {
    series(tvalues.values.map { 2 * (useT ? StudentT(dfInference).sf(abs($0)) : Normal.sf(abs($0))) })
  }
  /// Number of rows. Python: RegressionResults.nobs
  public var nobs: Int { model.endog.count }
  /// Rows less the rank of the design. Python: RegressionResults.df_resid
  public var dfResid: Double { Double(nobs - rank) }
  /// The rank of the design, a constant not counted. Python: RegressionResults.df_model
  public var dfModel: Double { Double(rank) - kConstant }
  /// Weighted sum of squared residuals. Python: RegressionResults.ssr
  public var ssr: Double { weightedResid.reduce(0) { $0 + $1 * $1 } }
  /// The estimated variance of a row of weight 1. Python: RegressionResults.scale
  public var scale: Double { ssr / dfResid }
  /// Fitted values by row label. Python: RegressionResults.fittedvalues
  public var fittedvalues: Series { Series(index: model.rowLabels, values: model.exog * coefficients) }
  /// Response less fitted values. Python: RegressionResults.resid
  public var resid: Series {
    Series(index: model.rowLabels, values: zip(model.endog, fittedvalues.values).map { $0 - $1 })
  }

  /// 1 when the columns of the design contain a constant, also as a combination. Python: RegressionModel.k_constant
  var kConstant: Double {
    if constantColumn != nil { return 1 }
    let ones = Matrix(columns: [[Double](repeating: 1, count: nobs)])
    let augmented = try? ones.appending(columnsOf: model.exog).matrixRank()
    return augmented == (try? model.exog.matrixRank()) ? 1 : 0
  }

  private var constantColumn: Int? {
    (0..<model.exog.columns).first { j in
      let column = model.exog.column(j)
      return column[0] != 0 && column.allSatisfy { $0 == column[0] }
    }
  }

  private var totalSquares: Double {
    let pairs = zip(model.endog, model.weights)
    guard kConstant == 1 else { return pairs.reduce(0) { $0 + $1.1 * $1.0 * $1.0 } }
    let mean = pairs.reduce(0) { $0 + $1.1 * $1.0 } / model.weights.reduce(0, +)
    return pairs.reduce(0) { $0 + $1.1 * ($1.0 - mean) * ($1.0 - mean) }
  }

  /// The share of the squares that is explained, about the mean if there is a constant. Python: RegressionResults.rsquared
  public var rsquared: Double { 1 - ssr / totalSquares }
  /// ``rsquared`` corrected for the number of coefficients. Python: RegressionResults.rsquared_adj
  public var rsquaredAdj: Double { 1 - (Double(nobs) - kConstant) / dfResid * (1 - rsquared) }

  /// The F statistic of all coefficients but the constant; a Wald test with a robust covariance.
  ///
  /// Python: RegressionResults.fvalue
  public var fvalue: Double {
    if dfModel == 0 { return .nan }
    if covType == .nonrobust { return (totalSquares - ssr) / dfModel / scale }
    return (try? robustF().statistic) ?? .nan
  }
  /// The p-value of ``fvalue``. Python: RegressionResults.f_pvalue
  public var fPvalue: Double {
    covType == .nonrobust ? FDistribution(dfModel, dfResid).sf(fvalue) : (try? robustF().pvalue) ?? .nan
  }

  private func robustF() throws -> (statistic: Double, pvalue: Double) {
    // statsmodels knows no F where the constant is hidden in a combination of columns.
    guard constantColumn != nil || kConstant == 0 else { return (.nan, .nan) }
    let tested = (0..<names.count).filter { $0 != constantColumn }
    let b = tested.map { coefficients[$0] }
    let block = covariance.selecting(rows: tested).selecting(columns: tested)
    let count = Double(try block.matrixRank())
    let value = zip(b, try block.pseudoInverse() * b).reduce(0) { $0 + $1.0 * $1.1 } / count
    return (value, FDistribution(count, dfInference).sf(value))
  }

  /// The log-likelihood at the maximum over the scale. Python: RegressionResults.llf
  public var llf: Double {
    let n = Double(nobs)
    let logWeights = model.weights.reduce(0) { $0 + log($1) }
    return -n / 2 * (log(2 * Double.pi) + log(ssr / n) + 1) + logWeights / 2
  }
  /// -2 llf + 2 × coefficients. Python: RegressionResults.aic
  public var aic: Double { -2 * llf + 2 * Double(rank) }
  /// -2 llf + log n × coefficients. Python: RegressionResults.bic
  public var bic: Double { -2 * llf + log(Double(nobs)) * Double(rank) }

  /// The estimated covariance of the coefficients. Python: RegressionResults.cov_params
  public func covParams() -> LabeledMatrix { LabeledMatrix(index: names, columns: names, values: covariance) }

  /// Confidence limits of the coefficients, columns "0" and "1". Python: RegressionResults.conf_int
  public func confInt(alpha: Double = 0.05) -> LabeledMatrix {
    let quantile = useT ? StudentT(dfInference).isf(alpha / 2) : Normal.isf(alpha / 2)
    let errors = bse.values
    let limits = [-quantile, quantile].map { q in zip(coefficients, errors).map { $0 + q * $1 } }
    return LabeledMatrix(index: names, columns: ["0", "1"], values: Matrix(columns: limits))
  }

  /// The fitted mean at new rows of the design.
  ///
  /// - Throws: ``StatsModelsError`` for a wrong number of columns.
  ///
  /// Python: RegressionResults.predict
  public func predict(_ exog: Matrix) throws -> [Double] {
    guard exog.columns == names.count else {
      throw StatsModelsError(
        .lengthMismatch, "exog has \(exog.columns) columns, the model \(names.count): \(shortList(names))")
    }
    return exog * coefficients
  }
}

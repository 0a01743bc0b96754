import Distributions
import LinearAlgebra
import Patsy

/// Estimated coefficients with a covariance: what ``RegressionResults``, ``GLMResults`` and ``GEEResults`` have in common.
///
/// Python: statsmodels.base.model.LikelihoodModelResults
public protocol LikelihoodModelResults: Sendable {
  /// The coefficients by name. Python: LikelihoodModelResults.params
  var params: Series { get }
  /// Whether tests take Student's t and Fisher's F instead of the normal distribution and χ².
  ///
  /// Python: LikelihoodModelResults.use_t
  var useT: Bool { get }
  /// Degrees of freedom of t and of the denominator of F: those of the residuals, or clusters less one.
  ///
  /// Python: RegressionResults.df_resid_inference
  var dfResidInference: Double { get }
  /// The design's formula; nil for a model of arrays. Python: model.data.design_info
  var designInfo: DesignInfo? { get }
  /// Name of the response. Python: model.endog_names
  var endogNames: String { get }
  /// The covariance of the coefficients. Python: LikelihoodModelResults.cov_params
  func covParams() -> LabeledMatrix
}

extension LikelihoodModelResults {
  private func series(_ values: [Double]) -> Series { Series(index: params.index, values: values) }

  /// Standard errors of the coefficients. Python: LikelihoodModelResults.bse
  public var bse: Series { series(covParams().values.diagonal.map { $0.squareRoot() }) }

  /// Coefficients over standard errors. Python: LikelihoodModelResults.tvalues
  public var tvalues: Series { series(zip(params.values, bse.values).map { $0 / $1 }) }

  /// Two-sided p-values by t, or by the normal distribution without ``useT``.
  ///
  /// Python: LikelihoodModelResults.pvalues
  public var pvalues: Series {
    series(
      tvalues.values.map { 2 * (useT ? StudentT(dfResidInference).sf(abs($0)) : Normal.sf(abs($0))) })
  }

  /// Confidence limits of the coefficients, columns "0" and "1".
  ///
  /// Python: LikelihoodModelResults.conf_int
  public func confInt(alpha: Double = 0.05) -> LabeledMatrix {
    let quantile = useT ? StudentT(dfResidInference).isf(alpha / 2) : Normal.isf(alpha / 2)
    let limits = [-quantile, quantile].map { q in zip(params.values, bse.values).map { $0 + q * $1 } }
    return LabeledMatrix(
      index: params.index, columns: ["0", "1"], values: Matrix(columns: limits, rows: params.count))
  }

  /// The coefficients with standard errors, tests and intervals, as `SVGPlot.forest` draws them. Not in statsmodels.
  ///
  /// - Parameter alpha: one less the confidence level.
  /// - Throws: ``StatsModelsError`` for a level that is none.
  public func coefficients(alpha: Double = 0.05) throws -> CoefficientTable {
    guard alpha > 0, alpha < 1 else {
      throw StatsModelsError(
        .invalidArgument, "alpha is \(alpha): it is one less the confidence level, between 0 and 1",
        values: [String(alpha)])
    }
    let df = useT ? dfResidInference : .infinity
    return CoefficientTable(
      names: params.index,
      rows: zip(params.values, bse.values).map { .init(estimate: $0, standardError: $1, df: df) },
      ddf: useT ? .residual : .infinite, notes: [], alpha: alpha)
  }

  /// The covariance of linear combinations of the coefficients: R C R'.
  ///
  /// - Throws: ``StatsModelsError`` for a matrix whose columns are not the coefficients.
  ///
  /// Python: LikelihoodModelResults.cov_params
  public func covParams(rMatrix: Matrix) throws -> Matrix {
    guard rMatrix.columns == params.count else {
      throw StatsModelsError(
        .lengthMismatch, "rMatrix has \(rMatrix.columns) columns for \(params.count) coefficients")
    }
    return (rMatrix * covParams().values).timesTransposed(rMatrix)
  }

  /// The columns of each term; of a model of arrays each column is a term.
  var termSlices: [(name: String, slice: Range<Int>)] {
    designInfo?.termNameSlices ?? params.index.enumerated().map { ($1, $0..<$0 + 1) }
  }
}

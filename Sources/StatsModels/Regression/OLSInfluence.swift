import Distributions
import Foundation
import LinearAlgebra

/// What single rows do to a fit by ordinary least squares, from the fit itself: no row is left out in earnest.
///
/// Python: statsmodels.stats.outliers_influence.OLSInfluence
public struct OLSInfluence: Sendable {
  private let results: RegressionResults
  private let resid: [Double]

  init(_ results: RegressionResults) {
    self.results = results
    resid = results.estimate.wresid
  }

  private var labels: [String] { Array(results.model.rowLabels) }
  private func series(_ values: [Double]) -> Series { Series(index: labels, values: values) }
  private var columnCount: Double { Double(results.model.exog.columns) }

  /// Leverages: the diagonal of X(X'X)⁻¹X'. Python: OLSInfluence.hat_matrix_diag
  public var hatMatrixDiag: Series { series(leverage) }
  private var leverage: [Double] {
    let (exog, inverse) = (results.model.exog, results.estimate.pseudoInverse)
    return (0..<exog.rows).map { i in (0..<exog.columns).reduce(0) { $0 + exog[i, $1] * inverse[$1, i] } }
  }

  /// Residuals of rows that were left out of their fit. Python: OLSInfluence.resid_press
  public var residPress: Series { series(zip(resid, leverage).map { $0 / (1 - $1) }) }
  /// Sum of squares of ``residPress``. Python: OLSInfluence.ess_press
  public var essPress: Double { residPress.values.reduce(0) { $0 + $1 * $1 } }
  /// Variances of the residuals. Python: OLSInfluence.resid_var
  public var residVar: Series { series(leverage.map { results.mseResid * (1 - $0) }) }
  /// Standard deviations of the residuals. Python: OLSInfluence.resid_std
  public var residStd: Series { series(residVar.values.map { $0.squareRoot() }) }

  /// Residuals over their standard deviation. Python: OLSInfluence.resid_studentized_internal
  public var residStudentizedInternal: Series {
    series(zip(resid, residVar.values).map { $0 / $1.squareRoot() })
  }
  /// Residuals over their standard deviation without the row. Python: OLSInfluence.resid_studentized_external
  public var residStudentizedExternal: Series {
    let variances = sigma2NotObsi.values
    return series(
      zip(zip(resid, leverage), variances).map { $0.0 / ($1 * (1 - $0.1)).squareRoot() })
  }
  /// The variance estimated without each row. Python: OLSInfluence.sigma2_not_obsi
  public var sigma2NotObsi: Series {
    let (ssr, df) = (results.ssr, results.dfResid - 1)
    return series(zip(resid, leverage).map { (ssr - $0 * $0 / (1 - $1)) / df })
  }

  /// Cook's distances, and the p-values that F would give them. Python: OLSInfluence.cooks_distance
  public var cooksDistance: (distance: Series, pvalues: Series) {
    let k = columnCount
    let values = zip(residStudentizedInternal.values, leverage).map { $0 * $0 / k * $1 / (1 - $1) }
    let reference = FDistribution(k, results.dfResid)
    return (series(values), series(values.map(reference.sf)))
  }

  /// The change of each fitted value without its row, in standard errors, and what counts as large.
  ///
  /// Python: OLSInfluence.dffits
  public var dffits: (values: Series, threshold: Double) { scaledFits(residStudentizedExternal) }
  /// The same with the standard error of the whole fit. Python: OLSInfluence.dffits_internal
  public var dffitsInternal: (values: Series, threshold: Double) { scaledFits(residStudentizedInternal) }

  private func scaledFits(_ studentized: Series) -> (values: Series, threshold: Double) {
    let values = zip(studentized.values, leverage).map { $0 * ($1 / (1 - $1)).squareRoot() }
    return (series(values), 2 * (columnCount / Double(results.nobs)).squareRoot())
  }

  /// The change of each coefficient without a row: rows × coefficients. Python: OLSInfluence.dfbeta
  public var dfbeta: LabeledMatrix {
    var values = results.estimate.pseudoInverse.transposed
    for (i, (e, h)) in zip(resid, leverage).enumerated() {
      for j in 0..<values.columns { values[i, j] *= e / (1 - h) }
    }
    return LabeledMatrix(index: labels, columns: results.names, values: values)
  }
  /// ``dfbeta`` in standard errors without the row. Python: OLSInfluence.dfbetas
  public var dfbetas: LabeledMatrix {
    var values = dfbeta.values
    let spread = results.estimate.normalizedCovariance.diagonal
    for (i, variance) in sigma2NotObsi.values.enumerated() {
      for j in 0..<values.columns { values[i, j] /= (variance * spread[j]).squareRoot() }
    }
    return LabeledMatrix(index: labels, columns: results.names, values: values)
  }
  /// The determinant of the coefficients' covariance without each row over that with it. Python: OLSInfluence.cov_ratio
  public var covRatio: Series {
    let k = columnCount
    return series(
      zip(sigma2NotObsi.values, leverage).map { pow($0 / results.mseResid, k) / (1 - $1) })
  }

  /// Columns `dfb_…` for each coefficient, `cooks_d`, `standard_resid`, `hat_diag`, `dffits_internal`, `student_resid`,
  /// `dffits`.
  ///
  /// Python: OLSInfluence.summary_frame
  public func summaryFrame() -> LabeledMatrix {
    let beta = dfbetas
    let columns = [
      cooksDistance.distance, residStudentizedInternal, hatMatrixDiag, dffitsInternal.values,
      residStudentizedExternal, dffits.values,
    ]
    return LabeledMatrix(
      index: labels,
      columns: beta.columns.map { "dfb_" + $0 }
        + ["cooks_d", "standard_resid", "hat_diag", "dffits_internal", "student_resid", "dffits"],
      values: beta.values.appending(columnsOf: Matrix(columns: columns.map(\.values), rows: labels.count)))
  }
}

extension RegressionResults {
  /// Leverages, studentised residuals, Cook's distances and the like.
  ///
  /// - Throws: ``StatsModelsError`` for weighted and generalised least squares, for which statsmodels has none either.
  ///
  /// Python: OLSResults.get_influence
  public func getInfluence() throws -> OLSInfluence {
    guard model.kind == .ols else {
      throw StatsModelsError(
        .notAvailable,
        "influence is defined for ordinary least squares, and this model is \(model.kind.rawValue)")
    }
    return OLSInfluence(self)
  }

  /// Whether rows are outliers: studentised residuals with p-values as they are and corrected for the number of rows.
  ///
  /// - Parameters:
  ///   - method: the correction.
  ///   - alpha: kept for Python's sake: corrected p-values do not depend on it but for two-stage methods.
  ///   - order: the largest residuals first.
  ///   - cutoff: only rows whose corrected p-value is smaller.
  /// - Returns: columns `student_resid`, `unadj_p` and the method's name with `(p)`.
  /// - Throws: as ``getInfluence()``.
  ///
  /// Python: OLSResults.outlier_test
  public func outlierTest(
    method: MultipleTestsMethod = .bonf, alpha: Double = 0.05, order: Bool = false, cutoff: Double? = nil
  ) throws -> LabeledMatrix {
    let resid = try getInfluence().residStudentizedExternal
    let reference = StudentT(dfResid - 1)
    let p = resid.values.map { 2 * reference.sf(abs($0)) }
    let corrected = method.corrected(p, alpha: alpha).pvalues
    var rows = Array(p.indices)
    if order { rows.sort { abs(resid.values[$0]) > abs(resid.values[$1]) } }
    if let cutoff { rows = rows.filter { corrected[$0] < cutoff } }
    return LabeledMatrix(
      index: rows.map { resid.index[$0] }, columns: ["student_resid", "unadj_p", method.rawValue + "(p)"],
      values: Matrix(
        columns: [resid.values, p, corrected].map { column in rows.map { column[$0] } }, rows: rows.count))
  }
}

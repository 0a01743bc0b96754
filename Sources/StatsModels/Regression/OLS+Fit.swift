import DataFrames
import Foundation
import LinearAlgebra
import Patsy

extension OLS {
  /// Fits by the pseudo-inverse of the design, as statsmodels does: also where columns depend on each other.
  ///
  /// - Parameters:
  ///   - covType: the estimate of the coefficients' covariance.
  ///   - covKwds: `groups` for `.cluster`, one label for each row of the data or of those kept; `maxlags` for `.hac`.
  ///   - useT: Student's t instead of the normal distribution; nil is t for `.nonrobust` only.
  /// - Throws: ``StatsModelsError`` when `covKwds` lacks what `covType` needs.
  ///
  /// Python: OLS.fit
  public func fit(
    covType: CovarianceType = .nonrobust, covKwds: [String: any ColumnConvertible] = [:],
    useT: Bool? = nil
  ) throws -> RegressionResults {
    let n = exog.rows
    let roots = weights.map { $0.squareRoot() }
    var design = exog
    for j in 0..<exog.columns { for i in 0..<n { design[i, j] *= roots[i] } }
    let response = zip(endog, roots).map { $0 * $1 }
    let inverse: Matrix
    let rank: Int
    do {
      inverse = try design.pseudoInverse()
      rank = try design.matrixRank()
    } catch {
      throw StatsModelsError(.numerical, "the singular value decomposition of the design failed: \(error)")
    }
    let params = inverse * response
    let fitted = design * params
    let resid = zip(response, fitted).map { $0 - $1 }
    let dfResid = Double(n - rank)
    let ssr = resid.reduce(0) { $0 + $1 * $1 }
    let normalized = inverse.timesTransposed(inverse)
    var warnings = warnings
    if rank < exog.columns {
      warnings.append(
        FitWarning(
          kind: .rankDeficient,
          message:
            "the design has \(exog.columns) columns and rank \(rank): coefficients are those of least length, "
            + "and only what does not depend on the choice, as fitted values, has a meaning"))
    }
    let sandwich = Sandwich(exog: design, pseudoInverse: inverse, resid: resid)
    var dfInference = dfResid
    let covariance: Matrix
    switch covType {
    case .nonrobust: covariance = normalized * (ssr / dfResid)
    case .hc0, .hc1, .hc2, .hc3: covariance = sandwich.heteroscedastic(covType, dfResid: dfResid)
    case .cluster:
      let (codes, groups) = try clusterCodes(covKwds)
      covariance = sandwich.clustered(codes, groups: groups)
      dfInference = Double(groups - 1)
    case .hac: covariance = sandwich.autocorrelated(lags: try lagCount(covKwds))
    }
    return RegressionResults(
      model: self, covType: covType, useT: useT ?? (covType == .nonrobust), coefficients: params, rank: rank,
      covariance: covariance, normalizedCovariance: normalized, weightedResid: resid,
      dfInference: dfInference,
      warnings: warnings)
  }

  private func clusterCodes(_ keywords: [String: any ColumnConvertible]) throws -> ([Int], Int) {
    guard let groups = keywords["groups"] else {
      throw StatsModelsError(.invalidArgument, "covType .cluster needs covKwds: [\"groups\": labels]")
    }
    let column = Column(name: "groups", storage: groups.columnStorage(broadcastTo: exog.rows))
    var labels = column.strings
    if labels.count == dataRowCount { labels = keptRows.map { labels[$0] } }
    guard labels.count == exog.rows else {
      throw StatsModelsError(
        .lengthMismatch, "groups has \(column.count) labels for \(exog.rows) rows of the model")
    }
    var positions: [String: Int] = [:]
    var codes: [Int] = []
    for (row, label) in labels.enumerated() {
      guard let label else { throw StatsModelsError(.missingValues, "the cluster of row \(row) is missing") }
      if positions[label] == nil { positions[label] = positions.count }
      codes.append(positions[label] ?? 0)
    }
    guard positions.count > 1 else {
      throw StatsModelsError(.invalidArgument, "a cluster covariance needs at least two clusters")
    }
    return (codes, positions.count)
  }

  private func lagCount(_ keywords: [String: any ColumnConvertible]) throws -> Int {
    let column = keywords["maxlags"].map {
      Column(name: "maxlags", storage: $0.columnStorage(broadcastTo: 1))
    }
    guard let value = column?.doubles?.first, value >= 0, value < 1e9 else {
      throw StatsModelsError(.invalidArgument, "covType .hac needs covKwds: [\"maxlags\": a number of rows]")
    }
    return Int(value)
  }
}

/// A regression by ordinary least squares from a formula; rows with missing values are dropped.
///
/// - Throws: `PatsyError` for a formula that cannot be evaluated, ``StatsModelsError`` for unusable values.
///
/// Python: statsmodels.formula.api.ols
public func ols(_ formula: String, _ data: DataFrame, environment: Environment = Environment()) throws -> OLS
{
  try regression(formula, data, weights: nil, environment: environment)
}

/// A regression by weighted least squares from a formula; weights are the inverses of variances up to a factor.
///
/// - Throws: as ``ols(_:_:environment:)``.
///
/// Python: statsmodels.formula.api.wls
public func wls(
  _ formula: String, _ data: DataFrame, weights: any ColumnConvertible,
  environment: Environment = Environment()
) throws -> OLS {
  try regression(formula, data, weights: weights, environment: environment)
}

private func regression(
  _ formula: String, _ data: DataFrame, weights: (any ColumnConvertible)?, environment: Environment
) throws -> OLS {
  let (left, right) = try dmatrices(formula, data, environment: environment)
  guard left.columnCount == 1 else {
    throw StatsModelsError(
      .nonNumericResponse,
      "the response has \(left.columnCount) columns: a regression needs one column of numbers")
  }
  let rows = right.keptRows
  var kept: [Double]?
  if let weights {
    let column = Column(name: "weights", storage: weights.columnStorage(broadcastTo: data.rowCount))
    guard let values = column.doubles, values.count == data.rowCount else {
      throw StatsModelsError(
        .invalidArgument, "weights needs \(data.rowCount) numbers, one a row of the data")
    }
    kept = rows.map { values[$0] }
  }
  return try OLS(
    endog: left.matrix.column(0), exog: right.matrix, weights: kept, endogNames: left.columnNames[0],
    exogNames: right.columnNames, keptRows: rows, dataRowCount: data.rowCount, warnings: [])
}

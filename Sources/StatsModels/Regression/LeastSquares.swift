import DataFrames
import Distributions
import Foundation
import LinearAlgebra
import Patsy

/// A linear regression by ordinary or weighted least squares, before its fit.
///
/// Python: statsmodels.regression.linear_model.OLS, WLS
public struct OLS: Sendable {
  /// The response, one value a row.
  public let endog: [Double]
  /// The design, one row an observation.
  public let exog: Matrix
  /// What each row weighs: the inverse of its variance up to a factor.
  public let weights: [Double]
  /// Name of the response.
  public let endogNames: String
  /// Names of the design's columns.
  public let exogNames: [String]
  /// Positions in the data of the rows that are kept, and how many rows the data have.
  let keptRows: [Int]
  let dataRowCount: Int
  /// Labels of the rows: their positions in the data.
  var rowLabels: [String] { keptRows.map(String.init) }
  /// What the making of the model had to say.
  let warnings: [FitWarning]

  /// A regression of a response on a design: arrays as they are, no constant is added.
  ///
  /// - Parameters:
  ///   - endog: the response.
  ///   - exog: one row an observation.
  ///   - weights: positive numbers; equal ones by default.
  ///   - endogNames: name of the response.
  ///   - exogNames: `const`, `x1`, … by default, as in statsmodels.
  /// - Throws: ``StatsModelsError`` for lengths that do not fit, weights that are not positive, values that are not finite.
  ///
  /// Python: OLS(endog, exog), WLS(endog, exog, weights)
  public init(
    endog: [Double], exog: Matrix, weights: [Double]? = nil, endogNames: String = "y",
    exogNames: [String]? = nil
  ) throws {
    try self.init(
      endog: endog, exog: exog, weights: weights, endogNames: endogNames,
      exogNames: exogNames ?? Self.standardNames(exog), keptRows: Array(endog.indices),
      dataRowCount: endog.count, warnings: [])
  }

  init(
    endog: [Double], exog: Matrix, weights: [Double]?, endogNames: String, exogNames: [String],
    keptRows: [Int], dataRowCount: Int, warnings: [FitWarning]
  ) throws {
    guard endog.count == exog.rows, weights == nil || weights?.count == exog.rows else {
      throw StatsModelsError(
        .lengthMismatch,
        "endog has \(endog.count) values, exog \(exog.rows) rows, weights \(weights?.count ?? exog.rows): "
          + "all need one per observation")
    }
    guard exogNames.count == exog.columns else {
      throw StatsModelsError(.lengthMismatch, "\(exogNames.count) names for \(exog.columns) columns of exog")
    }
    guard exog.rows > 0, exog.columns > 0 else {
      throw StatsModelsError(.invalidArgument, "a regression needs at least one row and one column")
    }
    guard endog.allSatisfy(\.isFinite), exog.isFinite else {
      throw StatsModelsError(
        .invalidArgument,
        "exog contains inf or nans: drop the rows first, or give a formula, which drops missing ones")
    }
    if let weights, let bad = weights.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
      throw StatsModelsError(.invalidArgument, "weight \(bad) is \(weights[bad]): weights must be positive")
    }
    (self.endog, self.exog) = (endog, exog)
    self.weights = weights ?? [Double](repeating: 1, count: endog.count)
    (self.endogNames, self.exogNames, self.warnings) = (endogNames, exogNames, warnings)
    (self.keptRows, self.dataRowCount) = (keptRows, dataRowCount)
  }

  /// `const` for the first column of equal values, `x1`, `x2`, … for the others.
  private static func standardNames(_ exog: Matrix) -> [String] {
    var names: [String] = []
    for j in 0..<exog.columns {
      let column = exog.column(j)
      let isConstant = !names.contains("const") && column.allSatisfy { $0 == column[0] }
      names.append(isConstant ? "const" : "x\(j + 1 - (names.contains("const") ? 1 : 0))")
    }
    return names
  }
}

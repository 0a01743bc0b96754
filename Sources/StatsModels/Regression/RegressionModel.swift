import DataFrames
import Foundation
import LinearAlgebra
import Patsy

/// A linear regression by ordinary, weighted or generalised least squares, before its fit.
///
/// ```swift
/// let r = try OLS(endog: data["y"], exog: addConstant(data[["x", "z"]])).fit()
/// print(try r.summary())
/// ```
/// Python: statsmodels.regression.linear_model.RegressionModel
public struct RegressionModel: Sendable {
  /// Which class of statsmodels the model is.
  public enum Kind: String, Sendable {
    /// Equal variances.
    case ols = "OLS"
    /// Weights inverse to the variances.
    case wls = "WLS"
    /// A covariance of the rows.
    case gls = "GLS"
  }

  /// Which class of statsmodels the model is.
  public let kind: Kind
  /// The response, one value a row.
  public let endog: [Double]
  /// The design, one row an observation.
  public let exog: Matrix
  /// What each row weighs: the inverse of its variance up to a factor; ones with a full ``sigma``.
  public let weights: [Double]
  /// The covariance of the rows up to a factor where it is a full matrix, else nil.
  public let sigma: Matrix?
  /// Name of the response. Python: RegressionModel.endog_names
  public let endogNames: String
  /// Names of the design's columns. Python: RegressionModel.exog_names
  public let exogNames: [String]
  /// What the columns mean; nil for a model of arrays. Python: model.data.design_info
  public let designInfo: DesignInfo?
  /// The data of a formula.
  let data: DataFrame?
  /// Positions in the data of the rows that are kept, and how many rows the data have.
  let keptRows: [Int]
  let dataRowCount: Int
  /// Labels of the rows.
  let rowLabels: RowLabels
  let constant: ConstantColumn
  /// What the making of the model had to say.
  let warnings: [FitWarning]
  private let cholesky: Cholesky?

  /// A regression of a response on a design: arrays as they are, no constant is added.
  ///
  /// - Parameters:
  ///   - endog: the response.
  ///   - exog: one row an observation: a matrix, a data frame of numbers, one column.
  ///   - weights: inverse to the variances of the rows up to a factor: weighted least squares.
  ///   - sigma: variances of the rows, or their covariance matrix, up to a factor: generalised least squares.
  ///   - missing: `.drop` drops rows with nan; the others refuse nan.
  ///   - hasconst: whether the design holds a constant; nil looks for one.
  ///   - endogNames: name of the response.
  ///   - exogNames: those of a data frame, else `const`, `x1`, …, as in statsmodels.
  /// - Throws: ``StatsModelsError`` for lengths that do not fit, negative weights, values that are not finite, and a `sigma`
  ///   that is not positive definite.
  ///
  /// Python: OLS(endog, exog), WLS(endog, exog, weights), GLS(endog, exog, sigma)
  public init(
    endog: [Double], exog: any DesignConvertible, weights: [Double]? = nil,
    sigma: (any DesignConvertible)? = nil, missing: MissingHandling = .none, hasconst: Bool? = nil,
    endogNames: String = "y", exogNames: [String]? = nil
  ) throws {
    var (design, names) = try exog.designMatrix()
    guard endog.count == design.rows, weights == nil || weights?.count == design.rows else {
      throw StatsModelsError(
        .lengthMismatch,
        "endog has \(endog.count) values, exog \(design.rows) rows, weights \(weights?.count ?? design.rows): "
          + "all need one per observation")
    }
    var (endog, weights) = (endog, weights)
    var covariance = try sigma?.designMatrix().matrix
    if let value = covariance, value.rows == 1, value.columns == 1 {
      covariance = Matrix(rows: endog.count, columns: 1, repeating: value[0, 0])
    }
    let count = endog.count
    var kept = Array(0..<count)
    if missing == .drop {
      kept = kept.filter { i in
        !endog[i].isNaN && !(weights?[i].isNaN ?? false)
          && !(0..<design.columns).contains { design[i, $0].isNaN }
      }
      if let square = covariance, square.rows == count {
        covariance = square.selecting(rows: kept)
        if square.columns == count, count > 1 { covariance = covariance?.selecting(columns: kept) }
      }
      (endog, weights) = (kept.map { endog[$0] }, weights.map { w in kept.map { w[$0] } })
      design = design.selecting(rows: kept)
    }
    try self.init(
      endog: endog, exog: design, weights: weights, sigma: covariance, endogNames: endogNames,
      exogNames: exogNames ?? names ?? Self.standardNames(design), designInfo: nil, data: nil, keptRows: kept,
      dataRowCount: count, rowLabels: RowLabels(kept), hasconst: hasconst, warnings: [])
  }

  /// A regression of a column, which gives the response its name, or of whole numbers.
  ///
  /// - Throws: as ``init(endog:exog:weights:sigma:missing:hasconst:endogNames:exogNames:)-([Double],_,[Double]?,_,_,_,_,_)``,
  ///   and an error of `stats` for texts.
  ///
  /// Python: OLS(endog, exog), WLS(endog, exog, weights), GLS(endog, exog, sigma)
  public init(
    endog: any stats.Sample, exog: any DesignConvertible, weights: (any stats.Sample)? = nil,
    sigma: (any DesignConvertible)? = nil, missing: MissingHandling = .none, hasconst: Bool? = nil,
    endogNames: String? = nil, exogNames: [String]? = nil
  ) throws {
    let name = (endog as? Column)?.name ?? ""
    try self.init(
      endog: endog.sampleValues(), exog: exog, weights: weights?.sampleValues(), sigma: sigma,
      missing: missing, hasconst: hasconst, endogNames: endogNames ?? (name.isEmpty ? "y" : name),
      exogNames: exogNames)
  }

  init(
    endog: [Double], exog: Matrix, weights: [Double]?, sigma: Matrix?, endogNames: String,
    exogNames: [String], designInfo: DesignInfo?, data: DataFrame?, keptRows: [Int], dataRowCount: Int,
    rowLabels: RowLabels, hasconst: Bool?, warnings: [FitWarning]
  ) throws {
    guard exogNames.count == exog.columns else {
      throw StatsModelsError(
        .lengthMismatch, "\(exogNames.count) names for \(exog.columns) columns of exog")
    }
    guard exog.rows > 0, exog.columns > 0 else {
      throw StatsModelsError(.notEnoughData, "a regression needs at least one row and one column")
    }
    guard endog.allSatisfy(\.isFinite), exog.isFinite else {
      throw StatsModelsError(
        .nonFiniteValues,
        "endog or exog contains inf or nans: drop the rows by missing: .drop, or give a formula, which drops missing ones"
      )
    }
    if let weights, let bad = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw StatsModelsError(
        .invalidArgument,
        "the weight of row \(rowLabels[bad]) is \(weights[bad]): weights must not be negative")
    }
    let n = endog.count
    var diagonal: [Double]?
    var cholesky: Cholesky?
    if let sigma {
      guard weights == nil else {
        throw StatsModelsError(
          .contradictoryArguments, "weights and sigma both give the rows' variances: give one of them")
      }
      guard sigma.rows == n, sigma.columns == 1 || sigma.columns == n else {
        throw StatsModelsError(
          .lengthMismatch,
          "sigma must be a scalar, \(n) variances or a matrix of \(n) × \(n), not \(sigma.rows) × \(sigma.columns)"
        )
      }
      if sigma.columns == 1 {
        diagonal = sigma.column(0).map { 1 / $0 }
        if let bad = sigma.column(0).firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
          throw StatsModelsError(
            .invalidArgument,
            "the variance of row \(rowLabels[bad]) in sigma is \(sigma[bad, 0]): it must be positive")
        }
      } else {
        do { cholesky = try Cholesky(sigma) } catch {
          throw StatsModelsError(
            .invalidArgument, "sigma is no covariance matrix: it must be symmetric and positive definite")
        }
      }
    }
    kind = sigma != nil ? .gls : (weights != nil ? .wls : .ols)
    (self.endog, self.exog) = (endog, exog)
    self.weights = weights ?? diagonal ?? [Double](repeating: 1, count: n)
    self.sigma = cholesky == nil ? nil : sigma
    self.cholesky = cholesky
    (self.endogNames, self.exogNames, self.warnings) = (endogNames, exogNames, warnings)
    (self.designInfo, self.data, self.rowLabels) = (designInfo, data, rowLabels)
    (self.keptRows, self.dataRowCount) = (keptRows, dataRowCount)
    constant = ConstantColumn(exog, hasconst: hasconst)
  }

  /// `const` for the first column of equal values, `x1`, `x2`, … for the others.
  static func standardNames(_ exog: Matrix) -> [String] {
    var names: [String] = []
    for j in 0..<exog.columns {
      let column = exog.column(j)
      let isConstant = !names.contains("const") && column.allSatisfy { $0 == column.first }
      names.append(isConstant ? "const" : "x\(j + 1 - (names.contains("const") ? 1 : 0))")
    }
    return names
  }
}

/// A regression by ordinary least squares. Python: statsmodels.regression.linear_model.OLS
public typealias OLS = RegressionModel
/// A regression by weighted least squares: `WLS(endog:exog:weights:)`. Python: statsmodels.regression.linear_model.WLS
public typealias WLS = RegressionModel
/// A regression by generalised least squares: `GLS(endog:exog:sigma:)`. Python: statsmodels.regression.linear_model.GLS
public typealias GLS = RegressionModel

extension RegressionModel {
  /// The columns in units in which rows are independent with one variance. Python: RegressionModel.whiten
  func whiten(_ x: Matrix) -> Matrix {
    if let cholesky { return cholesky.forwardSolve(x) }
    guard kind != .ols else { return x }
    let roots = weights.map { $0.squareRoot() }
    var result = x
    for j in 0..<x.columns { for i in 0..<x.rows { result[i, j] *= roots[i] } }
    return result
  }

  /// A vector in these units. Python: RegressionModel.whiten
  func whiten(_ x: [Double]) -> [Double] {
    whiten(Matrix(rows: x.count, columns: 1, columnMajor: x)).column(0)
  }

  /// What the units add to the log-likelihood: -½ log |Σ|.
  var logWhitening: Double {
    if let cholesky { return -cholesky.logDeterminant / 2 }
    return kind == .ols ? 0 : weights.reduce(0) { $0 + log($1) } / 2
  }
}

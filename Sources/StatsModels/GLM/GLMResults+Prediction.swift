import DataFrames
import Distributions
import Foundation
import LinearAlgebra

/// What a prediction of a generalised linear model is. Python: the argument which of GLMResults.predict
public enum GLMPrediction: String, Sendable, CaseIterable {
  /// The mean of the response.
  case mean
  /// The linear predictor.
  case linear
  /// The variance function at the mean.
  case varUnscaled = "var_unscaled"
}

extension GLMResults {
  /// Means, linear predictors or variances at new rows: of a data frame with the formula's variables, or of a design.
  ///
  /// As in statsmodels new rows have no offset and an exposure of 1 unless they are given.
  /// - Parameters:
  ///   - exog: the new rows; nil are the model's own.
  ///   - exposure: of the new rows: values, or a column of the frame.
  ///   - offset: of the new rows: values, or a column of the frame.
  ///   - which: what is predicted.
  /// - Returns: a value a row, labelled as the frame's rows are; nan where a predictor is missing.
  /// - Throws: `PatsyError` for variables that are missing and levels that are new, ``StatsModelsError`` for lengths that do
  ///   not fit.
  ///
  /// Python: GLMResults.predict
  public func predict(
    _ exog: (any DesignConvertible)? = nil, exposure: (any ColumnSpecifier)? = nil,
    offset: (any ColumnSpecifier)? = nil, which: GLMPrediction = .mean
  ) throws -> Series {
    let rows = try GLMRows(self, exog, exposure: exposure, offset: offset)
    return Series(index: rows.labels, values: rows.spread(rows.linear.map { value(of: $0, which) }))
  }

  /// `predict(_:exposure:offset:which:)` with Python's label. Python: GLMResults.predict
  public func predict(
    exog: (any DesignConvertible)?, exposure: (any ColumnSpecifier)? = nil,
    offset: (any ColumnSpecifier)? = nil, which: GLMPrediction = .mean
  ) throws -> Series {
    try predict(exog, exposure: exposure, offset: offset, which: which)
  }

  private func value(of eta: Double, _ which: GLMPrediction) -> Double {
    switch which {
    case .mean: family.link.inverse(eta)
    case .linear: eta
    case .varUnscaled: family.variance(family.link.inverse(eta))
    }
  }

  /// Means with standard errors and limits, at new rows or at the model's own; rows with a missing predictor are left out.
  ///
  /// The parameters are those of ``predict(_:exposure:offset:which:)``; limits are those of the linear predictor, transformed.
  /// - Throws: as ``predict(_:exposure:offset:which:)``.
  ///
  /// Python: GLMResults.get_prediction
  public func getPrediction(
    _ exog: (any DesignConvertible)? = nil, exposure: (any ColumnSpecifier)? = nil,
    offset: (any ColumnSpecifier)? = nil
  ) throws -> GLMPredictionResults {
    let rows = try GLMRows(self, exog, exposure: exposure, offset: offset)
    let half = rows.exog * covariance
    let errors = (0..<rows.exog.rows).map { i in
      (0..<rows.exog.columns).reduce(0) { $0 + half[i, $1] * rows.exog[i, $1] }.squareRoot()
    }
    return GLMPredictionResults(
      rowLabels: rows.kept.map { rows.labels[$0] }, linpred: rows.linear, linpredSe: errors,
      link: family.link, df: useT ? dfResid : nil)
  }
}

/// Rows to predict, with their linear predictors.
private struct GLMRows {
  let exog: Matrix
  let kept: [Int]
  let labels: [String]
  let linear: [Double]

  init(
    _ results: GLMResults, _ exog: (any DesignConvertible)?, exposure: (any ColumnSpecifier)?,
    offset: (any ColumnSpecifier)?
  ) throws {
    let model = results.model
    if exposure != nil, model.family.link != .log {
      throw StatsModelsError(
        .contradictoryArguments, "exposure can only be used with the log link function")
    }
    guard let exog else {
      self.exog = model.exog
      kept = Array(model.endog.indices)
      labels = Array(model.rowLabels)
      linear = model.linearPredictor(results.coefficients)
      return
    }
    let new = try NewDesign(exog, info: model.designInfo, names: model.exogNames)
    let frame = exog as? DataFrame ?? DataFrame()
    func numbers(_ values: (any ColumnSpecifier)?, _ name: String) throws -> [Double]? {
      guard let values else { return nil }
      let column = try values.columnName.map { try frame.column($0) } ?? values.labels ?? Column([Double]())
      guard let numbers = column.doubles, numbers.count == new.labels.count else {
        throw StatsModelsError(
          .lengthMismatch, "\(name) needs \(new.labels.count) numbers, one a row", values: [name])
      }
      return new.kept.map { numbers[$0] }
    }
    var eta = new.exog * results.coefficients
    if let offset = try numbers(offset, "offset") { eta = zip(eta, offset).map { $0 + $1 } }
    if let exposure = try numbers(exposure, "exposure") { eta = zip(eta, exposure).map { $0 + log($1) } }
    (self.exog, kept, labels, linear) = (new.exog, new.kept, new.labels, eta)
  }

  func spread(_ values: [Double]) -> [Double] {
    guard kept.count < labels.count else { return values }
    var result = [Double](repeating: .nan, count: labels.count)
    for (position, row) in kept.enumerated() { result[row] = values[position] }
    return result
  }
}

/// Means of a generalised linear model with standard errors and limits.
///
/// Python: statsmodels.base._prediction_inference.PredictionResultsMean
public struct GLMPredictionResults: Sendable, CustomStringConvertible {
  /// Labels of the rows.
  public let rowLabels: [String]
  /// Linear predictors.
  public let linpred: [Double]
  /// Their standard errors.
  public let linpredSe: [Double]
  let link: Family.Link
  let df: Double?

  /// The predicted means. Python: PredictionResultsMean.predicted_mean
  public var predictedMean: [Double] { linpred.map { link.inverse($0) } }
  /// Standard errors of the means, by the slope of the link. Python: PredictionResultsMean.se_mean
  public var seMean: [Double] { zip(linpred, linpredSe).map { abs(link.inverseDeriv($0)) * $1 } }

  /// Limits of the means: those of the linear predictor, transformed; one row (low, high) a prediction.
  ///
  /// Python: PredictionResultsMean.conf_int
  public func confInt(alpha: Double = 0.05) -> Matrix {
    let q = df.map { StudentT($0).isf(alpha / 2) } ?? Normal.isf(alpha / 2)
    return Matrix(
      columns: [-q, q].map { q in zip(linpred, linpredSe).map { link.inverse($0 + q * $1) } },
      rows: linpred.count)
  }

  /// Columns `mean`, `mean_se`, `mean_ci_lower`, `mean_ci_upper`. Python: PredictionResultsMean.summary_frame
  public func summaryFrame(alpha: Double = 0.05) -> LabeledMatrix {
    let limits = confInt(alpha: alpha)
    return LabeledMatrix(
      index: rowLabels, columns: ["mean", "mean_se", "mean_ci_lower", "mean_ci_upper"],
      values: Matrix(
        columns: [predictedMean, seMean, limits.column(0), limits.column(1)], rows: rowLabels.count))
  }

  /// The table as pandas prints it.
  public var description: String { summaryFrame().description }
}

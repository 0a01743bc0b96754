import DataFrames
import LinearAlgebra
import Patsy

extension RegressionResults {
  /// The fitted mean at new rows: of a data frame with the formula's variables, or of a design with the model's columns.
  ///
  /// - Parameters:
  ///   - exog: the new rows; nil are the model's own.
  /// - Returns: a value a row, labelled as the frame's rows are; nan where a predictor is missing.
  /// - Throws: `PatsyError` for variables that are missing and levels that are new, ``StatsModelsError`` for a wrong number
  ///   of columns.
  ///
  /// Python: RegressionResults.predict
  public func predict(_ exog: (any DesignConvertible)? = nil) throws -> Series {
    guard let exog else { return fittedvalues }
    let new = try NewDesign(exog, info: designInfo, names: names)
    return Series(index: new.labels, values: new.spread(new.exog * estimate.params))
  }

  /// `predict(_:)` with Python's label. Python: RegressionResults.predict
  public func predict(exog: (any DesignConvertible)?) throws -> Series { try predict(exog) }

  /// Means with standard errors and limits, at new rows or at the model's own; rows with a missing predictor are left out, as in
  /// statsmodels.
  ///
  /// - Parameters:
  ///   - exog: the new rows, as of ``predict(_:)``; nil are the model's own.
  ///   - weights: of the new rows, inverse to their variances, for limits of observations; nil: the model's own weights at its
  ///     own rows, else ones.
  /// - Throws: as ``predict(_:)``, and for a number of weights that is not that of the rows.
  ///
  /// Python: RegressionResults.get_prediction
  public func getPrediction(
    _ exog: (any DesignConvertible)? = nil, weights: [Double]? = nil
  ) throws -> PredictionResults {
    let new = try exog.map { try NewDesign($0, info: designInfo, names: names) }
    let design = new?.exog ?? model.exog
    let own = new == nil && model.kind == .wls ? model.weights : nil
    let labels = new.map { new in new.kept.map { new.labels[$0] } } ?? Array(model.rowLabels)
    if let weights, weights.count != labels.count {
      throw StatsModelsError(
        .lengthMismatch, "weights has \(weights.count) values for \(labels.count) rows")
    }
    let half = design * robust.covariance
    let variances = (0..<design.rows).map { i in
      (0..<design.columns).reduce(0) { $0 + half[i, $1] * design[i, $1] }
    }
    return PredictionResults(
      rowLabels: labels, predictedMean: design * estimate.params, varPredMean: variances,
      varResid: (weights ?? own)?.map { scale / $0 } ?? labels.map { _ in scale }, df: useT ? dfResid : nil)
  }

  /// `getPrediction(_:weights:)` with Python's label. Python: RegressionResults.get_prediction
  public func getPrediction(
    exog: (any DesignConvertible)?, weights: [Double]? = nil
  ) throws -> PredictionResults {
    try getPrediction(exog, weights: weights)
  }
}

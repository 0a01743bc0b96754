import DataFrames
import Distributions
import LinearAlgebra
import MixedModels
import Patsy

extension MixedLMResults {
  /// Predictions that add the predicted effects of some factors. Not in statsmodels.
  ///
  /// - Throws: ``StatsModelsError`` for unknown factors and levels, `PatsyError` for columns that are missing.
  public func predict(
    _ data: DataFrame, randomEffects: RandomEffectsSelection, newLevels: NewLevels = .error
  ) throws -> Series {
    try predictions(data, included: blocks(randomEffects), newLevels: newLevels)
  }

  /// Predictions with intervals. Not in statsmodels.
  ///
  /// Standard errors take in the fixed effects, the predicted effects, the covariance of both, and the whole
  /// variance of unseen levels; variances count as known. A new observation has the weight that the column of the model's
  /// weights gives it, 1 where the data lack the column.
  /// - Parameters:
  ///   - data: the variables of the formulas.
  ///   - randomEffects: whose predicted effects are added.
  ///   - newLevels: what to do with levels that the model was not fitted to.
  ///   - interval: for the expected response, or for a new observation.
  ///   - level: probability of the interval, by normal quantiles.
  /// - Throws: ``StatsModelsError`` for unknown factors and levels, `PatsyError` for columns that are missing.
  public func predict(
    _ data: DataFrame, randomEffects: RandomEffectsSelection = .none, newLevels: NewLevels = .error,
    interval: IntervalKind, level: Double = 0.95
  ) throws -> PredictionTable {
    try table(
      data, included: blocks(randomEffects), newLevels: newLevels, interval: interval, level: level)
  }

  /// Predictions that add the predicted effects of the grouping columns in `exogRe`, whose labels are used.
  ///
  /// Labels match as they are, else as numbers: `"05"` of a column of texts finds the level 5.
  ///
  /// ```swift
  /// let atSchool = try results.predict(newData, exogRe: newData[["school_id"]])
  /// ```
  /// Not in statsmodels.
  /// - Throws: ``StatsModelsError`` when a column is no grouping column, or for levels that are unknown.
  public func predict(
    _ data: DataFrame, exogRe: DataFrame, newLevels: NewLevels = .error
  ) throws -> Series {
    let (merged, included) = try specification.grouped(data, by: exogRe)
    return try predictions(merged, included: included, newLevels: newLevels)
  }

  /// Predictions with intervals that use the grouping columns in `exogRe`. Not in statsmodels.
  public func predict(
    _ data: DataFrame, exogRe: DataFrame, newLevels: NewLevels = .error, interval: IntervalKind,
    level: Double = 0.95
  ) throws -> PredictionTable {
    let (merged, included) = try specification.grouped(data, by: exogRe)
    return try table(merged, included: included, newLevels: newLevels, interval: interval, level: level)
  }

  /// Blocks that a selection names.
  func blocks(_ selection: RandomEffectsSelection) throws -> Set<Int> {
    try specification.selectedBlocks(selection)
  }

  // MARK: - Values

  private func predictions(_ data: DataFrame, included: Set<Int>, newLevels: NewLevels) throws -> Series {
    if data.rowCount == 0 { return Series(index: [], values: []) }
    let new = try NewRows(
      data, specification: specification, included: included, newLevels: newLevels, needsExcluded: false,
      needsResiduals: false)
    try refuseWithheld(new.rows, errors: false)
    return Series(index: Array(data.rowLabels), values: new.padded(means(new)))
  }

  private func means(_ new: NewRows) -> [Double] {
    var values = new.addingOffset(new.rows.predictions(estimate: estimate, modes: modes))
    for row in inestimableRows(of: new.rows.fixed) { values[row] = .nan }
    return values
  }

  func table(
    _ data: DataFrame, included: Set<Int>, newLevels: NewLevels, interval: IntervalKind, level: Double,
    ddf: DegreesOfFreedom? = nil
  ) throws -> PredictionTable {
    guard level > 0, level < 1 else {
      throw StatsModelsError(.invalidArgument, "level is \(level): it must lie between 0 and 1")
    }
    if data.rowCount == 0 {
      let none = Series(index: [], values: [])
      return PredictionTable(
        predictions: none, se: none, lower: none, upper: none, interval: interval, level: level)
    }
    let new = try NewRows(
      data, specification: specification, included: included, newLevels: newLevels,
      needsExcluded: interval == .prediction, needsResiduals: interval == .prediction)
    try refuseWithheld(new.rows, errors: true)
    if let restored = specification.restored, restored.statistics?.random == nil, !included.isEmpty {
      throw restored.noJointErrors
    }
    let system = try predictionSystem()
    var variances = try specification.running { () throws(EngineError) in
      try new.variances(system, scale: scale, interval: interval)
    }
    if let robust, included.isEmpty {
      // what the model's own errors of the fixed part are replaced by
      let kept = (0..<kFe).filter { !estimate.aliased.contains($0) }
      let change = robust.covariance - estimate.fixedCovariance
      let rows = new.rows.fixed.selecting(columns: kept)
      for row in variances.indices { variances[row] += change.quadraticForm(rows.row(row)) }
    }
    for row in inestimableRows(of: new.rows.fixed) { variances[row] = .nan }
    let errors = variances.map { $0.squareRoot() }
    let quantile = intervalQuantile(level: level)
    let widths =
      try ddf.map { ddf in
        zip(errors, try predictionDegreesOfFreedom(new, variances: variances, interval: interval, ddf: ddf))
          .map {
            ReferenceT.quantile(alpha: 1 - level, df: $1) * $0
          }
      } ?? errors.map { quantile * $0 }
    let values = means(new)
    func series(_ numbers: [Double]) -> Series {
      Series(index: Array(data.rowLabels), values: new.padded(numbers))
    }
    return PredictionTable(
      predictions: series(values), se: series(errors), lower: series(zip(values, widths).map { $0 - $1 }),
      upper: series(zip(values, widths).map { $0 + $1 }), interval: interval, level: level)
  }

  /// Quantile of the standardised prediction error; Student's t with `useT`.
  private func intervalQuantile(level: Double) -> Double {
    useT ? StudentT(dfResid).ppf(0.5 + level / 2) : -Normal.ppf(0.5 - level / 2)
  }

  /// The joint covariance of fixed and random effects, computed once.
  func predictionSystem() throws -> any PredictionErrors {
    if let restored = specification.restored { return try savedSystem(restored) }
    let made = try cache.prediction.value {
      let engine = try engine()
      return cache.seconds.timing { () -> Result<any PredictionErrors, EngineError> in
        do throws(EngineError) { return .success(try engine.predictionErrors(estimate)) } catch {
          return .failure(error)
        }
      }
    }
    return try specification.running { () throws(EngineError) in try made.get() }
  }

  /// The system of what was saved.
  private func savedSystem(_ restored: RestoredData) throws -> any PredictionErrors {
    guard let statistics = restored.statistics else { throw restored.noJointErrors }
    let made = cache.prediction.value { () -> Result<any PredictionErrors, EngineError> in
      do throws(EngineError) {
        return .success(try statistics.errors(estimate, shapes: specification.termShapes))
      } catch { return .failure(error) }
    }
    return try specification.running { () throws(EngineError) in try made.get() }
  }
}

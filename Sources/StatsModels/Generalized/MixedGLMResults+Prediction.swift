import DataFrames
import Distributions
import Foundation
import GeneralizedModels
import LinearAlgebra
import MixedModels
import Patsy

/// What a prediction of a generalised mixed model is of. Not in statsmodels.
public enum MixedGLMPrediction: String, Sendable, Hashable, CaseIterable {
  /// The mean of the response with the effects that are used, the others at zero.
  case mean
  /// The linear predictor.
  case linear
  /// The mean over the distribution of the effects that are not used: of the whole population without any.
  case marginal
}

extension MixedGLMResults {
  /// Predictions for the data of the model, random effects at zero.
  ///
  /// - Parameter which: mean, linear predictor, or mean over the effects' distribution.
  public func predict(which: MixedGLMPrediction = .mean) -> Series {
    let engineTerms = specification.engineTerms
    let variances: [Double]?
    if which == .marginal {
      variances = priorVariances(
        engineTerms.map { PredictionRows.Effects(codes: $0.codes, columns: $0.columns) }, rows: nobs)
    } else {
      variances = nil
    }
    return Series(
      index: Array(specification.rowLabels),
      values: values(estimate.fixedPredictor, which: which, variances: variances))
  }

  /// Predictions for new data.
  ///
  /// - Parameters:
  ///   - data: the variables of the formulas; offset and exposure come from the columns of their names.
  ///   - which: mean, linear predictor, or mean over the distribution of the effects that are not used.
  ///   - randomEffects: whose effects are added.
  ///   - newLevels: what to do with levels that the model was not fitted to.
  /// - Throws: ``StatsModelsError`` for unknown factors and levels, `PatsyError` for columns that are missing.
  public func predict(
    _ data: DataFrame, which: MixedGLMPrediction = .mean, randomEffects: RandomEffectsSelection = .none,
    newLevels: NewLevels = .error
  ) throws -> Series {
    try predictions(
      data, which: which, included: specification.selectedBlocks(randomEffects), newLevels: newLevels)
  }

  /// Predictions for new data with the effects of the grouping columns in `exogRe`.
  ///
  /// - Throws: ``StatsModelsError`` when a column is no grouping column, or for levels that are unknown.
  public func predict(
    _ data: DataFrame, exogRe: DataFrame, which: MixedGLMPrediction = .mean, newLevels: NewLevels = .error
  ) throws -> Series {
    let (merged, included) = try specification.grouped(data, by: exogRe)
    return try predictions(merged, which: which, included: included, newLevels: newLevels)
  }

  /// Predictions for new data with limits of the mean, or of a new observation.
  ///
  /// Standard errors take in fixed effects, the effects that are used, and the covariance of both; limits of means are
  /// those of the linear predictor, taken through the link. Variances count as known.
  ///
  /// Limits of a new observation are quantiles of its distribution: the family's, mixed over the normal error of the linear
  /// predictor, in which effects that are not used have their variance; nothing is drawn. `se` is that distribution's
  /// standard deviation. Trials, or prior weights, are those of the columns they came from; without one a share is that of a
  /// single trial, a truth value, whose limits are 0 or 1: that both are possible is all that an interval can say of it.
  /// - Throws: ``StatsModelsError`` for unknown factors and levels, and for a new observation's linear predictor;
  ///   `PatsyError` for columns that are missing.
  public func predict(
    _ data: DataFrame, which: MixedGLMPrediction = .mean, randomEffects: RandomEffectsSelection = .none,
    newLevels: NewLevels = .error, interval: IntervalKind, level: Double = 0.95
  ) throws -> PredictionTable {
    try table(
      data, which: which, included: specification.selectedBlocks(randomEffects), newLevels: newLevels,
      interval: interval, level: level)
  }

  /// Predictions with limits and the effects of the grouping columns in `exogRe`.
  ///
  /// - Throws: ``StatsModelsError`` as without limits, and for a new observation's linear predictor.
  public func predict(
    _ data: DataFrame, exogRe: DataFrame, which: MixedGLMPrediction = .mean, newLevels: NewLevels = .error,
    interval: IntervalKind, level: Double = 0.95
  ) throws -> PredictionTable {
    let (merged, included) = try specification.grouped(data, by: exogRe)
    return try table(
      merged, which: which, included: included, newLevels: newLevels, interval: interval, level: level)
  }

  // MARK: - Values

  /// - Parameters:
  ///   - needsExcluded: whether effects that are not used are to be known by their levels.
  ///   - errors: whether standard errors are wanted too.
  private func newRows(
    _ data: DataFrame, included: Set<Int>, newLevels: NewLevels, needsExcluded: Bool, errors: Bool = false
  ) throws -> (rows: NewRows, predictor: [Double]) {
    let new = try NewRows(
      data, specification: specification, included: included, newLevels: newLevels,
      needsExcluded: needsExcluded)
    try refuseWithheld(new.rows, errors: errors)
    var predictor = new.addingOffset(linearPart(new.rows))
    for row in inestimableRows(of: new.rows.fixed) { predictor[row] = .nan }
    if let exposure = try model.response.exposure?.values(in: data, argument: "exposure") {
      for (i, row) in new.kept.enumerated() { predictor[i] += log(exposure[row]) }
    }
    return (new, predictor)
  }

  /// X b + Σ Z u of new rows.
  private func linearPart(_ rows: PredictionRows) -> [Double] {
    let n = rows.count
    var result = [Double](repeating: 0, count: n)
    for (j, b) in estimate.fixedEffects.enumerated() where b.isFinite && b != 0 {
      for i in 0..<n { result[i] += b * rows.fixed.storage[j * n + i] }
    }
    for (t, effects) in rows.effects.enumerated() {
      guard let effects else { continue }
      let k = effects.columns.count
      for (a, column) in effects.columns.enumerated() {
        for i in 0..<n where effects.codes[i] >= 0 {
          result[i] += (column?[i] ?? 1) * estimate.effects[t][Int(effects.codes[i]) * k + a]
        }
      }
    }
    return result
  }

  /// Variances of the linear predictors of new rows given the data.
  private func predictorVariances(_ rows: PredictionRows) throws -> [Double] {
    guard let working else { return try model.engine().predictorVariances(estimate, at: rows) }
    if rows.effects.allSatisfy({ $0 == nil }) {
      let covariance = covParams().values
      return (0..<rows.count).map { covariance.quadraticForm(rows.fixed.row($0)) }
    }
    if let restored = specification.restored, restored.statistics?.random == nil {
      throw StatsModelsError(
        .notAvailable,
        "these results hold no joint errors of fixed and random effects, which an interval around predicted effects takes: "
          + "the system is too large to save, or not positive definite where the search ended. Leave the effects out, randomEffects: .none, or predict with the model that was "
          + "fitted")
    }
    return try working.predictionSystem().variances(rows)
  }

  /// z'Ψz of effects that are integrated over.
  func priorVariances(_ effects: [PredictionRows.Effects?], rows n: Int) -> [Double] {
    var result = [Double](repeating: 0, count: n)
    for (t, effects) in effects.enumerated() {
      guard let effects else { continue }
      let covariance = estimate.covariances[t]
      for i in 0..<n where effects.codes[i] != PredictionRows.Effects.none {
        for (a, first) in effects.columns.enumerated() {
          for (b, second) in effects.columns.enumerated() {
            result[i] += (first?[i] ?? 1) * covariance[a, b] * (second?[i] ?? 1)
          }
        }
      }
    }
    return result
  }

  func values(_ predictor: [Double], which: MixedGLMPrediction, variances: [Double]?) -> [Double] {
    switch which {
    case .linear: return predictor
    case .mean: return predictor.map(family.link.inverse)
    case .marginal:
      return zip(predictor, variances ?? predictor.map { _ in 0 }).map {
        MarginalMean(link: family.link).value($0, variance: $1)
      }
    }
  }

  private func predictions(
    _ data: DataFrame, which: MixedGLMPrediction, included: Set<Int>, newLevels: NewLevels
  ) throws -> Series {
    if data.rowCount == 0 { return Series(index: [], values: []) }
    let (new, predictor) = try newRows(
      data, included: included, newLevels: newLevels, needsExcluded: which == .marginal)
    let variances = which == .marginal ? priorVariances(new.excluded, rows: new.rows.count) : nil
    return Series(
      index: Array(data.rowLabels),
      values: new.padded(values(predictor, which: which, variances: variances)))
  }

  private func table(
    _ data: DataFrame, which: MixedGLMPrediction, included: Set<Int>, newLevels: NewLevels,
    interval: IntervalKind,
    level: Double
  ) throws -> PredictionTable {
    guard level > 0, level < 1 else {
      throw StatsModelsError(.invalidArgument, "level is \(level): it must lie between 0 and 1")
    }
    guard interval == .confidence || which != .linear else {
      throw StatsModelsError(
        .invalidArgument,
        "a new observation has no linear predictor: take which .mean or .marginal with interval .prediction")
    }
    if data.rowCount == 0 {
      let none = Series(index: [], values: [])
      return PredictionTable(
        predictions: none, se: none, lower: none, upper: none, interval: interval, level: level)
    }
    let (new, predictor) = try newRows(
      data, included: included, newLevels: newLevels,
      needsExcluded: which == .marginal || interval == .prediction, errors: true)
    let errors = try predictorVariances(new.rows).map { max($0, 0).squareRoot() }
    guard included.isEmpty || zip(predictor, errors).allSatisfy({ $0.isNaN || $1.isFinite }) else {
      throw StatsModelsError(
        .notAvailable,
        "predictions with these effects have no standard error: given the data, fixed and random effects have no joint normal "
          + "law at their modes. Leave the effects out, randomEffects: .none, or take the canonical link")
    }
    if interval == .prediction {
      return try observations(data, new, predictor, errors: errors, which: which, level: level)
    }
    let spread = which == .marginal ? priorVariances(new.excluded, rows: new.rows.count) : nil
    let quantile = -Normal.ppf(0.5 - level / 2)
    let limits = [-quantile, 0, quantile].map { (q: Double) -> [Double] in
      // errors that are not known leave the predictions
      let moved: [Double] = q == 0 ? predictor : zip(predictor, errors).map { $0 + q * $1 }
      return values(moved, which: which, variances: spread)
    }
    let mean = MarginalMean(link: family.link)
    let slopes = predictor.indices.map { i -> Double in
      switch which {
      case .linear: 1
      case .mean: abs(family.link.inverseDeriv(predictor[i]))
      case .marginal: abs(mean.slope(predictor[i], variance: spread?[i] ?? 0))
      }
    }
    var (lower, upper) = (
      zip(limits[0], limits[2]).map { min($0, $1) }, zip(limits[0], limits[2]).map { max($0, $1) }
    )
    // links that are not monotone where linear predictors change their sign
    for i in predictor.indices where which != .linear && abs(predictor[i]) < quantile * errors[i] {
      switch family.link {
      case .sqrt: lower[i] = spread?[i] ?? 0
      case .inverse:
        upper[i] = .infinity
        lower[i] = family.distribution == .gaussian ? -.infinity : max(limits[0][i], limits[2][i])
      default: break
      }
    }
    let index = Array(data.rowLabels)
    func series(_ values: [Double]) -> Series { Series(index: index, values: new.padded(values)) }
    return PredictionTable(
      predictions: series(limits[1]), se: series(zip(slopes, errors).map { $0 * $1 }), lower: series(lower),
      upper: series(upper), interval: interval, level: level)
  }
}

extension MixedGLMResults {
  /// Means, standard deviations and quantiles of new observations.
  private func observations(
    _ data: DataFrame, _ new: NewRows, _ predictor: [Double], errors: [Double], which: MixedGLMPrediction,
    level: Double
  ) throws -> PredictionTable {
    let unknown = priorVariances(new.excluded, rows: new.rows.count)
    let weights = try newWeights(data, new.kept)
    let isFree = model.response.precisions(family) != nil
    let tail = 0.5 - level / 2
    let laws = predictor.indices.map { i in
      PredictiveLaw(eta: predictor[i], variance: errors[i] * errors[i] + unknown[i]) { eta in
        ConditionalLaw(
          family: family, mean: family.link.inverse(eta), weight: weights[i], dispersion: dispersion,
          isFree: isFree)
      }
    }
    func series(_ values: [Double]) -> Series {
      Series(index: Array(data.rowLabels), values: new.padded(values))
    }
    return PredictionTable(
      predictions: series(
        values(predictor, which: which, variances: which == .marginal ? unknown : nil)),
      se: series(laws.map(\.deviation)), lower: series(laws.map { $0.quantile(tail) }),
      upper: series(laws.map { $0.quantile(1 - tail) }), interval: .prediction, level: level)
  }

  /// Trials or prior weights of new rows: of the columns that the model's came from, else ones.
  private func newWeights(_ data: DataFrame, _ rows: [Int]) throws -> [Double] {
    var result = [Double](repeating: 1, count: rows.count)
    let isWeighted = family.distribution == .binomial || model.response.precisions(family) != nil
    for (name, numbers) in [("trials", model.response.trials), ("varWeights", model.response.weights)]
    where isWeighted {
      guard let values = try numbers?.values(in: data, argument: name) else { continue }
      for (i, row) in rows.enumerated() { result[i] *= values[row] }
    }
    return result
  }
}

/// E g⁻¹(η + √v Z), Z standard normal.
struct MarginalMean {
  let link: Family.Link

  private static let rule = GaussHermite.rule(40)

  func value(_ eta: Double, variance: Double) -> Double {
    switch link {
    case .log: exp(eta + 0.5 * variance)
    case .identity: eta
    case .sqrt: eta * eta + variance
    case .probit: Normal.cdf(eta / (1 + variance).squareRoot())
    default: sum(eta, variance, link.inverse)
    }
  }

  /// The derivative by η.
  func slope(_ eta: Double, variance: Double) -> Double {
    sum(eta, variance, link.inverseDeriv)
  }

  private func sum(_ eta: Double, _ variance: Double, _ f: (Double) -> Double) -> Double {
    let root = variance.squareRoot()
    return zip(Self.rule.nodes, Self.rule.weights).reduce(0) { $0 + $1.1 * f(eta + root * $1.0) }
  }
}

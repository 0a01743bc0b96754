import DataFrames
import LinearAlgebra
import MixedModels

extension MixedLMResults {
  /// Predictions with intervals by Student's t. Not in statsmodels.
  ///
  /// Degrees of freedom are 2v² / Var(v̂), v the variance that the interval is about: its own for every row. Variances at
  /// their bound count as known.
  /// - Parameters:
  ///   - data: the variables of the formulas.
  ///   - randomEffects: whose predicted effects are added.
  ///   - newLevels: what to do with levels that the model was not fitted to.
  ///   - interval: for the expected response, or for a new observation.
  ///   - level: probability of the interval.
  ///   - ddf: `.satterthwaite`, or the same number for all rows by `.residual` and `.infinite`.
  /// - Throws: ``StatsModelsError`` for `.kenwardRoger`, which is about coefficients, for results read from a file, and as
  ///   ``predict(_:randomEffects:newLevels:interval:level:)`` does.
  public func predict(
    _ data: DataFrame, randomEffects: RandomEffectsSelection = .none, newLevels: NewLevels = .error,
    interval: IntervalKind, level: Double = 0.95, ddf: DegreesOfFreedom
  ) throws -> PredictionTable {
    try table(
      data, included: blocks(randomEffects), newLevels: newLevels, interval: interval, level: level, ddf: ddf)
  }

  /// Degrees of freedom of each row's variance.
  func predictionDegreesOfFreedom(
    _ new: NewRows, variances: [Double], interval: IntervalKind, ddf: DegreesOfFreedom
  ) throws -> [Double] {
    switch ddf {
    case .residual: return variances.map { _ in dfResid }
    case .infinite: return variances.map { _ in .infinity }
    case .kenwardRoger:
      throw StatsModelsError(
        .notAvailable,
        "Kenward's and Roger's method is about coefficients: take ddf .satterthwaite for predictions")
    case .satterthwaite: break
    }
    if robust != nil {
      throw StatsModelsError(
        .notAvailable,
        "degrees of freedom of predictions are those of the model's covariance, and this fit has a robust one: take .residual "
          + "or .infinite")
    }
    try specification.requirePlainResiduals(
      "degrees of freedom of predictions are not", remedy: "take .residual or .infinite")
    let engine = try engine()
    let values = layout.values(in: relativeCovariances, scale: scale) + [scale]
    let covariance = varianceCovariance
    let known = values.indices.filter { covariance[$0, $0].isFinite && covariance[$0, $0] > 0 }
    let slopes = try known.map { parameter -> [Double] in
      let step = Self.differenceStep * covariance[parameter, parameter].squareRoot()
      let sides = try [-step, step].map { shift -> [Double] in
        var moved = values
        moved[parameter] += shift
        return try self.variances(new, at: moved, interval: interval, engine: engine)
      }
      return zip(sides[1], sides[0]).map { ($0 - $1) / (2 * step) }
    }
    return variances.enumerated().map { row, variance in
      let gradient = slopes.map { $0[row] }
      let spread = known.indices.reduce(0.0) { sum, i in
        sum + gradient[i] * known.indices.reduce(0.0) { $0 + covariance[known[i], known[$1]] * gradient[$1] }
      }
      return spread > 0 ? 2 * variance * variance / spread : spread == 0 ? .infinity : .nan
    }
  }

  /// Share of a parameter's standard error by which it is moved: errors of differences are a millionth of the slopes.
  private static let differenceStep = 1e-3

  /// The rows' variances at covariances in the response's units, then σ².
  private func variances(
    _ new: NewRows, at values: [Double], interval: IntervalKind, engine: MixedModel
  ) throws -> [Double] {
    let scale = values[values.count - 1]
    let relative = zip(layout.entries, values).map { $0.hasUnit ? $1 / scale : $1 }
    let covariances = specification.termCovariances(
      layout.covariances(relative, blocks: specification.blocks))
    return try specification.running { () throws(EngineError) in
      var moved = try engine.estimate(at: covariances, reml: reml)
      moved.fixedCovariance = moved.fixedCovariance * (scale / moved.scale)
      moved.scale = scale
      return try new.variances(try engine.predictionErrors(moved), scale: scale, interval: interval)
    }
  }
}

extension NewRows {
  /// Variances of the errors of predictions, of new observations with what the prediction leaves out.
  func variances(
    _ system: any PredictionErrors, scale: Double, interval: IntervalKind
  ) throws(EngineError) -> [Double] {
    var variances = try system.variances(rows)
    guard interval == .prediction else { return variances }
    for (term, effects) in excluded.enumerated() {
      guard let effects else { continue }
      for (i, value) in system.priorVariances(effects, term: term).enumerated() { variances[i] += value }
    }
    for i in variances.indices { variances[i] += scale / (rows.weights?[i] ?? 1) }
    return variances
  }
}

package import LinearAlgebra

/// Variances of prediction errors at an estimate, the variance parameters taken as known.
///
/// The folder: random effects, their errors, predictions with theirs, and responses drawn from a fit.
package protocol PredictionErrors: Sendable {
  /// The estimate that predictions are made from.
  var estimate: Estimate { get }
  /// Λ_t of each term's S_t = Λ_tΛ_t'; nil for a term whose covariance is zero.
  var covarianceFactors: [Matrix?] { get }
  /// Var(x'b̂ + z'û − x'b − z'u) of each row; unseen levels add z'Ψz, once per term.
  func variances(_ rows: PredictionRows) throws(EngineError) -> [Double]
  /// Covariance of effects given the data, the fixed effects taken as known; nil where no factor was made.
  func conditionalCovariance(_ effects: [EffectPlace]) -> Matrix?
  /// The variances of rows as forms of their regressors; nil where no factor was made.
  ///
  /// - Parameter hasConstant: whether the first column of the basis of X is the constant, 1 in every row.
  func levelForms(hasConstant: Bool) -> LevelForms?
  /// What gives the same errors without the rows.
  var statistics: PredictionStatistics { get }
}

/// One random effect: a term, a level of it, and a position among the effects of that level.
package struct EffectPlace: Sendable {
  package var term: Int
  package var level: Int
  package var column: Int

  package init(term: Int, level: Int, column: Int) {
    self.term = term
    self.level = level
    self.column = column
  }
}

extension PredictionErrors {
  package func conditionalCovariance(_ effects: [EffectPlace]) -> Matrix? { nil }
  package func levelForms(hasConstant: Bool) -> LevelForms? { nil }
}

extension PredictionErrors {
  /// z'Ψz of each row and term that has an effect there, seen or not.
  package func priorVariances(_ effects: PredictionRows.Effects, term: Int) -> [Double] {
    guard let factor = covarianceFactors[term] else {
      return [Double](repeating: 0, count: effects.codes.count)
    }
    return effects.codes.indices.map { i in
      effects.codes[i] == PredictionRows.Effects.none
        ? 0 : effects.priorVariance(row: i, factor: factor) * estimate.scale
    }
  }
}

extension PredictionRows.Effects {
  /// |Λ'z|² of one row.
  func priorVariance(row i: Int, factor: Matrix) -> Double {
    let k = columns.count
    var sum = 0.0
    for b in 0..<k {
      var value = 0.0
      for a in b..<k { value += factor[a, b] * (columns[a]?[i] ?? 1) }
      sum += value * value
    }
    return sum
  }
}

extension MixedModel {
  /// Prediction errors at an estimate: by a factor of all random effects where memory holds it, else by solves.
  package func predictionErrors(_ estimate: Estimate) throws(EngineError) -> any PredictionErrors {
    if plan.isIterative { return try IterativePredictionErrors(self, estimate: estimate) }
    return try FactoredPredictionErrors(self, estimate: estimate)
  }

  /// Rows of X in the orthonormal basis.
  func orthonormalRows(_ x: Matrix) -> Matrix { x.selecting(columns: fixed.kept) * fixed.toUser }
}

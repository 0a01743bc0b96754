package import LinearAlgebra

/// Variances of prediction errors at an estimate, the variance parameters taken as known.
package protocol PredictionErrors: Sendable {
  /// The estimate that predictions are made from.
  var estimate: Estimate { get }
  /// Λ_t of each term's S_t = Λ_tΛ_t'; nil for a term whose covariance is zero.
  var covarianceFactors: [Matrix?] { get }
  /// Var(x'b̂ + z'û − x'b − z'u) of each row; unseen levels add z'Ψz, once per term.
  func variances(_ rows: PredictionRows) throws(EngineError) -> [Double]
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
    if isMatrixFree { return try IterativePredictionErrors(self, estimate: estimate) }
    return try FactoredPredictionErrors(self, estimate: estimate)
  }

  /// Rows of X in the orthonormal basis.
  func orthonormalRows(_ x: Matrix) -> Matrix {
    let kept = fixed.kept
    var selected = Matrix(rows: x.rows, columns: kept.count)
    for (i, j) in kept.enumerated() {
      for row in 0..<x.rows { selected[row, i] = x[row, j] }
    }
    return selected * fixed.toUser
  }
}

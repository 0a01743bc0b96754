package import LinearAlgebra

/// Rows at which a fitted model is evaluated: x of the fixed effects, and per term a level and its regressors.
package struct PredictionRows: Sendable {
  /// What a term contributes to each row.
  package struct Effects: Sendable {
    /// Level of each row; ``none`` where the term has no effect, ``new`` and less for
    /// levels that the model has not seen, a number for each.
    package var codes: [Int32]
    /// The k regressors; nil stands for a column of ones.
    package var columns: [[Double]?]

    package init(codes: [Int32], columns: [[Double]?]) {
      self.codes = codes
      self.columns = columns
    }

    /// Code of a row without this effect.
    package static let none: Int32 = -1
    /// Code of the first unseen level, whose effect has mean zero and the prior covariance; others count down.
    package static let new: Int32 = -2
  }

  /// Rows by all columns of X, dropped ones included.
  package var fixed: Matrix
  /// One entry per term of the model; nil leaves the term out.
  package var effects: [Effects?]
  /// Prior weight of each row, whose residual has the variance σ²/w; nil where all are 1.
  package var weights: [Double]?
  /// Correlations of the residuals of these rows; nil where they are independent.
  package var correlation: ResidualCorrelation?

  package init(
    fixed: Matrix, effects: [Effects?], weights: [Double]? = nil, correlation: ResidualCorrelation? = nil
  ) {
    self.correlation = correlation
    self.fixed = fixed
    self.effects = effects
    self.weights = weights
  }

  /// Number of rows.
  package var count: Int { fixed.rows }
}

extension MixedModel {
  /// The rows of the data that the model was made of.
  package var dataRows: PredictionRows {
    PredictionRows(
      fixed: fixedColumns, effects: terms.map { .init(codes: $0.codes, columns: $0.columns) },
      weights: rows.weights)
  }
}

extension PredictionRows {
  /// X b + Σ Z u at given rows, from conditional modes at hand; unseen levels count as zero.
  package func predictions(estimate: Estimate, modes: [Matrix]) -> [Double] {
    let n = count
    var result = [Double](repeating: 0, count: n)
    for (j, b) in estimate.fixedEffects.enumerated() where b.isFinite && b != 0 {
      for i in 0..<n { result[i] += b * fixed.storage[j * n + i] }
    }
    for (effects, mode) in zip(self.effects, modes) {
      guard let effects else { continue }
      for (a, column) in effects.columns.enumerated() {
        let values = mode.column(a)
        for i in 0..<n where effects.codes[i] >= 0 {
          result[i] += (column?[i] ?? 1) * values[Int(effects.codes[i])]
        }
      }
    }
    return result
  }
}

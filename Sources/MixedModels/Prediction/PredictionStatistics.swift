package import LinearAlgebra

/// What prediction errors take of the rows, so that they can be had without them.
package struct PredictionStatistics: Sendable {
  /// The fixed effects: a basis of their columns in which X'X is the identity, and what is known of them in it.
  package struct Basis: Sendable {
    /// Columns of X that were kept.
    package var kept: [Int]
    /// From the kept columns to the basis, rank × rank.
    package var toBasis: Matrix
    /// Lower Cholesky factor of X'V⁻¹X in the basis, V in units of σ².
    package var factor: Matrix
    /// Rank of X.
    package var rank: Int { kept.count }

    package init(kept: [Int], toBasis: Matrix, factor: Matrix) {
      self.kept = kept
      self.toBasis = toBasis
      self.factor = factor
    }

    /// Rows of X in the basis.
    func rows(of x: Matrix) -> Matrix { x.selecting(columns: kept) * toBasis }
  }

  /// The random effects of the terms whose covariance is not zero, with Λ as in ``FactoredPredictionErrors``.
  package struct Random: Sendable {
    /// Pattern of M = Λ'Z'ZΛ + I: position of each column's first entry.
    package var columnStarts: [Int]
    /// Row of each entry, ascending within a column.
    package var rowIndices: [Int32]
    /// Its values.
    package var values: [Double]
    /// Λ'Z'X in the basis, effects × rank, column after column.
    package var products: [Double]
    /// Λ of each term, lower triangular; nil of older files, where it follows from S.
    package var factors: [Matrix?]?

    package init(
      columnStarts: [Int], rowIndices: [Int32], values: [Double], products: [Double],
      factors: [Matrix?]? = nil
    ) {
      self.factors = factors
      self.columnStarts = columnStarts
      self.rowIndices = rowIndices
      self.values = values
      self.products = products
    }

    /// Number of scalar effects.
    package var count: Int { columnStarts.count - 1 }
  }

  package var basis: Basis
  /// Nil where nothing is kept of the random effects: only errors of the fixed part can be had.
  package var random: Random?

  package init(basis: Basis, random: Random?) {
    self.basis = basis
    self.random = random
  }

  /// Number of scalar effects of the terms that take part.
  package static func effectCount(_ shapes: [(levels: Int, width: Int)], covariances: [Matrix]) -> Int {
    RandomSystem.starts(shapes, factors: RandomSystem.factors(covariances)).total
  }

  /// Position of each term's first effect; nil for a term that takes no part.
  package static func starts(_ shapes: [(levels: Int, width: Int)], covariances: [Matrix]) -> [Int?] {
    let factors = RandomSystem.factors(covariances)
    return zip(RandomSystem.starts(shapes, factors: factors).starts, factors).map { $1 == nil ? nil : $0 }
  }

  /// Prediction errors at the estimate that these belong to.
  ///
  /// - Parameter shapes: levels and effects per level of each term.
  package func errors(
    _ estimate: Estimate, shapes: [(levels: Int, width: Int)]
  ) throws(EngineError) -> any PredictionErrors {
    guard let random else { return PopulationPredictionErrors(basis: basis, estimate: estimate) }
    return try FactoredPredictionErrors(basis: basis, random: random, shapes: shapes, estimate: estimate)
  }
}

/// Errors of the fixed part alone, and prior variances of effects.
struct PopulationPredictionErrors: PredictionErrors {
  let basis: PredictionStatistics.Basis
  let estimate: Estimate
  let covarianceFactors: [Matrix?]
  var statistics: PredictionStatistics { PredictionStatistics(basis: basis, random: nil) }

  init(basis: PredictionStatistics.Basis, estimate: Estimate) {
    self.basis = basis
    self.estimate = estimate
    covarianceFactors = RandomSystem.factors(estimate.relativeCovariances)
  }

  /// σ² |L⁻¹x|², and z'Ψz of unseen levels.
  func variances(_ rows: PredictionRows) -> [Double] {
    let solved = Cholesky(lower: basis.factor).forwardSolve(basis.rows(of: rows.fixed).transposed)
    var result = (0..<rows.count).map { i in solved.column(i).reduce(0) { $0 + $1 * $1 } * estimate.scale }
    for (term, effects) in rows.effects.enumerated() {
      guard let effects else { continue }
      for (i, value) in priorVariances(effects, term: term).enumerated()
      where effects.codes[i] <= PredictionRows.Effects.new { result[i] += value }
    }
    return result
  }
}

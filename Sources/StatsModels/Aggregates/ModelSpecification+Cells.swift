import LinearAlgebra
import MixedModels

extension ModelSpecification {
  /// What the engine fits.
  var engineResponse: [Double] { cells?.response ?? response }

  /// Prior weights as files hold them: of a model of sums without weights the rows' own are none.
  var savedWeights: RowNumbers? { cells != nil && weights?.column == nil ? nil : weights }

  /// The fixed design in rows whose cross-products are X'X: with prior weights X'WX.
  var crossProductRows: Matrix {
    guard cells != nil, let weights = weights?.values else { return exog }
    var result = exog
    for j in 0..<result.columns { for i in 0..<result.rows { result[i, j] *= weights[i].squareRoot() } }
    return result
  }

  /// Whether some column of the fixed design, or a combination of them, is constant.
  func holdsConstant(_ cells: CellModel) -> Bool {
    let ones = Matrix(rows: exog.rows, columns: 1, columnMajor: cells.rows.ones)
    if (0..<exog.columns).contains(where: { exog.column($0) == cells.rows.ones }) { return true }
    guard let rank = try? exog.matrixRank(), let augmented = try? exog.appending(columnsOf: ones).matrixRank()
    else { return false }
    return exog.columns > 0 && augmented == rank
  }

  /// Mean of the response over the observations, weighted by prior weights, and Σ w (y − mean)² / n.
  func responseMoments(_ cells: CellModel) -> (mean: Double, variance: Double) {
    let weights = weights?.values ?? endog.map { _ in 1 }
    let total = zip(weights, cells.rows.ones).reduce(0) { $0 + $1.0 * $1.1 }
    let mean = endog.indices.reduce(0) { $0 + weights[$1] * cells.rows.ones[$1] * endog[$1] } / total
    let squares = endog.indices.reduce(0.0) { sum, i in
      let deviation = endog[i] - mean * cells.rows.ones[i]
      return sum + weights[i] * deviation * deviation
    }
    return (mean, squares / Double(cells.rows.observations))
  }

  /// Whether two models have responses of the same mean and variance: all that sums can tell.
  func hasResponseMoments(of other: ModelSpecification) -> Bool {
    func moments(_ model: ModelSpecification) -> (mean: Double, variance: Double) {
      if let cells = model.cells { return model.responseMoments(cells) }
      let weights = model.weights?.values ?? model.endog.map { _ in 1 }
      let response = model.response
      let mean = zip(weights, response).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
      let squares = zip(weights, response).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
      return (mean, squares / Double(max(response.count, 1)))
    }
    let (own, theirs) = (moments(self), moments(other))
    return abs(own.mean - theirs.mean) <= 1e-9 * own.variance.squareRoot()
      && abs(own.variance - theirs.variance) <= 1e-9 * own.variance
  }
}

extension MixedLMResults {
  /// Shares of variance from cells; see ``varianceShares()``.
  func shares(
    _ cells: CellModel, _ rows: PredictionRows, _ system: any PredictionErrors
  ) throws -> VarianceShares {
    guard !cells.rows.isWeighted else {
      throw ModelSpecification.withoutRows("a share of variance with prior weights")
    }
    let weights = specification.weights?.values ?? cells.rows.ones.map { _ in 1 }
    let ones = cells.rows.ones
    let n = Double(cells.rows.observations)
    let linear = specification.exog * estimate.fixedEffects.map { $0.isNaN ? 0 : $0 }
    let mean = linear.indices.reduce(0) { $0 + weights[$1] * ones[$1] * linear[$1] } / n
    let fixed = linear.indices.reduce(0.0) { sum, i in
      let deviation = linear[i] - mean * ones[i]
      return sum + weights[i] * deviation * deviation
    }
    var shares = [Double](repeating: 0, count: specification.blocks.count)
    let owners = specification.blockOfTerm
    for (term, effects) in rows.effects.enumerated() {
      guard let effects else { continue }
      let variances = system.priorVariances(effects, term: term)
      shares[owners[term]] += zip(variances, weights).reduce(0) { $0 + $1.0 * $1.1 } / n
    }
    return VarianceShares(
      fixed: fixed / max(n - 1, 1),
      random: Series(index: specification.blocks.map(\.group), values: shares),
      residual: scale * cells.meanInverseWeight)
  }
}

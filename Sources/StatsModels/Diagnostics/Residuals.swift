import Distributions
import LinearAlgebra
import MixedModels

/// Kinds of residuals. Not in statsmodels.
public enum ResidualKind: String, Sendable, CaseIterable {
  /// Response less fitted values, random effects included: statsmodels' `resid`.
  case conditional
  /// Response less the fixed part.
  case marginal
  /// Conditional residuals over the residual standard deviation, σ/√w with prior weights w.
  case pearson
  /// Conditional residuals over their standard deviation σ√((1 − h)/w), h the leverage.
  case standardized
  /// L⁻¹(y − Xb) with V = LL': uncorrelated with variance one if the model holds.
  case scaled
  /// L⁻¹e / σ of conditional residuals e with the covariance σ²LL': with independent residuals the same as `pearson`.
  case normalized
}

/// Ordered values beside the quantiles expected of a normal sample. Not in statsmodels.
public struct NormalQuantiles: Sendable {
  /// Quantiles of the standard normal distribution at (i − ½)/n.
  public let theoretical: [Double]
  /// The values, ascending.
  public let ordered: [Double]

  /// The quantiles of a sample; values that are not finite are left out.
  public init(_ values: [Double]) {
    ordered = values.filter(\.isFinite).sorted()
    let n = Double(ordered.count)
    theoretical = ordered.indices.map { Normal.ppf((Double($0) + 0.5) / n) }
  }
}

extension MixedLMResults {
  /// Residuals of a kind, labelled by row. Not in statsmodels.
  ///
  /// - Throws: ``StatsModelsError`` where a quantity is too large to compute, and of results that hold no rows.
  public func residuals(_ kind: ResidualKind) throws -> Series {
    try specification.requireRows("a residual")
    if specification.isWithoutRows {
      throw StatsModelsError(
        .notAvailable,
        "these results hold no rows, hence no residuals: save with rows, or use the model that was fitted")
    }
    let conditional = zip(specification.endog, fitted).map { $0 - $1 }
    let values: [Double]
    switch kind {
    case .conditional: values = conditional
    case .marginal: values = marginalResiduals
    case .normalized:
      try specification.requireSeries("a normalized residual")
      let weighted = specification.weighted(conditional)
      values = (specification.residualCorrelation?.whitened(weighted) ?? weighted).map {
        $0 / scale.squareRoot()
      }
    case .pearson: values = specification.weighted(conditional).map { $0 / scale.squareRoot() }
    case .standardized:
      values = zip(specification.weighted(conditional), try leverages()).map {
        $0 / (scale * max(1 - $1, 0)).squareRoot()
      }
    case .scaled:
      try specification.requireSeries("a scaled residual")
      guard specification.hasTermRows else {
        throw StatsModelsError(
          .notAvailable,
          "these results hold no levels of the rows, which scaled residuals take: use another kind, or the model that was "
            + "fitted")
      }
      values = try ScaledResiduals(self).values
    }
    return Series(index: Array(specification.rowLabels), values: values)
  }

  /// Response less the fixed part.
  var marginalResiduals: [Double] { zip(specification.endog, predict().values).map { $0 - $1 } }

  /// Leverages h = ∂ŷ/∂y at the estimated variances, labelled by row; their sum is the effective number of
  /// parameters of the conditional model. Not in statsmodels.
  public func leverage() throws -> Series {
    Series(index: Array(specification.rowLabels), values: try leverages())
  }

  private func leverages() throws -> [Double] {
    try specification.requireRows("a leverage")
    _ = try engine()
    try specification.requireIndependentResiduals(
      "a row has no leverage of its own in the fit", remedy: "take residuals(.normalized)")
    let system = try predictionSystem()
    let rows = specification.predictionRows
    let relative = try specification.running { () throws(EngineError) in try system.variances(rows) }.map {
      $0 / scale
    }
    return specification.weights.map { zip(relative, $0.values).map { $0 * $1 } } ?? relative
  }

  /// Cook's distances w (r / (1 − h))² h / (σ² p), r the conditional residual, w the prior weight and p the rank of the fixed design,
  /// as lme4. Not in statsmodels.
  public func cooksDistance() throws -> Series {
    let rank = Double(max(estimate.rank, 1))
    let residuals = specification.weighted(zip(specification.endog, fitted).map { $0 - $1 })
    let values = zip(residuals, try leverages()).map { r, h -> Double in
      let rest = r / (1 - h)
      return rest * rest * h / (scale * rank)
    }
    return Series(index: Array(specification.rowLabels), values: values)
  }

  /// Normal quantiles of residuals. Not in statsmodels.
  public func normalQuantiles(_ kind: ResidualKind = .conditional) throws -> NormalQuantiles {
    NormalQuantiles(try residuals(kind).values)
  }

  /// Normal quantiles of one effect of a factor. Not in statsmodels.
  public func normalQuantiles(ofRandomEffects group: String, effect: String? = nil) throws -> NormalQuantiles
  {
    let table = try randomEffects(of: group)
    guard let column = effect.map({ table.names.firstIndex(of: $0) }) ?? 0 else {
      throw StatsModelsError(
        .invalidArgument, "'\(group)' has no effect '\(effect ?? "")'; there are \(shortList(table.names))")
    }
    return NormalQuantiles(table.values.column(column))
  }
}

/// L⁻¹(y − Xb), one set of rows that share no level with others at a time.
private struct ScaledResiduals {
  private(set) var values: [Double]

  /// Rows of a set above which the dense factor is refused.
  private static let limit = 6_000

  init(_ results: MixedLMResults) throws {
    let (specification, correlation) = (results.specification, results.specification.residualCorrelation)
    let marginal =
      correlation.map { $0.whitened(specification.weighted(results.marginalResiduals)) }
      ?? results.marginalResiduals
    let terms = correlation == nil ? specification.engineTerms : try specification.engineRows().terms
    let covariances = results.estimate.relativeCovariances
    values = [Double](repeating: .nan, count: marginal.count)
    let active = terms.indices.filter { covariances[$0].storage.contains { $0 != 0 } }
    let sets = Self.connected(active.map { terms[$0] }, rowCount: marginal.count)
    if let largest = sets.map(\.count).max(), largest > Self.limit {
      throw StatsModelsError(
        .notAvailable,
        "scaled residuals need the covariance of \(largest) connected rows, more than \(Self.limit): use "
          + "conditional or standardized residuals")
    }
    let sigma = results.scale.squareRoot()
    for rows in sets {
      var variance = Matrix.identity(rows.count)
      if correlation == nil, let weights = specification.weights?.values {
        for (i, row) in rows.enumerated() { variance[i, i] = 1 / weights[row] }
      }
      for t in active {
        let products = rows.map { row -> [Double] in
          covariances[t] * terms[t].columns.map { $0?[row] ?? 1 }
        }
        for (i, a) in rows.enumerated() where terms[t].codes[a] >= 0 {
          for (j, b) in rows.enumerated().prefix(i + 1) where terms[t].codes[b] == terms[t].codes[a] {
            for (c, column) in terms[t].columns.enumerated() {
              variance[i, j] += (column?[a] ?? 1) * products[j][c]
            }
          }
        }
      }
      let solved = try Cholesky(variance).forwardSolve(rows.map { marginal[$0] })
      for (row, value) in zip(rows, solved) { values[row] = value / sigma }
    }
  }

  /// Rows linked by common levels, in file order within each set.
  private static func connected(_ terms: [RandomTerm], rowCount: Int) -> [[Int]] {
    var parent = Array(0..<rowCount)
    func root(_ i: Int) -> Int {
      var i = i
      while parent[i] != i {
        parent[i] = parent[parent[i]]
        i = parent[i]
      }
      return i
    }
    for term in terms {
      var first = [Int](repeating: -1, count: term.levelCount)
      for row in 0..<rowCount where term.codes[row] >= 0 {
        let level = Int(term.codes[row])
        if first[level] < 0 { first[level] = row } else { parent[root(row)] = root(first[level]) }
      }
    }
    var sets: [Int: [Int]] = [:]
    for row in 0..<rowCount { sets[root(row), default: []].append(row) }
    return sets.values.sorted { $0[0] < $1[0] }
  }
}

import Foundation
import MixedModels

/// Shares of the response's variance that a model explains. Not in statsmodels.
///
/// S. Nakagawa, H. Schielzeth (2013), with random slopes after P. C. D. Johnson (2014): the variance of a term is the
/// mean of z'Ψz over the rows. After generalised models all variances are those of the linear predictor (S. Nakagawa,
/// P. C. D. Johnson, H. Schielzeth, 2017), and effects of single rows count as overdispersion.
public struct VarianceShares: Sendable {
  /// Variance of the fixed part over the rows.
  public let fixed: Double
  /// Mean variance of each covariance block, by its factor, in the order of ``MixedLMResults/terms``.
  public let random: Series
  /// Variance of effects that each row has to itself, of generalised models: a part of what is left unexplained.
  public private(set) var dispersion = 0.0
  /// Residual variance, with prior weights its mean over the rows; of generalised models that of the family.
  public let residual: Double

  private var randomTotal: Double { random.values.reduce(0, +) }
  private var unexplained: Double { dispersion + residual }
  private var total: Double { fixed + randomTotal + unexplained }

  /// Marginal R²: the share of the fixed part.
  public var marginalR2: Double { fixed / total }
  /// Conditional R²: the share of fixed and random effects.
  public var conditionalR2: Double { (fixed + randomTotal) / total }
  /// Intraclass correlation given the fixed effects: the random effects' share of what the fixed part leaves.
  public var adjustedICC: Double { randomTotal / (randomTotal + unexplained) }
  /// The random effects' share of all variance.
  public var unadjustedICC: Double { randomTotal / total }
  /// Each block's share of what the fixed part leaves.
  public var adjustedICCs: Series {
    Series(index: random.index, values: random.values.map { $0 / (randomTotal + unexplained) })
  }
}

extension VarianceShares: CustomStringConvertible {
  /// The variances and the shares, one a line.
  public var description: String {
    var lines = [("fixed effects", fixed)]
    for (name, value) in random { lines.append((name, value)) }
    if dispersion > 0 { lines.append(("effects of rows", dispersion)) }
    lines += [
      ("residual", residual), ("marginal R2", marginalR2), ("conditional R2", conditionalR2),
      ("adjusted ICC", adjustedICC), ("unadjusted ICC", unadjustedICC),
    ]
    return FrameText.series(Series(index: lines.map(\.0), values: lines.map(\.1)))
      .split(separator: "\n").dropLast().joined(separator: "\n")
  }
}

extension MixedLMResults {
  /// Marginal and conditional R², intraclass correlations. Not in statsmodels.
  ///
  /// - Throws: ``StatsModelsError`` when the model's engine cannot be made.
  public func varianceShares() throws -> VarianceShares {
    if let restored = specification.restored { return try saved(restored.shares) }
    let system = try predictionSystem()
    let rows = specification.predictionRows
    if let cells = specification.cells { return try shares(cells, rows, system) }
    let offset = specification.offset?.values
    let linear = predict().values.enumerated().map { $1 - (offset?[$0] ?? 0) }
    let n = Double(linear.count)
    let mean = linear.reduce(0, +) / n
    let fixed = linear.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(n - 1, 1)
    var shares = [Double](repeating: 0, count: specification.blocks.count)
    let owners = specification.blockOfTerm
    for (term, effects) in rows.effects.enumerated() {
      guard let effects else { continue }
      shares[owners[term]] += system.priorVariances(effects, term: term).reduce(0, +) / n
    }
    return VarianceShares(
      fixed: fixed, random: Series(index: specification.blocks.map(\.group), values: shares),
      residual: scale * meanInverseWeight)
  }

  /// Mean of 1/w over the rows: the mean residual variance in units of σ².
  private var meanInverseWeight: Double {
    if let cells = specification.cells { return cells.meanInverseWeight }
    return specification.weights.map { $0.values.reduce(0) { $0 + 1 / $1 } / Double($0.values.count) } ?? 1
  }

  private func saved(_ shares: SnapshotState.Shares?) throws -> VarianceShares {
    guard let shares else {
      throw StatsModelsError(
        .notAvailable,
        "these results hold no shares of variance: they were saved by an earlier version, or are of weighted sums; fit the rows and "
          + "save them")
    }
    return VarianceShares(
      fixed: shares.fixed, random: Series(index: specification.blocks.map(\.group), values: shares.random),
      residual: shares.residual ?? scale)
  }

  /// AIC + 2k(k + 1)/(n − k − 1), k the number of parameters with the residual variance; from the restricted
  /// likelihood after `fit(reml: true)`. Not in statsmodels.
  public var aicc: Double {
    let k = parameterCount
    let rest = Double(nobs) - k - 1
    return rest > 0 ? informationCriteria.aic + 2 * k * (k + 1) / rest : .infinity
  }
}

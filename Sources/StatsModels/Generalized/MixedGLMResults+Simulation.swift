import Distributions
import LinearAlgebra
import MixedModels

extension MixedGLMResults {
  /// Responses drawn from the fitted model, one column per draw; of a binomial response shares of successes.
  ///
  /// - Parameters:
  ///   - count: number of draws.
  ///   - seed: equal seeds give equal draws, and draw k does not depend on how many there are.
  ///   - randomEffects: factors whose predicted effects are kept; those of all others are drawn anew.
  /// - Throws: ``StatsModelsError`` for unknown factors.
  public func simulate(
    count: Int = 1, seed: UInt64, randomEffects: RandomEffectsSelection = .none
  ) throws -> LabeledMatrix {
    guard !specification.isWithoutRows, specification.hasTermRows else {
      throw StatsModelsError(
        .notAvailable,
        "these results hold no rows, whose responses could be drawn: simulate before saving, or save with rows: true"
      )
    }
    let draws = ResponseSampler(self, kept: try specification.selectedBlocks(randomEffects), seed: seed)
    let columns = (0..<max(count, 0)).map { draws[$0] }
    return LabeledMatrix(
      index: Array(specification.rowLabels), columns: columns.indices.map(String.init),
      values: Matrix(columns: columns, rows: nobs))
  }
}

/// Draws responses from a fitted model.
struct ResponseSampler: Sendable {
  private let results: MixedGLMResults
  private let kept: Set<Int>
  private let seed: UInt64
  private let terms: [RandomTerm]
  private let owners: [Int]
  private let roots: [Matrix]
  private let weights: [Double]
  private let isFree: Bool

  /// - Parameter kept: blocks whose predicted effects are kept.
  init(_ results: MixedGLMResults, kept: Set<Int>, seed: UInt64) {
    self.results = results
    self.kept = kept
    self.seed = seed
    terms = results.specification.engineTerms
    owners = results.specification.blockOfTerm
    roots = results.estimate.covariances.map(Self.root)
    weights = results.weights
    isFree = results.model.response.precisions(results.family) != nil
  }

  /// The response of a draw: the same whatever other draws there are.
  subscript(draw: Int) -> [Double] {
    let (estimate, family) = (results.estimate, results.family)
    var stream = RandomStream(seed: seed, stream: draw)
    var eta = estimate.fixedPredictor
    for (t, term) in terms.enumerated() {
      var effects = estimate.effects[t]
      let k = term.width
      if !kept.contains(owners[t]) {
        for level in 0..<term.levelCount {
          let z = (0..<k).map { _ in stream.normal() }
          for (a, value) in (roots[t] * z).enumerated() { effects[level * k + a] = value }
        }
      }
      for (a, column) in term.columns.enumerated() {
        for i in eta.indices where term.codes[i] >= 0 {
          eta[i] += (column?[i] ?? 1) * effects[Int(term.codes[i]) * k + a]
        }
      }
    }
    return eta.indices.map { row in
      ConditionalLaw(
        family: family, mean: family.link.inverse(eta[row]), weight: weights[row],
        dispersion: results.dispersion, isFree: isFree
      ).draw(&stream)
    }
  }

  /// A root of a positive semidefinite matrix.
  private static func root(_ covariance: Matrix) -> Matrix {
    (try? SymmetricEigen(covariance))?.applying { max($0, 0).squareRoot() } ?? covariance
  }
}

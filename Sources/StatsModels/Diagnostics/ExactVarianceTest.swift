import Distributions
import LinearAlgebra
import MixedModels

/// The restricted likelihood ratio of one variance against its distribution in samples of this size. Not in statsmodels.
public struct ExactVarianceTest: Sendable, Equatable {
  /// The tested term, `(1 | plate)`.
  public let term: String
  /// Twice the difference of the restricted log-likelihoods.
  public let statistic: Double
  /// Share of the draws that are at least as large.
  public let pvalue: Double
  /// Standard error of ``pvalue`` by the number of draws.
  public let standardError: Double
  /// Share of the draws that are 0: where a variance of zero has the largest likelihood.
  public let shareAtZero: Double
  /// Number of draws.
  public let count: Int
}

extension ExactVarianceTest: CustomStringConvertible {
  /// One line.
  public var description: String {
    "\(term): RLRT = \(PythonFormat.fixed(statistic, 4)), p = \(PythonFormat.general(pvalue, 4)) "
      + "(\(count) draws, s.e. \(PythonFormat.general(standardError, 2)))"
  }
}

extension MixedLMResults {
  /// Tests a variance against zero by the exact distribution of the restricted likelihood ratio, as `exactRLRT` of RLRsim.
  /// Not in statsmodels.
  ///
  /// Exact where the term is the only one; beside others these are taken at their estimates without the term.
  /// - Parameters:
  ///   - group: the factor or component of the term, as ``RandomEffectsTerm/group`` names it; needed where there are several.
  ///   - count: number of draws.
  ///   - seed: equal seeds give equal results.
  /// - Throws: ``StatsModelsError`` for terms of several effects, more than 2,000 levels, or 5,000 rows beside other terms.
  public func exactRLRT(_ group: String? = nil, count: Int = 10_000, seed: UInt64 = 0) throws
    -> ExactVarianceTest
  {
    try specification.requirePlainResiduals(
      "exactRLRT is not", remedy: "fit the smaller model and compare the two")
    let chosen = try group.map { try blocks(.factors([$0])).sorted() } ?? Array(specification.blocks.indices)
    guard let block = chosen.first, chosen.count == 1, specification.blocks[block].parts.count == 1,
      specification.blocks[block].width == 1, count > 0
    else {
      throw StatsModelsError(
        .invalidArgument,
        "exactRLRT tests one variance: name one of \(shortList(specification.blocks.map(\.group))) that has a single effect "
          + "for each level, and draw once at least")
    }
    let full =
      reml ? self : try model.fit(reml: true, exact: engineOptions.exact, threads: engineOptions.threads)
    let engine = try full.engine()
    let (llf, covariances) = try full.withoutBlock(block, engine: engine)
    let term = specification.firstTerm(of: block)
    let found = try specification.running { () throws(EngineError) in
      try engine.restrictedRatio(ofTerm: term, nullCovariances: covariances)
    }
    guard let distribution = found else {
      throw StatsModelsError(
        .notAvailable,
        "exactRLRT takes matrices of all levels: 2,000 at most, and 5,000 rows beside other terms; take compare or ranova"
      )
    }
    let statistic = max(2 * (full.llf - llf), 0)
    let draws = (0..<count).map { draw -> Double in
      var stream = RandomStream(seed: seed, stream: draw)
      return distribution.draw(&stream)
    }
    let p = Double(draws.count { $0 >= statistic }) / Double(count)
    return ExactVarianceTest(
      term: specification.termText(block), statistic: statistic, pvalue: p,
      standardError: (p * (1 - p) / Double(count)).squareRoot(),
      shareAtZero: Double(draws.count { $0 == 0 }) / Double(count), count: count)
  }

  /// The restricted maximum without a block, and the covariances of all terms there.
  private func withoutBlock(_ block: Int, engine: MixedModel) throws -> (llf: Double, covariances: [Matrix]) {
    var covariances = specification.engineTerms.map { Matrix(rows: $0.width, columns: $0.width) }
    var blocks = specification.blocks
    blocks.remove(at: block)
    let terms = blocks.enumerated().flatMap { $1.engineTerms(tie: $0) }
    return try specification.running { () throws(EngineError) in
      if terms.isEmpty { return (try engine.logLikelihood(at: covariances, reml: true), covariances) }
      let fit = try MixedModel(specification.engineRows(terms: terms), options: engineOptions).fit(reml: true)
      let tested = specification.firstTerm(of: block)
      for (position, matrix) in fit.relativeCovariances.enumerated() {
        covariances[position < tested ? position : position + 1] = matrix
      }
      return (fit.logLikelihood, covariances)
    }
  }
}

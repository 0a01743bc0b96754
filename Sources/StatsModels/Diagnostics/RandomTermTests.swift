import DataFrames
import Distributions
import LinearAlgebra
import MixedModels
import Patsy

/// Likelihood-ratio tests of the terms of the random effects. Not in statsmodels.
public struct RandomTermTests: Sendable, Equatable {
  /// What was left out: `(1 | plate)`, or `Days in (1 + Days | Subject)` where effects of the level remain.
  public let term: [String]
  /// Number of parameters of each smaller model.
  public let parameters: [Int]
  /// Log-likelihood of each smaller model, restricted after a fit by REML.
  public let logLikelihood: [Double]
  /// Twice the difference to the fit.
  public let statistic: [Double]
  /// Number of parameters less.
  public let df: [Int]
  /// Tail of χ², as lmerTest reports it: conservative, because variances are tested on their bound.
  public let p: [Double]
  /// Tail of the mixture that holds for one variance with its covariances; nan where more are tested at once.
  public let pMixture: [Double]
  /// Log-likelihood of the fit.
  public let fullLogLikelihood: Double
  /// Number of parameters of the fit.
  public let fullParameters: Int

  /// Columns `term`, `n_par`, `llf`, `lrt`, `df`, `p`, `p_mixture`.
  public var frame: DataFrame {
    let columns = [
      Column(name: "term", term), Column(name: "n_par", parameters), Column(name: "llf", logLikelihood),
      Column(name: "lrt", statistic), Column(name: "df", df), Column(name: "p", p),
      Column(name: "p_mixture", pMixture),
    ]
    return (try? DataFrame(columns: columns)) ?? DataFrame()
  }
}

extension RandomTermTests: CustomStringConvertible {
  /// A line for the fit and one for each term left out.
  public var description: String {
    let cells =
      [
        [String(fullParameters), PythonFormat.fixed(fullLogLikelihood, 3), "", "", "", ""]
      ]
      + term.indices.map { i in
        [
          String(parameters[i]), PythonFormat.fixed(logLikelihood[i], 3), PythonFormat.fixed(statistic[i], 4),
          String(df[i]), PythonFormat.general(p[i], 4),
          pMixture[i].isNaN ? "" : PythonFormat.general(pMixture[i], 4),
        ]
      }
    return SimpleTable(
      rows: cells, headers: ["npar", "logLik", "LRT", "df", "P>Chisq", "P>mixture"], stubs: ["<none>"] + term
    ).asText()
  }
}

extension MixedLMResults {
  /// Leaves out each term of the random effects and compares likelihoods, as `ranova` of lmerTest. Not in statsmodels.
  ///
  /// Of a block with several effects, each effect but the intercept is left out with its covariances; a block of one
  /// effect is left out as a whole. Each takes a fit; without a random effect left the model is that of least squares.
  /// - Throws: ``StatsModelsError`` for results read from a file, fits without an exact factorisation, and fits with held
  ///   parameters or penalties.
  public func ranova() throws -> RandomTermTests {
    let engine = try engine()
    guard restrictions.free == nil, restrictions.errorVariance == .profiled, penalty.value == 0,
      monteCarlo == nil
    else {
      throw StatsModelsError(
        .notAvailable,
        "terms of the random effects are tested in fits in which every parameter was estimated freely and exactly: fit "
          + "without held parameters and penalties, and with exact: true")
    }
    let full = Int(parameterCount)
    let reductions = specification.blocks.indices.filter { !heldBlocks.contains($0) }.flatMap(reductions)
    var likelihoods: [Double] = []
    for reduction in reductions {
      var blocks = specification.blocks
      if let block = reduction.remaining {
        blocks[reduction.block] = block
      } else {
        blocks.remove(at: reduction.block)
      }
      likelihoods.append(
        try specification.running { () throws(EngineError) in
          try logLikelihood(blocks: blocks, full: engine)
        })
    }
    let statistics = likelihoods.map { max(2 * (llf - $0), 0) }
    return RandomTermTests(
      term: reductions.map(\.name), parameters: reductions.map { full - $0.df }, logLikelihood: likelihoods,
      statistic: statistics, df: reductions.map(\.df),
      p: zip(statistics, reductions).map { ChiSquared(Double($1.df)).sf($0) },
      pMixture: zip(statistics, reductions).map { value, reduction in
        guard reduction.effects == 1 else { return .nan }
        let rest = reduction.df == 1 ? (value > 0 ? 0 : 1) : ChiSquared(Double(reduction.df - 1)).sf(value)
        return 0.5 * (rest + ChiSquared(Double(reduction.df)).sf(value))
      },
      fullLogLikelihood: llf, fullParameters: full)
  }

  /// The maximum with some blocks, or without any.
  private func logLikelihood(blocks: [RandomBlock], full: MixedModel) throws(EngineError) -> Double {
    let terms = blocks.enumerated().flatMap { $1.engineTerms(tie: $0) }
    if terms.isEmpty {
      return try full.logLikelihood(
        at: specification.engineTerms.map { Matrix(rows: $0.width, columns: $0.width) }, reml: reml)
    }
    let model = try MixedModel(
      response: specification.engineResponse, fixed: specification.exog, terms: terms,
      weights: specification.weights?.values, cells: specification.cells?.rows, options: engineOptions)
    return try model.fit(reml: reml).logLikelihood
  }

  /// A block without some of its effects.
  private struct Reduction {
    let block: Int
    let name: String
    /// Nil without any effect left.
    let remaining: RandomBlock?
    /// Number of effects and of parameters less.
    let effects: Int
    let df: Int
  }

  private func reductions(ofBlock position: Int) -> [Reduction] {
    let block = specification.blocks[position]
    let text = specification.termText(position)
    let count = layout.entries.count { $0.block == position && $0.engineIndex != nil }
    let parts = effectTerms(ofBlock: position)
    // a form of few parameters has the same ones with an effect less
    guard block.width > 1, block.parts.count == 1, parts.count > 1, block.covariance.form.reportsEntries
    else {
      return [Reduction(block: position, name: text, remaining: nil, effects: block.width, df: count)]
    }
    return parts.filter { !$0.isIntercept }.map { part in
      let kept = (0..<block.width).filter { !part.columns.contains($0) }
      var remaining = block
      remaining.names = kept.map { block.names[$0] }
      remaining.parts[0].columns = kept.map { block.parts[0].columns[$0] }
      let left = block.covariance.form.reported(width: kept.count).count
      return Reduction(
        block: position, name: "\(part.name) in \(text)", remaining: remaining,
        effects: block.width - kept.count, df: count - left)
    }
  }

  /// The terms of a block's effects that no other one contains, and its intercept.
  private func effectTerms(ofBlock position: Int) -> [(name: String, columns: [Int], isIntercept: Bool)] {
    let block = specification.blocks[position]
    let infos = specification.source?.effectInfos ?? []
    guard infos.indices.contains(position), let info = infos[position], let terms = info.terms,
      info.columnNames.count == block.width
    else { return block.names.enumerated().map { ($1, [$0], $1 == "Intercept") } }
    return zip(terms, info.termNameSlices).compactMap { term, slice in
      let own = Set(term.factors)
      if !own.isEmpty, terms.contains(where: { Set($0.factors).isStrictSuperset(of: own) }) { return nil }
      return (slice.name, Array(slice.slice), own.isEmpty)
    }
  }
}

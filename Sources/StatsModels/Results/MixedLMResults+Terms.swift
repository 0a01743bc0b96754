import Foundation
import LinearAlgebra
import MixedModels

/// One covariance block of a fitted model. Not in statsmodels.
public struct RandomEffectsTerm: Sendable {
  /// The factor as written (`school`, `school:class`), or the variance component's name.
  public let group: String
  /// Names of the effects, as patsy names the columns.
  public let names: [String]
  /// Covariance matrix of the effects in the response's units.
  public let covariance: LabeledMatrix
  /// Number of independent vectors of effects.
  public let levels: Int
  /// Whether the variance is held at zero because the data cannot identify it.
  public let isHeld: Bool

  /// Correlation matrix of the effects; nan where a variance is zero.
  public var correlation: LabeledMatrix {
    var result = covariance.values
    for i in names.indices {
      for j in names.indices {
        let product = covariance[i, i] * covariance[j, j]
        result[i, j] = product > 0 ? covariance[i, j] / product.squareRoot() : .nan
      }
    }
    return LabeledMatrix(index: names, columns: names, values: result)
  }
}

/// Predicted effects of all levels of a factor, with conditional standard errors. Not in statsmodels.
public struct RandomEffectsTable: Sendable {
  /// The factor as written.
  public let group: String
  /// Levels, sorted.
  public let labels: [GroupLabel]
  /// Effect names.
  public let names: [String]
  /// Conditional means, levels by effects.
  public let values: Matrix
  /// Conditional standard errors, the fixed effects taken as known.
  public let standardErrors: Matrix

  /// Effects of one level, nil if there is no such level.
  public subscript(label: GroupLabel) -> Series? {
    labels.firstIndex(of: label).map { Series(index: names, values: values.row($0)) }
  }

  /// Effects by level as text and name.
  public var table: LabeledMatrix {
    LabeledMatrix(index: labels.map(\.description), columns: names, values: values)
  }
}

extension RandomEffectsTable: CustomStringConvertible {
  /// The effects as pandas prints a data frame.
  public var description: String { table.description }
}

extension MixedLMResults {
  /// All covariance blocks, in the order of the model. Not in statsmodels.
  public var terms: [RandomEffectsTerm] {
    let held = heldBlocks
    return zip(specification.blocks.indices, relativeCovariances).map { position, relative in
      let block = specification.blocks[position]
      return RandomEffectsTerm(
        group: block.group, names: block.names,
        covariance: LabeledMatrix(
          index: block.names, columns: block.names, values: relative.mapElements { $0 * scale }),
        levels: block.levelCount, isHeld: held.contains(position))
    }
  }

  /// Predicted effects of the levels of a factor, over all terms of that factor. Not in statsmodels.
  ///
  /// - Parameters:
  ///   - group: the factor as written.
  ///   - levels: the levels wanted, in this order; nil for all, but for those that ``save(_:rows:)`` left out.
  /// - Returns: means and standard errors. Without an exact factor each standard error takes an iterative solve, and
  ///   those of all levels of a large factor are nan: ask for the levels that matter.
  /// - Throws: ``StatsModelsError`` when no term has this factor, or the factor lacks a level.
  public func randomEffects(of group: String, levels: [GroupLabel]? = nil) throws -> RandomEffectsTable {
    try specification.requireLevels("a predicted effect")
    let positions = specification.blocks.indices.filter {
      specification.blocks[$0].factor != nil && blockNames($0).contains(group)
    }
    guard let first = positions.first, let factor = specification.blocks[first].factor else {
      throw noEffects(of: group)
    }
    let modes = self.modes
    let names = positions.flatMap { specification.blocks[$0].names }
    let labels = factor.labels
    let wanted = try levels.map { try Self.positions(of: $0, among: labels, factor: group) }
    let hidden = specification.withheld?.effects[specification.firstTerm(of: first)] ?? []
    if let level = wanted?.first(where: hidden.contains) {
      throw StatsModelsError(
        .notAvailable,
        "the effects of the level '\(labels[level])' of '\(group)' are not in these results: they were saved without "
          + "rows, and too few rows have this level. Save with rows: true",
        values: [labels[level].description])
    }
    let rows = wanted ?? labels.indices.filter { !hidden.contains($0) }
    var values = Matrix(rows: rows.count, columns: names.count)
    var errors = values
    var column = 0
    for position in positions {
      let block = specification.blocks[position]
      let term = specification.firstTerm(of: position)
      let variances = try conditionalVariances(term: term, levels: wanted)
      let width = block.width
      for a in 0..<width {
        for (row, level) in rows.enumerated() where level < modes[term].rows {
          values[row, column] = modes[term][level, a]
          let place = (wanted == nil ? level : row) * width * width + a * width + a
          errors[row, column] = place < variances.count ? max(variances[place], 0).squareRoot() : .nan
        }
        column += 1
      }
    }
    return RandomEffectsTable(
      group: group, labels: rows.map { labels[$0] }, names: names, values: values, standardErrors: errors)
  }

  /// Why ``randomEffects(of:levels:)`` has nothing to give.
  func noEffects(of group: String) -> StatsModelsError {
    if specification.blocks.contains(where: { $0.isComponent && $0.group == group }) {
      return StatsModelsError(
        .invalidArgument,
        "'\(group)' is a variance component: its effects stand beside those of their group, in randomEffects",
        values: [group])
    }
    let known = specification.blocks.filter { $0.factor != nil }.map(\.group)
    let rest = known.isEmpty ? "the model has variance components only" : "there are \(shortList(known))"
    return StatsModelsError(.invalidArgument, "no random effects of '\(group)'; \(rest)", values: [group])
  }

  private static func positions(of levels: [GroupLabel], among labels: [GroupLabel], factor: String) throws
    -> [Int]
  {
    let places = Dictionary(labels.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    return try levels.map { level in
      guard let place = places[level] else {
        throw StatsModelsError(
          .unknownLevel, "'\(factor)' has no level \(level)", values: [level.description])
      }
      return place
    }
  }

  /// Conditional covariance blocks of a term at some levels, or all; empty where these are too many solves to make.
  func conditionalVariances(term: Int, levels: [Int]? = nil) throws -> [Double] {
    if specification.isRestored { return try savedVariances(term: term, levels: levels) }
    let engine = try engine()
    if levels == nil, !engine.holdsVariances(term: term) { return [] }
    return try cache.seconds.timing {
      try specification.running { () throws(EngineError) in
        try engine.conditionalVariances(estimate, term: term, levels: levels)
      }
    }
  }

  /// Those of all terms and levels, as files hold them; nil where there are none.
  var effectVariances: [[Double]]? {
    cache.effectVariances.value {
      if specification.isRestored { return nil }
      return specification.engineTerms.indices.map { (try? conditionalVariances(term: $0)) ?? [] }
    }
  }

  private func savedVariances(term: Int, levels: [Int]?) throws -> [Double] {
    guard let all = effectVariances, all.indices.contains(term) else {
      throw StatsModelsError(
        .notAvailable,
        "these results were saved by an earlier version, without the standard errors of effects: randomEffects gives "
          + "the effects alone, and the data fitted again both")
    }
    guard let levels, !all[term].isEmpty else { return all[term] }
    let size = all[term].count / specification.engineTerms[term].levelCount
    return levels.flatMap { all[term][$0 * size..<($0 + 1) * size] }
  }

  /// The names under which a block is found: its factor's, and its column's when labels were given.
  func blockNames(_ position: Int) -> [String] {
    let block = specification.blocks[position]
    if position == 0, specification.layout == .grouped {
      return [block.group, specification.groupName, specification.groupColumn].compactMap { $0 }
    }
    return [block.group]
  }

  /// Whether results are reported term by term, without top-level groups. Not in statsmodels.
  package var hasSeveralFactors: Bool { specification.layout == .severalFactors }

  /// Predicted effects of each level of the term at a position of ``terms``. Not in statsmodels.
  package func effects(ofTerm position: Int) -> [(label: GroupLabel, effects: Series)] {
    if specification.poolsLevels { return [] }
    let block = specification.blocks[position]
    let term = specification.firstTerm(of: position)
    let modes = self.modes
    if let factor = block.factor {
      return (0..<factor.levelCount).map {
        (factor.label($0), Series(index: block.names, values: modes[term].row($0)))
      }
    }
    let rows = model.groupRows
    return (0..<rows.count).flatMap { group in
      model.componentEffects(position, group: group, rows: rows).map { effect in
        let label = "\(specification.grouping.label(group)):\(effect.shortName)"
        let value = effect.level.map { modes[effect.term][$0, 0] } ?? 0
        return (.string(label), Series(index: block.names, values: [value]))
      }
    }
  }
}

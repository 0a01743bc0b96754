import LinearAlgebra
import OrderedCollections

extension MixedGLMResults {
  /// Modes of each group's random effects given the data: its own effects, then those of variance components.
  ///
  /// With several factors these are the levels of the `groups` factor, or of the first one;
  /// ``randomEffects(of:)`` has the effects of each factor.
  public var randomEffects: OrderedDictionary<GroupLabel, Series> {
    let rows = model.linear.groupRows
    var result: OrderedDictionary<GroupLabel, Series> = [:]
    result.reserveCapacity(rows.count)
    for group in 0..<rows.count {
      let effects = model.linear.effects(ofGroup: group, rows: rows)
      result[specification.grouping.label(group)] = Series(
        index: effects.map(\.name), values: effects.map(mode))
    }
    return result
  }

  /// Modes of one group's random effects, nil if there is no such group.
  public func randomEffects(for group: GroupLabel) -> Series? {
    guard let position = model.linear.groupPosition(of: group) else { return nil }
    let effects = model.linear.effects(ofGroup: position, rows: model.linear.groupRows)
    return Series(index: effects.map(\.name), values: effects.map(mode))
  }

  /// Modes of one group's random effects by a number, text or truth value in a variable.
  public func randomEffects(for group: some GroupLabelConvertible) -> Series? {
    randomEffects(for: group.groupLabel)
  }

  /// Conditional covariance matrix of each group's random effects: the curvature at the mode, the parameters taken as
  /// known; covariances between effects of different terms are zero here.
  public var randomEffectsCov: OrderedDictionary<GroupLabel, LabeledMatrix> {
    let rows = model.linear.groupRows
    var result: OrderedDictionary<GroupLabel, LabeledMatrix> = [:]
    for group in 0..<rows.count {
      let effects = model.linear.effects(ofGroup: group, rows: rows)
      let names = effects.map(\.name)
      var values = Matrix(rows: names.count, columns: names.count)
      for (i, a) in effects.enumerated() {
        for (j, b) in effects.enumerated() {
          guard a.term == b.term, let level = a.level, level == b.level else { continue }
          values[i, j] = conditional(term: a.term, level: level, a.column, b.column)
        }
      }
      result[specification.grouping.label(group)] = LabeledMatrix(
        index: names, columns: names, values: values)
    }
    return result
  }

  /// Modes of the levels of a factor, over all terms of that factor, with conditional standard errors.
  ///
  /// - Parameter group: the factor as written.
  /// - Throws: ``StatsModelsError`` when no term has this factor.
  public func randomEffects(of group: String) throws -> RandomEffectsTable {
    let own = [specification.groupName, specification.groupColumn].compactMap { $0 }
    let positions = specification.blocks.indices.filter { position in
      let block = specification.blocks[position]
      return block.factor != nil
        && (block.group == group || position == 0 && !hasSeveralFactors && own.contains(group))
    }
    guard let first = positions.first, let factor = specification.blocks[first].factor else {
      throw StatsModelsError(
        .invalidArgument,
        "no random effects of '\(group)'; there are "
          + shortList(specification.blocks.filter { $0.factor != nil }.map(\.group)), values: [group])
    }
    let names = positions.flatMap { specification.blocks[$0].names }
    var values = Matrix(rows: factor.levelCount, columns: names.count)
    var errors = values
    var column = 0
    for position in positions {
      let term = specification.firstTerm(of: position)
      let width = specification.blocks[position].width
      for a in 0..<width {
        for level in 0..<factor.levelCount {
          values[level, column] = estimate.effects[term][level * width + a]
          errors[level, column] = max(conditional(term: term, level: level, a, a), 0).squareRoot()
        }
        column += 1
      }
    }
    return RandomEffectsTable(
      group: group, labels: factor.labels, names: names, values: values, standardErrors: errors)
  }

  /// Modes of each level of the term at a position of ``terms``.
  package func effects(ofTerm position: Int) -> [(label: GroupLabel, effects: Series)] {
    let block = specification.blocks[position]
    let term = specification.firstTerm(of: position)
    if let factor = block.factor {
      let k = block.width
      return (0..<factor.levelCount).map {
        (
          factor.label($0),
          Series(index: block.names, values: Array(estimate.effects[term][$0 * k..<($0 + 1) * k]))
        )
      }
    }
    let rows = model.linear.groupRows
    return (0..<rows.count).flatMap { group in
      model.linear.componentEffects(position, group: group, rows: rows).map { effect in
        (
          .string("\(specification.grouping.label(group)):\(effect.shortName)"),
          Series(index: block.names, values: [mode(effect)])
        )
      }
    }
  }

  private func mode(_ effect: GroupEffect) -> Double {
    let width = specification.blocks[specification.blockOfTerm[effect.term]].width
    return effect.level.map { estimate.effects[effect.term][$0 * width + effect.column] } ?? 0
  }

  private func conditional(term: Int, level: Int, _ a: Int, _ b: Int) -> Double {
    let k = specification.blocks[specification.blockOfTerm[term]].width
    return estimate.effectCovariances[term][level * k * k + a + b * k]
  }
}

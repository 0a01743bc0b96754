import LinearAlgebra

/// One random effect of a group, with its place among the engine's terms.
struct GroupEffect: Sendable {
  /// Name in `randomEffects`: `Pig`, `cask[C(cask)[a]]`.
  let name: String
  /// Name of the column alone: `C(cask)[a]`.
  let shortName: String
  let term: Int
  /// Level of the term; nil for a column of zeros.
  let level: Int?
  /// Position among the effects of that level.
  let column: Int
}

extension MixedLM {
  /// All random effects of a group in statsmodels' order.
  func effects(ofGroup group: Int, rows: GroupRows) -> [GroupEffect] {
    var result: [GroupEffect] = []
    for block in specification.ownBlocks {
      let term = specification.firstTerm(of: block)
      for column in 0..<specification.blocks[block].width where result.count < exogReNames.count {
        let name = exogReNames[result.count]
        result.append(GroupEffect(name: name, shortName: name, term: term, level: group, column: column))
      }
    }
    for block in specification.blocks.indices where specification.blocks[block].isComponent {
      result += componentEffects(block, group: group, rows: rows)
    }
    return result
  }

  /// The effects of a variance component in a group.
  func componentEffects(_ block: Int, group: Int, rows: GroupRows) -> [GroupEffect] {
    let component = specification.blocks[block]
    let term = specification.firstTerm(of: block)
    guard let columns = component.component?.columns(ofGroup: group, rows: rows[group]) else { return [] }
    return columns.map {
      GroupEffect(
        name: "\(component.group)[\($0.name)]", shortName: $0.name, term: term + $0.part, level: $0.level,
        column: 0)
    }
  }

  /// The random design of some effects over given rows.
  func design(of effects: [GroupEffect], rows: [Int32]) -> Matrix {
    let parts = specification.blocks.flatMap(\.parts)
    var result = Matrix(rows: rows.count, columns: effects.count)
    for (j, effect) in effects.enumerated() {
      guard let level = effect.level else { continue }
      let part = parts[effect.term]
      for (i, row) in rows.enumerated() where Int(part.codes[Int(row)]) == level {
        result[i, j] = part.columns[effect.column]?[Int(row)] ?? 1
      }
    }
    return result
  }

  /// Position of a group by its label.
  func groupPosition(of label: GroupLabel) -> Int? {
    if specification.poolsLevels { return nil }
    var low = 0
    var high = nGroups
    // Labels are sorted, except for interactions, whose labels are joined texts.
    while low < high {
      let middle = (low + high) / 2
      if specification.grouping.label(middle) < label { low = middle + 1 } else { high = middle }
    }
    if low < nGroups, specification.grouping.label(low) == label { return low }
    return groupLabels.firstIndex(of: label)
  }
}

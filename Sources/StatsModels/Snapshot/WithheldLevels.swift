import MixedModels

/// Levels of which a file without rows must not tell, because what it would tell of them is a row.
///
/// A level's predicted effects are k sums of its residuals, and its part of Z'Z holds up to 2k − 1 sums of powers of a
/// regressor: as many rows can be solved for. Hence numbers about at least 2k + 1 rows only, and never about fewer than
/// three, the smallest count that rules of statistical disclosure allow.
struct WithheldLevels {
  /// Per engine term: the levels with too few rows.
  private(set) var effects: [Set<Int>]
  /// Per engine term: these, and all that share rows with them, whose joint errors would tell of them.
  private(set) var errors: [Set<Int>]

  /// Fewest rows of a level with k effects.
  static func fewest(width: Int) -> Int { max(3, 2 * width + 1) }

  /// - Parameters:
  ///   - terms: levels of each row.
  ///   - rows: number of rows; where a term lacks its levels, all of them are withheld.
  ///   - cells: what the rows stand for, where they are no single observations.
  init(_ terms: [RandomTerm], rows: Int, cells: CellModel? = nil) {
    let observations = cells?.observations
    effects = terms.map { term in
      guard term.codes.count == rows else { return Set(0..<term.levelCount) }
      var counts = [Int](repeating: 0, count: term.levelCount)
      for (row, code) in term.codes.enumerated() where code >= 0 {
        counts[Int(code)] += observations?[row] ?? 1
      }
      return Set(counts.indices.filter { counts[$0] < Self.fewest(width: term.width) })
    }
    errors = effects
    guard terms.allSatisfy({ $0.codes.count == rows }) else {
      errors = terms.map { Set(0..<$0.levelCount) }
      return
    }
    spread(terms, rows: rows, observations: observations)
  }

  /// Levels that meet in a row belong together; a set of them with a count that is too small is withheld as a whole.
  private mutating func spread(_ terms: [RandomTerm], rows: Int, observations: [Int]?) {
    var starts = [0]
    for term in terms { starts.append(starts[starts.count - 1] + term.levelCount) }
    var sets = DisjointSets(count: starts[terms.count])
    var isBad = Set<Int>()
    for a in terms.indices {
      for b in terms.indices where b > a {
        let fewest = Self.fewest(width: max(terms[a].width, terms[b].width))
        var cells: [Int: Int] = [:]
        for i in 0..<rows where terms[a].codes[i] >= 0 && terms[b].codes[i] >= 0 {
          cells[Int(terms[a].codes[i]) * terms[b].levelCount + Int(terms[b].codes[i]), default: 0] +=
            observations?[i] ?? 1
        }
        for (cell, count) in cells {
          let (left, right) = (cell / terms[b].levelCount, cell % terms[b].levelCount)
          sets.join(starts[a] + left, starts[b] + right)
          if count < fewest { isBad.insert(starts[a] + left) }
        }
      }
      for level in effects[a] { isBad.insert(starts[a] + level) }
    }
    let roots = Set(isBad.map { sets.root($0) })
    for a in terms.indices {
      errors[a] = Set((0..<terms[a].levelCount).filter { roots.contains(sets.root(starts[a] + $0)) })
    }
  }
}

/// Sets that are joined step by step.
private struct DisjointSets {
  private var parent: [Int]

  init(count: Int) { parent = Array(0..<count) }

  mutating func root(_ element: Int) -> Int {
    var place = element
    while parent[place] != place {
      parent[place] = parent[parent[place]]
      place = parent[place]
    }
    return place
  }

  mutating func join(_ a: Int, _ b: Int) { parent[root(a)] = root(b) }
}

extension MixedLMResults {
  /// What a file without rows leaves out; of results that were read without rows, what was left out before.
  func withheldLevels() -> WithheldLevels {
    if specification.isWithoutRows, let known = specification.withheld { return known }
    return WithheldLevels(
      specification.engineTerms, rows: specification.endog.count, cells: specification.cells)
  }

  /// ``randomEffects`` with nan for the effects of withheld levels.
  func randomEffects(without levels: WithheldLevels?) -> OrderedDictionary<GroupLabel, Series> {
    guard let levels else { return randomEffects }
    return masked(randomEffects) { effects, values in
      Series(
        index: values.index,
        values: zip(effects, values.values).map { levels.hides($0, errors: false) ? .nan : $1 })
    }
  }

  /// ``randomEffectsCov`` with nan for withheld levels.
  func randomEffectsCov(without levels: WithheldLevels?) -> OrderedDictionary<GroupLabel, LabeledMatrix> {
    guard let levels else { return randomEffectsCov }
    return masked(randomEffectsCov) { effects, matrix in
      guard effects.contains(where: { levels.hides($0, errors: false) }) else { return matrix }
      return LabeledMatrix(
        index: matrix.index, columns: matrix.columns, values: matrix.values.mapElements { _ in .nan })
    }
  }

  private func masked<Value>(
    _ values: OrderedDictionary<GroupLabel, Value>, _ change: ([GroupEffect], Value) -> Value
  ) -> OrderedDictionary<GroupLabel, Value> {
    let rows = model.groupRows
    var result = values
    for group in 0..<rows.count {
      let label = specification.grouping.label(group)
      if let value = values[label] {
        result[label] = change(model.effects(ofGroup: group, rows: rows), value)
      }
    }
    return result
  }
}

extension WithheldLevels {
  /// Whether an effect belongs to a withheld level.
  func hides(_ effect: GroupEffect, errors wantsErrors: Bool) -> Bool {
    let sets = wantsErrors ? errors : effects
    return effect.level.map { sets.indices.contains(effect.term) && sets[effect.term].contains($0) } ?? false
  }

  /// Levels as a file lists them.
  init(_ saved: SnapshotState.Withheld) {
    effects = saved.effects.map { Set($0.map(Int.init)) }
    errors = saved.errors.map { Set($0.map(Int.init)) }
  }

  /// The form of a file.
  var saved: SnapshotState.Withheld {
    func lists(_ sets: [Set<Int>]) -> [[Int32]] {
      sets.map { $0.sorted().map { Int32(truncatingIfNeeded: $0) } }
    }
    return SnapshotState.Withheld(effects: lists(effects), errors: lists(errors))
  }
}

/// The ways to pick one column of each factor of a block: the leftmost factor varies fastest.
enum ColumnCombinations {
  /// How many columns each factor of the block contributes.
  static func counts(of subterm: SubtermInfo, _ infos: [EvalFactor: FactorInfo]) -> [Int] {
    subterm.factors.map {
      subterm.contrastMatrices[$0]?.columnSuffixes.count ?? infos[$0]?.numColumns ?? 1
    }
  }

  /// Calls `body` with each combination.
  static func forEach(_ counts: [Int], _ body: ([Int]) throws -> Void) rethrows {
    guard counts.allSatisfy({ $0 > 0 }) else { return }
    var current = [Int](repeating: 0, count: counts.count)
    while true {
      try body(current)
      guard let next = counts.indices.first(where: { current[$0] + 1 < counts[$0] }) else { return }
      current[next] += 1
      for earlier in 0..<next { current[earlier] = 0 }
    }
  }

  /// The names of a block's columns.
  static func names(of subterm: SubtermInfo, _ infos: [EvalFactor: FactorInfo]) -> [String] {
    let counts = counts(of: subterm, infos)
    let pieces = zip(subterm.factors, counts).map { factor, count -> [String] in
      if let contrast = subterm.contrastMatrices[factor] {
        return contrast.columnSuffixes.map { factor.name + $0 }
      }
      return count > 1 ? (0..<count).map { "\(factor.name)[\($0)]" } : [factor.name]
    }
    var names: [String] = []
    forEach(counts) { columns in
      let name = zip(pieces, columns).map { $0[$1] }.joined(separator: ":")
      names.append(subterm.factors.isEmpty ? "Intercept" : name)
    }
    return names
  }
}

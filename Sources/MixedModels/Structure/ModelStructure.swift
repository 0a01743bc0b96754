/// The factors of a model and their place in the elimination.
///
/// `chain` lists nested factors, finest first, each level of one lying in one level of the next: they are
/// eliminated in closed form, without fill. `trailing` lists the factors that cross them.
///
/// The folder: what follows from codes and columns alone, whatever the response: which factors nest, which way the model is
/// computed (``Plan``), what its data identify (``Identification``).
struct ModelStructure: Sendable {
  var factors: [Factor]
  /// Factors of the chain, finest first.
  var chain: [Int]
  /// For each but the last member of the chain, the level of the next member that contains each level.
  var parents: [[Int32]]
  /// The other factors.
  var trailing: [Int]
  /// Terms whose variance is held at zero.
  var held: [HeldTerm]

  /// - Parameter holdsRowEffects: whether an effect for each row is the residual once more; false for responses whose
  ///   variance is known.
  init(
    terms: [RandomTerm], table: RegressorTable, keepsAll: Bool = false, holdsRowEffects: Bool = true
  ) {
    held = keepsAll ? [] : Self.unidentifiable(terms: terms, table: table)
    if !holdsRowEffects { held.removeAll { $0.reason == .oneLevelPerRow } }
    factors = Self.merge(terms: terms, skipping: Set(held.map(\.term)))
    let redundant = keepsAll ? [] : Self.redundant(terms: terms, factors: factors, table: table)
    if !redundant.isEmpty {
      held += redundant
      held.sort { $0.term < $1.term }
      factors = Self.merge(terms: terms, skipping: Set(held.map(\.term)))
    }
    chain = []
    parents = []
    trailing = []
    arrange()
  }

  /// Moves every chain member but the finest `kept` to the trailing factors; at most one can stay.
  mutating func shortenChain(to kept: Int = 1) {
    trailing = (chain.dropFirst(kept) + trailing).sorted()
    chain = Array(chain.prefix(kept))
    parents = []
  }

  /// The factor with the most levels leads; coarser factors that contain it follow, the rest trails.
  private mutating func arrange() {
    let order = factors.indices.sorted {
      (factors[$0].levelCount, -$0) > (factors[$1].levelCount, -$1)
    }
    guard let leader = order.first else { return }
    chain = [leader]
    var last = leader
    for candidate in order.dropFirst() {
      if let parent = Factor.nesting(of: factors[last], in: factors[candidate]) {
        chain.append(candidate)
        parents.append(parent)
        last = candidate
      } else {
        trailing.append(candidate)
      }
    }
  }

  private static func merge(terms: [RandomTerm], skipping skipped: Set<Int>) -> [Factor] {
    var factors: [Factor] = []
    for (t, term) in terms.enumerated() where !skipped.contains(t) {
      var placed = false
      for f in factors.indices {
        guard
          let map = Factor.bijection(
            term.codes, term.levelCount, factors[f].codes, factors[f].levelCount)
        else { continue }
        factors[f].append(term: t, width: term.width, levelMap: map)
        placed = true
        break
      }
      if !placed {
        var factor = Factor(codes: term.codes, levelCount: term.levelCount)
        factor.append(term: t, width: term.width, levelMap: nil)
        factors.append(factor)
      }
    }
    return factors
  }

  /// One-level and one-row-per-level factors that the fixed effects or the residual already describe.
  private static func unidentifiable(terms: [RandomTerm], table: RegressorTable) -> [HeldTerm] {
    let fixedEntries = Set(table.fixed.map(\.entry))
    return terms.enumerated().compactMap { t, term in
      guard term.tie == nil else { return nil }
      let entries = table.random[t].map(\.entry)
      if Factor.hasOneLevel(term.codes), entries.allSatisfy(fixedEntries.contains) {
        return HeldTerm(term: t, reason: .oneLevel)
      }
      if entries == [0], separatesObservations(term, table: table) {
        return HeldTerm(term: t, reason: .oneLevelPerRow)
      }
      return nil
    }
  }

  /// Whether every observation has a level of its own, and known weights do not tell its variance from the residual's.
  private static func separatesObservations(_ term: RandomTerm, table: RegressorTable) -> Bool {
    if let cells = table.cells {
      return !cells.isWeighted && term.levelCount >= cells.observations
        && Set(term.codes).count { $0 >= 0 } == cells.observations
    }
    return table.roots.map { roots in roots.allSatisfy { $0 == roots[0] } } ?? true
      && Factor.hasOneLevelPerRow(term.codes, levelCount: term.levelCount)
  }

  /// Terms that describe no more than another term over the same partition.
  private static func redundant(
    terms: [RandomTerm], factors: [Factor], table: RegressorTable
  ) -> [HeldTerm] {
    var result: [HeldTerm] = []
    for factor in factors {
      for t in factor.terms where terms[t].tie == nil {
        let mine = Set(table.random[t].map(\.entry))
        let rival = factor.terms.first { s in
          guard s != t, terms[s].tie == nil, !result.contains(where: { $0.term == s }) else { return false }
          let theirs = Set(table.random[s].map(\.entry))
          guard mine.isSubset(of: theirs) else { return false }
          let (own, other) = (form(of: terms[t]), form(of: terms[s]))
          if mine != theirs { return other.absorbsPart(own, width: terms[t].width) }
          // Of two terms over the same columns the more general stays, then the earlier.
          return other.absorbs(own) && (s < t || !own.absorbs(other))
        }
        if let rival { result.append(HeldTerm(term: t, reason: .coincides(with: rival))) }
      }
    }
    return result
  }

  /// The form of a term; that of a lone effect is the most general.
  private static func form(of term: RandomTerm) -> any CovarianceForm {
    term.width == 1 ? RandomTerm.Covariance.unstructured.form : term.covariance.form
  }
}

/// Chooses full or reduced coding for the categorical factors of each term.
///
/// A term stands for all vectors that its factors' levels span, also those spanned by terms before it. It is
/// split into subterms, one for each subset of its categorical factors, each with reduced coding; those that
/// were used before are left out; the rest are merged again (`1 + a-` is `a` in full coding).
///
/// Source: J. M. Chambers, T. J. Hastie, Statistical Models in S (1992), section 2.4.
struct Redundancy {
  /// The coding of one subterm: for each of its categorical factors, whether the coding is full.
  typealias Coding = [EvalFactor: Bool]

  /// More categorical factors in one term than this cannot be handled: the work grows as their power set.
  private static let factorLimit = 12

  private var used: Set<Set<EvalFactor>> = []

  /// A subset of the term's factors as bits: those in reduced and those in full coding.
  private struct Subterm {
    var reduced: UInt32
    var full: UInt32

    /// Whether `other` is this with one reduced factor left out.
    func absorbs(_ other: Subterm) -> Bool {
      full == other.full && reduced & other.reduced == other.reduced
        && (reduced ^ other.reduced).nonzeroBitCount == 1
    }

    /// The two merged: the factor that `other` lacks gets full coding.
    func absorbing(_ other: Subterm) -> Subterm {
      Subterm(reduced: other.reduced, full: full | (reduced ^ other.reduced))
    }
  }

  /// The codings of a term's subterms, given the terms that came before.
  ///
  /// - Parameter factors: the term's categorical factors.
  ///
  /// Python: patsy.redundancy.pick_contrasts_for_term
  mutating func codings(of factors: [EvalFactor]) throws(PatsyError) -> [Coding] {
    guard factors.count <= Self.factorLimit else {
      throw PatsyError(
        "a term has \(factors.count) categorical factors, more than \(Self.factorLimit)",
        origin: Origin.combine(factors.map(\.origin)))
    }
    func members(_ bits: UInt32) -> [EvalFactor] {
      factors.indices.filter { bits & (1 << UInt32($0)) != 0 }.map { factors[$0] }
    }
    var subterms: [Subterm] = []
    for bits in Self.subsets(of: factors.count) where used.insert(Set(members(bits))).inserted {
      subterms.append(Subterm(reduced: bits, full: 0))
    }
    while Self.simplifyOnce(&subterms) {}
    return subterms.map { subterm in
      var coding: Coding = [:]
      for factor in members(subterm.reduced) { coding[factor] = false }
      for factor in members(subterm.full) { coding[factor] = true }
      return coding
    }
  }

  /// All subsets of `count` positions: short ones first, then in the order of their positions.
  private static func subsets(of count: Int) -> [UInt32] {
    let all = Array(UInt32(0)..<(UInt32(1) << UInt32(count)))
    func positions(_ bits: UInt32) -> [Int] { (0..<count).filter { bits & (1 << UInt32($0)) != 0 } }
    return all.map { (bits: $0, positions: positions($0)) }
      .sorted {
        $0.positions.count != $1.positions.count
          ? $0.positions.count < $1.positions.count
          : $0.positions.lexicographicallyPrecedes($1.positions)
      }
      .map(\.bits)
  }

  /// Merges the first subterm that a later one absorbs; false when there is none.
  private static func simplifyOnce(_ subterms: inout [Subterm]) -> Bool {
    for short in subterms.indices {
      for long in subterms.indices.dropFirst(short + 1) where subterms[long].absorbs(subterms[short]) {
        subterms[long] = subterms[long].absorbing(subterms[short])
        subterms.remove(at: short)
        return true
      }
    }
    return false
  }
}

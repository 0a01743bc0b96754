/// The interaction of a set of factors; with no factor, the intercept.
///
/// Terms are equal when they have the same factors in any order; the order written first is kept for names.
///
/// Python: patsy.Term
public struct Term: Sendable, Hashable, CustomStringConvertible {
  /// The factors, each once, in the order written.
  ///
  /// Python: Term.factors
  public let factors: [EvalFactor]

  /// The interaction of `factors`; repetitions are dropped.
  ///
  /// Python: Term.__init__
  public init(_ factors: [EvalFactor]) { self.factors = factors.uniqued() }

  /// The term without factors.
  ///
  /// Python: patsy.INTERCEPT
  public static let intercept = Term([])

  /// The factors' names joined by ":", or "Intercept".
  ///
  /// Python: Term.name
  public var name: String {
    factors.isEmpty ? "Intercept" : factors.map(\.name).joined(separator: ":")
  }

  /// The term's name.
  public var description: String { name }

  /// Equality as sets of factors.
  public static func == (a: Term, b: Term) -> Bool {
    a.factors.count == b.factors.count && Set(a.factors) == Set(b.factors)
  }

  /// Hashes the set of factors.
  public func hash(into hasher: inout Hasher) { hasher.combine(Set(factors)) }
}

extension Sequence where Element: Hashable {
  /// The elements without repetitions, in order of first appearance.
  func uniqued() -> [Element] {
    var seen = Set<Element>()
    return filter { seen.insert($0).inserted }
  }
}

/// Why a model cannot be built or fitted. Indices are positions in the caller's input.
package enum EngineError: Error, Sendable, Equatable {
  /// The data hold no rows.
  case noRows
  /// An input has `count` values where the response has `expected`.
  case lengthMismatch(input: String, count: Int, expected: Int)
  /// A response value is nan or infinite.
  case nonFiniteResponse(row: Int)
  /// A value of a fixed-effects column is nan or infinite.
  case nonFiniteFixed(column: Int, row: Int)
  /// A value of a random-effects regressor is nan or infinite.
  case nonFiniteRandom(term: Int, column: Int, row: Int)
  /// A prior weight is not a positive number.
  case invalidWeight(row: Int)
  /// All response values are equal.
  case constantResponse(value: Double)
  /// The fixed effects explain the response exactly: the residual variance is zero.
  case perfectFit
  /// There are no more rows than independent fixed effects.
  case noResidualDegreesOfFreedom(rows: Int, rank: Int)
  /// No random term is left that the data can tell from the rest of the model.
  case nothingIdentifiable([HeldTerm])
  /// The factorisation needs more memory than there is.
  case insufficientMemory(MemoryEstimate)
  /// So many predictions need an iterative solve each.
  case tooManySolves(count: Int, limit: Int)
  /// Sums over the rows overflow although the inputs are finite.
  case overflow
  /// Columns of the fixed effects are too nearly dependent to be told apart.
  case nearlyDependent
  /// At some covariances double precision does not hold what is left of the data: a factor is not positive definite.
  case unresolved
  /// Estimates in the caller's units are larger than the largest number or smaller than the smallest.
  case unrepresentable
  /// A level of a term lies in several clusters.
  case crossesClusters(term: Int)
  /// A point where -2 log L lies below that of the estimate.
  case betterOptimum(rise: Double)
  /// The fit was cancelled.
  case cancelled

  /// Whether more digits may do where doubles do not.
  var isUnresolved: Bool { self == .perfectFit || self == .unresolved }
}

/// A term whose variance is held at zero since the data cannot identify it.
package struct HeldTerm: Sendable, Equatable {
  /// What makes the term unidentifiable.
  package enum Reason: Sendable, Equatable {
    /// It describes the same effects as another term.
    case coincides(with: Int)
    /// Its factor has one level and the fixed effects already contain its column.
    case oneLevel
    /// Its factor has a level for every row: it is confounded with the residual.
    case oneLevelPerRow
  }
  /// Position of the term.
  package let term: Int
  /// What makes it unidentifiable.
  package let reason: Reason

  package init(term: Int, reason: Reason) {
    self.term = term
    self.reason = reason
  }
}

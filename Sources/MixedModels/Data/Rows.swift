import Foundation
package import LinearAlgebra

/// The data of a model, row by row: y = X b + Σ_t Z_t u_t + e with Var e = σ² W⁻¹, W the prior weights.
///
/// The folder: the rows, and whoever sums over them; what comes after works on sums (Engine.md says who still needs rows).
package struct Rows: Sendable {
  /// y, n values.
  package let response: [Double]
  /// X, n × p; columns may depend on others.
  package let fixed: Matrix
  package private(set) var terms: [RandomTerm]
  /// w > 0 of each row; nil where all are 1.
  package let weights: [Double]?
  /// √w of each row: a row times √w has a residual of variance σ².
  let roots: [Double]?
  /// Σ log w; with correlated residuals the log-determinant of their inverse covariance over σ².
  let logWeights: Double
  /// What the rows are where they are no single observations.
  package let cells: CellRows?

  /// Number of rows.
  var count: Int { response.count }
  /// n, the number of observations that the rows stand for.
  var observations: Int { cells?.observations ?? count }
  /// √w of one row.
  func root(_ row: Int) -> Double { roots?[row] ?? 1 }

  /// - Throws: ``EngineError`` for no rows, lengths that differ, weights that are not positive, a constant response.
  package init(
    response: [Double], fixed: Matrix, terms: [RandomTerm], weights: [Double]? = nil, cells: CellRows? = nil
  ) throws(EngineError) {
    self.response = response
    self.cells = cells
    self.fixed = fixed
    self.terms = terms
    let n = response.count
    if let weights {
      guard weights.count == n else {
        throw .lengthMismatch(input: "weights", count: weights.count, expected: n)
      }
      if let row = weights.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
        throw .invalidWeight(row: row)
      }
    }
    let isWeighted = weights?.contains { $0 != 1 } ?? false
    self.weights = isWeighted ? weights : nil
    roots = self.weights?.map { $0.squareRoot() }
    logWeights = cells?.logWeights ?? self.weights?.reduce(0) { $0 + log($1) } ?? 0
    guard n > 0 else { throw .noRows }
    if let cells, cells.ones.count != n {
      throw .lengthMismatch(input: "column of ones", count: cells.ones.count, expected: n)
    }
    guard fixed.rows == n || fixed.columns == 0 else {
      throw .lengthMismatch(input: "fixed effects", count: fixed.rows, expected: n)
    }
    for (t, term) in terms.enumerated() {
      guard term.codes.count == n else {
        throw .lengthMismatch(input: "codes of term \(t)", count: term.codes.count, expected: n)
      }
      for case let column? in term.columns where column.count != n {
        throw .lengthMismatch(input: "regressors of term \(t)", count: column.count, expected: n)
      }
    }
    if let first = response.first, first.isFinite,
      cells.map({ zip(response, $0.ones).allSatisfy { $0 == first * $1 } })
        ?? response.allSatisfy({ $0 == first })
    {
      throw .constantResponse(value: first)
    }
  }

  /// Rows that were made of checked ones: all weights 1, the log-determinant given.
  init(response: [Double], fixed: Matrix, terms: [RandomTerm], logWeights: Double) {
    self.response = response
    self.fixed = fixed
    self.terms = terms
    self.logWeights = logWeights
    weights = nil
    roots = nil
    cells = nil
  }

  /// The same design with another response.
  func replacing(response: [Double]) throws(EngineError) -> Rows {
    try Rows(response: response, fixed: fixed, terms: terms, weights: weights, cells: cells)
  }

  /// The same rows with other random effects.
  func replacing(terms: [RandomTerm]) -> Rows {
    var result = self
    result.terms = terms
    return result
  }

  /// Names the first number that is not finite.
  func findNonFinite() throws(EngineError) {
    if let row = response.firstIndex(where: { !$0.isFinite }) { throw .nonFiniteResponse(row: row) }
    if let index = fixed.storage.firstIndex(where: { !$0.isFinite }) {
      throw .nonFiniteFixed(column: index / fixed.rows, row: index % fixed.rows)
    }
    for (t, term) in terms.enumerated() {
      for (c, column) in term.columns.enumerated() {
        if let row = column?.firstIndex(where: { !$0.isFinite }) {
          throw .nonFiniteRandom(term: t, column: c, row: row)
        }
      }
    }
  }
}

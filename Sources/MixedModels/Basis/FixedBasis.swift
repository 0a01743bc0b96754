import Foundation
internal import LinearAlgebra

/// An orthonormal basis of the fixed effects and the residual of the response on it.
///
/// With v the entries of a regressor table, X̃ = v Q has X̃'X̃ = I, X = X̃ (N⁻¹) on the kept columns, and the
/// standardised response is ẽ = (v_y − X̃ X̃'v_y) / spread. The model in (X̃, ẽ) is the model in (X, y).
///
/// The folder: columns in which nothing is ill-conditioned, for the fixed effects here and for each factor's regressors in
/// ``FactorBasis``, and the way back to the caller's columns.
struct FixedBasis: Sendable {
  /// Kept columns of X, the constant first when there is one.
  let kept: [Int]
  /// Positions in ``kept`` by ascending column.
  let order: [Int]
  /// Columns of X that depend on kept ones.
  var aliased: [Int]
  /// Q, table entries × rank.
  var coefficients: Matrix
  /// The table's coefficients of ẽ.
  var response: [Double]
  /// N: user coefficients = `origin` + `unit` · N · internal coefficients, on the kept columns.
  var toUser: Matrix
  var origin: [Double]
  /// log |det N|.
  var logDeterminant: Double
  /// Size of one unit of ẽ in the response's own units.
  var unit: Double
  /// Rank of X.
  var rank: Int { kept.count }

  /// What the Gram matrix alone can tell of the basis.
  enum Outcome: Sendable {
    case basis(FixedBasis)
    /// Too ill-conditioned for cross-products: the data must be orthonormalised first.
    case needsRefinement
  }

  /// Squared relative length below which a column's residual is not trusted to cross-products.
  private static let refinementThreshold = 1e-4
  /// Squared relative length below which a column is dependent (lme4 uses 1e-7 on lengths).
  static let dependenceThreshold = 1e-14
  /// Share of the response's sum of squares left after regression that cross-products still resolve.
  private static let residualThreshold = 1e-4

  /// Basis from the table's Gram matrix; `earlier` is the basis the table's fixed columns came from.
  static func build(
    gram: Matrix, table: RegressorTable, after earlier: Refinement?
  ) throws(EngineError) -> Outcome {
    let count = table.fixed.count
    var order = Array(0..<count)
    if let constant = table.fixed.firstIndex(where: { $0.entry == 0 && $0.constant != 0 }) {
      order.remove(at: constant)
      order.insert(constant, at: 0)
    }
    let entries = order.map { table.fixed[$0].entry }
    let zeros = order.filter { table.fixed[$0].entry == 0 && table.fixed[$0].constant == 0 }
    var rows: [[Double]] = []
    var kept: [Int] = []
    var aliased = zeros
    // Row-wise Cholesky: rows[j] is column j of R up to its diagonal.
    for (position, j) in order.enumerated() where !zeros.contains(j) {
      let e = entries[position]
      var row: [Double] = []
      var rest = gram[e, e]
      for (i, other) in kept.enumerated() {
        let f = table.fixed[other].entry
        var value = gram[f, e]
        for s in 0..<i { value -= rows[i][s] * row[s] }
        value /= rows[i][i]
        row.append(value)
        rest -= value * value
      }
      if gram[e, e] <= 0 {
        aliased.append(j)
        continue
      }
      if earlier == nil, rest < refinementThreshold * gram[e, e] { return .needsRefinement }
      row.append(max(rest, .leastNonzeroMagnitude).squareRoot())
      rows.append(row)
      kept.append(j)
    }
    let rank = kept.count
    var r = Matrix(rows: rank, columns: rank)
    for (j, row) in rows.enumerated() { for (i, value) in row.enumerated() { r[i, j] = value } }
    let inverse = upperInverse(r)

    let width = table.width
    var q = Matrix(rows: width, columns: rank)
    for (i, j) in kept.enumerated() {
      for c in 0..<rank { q[table.fixed[j].entry, c] += inverse[i, c] }
    }
    let y = table.response.entry
    let projections = (0..<rank).map { c in (0..<width).reduce(0.0) { $0 + q[$1, c] * gram[$1, y] } }
    let total = gram[y, y]
    let explained = projections.reduce(0) { $0 + $1 * $1 }
    if earlier == nil, rank > 0, total - explained < residualThreshold * total { return .needsRefinement }

    let degrees = Double(max(table.observations - rank, 1))
    let spread = (max(total - explained, 0) / degrees).squareRoot()
    guard spread.isFinite else { throw .overflow }
    guard spread > 0 else { throw .perfectFit }
    var response = [Double](repeating: 0, count: width)
    response[y] = 1 / spread
    for c in 0..<rank { for e in 0..<width { response[e] -= q[e, c] * projections[c] / spread } }

    var change = BasisChange(table: table, kept: kept, upper: r, projections: projections)
    if let earlier { change = change.following(earlier.change, unit: earlier.unit) }
    let responseScale = table.columns[y - 1].scale
    let own = earlier.map { e in kept.map { e.kept[$0] } } ?? kept
    return .basis(
      FixedBasis(
        kept: own, order: own.indices.sorted { own[$0] < own[$1] },
        aliased: (earlier?.aliased ?? aliased).sorted(), coefficients: q, response: response,
        toUser: change.toUser, origin: change.origin, logDeterminant: change.logDeterminant,
        unit: spread / responseScale * (earlier?.unit ?? 1)))
  }

  /// The inverse of an upper triangular matrix.
  static func upperInverse(_ r: Matrix) -> Matrix {
    let n = r.rows
    var inverse = Matrix(rows: n, columns: n)
    for c in 0..<n {
      inverse[c, c] = 1 / r[c, c]
      for i in stride(from: c - 1, through: 0, by: -1) {
        var sum = 0.0
        for s in i + 1...c { sum += r[i, s] * inverse[s, c] }
        inverse[i, c] = -sum / r[i, i]
      }
    }
    return inverse
  }
}

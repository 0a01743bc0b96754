import Foundation
internal import LinearAlgebra

/// Orthonormal fixed-effects columns and the response's residual, computed on the data themselves.
///
/// Needed where cross-products cancel: nearly dependent columns, or a response whose residual is a small
/// part of it. With prior weights rows count times √w. Gram–Schmidt applied twice leaves columns orthonormal to rounding.
struct Refinement: Sendable {
  /// Kept columns of X in elimination order.
  var kept: [Int]
  /// Columns of X that depend on kept ones.
  var aliased: [Int]
  /// The orthonormal columns, divided by √n so that their entries are near 1.
  var columns: [[Double]]
  /// The residual of the response, in `unit`s.
  var residual: [Double]
  /// From coefficients of `columns` to coefficients of the kept columns of X.
  var change: BasisChange
  var unit: Double

  /// Share that a column's spread is of its size above which it is more than the rounding of its values.
  private static let resolvedSpread = 1e-12

  init(table: RegressorTable) throws(EngineError) {
    let n = table.rowCount
    let constant = table.fixed.firstIndex { $0.entry == 0 && $0.constant != 0 }
    var order = Array(table.fixed.indices)
    if let constant {
      order.remove(at: constant)
      order.insert(constant, at: 0)
    }
    var basis: [[Double]] = []
    var r: [[Double]] = []
    kept = []
    aliased = []
    for j in order {
      let reference = table.fixed[j]
      var column = table.weightedValues(of: reference.entry)
      let length = Self.norm(column)
      if reference == RegressorTable.Reference(entry: 0, constant: 0) || length == 0 {
        aliased.append(j)
        continue
      }
      // A column far from its origin, as a time stamp is, is measured from its mean where there is a constant.
      var size = length
      if constant != nil, let ones = basis.first {
        var centred = column
        _ = Self.orthogonalize(&centred, against: [ones])
        let spread = Self.norm(centred)
        if spread > Self.resolvedSpread * length { size = spread }
      }
      let coefficients = Self.orthogonalize(&column, against: basis)
      let rest = Self.norm(column)
      if rest * rest < FixedBasis.dependenceThreshold * size * size {
        aliased.append(j)
        continue
      }
      // ‖q‖² = n keeps entries near 1.
      let norm = rest / Double(n).squareRoot()
      for i in column.indices { column[i] /= norm }
      basis.append(column)
      r.append(coefficients + [norm])
      kept.append(j)
    }
    let rank = kept.count
    var upper = Matrix(rows: rank, columns: rank)
    for (j, row) in r.enumerated() { for (i, value) in row.enumerated() { upper[i, j] = value } }

    let y = table.columns[table.response.entry - 1]
    var residual = table.weightedValues(of: table.response.entry)
    let largest = residual.reduce(0) { max($0, abs($1)) } + abs(y.shift) * y.scale * (table.roots?.max() ?? 1)
    let projection = Self.orthogonalize(&residual, against: basis)
    let spread = Self.norm(residual) / Double(max(table.observations - rank, 1)).squareRoot()
    // What is left is the rounding of the response and of the fit.
    guard spread > 16 * Double.ulpOfOne * largest else { throw .perfectFit }
    for i in residual.indices { residual[i] /= spread }
    self.residual = residual
    unit = spread / y.scale

    change = BasisChange(table: table, kept: kept, upper: upper, projections: projection)
    columns = basis
  }

  private static func norm(_ x: [Double]) -> Double {
    x.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  /// Removes the components along the basis, twice; the coefficients are the sums of both passes.
  private static func orthogonalize(_ x: inout [Double], against basis: [[Double]]) -> [Double] {
    let n = Double(x.count)
    var total = [Double](repeating: 0, count: basis.count)
    for _ in 0..<2 {
      for (b, q) in basis.enumerated() {
        var dot = 0.0
        for i in x.indices { dot += q[i] * x[i] }
        dot /= n
        for i in x.indices { x[i] -= dot * q[i] }
        total[b] += dot
      }
    }
    return total
  }
}

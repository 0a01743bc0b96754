import Foundation
internal import LinearAlgebra

/// The way back from coefficients of orthonormal columns X̃ to those of the caller's columns X.
///
/// X̂, the table's own entries for the kept columns, relates to both: X = X̂ K by shifts and scales, X̂ = X̃ R.
struct BasisChange: Sendable {
  /// N: b = `origin` + unit · N b̃ on the kept columns.
  var toUser: Matrix
  /// Least-squares coefficients of the response, in the caller's units.
  var origin: [Double]
  /// log |det N|.
  var logDeterminant: Double

  /// - Parameters:
  ///   - table: where the columns' shifts and scales stand.
  ///   - kept: the independent columns of X, in elimination order.
  ///   - upper: R.
  ///   - projections: X̃'v_y, the response's coefficients in X̃.
  init(table: RegressorTable, kept: [Int], upper r: Matrix, projections: [Double]) {
    let rank = kept.count
    let inverse = FixedBasis.upperInverse(r)
    let constant = kept.firstIndex { table.fixed[$0].entry == 0 }
    // K⁻¹: an entry was (raw − shift) · scale, and the shifts fall to the constant column.
    func userCoefficients(_ coefficients: [Double]) -> [Double] {
      var result = coefficients
      var shifted = 0.0
      for (i, j) in kept.enumerated() where i != constant {
        let column = table.columns[table.fixed[j].entry - 1]
        result[i] *= column.scale
        shifted += result[i] * column.shift
      }
      if let constant {
        result[constant] = (result[constant] - shifted) / table.fixed[kept[constant]].constant
      }
      return result
    }
    toUser = Matrix(rows: rank, columns: rank)
    for c in 0..<rank {
      for (i, value) in userCoefficients(inverse.column(c)).enumerated() { toUser[i, c] = value }
    }
    let y = table.columns[table.response.entry - 1]
    origin = userCoefficients(rank > 0 ? inverse * projections : []).map { $0 / y.scale }
    if let constant, y.shift != 0 { origin[constant] += y.shift / table.fixed[kept[constant]].constant }
    logDeterminant = 0
    for (i, j) in kept.enumerated() {
      let reference = table.fixed[j]
      logDeterminant -= log(abs(r[i, i]))
      logDeterminant +=
        reference.entry == 0 ? -log(abs(reference.constant)) : log(table.columns[reference.entry - 1].scale)
    }
  }

  /// This change after an earlier one, whose coefficients are in `unit`s of the response.
  func following(_ earlier: BasisChange, unit: Double) -> BasisChange {
    var result = self
    let moved = earlier.toUser * origin
    result.toUser = earlier.toUser * toUser
    result.origin = zip(earlier.origin, moved).map { $0 + $1 * unit }
    result.logDeterminant += earlier.logDeterminant
    return result
  }
}

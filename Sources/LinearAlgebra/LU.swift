import COpenBLAS
import Foundation

/// LU factorisation PA = LU with row interchanges.
package struct LU: Sendable {
  private let factors: Matrix
  private let pivots: [Int32]

  /// Factors a square matrix.
  ///
  /// - Throws: `singular` when a pivot is exactly zero.
  package init(_ matrix: Matrix) throws(LinearAlgebraError) {
    precondition(matrix.rows == matrix.columns, "LU: \(matrix.shape) is not square")
    let n = matrix.rows
    var lu = matrix
    var swaps = [Int32](repeating: 0, count: n)
    let info =
      n == 0
      ? 0
      : BLASThreads.small(n * n) {
        LAPACKE_dgetrf_work(LAPACK_COL_MAJOR, Int32(n), Int32(n), &lu.storage, Int32(n), &swaps)
      }
    guard info == 0 else { throw .singular(pivot: Int(info) - 1) }
    factors = lu
    pivots = swaps
  }

  /// A⁻¹B.
  package func solve(_ b: Matrix) -> Matrix {
    let n = factors.rows
    precondition(b.rows == n, "LU: order \(n), right-hand side \(b.shape)")
    var x = b
    guard n > 0, b.columns > 0 else { return x }
    BLASThreads.small(n * max(n, b.columns)) {
      _ = LAPACKE_dgetrs_work(
        LAPACK_COL_MAJOR, CChar(UInt8(ascii: "N")), Int32(n), Int32(b.columns),
        factors.storage, Int32(n), pivots, &x.storage, Int32(n))
    }
    return x
  }

  /// A⁻¹.
  package var inverse: Matrix { solve(.identity(factors.rows)) }

  /// log |det A| and the sign of det A.
  package var logDeterminant: (magnitude: Double, sign: Double) {
    var sum = 0.0
    var sign = 1.0
    for i in 0..<factors.rows {
      let pivot = factors[i, i]
      sum += log(abs(pivot))
      if pivot < 0 { sign = -sign }
      if Int(pivots[i]) != i + 1 { sign = -sign }
    }
    return (sum, sign)
  }
}

/// A⁻¹B by LU factorisation.
package func solve(_ a: Matrix, _ b: Matrix) throws(LinearAlgebraError) -> Matrix {
  try LU(a).solve(b)
}

/// A⁻¹b by LU factorisation.
package func solve(_ a: Matrix, _ b: [Double]) throws(LinearAlgebraError) -> [Double] {
  try LU(a).solve(Matrix(rows: b.count, columns: 1, columnMajor: b)).storage
}

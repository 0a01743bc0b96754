import Foundation

/// Cholesky factorisation A = LL' of a symmetric positive definite matrix.
package struct Cholesky: Sendable {
  /// L, with zeros above the diagonal.
  package let lower: Matrix

  /// Factors `matrix`, of which only the lower triangle is read.
  ///
  /// - Throws: `notPositiveDefinite` with the first pivot that is not positive (NaN included).
  package init(_ matrix: Matrix) throws(LinearAlgebraError) {
    precondition(matrix.rows == matrix.columns, "Cholesky: \(matrix.shape) is not square")
    let n = matrix.rows
    var factor = matrix
    let info = factor.storage.withUnsafeMutableBufferPointer { a -> Int32 in
      guard n > 0, let a0 = a.baseAddress else { return 0 }
      let info = BLAS.potrf(n, a0, n)
      guard info == 0 else { return info }
      for j in 0..<n {
        // LAPACK lets NaN through when it meets one after the comparison.
        if !(a0[j + j * n] > 0) { return Int32(j + 1) }
        for i in 0..<j { a0[i + j * n] = 0 }
      }
      return 0
    }
    guard info == 0 else { throw .notPositiveDefinite(pivot: Int(info) - 1) }
    lower = factor
  }

  /// A factor that is known already: lower triangular, with a positive diagonal.
  package init(lower: Matrix) { self.lower = lower }

  /// Order of the matrix.
  package var count: Int { lower.rows }

  /// log |A| = 2 Σ log L_ii.
  package var logDeterminant: Double {
    var sum = 0.0
    for i in 0..<count { sum += log(lower[i, i]) }
    return 2 * sum
  }

  /// A⁻¹B.
  package func solve(_ b: Matrix) -> Matrix {
    backwardSolve(forwardSolve(b))
  }

  /// A⁻¹b.
  package func solve(_ b: [Double]) -> [Double] {
    solve(Matrix(rows: b.count, columns: 1, columnMajor: b)).storage
  }

  /// L⁻¹B.
  package func forwardSolve(_ b: Matrix) -> Matrix { triangularSolve(b, transposed: false) }

  /// L⁻¹b.
  package func forwardSolve(_ b: [Double]) -> [Double] {
    forwardSolve(Matrix(rows: b.count, columns: 1, columnMajor: b)).storage
  }

  /// L'⁻¹B.
  package func backwardSolve(_ b: Matrix) -> Matrix { triangularSolve(b, transposed: true) }

  /// L'⁻¹b.
  package func backwardSolve(_ b: [Double]) -> [Double] {
    backwardSolve(Matrix(rows: b.count, columns: 1, columnMajor: b)).storage
  }

  /// A⁻¹, both triangles.
  package var inverse: Matrix {
    var result = lower
    let n = count
    result.storage.withUnsafeMutableBufferPointer { a in
      guard n > 0, let a0 = a.baseAddress else { return }
      // Cannot fail: the constructor saw a positive diagonal.
      _ = BLAS.potri(n, a0, n)
      BLAS.mirrorLower(n, a0, n)
    }
    return result
  }

  private func triangularSolve(_ b: Matrix, transposed: Bool) -> Matrix {
    precondition(b.rows == count, "Cholesky: order \(count), right-hand side \(b.shape)")
    var x = b
    guard count > 0, b.columns > 0 else { return x }
    lower.storage.withUnsafeBufferPointer { l in
      x.storage.withUnsafeMutableBufferPointer { x in
        guard let l0 = l.baseAddress, let x0 = x.baseAddress else { return }
        BLAS.trsm(transposed: transposed, count, b.columns, 1, l0, count, x0, count)
      }
    }
    return x
  }
}

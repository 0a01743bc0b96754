import COpenBLAS

/// Eigenvalues and eigenvectors of a symmetric matrix, A = V diag(values) V'.
package struct SymmetricEigen: Sendable {
  /// Eigenvalues in ascending order.
  package let values: [Double]
  /// Orthonormal eigenvectors, one a column.
  package let vectors: Matrix

  /// Decomposes `matrix`, of which only the lower triangle is read (LAPACK `dsyevd`, as `numpy.linalg.eigh`).
  package init(_ matrix: Matrix) throws(LinearAlgebraError) {
    precondition(matrix.rows == matrix.columns, "SymmetricEigen: \(matrix.shape) is not square")
    guard matrix.isFinite else { throw .notFinite }
    let n = matrix.rows
    var a = matrix
    var w = [Double](repeating: 0, count: n)
    if n > 0 {
      // The documented minimum for eigenvectors of order n.
      let integers = 3 + 5 * n
      var integerWork = [Int32](repeating: 0, count: integers)
      let info = withWorkspace(for: n * n) { work, count in
        // In a query both sizes must be -1.
        LAPACKE_dsyevd_work(
          LAPACK_COL_MAJOR, CChar(UInt8(ascii: "V")), BLAS.lower, Int32(n), &a.storage,
          Int32(n), &w, work, count, &integerWork, count == -1 ? -1 : Int32(integers))
      }
      guard info == 0 else { throw .noConvergence(routine: "dsyevd") }
    }
    values = w
    vectors = a
  }

  /// V diag(f(values)) V'.
  package func applying(_ f: (Double) -> Double) -> Matrix {
    var scaled = vectors
    for j in 0..<values.count {
      let factor = f(values[j])
      for i in 0..<values.count { scaled[i, j] *= factor }
    }
    return scaled.timesTransposed(vectors)
  }
}

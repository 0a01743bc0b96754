import COpenBLAS

/// Thin singular value decomposition A = U diag(values) V'.
package struct SVD: Sendable {
  /// Left singular vectors, m × min(m, n).
  package let u: Matrix
  /// Singular values in descending order.
  package let values: [Double]
  /// Right singular vectors, transposed: min(m, n) × n.
  package let vTransposed: Matrix

  /// Decomposes `matrix` (LAPACK `dgesdd`, as `numpy.linalg.svd`).
  package init(_ matrix: Matrix) throws(LinearAlgebraError) {
    guard matrix.isFinite else { throw .notFinite }
    let (m, n) = (matrix.rows, matrix.columns)
    let k = min(m, n)
    var a = matrix
    var left = Matrix(rows: m, columns: k)
    var right = Matrix(rows: k, columns: n)
    var s = [Double](repeating: 0, count: k)
    if k > 0 {
      var integers = [Int32](repeating: 0, count: 8 * k)
      let info = withWorkspace(for: m * n) { work, count in
        LAPACKE_dgesdd_work(
          LAPACK_COL_MAJOR, CChar(UInt8(ascii: "S")), Int32(m), Int32(n), &a.storage,
          Int32(m), &s, &left.storage, Int32(m), &right.storage, Int32(k), work, count, &integers)
      }
      guard info == 0 else { throw .noConvergence(routine: "dgesdd") }
    }
    u = left
    values = s
    vTransposed = right
  }
}

extension Matrix {
  /// Moore–Penrose inverse; singular values up to `relativeTolerance` times the largest count as zero.
  ///
  /// The default is that of `numpy.linalg.pinv`.
  package func pseudoInverse(relativeTolerance: Double = 1e-15) throws(LinearAlgebraError) -> Matrix {
    let svd = try SVD(self)
    let cutoff = relativeTolerance * (svd.values.first ?? 0)
    var left = svd.u
    for (j, value) in svd.values.enumerated() {
      let factor = value > cutoff ? 1 / value : 0
      for i in 0..<left.rows { left[i, j] *= factor }
    }
    return (left * svd.vTransposed).transposed
  }

  /// Inverse and rank of a symmetric matrix whose rows have units of their own: what is inverted has a unit diagonal.
  ///
  /// A matrix of less than full rank gets a generalised inverse, for which x'A⁻x of an x in its range is the Moore–Penrose one's.
  package func inverseOfAnyUnits() throws(LinearAlgebraError) -> (inverse: Matrix, rank: Int) {
    let scales = diagonal.map { $0 > 0 ? 1 / $0.squareRoot() : 1 }
    func scaled(_ matrix: Matrix) -> Matrix {
      var result = matrix
      for j in 0..<columns { for i in 0..<rows { result[i, j] *= scales[i] * scales[j] } }
      return result
    }
    let own = scaled(self)
    return (scaled(try own.pseudoInverse()), try own.matrixRank())
  }

  /// Number of rows that do not depend on others, whatever their units.
  package var independentRows: Int {
    var result = self
    for i in 0..<rows {
      let length = row(i).reduce(0) { $0 + $1 * $1 }.squareRoot()
      if length > 0 { for j in 0..<columns { result[i, j] /= length } }
    }
    return (try? result.matrixRank(tolerance: 1e-9)) ?? rows
  }

  /// Number of singular values above `tolerance`, by default max(values) · max(m, n) · ε.
  ///
  /// The rule of `numpy.linalg.matrix_rank`.
  package func matrixRank(tolerance: Double? = nil) throws(LinearAlgebraError) -> Int {
    let values = try SVD(self).values
    let cutoff = tolerance ?? (values.first ?? 0) * Double(max(rows, columns)) * .ulpOfOne
    return values.count { $0 > cutoff }
  }
}

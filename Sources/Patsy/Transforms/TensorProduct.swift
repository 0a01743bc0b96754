import LinearAlgebra

/// Row-wise tensor product of marginal bases: row i is the Kronecker product of their rows i.
///
/// The last basis varies fastest, the order of mgcv. All bases have the same number of rows, and there is one at least.
package func rowTensorProduct(_ bases: [Matrix]) -> Matrix {
  guard var product = bases.last else { return Matrix(rows: 0, columns: 0) }
  for basis in bases.dropLast().reversed() {
    var next = Matrix(rows: product.rows, columns: basis.columns * product.columns)
    for j in 0..<basis.columns {
      for k in 0..<product.columns {
        for i in 0..<product.rows {
          next[i, j * product.columns + k] = product[i, k] * basis[i, j]
        }
      }
    }
    product = next
  }
  return product
}

/// Removes linear constraints C β = 0 from a basis by a change of coordinates.
///
/// With Cᵀ = Q R (Householder, so the signs are LAPACK's) the columns of Q beyond the constraints span the
/// admissible β: the new basis is X times these columns (Wood 2006, section 1.8.1).
package func absorbConstraints(_ basis: Matrix, _ constraints: Matrix) -> Matrix {
  let q = QR(constraints.transposed, full: true).q
  let kept = max(q.columns - constraints.rows, 0)
  guard kept > 0 else { return Matrix(rows: basis.rows, columns: 0) }
  let first = (q.columns - kept) * q.rows
  return basis * Matrix(rows: q.rows, columns: kept, columnMajor: Array(q.storage[first...]))
}

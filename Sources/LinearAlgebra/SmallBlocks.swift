/// Cholesky factors of blocks of up to about eight columns, where the fixed cost of a BLAS call dominates.
package enum SmallBlocks {
  /// Overwrites the lower triangle of a packed, column-major n × n block A with L, A = LL'; the upper triangle is not
  /// touched.
  ///
  /// - Returns: -1, or the position of the first pivot that is not positive.
  @inlinable
  package static func potrf(_ n: Int, _ a: UnsafeMutablePointer<Double>) -> Int {
    potrf(rows: n, columns: n, a)
  }

  /// The same for the first columns of a taller block: rows below the pivots become B L⁻ᵀ.
  @inlinable
  package static func potrf(rows: Int, columns: Int, _ a: UnsafeMutablePointer<Double>) -> Int {
    for j in 0..<columns {
      let column = a + j * rows
      for k in 0..<j {
        let other = a + k * rows
        let factor = other[j]
        for i in j..<rows { column[i] -= factor * other[i] }
      }
      let pivot = column[j]
      guard pivot > 0 else { return j }
      let root = pivot.squareRoot()
      column[j] = root
      let scale = 1 / root
      for i in j + 1..<max(rows, j + 1) { column[i] *= scale }
    }
    return -1
  }
}

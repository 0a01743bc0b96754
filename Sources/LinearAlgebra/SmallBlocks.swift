/// Products and factors of blocks of up to about eight columns, where the fixed cost of a BLAS call dominates.
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

  /// Order up to which plain loops are faster than calls, and multiply-adds of a product of that order.
  @usableFromInline static let largestOrder = 8
  @usableFromInline static let largestProduct = 512

  /// ``BLAS/gemm(transposeA:transposeB:_:_:_:_:_:_:_:_:_:_:_:)``.
  static func gemm(
    transposeA: Bool, transposeB: Bool, _ m: Int, _ n: Int, _ k: Int, _ alpha: Double,
    _ a: UnsafePointer<Double>, _ lda: Int, _ b: UnsafePointer<Double>, _ ldb: Int, _ beta: Double,
    _ c: UnsafeMutablePointer<Double>, _ ldc: Int
  ) {
    let (rowA, stepA) = transposeA ? (lda, 1) : (1, lda)
    let (columnB, stepB) = transposeB ? (1, ldb) : (ldb, 1)
    for j in 0..<n {
      for i in 0..<m {
        var sum = 0.0
        for l in 0..<k { sum += a[i * rowA + l * stepA] * b[j * columnB + l * stepB] }
        c[i + j * ldc] = beta == 0 ? alpha * sum : alpha * sum + beta * c[i + j * ldc]
      }
    }
  }

  /// op(L)⁻¹ B in place of an m × n matrix B.
  static func solve(
    transposed: Bool, _ m: Int, _ n: Int, _ l: UnsafePointer<Double>, _ ldl: Int,
    _ b: UnsafeMutablePointer<Double>, _ ldb: Int
  ) {
    for j in 0..<n {
      let column = b + j * ldb
      for step in 0..<m {
        let i = transposed ? m - 1 - step : step
        var value = column[i]
        if transposed {
          for c in i + 1..<max(m, i + 1) { value -= l[c + i * ldl] * column[c] }
        } else {
          for c in 0..<i { value -= l[i + c * ldl] * column[c] }
        }
        column[i] = value / l[i + i * ldl]
      }
    }
  }

  /// The lower triangle of (LL')⁻¹ in place of L.
  static func invert(_ n: Int, _ l: UnsafeMutablePointer<Double>) {
    for j in 0..<n {
      l[j + j * n] = 1 / l[j + j * n]
      for i in j + 1..<max(n, j + 1) {
        var sum = 0.0
        for c in j..<i { sum += l[i + c * n] * l[c + j * n] }
        l[i + j * n] = -sum / l[i + i * n]
      }
    }
    for b in 0..<n {
      for a in b..<n {
        var sum = 0.0
        for c in a..<n { sum += l[c + a * n] * l[c + b * n] }
        l[a + b * n] = sum
      }
    }
  }

  /// Eigenvectors in place of a symmetric matrix, of which the lower triangle is read, and the eigenvalues, both in no
  /// order: Jacobi's rotations until nothing off the diagonal counts.
  static func eigen(_ n: Int, _ a: UnsafeMutablePointer<Double>, values: UnsafeMutablePointer<Double>) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: n * n) { copy in
      for j in 0..<n { for i in 0..<n { copy[i + j * n] = i >= j ? a[i + j * n] : a[j + i * n] } }
      for j in 0..<n { for i in 0..<n { a[i + j * n] = i == j ? 1 : 0 } }
      var isDiagonal = false
      while !isDiagonal {
        isDiagonal = true
        for q in 1..<max(n, 1) {
          for p in 0..<q {
            let off = copy[q + p * n]
            let (x, y) = (copy[p + p * n], copy[q + q * n])
            // so small that neither eigenvalue takes notice
            if abs(off) <= 0.5 * Double.ulpOfOne * (abs(x) * abs(y)).squareRoot()
              || abs(off) < .leastNormalMagnitude
            {
              continue
            }
            isDiagonal = false
            let ratio = (y - x) / (2 * off)
            let tangent = (ratio < 0 ? -1 : 1) / (abs(ratio) + (1 + ratio * ratio).squareRoot())
            let cosine = 1 / (1 + tangent * tangent).squareRoot()
            let sine = tangent * cosine
            for i in 0..<n {
              let (left, right) = (a[i + p * n], a[i + q * n])
              a[i + p * n] = cosine * left - sine * right
              a[i + q * n] = sine * left + cosine * right
              guard i != p, i != q else { continue }
              let (one, other) = (copy[i + p * n], copy[i + q * n])
              copy[i + p * n] = cosine * one - sine * other
              copy[i + q * n] = sine * one + cosine * other
              copy[p + i * n] = copy[i + p * n]
              copy[q + i * n] = copy[i + q * n]
            }
            copy[p + p * n] = x - tangent * off
            copy[q + q * n] = y + tangent * off
            copy[q + p * n] = 0
            copy[p + q * n] = 0
          }
        }
      }
      for i in 0..<n { values[i] = copy[i + i * n] }
    }
  }
}

import Foundation

/// Hand-written kernels for blocks of up to about eight rows, where the fixed cost of a BLAS call dominates.
///
/// Square blocks are column-major and packed: element (i, j) of an n × n block is at `i + j * n`. A panel of
/// several columns takes its leading dimension. None of the kernels allocates.
package enum SmallBlocks {
  package typealias Pointer = UnsafeMutablePointer<Double>
  package typealias Input = UnsafePointer<Double>

  /// Overwrites the lower triangle of A with L, A = LL'; the upper triangle is not touched.
  ///
  /// - Returns: -1, or the position of the first pivot that is not positive.
  @inlinable
  package static func potrf(_ n: Int, _ a: Pointer) -> Int {
    for j in 0..<n {
      let column = a + j * n
      for k in 0..<j {
        let other = a + k * n
        let factor = other[j]
        for i in j..<n { column[i] -= factor * other[i] }
      }
      let pivot = column[j]
      guard pivot > 0 else { return j }
      let root = pivot.squareRoot()
      column[j] = root
      let scale = 1 / root
      for i in j + 1..<max(n, j + 1) { column[i] *= scale }
    }
    return -1
  }

  /// 2 Σ log L_ii, by one logarithm of the product unless it leaves the range of a Double.
  @inlinable
  package static func logDeterminant(_ n: Int, _ l: Input) -> Double {
    var product = 1.0
    for i in 0..<n { product *= l[i * (n + 1)] }
    if product > 1e-280, product < 1e280 { return 2 * log(product) }
    var sum = 0.0
    for i in 0..<n { sum += log(l[i * (n + 1)]) }
    return 2 * sum
  }

  /// Both triangles of (LL')⁻¹, given L, into `inverse`; the two must not overlap.
  @inlinable
  package static func potri(_ n: Int, _ l: Input, into inverse: Pointer) {
    for j in 0..<n {
      let column = inverse + j * n
      for i in 0..<n { column[i] = 0 }
      column[j] = 1
      trsv(n, l, column)
      trsvTransposed(n, l, column)
    }
  }

  /// x = L⁻¹x.
  @inlinable
  package static func trsv(_ n: Int, _ l: Input, _ x: Pointer) {
    for j in 0..<n {
      let column = l + j * n
      let value = x[j] / column[j]
      x[j] = value
      for i in j + 1..<max(n, j + 1) { x[i] -= value * column[i] }
    }
  }

  /// x = L'⁻¹x.
  @inlinable
  package static func trsvTransposed(_ n: Int, _ l: Input, _ x: Pointer) {
    var j = n - 1
    while j >= 0 {
      let column = l + j * n
      var sum = x[j]
      for i in j + 1..<max(n, j + 1) { sum -= column[i] * x[i] }
      x[j] = sum / column[j]
      j -= 1
    }
  }

  /// B = L⁻¹B for a panel of `columns` columns with leading dimension `ldb`.
  @inlinable
  package static func trsm(_ n: Int, _ l: Input, _ columns: Int, _ b: Pointer, _ ldb: Int) {
    for j in 0..<columns { trsv(n, l, b + j * ldb) }
  }

  /// B = L'⁻¹B for a panel of `columns` columns with leading dimension `ldb`.
  @inlinable
  package static func trsmTransposed(_ n: Int, _ l: Input, _ columns: Int, _ b: Pointer, _ ldb: Int) {
    for j in 0..<columns { trsvTransposed(n, l, b + j * ldb) }
  }

  /// y = Ax.
  @inlinable
  package static func gemv(_ n: Int, _ a: Input, _ x: Input, into y: Pointer) {
    for i in 0..<n { y[i] = 0 }
    for j in 0..<n {
      let factor = x[j]
      let column = a + j * n
      for i in 0..<n { y[i] += factor * column[i] }
    }
  }

  /// y = A'x.
  @inlinable
  package static func gemvTransposed(_ n: Int, _ a: Input, _ x: Input, into y: Pointer) {
    for j in 0..<n {
      let column = a + j * n
      var sum = 0.0
      for i in 0..<n { sum += column[i] * x[i] }
      y[j] = sum
    }
  }

  /// C = AB; C must not overlap A or B.
  @inlinable
  package static func multiply(_ n: Int, _ a: Input, _ b: Input, into c: Pointer) {
    for j in 0..<n { gemv(n, a, b + j * n, into: c + j * n) }
  }

  /// C = A'B; C must not overlap A or B.
  @inlinable
  package static func multiplyTransposed(_ n: Int, _ a: Input, _ b: Input, into c: Pointer) {
    for j in 0..<n { gemvTransposed(n, a, b + j * n, into: c + j * n) }
  }

  /// C = ABA' for symmetric B, both triangles; `scratch` holds n² elements.
  @inlinable
  package static func congruence(_ n: Int, _ a: Input, _ b: Input, into c: Pointer, scratch: Pointer) {
    multiply(n, a, b, into: scratch)
    for j in 0..<n {
      for i in j..<n {
        var sum = 0.0
        for k in 0..<n { sum += scratch[i + k * n] * a[j + k * n] }
        c[i + j * n] = sum
        c[j + i * n] = sum
      }
    }
  }

  /// C = A'BA for symmetric B, both triangles; `scratch` holds n² elements.
  @inlinable
  package static func congruenceTransposed(
    _ n: Int, _ a: Input, _ b: Input, into c: Pointer, scratch: Pointer
  ) {
    multiply(n, b, a, into: scratch)
    for j in 0..<n {
      for i in j..<n {
        var sum = 0.0
        for k in 0..<n { sum += a[k + i * n] * scratch[k + j * n] }
        c[i + j * n] = sum
        c[j + i * n] = sum
      }
    }
  }

  /// tr(AB) for symmetric A and B.
  @inlinable
  package static func symmetricTrace(_ n: Int, _ a: Input, _ b: Input) -> Double {
    var sum = 0.0
    for i in 0..<n * n { sum += a[i] * b[i] }
    return sum
  }

  /// Overwrites A with its inverse by Gauss–Jordan elimination with row interchanges, as for I + SM.
  ///
  /// - Returns: the determinant; 0 when a pivot is exactly zero, and A is then spoilt.
  /// - Parameter swaps: room for n integers.
  @inlinable
  package static func invert(_ n: Int, _ a: Pointer, swaps: UnsafeMutablePointer<Int>) -> Double {
    var determinant = 1.0
    for k in 0..<n {
      var best = k
      for i in k + 1..<max(n, k + 1) where abs(a[i + k * n]) > abs(a[best + k * n]) { best = i }
      let pivot = a[best + k * n]
      guard pivot != 0, pivot.isFinite else { return 0 }
      swaps[k] = best
      determinant *= best == k ? pivot : -pivot
      if best != k {
        for j in 0..<n {
          let held = a[k + j * n]
          a[k + j * n] = a[best + j * n]
          a[best + j * n] = held
        }
      }
      let scale = 1 / pivot
      a[k + k * n] = 1
      for j in 0..<n { a[k + j * n] *= scale }
      for i in 0..<n where i != k {
        let factor = a[i + k * n]
        a[i + k * n] = 0
        for j in 0..<n { a[i + j * n] -= factor * a[k + j * n] }
      }
    }
    var k = n - 1
    while k >= 0 {
      let other = swaps[k]
      if other != k {
        for i in 0..<n {
          let held = a[i + k * n]
          a[i + k * n] = a[i + other * n]
          a[i + other * n] = held
        }
      }
      k -= 1
    }
    return determinant
  }
}

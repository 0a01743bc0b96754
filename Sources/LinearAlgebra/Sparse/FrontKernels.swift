import Foundation

/// Dense work on one front of a supernodal factorisation.
///
/// A front of f rows has c pivot columns, stored column-major with leading dimension f, and r = f - c rows below
/// them. Narrow fronts are worked on by plain loops, because a BLAS call costs about 100 ns.
enum FrontKernels {
  typealias Pointer = UnsafeMutablePointer<Double>
  typealias Input = UnsafePointer<Double>

  /// Widest panel factored by loops.
  private static let narrow = 8

  /// Overwrites the panel with the factor's columns.
  ///
  /// - Returns: -1, or the position of the first pivot that is not positive.
  static func factor(rows f: Int, columns c: Int, _ a: Pointer) -> Int {
    guard c > narrow else { return SmallBlocks.potrf(rows: f, columns: c, a) }
    let info = BLAS.potrf(c, a, f)
    guard info == 0 else { return Int(info) - 1 }
    // A NaN can pass LAPACK's comparison.
    for j in 0..<c where !(a[j * (f + 1)] > 0) { return j }
    if f > c { BLAS.trsm(side: .right, transposed: true, f - c, c, 1, a, f, a + c, f) }
    return -1
  }

  /// U -= B B' (or U = -B B') on the lower triangle, where B is the r × c part below the pivots.
  static func update(rows f: Int, columns c: Int, _ a: Input, into u: Pointer, accumulate: Bool) {
    let r = f - c
    if r > 12, c > 4 || r > 200 {
      BLAS.syrk(r, c, -1, a + c, f, accumulate ? 1 : 0, u, r)
      return
    }
    for j in 0..<r {
      let column = u + j * r
      if !accumulate {
        for i in j..<r { column[i] = 0 }
      }
      var k = 0
      while k + 1 < c {
        let first = a + (k * f + c)
        let second = first + f
        let (x, y) = (first[j], second[j])
        for i in j..<r { column[i] -= x * first[i] + y * second[i] }
        k += 2
      }
      if k < c {
        let first = a + (k * f + c)
        let x = first[j]
        for i in j..<r { column[i] -= x * first[i] }
      }
    }
  }

  /// x = L⁻¹x for the c × c triangle of a panel and `count` right-hand sides.
  static func forward(rows f: Int, columns c: Int, _ a: Input, _ x: Pointer, _ ldx: Int, count: Int) {
    if c > narrow {
      BLAS.trsm(c, count, 1, a, f, x, ldx)
      return
    }
    for column in 0..<count {
      let v = x + column * ldx
      for j in 0..<c {
        let l = a + j * f
        let value = v[j] / l[j]
        v[j] = value
        for i in j + 1..<max(c, j + 1) { v[i] -= value * l[i] }
      }
    }
  }

  /// x = L'⁻¹x for the c × c triangle of a panel and `count` right-hand sides.
  static func backward(rows f: Int, columns c: Int, _ a: Input, _ x: Pointer, _ ldx: Int, count: Int) {
    if c > narrow {
      BLAS.trsm(transposed: true, c, count, 1, a, f, x, ldx)
      return
    }
    for column in 0..<count {
      let v = x + column * ldx
      for j in stride(from: c - 1, through: 0, by: -1) {
        let l = a + j * f
        var sum = v[j]
        for i in j + 1..<max(c, j + 1) { sum -= l[i] * v[i] }
        v[j] = sum / l[j]
      }
    }
  }

  /// The pivot columns of the inverse's front, whose trailing r × r lower triangle is already in place.
  ///
  /// With Y = B L⁻¹: Z_BJ = -Z_BB Y and Z_JJ = (LL')⁻¹ - Y'Z_BJ (Takahashi's equations, blocked).
  /// - Parameters:
  ///   - a: the factor's panel.
  ///   - z: the f × f front.
  ///   - y: room for r · c elements.
  static func invert(rows f: Int, columns c: Int, _ a: Input, into z: Pointer, scratch y: Pointer) {
    let r = f - c
    if c <= narrow, r <= 64 {
      invertNarrow(f, c, a, into: z, scratch: y)
      return
    }
    for j in 0..<c {
      for i in j..<c { z[i + j * f] = a[i + j * f] }
    }
    // Cannot fail: the pivots are positive.
    _ = BLAS.potri(c, z, f)
    guard r > 0 else { return }
    for j in 0..<c { (y + j * r).update(from: a + (j * f + c), count: r) }
    BLAS.trsm(side: .right, r, c, 1, a, f, y, r)
    BLAS.symm(r, c, -1, z + c * (f + 1), f, y, r, 0, z + c, f)
    // Z_JJ is symmetric: the product is formed in full only within tiles on the diagonal.
    var j = 0
    while j < c {
      let width = min(64, c - j)
      BLAS.gemm(
        transposeA: true, c - j, width, r, -1, y + j * r, r, z + (c + j * f), f, 1, z + j * (f + 1), f)
      j += width
    }
  }

  private static func invertNarrow(_ f: Int, _ c: Int, _ a: Input, into z: Pointer, scratch y: Pointer) {
    let r = f - c
    // Y = B L⁻¹, last column first.
    for j in stride(from: c - 1, through: 0, by: -1) {
      let l = a + j * f
      let column = y + j * r
      for i in 0..<r { column[i] = l[c + i] }
      for k in j + 1..<max(c, j + 1) {
        let other = y + k * r
        let factor = l[k]
        for i in 0..<r { column[i] -= factor * other[i] }
      }
      let scale = 1 / l[j]
      for i in 0..<r { column[i] *= scale }
    }
    // Z_BJ = -Z_BB Y from the lower triangle alone.
    for j in 0..<c {
      let column = y + j * r
      let target = z + (j * f + c)
      for i in 0..<r { target[i] = 0 }
      for k in 0..<r {
        let source = z + ((c + k) * f + c)
        let factor = column[k]
        var sum = source[k] * factor
        for i in k + 1..<max(r, k + 1) {
          target[i] -= factor * source[i]
          sum += source[i] * column[i]
        }
        target[k] -= sum
      }
    }
    // (LL')⁻¹ column by column, less Y'Z_BJ.
    for j in 0..<c {
      let target = z + j * f
      for i in 0..<c { target[i] = 0 }
      target[j] = 1
      forward(rows: f, columns: c, a, target, f, count: 1)
      backward(rows: f, columns: c, a, target, f, count: 1)
      for i in j..<c {
        let column = y + i * r
        var sum = 0.0
        for k in 0..<r { sum += column[k] * target[c + k] }
        target[i] -= sum
      }
    }
  }
}

import COpenBLAS

/// BLAS and LAPACK on raw column-major storage.
///
/// Symmetric and triangular operands are always the *lower* triangle. Every call costs about 100 ns before it
/// does any work: for blocks of a handful of rows use ``SmallBlocks``.
package enum BLAS {
  package typealias Pointer = UnsafeMutablePointer<Double>
  package typealias Input = UnsafePointer<Double>

  /// Side of the product on which the triangular or symmetric operand stands.
  package enum Side: Sendable {
    case left, right
    var cblas: CBLAS_SIDE { self == .left ? CblasLeft : CblasRight }
  }

  @inline(__always)
  static func transpose(_ flag: Bool) -> CBLAS_TRANSPOSE { flag ? CblasTrans : CblasNoTrans }

  // MARK: Level 1

  /// x'y over `n` contiguous elements.
  package static func dot(_ n: Int, _ x: Input, _ y: Input) -> Double {
    cblas_ddot(Int32(n), x, 1, y, 1)
  }

  /// y += alpha x.
  package static func axpy(_ n: Int, _ alpha: Double, _ x: Input, _ y: Pointer) {
    cblas_daxpy(Int32(n), alpha, x, 1, y, 1)
  }

  // MARK: Level 2

  /// y = alpha op(A) x + beta y for the m × n matrix A.
  package static func gemv(
    transposed: Bool = false, _ m: Int, _ n: Int, _ alpha: Double, _ a: Input, _ lda: Int,
    _ x: Input, _ beta: Double, _ y: Pointer
  ) {
    cblas_dgemv(
      CblasColMajor, transpose(transposed), Int32(m), Int32(n), alpha, a, Int32(lda), x, 1, beta, y, 1)
  }

  // MARK: Level 3

  /// C = alpha op(A) op(B) + beta C, where C is m × n and the inner dimension is k.
  package static func gemm(
    transposeA: Bool = false, transposeB: Bool = false, _ m: Int, _ n: Int, _ k: Int, _ alpha: Double,
    _ a: Input, _ lda: Int, _ b: Input, _ ldb: Int, _ beta: Double, _ c: Pointer, _ ldc: Int
  ) {
    cblas_dgemm(
      CblasColMajor, transpose(transposeA), transpose(transposeB), Int32(m), Int32(n), Int32(k), alpha,
      a, Int32(lda), b, Int32(ldb), beta, c, Int32(ldc))
  }

  /// C = alpha A A' + beta C (or alpha A'A + beta C when `transposed`), lower triangle of the n × n C.
  package static func syrk(
    transposed: Bool = false, _ n: Int, _ k: Int, _ alpha: Double, _ a: Input, _ lda: Int,
    _ beta: Double, _ c: Pointer, _ ldc: Int
  ) {
    cblas_dsyrk(
      CblasColMajor, CblasLower, transpose(transposed), Int32(n), Int32(k), alpha, a, Int32(lda), beta,
      c, Int32(ldc))
  }

  /// C = alpha A B + beta C (or alpha B A + beta C on the right) for symmetric A and m × n B and C.
  package static func symm(
    side: Side = .left, _ m: Int, _ n: Int, _ alpha: Double, _ a: Input, _ lda: Int, _ b: Input,
    _ ldb: Int, _ beta: Double, _ c: Pointer, _ ldc: Int
  ) {
    cblas_dsymm(
      CblasColMajor, side.cblas, CblasLower, Int32(m), Int32(n), alpha, a, Int32(lda), b, Int32(ldb),
      beta, c, Int32(ldc))
  }

  /// Single-precision ``symm(side:_:_:_:_:_:_:_:_:_:_:)`` from the left.
  package static func ssymm(
    _ m: Int, _ n: Int, _ alpha: Float, _ a: UnsafePointer<Float>, _ lda: Int, _ b: UnsafePointer<Float>,
    _ ldb: Int, _ beta: Float, _ c: UnsafeMutablePointer<Float>, _ ldc: Int
  ) {
    cblas_ssymm(
      CblasColMajor, CblasLeft, CblasLower, Int32(m), Int32(n), alpha, a, Int32(lda), b, Int32(ldb), beta,
      c, Int32(ldc))
  }

  /// C = alpha A B + beta C in single precision.
  package static func sgemm(
    _ m: Int, _ n: Int, _ k: Int, _ alpha: Float, _ a: UnsafePointer<Float>, _ lda: Int,
    _ b: UnsafePointer<Float>, _ ldb: Int, _ beta: Float, _ c: UnsafeMutablePointer<Float>, _ ldc: Int
  ) {
    cblas_sgemm(
      CblasColMajor, CblasNoTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k), alpha, a, Int32(lda), b,
      Int32(ldb), beta, c, Int32(ldc))
  }

  /// B = alpha op(L)⁻¹ B (or alpha B op(L)⁻¹ on the right) for m × n B.
  package static func trsm(
    side: Side = .left, transposed: Bool = false, _ m: Int, _ n: Int, _ alpha: Double, _ l: Input,
    _ ldl: Int, _ b: Pointer, _ ldb: Int
  ) {
    cblas_dtrsm(
      CblasColMajor, side.cblas, CblasLower, transpose(transposed), CblasNonUnit, Int32(m), Int32(n),
      alpha, l, Int32(ldl), b, Int32(ldb))
  }

  /// B = op(L) B for m × n B.
  package static func trmm(
    transposed: Bool = false, _ m: Int, _ n: Int, _ l: Input, _ ldl: Int, _ b: Pointer, _ ldb: Int
  ) {
    cblas_dtrmm(
      CblasColMajor, CblasLeft, CblasLower, transpose(transposed), CblasNonUnit, Int32(m), Int32(n), 1, l,
      Int32(ldl), b, Int32(ldb))
  }

  // MARK: LAPACK

  /// Overwrites the lower triangle of A with L, A = LL'.
  ///
  /// - Returns: 0, or the 1-based position of the first pivot that is not positive.
  package static func potrf(_ n: Int, _ a: Pointer, _ lda: Int) -> Int32 {
    // On one thread, narrow steps are a twentieth faster than OpenBLAS's halves.
    let width = n > 256 && BLASThreads.current == 1 ? 96 : n
    for k in stride(from: 0, to: n, by: max(width, 1)) {
      let block = a + k * (lda + 1)
      let columns = min(width, n - k)
      let info = LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, lower, Int32(columns), block, Int32(lda))
      if info != 0 { return info > 0 ? info + Int32(k) : info }
      let rows = n - k - columns
      if rows == 0 { break }
      let below = block + columns
      trsm(side: .right, transposed: true, rows, columns, 1, block, lda, below, lda)
      syrk(rows, columns, -1, below, lda, 1, below + columns * lda, lda)
    }
    return 0
  }

  /// Copies the strictly lower triangle to the upper one, in cache-sized tiles.
  @inlinable
  package static func mirrorLower<Element: BitwiseCopyable>(
    _ n: Int, _ a: UnsafeMutablePointer<Element>, _ lda: Int
  ) {
    let tile = 32
    var j0 = 0
    while j0 < n {
      let j1 = min(j0 + tile, n)
      var i0 = j0
      while i0 < n {
        let i1 = min(i0 + tile, n)
        for j in j0..<j1 {
          for i in max(i0, j + 1)..<max(i1, j + 1) { a[j + i * lda] = a[i + j * lda] }
        }
        i0 = i1
      }
      j0 = j1
    }
  }

  static let lower = CChar(UInt8(ascii: "L"))
}

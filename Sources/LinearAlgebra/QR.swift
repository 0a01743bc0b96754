import COpenBLAS

/// Householder QR factorisation A = QR, with LAPACK's signs (those of `numpy.linalg.qr`).
package struct QR: Sendable {
  /// Orthonormal columns: m × min(m, n), or m × m when asked for in full.
  package let q: Matrix
  /// Upper triangular, with as many rows as `q` has columns.
  package let r: Matrix

  /// Factors `matrix`; `full` completes Q to a square orthogonal matrix.
  package init(_ matrix: Matrix, full: Bool = false) {
    let (m, n) = (matrix.rows, matrix.columns)
    let k = min(m, n)
    var a = matrix
    var tau = [Double](repeating: 0, count: max(k, 1))
    if k > 0 {
      withWorkspace(for: m * n) { work, count in
        LAPACKE_dgeqrf_work(
          LAPACK_COL_MAJOR, Int32(m), Int32(n), &a.storage, Int32(m), &tau, work, count)
      }
    }
    (q, r) = QR.unpack(a, tau: tau, full: full)
  }

  /// Splits LAPACK's reflectors and triangle into explicit Q and R.
  static func unpack(_ a: Matrix, tau: [Double], full: Bool) -> (q: Matrix, r: Matrix) {
    let (m, n) = (a.rows, a.columns)
    let k = min(m, n)
    let width = full ? m : k
    var r = Matrix(rows: width, columns: n)
    for j in 0..<n {
      for i in 0..<min(j + 1, k) { r[i, j] = a[i, j] }
    }
    guard m > 0, width > 0 else { return (Matrix(rows: m, columns: width), r) }
    guard k > 0 else { return (.identity(m), r) }
    var q = Matrix(rows: m, columns: width)
    for index in 0..<m * k { q.storage[index] = a.storage[index] }
    withWorkspace(for: m * width) { work, count in
      LAPACKE_dorgqr_work(
        LAPACK_COL_MAJOR, Int32(m), Int32(width), Int32(k), &q.storage, Int32(m), tau, work, count)
    }
    return (q, r)
  }
}

/// QR factorisation with column pivoting: A[:, pivots] = QR with decreasing |R_ii|.
package struct PivotedQR: Sendable {
  /// Orthonormal columns, m × min(m, n).
  package let q: Matrix
  /// Upper triangular, min(m, n) × n.
  package let r: Matrix
  /// Position in A of each column of QR.
  package let pivots: [Int]
  /// Number of diagonal elements with |R_ii| > tolerance · |R_00|.
  package let rank: Int

  /// Factors `matrix`; the default tolerance is max(m, n) · ε.
  package init(_ matrix: Matrix, tolerance: Double? = nil) {
    let (m, n) = (matrix.rows, matrix.columns)
    let k = min(m, n)
    var a = matrix
    var tau = [Double](repeating: 0, count: max(k, 1))
    var order = [Int32](repeating: 0, count: n)
    if k > 0 {
      withWorkspace(for: m * n) { work, count in
        LAPACKE_dgeqp3_work(
          LAPACK_COL_MAJOR, Int32(m), Int32(n), &a.storage, Int32(m), &order, &tau, work, count)
      }
      pivots = order.map { Int($0) - 1 }
    } else {
      pivots = Array(0..<n)
    }
    let threshold = (tolerance ?? Double(max(m, n)) * .ulpOfOne) * (k > 0 ? abs(a[0, 0]) : 0)
    var count = 0
    while count < k, abs(a[count, count]) > threshold { count += 1 }
    rank = count
    (q, r) = QR.unpack(a, tau: tau, full: false)
  }
}

/// Runs a LAPACK routine twice: once to ask for its workspace, once to work on a matrix of `size` entries.
@discardableResult
func withWorkspace(
  for size: Int, _ call: (_ work: UnsafeMutablePointer<Double>, _ count: Int32) -> Int32
) -> Int32 {
  var wanted = 0.0
  let info = call(&wanted, -1)
  guard info == 0 else { return info }
  let count = max(1, Int(wanted))
  let work = UnsafeMutablePointer<Double>.allocate(capacity: count)
  defer { work.deallocate() }
  return BLASThreads.small(size) { call(work, Int32(count)) }
}

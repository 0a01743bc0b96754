extension Matrix {
  /// Matrix product.
  package static func * (a: Matrix, b: Matrix) -> Matrix {
    precondition(a.columns == b.rows, "Matrix: \(a.shape) times \(b.shape)")
    return product(a, b, transposeA: false, transposeB: false)
  }

  /// Matrix–vector product.
  package static func * (a: Matrix, x: [Double]) -> [Double] {
    precondition(a.columns == x.count, "Matrix: \(a.shape) times a vector of \(x.count)")
    var y = [Double](repeating: 0, count: a.rows)
    guard a.rows > 0, a.columns > 0 else { return y }
    a.storage.withUnsafeBufferPointer { a0 in
      x.withUnsafeBufferPointer { x0 in
        y.withUnsafeMutableBufferPointer { y0 in
          guard let a1 = a0.baseAddress, let x1 = x0.baseAddress, let y1 = y0.baseAddress else { return }
          BLAS.gemv(a.rows, a.columns, 1, a1, a.rows, x1, 0, y1)
        }
      }
    }
    return y
  }

  /// Elementwise sum.
  package static func + (a: Matrix, b: Matrix) -> Matrix { a.zip(b, +) }

  /// Elementwise difference.
  package static func - (a: Matrix, b: Matrix) -> Matrix { a.zip(b, -) }

  /// Every element times `factor`.
  package static func * (factor: Double, a: Matrix) -> Matrix { a.mapElements { factor * $0 } }

  /// Every element times `factor`.
  package static func * (a: Matrix, factor: Double) -> Matrix { factor * a }

  /// The matrix with every sign changed.
  package static prefix func - (a: Matrix) -> Matrix { a.mapElements { -$0 } }

  /// A'B without forming the transpose.
  package func transposedTimes(_ b: Matrix) -> Matrix {
    precondition(rows == b.rows, "Matrix: transpose of \(shape) times \(b.shape)")
    return Matrix.product(self, b, transposeA: true, transposeB: false)
  }

  /// AB' without forming the transpose.
  package func timesTransposed(_ b: Matrix) -> Matrix {
    precondition(columns == b.columns, "Matrix: \(shape) times the transpose of \(b.shape)")
    return Matrix.product(self, b, transposeA: false, transposeB: true)
  }

  /// A'x without forming the transpose.
  package func transposedTimes(_ x: [Double]) -> [Double] {
    precondition(rows == x.count, "Matrix: transpose of \(shape) times a vector of \(x.count)")
    var result = [Double](repeating: 0, count: columns)
    guard rows > 0, columns > 0 else { return result }
    BLAS.gemv(transposed: true, rows, columns, 1, storage, rows, x, 0, &result)
    return result
  }

  /// A'A, both triangles.
  package func gram() -> Matrix {
    var result = Matrix(rows: columns, columns: columns)
    guard rows > 0, columns > 0 else { return result }
    let (n, k) = (columns, rows)
    storage.withUnsafeBufferPointer { a in
      result.storage.withUnsafeMutableBufferPointer { c in
        guard let a0 = a.baseAddress, let c0 = c.baseAddress else { return }
        BLAS.syrk(transposed: true, n, k, 1, a0, k, 0, c0, n)
        BLAS.mirrorLower(n, c0, n)
      }
    }
    return result
  }

  /// x'Ax.
  package func quadraticForm(_ x: [Double]) -> Double { LinearAlgebra.dot(x, self * x) }

  /// "rows × columns", for messages.
  package var shape: String { "\(rows) × \(columns)" }

  private static func product(_ a: Matrix, _ b: Matrix, transposeA: Bool, transposeB: Bool) -> Matrix {
    let m = transposeA ? a.columns : a.rows
    let k = transposeA ? a.rows : a.columns
    let n = transposeB ? b.rows : b.columns
    var result = Matrix(rows: m, columns: n)
    guard m > 0, n > 0, k > 0 else { return result }
    a.storage.withUnsafeBufferPointer { a0 in
      b.storage.withUnsafeBufferPointer { b0 in
        result.storage.withUnsafeMutableBufferPointer { c0 in
          guard let a1 = a0.baseAddress, let b1 = b0.baseAddress, let c1 = c0.baseAddress else { return }
          BLAS.gemm(
            transposeA: transposeA, transposeB: transposeB, m, n, k, 1, a1, a.rows, b1, b.rows, 0, c1, m)
        }
      }
    }
    return result
  }
}

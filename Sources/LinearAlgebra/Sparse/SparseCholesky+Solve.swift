import Foundation

extension SparseCholesky {
  /// B = A⁻¹B for `columns` contiguous columns of `count` elements.
  package func solve(_ b: UnsafeMutablePointer<Double>, columns: Int = 1) {
    forwardSolve(b, columns: columns)
    backwardSolve(b, columns: columns)
  }

  /// A⁻¹b.
  package func solve(_ b: [Double]) -> [Double] {
    precondition(b.count == count, "SparseCholesky: order \(count), right-hand side of \(b.count)")
    var x = b
    x.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      solve(base)
    }
    return x
  }

  /// B = L⁻¹PB.
  ///
  /// The result is in the order of the pivots: B'A⁻¹B is its Gram matrix, whatever the order.
  package func forwardSolve(_ b: UnsafeMutablePointer<Double>, columns: Int = 1) {
    precondition(isFactored, "SparseCholesky: nothing is factored")
    let n = count
    let s = analysis.structure
    let (x, gathered) = workspace(columns)
    analysis.permutation.withUnsafeBufferPointer { permutation in
      for j in 0..<columns {
        let (source, target) = (b + j * n, x + j * n)
        for k in 0..<n { target[k] = source[Int(permutation[k])] }
      }
    }
    for node in 0..<s.count {
      let (c, r) = s.size(node)
      let f = c + r
      let panel = factor + s.blockStart[node]
      let rows = s.below + s.belowStart[node]
      let first = x + s.firstColumn[node]
      FrontKernels.forward(rows: f, columns: c, panel, first, n, count: columns)
      guard r > 0 else { continue }
      if c <= 4 {
        for column in 0..<columns {
          let target = x + column * n
          for k in 0..<c {
            let l = panel + (k * f + c)
            let value = first[column * n + k]
            for i in 0..<r { target[Int(rows[i])] -= l[i] * value }
          }
        }
        continue
      }
      if columns == 1 {
        BLAS.gemv(r, c, 1, panel + c, f, first, 0, gathered)
      } else {
        BLAS.gemm(r, columns, c, 1, panel + c, f, first, n, 0, gathered, r)
      }
      for column in 0..<columns {
        let (source, target) = (gathered + column * r, x + column * n)
        for i in 0..<r { target[Int(rows[i])] -= source[i] }
      }
    }
    b.update(from: x, count: n * columns)
  }

  /// B = P'L'⁻¹B: takes what ``forwardSolve(_:columns:)`` left back to the original order.
  package func backwardSolve(_ b: UnsafeMutablePointer<Double>, columns: Int = 1) {
    precondition(isFactored, "SparseCholesky: nothing is factored")
    let n = count
    let s = analysis.structure
    let (x, gathered) = workspace(columns)
    x.update(from: b, count: n * columns)
    for node in stride(from: s.count - 1, through: 0, by: -1) {
      let (c, r) = s.size(node)
      let f = c + r
      let panel = factor + s.blockStart[node]
      let rows = s.below + s.belowStart[node]
      let first = x + s.firstColumn[node]
      if r > 0, c <= 4 {
        for column in 0..<columns {
          let source = x + column * n
          for k in 0..<c {
            let l = panel + (k * f + c)
            var sum = 0.0
            for i in 0..<r { sum += l[i] * source[Int(rows[i])] }
            first[column * n + k] -= sum
          }
        }
      } else if r > 0 {
        for column in 0..<columns {
          let (source, target) = (x + column * n, gathered + column * r)
          for i in 0..<r { target[i] = source[Int(rows[i])] }
        }
        if columns == 1 {
          BLAS.gemv(transposed: true, r, c, -1, panel + c, f, gathered, 1, first)
        } else {
          BLAS.gemm(transposeA: true, c, columns, r, -1, panel + c, f, gathered, r, 1, first, n)
        }
      }
      FrontKernels.backward(rows: f, columns: c, panel, first, n, count: columns)
    }
    analysis.permutation.withUnsafeBufferPointer { permutation in
      for j in 0..<columns {
        let (source, target) = (x + j * n, b + j * n)
        for k in 0..<n { target[Int(permutation[k])] = source[k] }
      }
    }
  }

  /// Room for permuted right-hand sides and for gathered rows of them.
  private func workspace(_ columns: Int) -> (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) {
    let needed = max(1, (count + analysis.largestBelow) * columns)
    if needed > solutionCount {
      solution.deallocate()
      solution = .allocate(capacity: needed)
      solutionCount = needed
    }
    return (solution, solution + count * columns)
  }
}

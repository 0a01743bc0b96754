internal import LinearAlgebra

/// The inner loops between chain levels and trailing columns: memory-bound sums over a sparse panel.
enum PanelKernels {
  /// The index arrays as raw pointers, so that inner loops count no references.
  @inline(__always)
  private static func pointers(_ panel: SparsePanel) -> (
    rowStart: UnsafeMutablePointer<Int32>, columns: UnsafeMutablePointer<Int32>,
    levels: UnsafeMutablePointer<Int32>, positions: UnsafeMutablePointer<Int32>
  ) {
    (
      panel.rowStart.pointer, panel.columns.pointer, panel.columnLevels.pointer,
      panel.columnPositions.pointer
    )
  }

  /// column −= Σ_l a_l' H_l a_lj over the rows i ≥ j, for one trailing column j.
  static func subtractColumn(
    _ j: Int, panel: SparsePanel, values: UnsafePointer<Double>, inner: UnsafePointer<Double>,
    from column: UnsafeMutablePointer<Double>
  ) {
    let (rowStart, columns, levels, positions) = pointers(panel)
    let entries = Int(panel.columnStart.pointer[j])..<Int(panel.columnStart.pointer[j + 1])
    let k = panel.width
    if let value = panel.uniformValue, values == UnsafePointer(panel.values.pointer) {
      let square = value * value
      for e in entries {
        let level = Int(levels[e])
        let weight = inner[level] * square
        let end = Int(rowStart[level + 1])
        var q = Int(positions[e])
        while q < end {
          column[Int(columns[q])] -= weight
          q += 1
        }
      }
    } else if k == 1 {
      for e in entries {
        let level = Int(levels[e])
        let position = Int(positions[e])
        let weight = inner[level] * values[position]
        let end = Int(rowStart[level + 1])
        var q = position
        while q < end {
          column[Int(columns[q])] -= weight * values[q]
          q += 1
        }
      }
    } else {
      withUnsafeTemporaryAllocation(of: Double.self, capacity: k) { weight in
        for e in entries {
          let level = Int(levels[e])
          let position = Int(positions[e])
          let h = inner + level * k * k
          for a in 0..<k {
            var sum = 0.0
            for b in 0..<k { sum += h[a + b * k] * values[position * k + b] }
            weight[a] = sum
          }
          for q in position..<Int(rowStart[level + 1]) {
            var sum = 0.0
            for a in 0..<k { sum += weight[a] * values[q * k + a] }
            column[Int(columns[q])] -= sum
          }
        }
      }
    }
  }

  /// quadratics_l += the share of a_l Q a_l' that belongs to column j of Q and rows i ≥ j.
  static func addColumnQuadratics(
    _ j: Int, panel: SparsePanel, values: UnsafePointer<Double>, column: UnsafePointer<Double>,
    to quadratics: UnsafeMutablePointer<Double>
  ) {
    let (rowStart, columns, levels, positions) = pointers(panel)
    let entries = Int(panel.columnStart.pointer[j])..<Int(panel.columnStart.pointer[j + 1])
    let k = panel.width
    if let value = panel.uniformValue, values == UnsafePointer(panel.values.pointer) {
      let square = value * value
      for e in entries {
        let level = Int(levels[e])
        let end = Int(rowStart[level + 1])
        var q = Int(positions[e]) + 1
        var even = 0.0
        var odd = 0.0
        while q + 1 < end {
          even += column[Int(columns[q])]
          odd += column[Int(columns[q + 1])]
          q += 2
        }
        if q < end { even += column[Int(columns[q])] }
        quadratics[level] += square * (column[j] + 2 * (even + odd))
      }
    } else if k == 1 {
      for e in entries {
        let level = Int(levels[e])
        let position = Int(positions[e])
        var sum = 0.0
        for q in position + 1..<max(Int(rowStart[level + 1]), position + 1) {
          sum += column[Int(columns[q])] * values[q]
        }
        let own = values[position]
        quadratics[level] += own * (column[j] * own + 2 * sum)
      }
    } else {
      withUnsafeTemporaryAllocation(of: Double.self, capacity: k) { sum in
        for e in entries {
          let level = Int(levels[e])
          let position = Int(positions[e])
          let own = values + position * k
          for a in 0..<k { sum[a] = 0.5 * column[j] * own[a] }
          for q in position + 1..<max(Int(rowStart[level + 1]), position + 1) {
            let weight = column[Int(columns[q])]
            for a in 0..<k { sum[a] += weight * values[q * k + a] }
          }
          let target = quadratics + level * k * k
          for a in 0..<k {
            for b in 0..<k { target[a + b * k] += own[a] * sum[b] + sum[a] * own[b] }
          }
        }
      }
    }
  }

  /// H a for a nearly full panel stored as a dense matrix.
  static func weighted(_ dense: Buffer, panel: SparsePanel, inner: Buffer) -> Buffer {
    let k = panel.width
    let height = panel.levelCount * k
    let result = Buffer(dense.count)
    for j in 0..<panel.columnCount {
      let source = dense.pointer + j * height
      let target = result.pointer + j * height
      for level in 0..<panel.levelCount {
        let h = inner.pointer + level * k * k
        let x = source + level * k
        let y = target + level * k
        for b in 0..<k {
          let value = x[b]
          if value == 0 { continue }
          for a in 0..<k { y[a] += h[a + b * k] * value }
        }
      }
    }
    return result
  }

  /// a_l Q a_l' for a nearly full panel, by one symmetric product.
  static func addDenseQuadratics(
    _ dense: Buffer, panel: SparsePanel, trailing: TrailingElimination, to target: Buffer
  ) {
    let k = panel.width
    let m = panel.columnCount
    let height = panel.levelCount * k
    let q = Buffer(m * m)
    trailing.forEachInverseBlock(whole: false) { first, width, columns in
      for c in 0..<width {
        let j = first + c
        (q.pointer + j * m + j).update(from: columns + c * m + j, count: m - j)
      }
    }
    let product = Buffer(height * m)
    BLAS.symm(side: .right, height, m, 1, q.pointer, m, dense.pointer, height, 0, product.pointer, height)
    for j in 0..<m {
      let left = dense.pointer + j * height
      let right = product.pointer + j * height
      for level in 0..<panel.levelCount {
        let out = target.pointer + level * k * k
        let x = left + level * k
        let y = right + level * k
        for b in 0..<k {
          let value = y[b]
          for a in 0..<k { out[a + b * k] += x[a] * value }
        }
      }
    }
  }
}

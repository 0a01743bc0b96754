internal import LinearAlgebra

extension BlockedElimination {
  func quadraticForms(_ directions: [Direction], coefficients: [Double]) -> QuadraticForms {
    let n = directions.count
    let p = panelColumns - 1
    var forms = QuadraticForms(
      products: Matrix(rows: n, columns: n), fixed: Matrix(rows: p, columns: n),
      residual: [Double](repeating: 0, count: n))
    let vectors = products.structure.factors.indices.map { f in
      directionVectors(f, directions: directions, coefficients: coefficients, forms: &forms)
    }
    forms.products = products(of: vectors, count: n)
    return forms
  }

  /// v_i'Z'V⁻¹Zv_j of n vectors, n numbers for each random effect of every factor.
  func products(of vectors: [Buffer], count n: Int) -> Matrix {
    let images = multiply(vectors, count: n)
    let sum = Buffer(n * n)
    for f in vectors.indices {
      Self.addGram(
        vectors[f].pointer, images[f].pointer, rows: images[f].count / max(n, 1), n: n, to: sum.pointer)
    }
    subtractEliminated(images, count: n, from: sum)
    var result = Matrix(rows: n, columns: n)
    for i in 0..<n {
      for j in 0..<n { result[i, j] = 0.5 * (sum.pointer[i + j * n] + sum.pointer[j + i * n]) }
    }
    return result
  }

  /// v = E r on one factor, n numbers per row; adds X̃'V⁻¹Zv and v'r to the forms.
  private func directionVectors(
    _ factor: Int, directions: [Direction], coefficients: [Double], forms: inout QuadraticForms
  ) -> Buffer {
    let n = directions.count
    let r = panelColumns
    let p = r - 1
    let (gradient, levels, k) = blocks(of: factor, of: \.gradient, trailingBuffer: \.gradient)
    let result = Buffer(levels * k * n)
    let residual = Buffer(k)
    let weights = coefficients.map { -$0 } + [1]
    let active = directions.enumerated().compactMap { i, direction in
      direction.parts.first { $0.factor == factor }.map { (i, $0.matrix.storage) }
    }
    if active.isEmpty { return result }
    for level in 0..<levels {
      let g = gradient + level * k * r
      for a in 0..<k {
        var value = 0.0
        for c in 0..<r { value += g[a * r + c] * weights[c] }
        residual.pointer[a] = value
      }
      let target = result.pointer + level * k * n
      for (i, matrix) in active {
        var dot = 0.0
        for a in 0..<k {
          var value = 0.0
          for b in 0..<k { value += matrix[a + b * k] * residual.pointer[b] }
          target[a * n + i] = value
          dot += value * residual.pointer[a]
          if value != 0 {
            for c in 0..<p { forms.fixed.storage[c + i * p] += g[a * r + c] * value }
          }
        }
        forms.residual[i] += dot
      }
    }
    return result
  }

  /// A v over all random columns.
  private func multiply(_ vectors: [Buffer], count n: Int) -> [Buffer] {
    let images = vectors.map { Buffer($0.count) }
    for (d, workspace) in chain.enumerated() {
      let block = workspace.block
      let k = block.width
      let stride = block.stride
      let own = vectors[workspace.factor].pointer
      let mine = images[workspace.factor].pointer
      let records = block.records.pointer
      let later = ancestors(of: d).map {
        (
          parents: $0.parents, width: $0.width, vectors: vectors[$0.factor].pointer,
          images: images[$0.factor].pointer
        )
      }
      for level in 0..<block.levelCount {
        let record = records + level * k * stride
        let v = own + level * k * n
        let g = mine + level * k * n
        for a in 0..<k {
          for b in 0..<k {
            let value = record[a * stride + b]
            for i in 0..<n { g[a * n + i] += value * v[b * n + i] }
          }
        }
        var ancestor = level
        var offset = k
        for next in later {
          ancestor = Int(next.parents[ancestor])
          let width = next.width
          let other = next.vectors + ancestor * width * n
          let theirs = next.images + ancestor * width * n
          for a in 0..<k {
            for b in 0..<width {
              let value = record[a * stride + offset + b]
              for i in 0..<n {
                g[a * n + i] += value * other[b * n + i]
                theirs[b * n + i] += value * v[a * n + i]
              }
            }
          }
          offset += width
        }
      }
    }
    guard let trailing else { return images }
    let v = gathered(vectors, n: n)
    let g = Buffer(v.count)
    trailing.multiplySubtracting(v, into: g, columns: n)
    for i in 0..<g.count { g.pointer[i] = -g.pointer[i] }
    for (d, workspace) in chain.enumerated() {
      guard let panel = workspace.block.panel else { continue }
      if d == 0, let dense = trailing.densePanel(d) {
        let height = panel.levelCount * panel.width
        let m = trailing.count
        BLAS.gemm(
          n, m, height, 1, vectors[workspace.factor].pointer, n, dense.pointer, height, 1, g.pointer, n)
        BLAS.gemm(
          transposeB: true, n, height, m, 1, v.pointer, n, dense.pointer, height, 1,
          images[workspace.factor].pointer, n)
        continue
      }
      addPanel(
        panel, values: panel.values, levels: vectors[workspace.factor], levelImage: images[workspace.factor],
        columns: v, columnImage: g, n: n)
    }
    scatter(g, to: images, n: n)
    return images
  }

  /// Both products of a panel: level image += a v_D, column image += a'v.
  private func addPanel(
    _ panel: SparsePanel, values: Buffer, levels: Buffer, levelImage: Buffer, columns: Buffer,
    columnImage: Buffer, n: Int
  ) {
    let k = panel.width
    for level in 0..<panel.levelCount {
      let v = levels.pointer + level * k * n
      let g = levelImage.pointer + level * k * n
      for q in Int(panel.rowStart.pointer[level])..<Int(panel.rowStart.pointer[level + 1]) {
        let j = Int(panel.columns.pointer[q])
        let other = columns.pointer + j * n
        let theirs = columnImage.pointer + j * n
        for a in 0..<k {
          let value = values.pointer[q * k + a]
          for i in 0..<n {
            g[a * n + i] += value * other[i]
            theirs[i] += value * v[a * n + i]
          }
        }
      }
    }
  }

  /// Forward elimination of g: sum −= Σ g'Hg + w'w.
  private func subtractEliminated(_ images: [Buffer], count n: Int, from sum: Buffer) {
    let trailingImage = trailing == nil ? nil : gathered(images, n: n)
    for (d, workspace) in chain.enumerated() {
      let block = workspace.block
      let k = block.width
      let stride = block.stride
      let scratch = Buffer(k * n)
      let weighted = scratch.pointer
      let mine = images[workspace.factor].pointer
      let records = workspace.records.pointer
      let inner = workspace.inner.pointer
      let target = sum.pointer
      let panel = block.panel
      let panelValues = workspace.panelValues
      let dense = trailing?.densePanel(d)
      // Hg of all levels, for one product with a nearly full panel.
      let allWeighted = dense.map { _ in Buffer(block.levelCount * k * n) }
      let later = ancestors(of: d).map {
        (parents: $0.parents, width: $0.width, images: images[$0.factor].pointer)
      }
      for level in 0..<block.levelCount {
        let record = records + level * k * stride
        let h = inner + level * k * k
        let g = mine + level * k * n
        for a in 0..<k {
          for i in 0..<n {
            var value = 0.0
            for b in 0..<k { value += h[a + b * k] * g[b * n + i] }
            weighted[a * n + i] = value
          }
          for i in 0..<n {
            let value = weighted[a * n + i]
            if value == 0 { continue }
            for j in 0..<n { target[j + i * n] -= value * g[a * n + j] }
          }
        }
        var ancestor = level
        var offset = k
        for next in later {
          ancestor = Int(next.parents[ancestor])
          let width = next.width
          let theirs = next.images + ancestor * width * n
          for a in 0..<k {
            for b in 0..<width {
              let value = record[a * stride + offset + b]
              for i in 0..<n { theirs[b * n + i] -= value * weighted[a * n + i] }
            }
          }
          offset += width
        }
        if let allWeighted {
          (allWeighted.pointer + level * k * n).update(from: weighted, count: k * n)
          continue
        }
        guard let panel, let values = panelValues, let trailingImage else { continue }
        for q in Int(panel.rowStart.pointer[level])..<Int(panel.rowStart.pointer[level + 1]) {
          let theirs = trailingImage.pointer + Int(panel.columns.pointer[q]) * n
          for a in 0..<k {
            let value = values.pointer[q * k + a]
            for i in 0..<n { theirs[i] -= value * weighted[a * n + i] }
          }
        }
      }
      if let dense, let allWeighted, let trailing, let trailingImage {
        let height = block.levelCount * k
        BLAS.gemm(
          n, trailing.count, height, -1, allWeighted.pointer, n, dense.pointer, height, 1,
          trailingImage.pointer, n)
      }
    }
    guard let trailing, let trailingImage else { return }
    trailing.forward(trailingImage, columns: n)
    BLAS.gemm(
      transposeB: true, n, n, trailing.count, -1, trailingImage.pointer, n, trailingImage.pointer, n, 1,
      sum.pointer, n)
  }

  private static func addGram(
    _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, rows: Int, n: Int,
    to sum: UnsafeMutablePointer<Double>
  ) {
    if n > 4 {
      BLAS.gemm(transposeB: true, n, n, rows, 1, y, n, x, n, 1, sum, n)
      return
    }
    for row in 0..<rows {
      for i in 0..<n {
        let value = x[row * n + i]
        if value == 0 { continue }
        for j in 0..<n { sum[j + i * n] += value * y[row * n + j] }
      }
    }
  }

  /// The trailing factors' rows in one buffer, in the order of the trailing columns.
  private func gathered(_ buffers: [Buffer], n: Int) -> Buffer {
    guard let trailing else { return Buffer(0) }
    let result = Buffer(trailing.count * n)
    var offset = 0
    for f in products.structure.trailing {
      (result.pointer + offset).update(from: buffers[f].pointer, count: buffers[f].count)
      offset += buffers[f].count
    }
    return result
  }

  private func scatter(_ source: Buffer, to buffers: [Buffer], n: Int) {
    var offset = 0
    for f in products.structure.trailing {
      buffers[f].pointer.update(from: source.pointer + offset, count: buffers[f].count)
      offset += buffers[f].count
    }
  }
}

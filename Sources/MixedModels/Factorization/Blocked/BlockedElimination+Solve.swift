internal import LinearAlgebra

extension BlockedElimination {
  /// Back-substitution: u = S Z'V⁻¹R and g = Z'V⁻¹R for every level, coarsest first.
  func solve() {
    let r = panelColumns
    trailing?.solve()
    for d in chain.indices.reversed() {
      let workspace = chain[d]
      let block = workspace.block
      let k = block.width
      let stride = block.stride
      let scratch = Buffer(k * r)
      let rhs = scratch.pointer
      let records = workspace.records.pointer
      let inner = workspace.inner.pointer
      let solution = workspace.solution.pointer
      let gradient = workspace.gradient.pointer
      let panel = block.panel
      let panelValues = workspace.panelValues
      let later = ancestors(of: d)
      let dense = trailing?.densePanel(d)
      // a u_D of all levels at once when the panel is nearly full.
      let trailingShare = dense.map { _ in Buffer(block.levelCount * k * r) }
      if let dense, let trailing, let trailingShare {
        let height = block.levelCount * k
        BLAS.gemm(
          transposeB: true, r, height, trailing.count, 1, trailing.solution.pointer, r, dense.pointer, height,
          0, trailingShare.pointer, r)
      }
      for level in 0..<block.levelCount {
        let record = records + level * k * stride
        for a in 0..<k {
          let source = record + a * stride + stride - r
          for c in 0..<r { rhs[a * r + c] = source[c] }
        }
        var ancestor = level
        var offset = k
        for next in later {
          ancestor = Int(next.parents[ancestor])
          let width = next.width
          let u = next.solution + ancestor * width * r
          for a in 0..<k {
            for b in 0..<width {
              let value = record[a * stride + offset + b]
              for c in 0..<r { rhs[a * r + c] -= value * u[b * r + c] }
            }
          }
          offset += width
        }
        if let trailingShare {
          let share = trailingShare.pointer + level * k * r
          for i in 0..<k * r { rhs[i] -= share[i] }
        } else if let panel, let values = panelValues, let trailing {
          for q in Int(panel.rowStart.pointer[level])..<Int(panel.rowStart.pointer[level + 1]) {
            let u = trailing.solution.pointer + Int(panel.columns.pointer[q]) * r
            for a in 0..<k {
              let value = values.pointer[q * k + a]
              for c in 0..<r { rhs[a * r + c] -= value * u[c] }
            }
          }
        }
        let h = inner + level * k * k
        let u = solution + level * k * r
        let g = gradient + level * k * r
        for a in 0..<k {
          for c in 0..<r {
            var value = 0.0
            for b in 0..<k { value += h[a + b * k] * rhs[b * r + c] }
            u[a * r + c] = value
          }
        }
        // g = (I − MH) rhs = rhs − M u.
        for a in 0..<k {
          for c in 0..<r {
            var value = rhs[a * r + c]
            for b in 0..<k { value -= record[a * stride + b] * u[b * r + c] }
            g[a * r + c] = value
          }
        }
      }
    }
    trailing?.finishGradient(chain: chain)
  }

  /// Conditional modes of every factor's levels: levels × k, level by level.
  func modes(coefficients: [Double]) -> [Buffer] {
    let r = panelColumns
    return products.structure.factors.indices.map { f in
      let (solution, levels, k) = blocks(of: f, of: \.solution, trailingBuffer: \.solution)
      let result = Buffer(levels * k)
      for i in 0..<levels * k {
        let row = solution + i * r
        var value = row[r - 1]
        for c in 0..<r - 1 { value -= row[c] * coefficients[c] }
        result.pointer[i] = value
      }
      return result
    }
  }

  /// A factor's rows in a k × r per level buffer, with its number of levels and width.
  func blocks(
    of factor: Int, of chainBuffer: KeyPath<ChainWorkspace, Buffer>,
    trailingBuffer: KeyPath<TrailingElimination, Buffer>
  ) -> (UnsafeMutablePointer<Double>, Int, Int) {
    if let d = products.structure.chain.firstIndex(of: factor) {
      return (chain[d][keyPath: chainBuffer].pointer, chain[d].block.levelCount, chain[d].block.width)
    }
    guard let trailing, let g = products.structure.trailing.firstIndex(of: factor) else {
      preconditionFailure("BlockedElimination: factor \(factor) has no block")
    }
    let products = trailing.products
    let first = Int(products.blockStart.pointer[products.factorStart[g]])
    let levels = products.factorStart[g + 1] - products.factorStart[g]
    return (
      trailing[keyPath: trailingBuffer].pointer + first * panelColumns, levels, products.widths[g]
    )
  }
}

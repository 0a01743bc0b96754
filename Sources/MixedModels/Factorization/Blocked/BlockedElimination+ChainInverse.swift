internal import LinearAlgebra

/// Q = T C⁻¹T' over a chain of nested factors, top-down and on the pattern of the panels only (Takahashi's recurrence).
extension BlockedElimination {
  /// Adds the share of chain ancestors to a_l Q a_l' and, for levels with children, keeps Q's rows.
  func addChainQuadratics(_ d: Int, keepInverse: Bool, to quadratics: Buffer) {
    let workspace = chain[d]
    let block = workspace.block
    let k = block.width
    let stride = block.stride
    let later = block.panelWidth - panelColumns
    let size = k + later
    let panel = trailing == nil ? nil : block.panel
    let values = workspace.panelValues
    let inverse = keepInverse ? Buffer(block.levelCount * size * size) : nil
    let entryProducts =
      keepInverse && panel != nil ? trailing?.panelProducts(d, workspace: workspace) : nil
    let scratch = Buffer(3 * later * k + k * k)
    let products = scratch.pointer  // Q_cc C' + Q_cD a', later × k
    let cross = products + later * k
    for level in 0..<block.levelCount {
      let record = workspace.records.pointer + level * k * stride + k
      let h = workspace.inner.pointer + level * k * k
      let quadratic = quadratics.pointer + level * k * k
      for i in 0..<later * k {
        products[i] = 0
        cross[i] = 0
      }
      var parentInverse: UnsafeMutablePointer<Double>?
      if later > 0, let parents = block.parents, let parent = chain[d + 1].inverse {
        let matrix = parent.pointer + Int(parents.pointer[level]) * later * later
        parentInverse = matrix
        for a in 0..<k {
          for j in 0..<later {
            let value = record[a * stride + j]
            for i in 0..<later { products[i + a * later] += matrix[i + j * later] * value }
          }
        }
        if let panel, let values {
          addCrossProducts(d, level: level, panel: panel, values: values, later: later, to: cross)
        }
      }
      // aQa' += C(Q_cc C' + X) + (C X)', X = Q_cD a_D'.
      for a in 0..<k {
        for b in 0..<k {
          var value = 0.0
          for i in 0..<later {
            value +=
              record[a * stride + i] * (products[i + b * later] + cross[i + b * later])
              + cross[i + a * later] * record[b * stride + i]
          }
          quadratic[a + b * k] += value
        }
      }
      guard let inverse else { continue }
      let own = inverse.pointer + level * size * size
      for i in 0..<later * k { products[i] += cross[i] }
      fillInverse(
        own, size: size, k: k, h: h, quadratic: quadratic, products: products, parent: parentInverse)
      if let panel, let entryProducts {
        addAncestorShare(
          d, level: level, panel: panel, record: record, stride: stride, to: entryProducts)
        for q in Int(panel.rowStart.pointer[level])..<Int(panel.rowStart.pointer[level + 1]) {
          let entry = entryProducts.pointer + q * k
          for a in 0..<k {
            var value = 0.0
            for b in 0..<k { value -= h[a + b * k] * entry[b] }
            cross[a] = value
          }
          for a in 0..<k { entry[a] = cross[a] }
        }
      }
    }
    workspace.inverse = inverse
    workspace.inversePanel = entryProducts
  }

  /// X += Q_cD a_D' from the ancestors' stored rows.
  private func addCrossProducts(
    _ d: Int, level: Int, panel: SparsePanel, values: Buffer, later: Int,
    to cross: UnsafeMutablePointer<Double>
  ) {
    let k = panel.width
    for q in Int(panel.rowStart.pointer[level])..<Int(panel.rowStart.pointer[level + 1]) {
      forEachAncestorEntry(of: q, panel: panel, above: d) { position, offset, next in
        guard let stored = next.inversePanel else { return }
        let width = next.block.width
        for b in 0..<k {
          let weight = values.pointer[q * k + b]
          for a in 0..<width {
            cross[offset + a + b * later] += stored.pointer[position * width + a] * weight
          }
        }
      }
    }
  }

  /// (Q a')_D += Q_Dc C' on the level's own trailing entries.
  private func addAncestorShare(
    _ d: Int, level: Int, panel: SparsePanel, record: UnsafePointer<Double>, stride: Int, to entries: Buffer
  ) {
    let k = panel.width
    for q in Int(panel.rowStart.pointer[level])..<Int(panel.rowStart.pointer[level + 1]) {
      forEachAncestorEntry(of: q, panel: panel, above: d) { position, offset, next in
        guard let stored = next.inversePanel else { return }
        let width = next.block.width
        for b in 0..<k {
          for a in 0..<width {
            entries.pointer[q * k + b] +=
              stored.pointer[position * width + a] * record[b * stride + offset + a]
          }
        }
      }
    }
  }

  /// Q over [level | later]: [[H + H aQa' H, −H(Qa')'], [., Q_cc]].
  private func fillInverse(
    _ own: UnsafeMutablePointer<Double>, size: Int, k: Int, h: UnsafePointer<Double>,
    quadratic: UnsafePointer<Double>, products: UnsafePointer<Double>,
    parent: UnsafeMutablePointer<Double>?
  ) {
    let later = size - k
    Self.forEachConditional(h, quadratic, k) { a, b, value in own[a + b * size] = value }
    for a in 0..<k {
      for i in 0..<later {
        var value = 0.0
        for c in 0..<k { value -= h[a + c * k] * products[i + c * later] }
        own[a + (k + i) * size] = value
        own[k + i + a * size] = value
      }
    }
    guard let parent else { return }
    for j in 0..<later {
      for i in 0..<later { own[k + i + (k + j) * size] = parent[i + j * later] }
    }
  }

  /// Entries (a, b) of H + H aQa' H, the covariance of a level's effects given y, for σ² = 1.
  @inline(__always)
  static func forEachConditional(
    _ h: UnsafePointer<Double>, _ quadratic: UnsafePointer<Double>, _ k: Int,
    _ body: (_ a: Int, _ b: Int, _ value: Double) -> Void
  ) {
    for a in 0..<k {
      for b in 0..<k {
        var value = h[a + b * k]
        for c in 0..<k {
          for e in 0..<k { value += h[a + c * k] * quadratic[c + e * k] * h[e + b * k] }
        }
        body(a, b, value)
      }
    }
  }
}

internal import LinearAlgebra

extension BlockedElimination {
  func traces(
    coefficients: [Double], fixedInverse: Matrix?, toleratesRounding: Bool
  ) throws(EngineError) -> [FactorTraces] {
    let quadratics = try chainQuadratics(toleratesRounding: toleratesRounding)
    var projections: [Int: Matrix] = [:]
    for (d, workspace) in chain.enumerated() {
      projections[workspace.factor] = projectionSum(workspace, quadratics: quadratics[d])
    }
    if let trailing {
      for (g, trace) in trailing.traces().enumerated() {
        projections[products.structure.trailing[g]] = trace
      }
    }
    return products.structure.factors.indices.map { f in
      let (residual, fixed) = gradientProducts(f, coefficients: coefficients, fixedInverse: fixedInverse)
      let k = residual.rows
      var projection = projections[f] ?? Matrix(rows: k, columns: k)
      for i in projection.storage.indices { projection.storage[i] -= fixed.storage[i] }
      return FactorTraces(projection: projection, residual: residual)
    }
  }

  /// Σ_l W'(M + MSM − aQa')W with W = I − HM: the factor's Σ_l [Z'V⁻¹Z]_ll.
  private func projectionSum(_ workspace: ChainWorkspace, quadratics: Buffer) -> Matrix {
    let k = workspace.block.width
    let stride = workspace.block.stride
    let records = workspace.records.pointer
    let inner = workspace.inner.pointer
    var sum = Matrix(rows: k, columns: k)
    let t = lower[workspace.factor]
    if k == 1 {
      let s = t[0] * t[0]
      var total = 0.0
      for level in 0..<workspace.block.levelCount {
        let m = records[level * stride]
        let w = 1 / (1 + s * m)
        total += w * w * (m + m * m * s - quadratics.pointer[level])
      }
      sum[0, 0] = total
      return sum
    }
    let scratch = Buffer(4 * k * k)
    let m = scratch.pointer
    let w = m + k * k
    let tm = w + k * k
    let x = tm + k * k
    for level in 0..<workspace.block.levelCount {
      let record = records + level * k * stride
      let h = inner + level * k * k
      for a in 0..<k { for b in 0..<k { m[a + b * k] = record[a * stride + b] } }
      for b in 0..<k {
        for a in 0..<k {
          var hm = a == b ? 1.0 : 0.0
          var product = 0.0
          for c in 0..<k { hm -= h[a + c * k] * m[c + b * k] }
          for c in a..<k { product += t[c + a * k] * m[c + b * k] }
          w[a + b * k] = hm
          tm[a + b * k] = product
        }
      }
      // X = M + (T'M)'(T'M) − aQa'.
      let quadratic = quadratics.pointer + level * k * k
      for b in 0..<k {
        for a in 0..<k {
          var value = m[a + b * k] - quadratic[a + b * k]
          for c in 0..<k { value += tm[c + a * k] * tm[c + b * k] }
          x[a + b * k] = value
        }
      }
      // sum += W'XW, with XW in tm.
      for b in 0..<k {
        for a in 0..<k {
          var value = 0.0
          for c in 0..<k { value += x[a + c * k] * w[c + b * k] }
          tm[a + b * k] = value
        }
      }
      for b in 0..<k {
        for a in 0..<k {
          var value = 0.0
          for c in 0..<k { value += w[c + a * k] * tm[c + b * k] }
          sum[a, b] += value
        }
      }
    }
    return sum
  }

  /// a_l Q a_l' of every chain level over all later random effects, k × k per level, finest factor first.
  func chainQuadratics(toleratesRounding: Bool = false) throws(EngineError) -> [Buffer] {
    let result = chain.map { Buffer($0.block.levelCount * $0.block.width * $0.block.width) }
    if toleratesRounding, chain.count == 1, try trailing?.addFactorQuadratics(to: result[0]) == true {
      return result
    }
    try trailing?.invert(rough: toleratesRounding)
    for d in chain.indices.reversed() {
      let workspace = chain[d]
      if let trailing, workspace.block.panel != nil {
        trailing.addPanelQuadratics(d, workspace: workspace, to: result[d])
      }
      let hasChildren = d > 0
      if hasChildren || d + 1 < chain.count {
        addChainQuadratics(d, keepInverse: hasChildren, to: result[d])
      }
    }
    return result
  }

  /// Σ_l r_l r_l' with r = g·(−b, 1), and Σ_l g_l (X'V⁻¹X)⁻¹ g_l'.
  private func gradientProducts(
    _ factor: Int, coefficients: [Double], fixedInverse: Matrix?
  ) -> (residual: Matrix, fixed: Matrix) {
    let r = panelColumns
    let p = r - 1
    let (gradient, levels, k) = blocks(of: factor, of: \.gradient, trailingBuffer: \.gradient)
    // Σ_l g_la g_lb' for a ≥ b, lower triangles of r × r on the diagonal pairs.
    let pairs = k * (k + 1) / 2
    let sums = Buffer(pairs * r * r)
    for level in 0..<levels {
      let rows = gradient + level * k * r
      var target = sums.pointer
      for a in 0..<k {
        for b in 0...a {
          let left = rows + a * r
          let right = rows + b * r
          for i in 0..<r {
            let value = left[i]
            let column = target + i * r
            for j in 0..<r { column[j] += value * right[j] }
          }
          target += r * r
        }
      }
    }
    var residual = Matrix(rows: k, columns: k)
    var fixed = Matrix(rows: k, columns: k)
    let weights = coefficients.map { -$0 } + [1]
    var target = sums.pointer
    for a in 0..<k {
      for b in 0...a {
        var rr = 0.0
        var xx = 0.0
        for i in 0..<r { for j in 0..<r { rr += weights[i] * target[i * r + j] * weights[j] } }
        if let fixedInverse {
          for i in 0..<p { for j in 0..<p { xx += fixedInverse[i, j] * target[i * r + j] } }
        }
        residual[a, b] = rr
        residual[b, a] = rr
        fixed[a, b] = xx
        fixed[b, a] = xx
        target += r * r
      }
    }
    return (residual, fixed)
  }

  /// Diagonal blocks of S − S Z'V⁻¹Z S of a factor, k × k per level.
  func conditionalCovariances(factor: Int) throws(EngineError) -> Buffer {
    if let d = products.structure.chain.firstIndex(of: factor) {
      let quadratics = try chainQuadratics()[d]
      let workspace = chain[d]
      let k = workspace.block.width
      let result = Buffer(quadratics.count)
      for level in 0..<workspace.block.levelCount {
        let h = workspace.inner.pointer + level * k * k
        Self.forEachConditional(h, quadratics.pointer + level * k * k, k) { a, b, value in
          result.pointer[level * k * k + a + b * k] = value
        }
      }
      return result
    }
    guard let trailing, let g = products.structure.trailing.firstIndex(of: factor) else { return Buffer(0) }
    try trailing.invert(rough: false)
    return trailing.inverseBlocks(factor: g)
  }
}

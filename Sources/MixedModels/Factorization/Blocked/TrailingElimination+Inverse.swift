internal import LinearAlgebra

extension TrailingElimination {
  func invert(rough: Bool) throws(EngineError) { try storage.invert(rough: rough) }

  /// Adds a_l Q a_l' of the only chain factor from the inverse of the factor; `traces` then needs no more.
  ///
  /// - Returns: false where blocks of the inverse itself are needed, or single precision gains nothing.
  func addFactorQuadratics(to target: Buffer) throws(EngineError) -> Bool {
    guard let dense, count >= Tuning.roughOrder, panels.count == 1, densePanels[0] == nil,
      PanelTiles.pay(panels[0], order: count), products.widths.allSatisfy({ $0 == 1 })
    else { return false }
    let inverse = try dense.invertFactor()
    PanelTiles.addQuadratics(
      inverse, scales: columnScales.map(Float.init), panel: panels[0], workers: workers, to: target)
    return true
  }

  /// T of each column, where factors have one regressor each.
  private var columnScales: [Double] {
    products.widths.indices.flatMap { g in
      [Double](repeating: factors[g][0], count: products.factorStart[g + 1] - products.factorStart[g])
    }
  }

  /// Q in single precision, both triangles; takes what ``invert(rough:)`` left, where factors have one regressor each.
  func takeInverse() -> Storage<Float> {
    let m = count
    let q = dense?.takeRoughInverse() ?? roughInverse()
    let scales = columnScales.map(Float.init)
    workers.forEach(chunks: Self.shares, work: m * m) { share in
      for j in stride(from: share, to: m, by: Self.shares) {
        let column = q.pointer + j * m
        for i in j..<m { column[i] *= scales[j] * scales[i] }
      }
    }
    BLAS.mirrorLower(m, q.pointer, m)
    return q
  }

  /// S⁻¹ in single precision, lower triangle, from that of double.
  private func roughInverse() -> Storage<Float> {
    let result = Storage<Float>(count * count)
    let column = Buffer(count)
    for j in 0..<count {
      storage.loadInverse(column: j, into: column.pointer, whole: false)
      for i in j..<count { result.pointer[j * count + i] = Float(column.pointer[i]) }
    }
    return result
  }

  /// Calls `body` with Q = T S⁻¹T' column by column: buffers of a level block's columns, rows `first`…
  /// (every row when `whole`).
  ///
  /// - Parameter share: which of ``shares`` parts of the blocks to visit; nil for all.
  func forEachInverseBlock(
    whole: Bool, share: Int? = nil,
    _ body: (_ first: Int, _ width: Int, _ columns: UnsafeMutablePointer<Double>) -> Void
  ) {
    let m = count
    let widest = products.widths.max() ?? 1
    let buffers = Buffer(widest * m)
    let step = share == nil ? 1 : Self.shares
    for block in stride(from: share ?? 0, to: products.blockFactor.count, by: step) {
      let first = Int(products.blockStart.pointer[block])
      let g = products.blockFactor[block]
      let k = products.widths[g]
      let t = factors[g]
      for c in 0..<k {
        storage.loadInverse(column: first + c, into: buffers.pointer + c * m, whole: whole)
      }
      let list = whole ? RowList(indices: nil, start: 0, count: m) : storage.rowList(column: first)
      if k == 1 {
        scaleRows(buffers.pointer, rows: list, transposed: false, by: t[0])
        body(first, k, buffers.pointer)
        continue
      }
      for c in 0..<k {
        for b in 0..<c { buffers.pointer[c * m + first + b] = buffers.pointer[b * m + first + c] }
      }
      for c in (0..<k).reversed() {
        let column = buffers.pointer + c * m
        let diagonal = t[c + c * k]
        for position in 0..<list.count { column[list[position]] *= diagonal }
        for b in 0..<c where t[c + b * k] != 0 {
          let value = t[c + b * k]
          let other = buffers.pointer + b * m
          for position in 0..<list.count { column[list[position]] += value * other[list[position]] }
        }
      }
      for c in 0..<k { scaleRows(buffers.pointer + c * m, rows: list, transposed: false) }
      body(first, k, buffers.pointer)
    }
  }

  /// Σ_l [Z'V⁻¹Z]_ll of each trailing factor; `invert` must have run.
  func traces() -> [Matrix] {
    if let projection = unscaledProjection() { return blockTraces(projection) }
    let m = count
    let widest = products.widths.max() ?? 1
    let buffers = Buffer(widest * m)
    var sums = products.widths.map { Matrix(rows: $0, columns: $0) }
    for block in products.blockFactor.indices {
      let first = Int(products.blockStart.pointer[block])
      let g = products.blockFactor[block]
      let k = products.widths[g]
      if k == 1 {
        sums[g][0, 0] += 1 - storage.inverseDiagonal(first)
        continue
      }
      for c in 0..<k {
        storage.loadInverse(column: first + c, into: buffers.pointer + c * m, whole: false)
        for a in c..<k {
          let value = (a == c ? 1.0 : 0) - buffers.pointer[c * m + first + a]
          sums[g][a, c] += value
          if a != c { sums[g][c, a] += value }
        }
      }
    }
    return sums.enumerated().map { g, sum in Self.unscale(sum, by: factors[g]) }
  }

  /// T⁻ᵀ X T⁻¹.
  private static func unscale(_ x: Matrix, by t: [Double]) -> Matrix {
    let k = x.rows
    var result = x
    func backSubstitute(_ m: inout Matrix) {
      for c in 0..<k {
        for a in (0..<k).reversed() {
          var value = m[a, c]
          for b in a + 1..<max(k, a + 1) { value -= t[b + a * k] * m[b, c] }
          m[a, c] = value / t[a + a * k]
        }
      }
    }
    backSubstitute(&result)
    result = result.transposed
    backSubstitute(&result)
    return result
  }

  /// B − B Q B with the unscaled Schur complement B, both triangles: no division by T; nil when B is not kept.
  func unscaledProjection() -> Buffer? {
    guard let unscaled else { return nil }
    let m = count
    let q = Buffer(m * m)
    forEachInverseBlock(whole: false) { first, k, columns in
      for c in 0..<k {
        let j = first + c
        for i in first..<m {
          q.pointer[i + j * m] = columns[c * m + i]
          q.pointer[j + i * m] = columns[c * m + i]
        }
      }
    }
    let full = Buffer(m * m)
    full.copy(from: unscaled)
    BLAS.mirrorLower(m, full.pointer, m)
    let product = Buffer(m * m)
    BLAS.gemm(m, m, m, 1, q.pointer, m, full.pointer, m, 0, product.pointer, m)
    let result = Buffer(m * m)
    result.copy(from: full)
    BLAS.gemm(m, m, m, -1, full.pointer, m, product.pointer, m, 1, result.pointer, m)
    return result
  }

  /// Σ_l K_ll of each factor for a full matrix K.
  private func blockTraces(_ projection: Buffer) -> [Matrix] {
    let m = count
    var sums = products.widths.map { Matrix(rows: $0, columns: $0) }
    for block in products.blockFactor.indices {
      let first = Int(products.blockStart.pointer[block])
      let g = products.blockFactor[block]
      let k = products.widths[g]
      for a in 0..<k { for c in 0..<k { sums[g][a, c] += projection.pointer[first + a + (first + c) * m] } }
    }
    return sums
  }

  /// Adds a_l Q a_l' of every level of chain factor `d` to `target`, k × k per level.
  func addPanelQuadratics(_ d: Int, workspace: BlockedElimination.ChainWorkspace, to target: Buffer) {
    guard let values = workspace.panelValues else { return }
    let panel = panels[d]
    if let dense = densePanels[d] {
      PanelKernels.addDenseQuadratics(dense, panel: panel, trailing: self, to: target)
      return
    }
    let partial = (0..<Self.shares).map { _ in Buffer(target.count) }
    workers.forEach(chunks: Self.shares, work: scatterWork) { share in
      forEachInverseBlock(whole: false, share: share) { first, k, columns in
        for c in 0..<k {
          PanelKernels.addColumnQuadratics(
            first + c, panel: panel, values: values.pointer, column: columns + c * self.count,
            to: partial[share].pointer)
        }
      }
    }
    for part in partial { for i in 0..<target.count { target.pointer[i] += part.pointer[i] } }
  }

  /// Q a_l' on each level's own pattern, k numbers per entry.
  func panelProducts(_ d: Int, workspace: BlockedElimination.ChainWorkspace) -> Buffer {
    let panel = panels[d]
    let k = panel.width
    let result = Buffer(panel.entryCount * k)
    guard let values = workspace.panelValues else { return result }
    forEachInverseBlock(whole: true) { first, width, columns in
      for c in 0..<width {
        let column = columns + c * self.count
        let j = first + c
        for e in Int(panel.columnStart.pointer[j])..<Int(panel.columnStart.pointer[j + 1]) {
          let level = Int(panel.columnLevels.pointer[e])
          let target = result.pointer + Int(panel.columnPositions.pointer[e]) * k
          for q in Int(panel.rowStart.pointer[level])..<Int(panel.rowStart.pointer[level + 1]) {
            let weight = column[Int(panel.columns.pointer[q])]
            for a in 0..<k { target[a] += weight * values.pointer[q * k + a] }
          }
        }
      }
    }
    return result
  }

  /// Diagonal blocks of Q for one trailing factor.
  func inverseBlocks(factor g: Int) -> Buffer {
    let k = products.widths[g]
    let levels = products.factorStart[g + 1] - products.factorStart[g]
    let result = Buffer(levels * k * k)
    let start = Int(products.blockStart.pointer[products.factorStart[g]])
    forEachInverseBlock(whole: false) { first, width, columns in
      guard first >= start, first < start + levels * k else { return }
      let target = result.pointer + (first - start) / max(k, 1) * k * k
      for c in 0..<width {
        for a in 0..<width { target[a + c * k] = columns[c * self.count + first + a] }
      }
    }
    return result
  }
}

import Foundation
internal import LinearAlgebra

/// The trailing columns after the chain is eliminated: Schur complement, factor, solutions and inverse.
final class TrailingElimination {
  let products: CrossProducts.Trailing
  let storage: any TrailingStorage
  /// Reduced R'Z_D, r × m; after `factorize` R'Z_D T L⁻ᵀ.
  let panel: Buffer
  /// u and Z'V⁻¹R of the trailing columns, r × m (r numbers per column).
  let solution: Buffer
  let gradient: Buffer
  /// Chain panels that are nearly full, as (levels · k) × m matrices.
  let densePanels: [Buffer?]
  let panels: [SparsePanel]
  /// The Schur complement before scaling by T, kept when small: makes traces exact at T = 0.
  let unscaled: Buffer?
  private let panelColumns: Int
  private(set) var factors: [[Double]] = []

  /// Order up to which the unscaled Schur complement is kept.
  private static let keptOrder = 512

  var count: Int { products.count }
  /// Whether traces stay exact when a factor of T vanishes.
  var isExactAtZero: Bool { unscaled != nil }

  init(
    _ products: CrossProducts.Trailing, panels: [SparsePanel], panelColumns: Int,
    sparse: SparseTrailingPattern?
  ) {
    self.products = products
    self.panels = panels
    self.panelColumns = panelColumns
    let m = products.count
    if let sparse {
      storage = SparseTrailingStorage(sparse)
    } else {
      storage = DenseTrailingStorage(count: m, mirrored: panels.count > 1)
    }
    panel = Buffer(m * panelColumns)
    solution = Buffer(m * panelColumns)
    gradient = Buffer(m * panelColumns)
    unscaled = m <= Self.keptOrder && sparse == nil ? Buffer(m * m) : nil
    densePanels = panels.enumerated().map { d, panel in
      let full = Double(panel.levelCount) * Double(m)
      guard sparse == nil, Double(panel.entryCount) * 6 > full else { return nil }
      let dense = Buffer(panel.levelCount * panel.width * m)
      if d == 0 { Self.scatter(panel, values: panel.values, into: dense) }
      return dense
    }
  }

  /// The nearly full panel of chain factor `d` as a (levels · k) × m matrix, if it is kept that way.
  func densePanel(_ d: Int) -> Buffer? { densePanels[d] }

  func resetPanel() { panel.copy(from: products.panel) }

  /// Forms T'(A_DD − Σ a'Ha)T + I and factors it.
  ///
  /// - Returns: its log determinant.
  func factorize(
    _ factors: [[Double]], chain: [BlockedElimination.ChainWorkspace]
  ) throws(EngineError) -> Double {
    self.factors = factors
    assemble(chain: chain)
    if let unscaled, let dense = storage as? DenseTrailingStorage { unscaled.copy(from: dense.matrix) }
    scaleStorage()
    scale(panel, transposed: true)
    let logDeterminant = try storage.factorize()
    storage.forward(panel.pointer, rows: panelColumns)
    return logDeterminant
  }

  /// R'R loses the part that the trailing columns explain.
  func subtractPanelProducts(from reduced: inout [Double]) {
    let r = panelColumns
    reduced.withUnsafeMutableBufferPointer { target in
      guard let target = target.baseAddress else { return }
      BLAS.syrk(r, count, -1, panel.pointer, r, 1, target, r)
    }
  }

  /// Solves for u = T S⁻¹T'R of the trailing columns.
  func solve() {
    solution.copy(from: panel)
    storage.backward(solution.pointer, rows: panelColumns)
    scale(solution, transposed: false)
  }

  /// g = A_DR − A_DD u − Σ a'u over all chain factors.
  func finishGradient(chain: [BlockedElimination.ChainWorkspace]) {
    gradient.copy(from: products.panel)
    multiplySubtracting(solution, into: gradient, columns: panelColumns)
    let r = panelColumns
    for (d, workspace) in chain.enumerated() {
      guard let panel = workspace.block.panel else { continue }
      let k = panel.width
      if d == 0, let dense = densePanels[d] {
        let height = panel.levelCount * k
        BLAS.gemm(
          r, count, height, -1, workspace.solution.pointer, r, dense.pointer, height, 1, gradient.pointer, r)
        continue
      }
      for level in 0..<panel.levelCount {
        let u = workspace.solution.pointer + level * k * r
        for q in Int(panel.rowStart.pointer[level])..<Int(panel.rowStart.pointer[level + 1]) {
          let target = gradient.pointer + Int(panel.columns.pointer[q]) * r
          for a in 0..<k {
            let value = panel.values.pointer[q * k + a]
            for c in 0..<r { target[c] -= value * u[a * r + c] }
          }
        }
      }
    }
  }

  /// target −= A_DD source, both with `columns` numbers per trailing column.
  func multiplySubtracting(_ source: Buffer, into target: Buffer, columns: Int) {
    let starts = products.columnStart.pointer
    for j in 0..<count {
      let own = source.pointer + j * columns
      let mine = target.pointer + j * columns
      for q in Int(starts[j])..<Int(starts[j + 1]) {
        let i = Int(products.rows.pointer[q])
        let value = products.values.pointer[q]
        let other = source.pointer + i * columns
        for c in 0..<columns { mine[c] -= value * other[c] }
        if i != j {
          let theirs = target.pointer + i * columns
          for c in 0..<columns { theirs[c] -= value * own[c] }
        }
      }
    }
  }

  /// Forward substitution of further right-hand sides: B := B T L⁻ᵀ, `columns` numbers per column.
  func forward(_ b: Buffer, columns: Int) {
    scale(b, transposed: true, columns: columns)
    storage.forward(b.pointer, rows: columns)
  }

  // MARK: Schur complement

  private func assemble(chain: [BlockedElimination.ChainWorkspace]) {
    let m = count
    let buffer = Buffer(m)
    let column = buffer.pointer
    for j in 0..<m {
      let list = storage.rowList(column: j)
      for position in 0..<list.count { column[list[position]] = 0 }
      for q in Int(products.columnStart.pointer[j])..<Int(products.columnStart.pointer[j + 1]) {
        column[Int(products.rows.pointer[q])] += products.values.pointer[q]
      }
      for (d, workspace) in chain.enumerated() where densePanels[d] == nil {
        guard let values = workspace.panelValues else { continue }
        PanelKernels.subtractColumn(
          j, panel: panels[d], values: values.pointer, inner: workspace.inner.pointer, from: column)
      }
      storage.store(column: j, from: column)
    }
    for (d, workspace) in chain.enumerated() {
      guard let dense = densePanels[d], let target = storage as? DenseTrailingStorage else { continue }
      let height = panels[d].levelCount * panels[d].width
      let weighted = PanelKernels.weighted(dense, panel: panels[d], inner: workspace.inner)
      BLAS.gemm(
        transposeA: true, m, m, height, -1, dense.pointer, height, weighted.pointer, height, 1,
        target.matrix.pointer, m)
    }
  }

  /// Refreshes the dense form of a panel after finer factors were eliminated from its values.
  func refreshDensePanel(_ d: Int, values: Buffer) {
    guard d > 0, let dense = densePanels[d] else { return }
    Self.scatter(panels[d], values: values, into: dense)
  }

  private static func scatter(_ panel: SparsePanel, values: Buffer, into dense: Buffer) {
    let height = panel.levelCount * panel.width
    let k = panel.width
    for level in 0..<panel.levelCount {
      for q in Int(panel.rowStart.pointer[level])..<Int(panel.rowStart.pointer[level + 1]) {
        let target = dense.pointer + Int(panel.columns.pointer[q]) * height + level * k
        for a in 0..<k { target[a] = values.pointer[q * k + a] }
      }
    }
  }

  /// S := T'ST + I by level blocks.
  private func scaleStorage() {
    let m = count
    let widest = products.widths.max() ?? 1
    let buffers = Buffer(widest * m)
    for block in products.blockFactor.indices {
      let first = Int(products.blockStart.pointer[block])
      let k = products.widths[products.blockFactor[block]]
      let t = factors[products.blockFactor[block]]
      for c in 0..<k { storage.load(column: first + c, into: buffers.pointer + c * m) }
      for c in 0..<k {
        for b in 0..<c { buffers.pointer[c * m + first + b] = buffers.pointer[b * m + first + c] }
      }
      // Columns: S T. Columns of a block share their rows.
      let list = storage.rowList(column: first)
      for c in 0..<k {
        let column = buffers.pointer + c * m
        let diagonal = t[c + c * k]
        for position in 0..<list.count { column[list[position]] *= diagonal }
        for b in c + 1..<max(k, c + 1) where t[b + c * k] != 0 {
          let value = t[b + c * k]
          let other = buffers.pointer + b * m
          for position in 0..<list.count { column[list[position]] += value * other[list[position]] }
        }
      }
      for c in 0..<k {
        let column = buffers.pointer + c * m
        scaleRows(column, rows: list, transposed: true)
        column[first + c] += 1
        storage.store(column: first + c, from: column)
      }
    }
  }

  /// Multiplies a column's level blocks, whole blocks listed by `rows`, by T' or T.
  func scaleRows(_ column: UnsafeMutablePointer<Double>, rows: RowList, transposed: Bool) {
    var position = 0
    for g in products.widths.indices {
      let k = products.widths[g]
      let t = factors[g]
      let end = Int(products.blockStart.pointer[products.factorStart[g + 1]])
      if k == 1 {
        let value = t[0]
        while position < rows.count, rows[position] < end {
          column[rows[position]] *= value
          position += 1
        }
        continue
      }
      while position < rows.count, rows[position] < end {
        let x = column + rows[position]
        if transposed {
          for a in 0..<k {
            var value = 0.0
            for c in a..<k { value += t[c + a * k] * x[c] }
            x[a] = value
          }
        } else {
          for a in (0..<k).reversed() {
            var value = 0.0
            for c in 0...a { value += t[a + c * k] * x[c] }
            x[a] = value
          }
        }
        position += k
      }
    }
  }

  /// Multiplies the numbers of each column's level block by T' or T.
  private func scale(_ buffer: Buffer, transposed: Bool, columns: Int? = nil) {
    let r = columns ?? panelColumns
    let widest = products.widths.max() ?? 1
    var copy = [Double](repeating: 0, count: widest * r)
    for g in products.widths.indices {
      let k = products.widths[g]
      let t = factors[g]
      for block in products.factorStart[g]..<products.factorStart[g + 1] {
        let x = buffer.pointer + Int(products.blockStart.pointer[block]) * r
        if k == 1 {
          for c in 0..<r { x[c] *= t[0] }
          continue
        }
        for i in 0..<k * r { copy[i] = x[i] }
        for a in 0..<k {
          for c in 0..<r {
            var value = 0.0
            if transposed {
              for b in a..<k { value += t[b + a * k] * copy[b * r + c] }
            } else {
              for b in 0...a { value += t[a + b * k] * copy[b * r + c] }
            }
            x[a * r + c] = value
          }
        }
      }
    }
  }
}

import Foundation
internal import LinearAlgebra

/// The trailing columns after the chain is eliminated: Schur complement, factor, solutions and inverse.
final class TrailingElimination {
  let products: CrossProducts.Trailing
  let storage: any TrailingStorage
  /// The storage, where it is dense.
  let dense: DenseTrailingStorage?
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

  /// Parts into which the columns are dealt for threads; fixed, so that sums have the same bits for any number.
  static let shares = 8
  let workers: Workers

  var count: Int { products.count }
  /// Whether traces stay exact when a factor of T vanishes.
  var isExactAtZero: Bool { unscaled != nil }

  init(
    _ products: CrossProducts.Trailing, panels: [SparsePanel], panelColumns: Int,
    sparse: SparseTrailingPattern?, workers: Workers
  ) {
    self.products = products
    self.workers = workers
    self.panels = panels
    self.panelColumns = panelColumns
    let m = products.count
    dense = sparse == nil ? DenseTrailingStorage(count: m, mirrored: panels.count > 1) : nil
    storage =
      sparse.map(SparseTrailingStorage.init) ?? dense ?? DenseTrailingStorage(count: m, mirrored: true)
    panel = Buffer(m * panelColumns)
    solution = Buffer(m * panelColumns)
    gradient = Buffer(m * panelColumns)
    unscaled = m <= Tuning.keptOrder && sparse == nil ? Buffer(m * m) : nil
    densePanels = panels.enumerated().map { d, panel in
      let full = Double(panel.levelCount) * Double(m)
      guard sparse == nil, Double(panel.entryCount) > Tuning.densePanelShare * full else { return nil }
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
    let inOnePass = unscaled == nil && densePanels.allSatisfy { $0 == nil }
    forEachBlock { first, g, columns in
      for c in 0..<products.widths[g] { assemble(column: first + c, into: columns[c], chain: chain) }
      if inOnePass { scale(columns, first: first, factor: g) }
    }
    if !inOnePass {
      subtractDensePanels(chain: chain)
      if let unscaled, let dense { unscaled.copy(from: dense.matrix) }
      forEachBlock(loading: true) { first, g, columns in scale(columns, first: first, factor: g) }
    }
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

  /// Calls `body` with the columns of each level block, indexed by row, and stores what it leaves there; blocks of a
  /// dense matrix on several threads.
  ///
  /// - Parameter loading: whether the columns hold what is stored, on their row lists, when `body` begins.
  private func forEachBlock(
    loading: Bool = false,
    _ body: (_ first: Int, _ factor: Int, _ columns: [UnsafeMutablePointer<Double>]) -> Void
  ) {
    let m = count
    let widest = products.widths.max() ?? 1
    let blocks = products.blockFactor.count
    let shares = dense == nil ? 1 : Self.shares
    workers.forEach(chunks: shares, work: scatterWork) { share in
      let buffers = Buffer(dense == nil ? widest * m : 0)
      var columns = [UnsafeMutablePointer<Double>](repeating: buffers.pointer, count: widest)
      for block in stride(from: share, to: blocks, by: shares) {
        let first = Int(products.blockStart.pointer[block])
        let g = products.blockFactor[block]
        let k = products.widths[g]
        for c in 0..<k {
          columns[c] = dense.map { $0.matrix.pointer + (first + c) * m } ?? buffers.pointer + c * m
          if loading, dense == nil { storage.load(column: first + c, into: columns[c]) }
        }
        body(first, g, columns)
        if dense == nil { for c in 0..<k { storage.store(column: first + c, from: columns[c]) } }
      }
    }
  }

  /// Rough number of operations of a pass over the trailing matrix and the pairs of entries of all panels.
  var scatterWork: Int {
    let pairs = panels.enumerated().reduce(0.0) { sum, panel in
      densePanels[panel.offset] == nil ? sum + panel.element.squaredRowCounts : sum
    }
    return Int(min(0.5 * (pairs + Double(count) * Double(count)), 1e15))
  }

  /// Column j of A_DD − Σ a'Ha, without panels that are kept dense.
  private func assemble(
    column j: Int, into column: UnsafeMutablePointer<Double>, chain: [BlockedElimination.ChainWorkspace]
  ) {
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
  }

  /// The Schur complement loses a'Ha of the nearly full panels, by matrix products.
  private func subtractDensePanels(chain: [BlockedElimination.ChainWorkspace]) {
    guard let target = dense else { return }
    for (d, workspace) in chain.enumerated() {
      guard let panel = densePanels[d] else { continue }
      let height = panels[d].levelCount * panels[d].width
      let weighted = PanelKernels.weighted(panel, panel: panels[d], inner: workspace.inner)
      BLAS.gemm(
        transposeA: true, count, count, height, -1, panel.pointer, height, weighted.pointer, height, 1,
        target.matrix.pointer, count)
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

  /// The columns of one level block of T'ST + I, from those of S.
  private func scale(_ columns: [UnsafeMutablePointer<Double>], first: Int, factor g: Int) {
    let list = storage.rowList(column: first)
    let k = products.widths[g]
    let t = factors[g]
    if k == 1 {
      scaleRows(columns[0], rows: list, transposed: true, by: t[0])
      columns[0][first] += 1
      return
    }
    for c in 0..<k { for b in 0..<c { columns[c][first + b] = columns[b][first + c] } }
    // Columns: S T. Columns of a block share their rows.
    for c in 0..<k {
      let column = columns[c]
      let diagonal = t[c + c * k]
      for position in 0..<list.count { column[list[position]] *= diagonal }
      for b in c + 1..<k where t[b + c * k] != 0 {
        let value = t[b + c * k]
        let other = columns[b]
        for position in 0..<list.count { column[list[position]] += value * other[list[position]] }
      }
    }
    for c in 0..<k {
      scaleRows(columns[c], rows: list, transposed: true)
      columns[c][first + c] += 1
    }
  }

  /// Multiplies a column's level blocks, whole blocks listed by `rows`, by T' or T and by a number.
  func scaleRows(
    _ column: UnsafeMutablePointer<Double>, rows: RowList, transposed: Bool, by number: Double = 1
  ) {
    var position = 0
    for g in products.widths.indices {
      let k = products.widths[g]
      let t = factors[g]
      let end = Int(products.blockStart.pointer[products.factorStart[g + 1]])
      if k == 1 {
        let value = t[0] * number
        if rows.indices == nil {
          let first = rows.start + position
          for i in first..<max(end, first) { column[i] *= value }
          position = max(end - rows.start, position)
          continue
        }
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
            x[a] = value * number
          }
        } else {
          for a in (0..<k).reversed() {
            var value = 0.0
            for c in 0...a { value += t[a + c * k] * x[c] }
            x[a] = value * number
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

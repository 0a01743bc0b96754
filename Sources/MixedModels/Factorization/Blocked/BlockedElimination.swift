import Foundation
internal import LinearAlgebra

/// Elimination of a chain of nested factors in closed form, then of the trailing columns.
///
/// Works in the unscaled domain: eliminating a level with block M and row panel a subtracts a'Ha from all
/// later entries, with H = T(I + T'MT)⁻¹T'. Nothing is divided by T, so that T = 0 is a regular point.
///
/// The folder: the general case. The chain is here, the columns that cross it in ``TrailingElimination``, dense or sparse by
/// ``TrailingStorage``, the inner loops between them in ``PanelKernels`` and ``PanelTiles``.
final class BlockedElimination: LevelElimination {
  let products: CrossProducts
  /// r, columns of [X̃ ẽ].
  let panelColumns: Int
  let chain: [ChainWorkspace]
  let trailing: TrailingElimination?
  /// [X̃ ẽ]'V⁻¹[X̃ ẽ].
  var reduced: [Double]
  /// T of each factor, by position in the structure.
  var lower: [[Double]] = []

  /// What one factor of the chain needs at a point: H, reduced records, and solutions.
  final class ChainWorkspace {
    let block: CrossProducts.ChainBlock
    let factor: Int
    /// Records after elimination of finer factors; the finest factor's are the cross-products themselves.
    let records: Buffer
    /// H, k × k per level.
    let inner: Buffer
    /// Panel values after elimination of finer factors.
    let panelValues: Buffer?
    /// u = S Z'V⁻¹R and g = Z'V⁻¹R, k × r per level, row-major; filled by `solve`.
    let solution: Buffer
    let gradient: Buffer
    /// Q over [level | later chain levels], and Q over trailing columns; for levels that have children.
    var inverse: Buffer?
    var inversePanel: Buffer?

    init(block: CrossProducts.ChainBlock, factor: Int, isFinest: Bool, panelColumns: Int) {
      self.block = block
      self.factor = factor
      records = isFinest ? block.records : Buffer(block.records.count)
      inner = Buffer(block.levelCount * block.width * block.width)
      panelValues = block.panel.map { isFinest ? $0.values : Buffer($0.values.count) }
      solution = Buffer(block.levelCount * block.width * panelColumns)
      gradient = Buffer(block.levelCount * block.width * panelColumns)
    }
  }

  /// A coarser factor of the chain as raw pointers, so that loops over levels count no references.
  struct Ancestor {
    /// Level of this factor for each level of the factor before it.
    let parents: UnsafeMutablePointer<Int32>
    let records: UnsafeMutablePointer<Double>
    let solution: UnsafeMutablePointer<Double>
    let factor: Int
    let width: Int
    let stride: Int
  }

  /// The factors above chain factor `d`, nearest first.
  func ancestors(of d: Int) -> [Ancestor] {
    (d + 1..<max(chain.count, d + 1)).compactMap { e in
      guard let parents = chain[e - 1].block.parents else { return nil }
      let next = chain[e]
      return Ancestor(
        parents: parents.pointer, records: next.records.pointer, solution: next.solution.pointer,
        factor: next.factor, width: next.block.width, stride: next.block.stride)
    }
  }

  init(products: CrossProducts, workers: Workers) {
    self.products = products
    panelColumns = products.panelColumns
    chain = products.chain.enumerated().map { d, block in
      ChainWorkspace(
        block: block, factor: products.structure.chain[d], isFinest: d == 0,
        panelColumns: products.panelColumns)
    }
    if let trailing = products.trailing {
      self.trailing = TrailingElimination(
        trailing, panels: products.chain.compactMap(\.panel), panelColumns: products.panelColumns,
        sparse: products.sparse, workers: workers)
    } else {
      trailing = nil
    }
    reduced = []
  }

  func factorize(_ lower: [[Double]]) throws(EngineError) -> (logDeterminant: Double, panel: Matrix) {
    self.lower = lower
    let r = panelColumns
    reduced = products.base.storage
    trailing?.resetPanel()
    for workspace in chain.dropFirst() {
      workspace.records.copy(from: workspace.block.records)
      if let panel = workspace.block.panel { workspace.panelValues?.copy(from: panel.values) }
    }
    var logDeterminant = 0.0
    for d in chain.indices {
      switch chain[d].block.width {
      case 1: logDeterminant += try eliminate(d, Width1.self)
      case 2: logDeterminant += try eliminate(d, Width2.self)
      case 3: logDeterminant += try eliminate(d, Width3.self)
      default: logDeterminant += try eliminate(d, AnyWidth.self)
      }
      if trailing != nil { eliminateTrailingPanel(d) }
    }
    if let trailing {
      let factors = products.structure.trailing.map { lower[$0] }
      logDeterminant += try trailing.factorize(factors, chain: chain)
      trailing.subtractPanelProducts(from: &reduced)
    }
    var panel = Matrix(rows: r, columns: r, columnMajor: reduced)
    for j in 0..<r { for i in 0..<j { panel[i, j] = panel[j, i] } }
    return (logDeterminant, panel)
  }

  /// Eliminates all levels of chain factor `d` from the later chain records and from R'R.
  ///
  /// - Returns: Σ log |I + T'MT|.
  private func eliminate<W: BlockWidth>(_ d: Int, _: W.Type) throws(EngineError) -> Double {
    let workspace = chain[d]
    let block = workspace.block
    let k = W.fixed ?? block.width
    let w = block.panelWidth
    let stride = k + w
    let r = panelColumns
    let factor = lower[workspace.factor]
    let later = ancestors(of: d)
    var logs = LogSum()
    let scratch = Buffer(k * k * 3 + k * w)
    let local = Buffer(r * r)
    var failed = false
    factor.withUnsafeBufferPointer { t in
      guard let t = t.baseAddress else { return }
      let n = scratch.pointer
      let half = n + k * k
      let small = half + k * k
      let weighted = small + k * k
      let sum = local.pointer
      let records = workspace.records.pointer
      let inner = workspace.inner.pointer
      for level in 0..<block.levelCount {
        let record = records + level * k * stride
        let h = inner + level * k * k
        if k == 1 {
          let s = t[0] * t[0]
          let pivot = 1 + s * record[0]
          guard pivot > 0, pivot < .infinity else {
            failed = true
            return
          }
          logs.add(pivot)
          h[0] = s / pivot
          for j in 0..<w { weighted[j] = h[0] * record[1 + j] }
        } else {
          // N = I + T'MT, half = L⁻¹T', H = half'half.
          for b in 0..<k {
            for a in 0..<k {
              var value = 0.0
              for c in b..<k { value += record[a * stride + c] * t[c + b * k] }
              small[a + b * k] = value
            }
          }
          for b in 0..<k {
            for a in 0..<k {
              var value = a == b ? 1.0 : 0.0
              for c in a..<k { value += t[c + a * k] * small[c + b * k] }
              n[a + b * k] = value
            }
          }
          guard SmallBlocks.potrf(k, n) < 0 else {
            failed = true
            return
          }
          var product = 1.0
          for a in 0..<k { product *= n[a + a * k] }
          logs.add(product * product)
          for b in 0..<k { for a in 0..<k { half[a + b * k] = b >= a ? t[b + a * k] : 0 } }
          for b in 0..<k {
            let column = half + b * k
            for a in 0..<k {
              var value = column[a]
              for c in 0..<a { value -= n[a + c * k] * column[c] }
              column[a] = value / n[a + a * k]
            }
          }
          for b in 0..<k {
            for a in 0..<k {
              var value = 0.0
              for c in 0..<k { value += half[c + a * k] * half[c + b * k] }
              h[a + b * k] = value
            }
          }
          for a in 0..<k {
            let row = weighted + a * w
            for j in 0..<w { row[j] = 0 }
            for c in 0..<k {
              let value = h[a + c * k]
              let source = record + c * stride + k
              for j in 0..<w { row[j] += value * source[j] }
            }
          }
        }
        // Later records and R'R lose panel' H panel, segment by segment.
        var offset = 0
        var ancestor = level
        for next in later {
          ancestor = Int(next.parents[ancestor])
          let width = next.width
          let nextStride = next.stride
          let target = next.records + ancestor * width * nextStride
          for a in 0..<width {
            let row = target + a * nextStride
            for c in 0..<k {
              let left = record[c * stride + k + offset + a]
              let right = weighted + c * w + offset
              for j in 0..<nextStride { row[j] -= left * right[j] }
            }
          }
          offset += width
        }
        for c in 0..<k {
          let left = record + c * stride + k + offset
          let right = weighted + c * w + offset
          for i in 0..<r {
            let value = left[i]
            let column = sum + i * r
            for j in i..<r { column[j] += value * right[j] }
          }
        }
      }
    }
    if failed { throw .unresolved }
    for i in 0..<r * r { reduced[i] -= local.pointer[i] }
    return logs.value
  }

  /// Takes the trailing columns' share of chain factor `d` out of parents' panels and of Z_D'R.
  private func eliminateTrailingPanel(_ d: Int) {
    let workspace = chain[d]
    let block = workspace.block
    guard let panel = block.panel, let values = workspace.panelValues, let trailing else { return }
    let k = block.width
    let r = panelColumns
    let stride = block.stride
    let scratch = Buffer(k * (r + 1))
    let weighted = scratch.pointer
    let columns = panel.columns.pointer
    let target = trailing.panel.pointer
    trailing.refreshDensePanel(d, values: values)
    if let dense = trailing.densePanel(d) {
      subtractDense(dense, workspace: workspace, from: target, columns: trailing.count)
      eliminateParentPanels(d, panel: panel, values: values)
      return
    }
    for level in 0..<block.levelCount {
      let record = workspace.records.pointer + level * k * stride + stride - r
      let h = workspace.inner.pointer + level * k * k
      for a in 0..<k {
        for c in 0..<r {
          var value = 0.0
          for b in 0..<k { value += h[a + b * k] * record[b * stride + c] }
          weighted[a * r + c] = value
        }
      }
      for q in Int(panel.rowStart.pointer[level])..<Int(panel.rowStart.pointer[level + 1]) {
        let row = target + Int(columns[q]) * r
        for a in 0..<k {
          let value = values.pointer[q * k + a]
          for c in 0..<r { row[c] -= value * weighted[a * r + c] }
        }
      }
    }
    eliminateParentPanels(d, panel: panel, values: values)
  }

  /// Z_D'R −= a'HR for a nearly full panel, as one matrix product.
  private func subtractDense(
    _ dense: Buffer, workspace: ChainWorkspace, from target: UnsafeMutablePointer<Double>, columns: Int
  ) {
    let block = workspace.block
    let k = block.width
    let r = panelColumns
    let height = block.levelCount * k
    let weighted = Buffer(height * r)
    for level in 0..<block.levelCount {
      let record = workspace.records.pointer + level * k * block.stride + block.stride - r
      let h = workspace.inner.pointer + level * k * k
      let rows = weighted.pointer + level * k * r
      for a in 0..<k {
        for b in 0..<k {
          let value = h[a + b * k]
          for c in 0..<r { rows[a * r + c] += value * record[b * block.stride + c] }
        }
      }
    }
    BLAS.gemm(r, columns, height, -1, weighted.pointer, r, dense.pointer, height, 1, target, r)
  }

  /// Ancestors' trailing panels lose C'Ha of every level of chain factor `d`.
  private func eliminateParentPanels(_ d: Int, panel: SparsePanel, values: Buffer) {
    let workspace = chain[d]
    let block = workspace.block
    let k = block.width
    let stride = block.stride
    guard d + 1 < chain.count else { return }
    let scratch = Buffer(k)
    for level in 0..<block.levelCount {
      let record = workspace.records.pointer + level * k * stride + k
      let h = workspace.inner.pointer + level * k * k
      for q in Int(panel.rowStart.pointer[level])..<Int(panel.rowStart.pointer[level + 1]) {
        for a in 0..<k {
          var value = 0.0
          for b in 0..<k { value += h[a + b * k] * values.pointer[q * k + b] }
          scratch.pointer[a] = value
        }
        forEachAncestorEntry(of: q, panel: panel, above: d) { position, offset, next in
          guard let target = next.panelValues else { return }
          let width = next.block.width
          for a in 0..<width {
            var value = 0.0
            for b in 0..<k { value += record[b * stride + offset + a] * scratch.pointer[b] }
            target.pointer[position * width + a] -= value
          }
        }
      }
    }
  }

  /// Visits the entries that a trailing entry of chain factor `d` has in the panels of the factors above, in the
  /// same column: its position there, and the first column of that factor in a level's panel.
  @inline(__always)
  func forEachAncestorEntry(
    of entry: Int, panel: SparsePanel, above d: Int,
    _ body: (_ position: Int, _ offset: Int, _ ancestor: ChainWorkspace) -> Void
  ) {
    var position = entry
    var source = panel
    var offset = 0
    for next in chain[(d + 1)...] {
      guard let up = source.parentPositions, let coarse = next.block.panel else { break }
      position = Int(up.pointer[position])
      body(position, offset, next)
      offset += next.block.width
      source = coarse
    }
  }
}

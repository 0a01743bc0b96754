internal import LinearAlgebra

/// All cross-products of the model in standardised regressors: what is left of the data after one pass.
///
/// The last r = rank + 1 columns everywhere are the orthonormal fixed effects X̃ and the response ẽ.
///
/// The folder: sums over rows as each factorisation takes them, in blocks, pooled by size, sparse, scalar or in extended
/// precision.
final class CrossProducts: @unchecked Sendable {
  /// Levels of one factor of the chain.
  struct ChainBlock {
    var levelCount: Int
    /// k, regressors per level.
    var width: Int
    /// Columns of [later chain factors | X̃ | ẽ].
    var panelWidth: Int
    /// Per level k rows [M | panel], each `width + panelWidth` long.
    var records: Buffer
    /// The level of the next factor that contains each level.
    var parents: IndexBuffer?
    /// Children of each level in the finer factor, as compressed rows.
    var childStart: IndexBuffer?
    var children: IndexBuffer?
    /// Cross-products with the trailing columns.
    var panel: SparsePanel?
    var stride: Int { width + panelWidth }
  }

  /// Levels of the factors that are not in the chain.
  struct Trailing {
    /// Number of columns.
    var count: Int
    /// First column of each level block, and `count` at the end.
    var blockStart: IndexBuffer
    /// For each block, its factor's position in `ModelStructure.trailing`.
    var blockFactor: [Int]
    /// First block of each trailing factor, and the number of blocks at the end.
    var factorStart: [Int]
    /// Width of each trailing factor.
    var widths: [Int]
    /// Lower triangle by columns.
    var columnStart: IndexBuffer
    var rows: IndexBuffer
    var values: Buffer
    /// [X̃ ẽ]'Z, r × count.
    var panel: Buffer
  }

  let structure: ModelStructure
  /// r, rank + 1.
  let panelColumns: Int
  var chain: [ChainBlock] = []
  var trailing: Trailing?
  /// [X̃ ẽ]'[X̃ ẽ], r × r.
  let base: Matrix
  let rowCount: Int
  /// The levels pooled by size, for a lone random intercept.
  let pooled: PooledProducts?
  /// The records of a model of one factor, four levels side by side.
  private(set) var levels: LevelVectors?
  /// The pattern of the trailing Schur complement when it is factored as a sparse matrix.
  var sparse: SparseTrailingPattern?

  /// The sums over rows that do not depend on the basis of the regressors.
  struct Sums {
    var structure: ModelStructure
    var table: RegressorTable
    var gram: Matrix
    var chainParticipants: [Int]
    var chainRecord: Buffer
    var trailingParticipants: [[Int]]
    var trailingRecords: [Buffer]
    /// Pairs of each chain factor with each trailing factor.
    var panelPairs: [[CodePairs]]
    /// Pairs of trailing factors f < g.
    var trailingPairs: [(Int, Int, CodePairs)]

    init(structure: ModelStructure, table: RegressorTable) {
      self.structure = structure
      self.table = table
      func participants(_ factors: [Int]) -> [Int] {
        var entries: Set<Int> = []
        for f in factors {
          for t in structure.factors[f].terms {
            for reference in table.random[t] {
              for (e, value) in table.coefficients(of: reference).enumerated() where value != 0 {
                entries.insert(e)
              }
            }
          }
        }
        return entries.isEmpty ? [0] : entries.sorted()
      }
      chainParticipants = participants(structure.chain)
      trailingParticipants = structure.trailing.map { participants([$0]) }
      var groupings: [RowPass.Grouping] = []
      if let leader = structure.chain.first {
        let factor = structure.factors[leader]
        groupings.append(
          .init(codes: factor.codes, levelCount: factor.levelCount, participants: chainParticipants))
      }
      for (f, entries) in zip(structure.trailing, trailingParticipants) {
        let factor = structure.factors[f]
        groupings.append(.init(codes: factor.codes, levelCount: factor.levelCount, participants: entries))
      }
      let pass = RowPass(table: table, groupings: groupings)
      gram = pass.gram
      let leads = structure.chain.isEmpty ? 0 : 1
      chainRecord = leads > 0 ? pass.records.first ?? Buffer(0) : Buffer(0)
      trailingRecords = Array(pass.records.dropFirst(leads))
      func side(_ f: Int, _ entries: [Int]) -> CodePairs.Side {
        .init(
          codes: structure.factors[f].codes, levelCount: structure.factors[f].levelCount,
          participants: entries)
      }
      let chainEntries = chainParticipants
      let trailingEntries = trailingParticipants
      panelPairs = structure.chain.map { f in
        structure.trailing.indices.map { g in
          CodePairs(
            rows: side(f, chainEntries), columns: side(structure.trailing[g], trailingEntries[g]),
            table: table)
        }
      }
      trailingPairs = []
      for g in structure.trailing.indices {
        for h in structure.trailing.indices where h > g {
          trailingPairs.append(
            (
              g, h,
              CodePairs(
                rows: side(structure.trailing[g], trailingEntries[g]),
                columns: side(structure.trailing[h], trailingEntries[h]), table: table)
            ))
        }
      }
    }
  }

  /// Cross-products in the given bases.
  ///
  /// - Parameter pooling: whether a lone random intercept may be pooled by level size; its levels then have
  ///   no records of their own.
  init(sums: Sums, fixed: FixedBasis, bases: [FactorBasis], pooling: Bool = true) {
    structure = sums.structure
    rowCount = sums.table.observations
    let width = sums.table.width
    let r = fixed.rank + 1
    panelColumns = r
    var panel = Matrix(rows: width, columns: r)
    for c in 0..<fixed.rank { for e in 0..<width { panel[e, c] = fixed.coefficients[e, c] } }
    for e in 0..<width { panel[e, r - 1] = fixed.response[e] }
    base = panel.transposed * sums.gram * panel
    pooled = pooling ? PooledProducts(sums: sums, bases: bases, panel: panel) : nil
    if pooled != nil { return }
    chain = Self.chainBlocks(sums: sums, bases: bases, panel: panel)
    if chain.count == 1, structure.trailing.isEmpty { levels = LevelVectors(chain[0]) }
    if !structure.trailing.isEmpty {
      let trailing = Self.trailingBlocks(sums: sums, bases: bases, panel: panel)
      self.trailing = trailing
      for d in chain.indices {
        chain[d].panel = SparsePanel(
          pairs: sums.panelPairs[d], rowBasis: bases[structure.chain[d]],
          rowParticipants: sums.chainParticipants, trailing: trailing,
          columnBases: structure.trailing.map { bases[$0] },
          columnParticipants: sums.trailingParticipants)
      }
      for d in chain.indices.dropLast() {
        guard let parents = chain[d].parents, let coarse = chain[d + 1].panel else { continue }
        chain[d].panel?.linkToParent(parents: parents, panel: coarse)
      }
    }
  }

  /// Chooses the sparse trailing factor if it beats a dense one of order `denseOrder`.
  ///
  /// - Returns: whether it was chosen.
  func chooseSparse(denseOrder: Int, force: Bool) -> Bool {
    guard chain.count == 1, let trailing, let panel = chain.first?.panel else { return false }
    sparse = SparseTrailingPattern(trailing: trailing, panel: panel, denseOrder: denseOrder, force: force)
    return sparse != nil
  }

  private static func chainBlocks(sums: Sums, bases: [FactorBasis], panel: Matrix) -> [ChainBlock] {
    let structure = sums.structure
    let width = sums.table.width
    let entries = sums.chainParticipants
    var record = sums.chainRecord
    var blocks: [ChainBlock] = []
    for (d, f) in structure.chain.enumerated() {
      let levelCount = structure.factors[f].levelCount
      let later = structure.chain[d...].map { bases[$0].coefficients }
      let right = Matrix(
        columns: later.flatMap { m in (0..<m.columns).map { m.column($0) } }
          + (0..<panel.columns).map { panel.column($0) }, rows: width)
      let k = bases[f].coefficients.columns
      let stride = right.columns
      let records = Buffer(levelCount * k * stride)
      multiply(
        record.pointer, levelCount: levelCount, entries: entries, left: bases[f].coefficients, right: right,
        into: records.pointer)
      var block = ChainBlock(levelCount: levelCount, width: k, panelWidth: stride - k, records: records)
      if d < structure.parents.count {
        let parents = structure.parents[d]
        let coarse = structure.factors[structure.chain[d + 1]].levelCount
        block.parents = IndexBuffer(parents)
        let size = entries.count * width
        let sum = Buffer(coarse * size)
        for (level, parent) in parents.enumerated() {
          let source = record.pointer + level * size
          let target = sum.pointer + Int(parent) * size
          for i in 0..<size { target[i] += source[i] }
        }
        record = sum
      }
      if d > 0 {
        let (start, list) = childLists(structure.parents[d - 1], levelCount: levelCount)
        block.childStart = start
        block.children = list
      }
      blocks.append(block)
    }
    return blocks
  }

  /// records = left' · record · right for every level, rows of the result contiguous.
  private static func multiply(
    _ record: UnsafePointer<Double>, levelCount: Int, entries: [Int], left: Matrix, right: Matrix,
    into result: UnsafeMutablePointer<Double>
  ) {
    let width = right.rows
    let k = left.columns
    let stride = right.columns
    let rightRows = right.transposed.storage
    // Row-major right factor: entry e's row is contiguous over the columns.
    var rowMajor = [Double](repeating: 0, count: width * stride)
    for e in 0..<width { for c in 0..<stride { rowMajor[e * stride + c] = rightRows[c + e * stride] } }
    rowMajor.withUnsafeBufferPointer { right in
      guard let right = right.baseAddress else { return }
      for level in 0..<levelCount {
        let source = record + level * entries.count * width
        let target = result + level * k * stride
        for (position, entry) in entries.enumerated() {
          for a in 0..<k {
            let weight = left.storage[entry + a * width]
            if weight == 0 { continue }
            let out = target + a * stride
            for e in 0..<width {
              let value = weight * source[position * width + e]
              if value == 0 { continue }
              let row = right + e * stride
              for c in 0..<stride { out[c] += value * row[c] }
            }
          }
        }
      }
    }
  }

  private static func childLists(_ parents: [Int32], levelCount: Int) -> (IndexBuffer, IndexBuffer) {
    let start = IndexBuffer(levelCount + 1)
    for p in parents { start.pointer[Int(p) + 1] += 1 }
    for l in 0..<levelCount { start.pointer[l + 1] += start.pointer[l] }
    var next = start.array
    let list = IndexBuffer(parents.count)
    for (child, p) in parents.enumerated() {
      list.pointer[Int(next[Int(p)])] = Int32(child)
      next[Int(p)] += 1
    }
    return (start, list)
  }
}

extension Matrix {
  /// A matrix from its columns.
  init(columns: [[Double]], rows: Int) {
    self.init(rows: rows, columns: columns.count, columnMajor: columns.flatMap { $0 })
  }
}

internal import LinearAlgebra

/// Cross-products of a design whose factors all have one regressor, in two parts: the leading factor, whose
/// levels do not touch one another, and all other levels D.
///
/// A chain of nested factors is flattened: all of its members but the finest stand among D.
final class ScalarSystem: @unchecked Sendable {
  /// The levels of one factor within D.
  struct Part: Sendable {
    var factor: Int
    var range: Range<Int>
  }

  let leadingFactor: Int
  let leadingCount: Int
  let trailingCount: Int
  /// r, columns of [X̃ ẽ].
  let panelColumns: Int
  let parts: [Part]
  /// Diagonals of A = Z'Z.
  let leadingSquares: Buffer
  let trailingSquares: Buffer
  /// Z'[X̃ ẽ], row-major.
  let leadingPanel: Buffer
  let trailingPanel: Buffer
  /// A_1D by rows, and its transpose.
  let forward: GatherMatrix
  let backward: GatherMatrix
  /// A_DD without its diagonal; nil when D holds a single factor.
  let within: GatherMatrix?
  /// [X̃ ẽ]'[X̃ ẽ].
  let base: Matrix
  let leadingChunks: RowChunks
  let trailingChunks: RowChunks

  /// The system of given cross-products; nil when a factor has several regressors or nothing crosses.
  init?(products: CrossProducts) {
    guard Self.describes(products), let leader = products.chain.first else { return nil }
    let structure = products.structure
    let r = products.panelColumns
    panelColumns = r
    base = products.base
    leadingFactor = structure.chain[0]
    leadingCount = leader.levelCount
    (leadingSquares, leadingPanel) = Self.diagonal(of: leader, panelColumns: r)

    var parts: [Part] = []
    var offset = products.trailing?.count ?? 0
    if let trailing = products.trailing {
      for (g, f) in structure.trailing.enumerated() {
        parts.append(Part(factor: f, range: trailing.factorStart[g]..<trailing.factorStart[g + 1]))
      }
    }
    for (d, block) in products.chain.enumerated().dropFirst() {
      parts.append(Part(factor: structure.chain[d], range: offset..<offset + block.levelCount))
      offset += block.levelCount
    }
    self.parts = parts
    trailingCount = offset
    trailingSquares = Buffer(offset)
    trailingPanel = Buffer(offset * r)
    if let trailing = products.trailing {
      for j in 0..<trailing.count {
        trailingSquares.pointer[j] = trailing.values.pointer[Int(trailing.columnStart.pointer[j])]
      }
      trailingPanel.pointer.update(from: trailing.panel.pointer, count: trailing.count * r)
    }
    for (block, part) in zip(products.chain.dropFirst(), parts.suffix(products.chain.count - 1)) {
      let (squares, panel) = Self.diagonal(of: block, panelColumns: r)
      (trailingSquares.pointer + part.range.lowerBound).update(from: squares.pointer, count: squares.count)
      (trailingPanel.pointer + part.range.lowerBound * r).update(from: panel.pointer, count: panel.count)
    }

    if products.chain.count == 1, let panel = leader.panel {
      forward = GatherMatrix(
        rowCount: leadingCount, start: panel.rowStart, indices: panel.columns,
        values: panel.uniformValue == nil ? panel.values : nil, uniform: panel.uniformValue ?? 1)
      var values: Buffer?
      if panel.uniformValue == nil {
        let sorted = Buffer(panel.entryCount)
        let (target, source, order) = (sorted.pointer, panel.values.pointer, panel.columnPositions.pointer)
        for q in 0..<panel.entryCount { target[q] = source[Int(order[q])] }
        values = sorted
      }
      backward = GatherMatrix(
        rowCount: offset, start: panel.columnStart, indices: panel.columnLevels, values: values,
        uniform: panel.uniformValue ?? 1)
    } else {
      let entries = ChainEntries(products: products, parts: parts)
      forward = GatherMatrix(rowCount: leadingCount) { entries.visitLeading($0) }
      backward = forward.transposed(columnCount: offset)
    }
    let entries = ChainEntries(products: products, parts: parts)
    within =
      parts.count == 1
      ? nil
      : GatherMatrix(rowCount: offset) { body in
        entries.visitTrailing { row, column, value in
          body(row, column, value)
          body(column, row, value)
        }
      }
    leadingChunks = RowChunks(rowCount: leadingCount, start: forward.start)
    trailingChunks = RowChunks(rowCount: offset, start: backward.start, also: within?.start)
  }

  /// Whether every factor has one regressor and at least two cross or nest.
  static func describes(_ products: CrossProducts) -> Bool {
    products.structure.factors.allSatisfy { $0.width == 1 }
      && (products.trailing != nil || products.chain.count > 1)
  }

  /// Entries that a product with the operator touches.
  var entryCount: Int { 2 * forward.indices.count + (within?.indices.count ?? 0) }

  /// ``entryCount`` of the system of given cross-products, without making it.
  static func entryCount(of products: CrossProducts) -> Int {
    var entries = products.trailing.map { $0.rows.count - $0.count } ?? 0
    for (d, block) in products.chain.enumerated() {
      entries += (block.panel?.entryCount ?? 0) + block.levelCount * (products.chain.count - 1 - d)
    }
    return 2 * entries
  }

  private static func diagonal(
    of block: CrossProducts.ChainBlock, panelColumns r: Int
  ) -> (squares: Buffer, panel: Buffer) {
    let squares = Buffer(block.levelCount)
    let panel = Buffer(block.levelCount * r)
    let stride = block.stride
    for level in 0..<block.levelCount {
      let record = block.records.pointer + level * stride
      squares.pointer[level] = record[0]
      (panel.pointer + level * r).update(from: record + stride - r, count: r)
    }
    return (squares, panel)
  }
}

/// The off-diagonal cross-products of a chain of nested factors with what stands beside it.
private struct ChainEntries {
  typealias Body = (_ row: Int, _ column: Int, _ value: Double) -> Void
  let products: CrossProducts
  let parts: [ScalarSystem.Part]
  /// First D column of each chain member after the leading one.
  private let offsets: [Int]

  init(products: CrossProducts, parts: [ScalarSystem.Part]) {
    self.products = products
    self.parts = parts
    offsets = parts.suffix(products.chain.count - 1).map(\.range.lowerBound)
  }

  /// Entries of the leading levels with D.
  func visitLeading(_ body: Body) { visitLevels(0, rowOffset: 0, body) }

  /// Entries of D's lower triangle, without the diagonal.
  func visitTrailing(_ body: Body) {
    if let trailing = products.trailing {
      let (start, rows) = (trailing.columnStart.pointer, trailing.rows.pointer)
      let values = trailing.values.pointer
      for j in 0..<trailing.count {
        for q in Int(start[j]) + 1..<max(Int(start[j + 1]), Int(start[j]) + 1) {
          body(Int(rows[q]), j, values[q])
        }
      }
    }
    for d in products.chain.indices.dropFirst() { visitLevels(d, rowOffset: offsets[d - 1], body) }
  }

  /// Entries of the levels of chain member `d` with its ancestors and with the crossed columns.
  private func visitLevels(_ d: Int, rowOffset: Int, _ body: Body) {
    let block = products.chain[d]
    let stride = block.stride
    let records = block.records.pointer
    let parents = products.chain[d...].map { $0.parents?.pointer }
    for level in 0..<block.levelCount {
      if let panel = block.panel {
        let (start, columns) = (panel.rowStart.pointer, panel.columns.pointer)
        for q in Int(start[level])..<Int(start[level + 1]) {
          body(rowOffset + level, Int(columns[q]), panel.values.pointer[q])
        }
      }
      var ancestor = level
      for (step, up) in parents.dropLast().enumerated() {
        guard let up else { break }
        ancestor = Int(up[ancestor])
        let value = records[level * stride + 1 + step]
        if value != 0 { body(rowOffset + level, offsets[d + step] + ancestor, value) }
      }
    }
  }
}

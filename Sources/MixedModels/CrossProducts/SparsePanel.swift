internal import LinearAlgebra

/// Cross-products Z_l'Z_D of each level l of a chain factor with the trailing columns D.
///
/// Compressed by levels, with an index by columns beside it, so that sums over levels and over columns are
/// both sequential. Every stored entry is a vector of k numbers, one per regressor of the level.
final class SparsePanel {
  /// k, regressors per level.
  let width: Int
  let levelCount: Int
  let columnCount: Int
  /// Start of each level's entries, and their number at the end.
  let rowStart: IndexBuffer
  /// Trailing column of each entry, increasing within a level.
  let columns: IndexBuffer
  /// `width` numbers per entry.
  let values: Buffer
  /// Start of each column's entries.
  let columnStart: IndexBuffer
  /// Level and position of each column's entries.
  let columnLevels: IndexBuffer
  let columnPositions: IndexBuffer
  /// For each entry, the position of the same column in the parent level's row.
  private(set) var parentPositions: IndexBuffer?
  /// Whether all numbers are equal, so that kernels need not load them.
  let uniformValue: Double?

  var entryCount: Int { columns.count }

  init(
    pairs: [CodePairs], rowBasis: FactorBasis, rowParticipants: [Int], trailing: CrossProducts.Trailing,
    columnBases: [FactorBasis], columnParticipants: [[Int]]
  ) {
    let k = rowBasis.coefficients.columns
    width = k
    columnCount = trailing.count
    levelCount = (pairs.first?.rowStart.count ?? 1) - 1
    let left = CrossProducts.restricted(rowBasis.coefficients, to: rowParticipants)
    let blocks = pairs.indices.map { g in
      TransformedPairs(
        pairs[g], left: left,
        right: CrossProducts.restricted(columnBases[g].coefficients, to: columnParticipants[g]))
    }
    let total = pairs.indices.reduce(0) { $0 + pairs[$1].columns.count * trailing.widths[$1] }
    rowStart = IndexBuffer(levelCount + 1)
    columns = IndexBuffer(total)
    values = Buffer(total * k)
    let (starts, columnList, numbers) = (rowStart.pointer, columns.pointer, values.pointer)
    if k == 1, pairs.count == 1, trailing.widths == [1], let scale = blocks[0].scale {
      for level in 0..<levelCount { starts[level + 1] = Int32(pairs[0].rowStart[level + 1]) }
      pairs[0].columns.withUnsafeBufferPointer { source in
        if let source = source.baseAddress { columnList.update(from: source, count: total) }
      }
      if let counts = pairs[0].values?.pointer {
        for q in 0..<total { numbers[q] = scale * counts[q] }
      } else {
        values.fill(scale)
      }
    } else {
      var entry = 0
      for level in 0..<levelCount {
        for g in pairs.indices {
          for q in pairs[g].rowStart[level]..<pairs[g].rowStart[level + 1] {
            let block = trailing.factorStart[g] + Int(pairs[g].columns[q])
            let first = trailing.blockStart.pointer[block]
            for b in 0..<trailing.widths[g] {
              columnList[entry] = first + Int32(b)
              for a in 0..<k { numbers[entry * k + a] = blocks[g].value(q, a, b) }
              entry += 1
            }
          }
        }
        starts[level + 1] = Int32(entry)
      }
    }
    columnStart = IndexBuffer(columnCount + 1)
    let heads = columnStart.pointer
    for q in 0..<total { heads[Int(columnList[q]) + 1] += 1 }
    for j in 0..<columnCount { heads[j + 1] += heads[j] }
    columnLevels = IndexBuffer(total)
    columnPositions = IndexBuffer(total)
    let copy = IndexBuffer(columnCount + 1)
    copy.copy(from: columnStart)
    let (next, levels, positions) = (copy.pointer, columnLevels.pointer, columnPositions.pointer)
    for level in 0..<levelCount {
      for q in Int(starts[level])..<Int(starts[level + 1]) {
        let j = Int(columnList[q])
        let target = Int(next[j])
        levels[target] = Int32(level)
        positions[target] = Int32(q)
        next[j] += 1
      }
    }
    var uniform = k == 1 && total > 0 ? values.pointer[0] : nil
    if let value = uniform {
      for q in 0..<total where numbers[q] != value {
        uniform = nil
        break
      }
    }
    uniformValue = uniform
  }

  /// Finds every entry's column in the row of the level's parent, whose pattern contains it.
  func linkToParent(parents: IndexBuffer, panel: SparsePanel) {
    let positions = IndexBuffer(entryCount)
    for level in 0..<levelCount {
      var p = Int(panel.rowStart.pointer[Int(parents.pointer[level])])
      for q in Int(rowStart.pointer[level])..<Int(rowStart.pointer[level + 1]) {
        while panel.columns.pointer[p] != columns.pointer[q] { p += 1 }
        positions.pointer[q] = Int32(p)
      }
    }
    parentPositions = positions
  }

  /// Σ over levels of the squared number of entries: twice the updates of a Schur complement.
  var squaredRowCounts: Double {
    (0..<levelCount).reduce(0.0) {
      let count = Double(rowStart.pointer[$1 + 1] - rowStart.pointer[$1])
      return $0 + count * count
    }
  }
}

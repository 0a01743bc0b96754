internal import LinearAlgebra

extension CrossProducts {
  /// The cross-products among trailing columns and with [X̃ ẽ].
  static func trailingBlocks(sums: Sums, bases: [FactorBasis], panel: Matrix) -> Trailing {
    let structure = sums.structure
    let factors = structure.trailing.map { structure.factors[$0] }
    let widths = structure.trailing.map { bases[$0].coefficients.columns }
    var blockStart: [Int32] = []
    var blockFactor: [Int] = []
    var factorStart: [Int] = []
    var column: Int32 = 0
    for (g, factor) in factors.enumerated() {
      factorStart.append(blockFactor.count)
      for _ in 0..<factor.levelCount {
        blockStart.append(column)
        blockFactor.append(g)
        column += Int32(widths[g])
      }
    }
    factorStart.append(blockFactor.count)
    blockStart.append(column)

    var starts: [Int32] = [0]
    var rows: [Int32] = []
    var values: [Double] = []
    let r = panel.columns
    let panelBuffer = Buffer(Int(column) * r)
    for g in factors.indices {
      let k = widths[g]
      let entries = sums.trailingParticipants[g]
      let left = Self.restricted(bases[structure.trailing[g]].coefficients, to: entries)
      let width = sums.table.width
      let pairs = sums.trailingPairs.filter { $0.0 == g }.map { (h: $0.1, pairs: $0.2) }
      let blocks = pairs.map { pair in
        TransformedPairs(
          pair.pairs, left: left,
          right: Self.restricted(
            bases[structure.trailing[pair.h]].coefficients, to: sums.trailingParticipants[pair.h]))
      }
      for level in 0..<factors[g].levelCount {
        let record = sums.trailingRecords[g].pointer + level * entries.count * width
        if let root = left.storage.first, left.storage.count == 1 {
          // One regressor that is one entry of the table: plain products.
          let j = Int(blockStart[factorStart[g] + level])
          rows.append(Int32(j))
          values.append(root * root * record[entries[0]])
          let target = panelBuffer.pointer + j * r
          for c in 0..<r {
            var sum = 0.0
            for e in 0..<width { sum += panel.storage[e + c * width] * record[e] }
            target[c] = root * sum
          }
          for (pair, block) in zip(pairs, blocks) {
            for q in pair.pairs.rowStart[level]..<pair.pairs.rowStart[level + 1] {
              let first = blockStart[factorStart[pair.h] + Int(pair.pairs.columns[q])]
              for b in 0..<widths[pair.h] {
                rows.append(first + Int32(b))
                values.append(block.value(q, 0, b))
              }
            }
          }
          starts.append(Int32(rows.count))
          continue
        }
        let full = Matrix(
          rows: width, columns: entries.count,
          columnMajor: Array(UnsafeBufferPointer(start: record, count: entries.count * width)))
        let weighted = full * left
        let own = bases[structure.trailing[g]].coefficients.transposed * weighted
        let fixed = panel.transposed * weighted
        let first = Int(blockStart[factorStart[g] + level])
        for a in 0..<k {
          for c in 0..<r { panelBuffer.pointer[(first + a) * r + c] = fixed[c, a] }
          for b in a..<k {
            rows.append(Int32(first + b))
            values.append(own[b, a])
          }
          for (pair, block) in zip(pairs, blocks) {
            for q in pair.pairs.rowStart[level]..<pair.pairs.rowStart[level + 1] {
              let target = blockStart[factorStart[pair.h] + Int(pair.pairs.columns[q])]
              for b in 0..<widths[pair.h] {
                rows.append(target + Int32(b))
                values.append(block.value(q, a, b))
              }
            }
          }
          starts.append(Int32(rows.count))
        }
      }
    }
    return Trailing(
      count: Int(column), blockStart: IndexBuffer(blockStart), blockFactor: blockFactor,
      factorStart: factorStart, widths: widths, columnStart: IndexBuffer(starts), rows: IndexBuffer(rows),
      values: Buffer(values), panel: panelBuffer)
  }

  /// The rows of a coefficient matrix that belong to the given entries.
  static func restricted(_ coefficients: Matrix, to entries: [Int]) -> Matrix {
    var result = Matrix(rows: entries.count, columns: coefficients.columns)
    for (i, e) in entries.enumerated() {
      for c in 0..<coefficients.columns { result[i, c] = coefficients[e, c] }
    }
    return result
  }
}

/// Blocks of a ``CodePairs`` in standardised regressors: left' block right.
struct TransformedPairs {
  private let source: CodePairs
  private let left: Matrix
  private let right: Matrix
  private let scalar: Double?
  /// The factor of every entry when blocks are single numbers.
  var scale: Double? { scalar }

  init(_ source: CodePairs, left: Matrix, right: Matrix) {
    self.source = source
    self.left = left
    self.right = right
    scalar = left.storage.count == 1 && right.storage.count == 1 ? left.storage[0] * right.storage[0] : nil
  }

  /// Element (a, b) of entry `q`.
  func value(_ q: Int, _ a: Int, _ b: Int) -> Double {
    if let scalar { return scalar * (source.values?.pointer[q] ?? 1) }
    let height = left.rows
    var sum = 0.0
    for j in 0..<right.rows {
      for i in 0..<height {
        let block = source.values?.pointer[q * source.blockSize + i + j * height] ?? 1
        sum += left[i, a] * block * right[j, b]
      }
    }
    return sum
  }
}

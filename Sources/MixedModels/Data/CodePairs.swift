/// Sums over the rows that share a pair of levels of two factors, as compressed rows with sorted columns.
struct CodePairs {
  /// Start of each row level's entries; one more than there are row levels.
  let rowStart: [Int]
  /// Column level of each entry.
  let columns: [Int32]
  /// Per entry a block Σ z_row z_column', row regressor fastest; nil when every block is the number 1.
  let values: Buffer?
  /// Elements per block.
  let blockSize: Int

  /// A factor's codes with the table columns that weight its rows; entry 0 is the column of ones.
  struct Side {
    var codes: [Int32]
    var levelCount: Int
    var participants: [Int]
  }

  init(rows: Side, columns columnSide: Side, table: RegressorTable) {
    if table.roots == nil, rows.participants == [0], columnSide.participants == [0] {
      (rowStart, columns, values) = Self.counts(rows: rows, columns: columnSide)
      blockSize = 1
      return
    }
    let order = Self.rowsSortedByBothCodes(rows, columnSide)
    let height = rows.participants.count
    let width = columnSide.participants.count
    let size = height * width
    var starts = [Int](repeating: 0, count: rows.levelCount + 1)
    var found: [Int32] = []
    found.reserveCapacity(order.count)
    var sums: [Double] = []
    sums.reserveCapacity(order.count * size)
    var previousRow: Int32 = -1
    var previousColumn: Int32 = -1
    let rowValues = rows.participants.map { TableColumn(table, entry: $0) }
    let columnValues = columnSide.participants.map { TableColumn(table, entry: $0) }
    rows.codes.withUnsafeBufferPointer { rowCodes in
      columnSide.codes.withUnsafeBufferPointer { columnCodes in
        for position in order {
          let i = Int(position)
          let r = rowCodes[i]
          let c = columnCodes[i]
          if r != previousRow || c != previousColumn {
            found.append(c)
            starts[Int(r) + 1] += 1
            for _ in 0..<size { sums.append(0) }
            previousRow = r
            previousColumn = c
          }
          let base = sums.count - size
          for b in 0..<width {
            let weight = columnValues[b][i]
            for a in 0..<height { sums[base + a + b * height] += rowValues[a][i] * weight }
          }
        }
      }
    }
    for level in 0..<rows.levelCount { starts[level + 1] += starts[level] }
    rowStart = starts
    columns = found
    blockSize = size
    values = Buffer(sums)
  }

  /// Rows that have both levels, ordered by row level, then by column level: two stable bucket passes.
  private static func rowsSortedByBothCodes(_ rows: Side, _ columns: Side) -> [Int32] {
    let byColumn = bucketed(0..<Int32(columns.codes.count), by: columns.codes, levelCount: columns.levelCount)
    return bucketed(byColumn, by: rows.codes, levelCount: rows.levelCount)
  }

  private static func bucketed(
    _ positions: some Collection<Int32>, by codes: [Int32], levelCount: Int
  ) -> [Int32] {
    var next = [Int](repeating: 0, count: levelCount + 1)
    return codes.withUnsafeBufferPointer { codes in
      for i in positions where codes[Int(i)] >= 0 { next[Int(codes[Int(i)]) + 1] += 1 }
      for level in 0..<levelCount { next[level + 1] += next[level] }
      let total = next[levelCount]
      return next.withUnsafeMutableBufferPointer { next in
        [Int32](unsafeUninitializedCapacity: total) { target, count in
          for i in positions {
            let code = Int(codes[Int(i)])
            if code < 0 { continue }
            target[next[code]] = i
            next[code] += 1
          }
          count = total
        }
      }
    }
  }
}

/// One entry of a regressor table, row by row.
private struct TableColumn {
  let values: ArraySlice<Double>
  let shift: Double
  let scale: Double
  let isOnes: Bool
  /// √w; nil where all are 1.
  let roots: [Double]?
  /// The column of ones; nil where it is that.
  let ones: [Double]?

  init(_ table: RegressorTable, entry: Int) {
    isOnes = entry == 0
    roots = table.roots
    ones = table.cells?.ones
    let column = isOnes ? nil : table.columns[entry - 1]
    values = column?.values ?? []
    shift = column?.rest ?? 0
    scale = column?.scale ?? 1
  }

  subscript(row: Int) -> Double {
    let one = ones?[row] ?? 1
    let value = isOnes ? one : (values[values.startIndex + row] - shift * one) * scale
    return roots.map { $0[row] * value } ?? value
  }
}

/// A symmetric pattern with rows and columns permuted, as lists by row and by column.
struct PermutedPattern {
  let count: Int
  /// Columns below the diagonal's reach of each row, c < r, in no order.
  let rowStarts: [Int]
  let rowColumns: [Int32]
  /// Rows r ≥ c of each column in ascending order, and the position of each entry in the original pattern.
  let columnStarts: [Int]
  let columnRows: [Int32]
  let sources: [Int]

  /// - Parameter position: new position of each original row.
  init(_ pattern: SymmetricPattern, position: [Int32]) {
    let n = pattern.count
    let entries = pattern.entryCount
    count = n
    var rows = [Int](repeating: 0, count: n + 1)
    var columns = [Int](repeating: 0, count: n + 1)
    // Two bucket passes, by row and then by column, sort without comparing.
    for j in 0..<n {
      let b = Int(position[j])
      for e in pattern.columnStarts[j]..<pattern.columnStarts[j + 1] {
        let a = Int(position[Int(pattern.rowIndices[e])])
        rows[max(a, b) + 1] += 1
        columns[min(a, b) + 1] += 1
      }
    }
    for i in 0..<n {
      rows[i + 1] += rows[i]
      columns[i + 1] += columns[i]
    }
    var next = rows
    var byRow = [Int32](repeating: 0, count: entries)
    var rowSources = [Int](repeating: 0, count: entries)
    for j in 0..<n {
      let b = Int(position[j])
      for e in pattern.columnStarts[j]..<pattern.columnStarts[j + 1] {
        let a = Int(position[Int(pattern.rowIndices[e])])
        let slot = next[max(a, b)]
        next[max(a, b)] = slot + 1
        byRow[slot] = Int32(min(a, b))
        rowSources[slot] = e
      }
    }
    next = columns
    var byColumn = [Int32](repeating: 0, count: entries)
    var columnSources = [Int](repeating: 0, count: entries)
    for r in 0..<n {
      for e in rows[r]..<rows[r + 1] {
        let c = Int(byRow[e])
        let slot = next[c]
        next[c] = slot + 1
        byColumn[slot] = Int32(r)
        columnSources[slot] = rowSources[e]
      }
    }
    rowStarts = rows
    rowColumns = byRow
    columnStarts = columns
    columnRows = byColumn
    sources = columnSources
  }
}

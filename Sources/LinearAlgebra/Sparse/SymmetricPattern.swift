/// The lower triangle of a sparse symmetric matrix, by columns, without values.
///
/// Column j holds the rows `rowIndices[columnStarts[j]..<columnStarts[j + 1]]`, all at least j, in any order. An
/// array of values is *aligned* with the pattern when its element e belongs to `rowIndices[e]`. An entry given twice
/// stands for the sum of its values; an absent diagonal entry is zero.
package struct SymmetricPattern: Sendable {
  /// Order of the matrix.
  package let count: Int
  /// Position of each column's first entry; `count + 1` elements.
  package let columnStarts: [Int]
  /// Row of each entry.
  package let rowIndices: [Int32]

  /// A pattern over the given arrays.
  package init(columnStarts: [Int], rowIndices: [Int32]) {
    let n = columnStarts.count - 1
    precondition(
      n >= 0 && n < Int(Int32.max) && columnStarts[0] == 0 && columnStarts[n] == rowIndices.count,
      "SymmetricPattern: column starts do not cover the row indices")
    for j in 0..<n {
      precondition(columnStarts[j] <= columnStarts[j + 1], "SymmetricPattern: column \(j) starts too late")
      for e in columnStarts[j]..<columnStarts[j + 1] {
        let row = Int(rowIndices[e])
        precondition(
          row >= j && row < n, "SymmetricPattern: entry (\(row), \(j)) is not in the lower triangle")
      }
    }
    count = n
    self.columnStarts = columnStarts
    self.rowIndices = rowIndices
  }

  /// Number of stored entries.
  package var entryCount: Int { rowIndices.count }
}

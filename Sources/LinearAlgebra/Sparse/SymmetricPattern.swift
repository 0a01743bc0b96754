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

extension SymmetricPattern {
  /// The pattern of B'B + I, where row l of B has entries in the columns `members[starts[l]..<starts[l + 1]]`: every
  /// row joins all its columns. Rows within a column ascend.
  ///
  /// - Parameter limit: give up, with nil, beyond this number of entries.
  package init?(count n: Int, cliqueStarts starts: [Int], members: [Int32], limit: Int = .max) {
    precondition(starts.last == members.count, "SymmetricPattern: clique starts do not cover the members")
    // The cliques of each column, by a bucket pass.
    var first = [Int](repeating: 0, count: n + 1)
    for member in members { first[Int(member) + 1] += 1 }
    for j in 0..<n { first[j + 1] += first[j] }
    var next = first
    var cliques = [Int32](repeating: 0, count: members.count)
    for l in 0..<max(0, starts.count - 1) {
      for e in starts[l]..<starts[l + 1] {
        let j = Int(members[e])
        cliques[next[j]] = Int32(truncatingIfNeeded: l)
        next[j] += 1
      }
    }
    var mark = [Int32](repeating: -1, count: n)
    var columns = [0]
    columns.reserveCapacity(n + 1)
    var rows: [Int32] = []
    for j in 0..<n {
      let begin = rows.count
      rows.append(Int32(j))
      mark[j] = Int32(j)
      for position in first[j]..<first[j + 1] {
        let l = Int(cliques[position])
        for e in starts[l]..<starts[l + 1] {
          let i = Int(members[e])
          if i <= j || mark[i] == Int32(j) { continue }
          mark[i] = Int32(j)
          rows.append(Int32(i))
        }
      }
      guard rows.count <= limit else { return nil }
      rows[begin...].sort()
      columns.append(rows.count)
    }
    self.init(columnStarts: columns, rowIndices: rows)
  }
}

import LinearAlgebra

/// Builds a variance component from per-group matrices: columns are distributed over classes such that a row
/// touches at most one column of a class; each class becomes one engine term, all share one variance.
struct ComponentPartition {
  private let rowCount: Int
  private var classes: [RandomBlock.Part] = []
  private var lists: [[ComponentColumns.Column]] = []

  init(rowCount: Int) { self.rowCount = rowCount }

  /// Adds the next group: its rows, and a matrix with one row for each of them.
  mutating func append(rows: ArraySlice<Int32>, matrix: Matrix, names: [String]) {
    var list: [ComponentColumns.Column] = []
    for j in 0..<matrix.columns {
      let name = j < names.count ? names[j] : String(j)
      let column = matrix.column(j)
      let touched = column.indices.filter { column[$0] != 0 }
      if touched.isEmpty {
        list.append(.init(name: name, part: 0, level: nil))
        continue
      }
      let part = firstClass { part in
        touched.allSatisfy { part.codes[Int(rows[rows.startIndex + $0])] < 0 }
      }
      let level = classes[part].levelCount
      classes[part].levelCount += 1
      for index in touched {
        let row = Int(rows[rows.startIndex + index])
        classes[part].codes[row] = Int32(truncatingIfNeeded: level)
        classes[part].columns[0]?[row] = column[index]
      }
      list.append(.init(name: name, part: part, level: level))
    }
    lists.append(list)
  }

  private mutating func firstClass(where isFree: (RandomBlock.Part) -> Bool) -> Int {
    if let found = classes.firstIndex(where: isFree) { return found }
    classes.append(
      RandomBlock.Part(
        codes: [Int32](repeating: -1, count: rowCount), levelCount: 0,
        columns: [[Double](repeating: 0, count: rowCount)]))
    return classes.count - 1
  }

  /// The component as a block; weights that are all one become the engine's column of ones.
  func block(name: String) -> RandomBlock {
    let parts = classes.map { part in
      var part = part
      if let weights = part.columns[0],
        zip(part.codes, weights).allSatisfy({ $0 < 0 || $1 == 1 })
      {
        part.columns = [nil]
      }
      return part
    }
    return RandomBlock(
      group: name, names: [name], covariance: .tied, parts: parts, factor: nil,
      component: .listed(lists), position: nil)
  }
}

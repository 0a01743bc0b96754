// Factor coding: distinct values and a code for each row.

extension Column {
  /// The sorted distinct values and each row's position among them, -1 where the value is missing.
  ///
  /// A categorical column keeps its levels in their order, unused ones included. Python: pandas.factorize
  package func factorized() -> (codes: [Int32], levels: [Level]) {
    switch storage {
    case .categorical(let column): return (column.codes, column.levels)
    case .string(let column): return column.factorized()
    default:
      let coded = Categorical(values)
      return (coded.codes, coded.levels)
    }
  }
}

extension StringColumn {
  /// Sorts the used part of the pool only: no text is touched per row.
  func factorized() -> (codes: [Int32], levels: [Level]) {
    var used = [Bool](repeating: false, count: pool.count)
    for code in codes where code >= 0 { used[Int(code)] = true }
    let order = pool.indices.filter { used[$0] }
      .sorted { pool[$0].utf8.lexicographicallyPrecedes(pool[$1].utf8) }
    var target = [Int32](repeating: -1, count: pool.count)
    for (rank, position) in order.enumerated() { target[position] = Int32(truncatingIfNeeded: rank) }
    return (codes.map { $0 < 0 ? -1 : target[Int($0)] }, order.map { .string(pool[$0]) })
  }
}

/// Rows whose cross-products are those of cells; see ``CellRows``.
package struct CellRowValues: Sendable {
  /// The cell that each row belongs to.
  package private(set) var cells: [Int32] = []
  /// 1 in rows of means, 0 in rows of deviations.
  package private(set) var ones: [Double] = []
  /// Number of observations, or the sum of their weights, in rows of means; 1 in rows of deviations.
  package private(set) var weights: [Double] = []
  /// v₁, …, w − 1 columns: means, or deviations from them.
  package private(set) var columns: [[Double]]

  fileprivate init(width: Int) { columns = [[Double]](repeating: [], count: width - 1) }

  fileprivate mutating func append(cell: Int32, one: Double, weight: Double, _ value: (Int) -> Double) {
    cells.append(cell)
    ones.append(one)
    weights.append(weight)
    for e in columns.indices { columns[e].append(value(e + 1)) }
  }
}

extension CellSums {
  /// Share of a sum of squares below which what is left of it is rounding.
  private var rounding: Double { isExact ? 1e-27 : 1e-13 }

  /// Rows with the cross-products of the cells: with A = LL' those of a cell's participants and B their products with
  /// all entries, L⁻¹B. What is left of the sums of a class touches no random effect, and stands in any cell of it.
  ///
  /// - Parameter explained: per class, coefficients of v by which the response is replaced with what they leave of it.
  package func rows(explained: [[Double]]? = nil) -> CellRowValues {
    var result = CellRowValues(width: width)
    var rests = (0..<classCount).map { index in
      let size = classSize
      return replacing(
        (0..<size).map { i in DoubleDouble(high: classHigh[index * size + i], low: classLow[index * size + i])
        },
        by: explained?[index])
    }
    let totals = rests
    var firsts = [Int32](repeating: -1, count: classCount)
    let k = participants.count
    var block = [DoubleDouble](repeating: 0, count: cellSize)
    var row = [DoubleDouble](repeating: 0, count: width)
    for cell in 0..<cellCount {
      let index = Int(classes[cell])
      if firsts[index] < 0 { firsts[index] = Int32(cell) }
      for i in 0..<cellSize {
        block[i] = DoubleDouble(high: cellHigh[cell * cellSize + i], low: cellLow[cell * cellSize + i])
      }
      if let coefficients = explained?[index] {
        for p in 0..<k {
          for e in 0..<width - 1 { block[p * width + width - 1] -= coefficients[e] * block[p * width + e] }
        }
      }
      guard block[0].high > 0 else { continue }
      for p in 0..<k {
        let entry = participants[p]
        let pivot = block[p * width + entry]
        let whole = cellHigh[cell * cellSize + p * width + entry]
        guard pivot.high > rounding * whole, pivot.high > 0 else { continue }
        let root = pivot.squareRoot()
        // Row p of L⁻¹B; what later participants have in common with it goes.
        for e in 0..<width { row[e] = isOpen(e, after: p) ? block[p * width + e] / root : 0 }
        for later in p + 1..<k {
          let factor = row[participants[later]]
          for e in 0..<width { block[later * width + e] -= factor * row[e] }
        }
        subtract(row, from: &rests[index])
        if p == 0 {
          let count = block[0]
          result.append(cell: Int32(cell), one: 1, weight: count.double) { (block[$0] / count).double }
        } else {
          result.append(cell: Int32(cell), one: 0, weight: 1) { row[$0].double }
        }
      }
    }
    for index in rests.indices where firsts[index] >= 0 {
      appendRest(rests[index], of: totals[index], cell: firsts[index], to: &result)
    }
    return result
  }

  /// Whether an entry is not a participant that an earlier row has dealt with.
  private func isOpen(_ entry: Int, after p: Int) -> Bool {
    participants.firstIndex(of: entry).map { $0 >= p } ?? true
  }

  /// G of a class with the response y − v'b in place of y.
  private func replacing(_ gram: [DoubleDouble], by coefficients: [Double]?) -> [DoubleDouble] {
    guard let coefficients else { return gram }
    var result = gram
    let y = width - 1
    func place(_ a: Int, _ b: Int) -> Int { max(a, b) * (max(a, b) + 1) / 2 + min(a, b) }
    // v'(y − v'b) for all entries, then (y − v'b)² = y(y − v'b) − b'v(y − v'b)
    for e in 0...y {
      for c in 0..<y { result[place(e, y)] -= coefficients[c] * gram[place(e, c)] }
    }
    for c in 0..<y { result[place(y, y)] -= coefficients[c] * result[place(c, y)] }
    return result
  }

  private func subtract(_ row: [DoubleDouble], from gram: inout [DoubleDouble]) {
    var place = 0
    for a in 0..<width {
      for b in 0...a {
        gram[place] -= row[a] * row[b]
        place += 1
      }
    }
  }

  /// Rows of deviations for what is left of the sums of a class: a Cholesky factor of its entries that are no
  /// participants.
  private func appendRest(
    _ gram: [DoubleDouble], of total: [DoubleDouble], cell: Int32, to result: inout CellRowValues
  ) {
    var left = gram
    func place(_ a: Int, _ b: Int) -> Int { max(a, b) * (max(a, b) + 1) / 2 + min(a, b) }
    let open = (0..<width).filter { !participants.contains($0) }
    for (position, entry) in open.enumerated() {
      let pivot = left[place(entry, entry)]
      guard pivot.high > rounding * total[place(entry, entry)].high, pivot.high > 0 else { continue }
      let root = pivot.squareRoot()
      var row = [DoubleDouble](repeating: 0, count: width)
      for other in open[position...] { row[other] = left[place(entry, other)] / root }
      for (i, a) in open.enumerated() where i > position {
        for b in open[position + 1...i] { left[place(a, b)] -= row[a] * row[b] }
      }
      result.append(cell: cell, one: 0, weight: 1) { row[$0].double }
    }
  }
}

internal import LinearAlgebra

/// Cross-products of one random intercept, its levels pooled by their number of rows.
///
/// The likelihood sees a level only through its size and the square of its sums, so that levels of equal
/// size add up: a hundred thousand levels become as many entries as there are sizes.
struct PooledProducts: Sendable {
  /// Z̃_l'Z̃_l of each size.
  let squares: [Double]
  /// Number of levels of each size.
  let multiplicities: [Double]
  /// Σ a_l'a_l over the levels of each size, a_l = Z̃_l'[X̃ ẽ]: r × r each.
  let grams: [Matrix]

  /// Pools the record of a lone random intercept; nil when the model is not of that form.
  init?(sums: CrossProducts.Sums, bases: [FactorBasis], panel: Matrix) {
    let structure = sums.structure
    guard structure.chain.count == 1, structure.trailing.isEmpty, sums.chainParticipants == [0],
      sums.table.roots == nil || sums.table.cells.map({ !$0.isWeighted }) ?? false,
      let leader = structure.chain.first, structure.factors[leader].width == 1
    else { return nil }
    let width = sums.table.width
    let levelCount = structure.factors[leader].levelCount
    let record = sums.chainRecord.pointer
    var largest = 0.0
    for level in 0..<levelCount { largest = max(largest, record[level * width]) }
    guard Plan.poolsLevels(largest: largest, levels: levelCount) else { return nil }
    var position = [Int32](repeating: -1, count: Int(largest.rounded()) + 1)
    var sizes: [Int] = []
    for level in 0..<levelCount {
      let size = Int(record[level * width].rounded())
      if size > 0, position[size] < 0 {
        position[size] = Int32(sizes.count)
        sizes.append(size)
      }
    }
    guard Plan.poolsLevels(sizes: sizes.count, levels: levelCount) else { return nil }
    let buffer = Buffer(sizes.count * width * width)
    var counts = [Double](repeating: 0, count: sizes.count)
    for level in 0..<levelCount {
      let row = record + level * width
      let size = Int(row[0].rounded())
      if size == 0 { continue }
      let slot = Int(position[size])
      counts[slot] += 1
      let target = buffer.pointer + slot * width * width
      for i in 0..<width {
        let value = row[i]
        let column = target + i * width
        for j in 0..<width { column[j] += value * row[j] }
      }
    }
    let scale = bases[leader].coefficients[0, 0]
    squares = sizes.map { Double($0) * scale * scale }
    multiplicities = counts
    grams = sizes.indices.map { slot in
      let sum = Matrix(
        rows: width, columns: width,
        columnMajor: Array(
          UnsafeBufferPointer(start: buffer.pointer + slot * width * width, count: width * width)))
      var gram = panel.transposed * sum * panel
      for i in gram.storage.indices { gram.storage[i] *= scale * scale }
      return gram
    }
  }
}

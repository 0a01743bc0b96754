import Foundation
internal import LinearAlgebra

/// Variances by moments, straight from the cross-products.
///
/// One equation for each column kind (factor, regressor) and one for the residual:
/// Σ_l w_l (Z_l'e)² = Σ_s s_s² Σ_lm w_l A_lm² + s_e² Σ_l w_l A_ll with w_l = 1 / (1 + 2 A_ll / mean A)².
struct StartingValues {
  /// Relative variance of each factor's regressors.
  let variances: [[Double]]
  /// Mean of A_ll over the occupied levels, for each factor's regressors.
  let meanSquares: [[Double]]

  init(products: CrossProducts) {
    var equations = MomentEquations(products: products)
    if let pooled = products.pooled { equations.accumulate(pooled) } else { equations.accumulate() }
    meanSquares = equations.meanSquares
    let solution = equations.solve()
    variances = solution
  }
}

/// The moment equations while they are summed up.
private struct MomentEquations {
  let products: CrossProducts
  /// First kind of each factor.
  let offsets: [Int]
  let kinds: Int
  var means: [Double]
  var left: [Double]
  var matrix: Matrix
  /// Σ_l w_l A_ll and tr A, by kind.
  var noise: [Double]
  var trace: [Double]
  private let widths: [Int]

  init(products: CrossProducts) {
    self.products = products
    widths = products.structure.factors.map(\.width)
    var offset = 0
    var list: [Int] = []
    for width in widths {
      list.append(offset)
      offset += width
    }
    offsets = list
    kinds = offset
    means = [Double](repeating: 0, count: kinds)
    left = means
    noise = means
    trace = means
    matrix = Matrix(rows: kinds, columns: kinds)
  }

  var meanSquares: [[Double]] {
    widths.indices.map { f in (0..<widths[f]).map { means[offsets[f] + $0] } }
  }

  /// Sums over pooled levels of one random intercept.
  mutating func accumulate(_ pooled: PooledProducts) {
    let levels = pooled.multiplicities.reduce(0, +)
    for (m, count) in zip(pooled.squares, pooled.multiplicities) { trace[0] += m * count }
    means[0] = trace[0] / levels
    for (i, m) in pooled.squares.enumerated() {
      let ratio = m / means[0]
      let weight = 1 / ((1 + 2 * ratio) * (1 + 2 * ratio))
      let gram = pooled.grams[i]
      left[0] += weight * gram[gram.rows - 1, gram.rows - 1]
      noise[0] += weight * m * pooled.multiplicities[i]
      matrix[0, 0] += weight * m * m * pooled.multiplicities[i]
    }
  }

  mutating func accumulate() {
    let r = products.panelColumns
    var counts = [Double](repeating: 0, count: kinds)
    forEachDiagonal { kind, value, _ in
      guard value > 0 else { return }
      means[kind] += value
      counts[kind] += 1
    }
    trace = means
    for kind in 0..<kinds where counts[kind] > 0 { means[kind] /= counts[kind] }
    // Weights by factor level and regressor, in the order of the diagonal pass.
    var weights = widths.indices.map { f in
      [Double](repeating: 0, count: products.structure.factors[f].levelCount * widths[f])
    }
    var positions = [Int](repeating: 0, count: widths.count)
    let factorOfKind = widths.indices.flatMap { f in [Int](repeating: f, count: widths[f]) }
    forEachDiagonal { kind, value, moment in
      let f = factorOfKind[kind]
      let ratio = means[kind] > 0 ? value / means[kind] : 0
      let weight = 1 / ((1 + 2 * ratio) * (1 + 2 * ratio))
      weights[f][positions[f]] = weight
      positions[f] += 1
      left[kind] += weight * moment * moment
      noise[kind] += weight * value
      matrix[kind, kind] += weight * value * value
    }
    addChain(weights, r: r)
    addTrailing(weights)
  }

  /// Calls `body` with kind, A_ll and Z_l'e of every random column, factor by factor.
  private func forEachDiagonal(_ body: (_ kind: Int, _ square: Double, _ moment: Double) -> Void) {
    let r = products.panelColumns
    for (d, block) in products.chain.enumerated() {
      let kind = offsets[products.structure.chain[d]]
      for level in 0..<block.levelCount {
        let record = block.records.pointer + level * block.width * block.stride
        for a in 0..<block.width {
          body(kind + a, record[a * block.stride + a], record[a * block.stride + block.stride - 1])
        }
      }
    }
    guard let trailing = products.trailing else { return }
    for (b, g) in trailing.blockFactor.enumerated() {
      let kind = offsets[products.structure.trailing[g]]
      let first = Int(trailing.blockStart.pointer[b])
      for a in 0..<trailing.widths[g] {
        let j = first + a
        body(
          kind + a, trailing.values.pointer[Int(trailing.columnStart.pointer[j])],
          trailing.panel.pointer[j * r + r - 1])
      }
    }
  }

  /// Off-diagonal entries of chain records: within a level and with its ancestors.
  private mutating func addChain(_ weights: [[Double]], r: Int) {
    for (d, block) in products.chain.enumerated() {
      let factor = products.structure.chain[d]
      let k = block.width
      if k == 1, d + 1 == products.chain.count { continue }
      for level in 0..<block.levelCount {
        let record = block.records.pointer + level * k * block.stride
        for a in 0..<k {
          let mine = weights[factor][level * k + a]
          for b in 0..<k where b != a {
            let value = record[a * block.stride + b]
            matrix[offsets[factor] + a, offsets[factor] + b] += mine * value * value
          }
          var ancestor = level
          var column = k
          var finer = block
          for e in d + 1..<max(products.chain.count, d + 1) {
            guard let parents = finer.parents else { break }
            ancestor = Int(parents.pointer[ancestor])
            let next = products.chain[e]
            let other = products.structure.chain[e]
            for b in 0..<next.width {
              let value = record[a * block.stride + column + b]
              let square = value * value
              matrix[offsets[factor] + a, offsets[other] + b] += mine * square
              matrix[offsets[other] + b, offsets[factor] + a] +=
                weights[other][ancestor * next.width + b] * square
            }
            column += next.width
            finer = next
          }
        }
      }
    }
  }

  private mutating func addTrailing(_ weights: [[Double]]) {
    guard let trailing = products.trailing else { return }
    var kindOfColumn = [Int](repeating: 0, count: trailing.count)
    var weightOfColumn = [Double](repeating: 0, count: trailing.count)
    for (b, g) in trailing.blockFactor.enumerated() {
      let factor = products.structure.trailing[g]
      let first = Int(trailing.blockStart.pointer[b])
      for a in 0..<trailing.widths[g] {
        kindOfColumn[first + a] = offsets[factor] + a
        weightOfColumn[first + a] = weights[factor][(b - trailing.factorStart[g]) * trailing.widths[g] + a]
      }
    }
    for j in 0..<trailing.count {
      let start = Int(trailing.columnStart.pointer[j]) + 1
      for q in start..<max(Int(trailing.columnStart.pointer[j + 1]), start) {
        let i = Int(trailing.rows.pointer[q])
        let square = trailing.values.pointer[q] * trailing.values.pointer[q]
        matrix[kindOfColumn[i], kindOfColumn[j]] += weightOfColumn[i] * square
        matrix[kindOfColumn[j], kindOfColumn[i]] += weightOfColumn[j] * square
      }
    }
    for (d, block) in products.chain.enumerated() {
      guard let panel = block.panel else { continue }
      let factor = products.structure.chain[d]
      let k = block.width
      for level in 0..<panel.levelCount {
        for q in Int(panel.rowStart.pointer[level])..<Int(panel.rowStart.pointer[level + 1]) {
          let j = Int(panel.columns.pointer[q])
          for a in 0..<k {
            let value = panel.values.pointer[q * k + a]
            let square = value * value
            let kind = offsets[factor] + a
            matrix[kind, kindOfColumn[j]] += weights[factor][level * k + a] * square
            matrix[kindOfColumn[j], kind] += weightOfColumn[j] * square
          }
        }
      }
    }
  }

  /// Non-negative variances relative to the residual's, dropping the most negative until none is left.
  func solve() -> [[Double]] {
    let r = products.panelColumns
    let rss = products.base[r - 1, r - 1]
    let degrees = Double(max(products.rowCount - r + 1, 1))
    var active = (0..<kinds).filter { matrix[$0, $0] > 0 }
    var relative = [Double](repeating: 0, count: kinds)
    while !active.isEmpty {
      let n = active.count + 1
      var system = Matrix(rows: n, columns: n)
      var rhs = Matrix(rows: n, columns: 1)
      for (i, kind) in active.enumerated() {
        let scale = 1 / matrix[kind, kind]
        for (j, other) in active.enumerated() { system[i, j] = matrix[kind, other] * scale }
        system[i, n - 1] = noise[kind] * scale
        rhs[i, 0] = left[kind] * scale
        system[n - 1, i] = trace[kind] / degrees
      }
      system[n - 1, n - 1] = 1
      rhs[n - 1, 0] = rss / degrees
      guard let solution = try? LinearAlgebra.solve(system, rhs) else { break }
      let worst = active.indices.min { solution[$0, 0] < solution[$1, 0] }
      if let worst, solution[worst, 0] < 0 {
        active.remove(at: worst)
        continue
      }
      let residual = max(solution[n - 1, 0], 0.05 * rss / degrees)
      for (i, kind) in active.enumerated() { relative[kind] = solution[i, 0] / residual }
      break
    }
    return widths.indices.map { f in (0..<widths[f]).map { relative[offsets[f] + $0] } }
  }
}

internal import LinearAlgebra

/// Equations between squared level sums and their expectations under the model.
///
/// A kind is one regressor of one factor. Each kind has one equation, and the residual has one:
///
///     Σ_l w_l (Z_l'e)² = Σ_s s_s² Σ_l w_l Σ_m A_lm² + s_e² Σ_l w_l A_ll,   l over the columns of the kind,
///     e'e = Σ_s s_s² tr A_ss + s_e² (n − rank X),
///
/// with e the least-squares residuals, A = Z'Z and m over the columns of kind s.
struct MomentEquations {
  /// First kind of each factor, and their number.
  private let offsets: [Int]
  private let kinds: Int
  private let widths: [Int]
  /// e'e and n − rank X.
  private var residualSquares: Double
  private let degrees: Double

  // By column of Z:
  private var kind: [Int] = []
  /// A_ll.
  private var diagonal: [Double] = []
  /// (Z_l'e)², summed where columns are pooled.
  private var momentSquares: [Double] = []
  /// Number of columns that are pooled in this one; nil when none are.
  private var multiplicities: [Double]?
  /// Σ_m A_lm² over the columns m of each kind, `kinds` numbers a column.
  private let squares: Buffer

  init(products: CrossProducts) {
    widths = products.structure.factors.map(\.width)
    var offset = 0
    offsets = widths.map { width in
      defer { offset += width }
      return offset
    }
    kinds = offset
    let r = products.panelColumns
    residualSquares = products.base[r - 1, r - 1]
    degrees = Double(max(products.rowCount - r + 1, 1))
    momentSquares = Self.momentSquares(products)
    if let pooled = products.pooled {
      diagonal = pooled.squares
      kind = diagonal.map { _ in 0 }
      multiplicities = pooled.multiplicities
      squares = Buffer(diagonal.count)
      for (l, a) in diagonal.enumerated() { squares.pointer[l] = a * a }
      return
    }
    let chainColumns = products.chain.reduce(0) { $0 + $1.levelCount * $1.width }
    squares = Buffer((chainColumns + (products.trailing?.count ?? 0)) * kinds)
    addChainColumns(products)
    addTrailingColumns(products)
    for (l, a) in diagonal.enumerated() { squares.pointer[l * kinds + kind[l]] += a * a }
    addChainPairs(products)
    addTrailingPairs(products, first: chainColumns)
  }

  var columnCount: Int { diagonal.count }

  /// Takes the sums of another response on the same design.
  mutating func replaceResponse(_ products: CrossProducts) {
    let r = products.panelColumns
    residualSquares = products.base[r - 1, r - 1]
    momentSquares = Self.momentSquares(products)
  }

  /// (Z_l'e)² of the columns in their order.
  private static func momentSquares(_ products: CrossProducts) -> [Double] {
    let r = products.panelColumns
    if let pooled = products.pooled { return pooled.grams.map { $0[r - 1, r - 1] } }
    let trailing = products.trailing
    let chainColumns = products.chain.reduce(0) { $0 + $1.levelCount * $1.width }
    return [Double](unsafeUninitializedCapacity: chainColumns + (trailing?.count ?? 0)) { result, count in
      func append(_ moment: Double) {
        result[count] = moment * moment
        count += 1
      }
      for block in products.chain {
        for row in 0..<block.levelCount * block.width {
          append(block.records.pointer[(row + 1) * block.stride - 1])
        }
      }
      if let trailing {
        for j in 0..<trailing.count { append(trailing.panel.pointer[(j + 1) * r - 1]) }
      }
    }
  }

  private mutating func addChainColumns(_ products: CrossProducts) {
    for (d, block) in products.chain.enumerated() {
      let first = offsets[products.structure.chain[d]]
      for level in 0..<block.levelCount {
        let record = block.records.pointer + level * block.width * block.stride
        for a in 0..<block.width {
          kind.append(first + a)
          diagonal.append(record[a * block.stride + a])
        }
      }
    }
  }

  private mutating func addTrailingColumns(_ products: CrossProducts) {
    guard let trailing = products.trailing else { return }
    for (b, g) in trailing.blockFactor.enumerated() {
      let first = Int(trailing.blockStart.pointer[b])
      for a in 0..<trailing.widths[g] {
        kind.append(offsets[products.structure.trailing[g]] + a)
        diagonal.append(trailing.values.pointer[Int(trailing.columnStart.pointer[first + a])])
      }
    }
  }

  /// Off-diagonal entries of chain records: within a level and with its ancestors.
  private func addChainPairs(_ products: CrossProducts) {
    var firsts: [Int] = []
    var columns = 0
    for block in products.chain {
      firsts.append(columns)
      columns += block.levelCount * block.width
    }
    let sums = squares.pointer
    for (d, block) in products.chain.enumerated() {
      let own = offsets[products.structure.chain[d]]
      let k = block.width
      if k == 1, d + 1 == products.chain.count { continue }
      for level in 0..<block.levelCount {
        let record = block.records.pointer + level * k * block.stride
        for a in 0..<k {
          let l = firsts[d] + level * k + a
          for b in 0..<k where b != a {
            let value = record[a * block.stride + b]
            sums[l * kinds + own + b] += value * value
          }
          var ancestor = level
          var column = k
          var finer = block
          for e in d + 1..<max(products.chain.count, d + 1) {
            guard let parents = finer.parents else { break }
            ancestor = Int(parents.pointer[ancestor])
            let next = products.chain[e]
            let other = offsets[products.structure.chain[e]]
            for b in 0..<next.width {
              let value = record[a * block.stride + column + b]
              let m = firsts[e] + ancestor * next.width + b
              sums[l * kinds + other + b] += value * value
              sums[m * kinds + own + a] += value * value
            }
            column += next.width
            finer = next
          }
        }
      }
    }
  }

  /// Entries among trailing columns, the first of which is column `first`, and between them and the chain.
  private func addTrailingPairs(_ products: CrossProducts, first: Int) {
    guard let trailing = products.trailing else { return }
    let sums = squares.pointer
    let kinds = kinds
    let kindOfColumn = Array(kind[first...])
    for j in 0..<trailing.count {
      let start = Int(trailing.columnStart.pointer[j]) + 1
      for q in start..<max(Int(trailing.columnStart.pointer[j + 1]), start) {
        let i = Int(trailing.rows.pointer[q])
        let square = trailing.values.pointer[q] * trailing.values.pointer[q]
        sums[(first + i) * kinds + kindOfColumn[j]] += square
        sums[(first + j) * kinds + kindOfColumn[i]] += square
      }
    }
    var chainFirst = 0
    for (d, block) in products.chain.enumerated() {
      let k = block.width
      defer { chainFirst += block.levelCount * k }
      guard let panel = block.panel else { continue }
      let own = offsets[products.structure.chain[d]]
      for level in 0..<panel.levelCount {
        for q in Int(panel.rowStart.pointer[level])..<Int(panel.rowStart.pointer[level + 1]) {
          let j = Int(panel.columns.pointer[q])
          for a in 0..<k {
            let value = panel.values.pointer[q * k + a]
            sums[(chainFirst + level * k + a) * kinds + kindOfColumn[j]] += value * value
            sums[(first + j) * kinds + own + a] += value * value
          }
        }
      }
    }
  }

  /// Values by kind as lists by factor.
  func byFactor<Value>(_ values: [Value]) -> [[Value]] {
    widths.indices.map { f in Array(values[offsets[f]..<offsets[f] + widths[f]]) }
  }

  /// Mean of A_ll over the occupied levels.
  private var means: [Double] {
    var sums = [Double](repeating: 0, count: kinds)
    var counts = sums
    for (l, a) in diagonal.enumerated() where a > 0 {
      let count = multiplicities?[l] ?? 1
      sums[kind[l]] += a * count
      counts[kind[l]] += count
    }
    return zip(sums, counts).map { $1 > 0 ? $0 / $1 : 0 }
  }

  var meanSquares: [[Double]] { byFactor(means) }

  /// Least and largest A_ll over the levels that have any, a millionth of the mean or more.
  var information: [[ClosedRange<Double>]] {
    let means = means
    var least = means
    var largest = means
    for (l, a) in diagonal.enumerated() where a > 1e-6 * means[kind[l]] {
      least[kind[l]] = min(least[kind[l]], a)
      largest[kind[l]] = max(largest[kind[l]], a)
    }
    let ranges = zip(least, largest).map { ClosedRange(from: $0, to: $1) }
    return byFactor(ranges)
  }

  /// Weights before anything is known: those of a level whose effect has twice the precision of its mean.
  var initialWeights: [Double] {
    let means = means
    return diagonal.enumerated().map { l, a in
      let ratio = means[kind[l]] > 0 ? a / means[kind[l]] : 0
      return 1 / ((1 + 2 * ratio) * (1 + 2 * ratio))
    }
  }

  /// (A_ll / var Z_l'e)²: the weights of least variance if the sums were independent.
  func weights(variances: [Double]) -> [Double] {
    diagonal.enumerated().map { l, a in
      guard a > 0 else { return 0 }
      var variance = a
      for s in 0..<kinds { variance += variances[s] * squares.pointer[l * kinds + s] }
      let weight = a / variance
      return weight * weight
    }
  }

  /// Non-negative variances relative to the residual's, dropping the most negative until none is left.
  func solve(weights: [Double]) -> [Double] {
    var matrix = Matrix(rows: kinds, columns: kinds)
    var left = [Double](repeating: 0, count: kinds)
    var noise = left
    var trace = left
    for (l, a) in diagonal.enumerated() {
      let k = kind[l]
      let count = multiplicities?[l] ?? 1
      trace[k] += a * count
      left[k] += weights[l] * momentSquares[l]
      noise[k] += weights[l] * a * count
      for s in 0..<kinds { matrix[k, s] += weights[l] * count * squares.pointer[l * kinds + s] }
    }
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
      rhs[n - 1, 0] = residualSquares / degrees
      guard let solution = try? LinearAlgebra.solve(system, rhs) else { break }
      let worst = active.indices.min { solution[$0, 0] < solution[$1, 0] }
      if let worst, solution[worst, 0] < 0 {
        active.remove(at: worst)
        continue
      }
      let residual = max(solution[n - 1, 0], 0.05 * residualSquares / degrees)
      for (i, kind) in active.enumerated() { relative[kind] = solution[i, 0] / residual }
      break
    }
    return relative
  }
}

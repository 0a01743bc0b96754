import LinearAlgebra

/// The free entries of a block's covariance matrix S as entries of its triangular factor L, the others held.
///
/// Row by row, a held entry Sᵢⱼ determines Lᵢⱼ = (Sᵢⱼ - Σ Lᵢₖ Lⱼₖ) / Lⱼⱼ, and a held variance
/// Lᵢᵢ = (Sᵢᵢ - Σ Lᵢₖ²)^½; a free one leaves the entry of L free. Rows are permuted: held variances come first, then an
/// order in which zeros of S are zeros of L wherever there is one, so that they hold without a division.
struct FactorPattern: CovariancePattern {
  /// Position in the block of each row of the factor.
  let order: [Int]
  /// Free entries (i, j), i ≥ j, of the factor.
  let entries: [(row: Int, column: Int)]
  /// Values of the entries of S that are held, rows permuted; nil for free ones.
  private let held: [[Double?]]

  /// - Parameters:
  ///   - free: which entries of S are free.
  ///   - values: values of held entries.
  init(width: Int, free: (Int, Int) -> Bool, values: Matrix) {
    func isFree(_ a: Int, _ b: Int) -> Bool { free(max(a, b), min(a, b)) }
    var remaining = Array(0..<width)
    var order: [Int] = []
    while !remaining.isEmpty {
      // A vertex whose neighbours are all joined can be eliminated without fill-in.
      let simplicial = remaining.filter { i in
        let joined = remaining.filter { $0 != i && isFree($0, i) }
        return joined.allSatisfy { a in joined.allSatisfy { b in a == b || isFree(a, b) } }
      }
      let fixed = remaining.filter { !isFree($0, $0) }
      let next = simplicial.first(where: fixed.contains) ?? fixed.first ?? simplicial.first ?? remaining[0]
      order.append(next)
      remaining.removeAll { $0 == next }
    }
    self.order = order
    let held: [[Double?]] = order.indices.map { i in
      (0...i).map { j in isFree(order[i], order[j]) ? nil : values[order[i], order[j]] }
    }
    self.held = held
    entries = held.indices.flatMap { i in (0...i).compactMap { j in held[i][j] == nil ? (i, j) : nil } }
  }

  var count: Int { entries.count }

  /// S from the values of the free entries; nil where no covariance matrix has the held values beside them.
  func covariance(_ parameters: ArraySlice<Double>) -> Matrix? {
    guard let factor = factor(parameters) else { return nil }
    let product = factor * factor.transposed
    var result = product
    for (i, a) in order.enumerated() {
      for (j, b) in order.enumerated() {
        // Held values stay exact: the product rounds them.
        result[a, b] = held[max(i, j)][min(i, j)] ?? product[i, j]
      }
    }
    return result
  }

  /// Derivatives by the free entries from the derivatives F by S: 2 F L, where held entries pass theirs on.
  func gradient(_ derivatives: Matrix, _ parameters: ArraySlice<Double>) -> [Double] {
    guard let factor = factor(parameters) else { return [Double](repeating: 0, count: entries.count) }
    var permuted = derivatives
    for (i, a) in order.enumerated() {
      for (j, b) in order.enumerated() { permuted[i, j] = derivatives[a, b] }
    }
    var adjoint = (permuted * factor).mapElements { 2 * $0 }
    for i in order.indices.reversed() {
      for j in (0...i).reversed() where held[i][j] != nil && factor[j, j] != 0 {
        let share = adjoint[i, j] / factor[j, j]
        if share == 0 { continue }
        for k in 0..<j {
          adjoint[i, k] -= share * factor[j, k]
          if i != j { adjoint[j, k] -= share * factor[i, k] }
        }
        if i != j { adjoint[j, j] -= share * factor[i, j] }
      }
    }
    return entries.map { adjoint[$0.row, $0.column] }
  }

  /// Values of the free entries at a covariance matrix that has the held values.
  func parameters(_ covariance: Matrix) -> [Double] {
    var permuted = covariance
    for (i, a) in order.enumerated() {
      for (j, b) in order.enumerated() { permuted[i, j] = covariance[a, b] }
    }
    let factor = permuted.semidefiniteFactor
    return entries.map { factor[$0.row, $0.column] }
  }

  /// A covariance matrix near a given one that has the held values: free covariances shrink, and free variances grow,
  /// until there is one. Nil when the held values admit none.
  func feasible(near covariance: Matrix) -> Matrix? {
    let size = covariance.storage.reduce(0) { max($0, abs($1)) }
    var growth = 1.0
    for _ in 0..<60 {
      var trial = covariance
      for (i, a) in order.enumerated() {
        for (j, b) in order.enumerated() {
          let value =
            a == b ? covariance[a, a] * growth + 1e-6 * size * (growth - 1) : covariance[a, b] / growth
          let vanishes = held[i][i] == 0 || held[j][j] == 0
          trial[a, b] = held[max(i, j)][min(i, j)] ?? (vanishes ? 0 : value)
        }
      }
      if trial.isPositiveSemidefinite { return trial }
      growth *= 2
    }
    return nil
  }

  private func factor(_ parameters: ArraySlice<Double>) -> Matrix? {
    var result = Matrix(rows: order.count, columns: order.count)
    for (entry, value) in zip(entries, parameters) { result[entry.row, entry.column] = value }
    for i in order.indices {
      for j in 0...i {
        guard let value = held[i][j] else { continue }
        let rest = (0..<j).reduce(value) { $0 - result[i, $1] * result[j, $1] }
        if i == j {
          guard rest >= -1e-12 * abs(value) else { return nil }
          result[i, i] = max(rest, 0).squareRoot()
        } else if rest != 0 {
          guard result[j, j] != 0 else { return nil }
          result[i, j] = rest / result[j, j]
        }
      }
    }
    return result
  }
}

extension Matrix {
  /// Whether the symmetric matrix is its semidefinite factor times the transpose, up to rounding.
  fileprivate var isPositiveSemidefinite: Bool {
    let factor = semidefiniteFactor
    let product = factor * factor.transposed
    return (0..<rows).allSatisfy { i in
      (0..<rows).allSatisfy { j in
        abs(product[i, j] - self[i, j]) <= 1e-9 * abs(self[i, i] * self[j, j]).squareRoot()
      }
    }
  }
}

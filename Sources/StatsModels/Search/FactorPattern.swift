import LinearAlgebra

/// The free entries of a block's covariance matrix as entries of a triangular factor.
///
/// An entry of S that is held at zero is a zero of the factor only in an elimination order without fill-in: the
/// rows and columns are permuted to such an order. Held variances come first, where S₀₀ = L₀₀².
struct FactorPattern: Sendable {
  /// Position in the block of each row of the factor.
  let order: [Int]
  /// Free entries (i, j), i ≥ j, of the factor.
  let entries: [(row: Int, column: Int)]
  /// Held diagonal entries of the factor.
  let held: [(row: Int, value: Double)]

  /// - Parameters:
  ///   - free: which entries of S are free.
  ///   - values: values of held entries.
  /// - Throws: ``StatsModelsError`` for a pattern that no order represents.
  init(width: Int, free: (Int, Int) -> Bool, values: Matrix, group: String) throws {
    var remaining = Array(0..<width)
    var order: [Int] = []
    func neighbours(_ i: Int) -> [Int] { remaining.filter { $0 != i && free(max($0, i), min($0, i)) } }
    while !remaining.isEmpty {
      // A vertex whose neighbours are all joined can be eliminated without fill-in; held variances go first.
      let simplicial = remaining.filter { i in
        let joined = neighbours(i)
        return joined.allSatisfy { a in joined.allSatisfy { b in a == b || free(max(a, b), min(a, b)) } }
      }
      let heldFirst = remaining.filter { !free($0, $0) }
      let next =
        heldFirst.isEmpty ? simplicial.first : simplicial.first(where: heldFirst.contains)
      guard let next else {
        throw StatsModelsError(
          .invalidArgument,
          "free: this pattern of zeros in the covariance of '\(group)' cannot be held; free more covariances")
      }
      order.append(next)
      remaining.removeAll { $0 == next }
    }
    for i in 0..<width {
      for j in 0..<i where !free(i, j) && values[i, j] != 0 {
        throw StatsModelsError(
          .invalidArgument,
          "free: a covariance of '\(group)' can be held at zero only, not at \(values[i, j])")
      }
    }
    var entries: [(row: Int, column: Int)] = []
    var held: [(row: Int, value: Double)] = []
    for i in 0..<width {
      for j in 0...i {
        let (a, b) = (max(order[i], order[j]), min(order[i], order[j]))
        if free(a, b) {
          entries.append((i, j))
        } else if i == j {
          guard !(0..<i).contains(where: { free(max(order[i], order[$0]), min(order[i], order[$0])) }) else {
            throw StatsModelsError(
              .invalidArgument, "free: two held variances of '\(group)' cannot have a free covariance")
          }
          held.append((i, max(values[order[i], order[i]], 0).squareRoot()))
        }
      }
    }
    self.order = order
    self.entries = entries
    self.held = held
  }

  /// S from the values of the free entries.
  func covariance(_ parameters: ArraySlice<Double>) -> Matrix {
    let factor = factor(parameters)
    let product = factor * factor.transposed
    var result = product
    for (i, a) in order.enumerated() {
      for (j, b) in order.enumerated() { result[a, b] = product[i, j] }
    }
    return result
  }

  /// Derivatives by the free entries, 2 (F L)ᵢⱼ, from the derivatives F by S.
  func gradient(_ derivatives: Matrix, _ parameters: ArraySlice<Double>) -> [Double] {
    var permuted = derivatives
    for (i, a) in order.enumerated() {
      for (j, b) in order.enumerated() { permuted[i, j] = derivatives[a, b] }
    }
    let product = permuted * factor(parameters)
    return entries.map { 2 * product[$0.row, $0.column] }
  }

  /// Values of the free entries nearest to a covariance matrix: its factor, with the held entries left out.
  func parameters(_ covariance: Matrix) -> [Double] {
    var permuted = covariance
    for (i, a) in order.enumerated() {
      for (j, b) in order.enumerated() { permuted[i, j] = covariance[a, b] }
    }
    let factor = permuted.semidefiniteFactor
    return entries.map { factor[$0.row, $0.column] }
  }

  private func factor(_ parameters: ArraySlice<Double>) -> Matrix {
    var result = Matrix(rows: order.count, columns: order.count)
    for (entry, value) in zip(entries, parameters) { result[entry.row, entry.column] = value }
    for entry in held { result[entry.row, entry.row] = entry.value }
    return result
  }
}

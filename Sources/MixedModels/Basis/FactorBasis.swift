internal import LinearAlgebra

/// Well-conditioned regressors Z̃ = v B of one factor, and the map G with Z = Z̃ G inside each term.
///
/// The relative covariance in the new regressors is S̃ = G S G'. Where the form of S allows any basis, the
/// columns are orthonormalised in the order `order`; else they are scaled only, each or all alike, which keeps the form.
struct FactorBasis: Sendable {
  /// B, table entries × width.
  var coefficients: Matrix
  /// G of each term of the factor.
  var maps: [Matrix]

  init(
    factor: Factor, terms: [RandomTerm], table: RegressorTable, gram: Matrix, orders: [Int: [Int]],
    tieScales: [Int: Double]
  ) {
    coefficients = Matrix(rows: table.width, columns: factor.width)
    maps = []
    for (t, offset) in zip(factor.terms, factor.offsets) {
      let references = table.random[t]
      let raw = references.map { table.coefficients(of: $0) }
      let k = references.count
      var map: Matrix?
      if terms[t].mayReorder {
        map = orthonormalize(
          references, raw: raw, order: orders[t] ?? Array(0..<k), table: table, gram: gram, offset: offset)
      }
      if let map {
        maps.append(map)
        continue
      }
      var scales = raw.map { Self.rootMeanSquare($0, gram: gram, rows: table.observations) }
      if terms[t].covariance.form.standardisation == .commonScale {
        let common =
          terms[t].tie.flatMap { tieScales[$0] }
          ?? (scales.reduce(0) { $0 + $1 * $1 } / Double(k)).squareRoot()
        scales = scales.map { _ in common > 0 ? common : 1 }
      }
      var diagonal = Matrix(rows: k, columns: k)
      for a in 0..<k {
        diagonal[a, a] = scales[a]
        for e in 0..<table.width { coefficients[e, offset + a] = raw[a][e] / scales[a] }
      }
      maps.append(diagonal)
    }
  }

  /// √(z'z / n) of the regressor with the given table coefficients; 1 for a zero column.
  static func rootMeanSquare(_ raw: [Double], gram: Matrix, rows: Int) -> Double {
    var sum = 0.0
    for (i, a) in raw.enumerated() where a != 0 {
      for (j, b) in raw.enumerated() where b != 0 { sum += a * b * gram[i, j] }
    }
    let value = (sum / Double(max(rows, 1))).squareRoot()
    return value > 0 && value.isFinite ? value : 1
  }

  /// Orthonormal columns by Cholesky of their Gram matrix; nil when they are nearly dependent.
  private mutating func orthonormalize(
    _ references: [RegressorTable.Reference], raw: [[Double]], order: [Int], table: RegressorTable,
    gram: Matrix, offset: Int
  ) -> Matrix? {
    let k = references.count
    let entries = references.map(\.entry)
    guard Set(entries).count == k else { return nil }
    // Ẑ: the entries themselves, Z = Ẑ K.
    var hat = Matrix(rows: k, columns: k)
    for a in 0..<k { for b in 0..<k { hat[a, b] = raw[b][entries[a]] } }
    let n = Double(max(table.observations, 1))
    var permuted = Matrix(rows: k, columns: k)
    for a in 0..<k {
      for b in 0..<k { permuted[a, b] = gram[entries[order[a]], entries[order[b]]] / n }
    }
    guard let factor = try? Cholesky(permuted) else { return nil }
    for a in 0..<k {
      let relative = factor.lower[a, a] * factor.lower[a, a] / permuted[a, a]
      if relative < 1e-8 { return nil }
    }
    let upper = factor.lower.transposed
    let inverse = FixedBasis.upperInverse(upper)
    for c in 0..<k {
      for a in 0...c { coefficients[entries[order[a]], offset + c] += inverse[a, c] }
    }
    var permutedHat = Matrix(rows: k, columns: k)
    for a in 0..<k { for b in 0..<k { permutedHat[a, b] = hat[order[a], b] } }
    return upper * permutedHat
  }
}

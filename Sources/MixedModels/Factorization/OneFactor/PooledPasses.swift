import Foundation
internal import LinearAlgebra

/// The passes over the levels of one random intercept, pooled by size: as many steps as there are sizes.
final class PooledPasses: FactorPasses {
  let sums: FactorSums
  private let products: PooledProducts
  /// T, and 1 + T'MT of each size.
  private let own: Buffer
  private let pivots: Buffer
  /// g'g of the sizes, r × r each.
  private let grams: Buffer

  init(_ products: PooledProducts) {
    self.products = products
    let columns = products.grams.first?.rows ?? 1
    sums = FactorSums(width: 1, columns: columns)
    own = Buffer(1)
    pivots = Buffer(products.squares.count)
    grams = Buffer(products.grams.flatMap(\.storage))
  }

  var root: UnsafeMutablePointer<Double> { own.pointer }

  func copy() -> any FactorPasses { PooledPasses(products) }

  func factorize() -> Double? {
    let (s, r) = (root[0] * root[0], sums.columns)
    var logDeterminant = 0.0
    for e in 0..<sums.takenCount { sums.taken[e] = 0 }
    for i in 0..<pivots.count {
      let pivot = 1 + s * products.squares[i]
      guard pivot < .infinity else { return nil }
      pivots.pointer[i] = pivot
      logDeterminant += products.multiplicities[i] * log(pivot)
      let gram = grams.pointer + i * r * r
      let h = s / pivot
      var e = 0
      for c in 0..<r {
        for d in 0...c {
          sums.taken[e] += h * gram[d + c * r]
          e += 1
        }
      }
    }
    return logDeterminant
  }

  func sum(coefficients b: UnsafePointer<Double>, fixedInverse q: UnsafePointer<Double>?) {
    let r = sums.columns
    let p = r - 1
    for e in 0..<sums.count { sums.projection[e] = 0 }
    for i in 0..<pivots.count {
      let (gram, pivot) = (grams.pointer + i * r * r, pivots.pointer[i])
      let scale = 1 / (pivot * pivot)
      let own = products.squares[i] / pivot
      sums.projection[0] += products.multiplicities[i] * own
      // Σ g_c r, the response's last
      var residual = 0.0
      for c in 0..<r {
        var value = gram[c + p * r]
        for d in 0..<p { value -= gram[c + d * r] * b[d] }
        value *= scale
        if c < p { sums.cross[c] += value }
        residual += (c < p ? -b[c] : 1) * value
      }
      sums.residual[0] += residual
      sums.forms[0] += residual * own
      guard let q else { continue }
      for c in 0..<p { for d in 0..<p { sums.fixed[0] += scale * q[d + c * p] * gram[d + c * r] } }
    }
  }

  func pairTraces(fixedRoot: Matrix?) -> Matrix {
    let p = fixedRoot?.rows ?? 0
    var sum = 0.0
    var shared = Matrix(rows: p, columns: p)
    for (i, pivot) in pivots.array.enumerated() {
      let own = products.squares[i] / pivot
      sum += products.multiplicities[i] * own * own
      guard let fixedRoot else { continue }
      // R' Σ g_l'g_l R over the levels of this size
      let gram = products.grams[i].selecting(rows: Array(0..<p)).selecting(columns: Array(0..<p))
      let whitened = (1 / (pivot * pivot)) * (fixedRoot.transposed * gram * fixedRoot)
      sum -= 2 * own * whitened.trace
      shared = shared + whitened
    }
    return Matrix([[sum + dot(shared.storage, shared.storage)]])
  }

  func fixedSlopes(_ directions: [Direction]) -> [Matrix] {
    let gram = fixedGram { 1 / ($0 * $0) }
    return Self.sizes(directions).map { $0 * gram }
  }

  func fixedProducts(_ directions: [Direction]) -> Matrix? {
    let gram = fixedGram(square: true) { 1 / ($0 * $0 * $0) }
    let sizes = Self.sizes(directions)
    let p = gram.rows
    var result = Matrix(rows: sizes.count * p, columns: sizes.count * p)
    for (i, a) in sizes.enumerated() {
      for (j, b) in sizes.enumerated() {
        for c in 0..<p { for d in 0..<p { result[i * p + c, j * p + d] = a * b * gram[c, d] } }
      }
    }
    return result
  }

  /// The change of the one variance in each direction.
  private static func sizes(_ directions: [Direction]) -> [Double] {
    directions.map { $0.parts.reduce(0) { $0 + $1.matrix[0, 0] } }
  }

  /// Σ w(pivot) Z'X̃'Z'X̃ over the sizes, times m if `square`.
  private func fixedGram(square: Bool = false, weight: (Double) -> Double) -> Matrix {
    let fixed = Array(0..<sums.columns - 1)
    var sum = Matrix(rows: fixed.count, columns: fixed.count)
    for (i, pivot) in pivots.array.enumerated() {
      let gram = products.grams[i].selecting(rows: fixed).selecting(columns: fixed)
      sum = sum + (weight(pivot) * (square ? products.squares[i] : 1)) * gram
    }
    return sum
  }
}

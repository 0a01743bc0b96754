import Foundation
internal import LinearAlgebra

/// Elimination of one random intercept whose levels are pooled by size.
final class PooledElimination: Elimination {
  private let products: PooledProducts
  private let base: Matrix
  /// I + T'MT of each size.
  private var pivots: [Double] = []

  init(products: PooledProducts, base: Matrix) {
    self.products = products
    self.base = base
  }

  func factorize(_ lower: [[Double]]) throws(EngineError) -> (logDeterminant: Double, panel: Matrix) {
    let t = lower[0][0]
    let s = t * t
    var logDeterminant = 0.0
    var panel = base
    pivots = products.squares.map { 1 + s * $0 }
    for (i, pivot) in pivots.enumerated() {
      guard pivot < .infinity else { throw .unresolved }
      logDeterminant += products.multiplicities[i] * log(pivot)
      let h = s / pivot
      let gram = products.grams[i]
      for e in panel.storage.indices { panel.storage[e] -= h * gram.storage[e] }
    }
    return (logDeterminant, panel)
  }

  /// Nothing to prepare: every sum below is a closed form of the pivots.
  func solve() {}

  func traces(
    coefficients: [Double], fixedInverse: Matrix?, toleratesRounding: Bool
  ) throws(EngineError) -> [FactorTraces] {
    var projection = 0.0
    var residual = 0.0
    let p = base.rows - 1
    for (i, pivot) in pivots.enumerated() {
      projection += products.multiplicities[i] * products.squares[i] / pivot
      residual += weighted(i, coefficients).residual
      guard let fixedInverse else { continue }
      let gram = products.grams[i]
      var sum = 0.0
      for a in 0..<p { for b in 0..<p { sum += fixedInverse[a, b] * gram[a, b] } }
      projection -= sum / (pivot * pivot)
    }
    return [FactorTraces(projection: Matrix([[projection]]), residual: Matrix([[residual]]))]
  }

  func quadraticForms(_ directions: [Direction], coefficients: [Double]) -> QuadraticForms {
    let n = directions.count
    let p = base.rows - 1
    let sizes = directions.map { $0.parts.reduce(0) { $0 + $1.matrix[0, 0] } }
    var square = 0.0
    var total = 0.0
    var fixed = [Double](repeating: 0, count: p)
    for (i, pivot) in pivots.enumerated() {
      let (residual, cross) = weighted(i, coefficients)
      square += residual * products.squares[i] / pivot
      total += residual
      for a in 0..<p { fixed[a] += cross[a] }
    }
    var forms = QuadraticForms(
      products: Matrix(rows: n, columns: n), fixed: Matrix(rows: p, columns: n),
      residual: sizes.map { $0 * total })
    for i in 0..<n {
      for j in 0..<n { forms.products[i, j] = sizes[i] * sizes[j] * square }
      for a in 0..<p { forms.fixed[a, i] = sizes[i] * fixed[a] }
    }
    return forms
  }

  /// Σ r_l² and Σ g_lX r_l over the levels of one size.
  private func weighted(_ i: Int, _ coefficients: [Double]) -> (residual: Double, fixed: [Double]) {
    let weights = coefficients.map { -$0 } + [1]
    let image = products.grams[i] * weights
    let scale = 1 / (pivots[i] * pivots[i])
    let residual = zip(weights, image).reduce(0) { $0 + $1.0 * $1.1 } * scale
    return (residual, image.dropLast().map { $0 * scale })
  }
}

import Foundation
internal import LinearAlgebra

/// Elimination of one random intercept whose levels are pooled by size.
///
/// The folder: the cheapest case, which takes as many steps as there are sizes of levels.
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
    let sizes = Self.sizes(directions)
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
    let fixed = Array(0..<base.rows - 1)
    var sum = Matrix(rows: fixed.count, columns: fixed.count)
    for (i, pivot) in pivots.enumerated() {
      let gram = products.grams[i].selecting(rows: fixed).selecting(columns: fixed)
      sum = sum + (weight(pivot) * (square ? products.squares[i] : 1)) * gram
    }
    return sum
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

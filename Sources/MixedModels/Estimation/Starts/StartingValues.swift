/// Variances by moments, straight from the cross-products, and what the levels themselves know of their effects.
struct StartingValues {
  /// Relative variance of each factor's regressors.
  private(set) var variances: [[Double]]
  /// Mean of A_ll over the occupied levels, for each factor's regressors.
  let meanSquares: [[Double]]
  /// Least and largest A_ll of the occupied levels, for each factor's regressors, the least given the level's other
  /// effects: an effect is known to about 1/√A_ll residual standard deviations.
  let information: [[ClosedRange<Double>]]

  /// Kept of designs of few columns, where another response costs hardly more.
  private var equations: MomentEquations?

  /// Rounds of weights that follow from the variances found before.
  private static let reweightings = 2

  init(products: CrossProducts) {
    let equations = MomentEquations(products: products)
    meanSquares = equations.meanSquares
    information = Self.withinLevels(equations.information, products: products)
    variances = Self.variances(equations)
    if equations.columnCount <= Tuning.keptMoments { self.equations = equations }
  }

  /// What another response on the same design has of it.
  func replacingResponse(_ products: CrossProducts) -> StartingValues {
    guard var equations else { return StartingValues(products: products) }
    equations.replaceResponse(products)
    var result = self
    result.variances = Self.variances(equations)
    return result
  }

  private static func variances(_ equations: MomentEquations) -> [[Double]] {
    var found = equations.solve(weights: equations.initialWeights)
    for _ in 0..<reweightings { found = equations.solve(weights: equations.weights(variances: found)) }
    return equations.byFactor(found)
  }

  /// The ranges with 1/(A_l⁻¹)_aa of each level of the chain, what is known of an effect beside unknown others.
  private static func withinLevels(
    _ ranges: [[ClosedRange<Double>]], products: CrossProducts
  ) -> [[ClosedRange<Double>]] {
    var result = ranges
    for (block, f) in zip(products.chain, products.structure.chain) where block.width > 1 {
      let k = block.width
      var least = ranges[f].map(\.lowerBound)
      var inverse = [Double](repeating: 0, count: k * k)
      for level in 0..<block.levelCount {
        let record = block.records.pointer + level * k * block.stride
        for a in 0..<k { for b in 0..<k { inverse[a * k + b] = record[a * block.stride + b] } }
        guard invert(&inverse, count: k) else { continue }
        for a in 0..<k {
          least[a] = min(least[a], max(1 / inverse[a * k + a], leastShare * ranges[f][a].upperBound))
        }
      }
      result[f] = zip(least, ranges[f]).map { ClosedRange(from: $0, to: $1.upperBound) }
    }
    return result
  }

  /// Share of the best known effect's information below which an effect counts as unknown.
  private static let leastShare = 1e-8

  /// Gauss–Jordan inversion of a positive definite matrix in place; false where it has no inverse to speak of.
  private static func invert(_ a: inout [Double], count k: Int) -> Bool {
    for p in 0..<k {
      let pivot = a[p * k + p]
      guard pivot > 1e-12 else { return false }
      a[p * k + p] = 1
      for j in 0..<k { a[p * k + j] /= pivot }
      for i in 0..<k where i != p {
        let factor = a[i * k + p]
        a[i * k + p] = 0
        for j in 0..<k { a[i * k + j] -= factor * a[p * k + j] }
      }
    }
    return true
  }
}

/// Variances by moments, straight from the cross-products.
struct StartingValues {
  /// Relative variance of each factor's regressors.
  let variances: [[Double]]
  /// Mean of A_ll over the occupied levels, for each factor's regressors.
  let meanSquares: [[Double]]

  /// Rounds of weights that follow from the variances found before.
  private static let reweightings = 2

  init(products: CrossProducts) {
    let equations = MomentEquations(products: products)
    meanSquares = equations.meanSquares
    var found = equations.solve(weights: equations.initialWeights)
    for _ in 0..<Self.reweightings { found = equations.solve(weights: equations.weights(variances: found)) }
    variances = equations.byFactor(found)
  }
}

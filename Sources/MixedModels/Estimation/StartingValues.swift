/// Variances by moments, straight from the cross-products, and what the levels themselves know of their effects.
struct StartingValues {
  /// Relative variance of each factor's regressors.
  let variances: [[Double]]
  /// Mean of A_ll over the occupied levels, for each factor's regressors.
  let meanSquares: [[Double]]
  /// Least and largest A_ll of the occupied levels, for each factor's regressors: a level's effect is known to about
  /// 1/√A_ll residual standard deviations.
  let information: [[ClosedRange<Double>]]

  /// Rounds of weights that follow from the variances found before.
  private static let reweightings = 2

  init(products: CrossProducts) {
    let equations = MomentEquations(products: products)
    meanSquares = equations.meanSquares
    information = equations.information
    var found = equations.solve(weights: equations.initialWeights)
    for _ in 0..<Self.reweightings { found = equations.solve(weights: equations.weights(variances: found)) }
    variances = equations.byFactor(found)
  }
}

import Foundation

/// The number of failures before the n-th success of independent trials; n need not be whole.
package struct NegativeBinomialDistribution: UnivariateDistribution {
  package let successes: Double
  package let probability: Double

  package init(_ successes: Double, _ probability: Double) {
    self.successes = successes
    self.probability = probability
  }

  package var isDiscrete: Bool { true }
  package var isValid: Bool {
    successes > 0 && successes < .infinity && probability > 0 && probability <= 1
  }
  package var support: (low: Double, high: Double) { (0, .infinity) }
  package var mean: Double { successes * (1 - probability) / probability }
  package var variance: Double { mean / probability }

  package func density(_ k: Double) -> Double {
    let (p, q) = (probability, 1 - probability)
    if k == .infinity { return 0 }
    if k == 0 { return pow(p, successes) }
    return q == 0 ? 0 : SpecialFunctions.betaTerm(successes, k + 1, p, q) / (q * (successes + k))
  }

  package func logDensity(_ k: Double) -> Double {
    let (p, q) = (probability, 1 - probability)
    if k == 0 { return successes * log(p) }
    let value = density(k)
    if value > 1e-290 || q == 0 || k == .infinity { return log(value) }
    return SpecialFunctions.logBetaTerm(successes, k + 1, p, q) - log(q * (successes + k))
  }

  package func tails(at x: Double) -> (lower: Double, upper: Double) {
    if x == .infinity { return (1, 0) }
    let k = x.rounded(.down)
    return SpecialFunctions.incompleteBeta(successes, k + 1, x: probability, y: 1 - probability)
  }

  package func logTails(at x: Double) -> (lower: Double, upper: Double) {
    if x == .infinity { return (0, -.infinity) }
    let k = x.rounded(.down)
    return SpecialFunctions.logIncompleteBeta(successes, k + 1, x: probability, y: 1 - probability)
  }

  package func quantile(lower p: Double) -> Double { wholeQuantile(lower: p) }
  package func quantile(upper q: Double) -> Double { wholeQuantile(upper: q) }
}

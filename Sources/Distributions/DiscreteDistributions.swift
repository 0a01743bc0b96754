import Foundation

/// The number of successes in n independent trials.
package struct BinomialDistribution: UnivariateDistribution {
  package let trials: Double
  package let probability: Double

  package init(_ trials: Double, _ probability: Double) {
    self.trials = trials
    self.probability = probability
  }

  package var isDiscrete: Bool { true }
  package var isValid: Bool {
    trials >= 0 && trials < .infinity && trials == trials.rounded() && probability >= 0 && probability <= 1
  }
  package var support: (low: Double, high: Double) { (0, trials) }
  package var mean: Double { trials * probability }
  package var variance: Double { trials * probability * (1 - probability) }

  package func density(_ k: Double) -> Double {
    let (p, q) = (probability, 1 - probability)
    if p == 0 { return k == 0 ? 1 : 0 }
    if q == 0 { return k == trials ? 1 : 0 }
    if k == 0 { return exp(trials * log1p(-p)) }
    if k == trials { return pow(p, trials) }
    return SpecialFunctions.betaTerm(k + 1, trials - k + 1, p, q) / (p * q * (trials + 1))
  }

  package func logDensity(_ k: Double) -> Double {
    let (p, q) = (probability, 1 - probability)
    if p == 0 || q == 0 { return log(density(k)) }
    if k == 0 { return trials * log1p(-p) }
    if k == trials { return trials * log(p) }
    let value = density(k)
    if value > 1e-290 { return log(value) }
    return SpecialFunctions.logBetaTerm(k + 1, trials - k + 1, p, q) - log(p * q * (trials + 1))
  }

  package func tails(at x: Double) -> (lower: Double, upper: Double) {
    let k = x.rounded(.down)
    if k >= trials { return (1, 0) }
    let both = SpecialFunctions.incompleteBeta(k + 1, trials - k, x: probability, y: 1 - probability)
    return (both.upper, both.lower)
  }

  package func logTails(at x: Double) -> (lower: Double, upper: Double) {
    let k = x.rounded(.down)
    if k >= trials { return (0, -.infinity) }
    let both = SpecialFunctions.logIncompleteBeta(k + 1, trials - k, x: probability, y: 1 - probability)
    return (both.upper, both.lower)
  }

  package func quantile(lower p: Double) -> Double { wholeQuantile(lower: p) }
  package func quantile(upper q: Double) -> Double { wholeQuantile(upper: q) }
}

/// The Poisson distribution.
package struct PoissonDistribution: UnivariateDistribution {
  package let rate: Double

  package init(_ rate: Double) { self.rate = rate }

  package var isDiscrete: Bool { true }
  package var isValid: Bool { rate >= 0 && rate < .infinity }
  package var support: (low: Double, high: Double) { (0, .infinity) }
  package var mean: Double { rate }
  package var variance: Double { rate }

  package func density(_ k: Double) -> Double {
    if rate == 0 || k == 0 { return k == 0 ? exp(-rate) : 0 }
    return k == .infinity ? 0 : SpecialFunctions.gammaTerm(k + 1, rate) / rate
  }

  package func logDensity(_ k: Double) -> Double {
    let value = density(k)
    if value > 1e-290 || rate == 0 || k == .infinity { return log(value) }
    return k == 0 ? -rate : SpecialFunctions.logGammaTerm(k + 1, rate) - log(rate)
  }

  package func tails(at x: Double) -> (lower: Double, upper: Double) {
    if x == .infinity { return (1, 0) }
    let both = SpecialFunctions.incompleteGamma(x.rounded(.down) + 1, rate)
    return (both.upper, both.lower)
  }

  package func logTails(at x: Double) -> (lower: Double, upper: Double) {
    if x == .infinity { return (0, -.infinity) }
    let both = SpecialFunctions.logIncompleteGamma(x.rounded(.down) + 1, rate)
    return (both.upper, both.lower)
  }

  package func quantile(lower p: Double) -> Double { wholeQuantile(lower: p) }
  package func quantile(upper q: Double) -> Double { wholeQuantile(upper: q) }
}

extension UnivariateDistribution {
  /// The smallest whole k with P(X ≤ k) ≥ p.
  func wholeQuantile(lower p: Double) -> Double {
    if p > 0.5 { return wholeQuantile(upper: 1 - p) }
    return firstWhole { tails(at: $0).lower >= p * (1 - roundingSlack) }
  }

  /// The smallest whole k with P(X > k) ≤ q.
  func wholeQuantile(upper q: Double) -> Double {
    firstWhole { tails(at: $0).upper <= q * (1 + roundingSlack) }
  }

  /// The smallest whole number of the support where a condition that stays true once it is true holds.
  private func firstWhole(_ condition: (Double) -> Bool) -> Double {
    var high = mean.rounded(.up)
    var step = max(1, variance.squareRoot().rounded())
    var low = support.low - 1
    if condition(high) {
      while high - step > low, condition(high - step) {
        high -= step
        step *= 2
      }
      low = max(low, high - step)
    } else {
      while !condition(high) {
        low = high
        high = min(high + step, support.high)
        step *= 2
      }
    }
    while high - low > 1 {
      let middle = ((low + high) / 2).rounded(.down)
      if condition(middle) { high = middle } else { low = middle }
    }
    return high
  }
}

/// What a probability that was computed from its quantile may have lost to rounding.
private let roundingSlack = 1e-14

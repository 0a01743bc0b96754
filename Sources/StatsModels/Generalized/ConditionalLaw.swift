import Distributions
import Foundation

/// The distribution of one response given its mean.
struct ConditionalLaw {
  let family: Family
  let mean: Double
  /// Trials of a binomial response, or the prior weight of the precision.
  let weight: Double
  let dispersion: Double
  /// Whether `weight` divides the variance.
  let isFree: Bool

  /// P(Y < y) and P(Y ≤ y).
  func interval(at y: Double) -> (low: Double, high: Double) {
    switch family.distribution {
    case .binomial:
      return jump(BinomialDistribution(weight.rounded(), min(max(mean, 0), 1)), at: (y * weight).rounded())
    case .poisson: return jump(PoissonDistribution(mean), at: y)
    case .negativeBinomial:
      func tail(_ count: Double) -> Double {
        guard count >= 0 else { return 0 }
        let size = 1 / dispersion
        let p = size / (size + mean)
        return SpecialFunctions.incompleteBeta(size, count + 1, x: p, y: 1 - p).lower
      }
      return (tail(y - 1), tail(y))
    case .gamma:
      let shape = (isFree ? weight : 1) / dispersion
      return single(GammaDistribution(shape).tails(at: shape * y / mean).lower)
    case .inverseGaussian:
      let lambda = (isFree ? weight : 1) / dispersion
      guard y > 0 else { return single(0) }
      let root = (lambda / y).squareRoot()
      let near = root * (y / mean - 1)
      // e^(2λ/μ) Φ(-far): of huge and tiny factors only the ratio is there
      let mirrored = exp(-0.5 * near * near) * Normal.millsRatio(root * (y / mean + 1))
      return single(min(Normal.cdf(near) + mirrored, 1))
    case .beta:
      return single(BetaDistribution(mean * dispersion, (1 - mean) * dispersion).tails(at: y).lower)
    case .gaussian:
      return single(Normal.cdf((y - mean) * ((isFree ? weight : 1) / dispersion).squareRoot()))
    }
  }

  private func jump(_ law: some UnivariateDistribution, at y: Double) -> (Double, Double) {
    (y <= 0 ? 0 : law.tails(at: y - 1).lower, law.tails(at: y).lower)
  }

  private func single(_ p: Double) -> (Double, Double) { (p, p) }

  /// A random response; of a binomial one the share of successes.
  func draw(_ stream: inout RandomStream) -> Double {
    let weight = isFree ? weight : 1
    switch family.distribution {
    case .binomial:
      let trials = self.weight.rounded()
      guard trials > 0 else { return 0 }
      if trials == 1 { return stream.uniform() < mean ? 1 : 0 }
      if mean <= 0 || mean >= 1 { return mean <= 0 ? 0 : 1 }
      return BinomialDistribution(trials, mean).quantile(lower: stream.uniform()) / trials
    case .poisson: return Self.poisson(mean, &stream)
    case .negativeBinomial:
      return Self.poisson(mean * dispersion * Self.gamma(1 / dispersion, &stream), &stream)
    case .gamma:
      let shape = weight / dispersion
      return mean / shape * Self.gamma(shape, &stream)
    case .inverseGaussian:
      // J. Michael, W. Schucany, R. Haas (1976)
      let lambda = weight / dispersion
      let z = stream.normal()
      let v = mean * z * z / (2 * lambda)
      let x = mean * (1 + v - (v * v + 2 * v).squareRoot())
      return stream.uniform() <= mean / (mean + x) ? x : mean * mean / x
    case .beta:
      let a = Self.gamma(mean * dispersion, &stream)
      let b = Self.gamma((1 - mean) * dispersion, &stream)
      return a + b > 0 ? a / (a + b) : mean
    case .gaussian: return mean + stream.normal() * (dispersion / weight).squareRoot()
    }
  }

  private static func poisson(_ rate: Double, _ stream: inout RandomStream) -> Double {
    guard rate > 0, rate.isFinite else { return rate > 0 ? .nan : 0 }
    return PoissonDistribution(rate).quantile(lower: stream.uniform())
  }

  /// G. Marsaglia, W. Tsang (2000); small shapes by a power of a uniform number.
  private static func gamma(_ shape: Double, _ stream: inout RandomStream) -> Double {
    guard shape >= 1 else { return gamma(shape + 1, &stream) * pow(stream.uniform(), 1 / shape) }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = stream.normal()
      let v = (1 + c * x) * (1 + c * x) * (1 + c * x)
      guard v > 0 else { continue }
      if log(stream.uniform()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
    }
  }
}

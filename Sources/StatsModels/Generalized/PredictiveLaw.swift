import Foundation
import GeneralizedModels

/// The distribution of a new response whose linear predictor is known but for a normal error: a mixture of the family's
/// distributions over the nodes of a Gauss–Hermite rule, linear predictors without a mean of the family left out.
struct PredictiveLaw {
  private let laws: [ConditionalLaw]
  private let shares: [Double]

  private static let rule = GaussHermite.rule(40)

  /// - Parameters:
  ///   - eta: the linear predictor.
  ///   - variance: its variance, effects that are not known included.
  ///   - law: the response's distribution given its mean.
  init(eta: Double, variance: Double, law: (Double) -> ConditionalLaw) {
    let root = max(variance, 0).squareRoot()
    let all = Self.rule.nodes.map { law(eta + root * $0) }
    let kept = all.indices.filter { all[$0].isPossible }
    let total = kept.reduce(0) { $0 + Self.rule.weights[$1] }
    laws = total > Self.leastShare ? kept.map { all[$0] } : []
    shares = kept.map { Self.rule.weights[$0] / total }
  }

  /// Share of the nodes below which nothing is known.
  private static let leastShare = 0.9

  private func expectation(_ f: (ConditionalLaw) -> Double) -> Double {
    zip(shares, laws).reduce(0.0) { $0 + $1.0 * f($1.1) }
  }

  /// Standard deviation of the response.
  var deviation: Double {
    if laws.isEmpty { return .nan }
    let mean = expectation(\.mean)
    let square = expectation { $0.variance + ($0.mean - mean) * ($0.mean - mean) }
    return square.squareRoot()
  }

  /// P(Y ≤ y).
  private func cdf(_ y: Double) -> Double { expectation { $0.interval(at: y).high } }

  /// The smallest response y with P(Y ≤ y) ≥ p.
  func quantile(_ p: Double) -> Double {
    guard let first = laws.first else { return .nan }
    switch first.family.distribution {
    case .binomial:
      let trials = first.weight.rounded()
      return trials > 0 ? smallest(0, trials) { cdf($0 / trials) >= p } / trials : .nan
    case .poisson, .negativeBinomial:
      var high = max(expectation(\.mean).rounded(.up), 1)
      while cdf(high) < p, high < 1e15 { high *= 2 }
      return smallest(0, high) { cdf($0) >= p }
    case .beta: return root(0, 1, p)
    case .gamma, .inverseGaussian:
      var high = max(expectation(\.mean), .leastNormalMagnitude)
      while cdf(high) < p, high < 1e300 { high *= 2 }
      return root(0, high, p)
    case .gaussian:
      // Cantelli's inequality: beyond so many standard deviations there is less than p.
      let (mean, reach) = (expectation(\.mean), deviation * (1 / min(p, 1 - p)).squareRoot())
      return root(mean - reach, mean + reach, p)
    }
  }

  /// The smallest whole number in a range that satisfies an increasing condition; the largest one where none does.
  private func smallest(_ least: Double, _ largest: Double, _ holds: (Double) -> Bool) -> Double {
    var (low, high) = (least - 1, largest)
    while high - low > 1 {
      let middle = ((low + high) / 2).rounded(.down)
      if holds(middle) { high = middle } else { low = middle }
    }
    return high
  }

  /// Where the distribution function is p, by bisection.
  private func root(_ least: Double, _ largest: Double, _ p: Double) -> Double {
    var (low, high) = (least, largest)
    while high - low > 1e-12 * max(abs(low), abs(high)) {
      let middle = 0.5 * (low + high)
      if middle <= low || middle >= high { break }
      if cdf(middle) < p { low = middle } else { high = middle }
    }
    return 0.5 * (low + high)
  }
}

extension ConditionalLaw {
  /// Whether the mean is one that the family has.
  var isPossible: Bool {
    guard mean.isFinite else { return false }
    return switch family.distribution {
    case .binomial: mean >= 0 && mean <= 1
    case .beta: mean > 0 && mean < 1
    case .gaussian: true
    default: mean > 0
    }
  }

  /// The response's variance; of a share that of successes over their number.
  var variance: Double {
    let weight = isFree ? weight : 1
    switch family.distribution {
    case .binomial: return mean * (1 - mean) / self.weight
    case .poisson: return mean
    case .negativeBinomial: return mean + dispersion * mean * mean
    case .gamma, .inverseGaussian, .gaussian: return family.variance(mean) * dispersion / weight
    case .beta: return mean * (1 - mean) / (1 + dispersion)
    }
  }
}

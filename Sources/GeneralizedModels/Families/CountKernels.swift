import Distributions
import Foundation

/// Counts with the logarithmic link: ℓ = m (yη − e^η).
struct PoissonLogKernel: RowKernel {
  @inline(__always)
  func terms(_ eta: Double, _ y: Double, _ m: Double, _ omega: Double) -> RowTerms {
    let rate = m * exp(eta)
    return RowTerms(m * y * eta - rate, m * y - rate, rate, rate)
  }

  /// Eight rows at a time.
  func evaluate(
    _ rows: Range<Int>, _ eta: UnsafePointer<Double>, _ data: RowPointers, _ out: RowOutputs
  ) -> Double {
    var (sum, rest) = (Eight(), 0.0)
    var i = rows.lowerBound
    while i + 8 <= rows.upperBound {
      let (x, m) = (Lanes.load(eta + i), Lanes.load(data.m + i))
      guard Lanes.areModerate(x) else {
        rest += evaluateOneByOne(i..<i + 8, eta, data, out)
        i += 8
        continue
      }
      let y = m * Lanes.load(data.y + i)
      let rate = m * Lanes.exp(x)
      sum += y * x - rate
      Lanes.store(y - rate, to: out.score + i)
      Lanes.store(rate, to: out.weight + i)
      Lanes.store(rate, to: out.slope + i)
      i += 8
    }
    return sum.sum() + rest + evaluateOneByOne(i..<rows.upperBound, eta, data, out)
  }
}

/// Counts with any link: ℓ = m (y log μ − μ).
struct PoissonKernel: RowKernel {
  let link: LinkFunction

  func terms(_ eta: Double, _ y: Double, _ m: Double, _ omega: Double) -> RowTerms {
    let mean = link.mean(eta)
    let mu = mean.value
    guard mu > 0 || (mu == 0 && y == 0) else { return .impossible }
    let r = y > 0 ? y / mu : 0
    return RowTerms(
      m * ((y > 0 ? y * log(mu) : 0) - mu), by: m * (r - 1), y > 0 ? -m * r / mu : 0,
      y > 0 ? 2 * m * r / (mu * mu) : 0, mean)
  }
}

/// Counts with variance μ + μ²/k.
///
/// ℓ = y log μ − (y + k) log (1 + μ/k) + log Γ(y + k) − log Γ(k) − y log k: no cancellation as k grows.
struct NegativeBinomialKernel: RowKernel {
  let link: LinkFunction
  /// k.
  let size: Double
  /// log (Γ(y + k) / (Γ(k) k^y)) of small counts, and by k: ψ(y + k) − ψ(k) with its derivative.
  private let rising: [(log: Double, first: Double, second: Double)]

  init(link: LinkFunction, size: Double) {
    self.link = link
    self.size = size
    var (log, first, second) = (0.0, 0.0, 0.0)
    rising = (0...Int(Self.shortSum)).map { count in
      if count > 0 {
        let j = Double(count - 1)
        log += log1p(j / size)
        let r = 1 / (size + j)
        first += r
        second -= r * r
      }
      return (log, first, second)
    }
  }

  func terms(_ eta: Double, _ y: Double, _ m: Double, _ omega: Double) -> RowTerms {
    let k = size
    let mean = link.mean(eta)
    let mu = mean.value
    guard mu > 0 || (mu == 0 && y == 0) else { return .impossible }
    let value =
      (y > 0 ? y * log(mu) : 0) - (y + k) * log1p(mu / k) + logRising(y)
    if link == .log {
      let c = mu / (mu + k)
      let b = k / (mu + k)
      let weight = (y + k) * b * c
      return RowTerms(m * value, m * b * (y - mu), m * weight, m * weight * (b - c))
    }
    let r = y > 0 ? y / mu : 0
    let d = (y + k) / (mu + k)
    return RowTerms(
      m * value, by: m * (r - d), m * ((y > 0 ? -r / mu : 0) + d / (mu + k)),
      m * ((y > 0 ? 2 * r / (mu * mu) : 0) - 2 * d / ((mu + k) * (mu + k))), mean)
  }

  func dispersion(_ eta: Double, _ y: Double, _ m: Double, _ omega: Double) -> DispersionTerms {
    let k = size
    let mean = link.mean(eta)
    let mu = mean.value
    let sum = mu + k
    let (first, second) = digammaRising(y)
    let slope = first - log1p(mu / k) + (mu - y) / sum
    let curvature = second + mu / (k * sum) - (mu - y) / (sum * sum)
    let d1 = (y - mu) / (sum * sum)
    let d2 = (mu - k - 2 * y) / (sum * sum * sum)
    return DispersionTerms(
      value: m * k * slope, second: m * (k * slope + k * k * curvature), score: m * k * d1 * mean.first,
      weight: -m * k * (d2 * mean.first * mean.first + d1 * mean.second))
  }

  private func logRising(_ y: Double) -> Double {
    if y <= Self.shortSum { return rising[Int(y)].log }
    let k = size
    if k > 1e3 * y, y <= Self.longSum { return (0..<Int(y)).reduce(0.0) { $0 + log1p(Double($1) / k) } }
    return SpecialFunctions.logGamma(y + k) - SpecialFunctions.logGamma(k) - y * log(k)
  }

  private func digammaRising(_ y: Double) -> (Double, Double) {
    if y <= Self.shortSum { return (rising[Int(y)].first, rising[Int(y)].second) }
    let k = size
    if k > 1e3 * y, y <= Self.longSum {
      var (first, second) = (0.0, 0.0)
      for j in 0..<Int(y) {
        let r = 1 / (k + Double(j))
        first += r
        second -= r * r
      }
      return (first, second)
    }
    let (high, low) = (SpecialFunctions.polygamma(y + k), SpecialFunctions.polygamma(k))
    return (high.digamma - low.digamma, high.trigamma - low.trigamma)
  }

  /// Counts up to which sums are kept, and those up to which they lose fewer digits than special functions where k is
  /// large.
  private static let shortSum = 40.0
  private static let longSum = 1e5

  /// Eight rows at a time where the link is logarithmic and counts are small.
  func evaluate(
    _ rows: Range<Int>, _ eta: UnsafePointer<Double>, _ data: RowPointers, _ out: RowOutputs
  ) -> Double {
    guard link == .log else { return evaluateOneByOne(rows, eta, data, out) }
    return rising.withUnsafeBufferPointer { rising in
      var (sum, rest) = (Eight(), 0.0)
      var i = rows.lowerBound
      while i + 8 <= rows.upperBound {
        let (x, y, m) = (Lanes.load(eta + i), Lanes.load(data.y + i), Lanes.load(data.m + i))
        guard Lanes.areModerate(x), y.max() <= Self.shortSum else {
          rest += evaluateOneByOne(i..<i + 8, eta, data, out)
          i += 8
          continue
        }
        let mu = Lanes.exp(x)
        let b = size / (mu + size)
        let c = mu / (mu + size)
        let weight = m * (y + size) * b * c
        var logs = Eight()
        for lane in 0..<8 {
          logs[lane] = rising[Int(y[lane])].log - (y[lane] + size) * log1p(mu[lane] / size)
        }
        sum += m * (y * x + logs)
        Lanes.store(m * b * (y - mu), to: out.score + i)
        Lanes.store(weight, to: out.weight + i)
        Lanes.store(weight * (b - c), to: out.slope + i)
        i += 8
      }
      return sum.sum() + rest + evaluateOneByOne(i..<rows.upperBound, eta, data, out)
    }
  }
}

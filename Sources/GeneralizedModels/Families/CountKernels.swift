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

  func terms(_ eta: Double, _ y: Double, _ m: Double, _ omega: Double) -> RowTerms {
    let k = size
    let mean = link.mean(eta)
    let mu = mean.value
    guard mu > 0 || (mu == 0 && y == 0) else { return .impossible }
    let value =
      (y > 0 ? y * log(mu) : 0) - (y + k) * log1p(mu / k) + Self.logRising(y, k)
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
    let (first, second) = Self.digammaRising(y, k)
    let slope = first - log1p(mu / k) + (mu - y) / sum
    let curvature = second + mu / (k * sum) - (mu - y) / (sum * sum)
    let d1 = (y - mu) / (sum * sum)
    let d2 = (mu - k - 2 * y) / (sum * sum * sum)
    return DispersionTerms(
      value: m * k * slope, second: m * (k * slope + k * k * curvature), score: m * k * d1 * mean.first,
      weight: -m * k * (d2 * mean.first * mean.first + d1 * mean.second))
  }

  /// Counts up to which sums are shorter than special functions.
  private static let shortSum = 40.0

  /// log (Γ(y + k) / (Γ(k) k^y)).
  private static func logRising(_ y: Double, _ k: Double) -> Double {
    if y <= shortSum {
      var product = 1.0
      var sum = 0.0
      for j in 0..<Int(y) {
        product *= 1 + Double(j) / k
        if product > 1e250 {
          sum += log(product)
          product = 1
        }
      }
      // the product of factors near 1 loses nothing, its logarithm neither
      return product - 1 < 0.1 ? sum + logNearOne(y, k, product) : sum + log(product)
    }
    if k > 1e3 * y {
      var sum = 0.0
      for j in 0..<Int(min(y, 1e5)) { sum += log1p(Double(j) / k) }
      if y <= 1e5 { return sum }
    }
    return SpecialFunctions.logGamma(y + k) - SpecialFunctions.logGamma(k) - y * log(k)
  }

  /// Σ log (1 + j/k) where that is small.
  private static func logNearOne(_ y: Double, _ k: Double, _ product: Double) -> Double {
    var sum = 0.0
    for j in 0..<Int(y) { sum += log1p(Double(j) / k) }
    return sum
  }

  /// ψ(y + k) − ψ(k), and its derivative by k.
  private static func digammaRising(_ y: Double, _ k: Double) -> (Double, Double) {
    if y <= shortSum || (k > 1e3 * y && y <= 1e5) {
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
}

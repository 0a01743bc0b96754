import Distributions
import Foundation

/// Successes with the logistic link: ℓ = m (yη − log (1 + e^η)).
struct LogitKernel: RowKernel {
  @inline(__always)
  func terms(_ eta: Double, _ y: Double, _ m: Double, _ omega: Double) -> RowTerms {
    let e = exp(-abs(eta))
    let p = 1 / (1 + e)
    let mean = eta < 0 ? e * p : p
    let v = e * p * p
    let value = y * eta - max(eta, 0) - log1p(e)
    let skew = (eta < 0 ? 1 : -1) * (1 - e) * p
    return RowTerms(m * value, m * (y - mean), m * v, m * v * skew)
  }

  /// Eight rows at a time, and one logarithm for 512 of them where every row counts once.
  ///
  /// With p = 1/(1 + e^−η) and q = e^−η p: ℓ = yη − max (η, 0) + log max (p, q), w = pq, t = w (q − p).
  func evaluate(
    _ rows: Range<Int>, _ eta: UnsafePointer<Double>, _ data: RowPointers, _ out: RowOutputs
  ) -> Double {
    var sum = Eight()
    var (product, rest) = (Eight(repeating: 1), 0.0)
    var pending = 0
    var i = rows.lowerBound
    while i + 8 <= rows.upperBound {
      let (x, y) = (Lanes.load(eta + i), Lanes.load(data.y + i))
      guard Lanes.areModerate(x) else {
        rest += evaluateOneByOne(i..<i + 8, eta, data, out)
        i += 8
        continue
      }
      let e = Lanes.exp(-x)
      let p = 1 / (1 + e)
      let q = e * p
      let difference = q - p
      let largest = 0.5 * Lanes.abs(difference) + 0.5
      let linear = y * x - 0.5 * (x + Lanes.abs(x))
      var score = y - p
      var v = p * q
      if data.countsOnce {
        sum += linear
        product *= largest
        pending += 1
        if pending == 64 {
          rest += Lanes.logOfProduct(product)
          (product, pending) = (Eight(repeating: 1), 0)
        }
      } else {
        let m = Lanes.load(data.m + i)
        sum += m * (linear + Lanes.logOfHalves(largest))
        score *= m
        v *= m
      }
      Lanes.store(score, to: out.score + i)
      Lanes.store(v, to: out.weight + i)
      Lanes.store(v * difference, to: out.slope + i)
      i += 8
    }
    return sum.sum() + Lanes.logOfProduct(product) + rest
      + evaluateOneByOne(i..<rows.upperBound, eta, data, out)
  }
}

/// Successes with the normal quantile as link: log Φ(η) and log Φ(−η) by Mills' ratio.
struct ProbitKernel: RowKernel {
  func terms(_ eta: Double, _ y: Double, _ m: Double, _ omega: Double) -> RowTerms {
    var result = RowTerms(0, 0, 0, 0)
    if y > 0 {
      let (value, first, second, third) = Self.logCDF(eta)
      result.value += y * value
      result.score += y * first
      result.weight -= y * second
      result.slope -= y * third
    }
    if y < 1 {
      let (value, first, second, third) = Self.logCDF(-eta)
      result.value += (1 - y) * value
      result.score -= (1 - y) * first
      result.weight -= (1 - y) * second
      result.slope += (1 - y) * third
    }
    return RowTerms(m * result.value, m * result.score, m * result.weight, m * result.slope)
  }

  /// log Φ and three derivatives.
  private static func logCDF(_ x: Double) -> (Double, Double, Double, Double) {
    // Φ(x) = φ(x) / q: the ratio q stays in range where both underflow.
    let value: Double
    let ratio: Double
    if x > -25 {
      let p = Normal.cdf(x)
      value = x > 0 ? log1p(-Normal.sf(x)) : log(p)
      ratio = Normal.pdf(x) / p
    } else {
      // continued fraction of Mills' ratio: φ/Φ = |x| + 1/(|x| + 2/(|x| + 3/…))
      let a = -x
      var fraction = a
      for k in stride(from: 12, through: 1, by: -1) { fraction = a + Double(k) / fraction }
      ratio = fraction
      value = -0.5 * x * x - 0.5 * log(2 * .pi) - log(fraction)
    }
    let sum = x + ratio
    return (value, ratio, -ratio * sum, ratio * (sum * (sum + ratio) - 1))
  }
}

/// Successes with link log (−log (1 − μ)).
struct ComplementaryLogLogKernel: RowKernel {
  func terms(_ eta: Double, _ y: Double, _ m: Double, _ omega: Double) -> RowTerms {
    let r = exp(eta)
    var result = RowTerms(0, 0, 0, 0)
    if y < 1 {
      // a failure has ℓ = −e^η, and so have all derivatives
      result = RowTerms(-(1 - y) * r, -(1 - y) * r, (1 - y) * r, (1 - y) * r)
    }
    if y > 0 {
      let g = r > 700 ? 0 : (r > 0 ? r / expm1(r) : 1)
      let u = 1 - r - g
      let value = r < 1e-8 ? eta - 0.5 * r : (r < 0.7 ? log(-expm1(-r)) : log1p(-exp(-r)))
      result.value += y * value
      result.score += y * g
      result.weight -= y * g * u
      if g > 0 { result.slope -= y * g * (u * (u - g) - r) }
    }
    return RowTerms(m * result.value, m * result.score, m * result.weight, m * result.slope)
  }
}

/// Successes with any link.
struct BinomialKernel: RowKernel {
  let link: LinkFunction

  func terms(_ eta: Double, _ y: Double, _ m: Double, _ omega: Double) -> RowTerms {
    let mean = link.mean(eta)
    let (p, q) = (mean.value, mean.complement)
    guard p > 0 || y == 0, q > 0 || y == 1, p >= 0, q >= 0 else { return .impossible }
    var (value, first, second, third) = (0.0, 0.0, 0.0, 0.0)
    if y > 0 {
      let r = y / p
      value += y * log(p)
      first += r
      second -= r / p
      third += 2 * r / (p * p)
    }
    if y < 1 {
      let r = (1 - y) / q
      value += (1 - y) * (q < 0.5 ? log(q) : log1p(-p))
      first -= r
      second -= r / q
      third -= 2 * r / (q * q)
    }
    return RowTerms(m * value, by: m * first, m * second, m * third, mean)
  }
}

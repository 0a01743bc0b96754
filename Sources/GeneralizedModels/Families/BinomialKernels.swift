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

  /// Eight rows at a time, and one logarithm for 64 of them where every row counts once.
  func evaluate(
    _ rows: Range<Int>, _ eta: UnsafePointer<Double>, _ data: RowPointers, _ out: RowOutputs
  ) -> Double {
    var sum = 0.0
    var i = rows.lowerBound
    var product = SIMD8<Double>(repeating: 1)
    var pending = 0
    while i + 8 <= rows.upperBound {
      let x = UnsafeRawPointer(eta + i).loadUnaligned(as: SIMD8<Double>.self)
      let y = UnsafeRawPointer(data.y + i).loadUnaligned(as: SIMD8<Double>.self)
      let negative = x .< 0
      let e = Lanes.exp(x.replacing(with: -x, where: .!negative))
      let p = 1 / (1 + e)
      let mean = p.replacing(with: e * p, where: negative)
      var v = e * p * p
      let sign = SIMD8<Double>(repeating: -1).replacing(with: 1, where: negative)
      var score = y - mean
      let linear = y * x - x.replacing(with: 0, where: negative)
      if data.countsOnce {
        sum += linear.sum()
        product *= 1 + e
        pending += 1
        if pending == 64 {
          sum -= Lanes.logOfProduct(product)
          product = SIMD8(repeating: 1)
          pending = 0
        }
      } else {
        let m = UnsafeRawPointer(data.m + i).loadUnaligned(as: SIMD8<Double>.self)
        for lane in 0..<8 { sum += m[lane] * (linear[lane] - log1p(e[lane])) }
        score *= m
        v *= m
      }
      UnsafeMutableRawPointer(out.score + i).storeBytes(of: score, as: SIMD8<Double>.self)
      UnsafeMutableRawPointer(out.weight + i).storeBytes(of: v, as: SIMD8<Double>.self)
      UnsafeMutableRawPointer(out.slope + i).storeBytes(
        of: v * sign * (1 - e) * p, as: SIMD8<Double>.self)
      i += 8
    }
    sum -= Lanes.logOfProduct(product)
    while i < rows.upperBound {
      let terms = terms(eta[i], data.y[i], data.m[i], data.omega[i])
      sum += terms.value
      out.score[i] = terms.score
      out.weight[i] = terms.weight
      out.slope[i] = terms.slope
      i += 1
    }
    return sum
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

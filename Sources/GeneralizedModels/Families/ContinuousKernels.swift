import Distributions
import Foundation

/// Positive numbers with shape ν = aω and mean μ: ℓ = ν (log (νy/μ) − y/μ) − log Γ(ν).
struct GammaKernel: RowKernel {
  let link: LinkFunction
  /// a.
  let shape: Double

  func terms(_ eta: Double, _ y: Double, _ m: Double, _ omega: Double) -> RowTerms {
    let nu = shape * omega
    let mean = link.mean(eta)
    let mu = mean.value
    guard mu > 0, mu.isFinite else { return .impossible }
    let r = y / mu
    let value = nu * (log(nu) + log(r) - r) - SpecialFunctions.logGamma(nu)
    if link == .log {
      return RowTerms(m * value, m * nu * (r - 1), m * nu * r, -m * nu * r)
    }
    let c = m * nu / mu
    return RowTerms(
      m * value, by: c * (r - 1), c / mu * (1 - 2 * r), c / (mu * mu) * (6 * r - 2), mean)
  }

  func dispersion(_ eta: Double, _ y: Double, _ m: Double, _ omega: Double) -> DispersionTerms {
    let nu = shape * omega
    let terms = terms(eta, y, m, omega)
    let r = y / link.inverse(eta)
    let (psi, trigamma, _) = SpecialFunctions.polygamma(nu)
    let value = m * nu * (log(nu) - psi + 1 + log(r) - r)
    return DispersionTerms(
      value: value, second: value + m * nu * (1 - nu * trigamma), score: terms.score, weight: terms.weight)
  }
}

/// ℓ = ½ log p − ½ p d(y, μ) with p the precision times ω.
private protocol ExponentialDispersion: RowKernel {
  var link: LinkFunction { get }
  var precision: Double { get }
  /// d with three derivatives by μ; nil for means that the family does not have.
  func deviance(_ y: Double, _ mu: Double) -> (Double, Double, Double, Double)?
}

extension ExponentialDispersion {
  func terms(_ eta: Double, _ y: Double, _ m: Double, _ omega: Double) -> RowTerms {
    let mean = link.mean(eta)
    guard let (d, d1, d2, d3) = deviance(y, mean.value) else { return .impossible }
    let p = precision * omega
    let c = -0.5 * m * p
    // log ω stands in the constant
    return RowTerms(0.5 * m * log(precision) + c * d, by: c * d1, c * d2, c * d3, mean)
  }

  func dispersion(_ eta: Double, _ y: Double, _ m: Double, _ omega: Double) -> DispersionTerms {
    let terms = terms(eta, y, m, omega)
    let d = deviance(y, link.inverse(eta))?.0 ?? .nan
    let part = -0.5 * m * precision * omega * d
    return DispersionTerms(value: 0.5 * m + part, second: part, score: terms.score, weight: terms.weight)
  }
}

/// Positive numbers with variance μ³/p.
struct InverseGaussianKernel: ExponentialDispersion {
  let link: LinkFunction
  let precision: Double

  func deviance(_ y: Double, _ mu: Double) -> (Double, Double, Double, Double)? {
    guard mu > 0, mu.isFinite else { return nil }
    let r = 1 / mu
    let r2 = r * r
    let d = (y - mu) * r
    return (
      d * d / y, 2 * r2 * (1 - y * r), r2 * r * (6 * y * r - 4), r2 * r2 * (12 - 24 * y * r)
    )
  }
}

/// Numbers with variance 1/p.
struct GaussianKernel: ExponentialDispersion {
  let link: LinkFunction
  let precision: Double

  func deviance(_ y: Double, _ mu: Double) -> (Double, Double, Double, Double)? {
    guard mu.isFinite else { return nil }
    let e = y - mu
    return (e * e, -2 * e, 2, 0)
  }
}

/// Shares with precision φ: parameters A = μφ and B = (1 − μ)φ.
struct BetaKernel: RowKernel {
  let link: LinkFunction
  /// φ.
  let precision: Double

  func terms(_ eta: Double, _ y: Double, _ m: Double, _ omega: Double) -> RowTerms {
    let mean = link.mean(eta)
    let (a, b) = (mean.value * precision, mean.complement * precision)
    guard a > 0, b > 0 else { return .impossible }
    let logGamma = SpecialFunctions.logGamma
    let (high, low) = (SpecialFunctions.polygamma(a), SpecialFunctions.polygamma(b))
    let (logit, parts) = (log(y) - log1p(-y), a * log(y) + b * log1p(-y))
    let value = logGamma(precision) - logGamma(a) - logGamma(b) + parts
    let f = precision
    let first = f * (logit - high.digamma + low.digamma)
    let second = -f * f * (high.trigamma + low.trigamma)
    let third = -f * f * f * (high.tetragamma - low.tetragamma)
    return RowTerms(m * value, by: m * first, m * second, m * third, mean)
  }

  func dispersion(_ eta: Double, _ y: Double, _ m: Double, _ omega: Double) -> DispersionTerms {
    let mean = link.mean(eta)
    let (p, q, f) = (mean.value, mean.complement, precision)
    let (all, high, low) = (
      SpecialFunctions.polygamma(f), SpecialFunctions.polygamma(p * f), SpecialFunctions.polygamma(q * f)
    )
    let slope = all.digamma - p * high.digamma - q * low.digamma + p * log(y) + q * log1p(-y)
    let curvature = all.trigamma - p * p * high.trigamma - q * q * low.trigamma
    let rest = log(y) - log1p(-y) - high.digamma + low.digamma
    let d1 = rest - f * (p * high.trigamma - q * low.trigamma)
    let d2 =
      -2 * f * (high.trigamma + low.trigamma) - f * f * (p * high.tetragamma + q * low.tetragamma)
    return DispersionTerms(
      value: m * f * slope, second: m * (f * slope + f * f * curvature), score: m * f * d1 * mean.first,
      weight: -m * f * (d2 * mean.first * mean.first + d1 * mean.second))
  }
}

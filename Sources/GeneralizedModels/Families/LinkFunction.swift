import Distributions
import Foundation

/// g in η = g(μ): the functions that a linear predictor can be of a mean.
package enum LinkFunction: Sendable, Hashable, CaseIterable {
  case logit, probit, cloglog, cauchy, log, identity, inverse, inverseSquared, sqrt

  /// A mean with its derivatives by the linear predictor.
  package struct Mean: Sendable {
    package let value: Double
    /// 1 − μ, without cancellation where the link knows it.
    package let complement: Double
    package let first: Double
    package let second: Double
    package let third: Double

    @inlinable
    package init(
      _ value: Double, complement: Double? = nil, first: Double, second: Double, third: Double
    ) {
      self.value = value
      self.complement = complement ?? 1 - value
      self.first = first
      self.second = second
      self.third = third
    }
  }

  /// Whether all means lie between 0 and 1.
  package var meansAreShares: Bool { [.logit, .probit, .cloglog, .cauchy].contains(self) }

  /// g(μ).
  package func callAsFunction(_ mean: Double) -> Double {
    switch self {
    case .logit: Foundation.log(mean) - log1p(-mean)
    case .probit: Normal.ppf(mean)
    case .cloglog: Foundation.log(-log1p(-mean))
    case .cauchy: tan(.pi * (mean - 0.5))
    case .log: Foundation.log(mean)
    case .identity: mean
    case .inverse: 1 / mean
    case .inverseSquared: 1 / (mean * mean)
    case .sqrt: mean.squareRoot()
    }
  }

  /// μ = g⁻¹(η).
  package func inverse(_ eta: Double) -> Double {
    switch self {
    case .logit: eta < 0 ? exp(eta) / (1 + exp(eta)) : 1 / (1 + exp(-eta))
    case .probit: Normal.cdf(eta)
    case .cloglog: -expm1(-exp(eta))
    case .cauchy: eta < -1 ? -atan(1 / eta) / .pi : 0.5 + atan(eta) / .pi
    case .log: exp(eta)
    case .identity: eta
    case .inverse: 1 / eta
    case .inverseSquared: 1 / eta.squareRoot()
    case .sqrt: eta * eta
    }
  }

  /// dη/dμ.
  package func derivative(_ mean: Double) -> Double {
    switch self {
    case .logit: 1 / (mean * (1 - mean))
    case .probit: 1 / Normal.pdf(Normal.ppf(mean))
    case .cloglog: -1 / ((1 - mean) * log1p(-mean))
    case .cauchy:
      {
        let cosine = cos(.pi * (mean - 0.5))
        return .pi / (cosine * cosine)
      }()
    case .log: 1 / mean
    case .identity: 1
    case .inverse: -1 / (mean * mean)
    case .inverseSquared: -2 / (mean * mean * mean)
    case .sqrt: 0.5 / mean.squareRoot()
    }
  }

  /// d²η/dμ².
  package func secondDerivative(_ mean: Double) -> Double {
    switch self {
    case .logit: (2 * mean - 1) / (mean * mean * (1 - mean) * (1 - mean))
    case .probit:
      {
        let eta = Normal.ppf(mean)
        let density = Normal.pdf(eta)
        return eta / (density * density)
      }()
    case .cloglog:
      {
        let logarithm = log1p(-mean)
        return -(1 + logarithm) / ((1 - mean) * (1 - mean) * logarithm * logarithm)
      }()
    case .cauchy:
      {
        let angle = .pi * (mean - 0.5)
        let cosine = cos(angle)
        return 2 * .pi * .pi * sin(angle) / (cosine * cosine * cosine)
      }()
    case .log: -1 / (mean * mean)
    case .identity: 0
    case .inverse: 2 / (mean * mean * mean)
    case .inverseSquared: 6 / (mean * mean * mean * mean)
    case .sqrt: -0.25 / (mean * mean.squareRoot())
    }
  }

  /// μ with three derivatives by η.
  package func mean(_ eta: Double) -> Mean {
    let value = inverse(eta)
    switch self {
    case .logit:
      let complement = inverse(-eta)
      let v = value * complement
      return Mean(
        value, complement: complement, first: v, second: v * (complement - value), third: v * (1 - 6 * v))
    case .probit:
      let density = Normal.pdf(eta)
      return Mean(
        value, complement: Normal.sf(eta), first: density, second: -eta * density,
        third: (eta * eta - 1) * density)
    case .cloglog:
      let rate = exp(eta)
      let complement = exp(-rate)
      let first = complement > 0 ? rate * complement : 0
      guard first > 0 else { return Mean(value, complement: complement, first: 0, second: 0, third: 0) }
      return Mean(
        value, complement: complement, first: first, second: first * (1 - rate),
        third: first * ((1 - rate) * (1 - rate) - rate))
    case .cauchy:
      let q = 1 / (1 + eta * eta)
      return Mean(
        value, complement: inverse(-eta), first: q / .pi, second: -2 * eta * q * q / .pi,
        third: (6 * eta * eta - 2) * q * q * q / .pi)
    case .log: return Mean(value, first: value, second: value, third: value)
    case .identity: return Mean(value, first: 1, second: 0, third: 0)
    case .inverse:
      let square = value * value
      return Mean(
        value, first: -square, second: 2 * square * value, third: -6 * square * square)
    case .inverseSquared:
      let cube = value * value * value
      return Mean(
        value, first: -0.5 * cube, second: 0.75 * cube * value * value,
        third: -1.875 * cube * cube * value)
    case .sqrt: return Mean(value, first: 2 * eta, second: 2, third: 0)
    }
  }
}

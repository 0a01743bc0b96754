import Distributions
import Foundation

/// A distribution of responses given their means.
package enum ResponseFamily: Sendable, Hashable, CaseIterable {
  case binomial, poisson, negativeBinomial, gamma, inverseGaussian, beta, gaussian

  /// Whether variances have a factor, or another parameter, that is estimated.
  package var hasDispersion: Bool { self != .binomial && self != .poisson }
}

/// A family with a link: what the engine knows of a response.
///
/// The dispersion parameter is searched as λ, the logarithm of a precision: the size k = 1/α of a negative binomial
/// distribution, a gamma shape, 1/φ of an inverse Gaussian, a beta precision, 1/σ².
package struct ResponseModel: Sendable, Hashable {
  package let family: ResponseFamily
  package let link: LinkFunction
  /// λ where it is given; nil where it is estimated, or where there is none.
  package let fixedPrecision: Double?

  package init(_ family: ResponseFamily, link: LinkFunction, fixedPrecision: Double? = nil) {
    self.family = family
    self.link = link
    self.fixedPrecision = fixedPrecision
  }

  /// Whether λ is a parameter of the search.
  package var estimatesDispersion: Bool { family.hasDispersion && fixedPrecision == nil }

  /// Whether ℓ is concave in η for every response, so that modes are unique.
  package var isLogConcave: Bool {
    switch (family, link) {
    case (.binomial, .logit), (.binomial, .probit), (.binomial, .cloglog), (.poisson, .log),
      (.poisson, .sqrt), (.poisson, .identity), (.negativeBinomial, .log), (.gamma, .log),
      (.gamma, .inverse), (.gaussian, .identity), (.binomial, .identity), (.binomial, .log):
      true
    default: false
    }
  }

  /// Whether a level's effects may have several modes: ℓ is concave, but for a square root on each side of 0 only.
  var mayHaveSeveralModes: Bool { !isLogConcave || link == .sqrt }

  /// Whether ℓ is linear in y with coefficient η, and concave everywhere.
  var isCanonical: Bool { (family, link) == (.binomial, .logit) || (family, link) == (.poisson, .log) }

  /// The dispersion as it is reported: α, 1/shape, φ, the precision of beta shares, σ²; 1 where there is none.
  package func dispersion(precision: Double) -> Double {
    switch family {
    case .binomial, .poisson: 1
    case .beta: exp(precision)
    default: exp(-precision)
    }
  }

  /// λ of a reported dispersion.
  package func precision(dispersion: Double) -> Double {
    switch family {
    case .binomial, .poisson: 0
    case .beta: log(dispersion)
    default: -log(dispersion)
    }
  }

  /// The terms of log L of one row that depend on nothing that is estimated.
  ///
  /// - Parameters:
  ///   - y: the response; of a binomial one the share of successes.
  ///   - trials: number of trials; of counts and shares the prior weight of the row.
  ///   - omega: prior weight of the variance.
  package func constant(_ y: Double, trials: Double, omega: Double) -> Double {
    let logGamma = SpecialFunctions.logGamma
    switch family {
    case .binomial:
      if trials == 1 { return 0 }
      let successes = (y * trials).rounded()
      guard trials == trials.rounded(), abs(y * trials - successes) < 1e-6 * max(1, trials) else { return 0 }
      return logGamma(trials + 1) - logGamma(successes + 1) - logGamma(trials - successes + 1)
    case .poisson, .negativeBinomial: return y == 0 || y == 1 ? 0 : -trials * logGamma(y + 1)
    case .gamma: return -log(y)
    case .inverseGaussian: return -0.5 * log(2 * .pi * y * y * y / omega)
    case .beta: return -trials * (log(y) + log1p(-y))
    case .gaussian: return -0.5 * log(2 * .pi / omega)
    }
  }
}

/// ℓ of one row with its derivatives by the linear predictor.
package struct RowTerms: Sendable {
  /// ℓ without constants; −∞ for means that the family does not have.
  package var value: Double
  /// s = ℓ'.
  package var score: Double
  /// w = −ℓ''.
  package var weight: Double
  /// t = w'.
  package var slope: Double

  @inline(__always)
  init(_ value: Double, _ score: Double, _ weight: Double, _ slope: Double) {
    self.value = value
    self.score = score
    self.weight = weight
    self.slope = slope
  }

  /// Of a mean that the family does not have.
  static let impossible = RowTerms(-.infinity, 0, 0, 0)

  /// By the chain rule from derivatives ℓ₁, ℓ₂, ℓ₃ by the mean.
  @inline(__always)
  init(_ value: Double, by first: Double, _ second: Double, _ third: Double, _ mean: LinkFunction.Mean) {
    let (d1, d2, d3) = (mean.first, mean.second, mean.third)
    self.init(
      value, first * d1, -(second * d1 * d1 + first * d2),
      -(third * d1 * d1 * d1 + 3 * second * d1 * d2 + first * d3))
  }
}

/// Derivatives of one row's ℓ by λ.
struct DispersionTerms {
  /// ∂ℓ/∂λ and ∂²ℓ/∂λ².
  var value: Double
  var second: Double
  /// ∂s/∂λ and ∂w/∂λ.
  var score: Double
  var weight: Double
}

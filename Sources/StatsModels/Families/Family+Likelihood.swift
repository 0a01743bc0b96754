import Distributions
import Foundation

/// Variances, deviances and likelihoods of single observations, as in statsmodels' families.
///
/// A binomial response is a share of successes; its trials are a weight. α of a negative binomial family that
/// estimates it counts as 1, statsmodels' default.
extension Family {
  /// V(μ): the variance over the dispersion; of beta shares μ(1 − μ). Python: Family.variance
  package func variance(_ mean: Double) -> Double {
    switch distribution {
    case .binomial:
      {
        // means at their ends are moved a hair inside, as in statsmodels, so that residuals are numbers
        let p = min(max(mean, .ulpOfOne), 1 - .ulpOfOne)
        return p * (1 - p)
      }()
    case .beta: mean * (1 - mean)
    case .poisson: mean
    case .gamma: mean * mean
    case .negativeBinomial: mean + (alpha ?? 1) * mean * mean
    case .inverseGaussian: mean * mean * mean
    case .gaussian: 1
    }
  }

  /// dV/dμ.
  package func varianceDerivative(_ mean: Double) -> Double {
    switch distribution {
    case .binomial, .beta: 1 - 2 * mean
    case .poisson: 1
    case .gamma: 2 * mean
    case .negativeBinomial: 1 + 2 * (alpha ?? 1) * mean
    case .inverseGaussian: 3 * mean * mean
    case .gaussian: 0
    }
  }

  /// Twice the log likelihood ratio of the saturated model and of a mean, for a weight of 1; nan for beta, which has no
  /// saturated model with the same dispersion. Python: Family.resid_dev squared
  package func unitDeviance(_ y: Double, _ mean: Double) -> Double {
    switch distribution {
    case .binomial:
      2 * (Self.term(y, mean) + Self.term(1 - y, 1 - mean))
    case .poisson: 2 * (Self.term(y, mean) - (y - mean))
    case .gamma: 2 * ((y - mean) / mean - log(y / mean))
    case .negativeBinomial:
      {
        let a = alpha ?? 1
        return 2 * (Self.term(y, mean) - (y + 1 / a) * log((1 + a * y) / (1 + a * mean)))
      }()
    case .inverseGaussian: (y - mean) * (y - mean) / (y * mean * mean)
    case .beta: .nan
    case .gaussian: (y - mean) * (y - mean)
    }
  }

  /// y log (y/μ), 0 at y = 0.
  private static func term(_ y: Double, _ mean: Double) -> Double { y > 0 ? y * log(y / mean) : 0 }

  /// Log likelihood with all constants. Python: Family.loglike_obs
  ///
  /// - Parameters:
  ///   - y: the response; of a binomial one the share of successes.
  ///   - mean: μ.
  ///   - weight: statsmodels' var_weights.
  ///   - trials: number of trials behind a share.
  ///   - scale: dispersion; of beta shares the precision.
  package func logLikelihood(
    _ y: Double, _ mean: Double, weight: Double = 1, trials: Double = 1, scale: Double = 1
  ) -> Double {
    let logGamma = SpecialFunctions.logGamma
    switch distribution {
    case .binomial:
      let successes = y * trials
      let failures = trials - successes
      let constant = logGamma(trials + 1) - logGamma(successes + 1) - logGamma(failures + 1)
      return weight
        * (constant + (successes > 0 ? successes * log(mean) : 0)
          + (failures > 0 ? failures * log1p(-mean) : 0)) / scale
    case .poisson:
      return weight / scale * ((y > 0 ? y * log(mean) : 0) - mean - logGamma(y + 1))
    case .gamma:
      let shape = weight / scale
      return shape * log(shape * y / mean) - shape * y / mean - log(y) - logGamma(shape)
    case .negativeBinomial:
      let a = alpha ?? 1
      let constant = logGamma(y + 1 / a) - logGamma(y + 1) - logGamma(1 / a)
      return weight * ((y > 0 ? y * log(a * mean / (1 + a * mean)) : 0) - log1p(a * mean) / a + constant)
    case .inverseGaussian:
      let square = (y - mean) * (y - mean) / (y * mean * mean)
      return -0.5 * (weight * square / scale + log(2 * .pi * scale * y * y * y / weight))
    case .beta:
      let precision = scale * weight
      let (a, b) = (mean * precision, (1 - mean) * precision)
      return logGamma(precision) - logGamma(a) - logGamma(b) + (a - 1) * log(y) + (b - 1) * log1p(-y)
    case .gaussian:
      return -0.5 * (weight * (y - mean) * (y - mean) / scale + log(2 * .pi * scale / weight))
    }
  }

  /// Where iterations start for a response, given the mean of all. Python: Family.starting_mu
  package func startingMean(_ y: Double, mean: Double) -> Double {
    switch distribution {
    case .binomial, .beta: (y + 0.5) / 2
    // counts that are all 0 need a mean that links take
    case .poisson, .negativeBinomial: y + mean > 0 ? (y + mean) / 2 : 0.25
    default: (y + mean) / 2
    }
  }

  /// What values a response of the family can have, in words; nil where a value is one of them.
  package func fault(of y: Double) -> String? {
    switch distribution {
    case .binomial:
      y >= 0 && y <= 1 ? nil : "shares between 0 and 1, truth values, or counts of successes and failures"
    case .poisson, .negativeBinomial: y >= 0 && y.rounded() == y ? nil : "counts: whole numbers from 0"
    case .gamma, .inverseGaussian: y > 0 ? nil : "positive numbers"
    case .beta: y > 0 && y < 1 ? nil : "shares between 0 and 1, both excluded"
    case .gaussian: nil
    }
  }
}

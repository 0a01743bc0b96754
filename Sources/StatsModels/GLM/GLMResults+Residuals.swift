import Distributions
import Foundation

/// Residuals of all kinds, by row label.
extension GLMResults {
  private func residuals(_ value: (_ row: Int, _ y: Double, _ mean: Double) -> Double) -> Series {
    rows(means.indices.map { value($0, model.endog[$0], means[$0]) })
  }

  /// Response less mean, of binomial shares times the trials. Python: GLMResults.resid_response
  public var residResponse: Series { residuals { model.nTrials[$0] * ($1 - $2) } }
  /// Over the standard deviation up to the dispersion. Python: GLMResults.resid_pearson
  public var residPearson: Series {
    residuals { row, y, mean in
      (model.nTrials[row] * model.varWeights[row] / family.variance(mean)).squareRoot() * (y - mean)
    }
  }
  /// Times the slope of the link: what the last step of the iterations fitted. As in statsmodels, of shares times the squared
  /// number of trials.
  ///
  /// Python: GLMResults.resid_working
  public var residWorking: Series {
    residuals { model.nTrials[$0] * model.nTrials[$0] * ($1 - $2) * family.link.deriv($2) }
  }
  /// Signed roots of each row's part of the deviance. Python: GLMResults.resid_deviance
  public var residDeviance: Series {
    residuals { row, y, mean in
      let part = model.nTrials[row] * model.varWeights[row] * family.unitDeviance(y, mean)
      return (y > mean ? 1 : y < mean ? -1 : 0) * max(part, 0).squareRoot()
    }
  }
  /// Residuals of a function of the response that is nearly normal, over their standard deviation.
  ///
  /// Python: GLMResults.resid_anscombe, resid_anscombe_scaled
  public var residAnscombe: Series { anscombe(scale: scale) }
  /// The same for a dispersion of 1. Python: GLMResults.resid_anscombe_unscaled
  public var residAnscombeUnscaled: Series { anscombe(scale: 1) }

  private func anscombe(scale: Double) -> Series {
    residuals { row, y, mean in
      let trials = model.nTrials[row]
      let value =
        switch family.distribution {
        case .poisson:
          1.5 * (pow(y, 2.0 / 3) - pow(mean, 2.0 / 3)) / (pow(mean, 1.0 / 6) * scale.squareRoot())
        case .gamma: 3 * (cbrt(y) - cbrt(mean)) / cbrt(mean) / scale.squareRoot()
        case .inverseGaussian: log(y / mean) / (mean * scale).squareRoot()
        case .gaussian, .beta: (y - mean) / scale.squareRoot()
        case .binomial:
          pow(trials, 2.0 / 3) * (Anscombe.share(y) - Anscombe.share(mean))
            / pow(trials * mean * (1 - mean) * scale * scale * scale, 1.0 / 6)
        case .negativeBinomial:
          Anscombe.counts(from: mean, to: y, alpha: family.alpha ?? 1)
            / pow(mean * (1 + (family.alpha ?? 1) * mean) * scale * scale * scale, 1.0 / 6)
        }
      return value * model.varWeights[row].squareRoot()
    }
  }
}

/// Integrals of V(t)^(-1/3), the functions whose values are nearly normal.
private enum Anscombe {
  /// ∫ (t(1 - t))^(-1/3) dt from 0 to a share.
  static func share(_ x: Double) -> Double {
    let third = 2.0 / 3
    let whole = exp(2 * SpecialFunctions.logGamma(third) - SpecialFunctions.logGamma(2 * third))
    return SpecialFunctions.incompleteBeta(third, third, x: x, y: 1 - x).lower * whole
  }

  /// ∫ (t + αt²)^(-1/3) dt between two counts, with t = r³: the integrand 3r(1 + αr³)^(-1/3) is smooth.
  static func counts(from low: Double, to high: Double, alpha: Double) -> Double {
    let (a, b) = (cbrt(low), cbrt(high))
    let turn = cbrt(1 / alpha)
    // Panels double in width beyond the place where the integrand bends.
    var ends = [min(a, b)]
    while let last = ends.last, last < max(a, b) { ends.append(min(max(2 * last, last + turn), max(a, b))) }
    let sum = zip(ends, ends.dropFirst()).reduce(0) { total, panel in
      let (middle, half) = ((panel.0 + panel.1) / 2, (panel.1 - panel.0) / 2)
      return total
        + half
        * GaussLegendre.twenty.reduce(0) { inner, node in
          let r = middle + half * node.x
          return inner + node.weight * 3 * r / cbrt(1 + alpha * r * r * r)
        }
    }
    return a <= b ? sum : -sum
  }
}

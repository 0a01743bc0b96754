import LinearAlgebra
import Foundation

/// Deviances, likelihoods and criteria.
extension GLMResults {
  /// Twice the log-likelihood ratio of the saturated model and this one, times the dispersion. Python: GLMResults.deviance
  public var deviance: Double { model.deviance(means) }
  /// Pearson's χ². Python: GLMResults.pearson_chi2
  public var pearsonChi2: Double { model.pearson(means) }
  /// The deviance of a constant alone, with the same offset. Python: GLMResults.null_deviance
  public var nullDeviance: Double { model.deviance(nullMeans) }
  /// The log-likelihood of a constant alone at this model's dispersion. Python: GLMResults.llnull
  public var llnull: Double { model.logLikelihood(nullMeans, scale: scale) }
  /// Means of a constant alone. Python: GLMResults.null
  public var null: Series { rows(nullMeans) }

  private var nullMeans: [Double] {
    let weights = model.totalWeights
    guard model.offset != nil else {
      let mean = zip(weights, model.endog).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
      return model.endog.map { _ in mean }
    }
    let mean = model.endog.reduce(0, +) / Double(model.endog.count)
    var state = IRLS(model.withConstantOnly, scaleRule: nil)
    do { try state.run(start: [family.link(mean)], maxiter: 100, tol: 1e-8) } catch {
      return model.endog.map { _ in .nan }
    }
    return state.mu
  }

  /// The log-likelihood; of a Gaussian family with identity link at the maximum over the dispersion.
  ///
  /// Python: GLMResults.llf
  public var llf: Double { llfScaled() }

  /// The log-likelihood at a dispersion; nil: as ``llf``. Python: GLMResults.llf_scaled
  public func llfScaled(scale: Double? = nil) -> Double {
    var own = scale ?? self.scale
    if scale == nil, family.distribution == .gaussian, family.link == .identity {
      own = pearsonChi2 / model.wnobs
    }
    return model.logLikelihood(means, scale: own)
  }

  /// -2 llf + 2 × coefficients. Python: GLMResults.aic
  public var aic: Double { -2 * llf + 2 * (dfModel + 1) }
  /// -2 llf + log n × coefficients. Python: GLMResults.bic, bic_llf
  public var bicLlf: Double { -2 * llf + (dfModel + 1) * log(dfModel + dfResid + 1) }
  /// The same as ``bicLlf``. Python: GLMResults.bic
  public var bic: Double { bicLlf }
  /// The deviance less its degrees of freedom times log n. Python: GLMResults.bic_deviance
  public var bicDeviance: Double { deviance - (model.wnobs - dfModel - 1) * log(model.wnobs) }

  /// Which share of a likelihood is explained. Python: the argument kind of pseudo_rsquared
  public enum PseudoRsquared: String, Sendable, CaseIterable {
    /// Cox and Snell's: 1 - (L₀/L)^(2/n).
    case cs
    /// McFadden's: 1 - log L / log L₀.
    case mcf
  }

  /// The share of the likelihood that is explained. Python: GLMResults.pseudo_rsquared
  public func pseudoRsquared(kind: PseudoRsquared = .cs) -> Double {
    switch kind {
    case .cs: 1 - exp((llnull - llf) * 2 / Double(nobs))
    case .mcf: 1 - llf / llnull
    }
  }
}

extension GLM {
  /// The model of a constant with the same response, weights and offset.
  fileprivate var withConstantOnly: GLM {
    GLM(self, exog: .init(rows: endog.count, columns: 1, repeating: 1))
  }
}

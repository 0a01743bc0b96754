import Distributions
import Foundation
import LinearAlgebra
import MixedModels

/// How a family's variance is carried over to the linear predictor where no distribution of it is known: with links other
/// than logit, probit and cloglog. Not in statsmodels; the names are those of R's performance and MuMIn.
public enum ObservationVariance: String, Sendable, CaseIterable {
  /// log (1 + V/μ²), as if the response were log-normal; with other links than the logarithm ``delta``.
  case lognormal
  /// V (dη/dμ)².
  case delta
  /// ψ'(μ²/V), as if the response were gamma; with other links than the logarithm ``delta``.
  case trigamma
}

extension MixedGLMResults {
  /// Marginal and conditional R², intraclass correlations, on the scale of the linear predictor. Not in statsmodels.
  ///
  /// The family's variance there is π²/3 for logits, 1 for probits and π²/6 for complementary log-logs: that of a latent
  /// response. With other links it follows from the mean and the variance of the response, and the mean is that of a model
  /// without fixed effects but the intercept, which is fitted for it. With prior weights it is the mean over the rows.
  /// - Parameter approximation: the way from the response's variance to the linear predictor's.
  /// - Throws: ``StatsModelsError`` where the model without fixed effects admits no fit, and for results without data.
  public func varianceShares(approximation: ObservationVariance = .lognormal) throws -> VarianceShares {
    try requireData(for: "shares of variance")
    let fixedPart = model.predictorOffset.map { zip(estimate.fixedPredictor, $0).map { $0 - $1 } }
    let linear = fixedPart ?? estimate.fixedPredictor
    let n = Double(nobs)
    let mean = linear.reduce(0, +) / n
    let fixed = linear.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(n - 1, 1)
    let all = blockVariances
    let own = specification.blocks.indices.filter { specification.blocks[$0].levelCount < nobs }
    return VarianceShares(
      fixed: fixed,
      random: Series(index: own.map { specification.blocks[$0].group }, values: own.map { all[$0] }),
      dispersion: all.indices.filter { !own.contains($0) }.reduce(0) { $0 + all[$1] },
      residual: try familyVariance(approximation))
  }

  /// Mean z'Ψz of each block over the rows.
  private var blockVariances: [Double] {
    var result = [Double](repeating: 0, count: specification.blocks.count)
    let owners = specification.blockOfTerm
    for (t, term) in specification.engineTerms.enumerated() {
      var effects = [PredictionRows.Effects?](repeating: nil, count: owners.count)
      effects[t] = PredictionRows.Effects(codes: term.codes, columns: term.columns)
      result[owners[t]] += priorVariances(effects, rows: nobs).reduce(0, +) / Double(nobs)
    }
    return result
  }

  /// The variance of a row's linear predictor that its family alone makes.
  private func familyVariance(_ approximation: ObservationVariance) throws -> Double {
    if family.distribution == .binomial {
      switch family.link {
      case .logit: return .pi * .pi / 3
      case .probit: return 1
      case .cloglog: return .pi * .pi / 6
      default: break
      }
    }
    let mean = try typicalMean()
    let meanInverse = weights.reduce(0) { $0 + 1 / $1 } / Double(nobs)
    let variance =
      switch family.distribution {
      case .binomial, .gamma, .inverseGaussian, .gaussian:
        variedFamily.variance(mean) * (family.distribution == .binomial ? 1 : dispersion) * meanInverse
      case .poisson, .negativeBinomial: variedFamily.variance(mean)
      case .beta: variedFamily.variance(mean) / (1 + dispersion)
      }
    switch (approximation, family.link) {
    case (.lognormal, .log): return log1p(variance / (mean * mean))
    case (.trigamma, .log): return SpecialFunctions.polygamma(mean * mean / variance).trigamma
    default: return variance * pow(family.link.deriv(mean), 2)
    }
  }

  /// The mean response of the model without fixed effects but the intercept, at the mean offset.
  private func typicalMean() throws -> Double {
    var bare = specification
    bare.exog = Matrix(rows: nobs, columns: 1, repeating: 1)
    bare.exogNames = ["Intercept"]
    bare.source = nil
    let null = try MixedGLM(
      specification: bare, response: model.response, family: family, designSeconds: 0
    ).fit(nAGQ: nAGQ)
    let predictor = null.estimate.fixedPredictor.reduce(0, +) / Double(nobs)
    return MarginalMean(link: family.link)
      .value(predictor, variance: null.blockVariances.reduce(0, +))
  }
}

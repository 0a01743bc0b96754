import DataFrames
import Distributions
import Foundation
import GeneralizedModels

extension MixedGLMResults {
  private func series(_ values: [Double]) -> Series {
    Series(index: Array(specification.rowLabels), values: values)
  }

  /// Means of the rows, random effects at their modes; of a binomial response shares of successes.
  public var fittedvalues: Series { series(means) }
  /// Linear predictors of the rows, random effects at their modes.
  public var linearPredictor: Series { series(estimate.linearPredictor) }
  /// Response less mean.
  public var residResponse: Series { series(zip(model.endog, means).map { $0 - $1 }) }
  /// ``residResponse``.
  public var resid: Series { residResponse }
  /// Response less mean over the root of the family's variance, as statsmodels' GLM: the dispersion is not in it.
  public var residPearson: Series {
    series(
      zip(zip(model.endog, means), weights).map { pair, weight in
        (pair.0 - pair.1) * (weight / variance(pair.1)).squareRoot()
      })
  }
  /// Roots of the deviance's parts with the sign of the residual; nan for beta responses.
  public var residDeviance: Series {
    series(
      zip(zip(model.endog, means), weights).map { pair, weight in
        let part = max(variedFamily.unitDeviance(pair.0, pair.1), 0) * weight
        return (pair.0 < pair.1 ? -1 : 1) * part.squareRoot()
      })
  }
  /// Response less mean, on the scale of the linear predictor.
  public var residWorking: Series {
    series(zip(model.endog, means).map { ($0 - $1) * family.link.deriv($1) })
  }
  /// Σ of squared Pearson residuals, each row as often as its frequency.
  public var pearsonChi2: Double {
    let frequencies = model.response.frequencies?.values
    return residPearson.values.enumerated().reduce(0) {
      $0 + $1.element * $1.element * (frequencies?[$1.offset] ?? 1)
    }
  }

  var means: [Double] { estimate.linearPredictor.map(family.link.inverse) }

  /// Trials or prior weights of the rows.
  var weights: [Double] {
    model.response.multiplier(family) ?? model.response.precisions(family)
      ?? [Double](repeating: 1, count: nobs)
  }

  /// The family with the estimated α.
  var variedFamily: Family {
    family.distribution == .negativeBinomial
      ? .negativeBinomial(alpha: max(dispersion, .leastNormalMagnitude), link: family.link) : family
  }

  /// V(μ); of a beta response the whole variance.
  private func variance(_ mean: Double) -> Double {
    let value = variedFamily.variance(mean)
    return family.distribution == .beta ? value / (1 + dispersion) : value
  }

  /// Quantile residuals (P. Dunn, G. Smyth, 1996): normal scores of the response's conditional distribution function,
  /// at a random point of the jump where it is discrete. Standard normal where the model holds, the parameters are known well
  /// and each random effect has many rows: the effects stand at their modes, which follow their own rows. An effect for each
  /// row takes most of its row's residual: these are then far less spread than normal ones, and say little of the family.
  ///
  /// - Parameter seed: equal seeds give equal residuals.
  public func residQuantile(seed: UInt64 = 0) -> Series {
    let means = means
    let weights = weights
    return series(
      model.endog.indices.map { row in
        var stream = RandomStream(seed: seed, stream: row)
        let law = ConditionalLaw(
          family: family, mean: means[row], weight: weights[row], dispersion: dispersion,
          isFree: model.response.precisions(family) != nil)
        let (low, high) = law.interval(at: model.endog[row])
        let p = low + (high - low) * stream.uniform()
        return Normal.ppf(min(max(p, 1e-16), 1 - 1e-16))
      })
  }

  /// Pearson's χ² over its degrees of freedom, against χ²: whether counts vary more than the family says.
  ///
  /// - Throws: ``StatsModelsError`` for families that have a dispersion parameter, and for truth values, which cannot
  ///   vary more.
  public func overdispersionTest() throws -> OverdispersionTest {
    guard family.distribution == .poisson || family.distribution == .binomial else {
      throw StatsModelsError(
        .notAvailable,
        "the \(family.distribution.rawValue) family estimates its dispersion, so that there is nothing to test"
      )
    }
    if family.distribution == .binomial, weights.allSatisfy({ $0 <= 1 }) {
      throw StatsModelsError(
        .notAvailable, "single trials have no overdispersion: their variance follows from the mean")
    }
    let freedom = rowWeight - Double(parameterCount)
    guard freedom > 0 else {
      throw StatsModelsError(.notEnoughData, "no degrees of freedom are left for a test of dispersion")
    }
    return OverdispersionTest(statistic: pearsonChi2, df: freedom)
  }
}

/// A test whether a response varies more than its family says. Not in statsmodels.
public struct OverdispersionTest: Sendable, CustomStringConvertible {
  /// Pearson's χ² of the conditional means.
  public let statistic: Double
  /// Rows less the number of parameters.
  public let df: Double
  /// ``statistic`` over ``df``: near 1 where the family fits.
  public var ratio: Double { statistic / df }
  /// Upper tail of χ².
  public var pvalue: Double { ChiSquared(df).sf(statistic) }

  /// The ratio, the p-value, and what helps where the variance is too large.
  public var description: String {
    let line =
      "Pearson chi2 \(PythonFormat.fixed(statistic, 3)) on \(PythonFormat.general(df, 6)) degrees of freedom: ratio "
      + "\(PythonFormat.fixed(ratio, 3)), p \(PythonFormat.general(pvalue, 4))"
    guard pvalue < 0.05 else { return line }
    return line
      + "\nThe response varies more than the family says: add an effect for each row, (1 | row), or take the negative "
      + "binomial family for counts"
  }
}

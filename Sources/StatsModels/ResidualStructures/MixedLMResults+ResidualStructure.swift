import DataFrames
import Distributions
import LinearAlgebra

/// Estimated parameters of the residuals' variances and correlations. Not in statsmodels.
public struct ResidualParameters: Sendable {
  /// What each is: `SD ratio Sex[Male]`, `Time power`, `AR(1) rho`.
  public let names: [String]
  /// The estimates.
  public let estimates: [Double]
  /// Standard errors; nan where the data do not determine the parameters.
  public let standardErrors: [Double]
  /// Lower confidence limits: symmetric about the logarithm of a ratio, and about the logit of a correlation's place in its range.
  public let lower: [Double]
  /// Upper confidence limits.
  public let upper: [Double]

  /// Columns `parameter`, `estimate`, `se`, `lower`, `upper`.
  public var frame: DataFrame {
    let columns = [
      Column(name: "parameter", names), Column(name: "estimate", estimates),
      Column(name: "se", standardErrors),
      Column(name: "lower", lower), Column(name: "upper", upper),
    ]
    return (try? DataFrame(columns: columns)) ?? DataFrame()
  }
}

/// The estimated working correlation of the residuals, under the name that statsmodels' GEE has for it.
public struct ResidualDependence: Sendable {
  /// ρ. Python: the `dep_params` of a GEE covariance structure
  public let depParams: Double
  /// The structure that was asked for.
  public let structure: ResidualStructure
}

extension MixedLMResults {
  /// Parameters of the residuals' variances and correlations, with standard errors and limits; nil where the model has none.
  /// Not in statsmodels.
  ///
  /// - Parameter alpha: one less the confidence level.
  public func residualParameters(alpha: Double = 0.05) -> ResidualParameters? {
    guard let residuals = specification.residuals else { return nil }
    let reported = residuals.reported
    let errors = reported.indices.map { residuals.estimate?.covariance[$0, $0].squareRoot() ?? .nan }
    let quantile = -Normal.ppf(alpha / 2)
    func limits(_ sign: Double) -> [Double] {
      reported.indices.map { reported[$0].value(residuals.parameters[$0] + sign * quantile * errors[$0]) }
    }
    return ResidualParameters(
      names: reported.map(\.name), estimates: reported.map(\.estimate),
      standardErrors: zip(reported, errors).map { $0.slope * $1 }, lower: limits(-1), upper: limits(1))
  }

  /// Residual standard deviations of the groups of `variance: .byGroup(…)` over that of the first, which is the root of
  /// ``scale``; nil for other models. Not in statsmodels.
  public var varianceRatios: Series? {
    guard let residuals = specification.residuals, let variance = residuals.variance,
      variance.variance.kind == .byGroup
    else { return nil }
    let ratios = residuals.reported.prefix(variance.parameterCount).map(\.estimate)
    return Series(index: variance.labels, values: [1] + ratios)
  }

  /// The estimated correlation of the residuals; nil where the model has none. Not in statsmodels' MixedLM.
  public var covStruct: ResidualDependence? {
    guard let residuals = specification.residuals, let correlation = residuals.correlation,
      let last = residuals.reported.last
    else { return nil }
    return ResidualDependence(depParams: last.estimate, structure: correlation.structure)
  }

  /// Conditional residuals; normalised ones are R^-½ e / σ, R the covariance of the residuals over σ²: uncorrelated with
  /// variance one if the model holds. Not in statsmodels.
  ///
  /// - Throws: ``StatsModelsError`` of results that hold no rows.
  public func resid(normalized: Bool) throws -> Series {
    try residuals(normalized ? .normalized : .conditional)
  }

  /// What the estimation of the residuals' parameters adds to a covariance of estimates that move by given slopes.
  func addingResidualUncertainty(
    to covariance: Matrix, slopes: (ResidualEstimate) -> Matrix
  ) -> Matrix {
    guard let estimate = specification.residuals?.estimate, estimate.covariance.isFinite else {
      return covariance
    }
    let slopes = slopes(estimate)
    // an estimate that a neighbouring fit has at its bound does not move
    let moves = slopes * estimate.covariance * slopes.transposed
    return covariance.zip(moves) { $0.isFinite && $1.isFinite ? $0 + $1 : $0 }
  }
}

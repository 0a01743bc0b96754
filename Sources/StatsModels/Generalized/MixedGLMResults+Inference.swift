import DataFrames
import Distributions
import Foundation
import LinearAlgebra

extension MixedGLMResults {
  /// Two-sided p-values of all parameters, by the normal distribution.
  public var pvalues: Series {
    Series(index: layout.names, values: tvalues.values.map { $0.isNaN ? .nan : 2 * Normal.cdf(-abs($0)) })
  }

  /// Normal confidence limits of all parameters, columns "0" and "1".
  ///
  /// - Parameter alpha: one less the confidence level.
  public func confInt(alpha: Double = 0.05) -> LabeledMatrix {
    let quantile = -Normal.ppf(alpha / 2)
    let (estimates, errors) = (params.values, bse.values)
    return LabeledMatrix(
      index: layout.names, columns: ["0", "1"],
      values: Matrix(
        columns: [
          zip(estimates, errors).map { $0 - quantile * $1 },
          zip(estimates, errors).map { $0 + quantile * $1 },
        ], rows: layout.count))
  }

  /// Exponentials of the fixed effects with limits: odds ratios with the logistic link, ratios of means with the
  /// logarithmic one.
  ///
  /// - Parameter alpha: one less the confidence level.
  /// - Returns: columns "ratio", "0" and "1".
  /// - Throws: ``StatsModelsError`` for other links, with which exponentials mean nothing.
  public func oddsRatios(alpha: Double = 0.05) throws -> LabeledMatrix {
    guard family.link == .logit || family.link == .log || family.link == .cloglog else {
      throw StatsModelsError(
        .notAvailable,
        "coefficients of the \(family.link.rawValue) link are no logarithms of ratios: use predict(which: .mean)"
      )
    }
    let quantile = -Normal.ppf(alpha / 2)
    let (b, se) = (feParams.values, bseFe.values)
    return LabeledMatrix(
      index: layout.fixedNames, columns: ["ratio", "0", "1"],
      values: Matrix(
        columns: [
          b.map(exp), zip(b, se).map { exp($0 - quantile * $1) }, zip(b, se).map { exp($0 + quantile * $1) },
        ], rows: b.count))
  }

  /// Covariance matrix of the fixed effects; zero for dropped columns.
  public func covParams() -> LabeledMatrix {
    let names = layout.fixedNames
    var values = Matrix(rows: names.count, columns: names.count)
    let kept = names.indices.filter { !estimate.aliased.contains($0) }
    for (i, a) in kept.enumerated() {
      for (j, b) in kept.enumerated() { values[a, b] = estimate.fixedCovariance[i, j] }
    }
    return LabeledMatrix(index: names, columns: names, values: values)
  }
}

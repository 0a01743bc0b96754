import DataFrames
import Distributions
import Foundation
import LinearAlgebra
import Patsy

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

  /// Tests each hypothesis about the fixed effects by itself, by the normal distribution.
  ///
  /// - Parameter rMatrix: rows over the fixed effects, or equations in text.
  /// - Throws: `PatsyError` for a text that does not parse, ``StatsModelsError`` for a wrong number of columns.
  public func tTest(_ rMatrix: any HypothesisConvertible) throws -> ContrastResults {
    let constraint = try constraint(rMatrix)
    let covariance = constraint.coefs * covParams().values * constraint.coefs.transposed
    let errors = covariance.diagonal.map { max($0, 0).squareRoot() }
    return ContrastResults(
      effect: constraint.coefs * known, sd: errors.map { $0 > 0 ? $0 : .nan }, values: constraint.constants)
  }

  /// Tests all hypotheses about the fixed effects together, by χ².
  ///
  /// - Parameter rMatrix: rows over the fixed effects, or equations in text.
  /// - Throws: `PatsyError` for a text that does not parse, ``StatsModelsError`` for a wrong number of columns.
  public func waldTest(_ rMatrix: any HypothesisConvertible) throws -> JointTestResults {
    let constraint = try constraint(rMatrix)
    let covariance = constraint.coefs * covParams().values * constraint.coefs.transposed
    guard covariance.isFinite else {
      throw StatsModelsError(.invalidHypothesis, "a parameter of the hypothesis has no standard error")
    }
    let distance = zip(constraint.coefs * known, constraint.constants).map { $0 - $1 }
    let statistic = dot(distance, try covariance.pseudoInverse() * distance)
    return JointTestResults(chi2: statistic, df: Double(try covariance.matrixRank()))
  }

  /// Tests each term of the fixed effects: all its columns together, by χ².
  public func waldTestTerms() throws -> WaldTestResults {
    let slices =
      specification.source?.fixedInfo.termNameSlices.map { ($0.name, Array($0.slice)) }
      ?? layout.fixedNames.enumerated().map { ($1, [$0]) }
    let tested = slices.filter { !$0.1.isEmpty }
    return WaldTestResults(
      names: tested.map(\.0),
      tests: try tested.map { _, columns in
        var rows = Matrix(rows: columns.count, columns: layout.fixedNames.count)
        for (i, column) in columns.enumerated() { rows[i, column] = 1 }
        return try waldTest(rows)
      })
  }

  private var known: [Double] { estimate.fixedEffects.map { $0.isNaN ? 0 : $0 } }

  private func constraint(_ hypothesis: any HypothesisConvertible) throws -> LinearConstraint {
    let names = layout.fixedNames
    if case .matrix(let matrix, _) = hypothesis.constraintLike, matrix.columns != names.count {
      throw StatsModelsError(
        .invalidHypothesis,
        "the hypothesis has \(matrix.columns) columns and the model \(names.count) fixed effects: \(shortList(names))"
      )
    }
    do { return try LinearConstraint(hypothesis.constraintLike, variableNames: names) } catch let error
      as PatsyError
    {
      throw error.withRemedy("the parameters are \(shortList(names))")
    }
  }
}

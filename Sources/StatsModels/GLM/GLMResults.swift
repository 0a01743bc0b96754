import Distributions
import Foundation
import LinearAlgebra
import Patsy

/// A fitted generalised linear model. Python: statsmodels.genmod.generalized_linear_model.GLMResults
public struct GLMResults: LikelihoodModelResults {
  /// The model that was fitted.
  public let model: GLM
  /// The dispersion. Python: GLMResults.scale
  public let scale: Double
  /// Whether the iterations ended before their limit, at a maximum of the likelihood: where predictors separate responses it has
  /// none, though statsmodels says true. Python: GLMResults.converged
  public let converged: Bool
  /// Number of iterations. Python: GLMResults.fit_history["iteration"]
  public let iterations: Int
  /// Whether tests take Student's t. Python: GLMResults.use_t
  public let useT: Bool
  /// The estimate of the coefficients' covariance. Python: GLMResults.cov_type
  public let covType: CovarianceType
  /// What the fit has to say.
  public let warnings: [FitWarning]
  /// Degrees of freedom of t and F: ``dfResid``, or clusters less one.
  public let dfResidInference: Double
  /// The rank of the design less one. Python: GLMResults.df_model
  public let dfModel: Double
  let coefficients: [Double]
  let means: [Double]
  let covariance: Matrix

  init(
    model: GLM, state: IRLS, scaleRule: GLMScale?, covType: CovarianceType,
    keywords: [String: any ColumnConvertible], useT: Bool
  ) throws {
    (coefficients, means) = (state.params, state.mu)
    iterations = max(1, state.iterations)
    scale = model.scale(state.mu, rule: scaleRule, dfResid: state.dfResid)
    dfModel = Double(state.rank) - 1
    (self.model, self.covType, self.useT) = (model, covType, useT)
    var warnings = model.warnings
    if state.rank < model.exog.columns {
      warnings.append(
        FitWarning(
          kind: .rankDeficient,
          message:
            "The design matrix is rank-deficient: it has \(model.exog.columns) columns and rank \(state.rank). "
            + "Coefficients are those of least length.", category: "SingularMatrixWarning"))
    }
    if state.isPerfect {
      warnings.append(
        FitWarning(
          kind: .notIdentifiable,
          message: "Perfect separation or prediction detected, parameter may not be identified",
          category: "PerfectSeparationWarning"))
    }
    let separation = Self.separation(model, state)
    if let separation {
      warnings.append(
        FitWarning(
          kind: .numerical, message: separation.warning.message, category: "PerfectSeparationWarning"))
    } else if !state.converged, state.iterations > 0 {
      warnings.append(
        FitWarning(
          kind: .convergence,
          message:
            "IRLS has not converged in \(state.iterations) iterations: give a larger maxiter, and look for "
            + "coefficients that grow without bound"))
    }
    converged = state.converged && separation == nil
    let sandwich = try GLMSandwich(model, state, scale: scale, covType: covType, keywords: keywords)
    (covariance, dfResidInference) = (sandwich.covariance, sandwich.dfInference)
    self.warnings = warnings + sandwich.warnings
  }

  /// Numbers of the design up to which separation is looked for whatever the means; and the linear predictor that a row which is
  /// told without error has at least where the iterations end.
  private static let smallDesign = 20_000
  private static let farPredictor = 4.0

  private static func separation(_ model: GLM, _ state: IRLS) -> SeparatingColumns? {
    let predictors = state.mu.lazy.map { model.family.link($0) }
    guard
      model.exog.rows * model.exog.columns <= smallDesign
        || predictors.contains(where: { !(abs($0) <= farPredictor) })
    else { return nil }
    let weights = model.totalWeights
    return SeparatingColumns(
      model.exog, names: model.exogNames, endog: model.endog, endogName: model.endogNames,
      family: model.family,
      coefficients: state.params, counts: { weights[$0] > 0 })
  }

  /// Coefficients and covariance that came from elsewhere, for predictions.
  init(
    model: GLM, params: [Double], means: [Double], covariance: Matrix, scale: Double, iterations: Int,
    converged: Bool, dfModel: Double, warnings: [FitWarning]
  ) {
    (self.model, coefficients, self.means, self.covariance) = (model, params, means, covariance)
    (self.scale, self.iterations, self.converged) = (scale, iterations, converged)
    (self.dfModel, self.warnings, covType, useT) = (dfModel, warnings, .nonrobust, false)
    dfResidInference = model.wnobs - dfModel - 1
  }

  /// The coefficients. Python: GLMResults.params
  public var params: Series { Series(index: model.exogNames, values: coefficients) }
  /// Name of the response. Python: model.endog_names
  public var endogNames: String { model.endogNames }
  /// What the columns mean; nil for a model of arrays. Python: model.data.design_info
  public var designInfo: DesignInfo? { model.designInfo }
  /// The estimated covariance of the coefficients. Python: GLMResults.cov_params
  public func covParams() -> LabeledMatrix {
    LabeledMatrix(index: model.exogNames, columns: model.exogNames, values: covariance)
  }
  /// Distribution and link. Python: GLMResults.family
  public var family: Family { model.family }
  /// Number of rows. Python: GLMResults.nobs
  public var nobs: Int { model.endog.count }
  /// Rows, as often as observed, less the rank of the design. Python: GLMResults.df_resid
  public var dfResid: Double { model.wnobs - dfModel - 1 }
  /// The fitted means by row label. Python: GLMResults.mu
  public var mu: Series { rows(means) }
  /// The fitted means by row label. Python: GLMResults.fittedvalues
  public var fittedvalues: Series { mu }

  func rows(_ values: [Double]) -> Series { Series(index: Array(model.rowLabels), values: values) }
}

/// The covariance of coefficients by one of the estimates.
private struct GLMSandwich {
  let covariance: Matrix
  let dfInference: Double
  var warnings: [FitWarning] = []

  init(
    _ model: GLM, _ state: IRLS, scale: Double, covType: CovarianceType,
    keywords: [String: any ColumnConvertible]
  ) throws {
    let options = CovarianceOptions(
      keywords, rowCount: model.exog.rows, dataRowCount: model.dataRowCount, keptRows: model.keptRows,
      data: model.data)
    try options.check(covType)
    var df = state.dfResid
    if covType == .nonrobust || covType == .fixedScale {
      let own = covType == .fixedScale ? try options.number("scale", standard: 1) : scale
      covariance = state.normalizedCovariance * own
      dfInference = df
      return
    }
    if model.hasFreqWeights, covType == .cluster || covType == .hac {
      warnings.append(
        FitWarning(
          kind: .numerical, message: "cov_type not fully supported with freq_weights",
          category: "SpecificationWarning"))
    }
    let (scores, information) = model.scoresAndInformation(state.mu)
    // Rows that were observed several times count once each, but not for clusters: as in statsmodels.
    let roots =
      covType == .cluster
      ? scores.map { _ in 1 } : model.freqWeights.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
    let bread: Matrix
    do { bread = try model.inverseInformation(information) } catch {
      throw StatsModelsError(.numerical, "the Hessian cannot be inverted: \(error)")
    }
    let sandwich = Sandwich(
      exog: model.exog, pseudoInverse: bread, resid: zip(scores, roots).map { $0 * $1 })
    switch covType {
    case .cluster:
      let (codes, groups) = try options.clusters()
      covariance = sandwich.clustered(
        codes, groups: groups, corrected: try options.truth("use_correction", standard: true))
      if try options.truth("df_correction", standard: true) { df = Double(groups - 1) }
    case .hac:
      let (n, k) = (Double(model.exog.rows), Double(model.exog.columns))
      let corrected = try options.truth("use_correction", standard: false)
      covariance = sandwich.autocorrelated(lags: try options.lags()) * (corrected ? n / (n - k) : 1)
    default: covariance = sandwich.heteroscedastic(.hc0, dfResid: df)
    }
    dfInference = df
  }
}

extension GLM {
  /// Each row's derivative of the log-likelihood by its linear predictor, and the observed information of that, both times the
  /// dispersion.
  fileprivate func scoresAndInformation(_ mu: [Double]) -> (scores: [Double], information: [Double]) {
    let weights = totalWeights
    let link = family.link
    var scores = [Double](repeating: 0, count: mu.count)
    var information = scores
    for (i, mean) in mu.enumerated() {
      let (first, second) = (link.deriv(mean), link.deriv2(mean))
      let variance = family.variance(mean)
      let gap = (endog[i] - mean) / (first * variance)
      scores[i] = gap * weights[i]
      let expected = weights[i] / (first * first * variance)
      let bend = gap * (variance * second + family.varianceDerivative(mean) * first)
      information[i] = expected * (1 + bend)
    }
    return (scores, information)
  }

  /// (X'WX)⁻¹X' of the rows' information W: from √W X where that is real, whose condition is the root of X'WX's.
  fileprivate func inverseInformation(_ information: [Double]) throws -> Matrix {
    var rows = exog
    guard information.allSatisfy({ $0 > 0 }) else {
      for j in 0..<rows.columns { for i in 0..<rows.rows { rows[i, j] *= information[i] } }
      return try exog.transposedTimes(rows).inverseOfAnyUnits().inverse.timesTransposed(exog)
    }
    for j in 0..<rows.columns { for i in 0..<rows.rows { rows[i, j] *= information[i].squareRoot() } }
    var inverse = try rows.pseudoInverse()
    for i in 0..<rows.rows { for j in 0..<rows.columns { inverse[j, i] /= information[i].squareRoot() } }
    return inverse
  }
}

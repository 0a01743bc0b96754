import DataFrames
import Foundation
import LinearAlgebra
import Patsy
import Statistics

/// A fitted marginal model. Python: statsmodels.genmod.generalized_estimating_equations.GEEResults
public struct GEEResults: LikelihoodModelResults {
  /// The model that was fitted.
  public let model: GEE
  /// The covariance that errors and tests take. Python: GEEResults.cov_type
  public let covType: GEECovarianceType
  /// The dispersion. Python: GEEResults.scale
  public let scale: Double
  /// The correlation of two rows of a group, or of neighbours; 0 for independent rows. Python: cov_struct.dep_params
  public let depParams: Double
  /// Number of iterations.
  public let iterations: Int
  /// Whether the iterations ended before their limit. Python: GEEResults.converged
  public let converged: Bool
  /// What the fit has to say.
  public let warnings: [FitWarning]
  private let fit: GLMResults
  private let covariances: (naive: Matrix, robust: Matrix, reduced: Matrix?)

  init(
    model: GEE, equations: EstimatingEquations, covType: GEECovarianceType, iterations: Int, converged: Bool,
    warnings: [FitWarning]
  ) throws {
    let covariances = try equations.covariances(biasReduced: covType == .biasReduced)
    (self.model, self.covType, self.covariances) = (model, covType, covariances)
    (scale, depParams) = (equations.scale, equations.dep)
    (self.iterations, self.converged, self.warnings) = (iterations, converged, warnings)
    let own =
      switch covType {
      case .robust: covariances.robust
      case .naive: covariances.naive
      case .biasReduced: covariances.reduced ?? covariances.robust
      }
    fit = GLMResults(
      model: model.glm, params: equations.params, means: equations.means, covariance: own,
      scale: equations.scale,
      iterations: iterations, converged: converged, dfModel: Double(model.exog.columns) - 1,
      warnings: warnings)
  }

  /// The coefficients. Python: GEEResults.params
  public var params: Series { fit.params }
  /// Normal tests, always. Python: GEEResults.use_t
  public var useT: Bool { false }
  /// Rows less coefficients. Python: GEEResults.df_resid
  public var dfResid: Double { Double(nobs - model.exog.columns) }
  /// Coefficients less one. Python: GEEResults.df_model
  public var dfModel: Double { Double(model.exog.columns) - 1 }
  /// The same as ``dfResid``.
  public var dfResidInference: Double { dfResid }
  /// Name of the response. Python: model.endog_names
  public var endogNames: String { model.endogNames }
  /// What the columns mean; nil for a model of arrays. Python: model.data.design_info
  public var designInfo: DesignInfo? { model.glm.designInfo }
  /// Number of rows. Python: GEEResults.nobs
  public var nobs: Int { model.endog.count }
  /// The covariance of the coefficients of ``covType``. Python: GEEResults.cov_params
  public func covParams() -> LabeledMatrix { fit.covParams() }

  private func labeled(_ values: Matrix) -> LabeledMatrix {
    LabeledMatrix(index: model.exogNames, columns: model.exogNames, values: values)
  }
  /// The covariance that is right whatever the dependence, with many groups. Python: GEEResults.cov_robust
  public var covRobust: LabeledMatrix { labeled(covariances.robust) }
  /// The covariance that is right if the dependence is. Python: GEEResults.cov_naive
  public var covNaive: LabeledMatrix { labeled(covariances.naive) }
  /// The robust covariance with Mancl's and DeRouen's correction; nil unless it was asked for.
  ///
  /// Python: GEEResults.cov_robust_bc
  public var covRobustBc: LabeledMatrix? { covariances.reduced.map(labeled) }

  /// Standard errors by one of the covariances.
  ///
  /// - Throws: ``StatsModelsError`` for `.biasReduced` where the fit did not ask for it.
  ///
  /// Python: GEEResults.standard_errors
  public func standardErrors(covType: GEECovarianceType = .robust) throws -> Series {
    let covariance: Matrix?
    switch covType {
    case .robust: covariance = covariances.robust
    case .naive: covariance = covariances.naive
    case .biasReduced: covariance = covariances.reduced
    }
    guard let covariance else {
      throw StatsModelsError(
        .notAvailable, "`bias_reduced` covariance not available: fit with covType: .biasReduced")
    }
    return Series(index: model.exogNames, values: covariance.diagonal.map { $0.squareRoot() })
  }

  /// The fitted means by row label. Python: GEEResults.fittedvalues
  public var fittedvalues: Series { fit.mu }
  /// Response less mean. Python: GEEResults.resid
  public var resid: Series { fit.residResponse }
  /// Residuals less the mean of their group. Python: GEEResults.resid_centered
  public var residCentered: Series {
    var values = resid.values
    for rows in model.members {
      let mean = rows.reduce(0) { $0 + values[$1] } / Double(rows.count)
      for row in rows { values[row] -= mean }
    }
    return Series(index: resid.index, values: values)
  }

  /// Means, linear predictors or variances at new rows: as ``GLMResults/predict(_:exposure:offset:which:)``.
  ///
  /// Python: GEEResults.predict
  public func predict(
    _ exog: (any DesignConvertible)? = nil, exposure: (any ColumnSpecifier)? = nil,
    offset: (any ColumnSpecifier)? = nil, which: GLMPrediction = .mean
  ) throws -> Series {
    try fit.predict(exog, exposure: exposure, offset: offset, which: which)
  }

  /// Means with standard errors and limits: as ``GLMResults/getPrediction(_:exposure:offset:)``.
  ///
  /// Python: GEEResults.get_prediction
  public func getPrediction(
    _ exog: (any DesignConvertible)? = nil, exposure: (any ColumnSpecifier)? = nil,
    offset: (any ColumnSpecifier)? = nil
  ) throws -> GLMPredictionResults {
    try fit.getPrediction(exog, exposure: exposure, offset: offset)
  }

  /// What the dependence within groups is estimated to be. Python: cov_struct.summary
  public var covStructSummary: String { model.covStruct.summary(depParams) }

  /// The results as tables of text: the fit, a row for each coefficient, the shape of the residuals.
  ///
  /// - Parameters:
  ///   - yname: name of the response.
  ///   - xname: names of the coefficients.
  ///   - title: replaces the default title.
  ///   - alpha: one less the confidence level.
  ///   - date: what is printed as date and time.
  ///   - timeZone: where the clock stands.
  /// - Throws: ``StatsModelsError`` for a wrong number of names.
  ///
  /// Python: GEEResults.summary
  public func summary(
    yname: String? = nil, xname: [String]? = nil, title: String? = nil, alpha: Double = 0.05,
    date: Date = Date(), timeZone: TimeZone = .current
  ) throws -> ModelSummary {
    let clock = SummaryClock(date, timeZone: timeZone)
    let sizes = model.members.map(\.count)
    let mean = Double(nobs) / Double(sizes.count)
    var summary = ModelSummary()
    summary.addTable2cols(
      title: title ?? "GEE Regression Results",
      left: [
        ("Dep. Variable:", yname ?? model.endogNames), ("Model:", "GEE"), ("Method:", "Generalized"),
        ("", "Estimating Equations"), ("Family:", model.family.distribution.className),
        ("Dependence structure:", model.covStruct.className), ("Date:", clock.date),
        ("Covariance type: ", covType.rawValue),
      ],
      right: [
        ("No. Observations:", String(nobs)), ("No. clusters:", String(sizes.count)),
        ("Min. cluster size:", String(sizes.min() ?? 0)), ("Max. cluster size:", String(sizes.max() ?? 0)),
        ("Mean cluster size:", PythonFormat.fixed(mean, 1)), ("Num. iterations:", String(iterations)),
        ("Scale:", PythonFormat.fixed(scale, 3)), ("Time:", clock.time),
      ])
    try addParams(to: &summary, xname: xname, alpha: alpha)
    let shape = { (values: [Double], moment: ([Double]) throws -> Double) in
      ModelSummary.fixed((try? moment(values)) ?? .nan, 12, 4)
    }
    let (own, centered) = (resid.values, residCentered.values)
    summary.addTable2cols(
      title: nil,
      left: [
        ("Skew:", shape(own) { try stats.skew($0) }),
        ("Centered skew:", shape(centered) { try stats.skew($0) }),
      ],
      right: [
        ("Kurtosis:", shape(own) { try stats.kurtosis($0) }),
        ("Centered kurtosis:", shape(centered) { try stats.kurtosis($0) }),
      ])
    return summary
  }
}

extension GEEResults: CustomStringConvertible, CustomReflectable {
  /// The summary, or one line where it cannot be formed.
  public var description: String {
    (try? summary().description) ?? "GEEResults: \(model.family), \(nobs) rows"
  }

  /// A line: `dump` and debuggers would show every row.
  public var customMirror: Mirror { Mirror(self, children: ["model": "\(model.family), \(nobs) rows"]) }
}

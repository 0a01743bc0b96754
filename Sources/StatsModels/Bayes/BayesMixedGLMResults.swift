import DataFrames
import Foundation
import LinearAlgebra
import Patsy

/// A fitted Bayesian mixed model. Python: statsmodels.genmod.bayes_mixed_glm.BayesMixedGLMResults
public struct BayesMixedGLMResults: Sendable {
  private let problem: BayesProblem
  private let values: [Double]
  private let covariance: Matrix
  /// Whether the posterior is the variational one of independent parameters. Not in statsmodels.
  public let isVariational: Bool
  /// The log posterior at its mode, or the bound of the evidence. Not in statsmodels.
  public let objective: Double
  /// What the fit has to say. Not in statsmodels, which prints it.
  public let warnings: [FitWarning]

  init(
    problem: BayesProblem, params: [Double], covariance: Matrix, isVariational: Bool, objective: Double,
    warnings: [FitWarning]
  ) {
    (self.problem, values, self.covariance) = (problem, params, covariance)
    (self.isVariational, self.objective, self.warnings) = (isVariational, objective, warnings)
  }

  private var names: [String] { problem.fepNames + problem.vcpNames + problem.vcNames }
  private var deviations: [Double] { covariance.diagonal.map { $0.squareRoot() } }

  private func part(_ values: [Double], _ range: Range<Int>, _ names: [String]) -> Series {
    Series(index: names, values: Array(values[range]))
  }
  private var fixed: Range<Int> { 0..<problem.k }
  private var scales: Range<Int> { problem.k..<problem.k + problem.q }
  private var effects: Range<Int> { problem.k + problem.q..<problem.count }

  /// All parameters: coefficients, logarithms of standard deviations, random effects. Python: params
  public var params: Series { Series(index: names, values: values) }
  /// Posterior means of the coefficients. Python: fe_mean
  public var feMean: Series { part(values, fixed, problem.fepNames) }
  /// Their posterior standard deviations. Python: fe_sd
  public var feSd: Series { part(deviations, fixed, problem.fepNames) }
  /// Posterior means of the logarithms of standard deviations. Python: vcp_mean
  public var vcpMean: Series { part(values, scales, problem.vcpNames) }
  /// Their posterior standard deviations. Python: vcp_sd
  public var vcpSd: Series { part(deviations, scales, problem.vcpNames) }
  /// Posterior means of the random effects. Python: vc_mean
  public var vcMean: Series { part(values, effects, problem.vcNames) }
  /// Their posterior standard deviations. Python: vc_sd
  public var vcSd: Series { part(deviations, effects, problem.vcNames) }
  /// The posterior covariance of all parameters; diagonal of a variational fit. Python: cov_params
  public func covParams() -> LabeledMatrix {
    LabeledMatrix(index: names, columns: names, values: covariance)
  }

  /// Columns `Mean` and `SD` of the random effects, of all or of one standard deviation.
  ///
  /// - Throws: ``StatsModelsError`` for a name that is none.
  ///
  /// Python: random_effects
  public func randomEffects(_ term: String? = nil) throws -> LabeledMatrix {
    var chosen = Array(0..<problem.m)
    if let term {
      guard let position = problem.vcpNames.firstIndex(of: term) else {
        throw StatsModelsError(
          .invalidArgument, "there is no term '\(term)'; there are \(shortList(problem.vcpNames))",
          values: [term])
      }
      chosen = chosen.filter { problem.ident[$0] == position }
    }
    let (mean, sd) = (vcMean, vcSd)
    return LabeledMatrix(
      index: chosen.map { mean.index[$0] }, columns: ["Mean", "SD"],
      values: Matrix(
        columns: [chosen.map { mean.values[$0] }, chosen.map { sd.values[$0] }], rows: chosen.count))
  }

  /// `randomEffects(_:)` with Python's label. Python: random_effects
  public func randomEffects(term: String?) throws -> LabeledMatrix { try randomEffects(term) }

  /// Means, or linear predictors, without random effects: at new rows, or at the model's own.
  ///
  /// - Throws: as ``GLMResults/predict(_:exposure:offset:which:)``.
  ///
  /// Python: predict
  public func predict(_ exog: (any DesignConvertible)? = nil, linear: Bool = false) throws -> Series {
    let new = try NewDesign(exog ?? problem.exog, info: problem.designInfo, names: problem.fepNames)
    let eta = new.exog * feMean.values
    return Series(
      index: new.labels, values: new.spread(linear ? eta : eta.map { problem.family.link.inverse($0) }))
  }

  /// Posterior means and standard deviations, and standard deviations of effects in their own units. Python: summary
  public func summary() -> Summary {
    let four = { (x: Double) in PythonFormat.fixed(x, 4) }
    let three = { (x: Double) in PythonFormat.fixed(x, 3) }
    let errors = deviations
    let cells = (0..<problem.k + problem.q).map { i -> [String] in
      let head = [i < problem.k ? "M" : "V", four(values[i]), four(errors[i])]
      guard i >= problem.k else { return head + ["", "", ""] }
      return head + [0, -2, 2].map { three(exp(values[i] + $0 * errors[i])) }
    }
    var summary = Summary(title: "\(problem.family.distribution.className) Mixed GLM Results")
    summary.addDf(
      SummaryTable(
        index: problem.fepNames + problem.vcpNames,
        columns: ["Type", "Post. Mean", "Post. SD", "SD", "SD (LB)", "SD (UB)"], cells: cells))
    summary.addText("Parameter types are mean structure (M) and variance structure (V)")
    summary.addText("Variance parameters are modeled as log standard deviations")
    return summary
  }
}

extension BayesMixedGLMResults: CustomStringConvertible {
  /// ``summary()``.
  public var description: String { summary().description }
}

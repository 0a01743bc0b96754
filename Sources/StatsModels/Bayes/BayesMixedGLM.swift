import DataFrames
import Foundation
import LinearAlgebra
import Patsy

/// What tells the two Bayesian mixed models apart.
public protocol BayesFamily: Sendable {
  /// Distribution and link.
  static var family: Family { get }
}

/// Responses of 0 and 1, with the logit link.
public enum BinomialBayes: BayesFamily {
  /// Distribution and link.
  public static let family = Family.binomial()
}

/// Counts, with the logarithmic link.
public enum PoissonBayes: BayesFamily {
  /// Distribution and link.
  public static let family = Family.poisson()
}

/// A mixed model of zeros and ones with normal priors of coefficients and of logarithms of standard deviations.
///
/// Python: statsmodels.genmod.bayes_mixed_glm.BinomialBayesMixedGLM
public typealias BinomialBayesMixedGLM = BayesMixedGLM<BinomialBayes>
/// A mixed model of counts with normal priors of coefficients and of logarithms of standard deviations.
///
/// Python: statsmodels.genmod.bayes_mixed_glm.PoissonBayesMixedGLM
public typealias PoissonBayesMixedGLM = BayesMixedGLM<PoissonBayes>

/// A generalised mixed model with normal priors, before its fit.
///
/// The log posterior of coefficients β, logarithms τ of standard deviations and random effects u is
///
///     Σ log p(yᵢ | (Xβ + Zu)ᵢ) − Σⱼ (½ uⱼ² e^{−2τⱼ} + τⱼ) − ½ Σ τ²/vcpP² − ½ Σ β²/feP²
///
/// Its mode as a rule lies where a standard deviation is practically zero, whatever the data say: use `mixedglm`, whose
/// likelihood has the effects integrated out. The fits say so in a warning.
///
/// Python: BinomialBayesMixedGLM, PoissonBayesMixedGLM
public struct BayesMixedGLM<Kind: BayesFamily>: Sendable {
  let problem: BayesProblem

  /// Names of the coefficients. Python: fep_names
  public var fepNames: [String] { problem.fepNames }
  /// Names of the standard deviations. Python: vcp_names
  public var vcpNames: [String] { problem.vcpNames }
  /// Names of the random effects. Python: vc_names
  public var vcNames: [String] { problem.vcNames }
  /// The response. Python: endog
  public var endog: [Double] { problem.endog }
  /// The design of the coefficients. Python: exog
  public var exog: Matrix { problem.exog }
  /// Which standard deviation each random effect has, from 0. Python: ident
  public var ident: [Int] { problem.ident }

  /// A model of arrays.
  ///
  /// - Parameters:
  ///   - endog: 0 and 1, or counts.
  ///   - exog: the design of the coefficients; no constant is added.
  ///   - exogVc: a column for each random effect.
  ///   - ident: which standard deviation each column has, from 0.
  ///   - vcpP: prior standard deviation of the logarithms of standard deviations.
  ///   - feP: prior standard deviation of the coefficients.
  ///   - fepNames: names of the coefficients.
  ///   - vcpNames: names of the standard deviations.
  ///   - vcNames: names of the random effects.
  /// - Throws: ``StatsModelsError`` for lengths that do not fit and responses that the family does not have.
  ///
  /// Python: BinomialBayesMixedGLM(endog, exog, exog_vc, ident, vcp_p, fe_p, fep_names, vcp_names, vc_names)
  public init(
    endog: [Double], exog: any DesignConvertible, exogVc: any DesignConvertible, ident: [Int],
    vcpP: Double = 1,
    feP: Double = 2, fepNames: [String]? = nil, vcpNames: [String]? = nil, vcNames: [String]? = nil
  ) throws {
    let (design, names) = try exog.designMatrix()
    let (effects, effectNames) = try exogVc.designMatrix()
    let count = (ident.max() ?? -1) + 1
    try self.init(
      problem: BayesProblem(
        family: Kind.family, endog: endog, exog: design, exogVc: effects, ident: ident, vcpP: vcpP, feP: feP,
        fepNames: fepNames ?? names ?? (0..<design.columns).map { "FE_\($0 + 1)" },
        vcpNames: vcpNames ?? (0..<max(count, 0)).map { "VC_\($0 + 1)" },
        vcNames: vcNames ?? effectNames ?? (0..<effects.columns).map(String.init), designInfo: nil))
  }

  private init(problem: BayesProblem) { self.problem = problem }

  /// A model of formulas; rows with missing values are dropped.
  ///
  /// - Parameters:
  ///   - formula: `response ~ terms`.
  ///   - vcFormulas: for each standard deviation a formula whose columns have the random effects, `"0 + C(group)"`.
  ///   - data: a data frame.
  ///   - vcpP: prior standard deviation of the logarithms of standard deviations.
  ///   - feP: prior standard deviation of the coefficients.
  ///   - environment: further values and functions that the formulas may use.
  /// - Throws: `PatsyError` for formulas that cannot be evaluated, ``StatsModelsError`` as the other initialiser.
  ///
  /// Python: BinomialBayesMixedGLM.from_formula
  public static func fromFormula(
    formula: String, vcFormulas: KeyValuePairs<String, String>, data: DataFrame, vcpP: Double = 1,
    feP: Double = 2, environment: EvalEnvironment = EvalEnvironment()
  ) throws -> BayesMixedGLM {
    let remedies = FormulaRemedies(data: data)
    let (designs, parts) = try remedies.adding {
      let (left, right) = try dmatrices(formula, data, environment: environment)
      let parts = try vcFormulas.map { try dmatrix($0.value, data, environment: environment) }
      return ((left, right), parts)
    }
    // Rows that all formulas have.
    let common = parts.reduce(into: Set(designs.1.keptRows)) { $0.formIntersection($1.keptRows) }
    func cut(_ design: DesignMatrix) -> Matrix {
      let rows = design.keptRows.indices.filter { common.contains(design.keptRows[$0]) }
      return rows.count == design.rowCount ? design.matrix : design.matrix.selecting(rows: rows)
    }
    let response = cut(designs.0)
    guard response.columns == 1 else {
      throw StatsModelsError(
        .nonNumericResponse,
        "the response has \(response.columns) columns, \(shortList(designs.0.columnNames)): these models take one"
      )
    }
    var effects = Matrix(rows: response.rows, columns: 0)
    var ident: [Int] = []
    for (k, part) in parts.enumerated() {
      effects = effects.appending(columnsOf: cut(part))
      ident += [Int](repeating: k, count: part.columnCount)
    }
    return BayesMixedGLM(
      problem: try BayesProblem(
        family: Kind.family, endog: response.column(0), exog: cut(designs.1), exogVc: effects, ident: ident,
        vcpP: vcpP, feP: feP, fepNames: designs.1.columnNames, vcpNames: vcFormulas.map(\.key),
        vcNames: parts.flatMap(\.columnNames), designInfo: designs.1.designInfo))
  }

  /// The log posterior at coefficients, logarithms of standard deviations and random effects, one after the other.
  ///
  /// - Throws: ``StatsModelsError`` for a wrong number of parameters.
  ///
  /// Python: logposterior
  public func logposterior(_ params: [Double]) throws -> Double {
    try problem.check(params)
    return problem.logPosterior(params)
  }

  /// The derivatives of ``logposterior(_:)``. Python: logposterior_grad
  ///
  /// - Throws: as ``logposterior(_:)``.
  public func logposteriorGrad(_ params: [Double]) throws -> [Double] {
    try problem.check(params)
    return problem.logPosteriorGradient(params)
  }

  /// What bounds the evidence from below, up to a constant, for independent normal posteriors. Python: vb_elbo
  ///
  /// - Parameters:
  ///   - vbMean: posterior means.
  ///   - vbSd: posterior standard deviations.
  /// - Throws: as ``logposterior(_:)``.
  public func vbElbo(_ vbMean: [Double], _ vbSd: [Double]) throws -> Double {
    try problem.check(vbMean)
    try problem.check(vbSd)
    return VariationalBayes(problem, mean: vbMean, sd: vbSd).bound
  }

  /// The same as ``fitMap(scaleFe:)``. Python: fit
  public func fit() throws -> BayesMixedGLMResults { try fitMap() }

  /// The mode of the posterior: the highest that starts at large and at vanishing standard deviations find, with the inverse of
  /// the negative second derivatives there as covariance.
  ///
  /// - Parameter scaleFe: fits to centred and scaled columns, and translates back; the prior is then of the scaled columns'
  ///   coefficients.
  /// - Throws: ``StatsModelsError`` for an iteration that leaves the numbers.
  ///
  /// Python: fit_map
  public func fitMap(scaleFe: Bool = false) throws -> BayesMixedGLMResults {
    let scaling = ColumnScaling(problem.exog, active: scaleFe)
    let own = problem.replacing(exog: scaling.scaled)
    let mode = try PosteriorMode(own)
    let (params, covariance) = scaling.back(mode.params, mode.covariance)
    return BayesMixedGLMResults(
      problem: problem, params: params, covariance: covariance, isVariational: false,
      objective: own.logPosterior(mode.params),
      warnings: problem.warnings(
        collapsed: mode.collapsed, converged: mode.converged, method: "the mode of this posterior"))
  }

  /// Independent normal posteriors of all parameters, the nearest to the posterior by Kullback's and Leibler's measure.
  ///
  /// - Parameters:
  ///   - mean: where means start.
  ///   - sd: where standard deviations start.
  ///   - scaleFe: as of ``fitMap(scaleFe:)``.
  /// - Throws: as ``fitMap(scaleFe:)``, and for a wrong number of starts.
  ///
  /// Python: fit_vb
  public func fitVb(
    mean: [Double]? = nil, sd: [Double]? = nil, scaleFe: Bool = false
  ) throws -> BayesMixedGLMResults {
    for start in [mean, sd] { if let start { try problem.check(start) } }
    if let bad = sd?.first(where: { !($0 > 0 && $0.isFinite) }) {
      throw StatsModelsError(.invalidArgument, "sd holds \(bad): standard deviations are positive")
    }
    let scaling = ColumnScaling(problem.exog, active: scaleFe)
    var search = VariationalBayes(
      problem.replacing(exog: scaling.scaled), mean: mean ?? problem.start,
      sd: sd ?? [Double](repeating: 0.5, count: problem.count))
    let converged = try search.run()
    let (params, covariance) = scaling.back(search.mean, Matrix(diagonal: search.sd.map { $0 * $0 }))
    return BayesMixedGLMResults(
      problem: problem, params: params, covariance: covariance, isVariational: true, objective: search.bound,
      warnings: problem.warnings(collapsed: [], converged: converged, method: "this approximation"))
  }
}

/// Columns of a design in units of their standard deviation, about their mean where there is a constant.
struct ColumnScaling {
  let scaled: Matrix
  private let transform: Matrix

  init(_ exog: Matrix, active: Bool) {
    let k = exog.columns
    var (scaled, transform) = (exog, Matrix.identity(k))
    let constant = ConstantColumn(exog, hasconst: nil).column
    for j in 0..<k where active {
      let column = exog.column(j)
      let mean = column.reduce(0, +) / Double(column.count)
      let deviation = (column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count))
        .squareRoot()
      guard deviation > 1e-8 else { continue }
      let center = constant == nil ? 0 : mean
      for i in 0..<exog.rows { scaled[i, j] = (exog[i, j] - center) / deviation }
      transform[j, j] = 1 / deviation
      if let constant { transform[constant, j] = -center / deviation / exog[0, constant] }
    }
    (self.scaled, self.transform) = (scaled, transform)
  }

  /// Coefficients, first among the parameters, and their covariance in the units of the design.
  func back(_ params: [Double], _ covariance: Matrix) -> ([Double], Matrix) {
    let k = transform.rows
    var whole = Matrix.identity(params.count)
    for a in 0..<k { for b in 0..<k { whole[a, b] = transform[a, b] } }
    return (transform * Array(params[..<k]) + params[k...], (whole * covariance).timesTransposed(whole))
  }
}

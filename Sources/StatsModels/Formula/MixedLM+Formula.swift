import DataFrames
import Foundation
import Patsy

/// The arguments of a formula model, kept for reports.
struct FormulaArguments: Sendable {
  var formula: String
  var groups: String?
  var reFormula: ReFormula?
  var vcFormula: [String: String]?
  var reCovariance: [String: CovarianceStructure]?
  var variance: ResidualVariance?
  var residuals: ResidualStructure?
  var missing: MissingHandling
}

extension MixedLM {
  /// A mixed model from a formula and a data frame.
  ///
  /// Random effects are written in any of three ways, or mixed: `groups` with `reFormula` and `vcFormula` as in
  /// statsmodels; bars in the formula, `(1 + x | school)`, as in lme4; a dictionary `reFormula` with an entry per
  /// factor.
  ///
  /// - Parameters:
  ///   - formula: response and fixed effects in patsy's language, and any number of bars.
  ///   - data: the data.
  ///   - reFormula: effects of the groups; a random intercept if nil and `vcFormula` has no component. Or a
  ///     dictionary with effects for each of several factors.
  ///   - vcFormula: variance components by name, evaluated within each group; the value "diag" makes the block of
  ///     that factor diagonal.
  ///   - reCovariance: the form of the covariance of a factor's effects, by factor; unstructured where nothing is said.
  ///     In formulas the same is written `cs(0 + f | g)`.
  ///   - weights: prior weights, inverse to the residual variance of each row; rows of weight 0 are left out.
  ///   - offset: what is added to the linear predictor of each row.
  ///   - variance: how the variance of the residuals differs between rows, which the fit estimates; see
  ///     ``ResidualVariance``. Not in statsmodels.
  ///   - residuals: how the residuals of a series of rows are correlated, which the fit estimates; see
  ///     ``ResidualStructure``. Not in statsmodels.
  ///   - subset: a mask, row positions or row labels.
  ///   - useSparse: accepted; the engine never forms dense matrices per group.
  ///   - missing: `.none` refuses missing values, `.drop` drops their rows.
  ///   - groups: the column that divides the rows, or labels.
  ///   - environment: values and functions that the formulas name.
  /// - Throws: `PatsyError` with the place in the formula, ``StatsModelsError`` for data that do not fit.
  ///
  /// Python: MixedLM.from_formula
  public static func fromFormula(
    formula: String, data: DataFrame, groups: (any ColumnSpecifier)? = nil, reFormula: ReFormula? = nil,
    vcFormula: [String: String]? = nil, reCovariance: [String: CovarianceStructure]? = nil,
    weights: (any ColumnSpecifier)? = nil,
    offset: (any ColumnSpecifier)? = nil, variance: ResidualVariance? = nil,
    residuals: ResidualStructure? = nil,
    subset: (any SubsetSpecifier)? = nil, useSparse: Bool = false,
    missing: MissingHandling = .none, environment: EvalEnvironment = EvalEnvironment()
  ) throws -> MixedLM {
    let clock = ContinuousClock()
    let begin = clock.now
    var rows = FormulaRows(data: data)
    if let subset { try rows.select(subset.rowPositions(in: data)) }
    let input = try groups.map { try rows.groups($0, of: data) }
    let weights = try weights.map { try rows.numbers($0, argument: "weights") }
    let offset = try offset.map { try rows.numbers($0, argument: "offset") }
    let plan = try FormulaRemedies(data: data).adding {
      try FormulaPlan(
        formula: formula, groupNames: input.map { [$0.column, $0.name].compactMap { $0 } },
        reFormula: reFormula, vcFormula: vcFormula, reCovariance: reCovariance, environment: environment)
    }
    var warnings: [FitWarning] = []
    if missing == .drop {
      let numbers =
        [("weights", weights), ("offset", offset)].compactMap { name, column in
          column.map { (name: $0.name.isEmpty ? name : $0.name, column: $0) }
        } + (try residualColumns(variance, residuals).map { (name: $0, column: try data.column($0)) })
      let dropped = rows.dropMissing(plan: plan, groups: input, numbers: numbers)
      if let warning = dropped.warning { warnings.append(warning) }
    }
    if let weights, let warning = try rows.dropUnweighted(weights) { warnings.append(warning) }
    let selected = rows.data
    warnings += NearlyNumbers.warnings(of: plan.fixed, data: selected)
    let builder = ModelBuilder(
      plan: plan, data: selected, environment: environment,
      groups: input.map { .init(name: $0.name, column: $0.column, labels: rows.selecting($0.labels)) },
      missing: missing)
    let arguments = FormulaArguments(
      formula: formula, groups: input?.column, reFormula: reFormula, vcFormula: vcFormula,
      reCovariance: reCovariance, variance: variance, residuals: residuals, missing: missing)
    var specification = try FormulaRemedies(data: selected, missing: missing).adding {
      try builder.specification(source: arguments, warnings: warnings)
    }
    specification.weights = try weights.map { try rows.selectingNumbers($0, argument: "weights") }
    specification.offset = try offset.map { try rows.selectingNumbers($0, argument: "offset") }
    try specification.offset?.requireFinite(labels: selected.rowLabels)
    try specification.addResiduals(variance: variance, structure: residuals, data: selected)
    return MixedLM(specification: specification, designSeconds: (clock.now - begin).seconds)
  }

  /// Columns that variances and correlations of the residuals take.
  private static func residualColumns(_ variance: ResidualVariance?, _ structure: ResidualStructure?)
    -> [String]
  {
    (variance?.columns ?? []) + [structure?.time, structure?.within].compactMap { $0 }
  }

  /// The same for effects in a variable of type `String?`.
  @_disfavoredOverload
  public static func fromFormula(
    formula: String, data: DataFrame, groups: (any ColumnSpecifier)? = nil, reFormula: String?,
    vcFormula: [String: String]? = nil, reCovariance: [String: CovarianceStructure]? = nil,
    weights: (any ColumnSpecifier)? = nil,
    offset: (any ColumnSpecifier)? = nil, variance: ResidualVariance? = nil,
    residuals: ResidualStructure? = nil,
    subset: (any SubsetSpecifier)? = nil, useSparse: Bool = false,
    missing: MissingHandling = .none, environment: EvalEnvironment = EvalEnvironment()
  ) throws -> MixedLM {
    try fromFormula(
      formula: formula, data: data, groups: groups, reFormula: reFormula.map { ReFormula($0) },
      vcFormula: vcFormula, reCovariance: reCovariance, weights: weights, offset: offset, variance: variance,
      residuals: residuals,
      subset: subset, useSparse: useSparse, missing: missing, environment: environment)
  }

  /// The same for a dictionary of arrays instead of a data frame.
  public static func fromFormula(
    formula: String, data: [String: any ColumnConvertible], groups: (any ColumnSpecifier)? = nil,
    reFormula: ReFormula? = nil, vcFormula: [String: String]? = nil,
    reCovariance: [String: CovarianceStructure]? = nil, weights: (any ColumnSpecifier)? = nil,
    offset: (any ColumnSpecifier)? = nil, variance: ResidualVariance? = nil,
    residuals: ResidualStructure? = nil,
    subset: (any SubsetSpecifier)? = nil, useSparse: Bool = false,
    missing: MissingHandling = .none, environment: EvalEnvironment = EvalEnvironment()
  ) throws -> MixedLM {
    try fromFormula(
      formula: formula, data: DataFrame(data), groups: groups, reFormula: reFormula, vcFormula: vcFormula,
      reCovariance: reCovariance, weights: weights, offset: offset, variance: variance, residuals: residuals,
      subset: subset, useSparse: useSparse, missing: missing, environment: environment)
  }
}

/// A mixed model from a formula and a data frame: `MixedLM.fromFormula` under the name that scripts use.
///
/// Python: statsmodels.formula.api.mixedlm
public func mixedlm(
  _ formula: String, _ data: DataFrame, groups: (any ColumnSpecifier)? = nil, reFormula: ReFormula? = nil,
  vcFormula: [String: String]? = nil, reCovariance: [String: CovarianceStructure]? = nil,
  weights: (any ColumnSpecifier)? = nil,
  offset: (any ColumnSpecifier)? = nil, variance: ResidualVariance? = nil,
  residuals: ResidualStructure? = nil,
  subset: (any SubsetSpecifier)? = nil, useSparse: Bool = false,
  missing: MissingHandling = .none, environment: EvalEnvironment = EvalEnvironment()
) throws -> MixedLM {
  try MixedLM.fromFormula(
    formula: formula, data: data, groups: groups, reFormula: reFormula, vcFormula: vcFormula,
    reCovariance: reCovariance, weights: weights, offset: offset, variance: variance, residuals: residuals,
    subset: subset, useSparse: useSparse, missing: missing, environment: environment)
}

/// The same for effects in a variable of type `String?`.
@_disfavoredOverload
public func mixedlm(
  _ formula: String, _ data: DataFrame, groups: (any ColumnSpecifier)? = nil, reFormula: String?,
  vcFormula: [String: String]? = nil, reCovariance: [String: CovarianceStructure]? = nil,
  weights: (any ColumnSpecifier)? = nil,
  offset: (any ColumnSpecifier)? = nil, variance: ResidualVariance? = nil,
  residuals: ResidualStructure? = nil,
  subset: (any SubsetSpecifier)? = nil, useSparse: Bool = false,
  missing: MissingHandling = .none, environment: EvalEnvironment = EvalEnvironment()
) throws -> MixedLM {
  try MixedLM.fromFormula(
    formula: formula, data: data, groups: groups, reFormula: reFormula.map { ReFormula($0) },
    vcFormula: vcFormula, reCovariance: reCovariance, weights: weights, offset: offset,
    variance: variance, residuals: residuals, subset: subset, useSparse: useSparse, missing: missing,
    environment: environment)
}

/// The same for a dictionary of arrays instead of a data frame.
public func mixedlm(
  _ formula: String, _ data: [String: any ColumnConvertible], groups: (any ColumnSpecifier)? = nil,
  reFormula: ReFormula? = nil, vcFormula: [String: String]? = nil,
  reCovariance: [String: CovarianceStructure]? = nil, weights: (any ColumnSpecifier)? = nil,
  offset: (any ColumnSpecifier)? = nil, variance: ResidualVariance? = nil,
  residuals: ResidualStructure? = nil,
  subset: (any SubsetSpecifier)? = nil, useSparse: Bool = false,
  missing: MissingHandling = .none, environment: EvalEnvironment = EvalEnvironment()
) throws -> MixedLM {
  try MixedLM.fromFormula(
    formula: formula, data: data, groups: groups, reFormula: reFormula, vcFormula: vcFormula,
    reCovariance: reCovariance, weights: weights, offset: offset, variance: variance, residuals: residuals,
    subset: subset, useSparse: useSparse, missing: missing, environment: environment)
}

import DataFrames
import Foundation
import Patsy

extension MixedGLM {
  /// A generalised linear mixed model from a formula and a data frame.
  ///
  /// A binomial response is one column of truth values or shares, texts of two values (the last is success), or two
  /// columns, `successes + failures ~ …`, as in statsmodels' GLM.
  /// - Parameters:
  ///   - formula: response and fixed effects in patsy's language, and any number of bars.
  ///   - data: the data.
  ///   - groups: the column that divides the rows, or labels.
  ///   - reFormula: effects of the groups, or a dictionary with effects for each of several factors.
  ///   - vcFormula: variance components by name, evaluated within each group.
  ///   - reCovariance: the form of the covariance of a factor's effects, by factor.
  ///   - family: distribution and link of the response.
  ///   - offset: what is added to the linear predictor of each row.
  ///   - exposure: with a log link, what the mean is proportional to.
  ///   - trials: number of trials of each row, where a binomial response counts successes.
  ///   - varWeights: prior weights: trials of shares, what divides the variance of other families; rows of weight 0 are
  ///     left out. (Negative binomial and beta rows count so many times.)
  ///   - freqWeights: how often each row occurs.
  ///   - subset: a mask, row positions or row labels.
  ///   - missing: `.none` refuses missing values, `.drop` drops their rows.
  ///   - environment: values and functions that the formulas name.
  /// - Throws: `PatsyError` with the place in the formula, ``StatsModelsError`` for data that do not fit.
  ///
  /// Not in statsmodels; arguments are those of its `mixedlm` and `glm`.
  public static func fromFormula(
    formula: String, data: DataFrame, groups: (any ColumnSpecifier)? = nil, reFormula: ReFormula? = nil,
    vcFormula: [String: String]? = nil, reCovariance: [String: CovarianceStructure]? = nil, family: Family,
    offset: (any ColumnSpecifier)? = nil, exposure: (any ColumnSpecifier)? = nil,
    trials: (any ColumnSpecifier)? = nil, varWeights: (any ColumnSpecifier)? = nil,
    freqWeights: (any ColumnSpecifier)? = nil, subset: (any SubsetSpecifier)? = nil,
    missing: MissingHandling = .none,
    environment: EvalEnvironment = EvalEnvironment()
  ) throws -> MixedGLM {
    let clock = ContinuousClock()
    let begin = clock.now
    try family.check()
    var rows = FormulaRows(data: data)
    if let subset { try rows.select(subset.rowPositions(in: data)) }
    let input = try groups.map { try rows.groups($0, of: data) }
    var numbers: [String: Column] = [:]
    for (name, specifier) in [
      ("offset", offset), ("exposure", exposure), ("trials", trials), ("varWeights", varWeights),
      ("freqWeights", freqWeights),
    ] {
      if let specifier { numbers[name] = try rows.numbers(specifier, argument: name) }
    }
    let plan = try FormulaRemedies(data: data).adding {
      try FormulaPlan(
        formula: formula, groupNames: input.map { [$0.column, $0.name].compactMap { $0 } },
        reFormula: reFormula, vcFormula: vcFormula, reCovariance: reCovariance, environment: environment)
    }
    var warnings: [FitWarning] = []
    if missing == .drop {
      let named = numbers.sorted { $0.key < $1.key }.map {
        (name: $1.name.isEmpty ? $0 : $1.name, column: $1)
      }
      let dropped = rows.dropMissing(plan: plan, groups: input, numbers: named)
      if let warning = dropped.warning { warnings.append(warning) }
    }
    for name in ["varWeights", "freqWeights"] {
      if let column = numbers[name], let warning = try rows.dropUnweighted(column) {
        warnings.append(warning)
      }
    }
    let selected = rows.data
    warnings += NearlyNumbers.warnings(of: plan.fixed, data: selected)
    func values(_ name: String) throws -> RowNumbers? {
      guard let column = numbers[name] else { return nil }
      let found = try rows.selectingNumbers(column, argument: name)
      try found.requireFinite(argument: name, labels: selected.rowLabels)
      return found
    }
    let reader = ResponseReaderBox(
      GLMResponseReader(family: family, trials: try values("trials"), rowLabels: selected.rowLabels))
    var builder = ModelBuilder(
      plan: plan, data: selected, environment: environment,
      groups: input.map { .init(name: $0.name, column: $0.column, labels: rows.selecting($0.labels)) },
      missing: missing)
    builder.readsResponse = { try reader.reader.read($0) }
    let arguments = FormulaArguments(
      formula: formula, groups: input?.column, reFormula: reFormula, vcFormula: vcFormula,
      reCovariance: reCovariance, missing: missing)
    var specification = try FormulaRemedies(data: selected, missing: missing).adding {
      try builder.specification(source: arguments, warnings: warnings)
    }
    specification.offset = try values("offset")
    let response = MixedGLMResponse(
      trials: reader.reader.trials, successLevel: reader.reader.successLevel,
      exposure: try values("exposure"),
      weights: try values("varWeights"), frequencies: try values("freqWeights"))
    return try MixedGLM(
      specification: specification, response: response, family: family,
      designSeconds: (clock.now - begin).seconds)
  }
}

/// Lets a reader be filled in a closure.
private final class ResponseReaderBox {
  var reader: GLMResponseReader
  init(_ reader: GLMResponseReader) { self.reader = reader }
}

extension RowNumbers {
  /// - Throws: ``StatsModelsError`` for a number that is not finite.
  fileprivate func requireFinite(argument: String, labels: RowLabels) throws {
    guard let bad = values.firstIndex(where: { !$0.isFinite }) else { return }
    throw StatsModelsError(
      .invalidArgument,
      "\(argument) is \(values[bad]) in row \(labels[bad]): remove the row, or use missing: .drop for missing values",
      values: [labels[bad]])
  }
}

/// A generalised linear mixed model from a formula and a data frame: ``MixedGLM/fromFormula(formula:data:groups:reFormula:vcFormula:reCovariance:family:offset:exposure:trials:varWeights:freqWeights:subset:missing:environment:)``
/// under the name that scripts use.
///
/// ```swift
/// let model = try mixedglm("y ~ x + (1 + x | g)", data, family: .poisson())
/// ```
/// Not in statsmodels.
public func mixedglm(
  _ formula: String, _ data: DataFrame, groups: (any ColumnSpecifier)? = nil, reFormula: ReFormula? = nil,
  vcFormula: [String: String]? = nil, reCovariance: [String: CovarianceStructure]? = nil, family: Family,
  offset: (any ColumnSpecifier)? = nil, exposure: (any ColumnSpecifier)? = nil,
  trials: (any ColumnSpecifier)? = nil, varWeights: (any ColumnSpecifier)? = nil,
  freqWeights: (any ColumnSpecifier)? = nil, subset: (any SubsetSpecifier)? = nil,
  missing: MissingHandling = .none,
  environment: EvalEnvironment = EvalEnvironment()
) throws -> MixedGLM {
  try MixedGLM.fromFormula(
    formula: formula, data: data, groups: groups, reFormula: reFormula, vcFormula: vcFormula,
    reCovariance: reCovariance, family: family, offset: offset, exposure: exposure, trials: trials,
    varWeights: varWeights, freqWeights: freqWeights, subset: subset, missing: missing,
    environment: environment)
}

/// The same for a dictionary of arrays instead of a data frame.
public func mixedglm(
  _ formula: String, _ data: [String: any ColumnConvertible], groups: (any ColumnSpecifier)? = nil,
  reFormula: ReFormula? = nil, vcFormula: [String: String]? = nil,
  reCovariance: [String: CovarianceStructure]? = nil, family: Family, offset: (any ColumnSpecifier)? = nil,
  exposure: (any ColumnSpecifier)? = nil, trials: (any ColumnSpecifier)? = nil,
  varWeights: (any ColumnSpecifier)? = nil, freqWeights: (any ColumnSpecifier)? = nil,
  subset: (any SubsetSpecifier)? = nil, missing: MissingHandling = .none,
  environment: EvalEnvironment = EvalEnvironment()
) throws -> MixedGLM {
  try mixedglm(
    formula, DataFrame(data), groups: groups, reFormula: reFormula, vcFormula: vcFormula,
    reCovariance: reCovariance, family: family, offset: offset, exposure: exposure, trials: trials,
    varWeights: varWeights, freqWeights: freqWeights, subset: subset, missing: missing,
    environment: environment)
}

/// `mixedlm` takes no family, as in statsmodels: ``mixedglm(_:_:groups:reFormula:vcFormula:reCovariance:family:offset:exposure:trials:varWeights:freqWeights:subset:missing:environment:)``
/// does.
@available(*, unavailable, message: "MixedLM is linear and Gaussian: for a family use mixedglm(…, family:)")
public func mixedlm(
  _ formula: String, _ data: DataFrame, groups: (any ColumnSpecifier)? = nil, reFormula: ReFormula? = nil,
  vcFormula: [String: String]? = nil, family: Family
) throws -> MixedLM {
  throw StatsModelsError(
    .invalidArgument, "MixedLM is linear and Gaussian: for a family use mixedglm(…, family:)")
}

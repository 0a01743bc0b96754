import DataFrames
import Patsy

/// A generalised linear model from a formula.
///
/// - Parameters:
///   - formula: `response ~ terms`; `successes + failures ~ terms` of a binomial family.
///   - data: a data frame.
///   - family: distribution and link.
///   - offset: what is added to the linear predictor: a column's name or values.
///   - exposure: what the mean is proportional to, with a logarithmic link.
///   - varWeights: inverse to the rows' dispersions.
///   - freqWeights: how often each row was observed.
///   - missing: rows with missing values are dropped, or an error.
///   - environment: further values and functions that the formula may use.
/// - Throws: `PatsyError` for a formula that cannot be evaluated, ``StatsModelsError`` for unusable values.
///
/// Python: statsmodels.formula.api.glm
public func glm(
  _ formula: String, _ data: DataFrame, family: Family = .gaussian(), offset: (any ColumnSpecifier)? = nil,
  exposure: (any ColumnSpecifier)? = nil, varWeights: (any ColumnSpecifier)? = nil,
  freqWeights: (any ColumnSpecifier)? = nil, missing: MissingHandling = .drop,
  environment: EvalEnvironment = EvalEnvironment()
) throws -> GLM {
  try GLM.fromFormula(
    formula: formula, data: data, family: family, offset: offset, exposure: exposure, varWeights: varWeights,
    freqWeights: freqWeights, missing: missing, environment: environment)
}

extension GLM {
  /// A model from a formula; the parameters are those of
  /// ``glm(_:_:family:offset:exposure:varWeights:freqWeights:missing:environment:)``.
  ///
  /// Python: GLM.from_formula
  public static func fromFormula(
    formula: String, data: DataFrame, family: Family = .gaussian(), offset: (any ColumnSpecifier)? = nil,
    exposure: (any ColumnSpecifier)? = nil, varWeights: (any ColumnSpecifier)? = nil,
    freqWeights: (any ColumnSpecifier)? = nil, missing: MissingHandling = .drop,
    environment: EvalEnvironment = EvalEnvironment()
  ) throws -> GLM {
    let design = try FormulaDesign(
      formula, data, environment: environment, missing: missing,
      beside: [
        ("offset", offset), ("exposure", exposure), ("varWeights", varWeights), ("freqWeights", freqWeights),
      ])
    return try GLM(
      endog: design.endog, exog: design.exog, family: family, beside: design.numbers,
      endogNames: design.response.columnNames, exogNames: design.design.columnNames,
      designInfo: design.design.designInfo, data: data, keptRows: design.rows, dataRowCount: data.rowCount,
      rowLabels: design.rowLabels, warnings: design.warnings)
  }
}

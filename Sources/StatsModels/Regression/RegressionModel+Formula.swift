import DataFrames
import LinearAlgebra
import Patsy

/// A regression by ordinary least squares from a formula.
///
/// - Parameters:
///   - formula: `response ~ terms`.
///   - data: a data frame.
///   - missing: rows with missing values are dropped, or an error.
///   - environment: further values and functions that the formula may use.
/// - Throws: `PatsyError` for a formula that cannot be evaluated, ``StatsModelsError`` for unusable values.
///
/// Python: statsmodels.formula.api.ols
public func ols(
  _ formula: String, _ data: DataFrame, missing: MissingHandling = .drop,
  environment: EvalEnvironment = EvalEnvironment()
) throws -> OLS {
  try OLS.fromFormula(formula: formula, data: data, missing: missing, environment: environment)
}

/// A regression by weighted least squares from a formula.
///
/// - Parameters:
///   - formula: `response ~ terms`.
///   - data: a data frame.
///   - weights: inverse to the variances of the rows up to a factor: a column's name or values.
///   - missing: rows with missing values are dropped, or an error.
///   - environment: further values and functions that the formula may use.
/// - Throws: as ``ols(_:_:missing:environment:)``.
///
/// Python: statsmodels.formula.api.wls
public func wls(
  _ formula: String, _ data: DataFrame, weights: any ColumnSpecifier, missing: MissingHandling = .drop,
  environment: EvalEnvironment = EvalEnvironment()
) throws -> WLS {
  try WLS.fromFormula(
    formula: formula, data: data, weights: weights, missing: missing, environment: environment)
}

/// A regression by generalised least squares from a formula.
///
/// - Parameters:
///   - formula: `response ~ terms`.
///   - data: a data frame.
///   - sigma: variances of the rows, or their covariance matrix, up to a factor; rows of the data, or of those without
///     missing values.
///   - missing: rows with missing values are dropped, or an error.
///   - environment: further values and functions that the formula may use.
/// - Throws: as ``ols(_:_:missing:environment:)``.
///
/// Python: statsmodels.formula.api.gls
public func gls(
  _ formula: String, _ data: DataFrame, sigma: any DesignConvertible, missing: MissingHandling = .drop,
  environment: EvalEnvironment = EvalEnvironment()
) throws -> GLS {
  try GLS.fromFormula(formula: formula, data: data, sigma: sigma, missing: missing, environment: environment)
}

extension RegressionModel {
  /// A regression from a formula: ordinary least squares, or weighted or generalised with the argument for it.
  ///
  /// - Parameters:
  ///   - formula: `response ~ terms`.
  ///   - data: a data frame.
  ///   - weights: as of ``wls(_:_:weights:missing:environment:)``.
  ///   - sigma: as of ``gls(_:_:sigma:missing:environment:)``.
  ///   - missing: rows with missing values are dropped, or an error.
  ///   - environment: further values and functions that the formula may use.
  /// - Throws: as ``ols(_:_:missing:environment:)``.
  ///
  /// Python: OLS.from_formula, WLS.from_formula, GLS.from_formula
  public static func fromFormula(
    formula: String, data: DataFrame, weights: (any ColumnSpecifier)? = nil,
    sigma: (any DesignConvertible)? = nil, missing: MissingHandling = .drop,
    environment: EvalEnvironment = EvalEnvironment()
  ) throws -> RegressionModel {
    let design = try FormulaDesign(
      formula, data, environment: environment, missing: missing, beside: [("weights", weights)])
    let response = design.endog
    guard response.count == 1 else {
      throw StatsModelsError(
        .nonNumericResponse,
        "the response has \(response.count) columns, \(shortList(design.response.columnNames)): a regression needs one "
          + "column of numbers")
    }
    var covariance = try sigma?.designMatrix().matrix
    if let square = covariance, square.rows == data.rowCount, design.rows.count < data.rowCount {
      let isFull = square.columns == square.rows && square.rows > 1
      covariance = square.selecting(rows: design.rows)
      if isFull { covariance = covariance?.selecting(columns: design.rows) }
    }
    if let value = covariance, value.rows == 1, value.columns == 1 {
      covariance = Matrix(rows: design.rows.count, columns: 1, repeating: value[0, 0])
    }
    return try RegressionModel(
      endog: response[0], exog: design.exog, weights: design.numbers[0], sigma: covariance,
      endogNames: design.response.columnNames[0], exogNames: design.design.columnNames,
      designInfo: design.design.designInfo, data: data, keptRows: design.rows, dataRowCount: data.rowCount,
      rowLabels: design.rowLabels, hasconst: nil, warnings: design.warnings)
  }
}

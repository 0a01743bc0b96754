import Distributions
import LinearAlgebra

/// A test of residuals by a regression of their squares: χ² of n R², and F.
///
/// Python: statsmodels.stats.diagnostic.het_white, het_breuschpagan
public struct HeteroscedasticityTest: Sendable, Equatable {
  /// n R² of the regression of squared residuals.
  public let lm: Double
  /// Its tail of χ².
  public let lmPvalue: Double
  /// F of that regression.
  public let fvalue: Double
  /// Its tail of F.
  public let fPvalue: Double

  fileprivate init(_ resid: [Double], _ design: Matrix, df: Double?) throws {
    let fit = try OLS(endog: resid.map { $0 * $0 }, exog: design).fit()
    lm = Double(resid.count) * fit.rsquared
    lmPvalue = ChiSquared(df ?? fit.dfModel).sf(lm)
    (fvalue, fPvalue) = (fit.fvalue, fit.fPvalue)
  }
}

/// Whether squared residuals depend on columns, a constant among them: Breusch and Pagan's test with Koenker's studentisation.
///
/// - Throws: ``StatsModelsError`` for lengths that do not fit, fewer than two columns, and no constant.
///
/// Python: statsmodels.stats.diagnostic.het_breuschpagan
public func hetBreuschpagan(_ resid: [Double], _ exogHet: any DesignConvertible) throws
  -> HeteroscedasticityTest
{
  let design = try constantDesign(exogHet, rows: resid.count)
  return try HeteroscedasticityTest(resid, design, df: Double(design.columns - 1))
}

/// Whether squared residuals depend on columns, their squares and products, a constant among them: White's test.
///
/// - Throws: as ``hetBreuschpagan(_:_:)``.
///
/// Python: statsmodels.stats.diagnostic.het_white
public func hetWhite(_ resid: [Double], _ exog: any DesignConvertible) throws -> HeteroscedasticityTest {
  let design = try constantDesign(exog, rows: resid.count)
  var products: [[Double]] = []
  for a in 0..<design.columns {
    for b in a..<design.columns { products.append(zip(design.column(a), design.column(b)).map { $0 * $1 }) }
  }
  return try HeteroscedasticityTest(resid, Matrix(columns: products, rows: resid.count), df: nil)
}

private func constantDesign(_ exog: any DesignConvertible, rows: Int) throws -> Matrix {
  let design = try exog.designMatrix().matrix
  guard design.rows == rows else {
    throw StatsModelsError(.lengthMismatch, "exog has \(design.rows) rows, resid \(rows) values")
  }
  guard design.columns >= 2, design.isFinite, ConstantColumn(design, hasconst: nil).column != nil else {
    throw StatsModelsError(
      .invalidArgument,
      "the test needs at least two columns of finite numbers, one of them constant: add it by addConstant")
  }
  return design
}

import DataFrames

extension MixedLMResults {
  /// Marginal means of factors. Not in statsmodels.
  ///
  /// Means are those of predictions on a grid: all combinations of the levels of the factors in the fixed effects and the
  /// means of the numbers there; a number with at most two values stands at both, and an offset at its mean.
  /// - Parameters:
  ///   - factors: one variable of the fixed effects or several; also in emmeans' spelling, `"~ A * B | C"`.
  ///   - by: variables at each level of which contrasts are families of their own.
  ///   - values: values of variables, `["age": [8, 14]]`, instead of levels and means.
  ///   - averaging: weights of the combinations of the other variables.
  ///   - ddf: how degrees of freedom are counted; there is no switch to the normal distribution in large samples.
  ///   - alpha: one less the confidence level.
  /// - Returns: a row for each combination, the first factor's levels varying fastest; nan where the data determine no mean.
  /// - Throws: ``StatsModelsError`` for unknown variables and levels, models of arrays, and as ``coefficients(ddf:alpha:)``
  ///   does.
  public func marginalMeans(
    of factors: any FactorNames, by: (any FactorNames)? = nil,
    at values: [String: any ColumnConvertible] = [:],
    averaging: MarginalMeans.Averaging = .equal, ddf: DegreesOfFreedom = .satterthwaite, alpha: Double = 0.05
  ) throws -> MarginalMeans {
    let offsets = specification.offset?.values ?? []
    return try gridMeans(
      of: factors, by: by, at: values, averaging: averaging, alpha: alpha, response: nil,
      offset: offsets.reduce(0, +) / Double(max(offsets.count, 1))
    ) { try inference(ddf) }
  }

  /// Slopes of a number at the levels of factors. Not in statsmodels.
  ///
  /// Derivatives of predictions on the grid of ``marginalMeans(of:by:at:averaging:ddf:alpha:)``, exact for terms that are
  /// linear or quadratic in the number.
  /// - Parameters:
  ///   - factors: one variable of the fixed effects or several.
  ///   - variable: the number.
  ///   - by: variables at each level of which contrasts are families of their own.
  ///   - values: values of variables, also of the number itself, which else stands at its mean.
  ///   - averaging: weights of the combinations of the other variables.
  ///   - ddf: how degrees of freedom are counted.
  ///   - alpha: one less the confidence level.
  /// - Throws: ``StatsModelsError`` for a variable that is no number in the fixed effects, and as
  ///   ``marginalMeans(of:by:at:averaging:ddf:alpha:)`` does.
  public func marginalTrends(
    of factors: any FactorNames, variable: String, by: (any FactorNames)? = nil,
    at values: [String: any ColumnConvertible] = [:], averaging: MarginalMeans.Averaging = .equal,
    ddf: DegreesOfFreedom = .satterthwaite, alpha: Double = 0.05
  ) throws -> MarginalMeans {
    try gridTrends(
      of: factors, variable: variable, by: by, at: values, averaging: averaging, alpha: alpha
    ) { try inference(ddf) }
  }
}

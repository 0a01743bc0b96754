import DataFrames

extension MixedGLMResults {
  /// The fixed effects with z tests and normal intervals. Not in statsmodels.
  ///
  /// - Parameter alpha: one less the confidence level.
  /// - Throws: ``StatsModelsError`` for a level that is none.
  public func coefficients(alpha: Double = 0.05) throws -> CoefficientTable {
    try requireLevel(alpha: alpha)
    let inference = FixedEffectsInference(method: .infinite, fit: self)
    return CoefficientTable(
      names: layout.fixedNames, rows: inference.combinations(.identity(fixedEffects.count), asCoded: true),
      ddf: .infinite, notes: [], alpha: alpha)
  }

  /// Marginal means of factors: linear predictors on a grid, averaged there, random effects at zero, offset and the logarithm
  /// of the exposure at their means. Not in statsmodels.
  ///
  /// ```swift
  /// let means = try results.marginalMeans(of: "period", type: .response)
  /// print(means)                // prob, se, lower, upper
  /// print(try means.pairs())    // odds ratios
  /// ```
  /// On the response's scale a mean is the inverse link of the mean linear predictor: that of a typical level of the random
  /// factors, not the mean over their levels, which ``predict(_:which:randomEffects:newLevels:)`` gives with `.marginal`.
  /// - Parameters:
  ///   - factors: one variable of the fixed effects or several; also in emmeans' spelling, `"~ A * B | C"`.
  ///   - by: variables at each level of which contrasts are families of their own.
  ///   - values: values of variables, `["age": [8, 14]]`, instead of levels and means.
  ///   - averaging: weights of the combinations of the other variables.
  ///   - type: the scale of means and contrasts; tests are those of the linear predictor on both.
  ///   - alpha: one less the confidence level.
  /// - Returns: a row for each combination, the first factor's levels varying fastest; nan where the data determine no mean.
  /// - Throws: ``StatsModelsError`` for unknown variables and levels, and models of arrays.
  public func marginalMeans(
    of factors: any FactorNames, by: (any FactorNames)? = nil,
    at values: [String: any ColumnConvertible] = [:], averaging: MarginalMeans.Averaging = .equal,
    type: MeanScale = .link,
    alpha: Double = 0.05
  ) throws -> MarginalMeans {
    let offsets = model.predictorOffset ?? []
    return try gridMeans(
      of: factors, by: by, at: values, averaging: averaging, alpha: alpha,
      response: type == .response ? ResponseScale(family) : nil,
      offset: offsets.reduce(0, +) / Double(max(offsets.count, 1))
    ) { FixedEffectsInference(method: .infinite, fit: self) }
  }

  /// Slopes of the linear predictor along a number at the levels of factors. Not in statsmodels.
  ///
  /// - Parameters:
  ///   - factors: one variable of the fixed effects or several.
  ///   - variable: the number.
  ///   - by: variables at each level of which contrasts are families of their own.
  ///   - values: values of variables, also of the number itself, which else stands at its mean.
  ///   - averaging: weights of the combinations of the other variables.
  ///   - alpha: one less the confidence level.
  /// - Throws: ``StatsModelsError`` for a variable that is no number in the fixed effects, and as
  ///   ``marginalMeans(of:by:at:averaging:type:alpha:)`` does.
  public func marginalTrends(
    of factors: any FactorNames, variable: String, by: (any FactorNames)? = nil,
    at values: [String: any ColumnConvertible] = [:], averaging: MarginalMeans.Averaging = .equal,
    alpha: Double = 0.05
  ) throws -> MarginalMeans {
    try gridTrends(
      of: factors, variable: variable, by: by, at: values, averaging: averaging, alpha: alpha
    ) { FixedEffectsInference(method: .infinite, fit: self) }
  }
}

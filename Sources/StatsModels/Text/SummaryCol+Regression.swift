/// Coefficients and standard errors of several regressions side by side, one column each, with R² where there is one.
///
/// - Parameters:
///   - results: fits of one kind or several.
///   - floatFormat: Python's format of the numbers.
///   - modelNames: column names; the response's name if empty. Repeated names get Roman strokes.
///   - stars: mark coefficients by significance.
///   - infoDict: additional rows, each a name and what to print for a fit.
///   - regressorOrder: parameters that come first.
///   - dropOmitted: leave out parameters that are not in `regressorOrder`.
///   - includeR2: rows of R² and adjusted R².
/// - Throws: ``StatsModelsError`` for a wrong number of names or a format that is none.
///
/// Python: summary2.summary_col
public func summaryCol(
  _ results: [any LikelihoodModelResults], floatFormat: String = "%.4f", modelNames: [String] = [],
  stars: Bool = false, infoDict: KeyValuePairs<String, (any LikelihoodModelResults) -> String> = [:],
  regressorOrder: [String] = [], dropOmitted: Bool = false, includeR2: Bool = true
) throws -> Summary {
  let format = PythonFormat.parse(floatFormat) ?? { PythonFormat.fixed($0, 4) }
  let models = results.map { result in
    let squares =
      includeR2
      ? (result as? RegressionResults).map { fit in
        [("R-squared", format(fit.rsquared)), ("R-squared Adj.", format(fit.rsquaredAdj))]
      } ?? [] : []
    return SummaryColumns.Model(
      name: result.endogNames, params: result.params, bse: result.bse, pvalues: result.pvalues,
      info: squares + infoDict.map { ($0.key, $0.value(result)) })
  }
  return try SummaryColumns(
    models: models, floatFormat: floatFormat, modelNames: modelNames, stars: stars,
    regressorOrder: regressorOrder, dropOmitted: dropOmitted
  ).summary()
}

/// Coefficients and standard errors of several fits side by side, one column each.
///
/// Variances appear divided by the residual variance, as in ``MixedLMResults/params``.
/// - Parameters:
///   - results: the fits.
///   - floatFormat: Python's format of the numbers.
///   - modelNames: column names; the response's name if empty. Repeated names get Roman strokes.
///   - stars: mark coefficients by significance.
///   - infoDict: additional rows, each a name and what to print for a fit.
///   - regressorOrder: parameters that come first.
///   - dropOmitted: leave out parameters that are not in `regressorOrder`.
/// - Throws: ``StatsModelsError`` for a wrong number of names or a format that is none.
///
/// Python: summary2.summary_col
public func summaryCol(
  _ results: [MixedLMResults], floatFormat: String = "%.4f", modelNames: [String] = [], stars: Bool = false,
  infoDict: KeyValuePairs<String, (MixedLMResults) -> String> = [:], regressorOrder: [String] = [],
  dropOmitted: Bool = false
) throws -> Summary {
  let models = results.map { result in
    SummaryColumns.Model(
      name: result.model.endogNames, params: result.params, bse: result.bse, pvalues: result.pvalues,
      info: infoDict.map { ($0.key, $0.value(result)) })
  }
  return try SummaryColumns(
    models: models, floatFormat: floatFormat, modelNames: modelNames, stars: stars,
    regressorOrder: regressorOrder,
    dropOmitted: dropOmitted
  ).summary()
}

import Distributions

extension MixedLMResults {
  /// The results as tables of text: counts and fit, then one row per parameter.
  ///
  /// Covariances are in the response's units; their standard errors are statsmodels' (see ``bseRe``).
  /// - Parameters:
  ///   - yname: name of the response.
  ///   - xnameFe: names of the fixed effects.
  ///   - xnameRe: names of the covariance parameters.
  ///   - title: replaces the default title.
  ///   - alpha: one less the confidence level.
  /// - Throws: ``StatsModelsError`` when the number of names is wrong.
  ///
  /// Python: MixedLMResults.summary
  public func summary(
    yname: String? = nil, xnameFe: [String]? = nil, xnameRe: [String]? = nil, title: String? = nil,
    alpha: Double = 0.05
  ) throws -> Summary {
    let covarianceCount = layout.entries.count
    if let xnameFe, xnameFe.count != kFe {
      throw StatsModelsError(.lengthMismatch, "xnameFe should be a list of length \(kFe)")
    }
    if let xnameRe, xnameRe.count != covarianceCount {
      throw StatsModelsError(.lengthMismatch, "xnameRe should be a list of length \(covarianceCount)")
    }
    var summary = Summary(title: title ?? "Mixed Linear Model Regression Results")
    let sizes = model.groupSizeLimits
    let mean = model.nGroups == 0 ? .nan : Double(nobs) / Double(model.nGroups)
    summary.addDict([
      ("Model:", "MixedLM"),
      ("No. Observations:", String(nobs)),
      ("No. Groups:", String(model.nGroups)),
      ("Min. group size:", String(sizes[0])),
      ("Max. group size:", String(sizes[1])),
      ("Mean group size:", PythonFormat.fixed(mean, 1)),
      ("Dependent Variable:", yname ?? model.endogNames),
      ("Method:", method),
      ("Scale:", PythonFormat.fixed(scale, 4)),
      ("Log-Likelihood:", PythonFormat.fixed(llf, 4)),
      ("Converged:", converged ? "Yes" : "No"),
    ])
    let quantile = -Normal.ppf(alpha / 2)
    let errors = bse.values
    var rows: [[Double]] = []
    for (b, se) in zip(estimate.fixedEffects, errors) {
      let z = b / se
      rows.append([b, se, z, 2 * Normal.cdf(-abs(z)), b - quantile * se, b + quantile * se])
    }
    let covariances = relativeCovariances
    for (entry, se) in zip(layout.entries, errors.dropFirst(kFe)) {
      let value = covariances[entry.block][entry.row, entry.column] * scale
      rows.append([value, scale.squareRoot() * se, .nan, .nan, .nan, .nan])
    }
    summary.addDf(
      SummaryTable(
        index: (xnameFe ?? layout.fixedNames) + (xnameRe ?? layout.entries.map(\.name)),
        columns: [
          "Coef.", "Std.Err.", "z", "P>|z|", "[" + PythonFormat.repr(alpha / 2),
          PythonFormat.repr(1 - alpha / 2) + "]",
        ],
        cells: rows.map { $0.map { $0.isFinite ? PythonFormat.fixed($0, 3) : "" } }))
    if let monteCarlo {
      let sentence = monteCarlo.sentence
      summary.addText("Note: no exact factorisation was made; \(sentence).")
    }
    return summary
  }
}

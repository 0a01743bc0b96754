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
    summary.addDict(heading(yname: yname))
    let quantile = -Normal.ppf(alpha / 2)
    let errors = bse.values
    var rows: [[Double]] = []
    for (b, se) in zip(estimate.fixedEffects, errors) {
      let z = b / se
      rows.append([b, se, z, 2 * Normal.cdf(-abs(z)), b - quantile * se, b + quantile * se])
    }
    let values = layout.values(in: relativeCovariances, scale: scale)
    let standardErrors = bseRe.values
    let covarianceNames = xnameRe ?? layout.entries.map(\.name)
    var shownNames: [String] = []
    for (position, entry) in layout.entries.enumerated() {
      // Covariances that the form of a diagonal block rules out are no estimates.
      if entry.engineIndex == nil, !entry.isVariance { continue }
      shownNames.append(covarianceNames[position])
      rows.append([values[position], standardErrors[position], .nan, .nan, .nan, .nan])
    }
    summary.addDf(
      SummaryTable(
        index: (xnameFe ?? layout.fixedNames) + shownNames,
        columns: [
          "Coef.", "Std.Err.", "z", "P>|z|", "[" + PythonFormat.repr(alpha / 2),
          PythonFormat.repr(1 - alpha / 2) + "]",
        ],
        cells: rows.map { $0.map { $0.isFinite ? PythonFormat.fixed($0, 3) : "" } }))
    if let monteCarlo {
      let sentence = monteCarlo.sentence
      summary.addText("Note: no exact factorisation was made; \(sentence).")
    }
    for note in footnotes { summary.addText(note) }
    return summary
  }

  /// Counts and fit. Of several factors all numbers of levels stand where statsmodels has its groups.
  private func heading(yname: String?) -> [(String, String)] {
    var data = [("Model:", "MixedLM"), ("No. Observations:", String(nobs))]
    if hasSeveralFactors {
      var factors: [String] = []
      for term in terms where !factors.contains(term.group) {
        factors.append(term.group)
        data.append(("No. \(term.group):", String(term.levels)))
      }
    } else {
      let sizes = model.groupSizeLimits
      let mean = model.nGroups == 0 ? .nan : Double(nobs) / Double(model.nGroups)
      data += [
        ("No. Groups:", String(model.nGroups)), ("Min. group size:", String(sizes[0])),
        ("Max. group size:", String(sizes[1])), ("Mean group size:", PythonFormat.fixed(mean, 1)),
      ]
    }
    let fit = [
      ("Dependent Variable:", yname ?? model.endogNames), ("Method:", method),
      ("Scale:", PythonFormat.fixed(scale, 4)), ("Log-Likelihood:", PythonFormat.fixed(llf, 4)),
      ("Converged:", converged ? "Yes" : "No"),
    ]
    // The columns fill from the top: what is about the fit begins the right one, however many factors there are.
    while data.count < fit.count { data.append(("", "")) }
    return data + fit
  }

  /// What the fit has to say, where the table itself is not statsmodels' any more: at boundaries, with dropped columns,
  /// away from an optimum.
  private var footnotes: [String] {
    let kinds: Set<FitWarning.Kind> = [.convergence, .boundary, .rankDeficient, .notIdentifiable]
    let shown = warnings.filter { warning in
      kinds.contains(warning.kind)
        || warning.kind == .singular && !warnings.contains { $0.kind == .boundary }
        || warning.kind == .numerical && monteCarlo == nil
    }
    return shown.map { "Warning: \($0.message)." }
  }
}

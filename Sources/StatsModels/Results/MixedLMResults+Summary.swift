import Distributions

extension MixedLMResults {
  /// The results as tables of text: counts and fit, then one row per parameter.
  ///
  /// Covariances are in the response's units; their standard errors are statsmodels' (see ``bseRe``) without `ddf`, and
  /// those of ``varianceComponents`` with it.
  /// - Parameters:
  ///   - yname: name of the response.
  ///   - xnameFe: names of the fixed effects.
  ///   - xnameRe: names of the covariance parameters.
  ///   - title: replaces the default title.
  ///   - alpha: one less the confidence level.
  ///   - ddf: degrees of freedom of t tests in the place of z tests, see ``coefficients(ddf:alpha:)``. Not in statsmodels.
  ///   - covariance: a robust covariance of the fixed effects, with Satterthwaite's degrees of freedom unless `ddf` says
  ///     otherwise. Not in statsmodels.
  /// - Throws: ``StatsModelsError`` when the number of names is wrong, and as ``coefficients(ddf:alpha:)`` does.
  ///
  /// Python: MixedLMResults.summary
  public func summary(
    yname: String? = nil, xnameFe: [String]? = nil, xnameRe: [String]? = nil, title: String? = nil,
    alpha: Double = 0.05, ddf: DegreesOfFreedom? = nil, covariance: RobustCovariance? = nil
  ) throws -> Summary {
    let covarianceCount = layout.entries.count
    if let xnameFe, xnameFe.count != kFe {
      throw StatsModelsError(.lengthMismatch, "xnameFe should be a list of length \(kFe)")
    }
    if let xnameRe, xnameRe.count != covarianceCount {
      throw StatsModelsError(.lengthMismatch, "xnameRe should be a list of length \(covarianceCount)")
    }
    let names = (fixed: xnameFe ?? layout.fixedNames, covariances: xnameRe ?? layout.entries.map(\.name))
    var summary = Summary(title: title ?? "Mixed Linear Model Regression Results")
    if ddf != nil || covariance != nil {
      let ddf = ddf ?? .satterthwaite
      let table =
        try covariance.map { try coefficients(ddf: ddf, covariance: $0, alpha: alpha) }
        ?? coefficients(ddf: ddf, alpha: alpha)
      let fit = covariance == nil ? try fit(for: ddf) : self
      summary.addDict(fit.heading(yname: yname))
      summary.addDf(fit.summaryTable(table, names: names))
      for note in table.notes { summary.addText("Note: \(note)") }
    } else {
      summary.addDict(heading(yname: yname))
      summary.addDf(summaryTable(names: names, alpha: alpha))
    }
    if let monteCarlo {
      let sentence = monteCarlo.sentence
      summary.addText("Note: no exact factorisation was made; \(sentence).")
    }
    for note in footnotes { summary.addText(note) }
    return summary
  }

  /// statsmodels' table: z tests, and covariances with its standard errors.
  private func summaryTable(names: (fixed: [String], covariances: [String]), alpha: Double) -> SummaryTable {
    let quantile = -Normal.ppf(alpha / 2)
    let errors = bse.values
    var rows: [[Double]] = []
    for (b, se) in zip(estimate.fixedEffects, errors) {
      let z = b / se
      rows.append([b, se, z, 2 * Normal.cdf(-abs(z)), b - quantile * se, b + quantile * se])
    }
    let shown = shownEntries
    let standardErrors = bseRe.values
    for position in shown {
      rows.append([covariance(position), standardErrors[position], .nan, .nan, .nan, .nan])
    }
    for (estimate, error) in residualRows { rows.append([estimate, error, .nan, .nan, .nan, .nan]) }
    return SummaryTable(
      index: names.fixed + shown.map { names.covariances[$0] } + residualNames,
      columns: [
        "Coef.", "Std.Err.", "z", "P>|z|", "[" + PythonFormat.repr(alpha / 2),
        PythonFormat.repr(1 - alpha / 2) + "]",
      ],
      cells: rows.map { $0.map { $0.isFinite ? PythonFormat.fixed($0, 3) : "" } })
  }

  /// The table of t tests, and covariances with standard errors in their own units.
  private func summaryTable(
    _ table: CoefficientTable, names: (fixed: [String], covariances: [String])
  ) -> SummaryTable {
    let shown = shownEntries
    let errors = varianceComponents
    let rest = [String](repeating: "", count: table.headers.count - 2)
    let pairs = shown.map { (covariance($0), errors[$0].standardError) } + residualRows
    let cells = pairs.map { pair in
      [pair.0, pair.1].map { $0.isFinite ? PythonFormat.fixed($0, 3) : "" } + rest
    }
    return SummaryTable(
      index: names.fixed + shown.map { names.covariances[$0] } + residualNames, columns: table.headers,
      cells: table.cells + cells)
  }

  /// Covariance parameters without those that the form of a diagonal block rules out, which are no estimates.
  private var shownEntries: [Int] {
    layout.entries.indices.filter { layout.entries[$0].engineIndex != nil || layout.entries[$0].isVariance }
  }

  /// Names of the parameters of the residuals' variances and correlations.
  private var residualNames: [String] { residualParameters()?.names ?? [] }

  /// Their estimates and standard errors.
  private var residualRows: [(estimate: Double, error: Double)] {
    residualParameters().map { Array(zip($0.estimates, $0.standardErrors)) } ?? []
  }

  /// A covariance parameter in its own units: the response's for variances.
  private func covariance(_ position: Int) -> Double {
    layout.values(in: relativeCovariances, scale: scale)[position]
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

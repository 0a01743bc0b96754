import Distributions

extension MixedGLMResults {
  /// The results as tables of text: counts and fit, then one row per parameter, with z tests of the fixed effects and
  /// standard errors of variances in their own units.
  ///
  /// - Parameters:
  ///   - yname: name of the response.
  ///   - title: replaces the default title.
  ///   - alpha: one less the confidence level.
  public func summary(yname: String? = nil, title: String? = nil, alpha: Double = 0.05) -> Summary {
    var summary = Summary(title: title ?? "Generalized Linear Mixed Model Regression Results")
    summary.addDict(heading(yname: yname))
    summary.addDf(table(alpha: alpha))
    if let level = model.successLevel { summary.addText("Note: success is \(level).") }
    let kinds: Set<FitWarning.Kind> = [
      .convergence, .boundary, .rankDeficient, .notIdentifiable, .numerical,
    ]
    for warning in warnings where kinds.contains(warning.kind) {
      summary.addText("Warning: \(warning.message).")
    }
    return summary
  }

  private func table(alpha: Double) -> SummaryTable {
    let quantile = -Normal.ppf(alpha / 2)
    var index = layout.fixedNames
    var rows = zip(feParams.values, bseFe.values).map { b, se -> [Double] in
      let z = b / se
      return [b, se, z, 2 * Normal.cdf(-abs(z)), b - quantile * se, b + quantile * se]
    }
    func addVariance(_ name: String, _ value: Double, _ error: Double) {
      index.append(name)
      rows.append([value, error, .nan, .nan, .nan, .nan])
    }
    let values = layout.values(in: covariances)
    let errors = bseRe.values
    for (position, entry) in layout.entries.enumerated()
    where entry.engineIndex != nil || entry.isVariance {
      addVariance(entry.name, values[position], errors[position])
    }
    if let name = dispersionName { addVariance(name, dispersion, dispersionBse) }
    return SummaryTable(
      index: index,
      columns: [
        "Coef.", "Std.Err.", "z", "P>|z|", "[" + PythonFormat.repr(alpha / 2),
        PythonFormat.repr(1 - alpha / 2) + "]",
      ],
      cells: rows.map { $0.map { $0.isFinite ? PythonFormat.fixed($0, 3) : "" } })
  }

  /// What the dispersion is called, where it is estimated.
  var dispersionName: String? {
    switch family.distribution {
    case .binomial, .poisson: nil
    case .negativeBinomial: "alpha"
    case .beta: "precision"
    case .gamma, .inverseGaussian, .gaussian: "dispersion"
    }
  }

  private func heading(yname: String?) -> [(String, String)] {
    var data = [("Model:", "MixedGLM"), ("No. Observations:", String(nobs))]
    if hasSeveralFactors {
      var factors: [String] = []
      for term in terms where !factors.contains(term.group) {
        factors.append(term.group)
        data.append(("No. \(term.group):", String(term.levels)))
      }
    } else {
      let sizes = model.linear.groupSizeLimits
      data += [
        ("No. Groups:", String(model.nGroups)), ("Min. group size:", String(sizes[0])),
        ("Max. group size:", String(sizes[1])),
        ("Mean group size:", PythonFormat.fixed(Double(nobs) / Double(max(model.nGroups, 1)), 1)),
      ]
    }
    let fit = [
      ("Dependent Variable:", yname ?? model.endogNames), ("Family:", family.distribution.className),
      ("Link:", family.link.className), ("Method:", method), ("Scale:", PythonFormat.fixed(scale, 4)),
      ("Log-Likelihood:", PythonFormat.fixed(llf, 4)), ("AIC:", PythonFormat.fixed(aic, 4)),
      ("Converged:", converged ? "Yes" : "No"),
    ]
    while data.count < fit.count { data.append(("", "")) }
    return data + fit
  }
}

extension MixedGLMResults: CustomStringConvertible {
  /// The summary.
  public var description: String { summary().description }
}

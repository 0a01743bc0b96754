import Foundation

extension GLMResults {
  /// The results as tables of text: the fit, then a row for each coefficient.
  ///
  /// - Parameters:
  ///   - yname: name of the response.
  ///   - xname: names of the coefficients.
  ///   - title: replaces the default title.
  ///   - alpha: one less the confidence level.
  ///   - date: what is printed as date and time.
  ///   - timeZone: where the clock stands.
  /// - Throws: ``StatsModelsError`` for a wrong number of names.
  ///
  /// Python: GLMResults.summary
  public func summary(
    yname: String? = nil, xname: [String]? = nil, title: String? = nil, alpha: Double = 0.05,
    date: Date = Date(), timeZone: TimeZone = .current
  ) throws -> ModelSummary {
    let clock = SummaryClock(date, timeZone: timeZone)
    var summary = ModelSummary()
    summary.addTable2cols(
      title: title ?? "Generalized Linear Model Regression Results",
      left: [
        ("Dep. Variable:", yname ?? model.endogNames), ("Model:", "GLM"),
        ("Model Family:", family.distribution.className), ("Link Function:", family.link.className),
        ("Method:", "IRLS"), ("Date:", clock.date), ("Time:", clock.time),
        ("No. Iterations:", String(iterations)), ("Covariance Type:", covType.rawValue),
      ],
      right: [
        ("No. Observations:", ModelSummary.count(Double(nobs))),
        ("Df Residuals:", ModelSummary.count(dfResid)), ("Df Model:", ModelSummary.count(dfModel)),
        ("Scale:", ModelSummary.general(scale, 8, 5)),
        ("Log-Likelihood:", ModelSummary.general(llf, 8, 5)),
        ("Deviance:", ModelSummary.general(deviance, 8, 5)),
        ("Pearson chi2:", ModelSummary.general(pearsonChi2, 6, 3)),
        ("Pseudo R-squ. (CS):", ModelSummary.general(pseudoRsquared(), 6, 4)),
      ])
    try addParams(to: &summary, xname: xname, alpha: alpha)
    return summary
  }
}

extension GLMResults: CustomStringConvertible, CustomReflectable {
  /// The summary, or one line where it cannot be formed.
  public var description: String {
    (try? summary().description) ?? "GLMResults: \(family), \(nobs) rows"
  }

  /// A line: `dump` and debuggers would show every row.
  public var customMirror: Mirror { Mirror(self, children: ["model": "\(family), \(nobs) rows"]) }
}

import Foundation
import Statistics

extension RegressionResults {
  /// The results as tables of text: the fit, a row for each coefficient, tests of the residuals, notes.
  ///
  /// - Parameters:
  ///   - yname: name of the response.
  ///   - xname: names of the coefficients.
  ///   - title: replaces the default title.
  ///   - alpha: one less the confidence level.
  ///   - slim: fewer numbers.
  ///   - date: what is printed as date and time.
  ///   - timeZone: where the clock stands.
  /// - Throws: ``StatsModelsError`` for a wrong number of names.
  ///
  /// Python: RegressionResults.summary
  public func summary(
    yname: String? = nil, xname: [String]? = nil, title: String? = nil, alpha: Double = 0.05,
    slim: Bool = false, date: Date = Date(), timeZone: TimeZone = .current
  ) throws -> ModelSummary {
    let clock = SummaryClock(date, timeZone: timeZone)
    let uncentered = kConstant == 1 ? "" : " (uncentered)"
    var left = [
      ("Dep. Variable:", yname ?? model.endogNames), ("Model:", model.kind.rawValue),
      ("Method:", "Least Squares"), ("Date:", clock.date), ("Time:", clock.time),
      ("No. Observations:", ModelSummary.count(Double(nobs))),
      ("Df Residuals:", ModelSummary.count(dfResid)), ("Df Model:", ModelSummary.count(dfModel)),
      ("Covariance Type:", covType.rawValue),
    ]
    var right = [
      ("R-squared\(uncentered):", ModelSummary.fixed(rsquared, 8, 3)),
      ("Adj. R-squared\(uncentered):", ModelSummary.fixed(rsquaredAdj, 8, 3)),
      ("F-statistic:", ModelSummary.general(fvalue, 8, 4)),
      ("Prob (F-statistic):", ModelSummary.general(fPvalue, 6, 3)),
      ("Log-Likelihood:", ModelSummary.general(llf, 8, 5)), ("AIC:", ModelSummary.general(aic, 8, 4)),
      ("BIC:", ModelSummary.general(bic, 8, 4)),
    ]
    if slim {
      let shown: Set = [
        "Dep. Variable:", "Model:", "No. Observations:", "Covariance Type:", "R-squared:", "Adj. R-squared:",
        "F-statistic:", "Prob (F-statistic):",
      ]
      left = left.filter { shown.contains($0.0) }
      right = right.filter { shown.contains($0.0) }
      right += Array(repeating: ("", ""), count: max(0, left.count - right.count))
    }
    var summary = ModelSummary()
    summary.addTable2cols(
      title: title ?? model.kind.rawValue + " Regression Results", left: left, right: right)
    try addParams(to: &summary, xname: xname, alpha: alpha)
    if !slim {
      let tests = residualTests
      summary.addTable2cols(
        title: nil,
        left: [
          ("Omnibus:", ModelSummary.fixed(tests.omnibus, 6, 3)),
          ("Prob(Omnibus):", ModelSummary.fixed(tests.omnibusP, 6, 3)),
          ("Skew:", ModelSummary.fixed(tests.skew, 6, 3)),
          ("Kurtosis:", ModelSummary.fixed(tests.kurtosis, 6, 3)),
        ],
        right: [
          ("Durbin-Watson:", ModelSummary.fixed(tests.durbinWatson, 8, 3)),
          ("Jarque-Bera (JB):", ModelSummary.fixed(tests.jarqueBera, 8, 3)),
          ("Prob(JB):", ModelSummary.general(tests.jarqueBeraP, 8, 3)),
          ("Cond. No.", ModelSummary.general(conditionNumber, 8, 3)),
        ])
    }
    summary.addExtraTxt(
      ["Notes:"]
        + notes(isWrapped: false).enumerated().map { "[\($0 + 1)] \($1)" })
    return summary
  }

  /// The results in the layout of the mixed models' summary.
  ///
  /// - Parameters:
  ///   - yname: name of the response.
  ///   - xname: names of the coefficients.
  ///   - title: replaces the default title.
  ///   - alpha: one less the confidence level.
  ///   - floatFormat: Python's format of the coefficients.
  ///   - date: what is printed as date.
  ///   - timeZone: where the clock stands.
  /// - Throws: ``StatsModelsError`` for a wrong number of names, and a format that is none.
  ///
  /// Python: RegressionResults.summary2
  public func summary2(
    yname: String? = nil, xname: [String]? = nil, title: String? = nil, alpha: Double = 0.05,
    floatFormat: String = "%.4f", date: Date = Date(), timeZone: TimeZone = .current
  ) throws -> Summary {
    let uncentered = kConstant == 1 ? "" : " (uncentered)"
    let names: [RegressionModel.Kind: String] = [
      .ols: "Ordinary", .wls: "Weighted", .gls: "Generalized",
    ]
    var summary = Summary(title: title ?? "Results: \(names[model.kind] ?? "") least squares")
    let whole = { (x: Double) in PythonPadding.right(PythonFormat.fixed(x, 0), 6) }
    summary.addDict([
      ("Model:", model.kind.rawValue), ("Dependent Variable:", yname ?? model.endogNames),
      ("Date:", SummaryClock(date, timeZone: timeZone).stamp), ("No. Observations:", whole(Double(nobs))),
      ("Df Model:", whole(dfModel)), ("Df Residuals:", whole(dfResid)),
      ("R-squared\(uncentered):", ModelSummary.fixed(rsquared, 8, 3)),
      ("Adj. R-squared\(uncentered):", ModelSummary.fixed(rsquaredAdj, 8, 3)),
      ("AIC:", ModelSummary.fixed(aic, 8, 4)), ("BIC:", ModelSummary.fixed(bic, 8, 4)),
      ("Log-Likelihood:", ModelSummary.general(llf, 8, 5)),
      ("F-statistic:", ModelSummary.general(fvalue, 8, 4)),
      ("Prob (F-statistic):", ModelSummary.general(fPvalue, 6, 3)),
      ("Scale:", ModelSummary.general(scale, 8, 5)),
    ])
    summary.addDf(try coefficientTable(xname: xname, alpha: alpha, floatFormat: floatFormat))
    let tests = residualTests
    let three = { (x: Double) in PythonFormat.fixed(x, 3) }
    summary.addDict([
      ("Omnibus:", three(tests.omnibus)), ("Prob(Omnibus):", three(tests.omnibusP)),
      ("Skew:", three(tests.skew)), ("Kurtosis:", three(tests.kurtosis)),
      ("Durbin-Watson:", three(tests.durbinWatson)), ("Jarque-Bera (JB):", three(tests.jarqueBera)),
      ("Prob(JB):", three(tests.jarqueBeraP)), ("Condition No.:", PythonFormat.fixed(conditionNumber, 0)),
    ])
    summary.addText("Notes:")
    for (i, note) in notes(isWrapped: true).enumerated() { summary.addText("[\(i + 1)] \(note)") }
    return summary
  }

  /// statsmodels' sentences about the fit; those that are wrapped later have its source's spaces, others line breaks.
  private func notes(isWrapped: Bool) -> [String] {
    let indent = String(repeating: " ", count: 16)
    var notes: [String] = []
    if kConstant == 0 {
      notes.append(
        "R² is computed without centering (uncentered) since the \(isWrapped ? indent : "")"
          + "model does not contain a constant.")
    }
    notes.append(robust.note)
    if model.exog.rows < model.exog.columns {
      notes.append("The input rank is higher than the number of observations.")
    }
    let smallest = eigenvals.last ?? 0
    let number = { (x: Double) in PythonPadding.right(PythonFormat.general(x, 3), 6) }
    if smallest < 1e-10 {
      notes.append(
        isWrapped
          ? "The smallest eigenvalue is \(number(smallest)). This might indicate that\(indent)there are strong "
            + "multicollinearity problems or that the design\(indent)matrix is singular."
          : "The smallest eigenvalue is \(number(smallest)). This might indicate that there are\nstrong "
            + "multicollinearity problems or that the design matrix is singular.")
    } else if conditionNumber > 1000 {
      notes.append(
        isWrapped
          ? "The condition number is large, \(number(conditionNumber)). This might indicate\(indent)that there are strong "
            + "multicollinearity or other numerical\(indent)problems."
          : "The condition number is large, \(number(conditionNumber)). This might indicate that there are\nstrong "
            + "multicollinearity or other numerical problems.")
    }
    return notes
  }

  /// What the summary says of the residuals.
  private var residualTests: ResidualTests { ResidualTests(estimate.wresid) }
}

extension LikelihoodModelResults {
  /// Coefficients, errors, tests and limits in a table of text.
  func coefficientTable(xname: [String]?, alpha: Double, floatFormat: String) throws -> SummaryTable {
    guard let format = PythonFormat.parse(floatFormat) else {
      throw StatsModelsError(
        .invalidArgument, "'\(floatFormat)' is no number format; give one such as '%.4f' or '%.3g'",
        values: [floatFormat])
    }
    let limits = confInt(alpha: alpha).values
    let columns = [
      params.values, bse.values, tvalues.values, pvalues.values, limits.column(0), limits.column(1),
    ]
    let letter = useT ? "t" : "z"
    return SummaryTable(
      index: try checkedNames(xname),
      columns: [
        "Coef.", "Std.Err.", letter, "P>|\(letter)|", "[" + PythonFormat.repr(alpha / 2),
        PythonFormat.repr(1 - alpha / 2) + "]",
      ], cells: params.values.indices.map { i in columns.map { format($0[i]) } })
  }
}

/// Tests whether residuals are normal and unrelated to their neighbours.
///
/// Python: statsmodels.stats.stattools
public struct ResidualTests: Sendable {
  /// D'Agostino and Pearson's statistic; nan below 8 values. Python: stattools.omni_normtest
  public let omnibus: Double
  /// Its p-value.
  public let omnibusP: Double
  /// Jarque and Bera's statistic. Python: stattools.jarque_bera
  public let jarqueBera: Double
  /// Its p-value.
  public let jarqueBeraP: Double
  /// The skewness.
  public let skew: Double
  /// The kurtosis, 3 of the normal distribution.
  public let kurtosis: Double
  /// Squares of differences of neighbours over squares: 2 without autocorrelation. Python: stattools.durbin_watson
  public let durbinWatson: Double

  /// The tests of residuals in their order.
  public init(_ resid: [Double]) {
    let n = Double(resid.count)
    let omni = resid.count < 8 ? nil : try? stats.normaltest(resid)
    (omnibus, omnibusP) = (omni?.statistic ?? .nan, omni?.pvalue ?? .nan)
    skew = (try? stats.skew(resid)) ?? .nan
    kurtosis = 3 + ((try? stats.kurtosis(resid)) ?? .nan)
    jarqueBera = n / 6 * (skew * skew + (kurtosis - 3) * (kurtosis - 3) / 4)
    jarqueBeraP = stats.chi2.sf(jarqueBera, 2)
    let steps = zip(resid.dropFirst(), resid).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    durbinWatson = steps / resid.reduce(0) { $0 + $1 * $1 }
  }
}

/// Squares of differences of neighbours over squares: 2 without autocorrelation.
///
/// Python: statsmodels.stats.stattools.durbin_watson
public func durbinWatson(_ resids: [Double]) -> Double { ResidualTests(resids).durbinWatson }

extension RegressionResults: CustomStringConvertible, CustomReflectable {
  /// The summary, or one line where it cannot be formed.
  public var description: String {
    (try? summary().description) ?? "RegressionResults: \(model.kind.rawValue), \(nobs) rows"
  }

  /// A line: `dump` and debuggers would show every row.
  public var customMirror: Mirror {
    Mirror(self, children: ["model": "\(model.kind.rawValue) of \(model.endogNames), \(nobs) rows"])
  }
}

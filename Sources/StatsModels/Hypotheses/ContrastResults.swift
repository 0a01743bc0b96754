import Distributions
import LinearAlgebra

/// The outcome of a test of linear hypotheses about parameters.
///
/// `tTest` gives one estimate, standard error and z or t statistic per hypothesis; `fTest` and `waldTest` give
/// one F or χ² statistic for all hypotheses together. `print(results.tTest(…))` shows the table.
///
/// Python: ContrastResults
public struct ContrastResults: Sendable, Equatable {
  /// The distribution of the statistic under the hypothesis.
  public enum Distribution: String, Sendable {
    /// Student's t.
    case t
    /// The standard normal.
    case norm
    /// Fisher's F.
    case f = "F"
    /// χ².
    case chi2
  }

  /// The distribution of the statistic under the hypothesis.
  ///
  /// Python: ContrastResults.distribution
  public let distribution: Distribution
  /// The estimate of each linear combination; nil for joint tests.
  ///
  /// Python: ContrastResults.effect
  public let effect: [Double]?
  /// The standard error of each ``effect``; nil for joint tests.
  ///
  /// Python: ContrastResults.sd
  public let sd: [Double]?
  /// One t or z statistic per hypothesis, the estimate less the hypothesised value over the standard error; or the one
  /// F or χ² statistic.
  ///
  /// Python: ContrastResults.statistic
  public let statistic: [Double]
  /// One p-value per element of ``statistic``; two-sided for t and z.
  ///
  /// Python: ContrastResults.pvalue
  public let pvalue: [Double]
  /// Degrees of freedom: of the numerator of F.
  ///
  /// Python: ContrastResults.df_num
  public let dfNum: Double?
  /// Degrees of freedom: of t, of the denominator of F, or (as in statsmodels) of χ².
  ///
  /// Python: ContrastResults.df_denom
  public let dfDenom: Double?
  /// The names of the hypotheses, `c0`, `c1`, …; nil for joint tests.
  ///
  /// Python: ContrastResults.c_names
  public let cNames: [String]?
  /// What the test wants its user to know, such as hypotheses that depend on each other. Not in statsmodels, which
  /// prints it.
  public private(set) var warnings: [FitWarning] = []

  /// The results of separate tests: z tests, or t tests when `dfDenom` is given; `values` are the hypothesised ones, zero
  /// if nil.
  package init(effect: [Double], sd: [Double], values: [Double]? = nil, dfDenom: Double? = nil) {
    let distance = values.map { zip(effect, $0).map { $0 - $1 } } ?? effect
    let statistic = zip(distance, sd).map { $0 / $1 }
    self.effect = effect
    self.sd = sd
    self.statistic = statistic
    self.dfDenom = dfDenom
    dfNum = nil
    cNames = effect.indices.map { "c\($0)" }
    if let dfDenom {
      distribution = .t
      pvalue = statistic.map { 2 * StudentT(dfDenom).sf($0.magnitude) }
    } else {
      distribution = .norm
      pvalue = statistic.map { 2 * Normal.sf($0.magnitude) }
    }
  }

  /// The result of a joint F test.
  package init(fvalue: Double, dfNum: Double, dfDenom: Double, warnings: [FitWarning] = []) {
    self.warnings = warnings
    distribution = .f
    (effect, sd, cNames) = (nil, nil, nil)
    statistic = [fvalue]
    pvalue = [FDistribution(dfNum, dfDenom).sf(fvalue)]
    self.dfNum = dfNum
    self.dfDenom = dfDenom
  }

  /// The result of a joint χ² test with `df` degrees of freedom.
  package init(chi2: Double, df: Double, warnings: [FitWarning] = []) {
    self.warnings = warnings
    distribution = .chi2
    (effect, sd, cNames, dfNum) = (nil, nil, nil, nil)
    statistic = [chi2]
    pvalue = [ChiSquared(df).sf(chi2)]
    dfDenom = df
  }

  /// The same as ``statistic``.
  ///
  /// Python: ContrastResults.tvalue
  public var tvalue: [Double] { statistic }

  /// The F statistic; nil for other tests.
  ///
  /// Python: ContrastResults.fvalue
  public var fvalue: Double? { distribution == .f ? statistic.first : nil }

  /// The parameters of the distribution: (df) of t, (df_num, df_denom) of F, (df) of χ², none of the normal.
  ///
  /// Python: ContrastResults.dist_args
  public var distArgs: [Double] { [dfNum, dfDenom].compactMap { $0 } }

  /// Confidence intervals of the effects at level 1 - alpha: one row (low, high) per hypothesis.
  ///
  /// - Throws: ``StatsModelsError`` `.notAvailable` for joint tests.
  ///
  /// Python: ContrastResults.conf_int
  public func confInt(alpha: Double = 0.05) throws -> Matrix {
    guard let effect, let sd else { throw notSeparate("confidence intervals") }
    let q = dfDenom.map { StudentT($0).ppf(1 - alpha / 2) } ?? Normal.ppf(1 - alpha / 2)
    var result = Matrix(rows: effect.count, columns: 2)
    for i in effect.indices {
      result[i, 0] = effect[i] - q * sd[i]
      result[i, 1] = effect[i] + q * sd[i]
    }
    return result
  }

  /// The table of separate tests with one row per hypothesis.
  ///
  /// Columns `coef`, `std err`, `z` (or `t`), `P>|z|`, `Conf. Int. Low`, `Conf. Int. Upp.`.
  ///
  /// - Throws: ``StatsModelsError`` for joint tests and for a wrong number of names.
  ///
  /// Python: ContrastResults.summary_frame
  public func summaryFrame(xname: [String]? = nil, alpha: Double = 0.05) throws -> LabeledMatrix {
    guard let effect, let sd else { throw notSeparate("a table") }
    let names = try checkedNames(xname)
    let interval = try confInt(alpha: alpha)
    let letter = distribution == .t ? "t" : "z"
    return LabeledMatrix(
      index: names,
      columns: ["coef", "std err", letter, "P>|\(letter)|", "Conf. Int. Low", "Conf. Int. Upp."],
      values: Matrix(
        rows: effect.count, columns: 6, columnMajor: effect + sd + statistic + pvalue + interval.storage))
  }

  /// The table of separate tests as text, or one line for a joint test.
  ///
  /// `title` replaces "Test for Constraints"; an empty title leaves the line out.
  ///
  /// - Throws: ``StatsModelsError`` for a wrong number of names.
  ///
  /// Python: ContrastResults.summary
  public func summary(xname: [String]? = nil, alpha: Double = 0.05, title: String? = nil) throws -> String {
    guard effect != nil else { return jointText }
    return text(
      try summaryFrame(xname: xname, alpha: alpha), alpha: alpha, title: title ?? "Test for Constraints")
  }

  private func checkedNames(_ names: [String]?) throws -> [String] {
    let names = names ?? cNames ?? []
    guard names.count == statistic.count else {
      throw StatsModelsError(
        .lengthMismatch, "xname has \(names.count) names for \(statistic.count) hypotheses",
        values: [String(names.count), String(statistic.count)])
    }
    return names
  }

  private func notSeparate(_ what: String) -> StatsModelsError {
    StatsModelsError(.notAvailable, "\(what) exist for t and z tests only, not for a joint test")
  }
}

// MARK: - Text

extension ContrastResults: CustomStringConvertible {
  /// ``summary(xname:alpha:title:)`` with its defaults.
  public var description: String {
    guard effect != nil, let frame = try? summaryFrame() else { return jointText }
    return text(frame, alpha: 0.05, title: "Test for Constraints")
  }

  private var jointText: String {
    let value = PythonFormat.repr(statistic.first ?? .nan)
    let p = PythonFormat.repr(pvalue.first ?? .nan)
    let denominator = PythonFormat.general(dfDenom ?? .nan, 3)
    if distribution == .f {
      let numerator = PythonFormat.general(dfNum ?? .nan, 3)
      return "<F test: F=\(value), p=\(p), df_denom=\(denominator), df_num=\(numerator)>"
    }
    return "<Wald test (chi2): statistic=\(value), p-value=\(p), df_denom=\(denominator)>"
  }

  private func text(_ frame: LabeledMatrix, alpha: Double, title: String) -> String {
    let letter = distribution == .t ? "t" : "z"
    let rows = frame.index.indices.map { i -> [String] in
      let row = frame.values.row(i)
      return [
        Self.number(row[0], digits: 4, width: 10), Self.number(row[1], digits: 3, width: 9),
        Self.number(row[2], digits: 3, width: 9), PythonPadding.right(PythonFormat.fixed(row[3], 3), 6),
        Self.number(row[4], digits: 3, width: 11), Self.number(row[5], digits: 3, width: 11),
      ]
    }
    var table = SimpleTable(
      rows: rows,
      headers: [
        "coef", "std err", letter, "P>|\(letter)|", "[" + PythonFormat.repr(alpha / 2),
        PythonFormat.repr(1 - alpha / 2) + "]",
      ],
      stubs: frame.index)
    table.title = title
    return table.asText(
      style: SimpleTable.TextStyle(above: "=", below: "=", headerAlignment: .right, minimumWidth: 10))
  }

  /// Fixed decimals, or significant digits for numbers that are too large or too small for that.
  private static func number(_ x: Double, digits: Int, width: Int) -> String {
    let outside = x.magnitude >= 1e4 || x.magnitude < 1e-4
    let text = outside ? PythonFormat.general(x, digits) : PythonFormat.fixed(x, digits)
    return PythonPadding.right(text, width)
  }
}

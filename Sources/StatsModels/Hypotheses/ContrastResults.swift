import Distributions
import LinearAlgebra

/// Tests of linear hypotheses about parameters, each by itself: what `tTest` gives.
///
/// One estimate, standard error and z or t statistic per hypothesis; `print(results.tTest(…))` shows the table. Joint
/// tests give ``JointTestResults``.
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

  /// The distribution of the statistics under the hypothesis.
  ///
  /// Python: ContrastResults.distribution
  public let distribution: Distribution
  /// The estimate of each linear combination.
  ///
  /// Python: ContrastResults.effect
  public let effect: [Double]
  /// The standard error of each ``effect``.
  ///
  /// Python: ContrastResults.sd
  public let sd: [Double]
  /// One t or z statistic per hypothesis: the estimate less the hypothesised value, over the standard error.
  ///
  /// Python: ContrastResults.statistic
  public let statistic: [Double]
  /// One two-sided p-value per element of ``statistic``.
  ///
  /// Python: ContrastResults.pvalue
  public let pvalue: [Double]
  /// Degrees of freedom of each t; infinite for z. Not in statsmodels.
  public let df: [Double]
  /// Degrees of freedom of t where all hypotheses have the same; nil for z.
  ///
  /// Python: ContrastResults.df_denom
  public let dfDenom: Double?
  /// The names of the hypotheses, `c0`, `c1`, ….
  ///
  /// Python: ContrastResults.c_names
  public let cNames: [String]
  /// What a reader should know, such as a refit. Not in statsmodels.
  public private(set) var notes: [String] = []

  /// The results of separate tests: z tests, or t tests when `dfDenom` is given; `values` are the hypothesised ones, zero
  /// if nil.
  package init(effect: [Double], sd: [Double], values: [Double]? = nil, dfDenom: Double? = nil) {
    let df = dfDenom.map { value in effect.map { _ in value } }
    self.init(effect: effect, sd: sd, values: values, df: df, common: dfDenom)
  }

  /// t tests with degrees of freedom of their own.
  init(_ rows: [FixedEffectsInference.Combination], values: [Double], inference: FixedEffectsInference) {
    let df = inference.method == .infinite ? nil : rows.map(\.df)
    self.init(
      effect: rows.map(\.estimate), sd: rows.map(\.standardError), values: values, df: df,
      common: inference.method == .residual ? inference.fit.dfResid : nil)
    notes = inference.notes
  }

  private init(effect: [Double], sd: [Double], values: [Double]?, df: [Double]?, common: Double?) {
    let distance = values.map { zip(effect, $0).map { $0 - $1 } } ?? effect
    self.effect = effect
    self.sd = sd
    statistic = zip(distance, sd).map { $0 / $1 }
    distribution = df == nil ? .norm : .t
    self.df = df ?? effect.map { _ in .infinity }
    dfDenom = common
    cNames = effect.indices.map { "c\($0)" }
    pvalue = zip(statistic, self.df).map { ReferenceT.pValue($0, df: $1) }
  }

  /// The same as ``statistic``.
  ///
  /// Python: ContrastResults.tvalue
  public var tvalue: [Double] { statistic }

  /// The parameters of the distribution: (df) of t, none of the normal.
  ///
  /// Python: ContrastResults.dist_args
  public var distArgs: [Double] { dfDenom.map { [$0] } ?? [] }

  /// Confidence intervals of the effects at level 1 - alpha: one row (low, high) per hypothesis.
  ///
  /// Python: ContrastResults.conf_int
  public func confInt(alpha: Double = 0.05) -> Matrix {
    var result = Matrix(rows: effect.count, columns: 2)
    for i in effect.indices {
      let q = ReferenceT.quantile(alpha: alpha, df: df[i])
      result[i, 0] = effect[i] - q * sd[i]
      result[i, 1] = effect[i] + q * sd[i]
    }
    return result
  }

  /// The table with one row per hypothesis.
  ///
  /// Columns `coef`, `std err`, `z` (or `t`), `P>|z|`, `Conf. Int. Low`, `Conf. Int. Upp.`, and `df` where hypotheses have
  /// degrees of freedom of their own.
  ///
  /// - Throws: ``StatsModelsError`` for a wrong number of names.
  ///
  /// Python: ContrastResults.summary_frame
  public func summaryFrame(xname: [String]? = nil, alpha: Double = 0.05) throws -> LabeledMatrix {
    let names = try checkedNames(xname)
    let letter = distribution == .t ? "t" : "z"
    var columns = ["coef", "std err", letter, "P>|\(letter)|", "Conf. Int. Low", "Conf. Int. Upp."]
    var values = effect + sd + statistic + pvalue + confInt(alpha: alpha).storage
    if hasOwnDegrees {
      columns.append("df")
      values += df
    }
    return LabeledMatrix(
      index: names, columns: columns,
      values: Matrix(rows: effect.count, columns: columns.count, columnMajor: values))
  }

  /// Whether the degrees of freedom are those of each hypothesis.
  private var hasOwnDegrees: Bool { distribution == .t && dfDenom == nil }

  /// The table as text.
  ///
  /// `title` replaces "Test for Constraints"; an empty title leaves the line out.
  ///
  /// - Throws: ``StatsModelsError`` for a wrong number of names.
  ///
  /// Python: ContrastResults.summary
  public func summary(xname: [String]? = nil, alpha: Double = 0.05, title: String? = nil) throws -> String {
    text(
      try summaryFrame(xname: xname, alpha: alpha), alpha: alpha, title: title ?? "Test for Constraints")
  }

  private func checkedNames(_ names: [String]?) throws -> [String] {
    let names = names ?? cNames
    guard names.count == statistic.count else {
      throw StatsModelsError(
        .lengthMismatch, "xname has \(names.count) names for \(statistic.count) hypotheses",
        values: [String(names.count), String(statistic.count)])
    }
    return names
  }
}

// MARK: - Text

extension ContrastResults: CustomStringConvertible {
  /// ``summary(xname:alpha:title:)`` with its defaults.
  public var description: String {
    guard let frame = try? summaryFrame() else { return "" }
    return text(frame, alpha: 0.05, title: "Test for Constraints")
  }

  private func text(_ frame: LabeledMatrix, alpha: Double, title: String) -> String {
    let letter = distribution == .t ? "t" : "z"
    let rows = frame.index.indices.map { i -> [String] in
      let row = frame.values.row(i)
      return [
        Self.number(row[0], digits: 4, width: 10), Self.number(row[1], digits: 3, width: 9),
        Self.number(row[2], digits: 3, width: 9), PythonPadding.right(PythonFormat.fixed(row[3], 3), 6),
        Self.number(row[4], digits: 3, width: 11), Self.number(row[5], digits: 3, width: 11),
      ] + row.dropFirst(6).map { PythonFormat.fixed($0, 2) }
    }
    var table = SimpleTable(
      rows: rows,
      headers: [
        "coef", "std err", letter, "P>|\(letter)|", "[" + PythonFormat.repr(alpha / 2),
        PythonFormat.repr(1 - alpha / 2) + "]",
      ] + (hasOwnDegrees ? ["df"] : []),
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

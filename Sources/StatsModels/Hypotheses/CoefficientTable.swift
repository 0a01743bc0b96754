import DataFrames
import LinearAlgebra

/// Fixed effects with degrees of freedom, t tests and intervals. Not in statsmodels.
///
/// ```swift
/// print(try results.coefficients(ddf: .kenwardRoger))
/// ```
public struct CoefficientTable: Sendable, Equatable {
  /// How degrees of freedom were counted.
  public let ddf: DegreesOfFreedom
  /// The columns of the fixed design.
  public let names: [String]
  /// The coefficients; nan where a column was dropped because it depends on others, as in all that follows.
  public let estimate: [Double]
  /// Their standard errors.
  public let se: [Double]
  /// Degrees of freedom; infinite where the normal distribution is the reference.
  public let df: [Double]
  /// Estimates over standard errors.
  public let t: [Double]
  /// Two-sided p-values.
  public let p: [Double]
  /// Lower limits of the intervals.
  public let lower: [Double]
  /// Upper limits.
  public let upper: [Double]
  /// One less the confidence level of the limits.
  public let alpha: Double
  /// What a reader should know, such as a refit.
  public let notes: [String]

  init(
    names: [String], rows: [FixedEffectsInference.Combination], ddf: DegreesOfFreedom, notes: [String],
    alpha: Double
  ) {
    self.ddf = ddf
    self.notes = notes
    self.names = names
    self.alpha = alpha
    estimate = rows.map(\.estimate)
    se = rows.map(\.standardError)
    df = rows.map(\.df)
    t = rows.map { $0.estimate / $0.standardError }
    p = zip(t, df).map { ReferenceT.pValue($0, df: $1) }
    let widths = rows.map { ReferenceT.quantile(alpha: alpha, df: $0.df) * $0.standardError }
    lower = zip(estimate, widths).map { $0 - $1 }
    upper = zip(estimate, widths).map { $0 + $1 }
  }

  /// The numbers of a coefficient by name; nil for another name.
  public func get(_ name: String) -> (estimate: Double, se: Double, df: Double, t: Double, p: Double)? {
    names.firstIndex(of: name).map { (estimate[$0], se[$0], df[$0], t[$0], p[$0]) }
  }

  /// Columns `name`, `estimate`, `se`, `df`, `t`, `p`, `lower`, `upper`.
  public var frame: DataFrame {
    let numbers = [
      ("estimate", estimate), ("se", se), ("df", df), ("t", t), ("p", p), ("lower", lower), ("upper", upper),
    ]
    let columns = [Column(name: "name", names)] + numbers.map { Column(name: $0, $1) }
    return (try? DataFrame(columns: columns)) ?? DataFrame()
  }
}

extension CoefficientTable: CustomStringConvertible {
  /// The rows in the columns of a summary, and the notes.
  public var description: String {
    ([table.simpleTable().asText()] + notes.map { "Note: \($0)" }).joined(separator: "\n")
  }

  /// Headers of a summary's columns.
  var headers: [String] {
    let limits = ["[" + PythonFormat.repr(alpha / 2), PythonFormat.repr(1 - alpha / 2) + "]"]
    return ddf == .infinite
      ? ["Coef.", "Std.Err.", "z", "P>|z|"] + limits : ["Coef.", "Std.Err.", "DF", "t", "P>|t|"] + limits
  }

  /// A summary's cells.
  var cells: [[String]] {
    names.indices.map { i in
      let degrees = ddf == .infinite ? [] : [Self.cell(df[i], 2)]
      let head = [Self.cell(estimate[i], 3), Self.cell(se[i], 3)]
      return head + degrees + [t[i], p[i], lower[i], upper[i]].map { Self.cell($0, 3) }
    }
  }

  private var table: SummaryTable { SummaryTable(index: names, columns: headers, cells: cells) }

  private static func cell(_ x: Double, _ decimals: Int) -> String {
    x.isFinite ? PythonFormat.fixed(x, decimals) : ""
  }
}

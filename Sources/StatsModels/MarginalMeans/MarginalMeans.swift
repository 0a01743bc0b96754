import DataFrames
import LinearAlgebra

/// One name or several: `"Machine"`, `["Machine", "Shift"]`.
public protocol FactorNames {
  /// The names.
  var factorNames: [String] { get }
}

extension String: FactorNames {
  /// The one name.
  public var factorNames: [String] { [self] }
}
extension Array: FactorNames where Element == String {
  /// The names.
  public var factorNames: [String] { self }
}

/// Means of a response at the levels of factors, averaged over all other variables, or slopes there: estimated marginal
/// means. Not in statsmodels.
///
/// ```swift
/// let means = try results.marginalMeans(of: "Machine", ddf: .kenwardRoger)
/// print(means)
/// print(try means.pairs(adjust: .tukey))
/// ```
public struct MarginalMeans: Sendable {
  /// The factors.
  public let factors: [String]
  /// Factors at each level of which families of contrasts stand by themselves.
  public let by: [String]
  /// The number whose slope is taken; nil for means.
  public let variable: String?
  /// The levels of each row, one column for each factor.
  public let levels: DataFrame
  /// The means, or slopes; nan where the data determine none, as in all that follows.
  public let mean: [Double]
  /// Their standard errors.
  public let se: [Double]
  /// Degrees of freedom; infinite where the normal distribution is the reference.
  public let df: [Double]
  /// Lower limits of the intervals, each by itself.
  public let lower: [Double]
  /// Upper limits.
  public let upper: [Double]
  /// One less the confidence level of the limits.
  public let alpha: Double
  /// How degrees of freedom were counted.
  public let ddf: DegreesOfFreedom
  /// Whether means are those of the linear predictor or, after generalised models, of the response.
  public let type: MeanScale
  /// What a reader should know, such as interactions that were averaged over.
  public let notes: [String]
  /// Rows over the fixed effects; nan where there is none.
  let functions: Matrix
  /// What means have beside them: the mean of an offset.
  let offset: Double
  let inference: FixedEffectsInference
  /// The way back to the response, of means on its scale.
  let response: ResponseScale?

  /// The rows over the fixed effects whose products with the coefficients the means are, on the scale of the linear
  /// predictor.
  public var linearFunctions: LabeledMatrix {
    LabeledMatrix(index: labels, columns: inference.fit.layout.fixedNames, values: functions)
  }

  /// Number of means.
  public var count: Int { mean.count }

  init(
    names: (factors: [String], by: [String], variable: String?), levels: DataFrame, functions: Matrix,
    offset: Double = 0, inference: FixedEffectsInference, response: ResponseScale? = nil, alpha: Double,
    notes: [String]
  ) {
    (factors, by, variable) = names
    self.levels = levels
    self.functions = functions
    self.offset = offset
    self.inference = inference
    self.alpha = alpha
    self.notes = notes + inference.notes
    ddf = inference.method
    type = response == nil ? .link : .response
    self.response = response
    let rows = inference.combinations(functions)
    df = rows.map(\.df)
    let intervals = rows.map { row in
      let (mean, width) = (
        row.estimate + offset, ReferenceT.quantile(alpha: alpha, df: row.df) * row.standardError
      )
      return ScaledInterval(
        estimate: mean, se: row.standardError, lower: mean - width, upper: mean + width)
    }.map { response?.mean($0) ?? $0 }
    mean = intervals.map(\.estimate)
    se = intervals.map(\.se)
    lower = intervals.map(\.lower)
    upper = intervals.map(\.upper)
  }

  /// The levels, then `mean` (or `trend`; on the response's scale `prob`, `rate` or `response`), `se`, `df`, `lower`,
  /// `upper`.
  public var frame: DataFrame {
    let numbers = [
      (variable == nil ? response?.meanName ?? "mean" : "trend", mean), ("se", se), ("df", df),
      ("lower", lower), ("upper", upper),
    ]
    return (try? DataFrame(columns: levels.columns + numbers.map { Column(name: $0, $1) })) ?? levels
  }

  /// The levels of each row in words, numbers with their factor's name, as contrasts show them.
  var labels: [String] {
    (0..<count).map { row in
      factors.map { factor in
        let text = Self.label(levels[factor][row], of: factor)
        // What reads as arithmetic stands apart from the contrast's own.
        return text.contains { "-+/*".contains($0) } ? "(\(text))" : text
      }.joined(separator: " ")
    }
  }

  static func label(_ level: ColumnValue?, of factor: String) -> String {
    switch level {
    case nil: "missing"
    case .string(let text)?: Double(text) == nil ? text : factor + text
    case .double(let number)?: factor + (Int(exactly: number).map(String.init) ?? PythonFormat.repr(number))
    case .integer(let number)?: factor + String(number)
    case .boolean(let truth)?: factor + (truth ? "True" : "False")
    }
  }

  /// Rows of one level of ``by`` each.
  var families: [[Int]] {
    guard count > 0 else { return [] }
    // Of the factors all levels follow each other, those of `by` are slowest.
    let size = factors.reduce(1) { $0 * Set((0..<count).map { [name = $1] in levels[name][$0] }).count }
    return stride(from: 0, to: count, by: max(size, 1)).map { Array($0..<min($0 + size, count)) }
  }
}

extension MarginalMeans: CustomStringConvertible {
  /// The table and the notes.
  public var description: String {
    ([frame.description] + notes.map { "Note: \($0)" }).joined(separator: "\n")
  }
}

extension ReferenceGrid {
  /// The values of some variables in each cell.
  func levels(of focal: [Int], cells: [[Int]]) throws -> DataFrame {
    try DataFrame(
      columns: focal.enumerated().map { place, position in
        variables[position].values.rows(cells.map { $0[place] })
      }, rowLabels: RowLabels(count: cells.count))
  }
}

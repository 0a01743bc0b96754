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
  /// What a reader should know, such as interactions that were averaged over.
  public let notes: [String]
  /// Rows over the fixed effects; nan where there is none.
  let functions: Matrix
  let inference: FixedEffectsInference

  /// The rows over the fixed effects whose products with the coefficients the means are.
  public var linearFunctions: LabeledMatrix {
    LabeledMatrix(index: labels, columns: inference.results.layout.fixedNames, values: functions)
  }

  /// Number of means.
  public var count: Int { mean.count }

  init(
    names: (factors: [String], by: [String], variable: String?), levels: DataFrame, functions: Matrix,
    inference: FixedEffectsInference, alpha: Double, notes: [String]
  ) {
    (factors, by, variable) = names
    self.levels = levels
    self.functions = functions
    self.inference = inference
    self.alpha = alpha
    self.notes = notes + inference.notes
    ddf = inference.method
    let rows = inference.combinations(functions)
    mean = rows.map(\.estimate)
    se = rows.map(\.standardError)
    df = rows.map(\.df)
    let widths = rows.map { ReferenceT.quantile(alpha: alpha, df: $0.df) * $0.standardError }
    lower = zip(mean, widths).map { $0 - $1 }
    upper = zip(mean, widths).map { $0 + $1 }
  }

  /// The levels, then `mean` (or `trend`), `se`, `df`, `lower`, `upper`.
  public var frame: DataFrame {
    let numbers = [
      (variable == nil ? "mean" : "trend", mean), ("se", se), ("df", df), ("lower", lower), ("upper", upper),
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

  static func label(_ level: Level?, of factor: String) -> String {
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

extension MixedLMResults {
  /// Marginal means of factors. Not in statsmodels.
  ///
  /// Means are those of predictions on a grid: all combinations of the levels of the factors in the fixed effects and the
  /// means of the numbers there; a number with at most two values stands at both.
  /// - Parameters:
  ///   - factors: one variable of the fixed effects or several; also in emmeans' spelling, `"~ A * B | C"`.
  ///   - by: variables at each level of which contrasts are families of their own.
  ///   - values: values of variables, `["age": [8, 14]]`, instead of levels and means.
  ///   - averaging: weights of the combinations of the other variables.
  ///   - ddf: how degrees of freedom are counted; there is no switch to the normal distribution in large samples.
  ///   - alpha: one less the confidence level.
  /// - Returns: a row for each combination, the first factor's levels varying fastest; nan where the data determine no mean.
  /// - Throws: ``StatsModelsError`` for unknown variables and levels, models of arrays, and as ``coefficients(ddf:alpha:)``
  ///   does.
  public func marginalMeans(
    of factors: any FactorNames, by: (any FactorNames)? = nil,
    at values: [String: any ColumnConvertible] = [:],
    averaging: Averaging = .equal, ddf: DegreesOfFreedom = .satterthwaite, alpha: Double = 0.05
  ) throws -> MarginalMeans {
    try requireLevel(alpha: alpha)
    let names = try Self.focalNames(factors, by)
    let grid = try ReferenceGrid(self, at: values)
    let focal = try grid.positions(names.factors + names.by)
    let inference = try inference(ddf)
    let (cells, rows) = grid.means(of: focal, averaging: averaging)
    return MarginalMeans(
      names: (names.factors, names.by, nil), levels: try grid.levels(of: focal, cells: cells),
      functions: rows,
      inference: inference, alpha: alpha, notes: interactionNotes(grid, focal: focal))
  }

  /// Slopes of a number at the levels of factors. Not in statsmodels.
  ///
  /// Derivatives of predictions on the grid of ``marginalMeans(of:by:at:averaging:ddf:alpha:)``, exact for terms that are
  /// linear or quadratic in the number.
  /// - Parameters:
  ///   - factors: one variable of the fixed effects or several.
  ///   - variable: the number.
  ///   - by: variables at each level of which contrasts are families of their own.
  ///   - values: values of variables, also of the number itself, which else stands at its mean.
  ///   - averaging: weights of the combinations of the other variables.
  ///   - ddf: how degrees of freedom are counted.
  ///   - alpha: one less the confidence level.
  /// - Throws: ``StatsModelsError`` for a variable that is no number in the fixed effects, and as
  ///   ``marginalMeans(of:by:at:averaging:ddf:alpha:)`` does.
  public func marginalTrends(
    of factors: any FactorNames, variable: String, by: (any FactorNames)? = nil,
    at values: [String: any ColumnConvertible] = [:], averaging: Averaging = .equal,
    ddf: DegreesOfFreedom = .satterthwaite, alpha: Double = 0.05
  ) throws -> MarginalMeans {
    try requireLevel(alpha: alpha)
    let names = try Self.focalNames(factors, by)
    let source = try ReferenceGrid.source(of: self)
    guard source.fixedVariables.contains(variable) else {
      throw StatsModelsError(
        .missingColumn,
        NearestNames.message("variable of the fixed effects", variable, among: source.fixedVariables),
        values: [variable])
    }
    let numbers = (source.data[variable].doubles ?? []).filter(\.isFinite)
    guard source.data[variable].isNumeric, !source.isCategoricalEffect(variable), let least = numbers.min(),
      let largest = numbers.max()
    else {
      throw StatsModelsError(
        .invalidArgument, "'\(variable)' is a factor: slopes are those of numbers", values: [variable])
    }
    var values = values
    if values[variable] == nil { values[variable] = [numbers.reduce(0, +) / Double(numbers.count)] }
    // A step at which neither rounding nor the third derivative has six digits.
    let step = 1e-4 * (largest > least ? largest - least : max(abs(largest), 1))
    let above = try ReferenceGrid(self, at: values, shift: (variable, step))
    let below = try ReferenceGrid(self, at: values, shift: (variable, -step))
    let focal = try above.positions(names.factors + names.by)
    let (cells, upper) = above.means(of: focal, averaging: averaging)
    let rows = (0.5 / step) * (upper - below.means(of: focal, averaging: averaging).rows)
    return MarginalMeans(
      names: (names.factors, names.by, variable), levels: try above.levels(of: focal, cells: cells),
      functions: rows,
      inference: try inference(ddf), alpha: alpha,
      notes: interactionNotes(above, focal: focal, variable: variable))
  }

  private static func focalNames(
    _ factors: any FactorNames, _ by: (any FactorNames)?
  ) throws -> (factors: [String], by: [String]) {
    var names = (factors.factorNames, by?.factorNames ?? [])
    if names.0.count == 1, let spelled = FactorSpelling(names.0[0]) {
      names = (spelled.factors, spelled.by + names.1)
    }
    let all = names.0 + names.1
    guard !names.0.isEmpty, Set(all).count == all.count else {
      throw StatsModelsError(
        .invalidArgument, "means take one factor at least and each once, not \(shortList(all))", values: all)
    }
    return names
  }

  /// Interactions of the factors with variables that are averaged over.
  private func interactionNotes(_ grid: ReferenceGrid, focal: [Int], variable: String? = nil) -> [String] {
    let own = Set(focal.map { grid.variables[$0].name }).union([variable].compactMap { $0 })
    let averaged = grid.variables.filter { !own.contains($0.name) && $0.count > 1 }.map(\.name)
    let involved = averaged.filter { other in
      fixedTermList.contains { term in
        let names = Set(term.categories.union(term.numbers).flatMap(\.variableNames))
        return names.contains(other) && !names.isDisjoint(with: own)
      }
    }
    if involved.isEmpty { return [] }
    return [
      "\(own.sorted().joined(separator: ", ")): averaged over \(involved.joined(separator: ", ")) in spite of interactions, "
        + "which may mislead; take the means by \(involved.joined(separator: ", "))."
    ]
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

import DataFrames
import Foundation
import LinearAlgebra
import MixedModels
import Patsy

/// What all shards of a model share: formulas, levels and codings, what transforms remember, and the constants that are
/// subtracted before anything is summed.
///
/// It is learned from data, or from a part of them that has all levels, and handed to everyone who sums up a part:
/// ```swift
/// let design = try AggregateDesign(formula: "Weight ~ Time + (1 | Pig)", data: data)
/// let parts = try [data.head(400), data.tail(461)].map { try Aggregates(design: design, data: $0) }
/// let results = try MixedLM(aggregates: Aggregates(merging: parts)).fit()
/// ```
/// Not in statsmodels.
public struct AggregateDesign: Sendable {
  let arguments: AggregateArguments
  let plan: FormulaPlan
  let environment: EvalEnvironment
  let response: DesignInfo
  let fixed: DesignInfo
  /// Per block of the plan; nil for a plain intercept.
  let effects: [DesignInfo?]
  let keys: [AggregateKey]
  /// Numerical factors of variance components.
  let componentNumbers: [EvalFactor]
  let entries: AggregateEntries
  /// Per entry what is subtracted from it, 0 of the column of ones, and the power of two that it is multiplied by.
  var shifts: [Double]
  var scales: [Double]
  /// Types of the columns of files, so that each part of a file is read alike.
  var types: [String: ColumnType] = [:]
  /// Coefficients of the entries by which the response is replaced with what they leave of it before it is summed; nil for
  /// the response itself.
  var explainedEntries: [Double]?

  /// The formula. Python: MixedLM.formula
  public var formula: String { arguments.formula }

  /// What a model needs of its data before they are summed up.
  ///
  /// - Parameters:
  ///   - formula: as of `MixedLM.fromFormula`.
  ///   - data: rows with all levels of the categorical variables.
  ///   - groups: column of the groups; the empty text puts all rows in one group.
  ///   - reFormula: effects of the groups, or of several factors.
  ///   - vcFormula: variance components; each a product of factors, `0 + C(a)`.
  ///   - reCovariance: forms of covariances by factor.
  ///   - weights: column of prior weights.
  ///   - offset: column that is added to the linear predictor.
  ///   - missing: what happens to rows with missing values.
  ///   - environment: values and functions that the formulas name.
  /// - Throws: `PatsyError` with the place in the formula, ``StatsModelsError`` for data that do not fit.
  public init(
    formula: String, data: DataFrame, groups: String? = nil, reFormula: ReFormula? = nil,
    vcFormula: [String: String]? = nil, reCovariance: [String: CovarianceStructure]? = nil,
    weights: String? = nil, offset: String? = nil, missing: MissingHandling = .none,
    environment: EvalEnvironment = EvalEnvironment()
  ) throws {
    let arguments = AggregateArguments(
      formula: formula, groups: groups, reFormula: reFormula, vcFormula: vcFormula,
      reCovariance: reCovariance,
      weights: weights, offset: offset, missing: missing)
    try self.init(arguments, environment: environment) { CollectionOfOne(data) }
  }

  /// - Parameter chunks: the data in parts, called for anew for each pass.
  init<Chunks: Sequence>(
    _ arguments: AggregateArguments, environment: EvalEnvironment, chunks: () throws -> Chunks
  ) throws where Chunks.Element == DataFrame {
    let plan = try arguments.plan(environment: environment)
    let rows = AggregateRows(arguments: arguments, plan: plan)
    guard !plan.fixed.lhsTermlist.isEmpty else {
      throw StatsModelsError(
        .unsupportedFormula, "the formula '\(plan.formula)' has no response: write it before '~'",
        values: [plan.formula])
    }
    guard let first = try chunks().first(where: { $0.rowCount > 0 }) else {
      throw StatsModelsError(.notEnoughData, "there are no rows to fit: the data are empty")
    }
    let sample = try rows.selected(first).data
    let coded = plan.blocks.map { $0.effects == [.intercept] ? nil : $0.effects }
    let termlists = [plan.fixed.lhsTermlist, plan.fixed.rhsTermlist] + coded.compactMap(\.self)
    let infos = try FormulaRemedies(data: first, missing: arguments.missing).adding {
      // Chunks that cannot be used are refused below, with the reason.
      try DesignInfo.learn(termlists, environment: environment, NAAction: .raise) {
        try chunks().lazy.compactMap { try? rows.selected($0).data }
      }
    }
    var next = 2
    let effects = coded.map { terms -> DesignInfo? in
      guard terms != nil else { return nil }
      next += 1
      return infos[next - 1]
    }
    try self.init(
      arguments: arguments, plan: plan, environment: environment, response: infos[0], fixed: infos[1],
      effects: effects, components: Self.components(plan, sample, environment))
    try learnShifts(chunks)
  }

  /// - Parameter components: factors of the variance components, and whether each is categorical.
  init(
    arguments: AggregateArguments, plan: FormulaPlan, environment: EvalEnvironment, response: DesignInfo,
    fixed: DesignInfo, effects: [DesignInfo?], components: [(factor: EvalFactor, isCategorical: Bool)]
  ) throws {
    self.arguments = arguments
    self.plan = plan
    self.environment = environment
    self.response = response
    self.fixed = fixed
    self.effects = effects
    componentNumbers = components.filter { !$0.isCategorical }.map(\.factor)
    try Self.check(response, plan)
    entries = AggregateEntries(
      response: response, fixed: fixed, effects: effects, components: componentNumbers)
    var keys = entries.categorical.map { AggregateKey(kind: .design, code: $0.code) }
    for block in plan.blocks {
      for factor in block.grouping?.factors ?? [] { keys.append(.init(kind: .grouping, code: factor.code)) }
    }
    if arguments.isSingleGroup {
      keys.append(.init(kind: .single, code: "Group"))
    } else if let column = arguments.groups {
      keys.append(.init(kind: .column, code: column))
    }
    for (factor, isCategorical) in components where isCategorical {
      keys.append(.init(kind: .component, code: factor.code))
    }
    var seen = Set<AggregateKey>()
    self.keys = keys.filter { seen.insert($0).inserted }
    shifts = [Double](repeating: 0, count: entries.width)
    scales = [Double](repeating: 1, count: entries.width)
  }

  private static func check(_ response: DesignInfo, _ plan: FormulaPlan) throws {
    let isNumeric = response.factorInfos?.values.allSatisfy { $0.type == .numerical } ?? false
    guard response.columnNames.count == 1, isNumeric else {
      let name = plan.fixed.lhsTermlist.map(\.name).joined(separator: " + ")
      throw StatsModelsError(
        .nonNumericResponse,
        "the response '\(name)' has \(response.columnNames.count) columns, or is no number (bool or str): use one "
          + "numeric column",
        values: [name])
    }
  }

  /// The factors of the variance components, each of which must be a product of categories and at most one number.
  private static func components(
    _ plan: FormulaPlan, _ data: DataFrame, _ environment: EvalEnvironment
  ) throws -> [(factor: EvalFactor, isCategorical: Bool)] {
    let coding = FactorCoding(data: data, environment: environment)
    return try plan.components.flatMap { component -> [(factor: EvalFactor, isCategorical: Bool)] in
      if component.terms == [.intercept] { return [] }
      var numbers = 0
      let parts = try component.terms.first.map { term in
        try term.factors.map { factor -> (factor: EvalFactor, isCategorical: Bool)? in
          switch try coding.component(factor) {
          case .categorical: return (factor, true)
          case .numeric:
            numbers += 1
            return (factor, false)
          case .other: return nil
          }
        }
      }
      guard component.terms.count == 1, let parts, !parts.isEmpty, parts.allSatisfy({ $0 != nil }),
        numbers <= 1
      else {
        throw StatsModelsError(
          .unsupportedFormula,
          "vcFormula \"\(component.formula)\" of '\(component.name)' is evaluated group by group, which sums cannot "
            + "tell: write a product of factors without an intercept, \"0 + C(a)\", or fit from rows",
          values: [component.name])
      }
      return parts.compactMap(\.self)
    }
  }

  /// Passes once over the data for means and sizes of the entries.
  private mutating func learnShifts<Chunks: Sequence>(_ chunks: () throws -> Chunks) throws
  where Chunks.Element == DataFrame {
    var statistics = [EntryStatistics](repeating: EntryStatistics(), count: entries.width)
    for data in try chunks() {
      guard let values = try AggregateRows(design: self).values(data) else { continue }
      for (entry, column) in values.columns.enumerated() { statistics[entry + 1].add(column) }
      types.merge(data.columns.map { ($0.name, $0.type) }) { $0 == $1 ? $0 : Self.wider($0, $1) }
    }
    guard statistics.dropFirst().allSatisfy({ $0.count > 0 }) else {
      throw StatsModelsError(
        .notEnoughData, "there are no rows to fit: the data are empty, or all rows were dropped")
    }
    set(statistics)
  }

  /// Takes the constants from means and sizes of the entries, the first being that of ones.
  mutating func set(_ statistics: [EntryStatistics]) {
    shifts = statistics.map(\.shift)
    scales = statistics.map(\.scale)
    shifts[0] = 0
    scales[0] = 1
  }

  /// The type that holds the values of both.
  static func wider(_ a: ColumnType, _ b: ColumnType) -> ColumnType {
    let numeric: Set<ColumnType> = [.integer, .double]
    return numeric.contains(a) && numeric.contains(b) ? .double : .string
  }
}

/// Mean and size of an entry.
struct EntryStatistics: Sendable {
  var count = 0
  var mean = 0.0
  var least = Double.infinity
  var largest = -Double.infinity

  mutating func add(_ values: [Double]) {
    for value in values { add(value) }
  }

  mutating func add(_ value: Double) {
    count += 1
    mean += (value - mean) / Double(count)
    least = min(least, value)
    largest = max(largest, value)
  }

  /// What is subtracted: near the mean, and of few digits, so that it is printed and read without loss. Rounded to a part
  /// of the spread that is a power of two.
  var shift: Double {
    guard count > 0, mean.isFinite else { return 0 }
    let spread = max(largest - mean, mean - least)
    guard spread > 0, spread.isFinite else { return least.isFinite ? least : 0 }
    let unit = Double(sign: .plus, exponent: max(Int(spread.exponent) - 5, -1000), significand: 1)
    let rounded = (mean / unit).rounded() * unit
    return rounded.isFinite ? rounded : 0
  }

  /// A power of two for numbers whose products leave the range of doubles, else 1.
  var scale: Double {
    let size = max(abs(largest - shift), abs(least - shift))
    guard size > 0, size.isFinite, abs(Int(size.exponent)) > 200 else { return 1 }
    return Double(sign: .plus, exponent: max(-1000, min(1000, -Int(size.exponent))), significand: 1)
  }
}

import DataFrames
import Patsy
import SQLModels

/// The statements by which a database sums up a model, to be read before they are run.
///
/// Numbers that only the data tell stand as parameters, `:shift_1` and so on, one for each entry: near the mean that the
/// statement before gives; of `center` and `standardize` `:mean_1` and `:deviation_1`. Every statement is one SELECT of counts and sums; none selects a row.
/// ```swift
/// let plan = try SQLPlan(
///   formula: "y ~ x + (1 | g)", source: .table("sales"),
///   schema: [.init(name: "y", kind: .double), .init(name: "x", kind: .double), .init(name: "g", kind: .text)],
///   dialect: .duckDB)
/// for statement in plan.statements { print(statement) }
/// ```
/// Not in statsmodels.
public struct SQLPlan: Sendable {
  /// The statements, in the order in which they are run.
  public let statements: [String]

  /// - Parameters:
  ///   - formula: as of `MixedLM.fromFormula`.
  ///   - source: where the rows are.
  ///   - schema: the source's columns.
  ///   - dialect: how the database writes SQL.
  ///   - groups: column of the groups; the empty text puts all rows in one group.
  ///   - reFormula: effects of the groups, or of several factors.
  ///   - vcFormula: variance components; each a product of factors, `0 + C(a)`.
  ///   - reCovariance: forms of covariances by factor.
  ///   - weights: column of prior weights.
  ///   - offset: column that is added to the linear predictor.
  ///   - whereClause: a condition on rows.
  ///   - missing: what happens to rows with missing values.
  /// - Throws: `PatsyError` with the place of what SQL cannot compute, ``StatsModelsError`` and `SQLError` for the rest.
  public init(
    formula: String, source: SQLSource, schema: [SQLColumn], dialect: SQLDialect, groups: String? = nil,
    reFormula: ReFormula? = nil, vcFormula: [String: String]? = nil,
    reCovariance: [String: CovarianceStructure]? = nil, weights: String? = nil, offset: String? = nil,
    whereClause: SQLCondition? = nil, missing: MissingHandling = .none
  ) throws {
    let arguments = AggregateArguments(
      formula: formula, groups: groups, reFormula: reFormula, vcFormula: vcFormula,
      reCovariance: reCovariance,
      weights: weights, offset: offset, missing: missing)
    var query = try SQLModelQuery(
      arguments: arguments, environment: EvalEnvironment(), source: source, columns: schema, dialect: dialect,
      condition: whereClause)
    let countsAtOnce = try query.countsAtOnce()
    var statements = countsAtOnce ? [] : [try query.census()]
    if let levels = try query.levels() { statements.append(levels.sql) }
    while let argument = try query.neededMoment() {
      let number = query.factors.translator.moments.count + 1
      let names = ["mean", "deviation"].map { dialect.parameter("\($0)_\(number)") }
      statements.append(try query.moments(of: argument, mean: nil))
      statements.append(try query.moments(of: argument, mean: names[0]))
      // The design takes numbers, any will do.
      query.factors.translator.moments[argument] = .init(mean: 0, deviation: 1, parameters: names)
    }
    let design = try query.design(levels: [:])
    statements.append(
      try countsAtOnce ? query.census(with: design.entries) : query.statistics(design.entries))
    let shifts = (0..<design.entries.width).map { dialect.parameter("shift_\($0)") }
    statements += try query.sums(design, shifts: shifts).parts.map(\.sql)
    self.statements = statements
  }
}

extension SQLModelQuery {
  /// The argument of a transform whose moments are not known yet.
  func neededMoment() throws -> String? {
    for factor in designFactors {
      do { _ = try factors.design(factor) } catch let needed as SQLMomentsNeeded { return needed.argument }
    }
    return nil
  }

  /// The design, learned from the levels of the variables alone.
  ///
  /// - Parameter levels: of the categorical variables, by name; two of any where nothing is known.
  func design(levels: [String: [ColumnValue]]) throws -> AggregateDesign {
    let isKnown = !levels.isEmpty
    let count = max(levels.values.map(\.count).max() ?? 2, 2)
    var columns: [Column] = []
    for column in variables {
      let own = levels[column.name] ?? []
      if !own.isEmpty {
        columns.append(try Self.column(column.name, of: own, count: count))
        continue
      }
      let storage: any ColumnConvertible
      switch column.kind {
      case .boolean: storage = (0..<count).map { $0 % 2 == 0 }
      case .text:
        storage = isKnown ? (0..<count).map { _ in "a" } : (0..<count).map { $0 % 2 == 0 ? "a" : "b" }
      // A number at which usual functions are defined.
      case .integer: storage = (0..<count).map { $0 % 2 }
      default: storage = (0..<count).map { 0.25 + Double($0 % 2) / 2 }
      }
      columns.append(Column(name: column.name, storage: storage.columnStorage(broadcastTo: count)))
    }
    if columns.isEmpty { columns = [Column(name: "", [Int](repeating: 0, count: count))] }
    let frame = try DataFrame(columns: columns)
    let infos = try FormulaRemedies(data: frame, missing: arguments.missing).adding {
      try DesignInfo.learn(termlists, over: frame, environment: factors.environment, NAAction: .drop)
    }
    let remembered = try infos.map { try remembering($0) }
    var next = 2
    let effects = plan.blocks.map { block -> DesignInfo? in
      if block.effects == [.intercept] { return nil }
      next += 1
      return remembered[next - 1]
    }
    return try AggregateDesign(
      arguments: arguments, plan: plan, environment: factors.environment, response: remembered[0],
      fixed: remembered[1], effects: effects, components: components())
  }

  /// The design with the moments of the data in place of those of the levels.
  private func remembering(_ info: DesignInfo) throws -> DesignInfo {
    let moments = factors.translator.moments
    if moments.isEmpty { return info }
    return try info.remembering { argument in
      guard let sql = try? factors.translator.translate(argument).sql, let known = moments[sql] else {
        return nil
      }
      return (known.mean, known.deviation)
    }
  }

  private static func column(_ name: String, of levels: [ColumnValue], count: Int) throws -> Column {
    let repeated = (0..<count).map { levels[$0 % levels.count] }
    var integers: [Int] = []
    var doubles: [Double] = []
    var texts: [String] = []
    var truths: [Bool] = []
    for level in repeated {
      switch level {
      case .integer(let value):
        integers.append(value)
        doubles.append(Double(value))
      case .double(let value): doubles.append(value)
      case .string(let value): texts.append(value)
      case .boolean(let value): truths.append(value)
      }
    }
    if integers.count == count { return Column(name: name, integers) }
    if doubles.count == count { return Column(name: name, doubles) }
    if texts.count == count { return Column(name: name, texts) }
    if truths.count == count { return Column(name: name, truths) }
    throw StatsModelsError(
      .invalidArgument,
      "the column '\(name)' holds values of several types: cast it to one in a query or view",
      values: [name])
  }
}

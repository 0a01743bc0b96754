import DataFrames
import Patsy
import SQLModels

/// The statements that a model takes of a database, in the order in which they are run.
struct SQLModelQuery: Sendable {
  let arguments: AggregateArguments
  let plan: FormulaPlan
  let source: SQLSource
  let condition: SQLCondition?
  var factors: SQLFactors
  var dialect: SQLDialect { factors.translator.dialect }

  init(
    arguments: AggregateArguments, environment: EvalEnvironment, source: SQLSource, columns: [SQLColumn],
    dialect: SQLDialect, condition: SQLCondition?
  ) throws {
    self.arguments = arguments
    plan = try arguments.plan(environment: environment)
    self.source = source
    self.condition = condition
    factors = SQLFactors(
      translator: SQLTranslator(dialect: dialect, columns: columns), environment: environment)
    if let condition, condition.sql.allSatisfy(\.isWhitespace) {
      throw StatsModelsError(
        .invalidArgument, "the condition on rows is empty: write one, or leave it out for all rows")
    }
    guard !plan.fixed.lhsTermlist.isEmpty else {
      throw StatsModelsError(
        .unsupportedFormula, "the formula '\(plan.formula)' has no response: write it before '~'",
        values: [plan.formula])
    }
  }

  /// The terms of response, fixed part and random parts.
  var termlists: [[Term]] {
    [plan.fixed.lhsTermlist, plan.fixed.rhsTermlist]
      + plan.blocks.map(\.effects).filter { $0 != [.intercept] }
  }

  /// Factors of the designs, each once.
  var designFactors: [EvalFactor] {
    var seen = Set<EvalFactor>()
    return termlists.joined().flatMap(\.factors).filter { seen.insert($0).inserted }
  }

  /// Columns of the database that the model names, by name.
  var variables: [SQLColumn] {
    var names = Set(plan.variableNames)
    for name in [arguments.isSingleGroup ? nil : arguments.groups, arguments.weights, arguments.offset] {
      if let name { names.insert(name) }
    }
    return names.sorted().compactMap(factors.translator.column)
  }

  /// Factors of variance components, and whether each has levels.
  func components() throws -> [(factor: EvalFactor, isCategorical: Bool)] {
    try plan.components.flatMap { component -> [(factor: EvalFactor, isCategorical: Bool)] in
      if component.terms == [.intercept] { return [] }
      guard component.terms.count == 1, let term = component.terms.first, !term.factors.isEmpty else {
        throw StatsModelsError(
          .unsupportedFormula,
          "vcFormula \"\(component.formula)\" of '\(component.name)' is evaluated group by group, which SQL cannot: "
            + "write a product of factors without an intercept, \"0 + C(a)\", or fit from rows",
          values: [component.name])
      }
      return try term.factors.map { ($0, try factors.design($0).isCategorical) }
    }
  }

  // MARK: - Statements

  /// FROM and WHERE.
  private func rows(drops: Bool) throws -> String {
    var conditions = condition.map { [$0.clause] } ?? []
    if drops {
      for column in variables {
        let quoted = try dialect.quoted(column.name)
        conditions.append("\(quoted) IS NOT NULL")
        if column.kind == .double, let isNaN = dialect.isNaN(dialect.double(quoted)) {
          conditions.append("NOT (\(isNaN))")
        }
      }
    }
    if let weights = arguments.weights {
      conditions.append("\(try dialect.quoted(weights)) <> 0")
    }
    let clause = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
    return "FROM \(try source.sql(dialect))\(clause)"
  }

  /// In how many rows a column has no value.
  private func missingCount(_ column: SQLColumn, _ sql: String) -> String {
    guard column.kind == .double, let isNaN = dialect.isNaN(dialect.double(sql)) else {
      return "COUNT(*) - COUNT(\(sql))"
    }
    return "SUM(CASE WHEN \(sql) IS NULL OR \(isNaN) THEN 1 ELSE 0 END)"
  }

  /// Whether one scan can count missing values and take means and limits: nothing that they depend on is counted first.
  func countsAtOnce() throws -> Bool {
    try !arguments.drops && arguments.weights == nil && neededMoment() == nil && levels() == nil
  }

  /// Counts all rows, and those in which each variable is missing; of SQLite also the type of each variable's greatest
  /// value, or smallest of texts: numbers are smaller than texts.
  ///
  /// - Parameter entries: those whose ``statistics(_:)`` follow; nil for none.
  func census(with entries: AggregateEntries? = nil) throws -> String {
    var columns: [String] = []
    var parts = ["COUNT(*)"]
    for (position, column) in variables.enumerated() {
      columns.append("\(try dialect.quoted(column.name)) AS c\(position)")
      parts.append(missingCount(column, "c\(position)"))
    }
    if dialect == .sqlite {
      for (position, column) in variables.enumerated() {
        parts.append("typeof(\(column.kind == .text ? "MIN" : "MAX")(c\(position)))")
      }
    }
    if let entries {
      for entry in 1..<entries.width {
        columns.append("\(try value(of: entry, entries)) AS m\(entry)")
        parts += limits(of: entry)
      }
    }
    let clause = condition.map { " WHERE \($0.clause)" } ?? ""
    return
      "WITH v AS (SELECT \(columns.joined(separator: ", ")) FROM \(try source.sql(dialect))\(clause)) "
      + "SELECT \(parts.joined(separator: ", ")) FROM v"
  }

  /// The levels of the categorical variables of the designs, with their numbers of rows; nil where there are none.
  func levels() throws -> (sql: String, variables: [SQLColumn])? {
    let columns = try levelledColumns()
    if columns.isEmpty { return nil }
    let keys = try columns.map { try factors.grouping(column: $0.name).key }
    let list = keys.joined(separator: ", ")
    return (
      "SELECT \(list), COUNT(*) \(try rows(drops: arguments.drops)) GROUP BY \(list)", columns
    )
  }

  /// The categorical variables of the designs.
  func levelledColumns() throws -> [SQLColumn] {
    var seen = Set<String>()
    return try designFactors.compactMap { factor in
      do {
        guard case .levels(let column, _) = try factors.design(factor), seen.insert(column.name).inserted
        else { return nil }
        return column
      } catch is SQLMomentsNeeded { return nil }
    }
  }

  /// Mean, limits and number of missing values of an entry. Of doubles that are nan or infinite one of the first three is
  /// no finite number.
  private func limits(of entry: Int) -> [String] {
    ["AVG(m\(entry))", "MIN(m\(entry))", "MAX(m\(entry))", "COUNT(*) - COUNT(m\(entry))"]
  }

  /// Number of rows, then mean, limits and number of missing values of each entry.
  func statistics(_ entries: AggregateEntries) throws -> String {
    var parts = ["COUNT(*)"] + (1..<entries.width).flatMap(limits)
    if arguments.weights != nil {
      parts += ["MIN(w)", "MAX(w)", "SUM(LN(w))", "SUM(\(dialect.number(1)) / w)"]
    }
    let columns = try (1..<entries.width).map { "\(try value(of: $0, entries)) AS m\($0)" } + weightColumn()
    return
      "WITH v AS (SELECT \(columns.joined(separator: ", ")) \(try rows(drops: arguments.drops))) "
      + "SELECT \(parts.joined(separator: ", ")) FROM v"
  }

  /// In how many rows an entry is nan or infinite.
  func notFinite(_ entry: Int, _ entries: AggregateEntries) throws -> String {
    "WITH v AS (SELECT \(try value(of: entry, entries)) AS m \(try rows(drops: arguments.drops))) "
      + "SELECT SUM(CASE WHEN \(dialect.isNotFinite("m")) THEN 1 ELSE 0 END) FROM v"
  }

  private func weightColumn() throws -> [String] {
    try arguments.weights.map { ["\(try factors.number(column: $0, argument: "weights")) AS w"] } ?? []
  }

  /// Mean, and then the mean square from it, of an argument of `center` or `standardize`.
  ///
  /// - Parameter mean: the mean as SQL; nil where it is asked for.
  func moments(of argument: String, mean: String?) throws -> String {
    guard let mean else {
      return "SELECT AVG(\(argument)), COUNT(\(argument)) \(try rows(drops: arguments.drops))"
    }
    let deviation = "(\(argument) - \(mean))"
    return "SELECT AVG(\(deviation)), AVG(\(deviation) * \(deviation)) \(try rows(drops: arguments.drops))"
  }

  /// An entry, neither shifted nor scaled.
  func value(of entry: Int, _ entries: AggregateEntries) throws -> String {
    let isResponse = entry == entries.width - 1
    let monomial = isResponse ? entries.response : entries.monomials[entry - 1]
    let parts = try monomial.map { number -> String in
      guard case .number(let sql) = try factors.design(number.factor) else {
        throw StatsModelsError(
          .nonNumericResponse, "'\(number.factor.name)' is no number, and one is needed here",
          values: [number.factor.name])
      }
      return sql
    }
    let product = parts.count > 1 ? "(\(parts.joined(separator: " * ")))" : parts.first ?? dialect.number(1)
    guard isResponse, let offset = arguments.offset else { return product }
    return "(\(product) - \(try factors.number(column: offset, argument: "offset")))"
  }

  /// The key of each of a design's keys.
  func translated(_ key: AggregateKey, _ design: AggregateDesign) throws -> SQLFactors.Translated? {
    switch key.kind {
    case .single: return nil
    case .column: return try factors.grouping(column: key.code)
    case .design:
      guard let factor = designFactors.first(where: { $0.code == key.code }) else { return nil }
      return try factors.design(factor)
    case .grouping, .component:
      guard let factor = plan.factor(code: key.code) else { return nil }
      return try factors.grouping(factor)
    }
  }

  /// The sums of each cell: its keys, its number of rows, then products of entries.
  ///
  /// - Parameter shifts: what is subtracted from each entry, as SQL; nil for the design's own.
  func sums(_ design: AggregateDesign, shifts: [String]? = nil) throws -> SQLSums {
    let entries = design.entries
    var columns: [String] = []
    var keys: [String] = []
    for (position, key) in design.keys.enumerated() {
      guard let translated = try translated(key, design) else { continue }
      columns.append("\(translated.key) AS k\(position)")
      keys.append("k\(position)")
    }
    for entry in 1..<entries.width {
      let shift = shifts?[entry] ?? dialect.number(design.shifts[entry])
      let scale = design.scales[entry] == 1 ? "" : " * \(dialect.number(design.scales[entry]))"
      columns.append("(\(try value(of: entry, entries)) - \(shift))\(scale) AS m\(entry)")
    }
    columns += try weightColumn()
    let head = "WITH v AS (SELECT \(columns.joined(separator: ", ")) \(try rows(drops: arguments.drops)))"
    return SQLSums(
      head: head, keys: keys, width: entries.width,
      participants: [0] + entries.participants.subtracting([0]).sorted(),
      isWeighted: arguments.weights != nil,
      explained: design.explainedEntries.map { list in list.map { dialect.number($0) } })
  }

  /// Whether levels may be pooled by their numbers of rows: those of a lone random intercept.
  func canPoolLevels(_ design: AggregateDesign) -> Bool {
    let entries = design.entries
    return design.keys.count == 1 && [.grouping, .column].contains(design.keys[0].kind)
      && entries.participants.isSubset(of: [0]) && arguments.weights == nil
      && PooledLevels.sumCount(entries.width - 1) <= SQLSums.mostSums
  }
}

/// The statements that sum up products, and where each sum belongs.
struct SQLSums: Sendable {
  /// Columns of the result that follow the keys and the count: pairs of entries, the smaller first.
  private(set) var parts: [(sql: String, pairs: [(Int, Int)])] = []
  /// The sums of ``PooledLevels``, a row for each number of rows that a level has.
  let pooled: String

  /// Sums in one statement: databases limit the columns of a result.
  static let mostSums = 400

  /// - Parameter explained: what is taken from the response, by entry.
  init(
    head: String, keys: [String], width: Int, participants: [Int], isWeighted: Bool, explained: [String]?
  ) {
    let response = width - 1
    let own = Set(participants)
    var pairs: [(Int, Int)] = []
    for a in 0..<width {
      for b in a..<width where own.contains(a) || own.contains(b) {
        // The count stands there anyway.
        if b > 0 || isWeighted { pairs.append((a, b)) }
      }
    }
    for a in 0..<width {
      for b in a..<width where !own.contains(a) && !own.contains(b) { pairs.append((a, b)) }
    }
    func name(_ entry: Int) -> String { entry == response && explained != nil ? "r" : "m\(entry)" }
    var table = "v"
    var start = head
    if let explained {
      let terms = explained.enumerated().map { $0 == 0 ? $1 : "\($1) * m\($0)" }
      start += ", u AS (SELECT v.*, m\(response) - (\(terms.joined(separator: " + "))) AS r FROM v)"
      table = "u"
    }
    let prefix = keys.isEmpty ? "" : keys.joined(separator: ", ") + ", "
    let grouping = keys.isEmpty ? "" : " GROUP BY " + keys.joined(separator: ", ")
    pooled = Self.pooled(start, from: table, grouping: grouping, entries: (1..<width).map(name))
    for begin in stride(from: 0, to: pairs.count, by: Self.mostSums) {
      let list = Array(pairs[begin..<min(begin + Self.mostSums, pairs.count)])
      let sums = list.map { a, b -> String in
        let product = [a, b].filter { $0 > 0 }.map(name).joined(separator: " * ")
        if product.isEmpty { return "SUM(w)" }
        return "SUM(\(isWeighted ? "w * " : "")\(product))"
      }
      parts.append(
        (
          "\(start) SELECT \(prefix)COUNT(*), \(sums.joined(separator: ", ")) FROM \(table)\(grouping)", list
        ))
    }
  }

  private static func pooled(
    _ start: String, from table: String, grouping: String, entries: [String]
  ) -> String {
    let pairs = entries.indices.flatMap { a in (0...a).map { (a, $0) } }
    let inner =
      entries.enumerated().map { "SUM(\($1)) AS s\($0)" }
      + pairs.map { "SUM(\(entries[$0]) * \(entries[$1])) AS p\($0)_\($1)" }
    let outer =
      entries.indices.map { "SUM(s\($0))" } + pairs.map { "SUM(s\($0) * s\($1))" }
      + pairs.map { "SUM(p\($0)_\($1))" }
    return
      "\(start), l AS (SELECT COUNT(*) AS n, \(inner.joined(separator: ", ")) FROM \(table)\(grouping)) "
      + "SELECT n, COUNT(*), \(outer.joined(separator: ", ")) FROM l GROUP BY n"
  }
}

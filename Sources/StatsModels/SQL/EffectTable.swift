import DataFrames
import LinearAlgebra
import MixedModels
import Patsy
import SQLModels

/// The predicted effects of a factor or variance component as a table of a database: columns that name the level, and
/// `u0`, `u1`, … with its effects.
struct EffectTable {
  /// A column that names levels: of the data, or a factor of the formula.
  enum Key {
    case column(String)
    case factor(EvalFactor)

    /// The column's name in the table: that of the variable, or of the factor where it is none.
    var name: String {
      guard case .factor(let factor) = self else {
        if case .column(let name) = self { return name }
        return ""
      }
      return factor.plainVariable ?? factor.name
    }

    /// What the source's rows have there.
    func translated(_ factors: SQLFactors) throws -> SQLFactors.Translated {
      switch self {
      case .column(let name): try factors.grouping(column: name)
      case .factor(let factor): try factors.grouping(factor)
      }
    }
  }

  /// The factor as written, or the component's name.
  let group: String
  let keys: [Key]
  /// The blocks whose effects it holds, in the order of the columns.
  let blocks: [Int]
  /// Of a variance component: its numeric factors, by whose product the effect is multiplied.
  let multipliers: [EvalFactor]
  /// Number of effects of a level.
  let width: Int
  /// What the keys are of each level.
  let levels: [[ColumnValue]]

  /// What a key's levels are.
  func kind(ofKey position: Int) throws -> SQLColumn.Kind {
    var kinds = Set<SQLColumn.Kind>()
    for level in levels {
      switch level[position] {
      case .string: kinds.insert(.text)
      case .integer: kinds.insert(.integer)
      case .boolean: kinds.insert(.boolean)
      case .double(let value):
        guard value.isFinite else { throw unusable(position, "a level that is no finite number") }
        kinds.insert(.double)
      }
    }
    if kinds == [.integer, .double] { return .double }
    guard kinds.count <= 1 else { throw unusable(position, "levels of several types") }
    return kinds.first ?? .integer
  }

  private func unusable(_ position: Int, _ what: String) -> StatsModelsError {
    StatsModelsError(
      .invalidArgument, "effects: '\(keys[position].name)' has \(what), which no column of a table holds",
      values: [keys[position].name])
  }
}

extension [EffectTable] {
  /// The columns that name the levels of several factors, each of another name: databases may take upper and lower case for
  /// the same.
  var keyColumns: [(name: String, key: EffectTable.Key, kind: () throws -> SQLColumn.Kind)] {
    var taken = Set<String>()
    return flatMap { table in
      table.keys.enumerated().map { position, key in
        var name = key.name
        var number = 2
        while !taken.insert(name.lowercased()).inserted {
          name = "\(key.name)_\(number)"
          number += 1
        }
        return (name, key, { try table.kind(ofKey: position) })
      }
    }
  }
}

extension EvalFactor {
  /// The variable that the factor is, as it stands or in `C(…)`, `Q("…")`; nil of what computes something.
  fileprivate var plainVariable: String? {
    guard var expression = try? expression() else { return nil }
    while true {
      switch expression {
      case .name(let name): return name
      case .call(let call) where call.bareName == "C":
        guard let inner = call.positional.first else { return nil }
        expression = inner
      case .call(let call) where call.bareName == "Q" && call.positional.count == 1:
        if case .literal(.string(let name)) = call.positional[0] { return name }
        return nil
      default: return nil
      }
    }
  }
}

extension MixedLMResults {
  /// The table of a factor's or component's effects.
  ///
  /// - Throws: ``StatsModelsError`` for what has no effects, for groups that are no column, and for results that were saved
  ///   without rows and lack the effects of some levels.
  func tableOfEffects(of group: String) throws -> EffectTable {
    try specification.requireLevels("a table of effects")
    guard let formulas = specification.source else {
      throw StatsModelsError(
        .notAvailable,
        "this model was made of arrays and knows no variables, of which SQL could compute anything")
    }
    let blocks = specification.blocks
    let table: EffectTable
    let positions = blocks.indices.filter { blocks[$0].factor != nil && blockNames($0).contains(group) }
    if let first = positions.first, let factor = blocks[first].factor {
      table = EffectTable(
        group: group, keys: try keys(of: factor, named: specification.levelName(ofBlock: first)),
        blocks: positions, multipliers: [],
        width: positions.reduce(0) { $0 + blocks[$1].width },
        levels: (0..<factor.levelCount).map(factor.levels(of:)))
    } else if let position = blocks.indices.first(where: {
      blocks[$0].isComponent && blocks[$0].group == group
    }) {
      table = try componentTable(at: position, formulas)
    } else {
      throw noEffects(of: group)
    }
    for position in table.blocks
    where specification.withheld?.effects[specification.firstTerm(of: position)].isEmpty == false {
      throw StatsModelsError(
        .notAvailable,
        "these results were saved without rows and lack the effects of some levels of '\(group)': save with rows: true",
        values: [group])
    }
    return table
  }

  /// What names the levels of a factor: the factors of its formula, or the column of the `groups` argument.
  private func keys(of factor: GroupingFactor, named name: String) throws -> [EffectTable.Key] {
    if name == "Group", specification.groupColumn == nil {
      throw StatsModelsError(
        .notAvailable,
        "the groups were given as labels, which no column of a table holds: give groups as the name of a column"
      )
    }
    guard let term = try? Term.grouping(name), term.factors.map(\.name) == factor.partNames else {
      return [.column(name)]
    }
    return term.factors.map { .factor($0) }
  }

  /// The effects of a component: of levels of its factors within each group.
  private func componentTable(
    at position: Int, _ formulas: ModelSpecification.FormulaSource
  ) throws -> EffectTable {
    let block = specification.blocks[position]
    guard let coding = block.component?.coding(groups: specification.grouping.codes),
      let formula = formulas.arguments.vcFormula?[block.group],
      let term = try ModelDesc.fromFormula(formula).rhsTermlist.first,
      term.factors.count == coding.factors.count
    else {
      throw StatsModelsError(
        .notAvailable,
        "the variance component '\(block.group)' was evaluated group by group: its effects belong to no levels",
        values: [block.group])
    }
    var keys: [EffectTable.Key] = []
    var multipliers: [EvalFactor] = []
    var levels: [[ColumnValue]] = []
    for (factor, kind) in zip(term.factors, coding.factors) {
      switch kind {
      case .categorical(_, let known):
        keys.append(.factor(factor))
        levels.append(known)
      case .numeric: multipliers.append(factor)
      }
    }
    // One group of all rows has no column.
    let top = specification.grouping
    let isSingle = top.levelCount == 1 && specification.groupColumn == nil
    let groupKeys = try isSingle ? [] : self.keys(of: top, named: specification.groupingName)
    return EffectTable(
      group: block.group, keys: groupKeys + keys, blocks: [position], multipliers: multipliers, width: 1,
      levels: coding.effects.map { effect in
        (isSingle ? [] : top.levels(of: Int(effect[0])))
          + zip(levels, effect.dropFirst()).map { $0[Int($1)] }
      })
  }

  /// Statements that make a table of the predicted effects of a factor and fill it, for ``scoringSQL(source:schema:dialect:effects:residuals:leverage:)``.
  ///
  /// A row for each level: columns of the factor's name with the level, several for `school:class` and for variance
  /// components, whose levels belong to a group; then `u0`, `u1`, … with the effects in the order of
  /// ``randomEffects(of:levels:)``.
  /// ```swift
  /// for statement in try results.effectsSQL(of: "shop", table: .table("shop_effects"), dialect: .spark) { print(statement) }
  /// ```
  /// - Parameters:
  ///   - group: the factor as written, the name of a variance component, or a pair of ``leverageTables()``.
  ///   - table: the table to be made.
  ///   - dialect: how the database writes SQL.
  ///   - replacing: whether a table of that name is dropped first; else it is the database's error.
  ///   - leverage: whether the table also gets what leverages take of a level, columns `h0`, `h1`, …: k (k + 1) / 2 + p k
  ///     numbers with k effects and p fixed ones. Of nested factors the table of the finest has them; of crossed ones a table
  ///     of pairs, `"a x b"`, has k_a k_b of each pair of levels that occurs.
  /// - Throws: ``StatsModelsError`` for what has no effects, for levels that no table holds, and for more than a million pairs.
  ///
  /// Not in statsmodels.
  public func effectsSQL(
    of group: String, table: SQLSource, dialect: SQLDialect, replacing: Bool = false, leverage: Bool = false
  ) throws -> [String] {
    try statements(
      of: group, table: table, dialect: dialect, replacing: replacing,
      tables: leverage ? leverageForms() : nil)
  }

  private func statements(
    of group: String, table: SQLSource, dialect: SQLDialect, replacing: Bool, tables: LeverageTables?
  ) throws -> [String] {
    do {
      let target = try table.target(dialect)
      if let parts = try tablesOfPair(named: group) {
        guard let tables else {
          throw StatsModelsError(
            .invalidArgument,
            "a table of pairs, '\(group)', holds nothing but what leverages take: ask for them with it, leverage: true",
            values: [group])
        }
        guard let own = try tables.bundles(ofPair: parts, named: group) else {
          return try EffectTableWriter(parts: parts, target: target, dialect: dialect).statements(
            columns: ["h0"], rows: 0, replacing: replacing, levels: { _ in [] }, numbers: { _ in [0.0] })
        }
        let (a, b) = (min(own[0], own[1]), max(own[0], own[1]))
        let pairs = try tables.levels(a, b)
        let writer = EffectTableWriter(
          parts: own[0] == a ? parts : parts.reversed(), target: target, dialect: dialect)
        let size = tables.forms.bundles[a].width * tables.forms.bundles[b].width
        let numbers = tables.forms.numbers(of: pairs, a, b)
        return try writer.statements(
          columns: (0..<size).map { "h\($0)" }, rows: pairs.count, replacing: replacing,
          levels: { [pairs[$0].0, pairs[$0].1] }, numbers: { numbers[$0 * size..<($0 + 1) * size] })
      }
      let effects = try tableOfEffects(of: group)
      let bundle = tables?.bundle(effects)
      let size = bundle.flatMap { tables?.forms.count(of: $0) } ?? 0
      let numbers = bundle.flatMap { tables?.forms.numbers(of: $0) } ?? []
      let columns = (0..<effects.width).map { "u\($0)" } + (0..<size).map { "h\($0)" }
      let modes = effects.blocks.map { self.modes[specification.firstTerm(of: $0)] }
      return try EffectTableWriter(parts: [effects], target: target, dialect: dialect).statements(
        columns: columns, rows: effects.levels.count, replacing: replacing, levels: { [$0] }
      ) { level in
        modes.flatMap { mode in (0..<mode.columns).map { level < mode.rows ? mode[level, $0] : 0 } }
          + numbers[level * size..<(level + 1) * size]
      }
    } catch let error as SQLError {
      throw StatsModelsError(.invalidArgument, error.message)
    }
  }

  /// Writes the predicted effects of factors into tables of a database, which then computes fitted values and residuals
  /// by ``scoringSQL(source:schema:dialect:effects:residuals:leverage:)``.
  ///
  /// ```swift
  /// let database = try SQLiteExecutor(path: "sales.db", access: .write)
  /// try await results.writeEffects(["shop": .table("shop_effects")], on: database)
  /// ```
  /// - Parameters:
  ///   - tables: the tables to be made, by factor as written or by name of the variance component, or by pair of ``leverageTables()``; see
  ///     ``effectsSQL(of:table:dialect:replacing:leverage:)``.
  ///   - executor: a connection that was opened for writing.
  ///   - replacing: whether tables of effects of these names are dropped first; else they are the database's error.
  ///   - leverage: whether they get what leverages take too.
  /// - Throws: ``StatsModelsError`` for what has no effects, for a connection that only reads, for tables that would be dropped
  ///   and hold anything else, and for tasks that were cancelled; the database's errors. Nothing is written then where the database has transactions for that.
  ///
  /// Not in statsmodels.
  public func writeEffects(
    _ tables: [String: SQLSource], on executor: some SQLWriter, replacing: Bool = false,
    leverage: Bool = false
  ) async throws {
    let forms = try leverage ? leverageForms() : nil
    let statements = try tables.sorted { $0.key < $1.key }.flatMap {
      try self.statements(
        of: $0.key, table: $0.value, dialect: executor.dialect, replacing: replacing, tables: forms)
    }
    do {
      for target in replacing ? tables.values.map({ $0 }) : [] {
        try await target.requireEffects(on: executor)
      }
      try await executor.write(statements)
    } catch let error as SQLError {
      throw StatsModelsError(.invalidArgument, error.message)
    } catch is CancellationError {
      throw StatsModelsError(.cancelled, "the task was cancelled while tables of effects were written")
    }
  }
}

extension SQLSource {
  /// Refuses a table that is there and no table of effects, by the names of its columns: keys, `u0`, …, `h0`, ….
  fileprivate func requireEffects(on executor: some SQLExecutor) async throws {
    let target = try target(executor.dialect)
    guard let columns = try? await executor.columns(of: "SELECT * FROM \(target)"), !columns.isEmpty else {
      return
    }
    let numbers = columns.map { $0.name.lowercased() }.drop { $0 != "u0" && $0 != "h0" }
    guard !numbers.isEmpty, numbers.allSatisfy({ $0.wholeMatch(of: /[uh][0-9]+/) != nil }) else {
      throw SQLError(
        "the table \(target) is there and holds no effects, so that it is not replaced: choose another name, or drop it"
      )
    }
  }
}

/// Writes a table of levels, or of pairs of levels, and of numbers as SQL.
private struct EffectTableWriter {
  /// The factors whose levels name a row.
  let parts: [EffectTable]
  let target: String
  let dialect: SQLDialect

  /// Bytes of a statement's rows: databases limit statements to a million or more.
  private static let mostBytes = 200_000
  /// Databases that look rows up by a key.
  private static let withKeys: Set<SQLDialect> = [.sqlite, .postgreSQL, .duckDB]

  /// - Parameters:
  ///   - columns: names of the numbers.
  ///   - levels: the level of each part in a row.
  ///   - numbers: the numbers of a row.
  func statements(
    columns: [String], rows: Int, replacing: Bool, levels: (Int) -> [Int],
    numbers: (Int) throws -> some Collection<Double>
  ) throws -> [String] {
    var names: [String] = []
    var definitions: [String] = []
    for key in parts.keyColumns {
      if columns.contains(key.name.lowercased()) {
        throw SQLError("the factor '\(key.name)' has the name of a column of effects: rename it in a view")
      }
      let name = try dialect.quoted(key.name)
      names.append(name)
      definitions.append("\(name) \(dialect.type(try key.kind())) NOT NULL")
    }
    definitions += columns.map { "\($0) \(dialect.type(.double)) NOT NULL" }
    if Self.withKeys.contains(dialect), !names.isEmpty {
      definitions.append("PRIMARY KEY (\(names.joined(separator: ", ")))")
    }
    var statements = replacing ? ["DROP TABLE IF EXISTS \(target)"] : []
    statements.append("CREATE TABLE \(target) (\(definitions.joined(separator: ", ")))")
    let head = "INSERT INTO \(target) (\((names + columns).joined(separator: ", "))) VALUES "
    let labels = try parts.map { try $0.levels.map { try $0.map(literal) } }
    var text = ""
    for row in 0..<rows {
      let cells =
        zip(labels, levels(row)).flatMap { $0[$1] } + (try numbers(row)).map { dialect.number($0) }
      let values = "(\(cells.joined(separator: ", ")))"
      if !text.isEmpty, text.utf8.count + values.utf8.count > Self.mostBytes {
        statements.append(head + text)
        text = ""
      }
      text += text.isEmpty ? values : ", \(values)"
    }
    if !text.isEmpty { statements.append(head + text) }
    return statements
  }

  private func literal(_ level: ColumnValue) throws -> String {
    if case .boolean(let truth) = level { return dialect.truth(truth) }
    return try dialect.constant(level)
  }
}

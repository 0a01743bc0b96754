import DataFrames
import Patsy
import SQLModels

extension MixedLMResults {
  /// A statement by which a database computes fitted values: every column of the source, `fitted`, and on request `resid` and
  /// `leverage`; with both also `standardized`, the residual over its standard deviation σ√((1 − h)/w).
  ///
  /// Predicted effects are those of tables that ``writeEffects(_:on:replacing:leverage:)`` made, one for each factor that is
  /// named. Levels that a table lacks, and rows that have none, have no effect; nor have factors that are not named. A row that
  /// lacks a predictor has no fitted value; only rows of the fit have a leverage.
  /// ```swift
  /// let sql = try results.scoringSQL(
  ///   source: .table("sales"), schema: schema, dialect: .duckDB, effects: ["shop": .table("shop_effects")])
  /// ```
  /// - Parameters:
  ///   - source: where the rows are.
  ///   - schema: the source's columns.
  ///   - dialect: how the database writes SQL.
  ///   - effects: tables of predicted effects by factor as written, or by name of a variance component.
  ///   - residuals: whether the response, which the source then has, less the fitted value is a column `resid`.
  ///   - leverage: whether ∂ŷ/∂y, as of ``leverage()``, is a column. The tables of ``leverageTables()`` must have been written
  ///     with `leverage: true`, and are named among the effects.
  /// - Throws: `PatsyError` with the place of what SQL cannot compute, ``StatsModelsError`` for factors that are no column,
  ///   for a source that has columns of these names, and for tables that leverages lack.
  ///
  /// Not in statsmodels.
  public func scoringSQL(
    source: SQLSource, schema: [SQLColumn], dialect: SQLDialect, effects: [String: SQLSource] = [:],
    residuals: Bool = false, leverage: Bool = false
  ) throws -> String {
    guard let formulas = specification.source else {
      throw StatsModelsError(
        .notAvailable,
        "this model was made of arrays and knows no variables, of which SQL could compute anything")
    }
    let made =
      ["fitted"] + (residuals ? ["resid"] : []) + (leverage ? ["leverage"] : [])
      + (residuals && leverage ? ["standardized"] : [])
    for name in made where schema.contains(where: { $0.name.lowercased() == name }) {
      throw StatsModelsError(
        .invalidArgument, "the source has a column '\(name)': select the others by a query", values: [name])
    }
    do {
      var translator = SQLTranslator(dialect: dialect, columns: schema)
      for info in [formulas.fixedInfo] + formulas.effectInfos.compactMap({ $0 }) { translator.learn(info) }
      let writer = ScoringWriter(
        factors: SQLFactors(translator: translator, environment: formulas.environment), schema: schema)
      let fixed = try writer.columns(formulas.fixedInfo)
      var terms = zip(fixed, estimate.fixedEffects).map {
        ([dialect.number($1.isNaN ? 0 : $1)] + $0).joined(separator: " * ")
      }
      let offset = try writer.number(specification.offset, argument: "offset")
      if let offset { terms.append(offset) }
      /// The regressors of a block's effects.
      func random(_ block: Int) throws -> [[String]] {
        if let info = formulas.effectInfos[block] { return try writer.columns(info) }
        let own = specification.blocks[block]
        return [try own.isComponent ? tableOfEffects(of: own.group).multipliers.map(writer.number) : []]
      }
      var rows = "SELECT * FROM \(try source.sql(dialect))"
      let tables = try leverage ? leverageForms() : nil
      // The number of the join that holds what leverages take of a bundle, or of a pair.
      var holders: [[Int]: Int] = [:]
      var joins = ""
      for (number, name) in effects.keys.sorted().enumerated() {
        guard let target = effects[name] else { continue }
        if let pair = try tablesOfPair(named: name) {
          guard let tables, let own = try tables.bundles(ofPair: pair, named: name) else { continue }
          holders[own.sorted()] = number
          let width = own.reduce(1) { $0 * tables.forms.bundles[$1].width }
          joins += try writer.join(pair, target, number, effects: 0, forms: width)
          continue
        }
        let table = try tableOfEffects(of: name)
        let bundle = tables?.bundle(table)
        if let bundle { holders[[bundle]] = number }
        joins += try writer.join(
          [table], target, number, effects: table.width,
          forms: bundle.flatMap { tables?.forms.count(of: $0) } ?? 0)
        let columns = try table.blocks.flatMap(random)
        terms += columns.enumerated().map { position, column in
          (["COALESCE(\(writer.effect(number, position)), \(dialect.number(0)))"] + column)
            .joined(separator: " * ")
        }
      }
      let sum = terms.isEmpty ? dialect.number(0) : terms.joined(separator: " + ")
      var own = "s.*"
      var columns = ", \(sum) AS fitted"
      let response = try made.count > 1 ? writer.response(formulas.plan.fixed.lhsTermlist) : ""
      if residuals { columns += ", \(response) - (\(sum)) AS resid" }
      let weight = try leverage ? writer.number(specification.savedWeights, argument: "weights") : nil
      if let tables {
        for (name, key) in zip(tables.names, tables.keys) where holders[key] == nil {
          throw StatsModelsError(
            .invalidArgument,
            "leverages take the table of \(key.count > 1 ? "pairs" : "effects of") '\(name)', written with them: name it among "
              + "the effects", values: [name])
        }
        var regressors = tables.forms.columns.map { fixed[$0] }
        if regressors.count > ScoringWriter.mostRepeated {
          rows = writer.naming(&regressors, of: rows)
          own = try schema.map { "s.\(try dialect.quoted($0.name))" }.joined(separator: ", ")
        }
        let relative = try LeverageSQL(
          forms: tables.forms, fixed: regressors,
          random: tables.forms.bundles.map {
            try $0.terms.flatMap { try random(specification.blockOfTerm[$0]) }
          }, dialect: dialect
        ).relative(
          level: { writer.form(holders[[$0]] ?? 0, $1) }, pair: { writer.form(holders[[$0, $1]] ?? 0, $2) })
        // A row that lacks anything was not in the fit: predictors that depend on others count too.
        let rest = "(\(response) - (\(sum)))"
        let known = ["\(rest) IS NOT NULL"] + (dialect.isNaN(rest).map { ["NOT (\($0))"] } ?? [])
        let value = (weight.map { "\($0) * " } ?? "") + "(\(relative))"
        columns += ", CASE WHEN \(known.joined(separator: " AND ")) THEN \(value) END AS leverage"
      }
      let statement = "SELECT \(own)\(columns) FROM (\(rows)) AS s\(joins)"
      guard residuals, leverage else { return statement }
      let root = weight.map { " * SQRT(\($0))" } ?? ""
      let one = dialect.number(1)
      return "SELECT q.*, CASE WHEN leverage < \(one) THEN "
        + "resid\(root) / SQRT(\(dialect.number(scale)) * (\(one) - leverage)) END AS standardized FROM (\(statement)) AS q"
    } catch let error as SQLError {
      throw StatsModelsError(.invalidArgument, error.message)
    } catch is SQLMomentsNeeded {
      throw StatsModelsError(
        .notAvailable, "center and standardize have no text in SQL here: write the constants into the formula"
      )
    }
  }
}

extension SQLTranslator {
  /// Takes over the means and standard deviations that a design remembers.
  fileprivate mutating func learn(_ info: DesignInfo) {
    for (argument, mean, deviation) in info.rememberedMoments {
      guard let sql = try? translate(argument).sql else { continue }
      moments[sql] = .init(mean: mean, deviation: deviation)
    }
  }
}

/// Writes the columns of a design as SQL.
private struct ScoringWriter {
  let factors: SQLFactors
  /// What columns of tables of effects are called begins with this, and no column of the source does.
  private let prefix: String
  private var dialect: SQLDialect { factors.translator.dialect }

  init(factors: SQLFactors, schema: [SQLColumn]) {
    self.factors = factors
    var prefix = "effect"
    while schema.contains(where: { $0.name.lowercased().hasPrefix(prefix) }) { prefix += "_" }
    self.prefix = prefix
  }

  /// Regressors of the fixed effects above which a leverage, which takes each as often as there are of them, refers to columns
  /// of a query: texts of up to some ten thousand bytes are read at once.
  static let mostRepeated = 10
  /// Databases that compute a query's columns anew wherever they are named, unless told otherwise.
  private static let repeating: Set<SQLDialect> = [.sqlite, .postgreSQL, .duckDB]

  /// Rows with a column for each regressor, in whose place its name comes.
  func naming(_ regressors: inout [[String]], of rows: String) -> String {
    var columns = ""
    for (position, factors) in regressors.enumerated() {
      let name = "\(prefix)_x\(position)"
      columns += ", \(factors.isEmpty ? dialect.number(1) : factors.joined(separator: " * ")) AS \(name)"
      regressors[position] = [name]
    }
    let made = "SELECT r.*\(columns) FROM (\(rows)) AS r"
    return Self.repeating.contains(dialect)
      ? "WITH \(prefix)_rows AS MATERIALIZED (\(made)) SELECT * FROM \(prefix)_rows" : made
  }

  /// The column of an effect of a table.
  func effect(_ table: Int, _ position: Int) -> String { "\(prefix)\(table)_u\(position)" }
  /// The column of a number of a level of a table that leverages take.
  func form(_ table: Int, _ position: Int) -> String { "\(prefix)\(table)_h\(position)" }

  /// Puts a table beside the rows, by the levels of one factor or of several: its first effects, and what leverages take.
  func join(_ parts: [EffectTable], _ source: SQLSource, _ number: Int, effects: Int, forms: Int) throws
    -> String
  {
    var columns: [String] = []
    var conditions: [String] = []
    for (position, key) in parts.keyColumns.enumerated() {
      let own = try key.key.translated(factors)
      let kind = try key.kind()
      if case .levels(let column, _) = own, (column.kind == .text) != (kind == .text) {
        throw SQLError(
          "the levels of '\(key.key.name)' are \(kind == .text ? "texts" : "numbers") in the model, and "
            + "\(kind == .text ? "numbers" : "texts") in the source: cast the column in a query")
      }
      let quoted = try dialect.quoted(key.name)
      let value = kind == .boolean ? "CASE WHEN \(quoted) THEN 1 WHEN NOT \(quoted) THEN 0 END" : quoted
      let name = "\(prefix)\(number)_k\(position)"
      columns.append("\(value) AS \(name)")
      conditions.append("\(own.key) = \(name)")
    }
    columns += (0..<effects).map { "u\($0) AS \(effect(number, $0))" }
    columns += (0..<forms).map { "h\($0) AS \(form(number, $0))" }
    let condition = conditions.isEmpty ? dialect.truth(true) : conditions.joined(separator: " AND ")
    return " LEFT JOIN (SELECT \(columns.joined(separator: ", ")) FROM \(try source.sql(dialect))) AS "
      + "\(prefix)\(number) ON \(condition)"
  }

  /// A numeric factor.
  func number(_ factor: EvalFactor) throws -> String {
    guard case .number(let sql) = try factors.design(factor) else {
      throw SQLError("'\(factor.name)' is no number in the source")
    }
    return sql
  }

  /// Numbers of the rows that came from a column; nil where there are none.
  func number(_ numbers: RowNumbers?, argument: String) throws -> String? {
    guard let numbers else { return nil }
    guard let column = numbers.column else {
      throw StatsModelsError(
        .notAvailable, "the model's \(argument) came as numbers, which no column of a table holds")
    }
    return try factors.number(column: column, argument: argument)
  }

  /// The response.
  func response(_ terms: [Term]) throws -> String {
    let numbers = try terms.flatMap(\.factors).map(number)
    return numbers.isEmpty ? factors.translator.dialect.number(1) : numbers.joined(separator: " * ")
  }

  /// The factors of each column of a design.
  func columns(_ info: DesignInfo) throws -> [[String]] {
    try info.recipes.map { recipe in
      try recipe.codings.map { try code($0, levels: info.factorInfos?[$0.factor]?.categories ?? []) }
        + recipe.numbers.map { try number($0.factor) }
    }
  }

  /// The number of each level of a categorical factor; NULL of levels that the model does not know.
  private func code(_ coding: ColumnRecipe.Coding, levels: [ColumnValue]) throws -> String {
    let key = try factors.design(coding.factor).key
    let cases = try zip(levels, coding.values).map { level, value in
      "WHEN \(try dialect.constant(level)) THEN \(dialect.number(value))"
    }
    return "(CASE \(key) \(cases.joined(separator: " ")) END)"
  }
}

extension SQLDialect {
  /// A level as keys of statements have it: truth values are 1 and 0.
  func constant(_ level: ColumnValue) throws -> String {
    switch level {
    case .string(let value): try text(value)
    case .integer(let value): String(value)
    case .boolean(let value): value ? "1" : "0"
    case .double(let value): number(value)
    }
  }
}

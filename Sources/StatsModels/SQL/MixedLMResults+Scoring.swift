import DataFrames
import Patsy
import SQLModels

extension MixedLMResults {
  /// A statement by which a database computes fitted values: every column of the source, `fitted`, and on request `resid`.
  ///
  /// Predicted effects are those of tables that ``writeEffects(_:on:replacing:)`` made, one for each factor that is named.
  /// Levels that a table lacks, and rows that have none, have no effect; nor have factors that are not named. A row that
  /// lacks a predictor has no fitted value.
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
  /// - Throws: `PatsyError` with the place of what SQL cannot compute, ``StatsModelsError`` for factors that are no column,
  ///   and for a source that has columns of these names.
  ///
  /// Not in statsmodels.
  public func scoringSQL(
    source: SQLSource, schema: [SQLColumn], dialect: SQLDialect, effects: [String: SQLSource] = [:],
    residuals: Bool = false
  ) throws -> String {
    guard let formulas = specification.source else {
      throw StatsModelsError(
        .notAvailable,
        "this model was made of arrays and knows no variables, of which SQL could compute anything")
    }
    for name in residuals ? ["fitted", "resid"] : ["fitted"]
    where schema.contains(where: { $0.name.lowercased() == name }) {
      throw StatsModelsError(
        .invalidArgument, "the source has a column '\(name)': select the others by a query", values: [name])
    }
    do {
      var translator = SQLTranslator(dialect: dialect, columns: schema)
      for info in [formulas.fixedInfo] + formulas.effectInfos.compactMap({ $0 }) { translator.learn(info) }
      let writer = ScoringWriter(
        factors: SQLFactors(translator: translator, environment: formulas.environment), schema: schema)
      var terms = try writer.products(
        formulas.fixedInfo, coefficients: estimate.fixedEffects.map { dialect.number($0.isNaN ? 0 : $0) })
      if let offset = specification.offset {
        guard let column = offset.column else {
          throw StatsModelsError(
            .notAvailable, "the model's offset was given as numbers, which no column of a table holds")
        }
        terms.append(try writer.factors.number(column: column, argument: "offset"))
      }
      var joins = ""
      for (number, name) in effects.keys.sorted().enumerated() {
        guard let target = effects[name] else { continue }
        let table = try tableOfEffects(of: name)
        joins += try writer.join(table, target, number)
        var next = 0
        for block in table.blocks {
          let width = specification.blocks[block].width
          let columns = (next..<(next + width)).map {
            "COALESCE(\(writer.effect(number, $0)), \(dialect.number(0)))"
          }
          next += width
          if let info = formulas.effectInfos[block] {
            terms += try writer.products(info, coefficients: columns)
          } else {
            terms += try columns.map { try writer.product([$0], of: table.multipliers) }
          }
        }
      }
      let sum = terms.isEmpty ? dialect.number(0) : terms.joined(separator: " + ")
      var columns = "s.*, \(sum) AS fitted"
      if residuals {
        let response = try writer.product([], of: formulas.plan.fixed.lhsTermlist.flatMap(\.factors))
        columns += ", \(response) - (\(sum)) AS resid"
      }
      return "SELECT \(columns) FROM (SELECT * FROM \(try source.sql(dialect))) AS s\(joins)"
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

  /// The column of an effect of a table.
  func effect(_ table: Int, _ position: Int) -> String { "\(prefix)\(table)_u\(position)" }

  /// Puts the effects of a table beside the rows.
  func join(_ table: EffectTable, _ source: SQLSource, _ number: Int) throws -> String {
    var columns: [String] = []
    var conditions: [String] = []
    for (position, key) in table.keys.enumerated() {
      let own = try key.translated(factors)
      let kind = try table.kind(ofKey: position)
      if case .levels(let column, _) = own, (column.kind == .text) != (kind == .text) {
        throw SQLError(
          "the levels of '\(key.name)' are \(kind == .text ? "texts" : "numbers") in the model, and "
            + "\(kind == .text ? "numbers" : "texts") in the source: cast the column in a query")
      }
      let quoted = try dialect.quoted(key.name)
      let value = kind == .boolean ? "CASE WHEN \(quoted) THEN 1 WHEN NOT \(quoted) THEN 0 END" : quoted
      let name = "\(prefix)\(number)_k\(position)"
      columns.append("\(value) AS \(name)")
      conditions.append("\(own.key) = \(name)")
    }
    columns += (0..<table.width).map { "u\($0) AS \(effect(number, $0))" }
    let condition = conditions.isEmpty ? dialect.truth(true) : conditions.joined(separator: " AND ")
    return " LEFT JOIN (SELECT \(columns.joined(separator: ", ")) FROM \(try source.sql(dialect))) AS "
      + "\(prefix)\(number) ON \(condition)"
  }

  /// A product with numeric factors.
  func product(_ parts: [String], of numbers: [EvalFactor]) throws -> String {
    let product =
      try parts
      + numbers.map { factor -> String in
        guard case .number(let sql) = try factors.design(factor) else {
          throw SQLError("'\(factor.name)' is no number in the source")
        }
        return sql
      }
    return product.isEmpty ? dialect.number(1) : product.joined(separator: " * ")
  }

  /// Coefficients times columns.
  func products(_ info: DesignInfo, coefficients: [String]) throws -> [String] {
    try zip(info.recipes, coefficients).map { recipe, coefficient in
      let codes = try recipe.codings.map {
        try code($0, levels: info.factorInfos?[$0.factor]?.categories ?? [])
      }
      return try product([coefficient] + codes, of: recipe.numbers.map(\.factor))
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

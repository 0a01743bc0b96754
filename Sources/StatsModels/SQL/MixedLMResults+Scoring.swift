import DataFrames
import Patsy
import SQLModels

extension MixedLMResults {
  /// A statement by which a database computes fitted values: every column of the source, and `fitted`.
  ///
  /// Predicted effects are those of a table that ``randomEffects(of:levels:)`` fills, one for each factor that is named:
  /// the level in a column of the factor's name, the effects in columns `u0`, `u1`, … in their order. Levels that it
  /// lacks have no effect, as factors that are not named.
  /// ```swift
  /// let sql = try results.scoringSQL(
  ///   source: .table("sales"), schema: schema, dialect: .duckDB, effects: ["shop": .table("shop_effects")])
  /// ```
  /// - Parameters:
  ///   - source: where the rows are.
  ///   - schema: the source's columns.
  ///   - dialect: how the database writes SQL.
  ///   - effects: tables of predicted effects by factor.
  /// - Throws: `PatsyError` with the place of what SQL cannot compute, ``StatsModelsError`` for factors that are no column.
  ///
  /// Not in statsmodels.
  public func scoringSQL(
    source: SQLSource, schema: [SQLColumn], dialect: SQLDialect, effects: [String: SQLSource] = [:]
  ) throws -> String {
    guard let formulas = specification.source else {
      throw StatsModelsError(
        .notAvailable,
        "this model was made of arrays and knows no variables, of which SQL could compute anything")
    }
    let writer = ScoringWriter(
      factors: SQLFactors(
        translator: SQLTranslator(dialect: dialect, columns: schema), environment: formulas.environment))
    do {
      var terms = try writer.products(
        formulas.fixedInfo, coefficients: estimate.fixedEffects.map { dialect.number($0.isNaN ? 0 : $0) })
      if let offset = specification.offset?.column {
        terms.append(try writer.factors.number(column: offset, argument: "offset"))
      }
      var joins = ""
      for (position, name) in effects.keys.sorted().enumerated() {
        guard let block = specification.blocks.firstIndex(where: { $0.group == name && $0.factor != nil }),
          let table = effects[name], schema.contains(where: { $0.name == name })
        else {
          throw StatsModelsError(
            .invalidArgument, "effects: '\(name)' is no factor of the model that is a column of the source",
            values: [name])
        }
        let key = try dialect.quoted(name)
        joins += " LEFT JOIN \(try table.sql(dialect)) AS e\(position) ON s.\(key) = e\(position).\(key)"
        let columns = specification.blocks[block].names.indices.map {
          "COALESCE(e\(position).u\($0), \(dialect.number(0)))"
        }
        if let info = formulas.effectInfos[block] {
          terms += try writer.products(info, coefficients: columns)
        } else {
          terms += columns
        }
      }
      let sum = terms.isEmpty ? dialect.number(0) : terms.joined(separator: " + ")
      return "SELECT s.*, \(sum) AS fitted FROM (SELECT * FROM \(try source.sql(dialect))) AS s\(joins)"
    } catch let error as SQLError {
      throw StatsModelsError(.invalidArgument, error.message)
    } catch is SQLMomentsNeeded {
      throw StatsModelsError(
        .notAvailable, "center and standardize have no text in SQL here: write the constants into the formula"
      )
    }
  }
}

/// Writes the columns of a design as SQL.
private struct ScoringWriter {
  let factors: SQLFactors

  /// Coefficients times columns.
  func products(_ info: DesignInfo, coefficients: [String]) throws -> [String] {
    try zip(info.recipes, coefficients).map { recipe, coefficient in
      var parts = [coefficient]
      for number in recipe.numbers {
        if case .number(let sql) = try factors.design(number.factor) { parts.append(sql) }
      }
      for coding in recipe.codings {
        parts.append(try code(coding, levels: info.factorInfos?[coding.factor]?.categories ?? []))
      }
      return parts.joined(separator: " * ")
    }
  }

  /// The number of each level of a categorical factor; NULL of levels that the model does not know.
  private func code(_ coding: ColumnRecipe.Coding, levels: [Level]) throws -> String {
    let dialect = factors.translator.dialect
    let key = try factors.design(coding.factor).key
    let cases = try zip(levels, coding.values).map { level, value in
      "WHEN \(try constant(level)) THEN \(dialect.number(value))"
    }
    return "(CASE \(key) \(cases.joined(separator: " ")) END)"
  }

  private func constant(_ level: Level) throws -> String {
    switch level {
    case .string(let text): try factors.translator.dialect.text(text)
    case .integer(let value): String(value)
    case .boolean(let value): value ? "1" : "0"
    case .double(let value): factors.translator.dialect.number(value)
    }
  }
}

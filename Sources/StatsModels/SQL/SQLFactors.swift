import DataFrames
import Patsy
import SQLModels

/// The factors of a model's formulas as a database computes them.
struct SQLFactors: Sendable {
  /// A factor in SQL.
  enum Translated: Sendable {
    /// A number of each row.
    case number(sql: String)
    /// The levels of a column.
    case levels(column: SQLColumn, sql: String)
    /// A truth value of each row.
    case truth(sql: String)

    var isCategorical: Bool {
      if case .number = self { return false }
      return true
    }

    /// What rows are grouped by: the column as it is; truth values as 1 and 0.
    var key: String {
      switch self {
      case .number(let sql), .levels(_, let sql): sql
      case .truth(let sql): "CASE WHEN \(sql) THEN 1 WHEN NOT (\(sql)) THEN 0 END"
      }
    }

    /// A value of the key as a level; nil of NULL.
    func level(_ value: SQLValue) -> ColumnValue? {
      switch (self, value) {
      case (_, .null): nil
      case (.truth, _): value.whole.map { .boolean($0 != 0) }
      case (.levels(let column, _), _) where column.kind == .boolean: value.whole.map { .boolean($0 != 0) }
      case (_, .integer(let whole)): .integer(whole)
      case (_, .double(let number)): number.isNaN ? nil : .double(number)
      case (_, .text(let text)): .string(text)
      }
    }
  }

  var translator: SQLTranslator
  let environment: EvalEnvironment

  /// A factor of a design.
  ///
  /// - Throws: `PatsyError` with the place in the formula, why SQL cannot compute it, and what to do.
  func design(_ factor: EvalFactor) throws -> Translated {
    try placing(factor) {
      let expression = try factor.expression()
      guard case .call(let call) = expression, call.bareName == "C" else { return try plain(expression) }
      guard let inner = call.positional.first else { throw SQLError("C() takes a variable") }
      return try categorical(inner)
    }
  }

  /// A factor whose levels have effects, or which divides the rows: every value is a level.
  func grouping(_ factor: EvalFactor) throws -> Translated {
    try placing(factor) {
      var expression = try factor.expression()
      if case .call(let call) = expression, call.bareName == "C", let inner = call.positional.first {
        expression = inner
      }
      if let column = name(expression).flatMap(translator.column) { return try levels(column) }
      return try plain(expression)
    }
  }

  /// The levels of a column by name.
  func grouping(column name: String) throws -> Translated {
    guard let column = translator.column(name) else {
      throw StatsModelsError(
        .missingColumn, NearestNames.message("column", name, among: translator.columnNames), values: [name])
    }
    do { return try levels(column) } catch { throw StatsModelsError(.invalidArgument, "groups: \(error)") }
  }

  /// A column of numbers by name.
  func number(column name: String, argument: String) throws -> String {
    guard let column = translator.column(name) else {
      throw StatsModelsError(
        .missingColumn, NearestNames.message("column", name, among: translator.columnNames), values: [name])
    }
    guard column.kind == .integer || column.kind == .double else {
      throw StatsModelsError(
        .invalidArgument, "\(argument): the column '\(name)' holds no numbers", values: [name])
    }
    return try translator.variable(name).sql
  }

  /// Text above which a statement is refused: no formula that somebody wrote comes near.
  private static let longest = 200_000

  private func plain(_ expression: Expression) throws -> Translated {
    if let column = name(expression).flatMap(translator.column),
      column.kind == .text || column.kind == .boolean
    {
      return try levels(column)
    }
    let value = try translator.translate(expression)
    guard value.sql.utf8.count <= Self.longest else { throw SQLError("its statement would be too long") }
    switch value.kind {
    case .number: return .number(sql: value.sql)
    case .truth: return .truth(sql: value.sql)
    case .text: throw SQLError("a text that is computed has no levels known beforehand")
    }
  }

  private func categorical(_ inner: Expression) throws -> Translated {
    if let column = name(inner).flatMap(translator.column) { return try levels(column) }
    if case .call(let call) = inner, call.bareName == "C", let next = call.positional.first {
      return try categorical(next)
    }
    let value = try translator.translate(inner)
    guard value.kind == .truth else {
      throw SQLError("the levels of an expression are not known beforehand: make it a column of a view")
    }
    return .truth(sql: value.sql)
  }

  private func levels(_ column: SQLColumn) throws -> Translated {
    if column.kind == .boolean, translator.dialect == .sqlite {
      return .truth(sql: try translator.variable(column.name).sql)
    }
    guard column.kind != .other else {
      throw SQLError(
        "the column '\(column.name)' holds neither numbers, texts nor truth values: cast it in a query or view"
      )
    }
    let quoted = try translator.dialect.quoted(column.name)
    if column.kind == .boolean {
      return .levels(column: column, sql: "CASE WHEN \(quoted) THEN 1 WHEN NOT \(quoted) THEN 0 END")
    }
    let isText = column.kind == .text
    return .levels(
      column: column,
      sql: isText ? translator.dialect.binary(quoted, isCollated: column.isCollated) : quoted)
  }

  /// The column that an expression is: its name, or Q("its name").
  private func name(_ expression: Expression) -> String? {
    switch expression {
    case .name(let name): return name
    case .call(let call) where call.bareName == "Q" && call.positional.count == 1:
      if case .literal(.string(let name)) = call.positional[0] { return name }
      return nil
    default: return nil
    }
  }

  /// Runs a translation whose errors get the place in the formula and a remedy.
  private func placing(_ factor: EvalFactor, _ body: () throws -> Translated) throws -> Translated {
    do { return try body() } catch let error as SQLError {
      if error.lacksColumn { throw PatsyError(error.message, origin: factor.origin) }
      throw PatsyError(
        "'\(factor.code)' cannot be computed by SQL: \(error.message). Fit from rows (DataFrame(query:on:)), or "
          + "sum them up as a stream (mixedlm aggregate)",
        origin: factor.origin)
    }
  }
}

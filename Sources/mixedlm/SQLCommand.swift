import ArgumentParser
import Foundation
import StatsModels

/// `mixedlm sql`: prints the statements by which a database sums up a model, or computes fitted values of one.
struct SQLCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sql",
    abstract: "Print the statements by which a database sums up a model, or computes its fitted values.",
    usage: """
      mixedlm sql --dialect <D> --schema <S.json> --table <T> --formula <F> [<options of a model>]
      mixedlm sql --from <DATABASE> --table <T> --model <FILE> [--effects <FACTOR=T>]… [--residuals] [--leverage]
      """,
    discussion: """
      Numbers that only the data tell stand as parameters: :shift_1 and so on, the mean of each entry, rounded; :mean_1 and
      :deviation_1 of center and standardize.
      The schema is a JSON object of columns and types, {"y": "double", "g": "text"}; --from asks a database for it.
      With --model, a fit that 'fit --save' wrote, the statement selects all columns and the fitted value; the effects of \
      factors are those of tables that 'fit --write-effects' or the statements of --create-effects make, both with \
      --leverage where leverages are wanted. Of factors that cross, leverages take a table of pairs of levels too, \
      --effects "shop x product=T".

      Examples:
        mixedlm sql --dialect duckdb --table sales --schema sales.json --formula "y ~ x + (1 | g)"
        mixedlm sql --from sqlite:sales.db --table orders --model shops.fit --effects shop=shop_effects --residuals
        mixedlm sql --dialect bigquery --schema s.json --table orders --model shops.fit --effects shop=e --create-effects
      """)

  @Option(
    help: ArgumentHelp(
      "How the database writes SQL. Example: --dialect spark",
      valueName: "sqlite|postgresql|duckdb|spark|bigquery|snowflake"))
  var dialect: SQLDialect?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The table; parts of its name are separated by dots. Example: --table sales.orders", valueName: "T"))
  var table: String

  @Option(
    name: .customLong("where"), parsing: .unconditional,
    help: ArgumentHelp(
      "Condition on rows, in the database's own language. Example: --where \"year >= 2020\"", valueName: "C"))
  var condition: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "JSON file with the columns and their types. Example: --schema sales.json", valueName: "S.json"))
  var schema: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Database that tells dialect and columns, in place of --dialect and --schema. Example: --from sqlite:sales.db",
      valueName: "sqlite:FILE|adbc:DRIVER?…|spark:sc://HOST:PORT"))
  var from: DatabaseAddress?

  @OptionGroup var model: AggregateOptions

  @Option(
    name: .customLong("model"), parsing: .unconditional,
    help: ArgumentHelp(
      "Fit written by 'fit --save', whose fitted values are computed. Example: --model shops.fit",
      valueName: "FILE"))
  var saved: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Table of the predicted effects of a factor; may be repeated. Example: --effects shop=shop_effects",
      valueName: "FACTOR=T"))
  var effects: [EffectTarget] = []

  @Flag(help: "Add the residual of each row, as the column resid. Example: --residuals")
  var residuals = false

  @Flag(
    help:
      "Add the leverage of each row, as the column leverage, and with --residuals the standardized residual. Example: --leverage"
  )
  var leverage = false

  @Flag(help: "Print statements first that make the tables of --effects. Example: --create-effects")
  var createEffects = false

  @OptionGroup var output: OutputOptions

  func validate() throws {
    try model.check()
    try from?.check()
    if from == nil, dialect == nil { throw ValidationError("Missing expected argument '--dialect <D>'") }
    if from == nil, schema == nil { throw ValidationError("Missing expected argument '--schema <S.json>'") }
    if from != nil, dialect != nil || schema != nil {
      throw ValidationError("--from tells dialect and columns; leave out --dialect and --schema.")
    }
    if saved == nil {
      if model.formula == nil { throw ValidationError("Missing expected argument '--formula <F>'") }
      if residuals || leverage || createEffects || !effects.isEmpty {
        throw ValidationError("--effects, --residuals, --leverage and --create-effects need --model.")
      }
    } else if model.saysModel || condition != nil {
      throw ValidationError("--model holds a fit: leave out --where and the options that describe a model.")
    }
    if createEffects, effects.isEmpty { throw ValidationError("--create-effects needs --effects.") }
    try EffectTarget.check(effects, rows: table)
  }

  func run() throws {
    try Terminal.reporting(Self.self) {
      try output.check()
      let (dialect, columns) = try described()
      let statements = try saved.map { try scoring($0, dialect, columns) } ?? sums(dialect, columns)
      try output.write(statements.map { $0 + ";\n" }.joined(separator: "\n"))
    }
  }

  private func sums(_ dialect: SQLDialect, _ columns: [SQLColumn]) throws -> [String] {
    try SQLPlan(
      formula: model.formula ?? "", source: tableSource(table, dialect), schema: columns,
      dialect: dialect, groups: model.singleGroup ? "" : model.groups, reFormula: model.randomEffects,
      vcFormula: model.components, weights: model.weights, offset: model.offset,
      whereClause: condition.map { SQLCondition(trusted: $0) }, missing: model.missing.missing
    ).statements
  }

  private func scoring(_ file: String, _ dialect: SQLDialect, _ columns: [SQLColumn]) throws -> [String] {
    guard case .linear(let results) = try SavedResults(file) else {
      throw StatsModelsError(
        .invalidArgument, "\(file) holds a generalised model, whose fitted values are not computed by SQL",
        values: [file])
    }
    let tables = EffectTarget.tables(effects)
    var statements: [String] = []
    if createEffects {
      statements = try tables.sorted { $0.key < $1.key }.flatMap {
        try results.effectsSQL(of: $0.key, table: $0.value, dialect: dialect, leverage: leverage)
      }
    }
    statements.append(
      try results.scoringSQL(
        source: tableSource(table, dialect), schema: columns, dialect: dialect, effects: tables,
        residuals: residuals, leverage: leverage))
    return statements
  }

  /// How the database writes SQL, and the table's columns.
  private func described() throws -> (SQLDialect, [SQLColumn]) {
    if let from {
      let executor = try from.executor()
      return (
        executor.dialect,
        try waiting { [table] in
          try await executor.columns(
            of: "SELECT * FROM \(tableSource(table, executor.dialect).sql(executor.dialect))")
        }
      )
    }
    guard let dialect, let schema else { throw ValidationError("Missing expected argument '--dialect <D>'") }
    guard let bytes = try? FileHandle(forReadingAtPath: schema)?.readToEnd() else {
      throw StatsModelsError(.file, "cannot read \(schema)", values: [schema])
    }
    guard let value = try? JSONValue(parsing: String(decoding: bytes, as: UTF8.self)),
      case .object(let members) = value, Set(members.map(\.key)).count == members.count,
      members.allSatisfy({ $0.value.text != nil })
    else {
      throw StatsModelsError(
        .file, "\(schema) holds no schema: write columns and types, {\"y\": \"double\", \"g\": \"text\"}",
        values: [schema])
    }
    return (dialect, members.map { SQLColumn(name: $0.key, type: $0.value.text ?? "") })
  }
}

/// What `--table` names: a file where the database reads files, else a table.
func tableSource(_ name: String, _ dialect: SQLDialect) -> SQLSource {
  let isFile = [".parquet", ".csv"].contains { name.lowercased().hasSuffix($0) }
  return isFile && (dialect == .duckDB || dialect == .spark) ? .file(name) : .table(parts: tableParts(name))
}

/// The parts of a table's name between dots; one in double quotes may hold dots, and quotes twice.
func tableParts(_ name: String) -> [String] {
  var parts: [String] = []
  var rest = name[...]
  while true {
    if let quoted = rest.prefixMatch(of: /"((?:[^"]|"")+)"(\.|$)/) {
      parts.append(String(quoted.1.replacing("\"\"", with: "\"")))
      if quoted.2.isEmpty { return parts }
      rest = rest[quoted.range.upperBound...]
    } else {
      let end = rest.firstIndex(of: ".") ?? rest.endIndex
      parts.append(String(rest[..<end]))
      if end == rest.endIndex { return parts }
      rest = rest[rest.index(after: end)...]
    }
  }
}

extension SQLDialect: ExpressibleByArgument {
  /// The dialect of a name.
  public init?(argument: String) { self.init(named: argument) }

  /// The names of all dialects.
  public static var allValueStrings: [String] { all.map(\.name) }
}

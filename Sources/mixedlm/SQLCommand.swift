import ArgumentParser
import Foundation
import StatsModels

/// `mixedlm sql`: prints the statements by which a database sums up a model.
struct SQLCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sql",
    abstract: "Print the statements by which a database sums up a model.",
    discussion: """
      Numbers that only the data tell stand as parameters, :shift_1 and so on: the mean of each entry, rounded.
      The schema is a JSON object of columns and types, {"y": "double", "g": "text"}.
      Example: mixedlm sql --dialect duckdb --table sales --schema sales.json --formula "y ~ x + (1 | g)"
      """)

  @Option(
    help: ArgumentHelp(
      "How the database writes SQL. Example: --dialect spark",
      valueName: "sqlite|postgresql|duckdb|spark|bigquery|snowflake"))
  var dialect: SQLDialect

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
  var schema: String

  @OptionGroup var model: AggregateOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if model.formula == nil { throw ValidationError("Missing expected argument '--formula <F>'") }
    try model.check()
  }

  func run() throws {
    try Terminal.reporting(Self.self) {
      try output.check()
      let plan = try SQLPlan(
        formula: model.formula ?? "", source: .table(parts: tableParts(table)), schema: columns(),
        dialect: dialect, groups: model.singleGroup ? "" : model.groups, reFormula: model.randomEffects,
        vcFormula: model.components, weights: model.weights, offset: model.offset,
        whereClause: condition.map { SQLCondition(trusted: $0) }, missing: model.missing.missing)
      try output.write(plan.statements.map { $0 + ";\n" }.joined(separator: "\n"))
    }
  }

  private func columns() throws -> [SQLColumn] {
    guard let bytes = FileManager.default.contents(atPath: schema) else {
      throw StatsModelsError(.file, "cannot read \(schema)", values: [schema])
    }
    guard let types = try? JSONDecoder().decode([String: String].self, from: bytes) else {
      throw StatsModelsError(
        .file, "\(schema) holds no schema: write columns and types, {\"y\": \"double\", \"g\": \"text\"}",
        values: [schema])
    }
    return types.sorted { $0.key < $1.key }.map { SQLColumn(name: $0.key, type: $0.value) }
  }
}

/// The parts of a table's name between dots; a part in double quotes may hold some.
func tableParts(_ name: String) -> [String] {
  var parts = [""]
  var inQuotes = false
  for character in name {
    if character == "\"" {
      inQuotes.toggle()
    } else if character == ".", !inQuotes {
      parts.append("")
    } else {
      parts[parts.count - 1].append(character)
    }
  }
  return parts
}

extension SQLDialect: ExpressibleByArgument {
  /// The dialect of a name.
  public init?(argument: String) { self.init(named: argument) }

  /// The names of all dialects.
  public static var allValueStrings: [String] { all.map(\.name) }
}

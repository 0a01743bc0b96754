import ArgumentParser
import Dispatch
import StatsModels

/// Where `fit` finds what it fits, if not in a file of rows.
struct SourceOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Fit sums that 'mixedlm aggregate' wrote, in place of rows; they bring their formula. Example: --aggregates day1.mlx day2.mlx",
      valueName: "PART.mlx"))
  var aggregates: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Fit rows that stay in a database, which sums them up. Example: --from sqlite:sales.db --table orders",
      valueName: "sqlite:FILE|adbc:DRIVER?…|spark:sc://HOST:PORT"))
  var from: DatabaseAddress?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The table of --from; parts of its name are separated by dots. For DuckDB a Parquet or CSV file. Example: --table orders",
      valueName: "T")
  )
  var table: String?

  @Option(
    name: .customLong("where"), parsing: .unconditional,
    help: ArgumentHelp(
      "Condition on the rows of --from, in the database's own language. Example: --where \"year >= 2020\"",
      valueName: "C"))
  var condition: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Write the predicted effects of a factor into a new table of the database of --from; may be repeated. Example: --write-effects shop=shop_effects",
      valueName: "FACTOR=T"))
  var writeEffects: [EffectTarget] = []

  @Flag(help: "Drop tables that --write-effects names if they are there. Example: --replace-effects")
  var replaceEffects = false

  @Flag(
    help:
      "Write with the effects what leverages take, for 'mixedlm sql --leverage'. Example: --leverage")
  var leverage = false

  /// A usage error unless there is one source, with what it needs.
  func check(_ model: ModelOptions) throws {
    if from == nil, !writeEffects.isEmpty {
      throw ValidationError(
        "--write-effects needs --from; 'mixedlm sql --model' prints statements for any database.")
    }
    if replaceEffects, writeEffects.isEmpty {
      throw ValidationError("--replace-effects needs --write-effects.")
    }
    if leverage, writeEffects.isEmpty { throw ValidationError("--leverage needs --write-effects.") }
    try EffectTarget.check(writeEffects, rows: table)
    if from == nil, table != nil || condition != nil {
      throw ValidationError("--table and --where need --from.")
    }
    if from != nil || !aggregates.isEmpty {
      let source = from == nil ? "--aggregates" : "--from"
      if model.varianceBy != nil || model.residuals != nil {
        throw ValidationError(
          "--variance-by and --residuals take rows, and \(source) has sums: fit a file of rows.")
      }
      if !model.reader.isPlain {
        throw ValidationError("\(source) reads no text file: leave out --sep, --decimal and the like.")
      }
    }
    if !aggregates.isEmpty {
      if model.data != nil || from != nil {
        throw ValidationError(
          "--aggregates and another source of rows contradict each other; give one of them.")
      }
      if model.saysModel {
        throw ValidationError(
          "--aggregates brings formula, groups and the like with it; leave these options out.")
      }
    } else if let from {
      try from.check()
      if model.data != nil {
        throw ValidationError("--from and a file of rows contradict each other; give one of them.")
      }
      if table == nil { throw ValidationError("Missing expected argument '--table <T>'") }
      if model.formula == nil { throw ValidationError("Missing expected argument '--formula <F>'") }
    } else {
      try model.requireModel()
    }
  }

  /// The fit, and the model's arguments as the report repeats them.
  ///
  /// - Parameter needsLevels: whether the effects of levels are asked for.
  func fitted(_ model: ModelOptions, needsLevels: Bool) throws -> (model: FittedModel, report: JSONValue) {
    if aggregates.isEmpty, from == nil { return (try FittedModel(model), model.report) }
    var report = model.report
    let fitted = try FittedModel(model) { progress in
      progress.step = from == nil ? "reading sums" : "summing up in the database"
      let sums: Aggregates
      if let from {
        sums = try waiting { [model] in
          try await model.sums(from.executor(), table: table ?? "", condition, poolsLevels: !needsLevels)
        }
      } else {
        sums = try Aggregates(merging: aggregates.map { try Aggregates(contentsOf: $0) })
        report = sums.design.report
      }
      progress.step = "building the model"
      return try MixedLM(aggregates: sums)
    }
    return (fitted, report)
  }
}

extension SourceOptions {
  /// Writes the effects that were asked for, by a connection of their own: the one that reads cannot write.
  func write(_ results: MixedLMResults) throws {
    guard let from, !writeEffects.isEmpty else { return }
    let (targets, replacing, leverage) = (writeEffects, replaceEffects, leverage)
    if leverage { try EffectTarget.check(targets, haveLeveragesOf: results) }
    try waiting {
      try await results.writeEffects(
        EffectTarget.tables(targets), on: from.executor(.write), replacing: replacing, leverage: leverage)
    }
  }
}

/// A factor and a table of its predicted effects: `shop=shop_effects`.
struct EffectTarget: ExpressibleByArgument {
  let factor: String
  let table: String

  init?(argument: String) {
    // Factors may hold equals signs, tables only in double quotes.
    let split = argument.indices.last {
      argument[$0] == "=" && argument[$0...].count { $0 == "\"" }.isMultiple(of: 2)
    }
    guard let split = split ?? argument.lastIndex(of: "=") else { return nil }
    factor = String(argument[..<split])
    table = String(argument[argument.index(after: split)...])
  }

  /// A usage error for a factor or table that is named twice, and for the table of the rows.
  static func check(_ targets: [EffectTarget], rows: String?) throws {
    // Most databases take names in upper and lower case for the same.
    for names in [targets.map(\.factor), targets.map { $0.table.lowercased() }]
    where Set(names).count < names.count {
      throw ValidationError("A factor or table of effects is given twice.")
    }
    if let rows,
      targets.contains(where: {
        tableParts($0.table.lowercased()).last == tableParts(rows.lowercased()).last
      })
    {
      throw ValidationError("The table of effects is that of the rows; give it a name of its own.")
    }
  }

  /// An error that names a table that leverages lack.
  static func check(_ targets: [EffectTarget], haveLeveragesOf results: MixedLMResults) throws {
    guard let name = try results.leverageTables(besides: targets.map(\.factor)).first else { return }
    throw StatsModelsError(
      .invalidArgument,
      "leverages take tables of \(try results.leverageTables().map { "'\($0)'" }.joined(separator: ", ")): add "
        + "--write-effects \"\(name)=T\"", values: [name])
  }

  /// Tables by factor.
  static func tables(_ targets: [EffectTarget]) -> [String: SQLSource] {
    Dictionary(
      targets.map { ($0.factor, SQLSource.table(parts: tableParts($0.table))) },
      uniquingKeysWith: { a, _ in a })
  }
}

/// Runs asynchronous work to its end; Ctrl-C cancels it, so that a database learns of it.
func waiting<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) throws -> T {
  let done = DispatchSemaphore(value: 0)
  let box = ResultBox<T>()
  let task = Task {
    do { box.result = .success(try await body()) } catch { box.result = .failure(error) }
    done.signal()
  }
  let interruption = Interruption { task.cancel() }
  done.wait()
  interruption.end()
  guard let result = box.result else { throw StatsModelsError(.cancelled, "the work ended without a result") }
  return try result.get()
}

/// Where a task leaves its result before it says that it is done.
private final class ResultBox<T>: @unchecked Sendable {
  var result: Result<T, any Error>?
}

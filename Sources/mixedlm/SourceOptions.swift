import ArgumentParser
import StatsModels

/// Where `fit` finds what it fits, if not in a file of rows.
struct SourceOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Fit sums that 'mixedlm aggregate' wrote, in place of rows; they bring their formula. Example: --aggregates day1.mlx day2.mlx",
      valueName: "PART.mlx"))
  var aggregates: [String] = []

  /// A usage error unless there is one source, with what it needs.
  func check(_ model: ModelOptions) throws {
    if aggregates.isEmpty { return try model.requireModel() }
    if model.data != nil {
      throw ValidationError("--aggregates and a file of rows contradict each other; give one of them.")
    }
    if model.saysModel {
      throw ValidationError(
        "--aggregates brings formula, groups and the like with it; leave these options out.")
    }
  }

  /// The fit, and the model's arguments as the report repeats them.
  func fitted(_ model: ModelOptions) throws -> (model: FittedModel, report: JSONValue) {
    if aggregates.isEmpty { return (try FittedModel(model), model.report) }
    var report = JSONValue.null
    let fitted = try FittedModel(model) { progress in
      progress.step = "reading sums"
      let aggregates = try Aggregates(merging: aggregates.map { try Aggregates(contentsOf: $0) })
      report = aggregates.design.report
      progress.step = "building the model"
      return try MixedLM(aggregates: aggregates)
    }
    return (fitted, report)
  }
}

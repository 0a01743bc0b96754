import ArgumentParser

/// `mixedlm-bench`: measures this package, and other systems on the same files.
@main
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mixedlm-bench",
    abstract: "Measure fits of linear mixed models.",
    discussion: """
      The data are written by Tests/Benchmarks/peers/make_data.py. `make bench` does everything: data, \
      measurements of this package and of the other systems found, table and pictures.
      """,
    subcommands: [
      RunCommand.self, CompareCommand.self, TableCommand.self, PictureCommand.self, FitListCommand.self,
      OptimumCommand.self, FramesCommand.self, ManyFitsCommand.self, GeneralizedCommand.self,
      InferenceCommand.self, ScaleCommand.self, SizeCommand.self,
    ],
    defaultSubcommand: RunCommand.self)
}

/// Where the data are and how often and on how many threads a fit is measured.
struct MeasurementOptions: ParsableArguments {
  @Option(help: "Folder of the data files.")
  var data = ".build/bench-data"

  @Option(help: "Threads; by default as many as there are cores.")
  var threads: Int?

  @Option(
    name: .customLong("repeat"),
    help: "Repetitions of each fit; by default 200 for a small one, 3 for a large one.")
  var repeats: Int?

  @Flag(inversion: .prefixedNo, help: "Insist on an exact factorisation, or do without.")
  var exact: Bool?

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1") }
    if let repeats, repeats < 1 { throw ValidationError("--repeat must be at least 1") }
  }
}

/// Workloads by name; all fixed ones by default.
func workloads(_ names: [String]) throws -> [Workload] {
  try
    (names.isEmpty
    ? Workload.all.map(\.name) : names.flatMap { $0 == "series" ? Workload.seriesNames : [$0] })
    .map { name in
      guard let workload = Workload.named(name) else { throw BenchmarkError.unknownWorkload(name) }
      return workload
    }
}

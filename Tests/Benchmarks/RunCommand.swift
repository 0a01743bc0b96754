import ArgumentParser
import Foundation

/// `mixedlm-bench run`: fits workloads and prints one JSON line for each.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Fit workloads, one JSON line each.",
    discussion:
      "With several workloads each runs in a process of its own, so that its peak memory is its own.")

  @Argument(
    help: "Names such as W1, sleepstudy, levels_1000; `series` for all sizes; all fixed ones by default.")
  var names: [String] = []

  @OptionGroup var options: MeasurementOptions

  @Flag(help: "Measure cross-products and optimisation only, from codes and columns in memory.")
  var engineOnly = false

  /// Set in the process that measures.
  @Flag(help: .hidden) var here = false

  func run() throws {
    for workload in try workloads(names) {
      if here {
        let measurement = Measurement(
          workload: workload, directory: options.data, threads: options.threads, exact: options.exact,
          repeats: options.repeats ?? (workload.isSmall ? 200 : 3), engineOnly: engineOnly)
        print(try measurement.record().line())
      } else {
        print(try Self.inChild(workload, options, engineOnly: engineOnly))
      }
    }
  }

  /// Measures one workload in a new process of this program; returns its line.
  static func inChild(_ workload: Workload, _ options: MeasurementOptions, engineOnly: Bool = false) throws
    -> String
  {
    guard let program = Bundle.main.executablePath else { throw BenchmarkError.unreadable("this program") }
    var command = options.threads.map(Machine.command(onCores:)) ?? []
    command += [program, "run", workload.name, "--here", "--data", options.data]
    if let threads = options.threads { command += ["--threads", String(threads)] }
    if let repeats = options.repeats { command += ["--repeat", String(repeats)] }
    if let exact = options.exact { command.append(exact ? "--exact" : "--no-exact") }
    if engineOnly { command.append("--engine-only") }
    let outcome = try Child.run(command[0], Array(command.dropFirst()))
    guard outcome.status == 0 else { throw BenchmarkError.childFailed(workload.name, outcome.status) }
    return outcome.output.trimmingCharacters(in: .newlines)
  }
}

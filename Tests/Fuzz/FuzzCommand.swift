import ArgumentParser
import Foundation
import FuzzDrivers

/// `mixedlm-fuzz`: feeds random inputs to the library until one stops it.
@main
struct FuzzCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mixedlm-fuzz",
    abstract: "Look for inputs that stop, hang or mislead the library.",
    discussion: """
      Input number i follows from the seed and i alone. A stop prints the command that runs its input again.
      Example: mixedlm-fuzz saved --seed 1 --count 100000
      """,
    subcommands: [FitsCommand.self, SavedCommand.self, CSVCommand.self, FormulaCommand.self])
}

/// Which inputs a run makes.
struct RunOptions: ParsableArguments {
  @Option(help: "Seed of all random bits.")
  var seed: UInt64 = 1

  @Option(help: "Number of the first input.")
  var first = 0

  @Option(help: "How many inputs.")
  var count = 100_000

  @Option(help: "Seconds that one input may take.")
  var limit = 60.0

  @Flag(help: "Print each input before it is used.")
  var show = false

  func validate() throws {
    if first < 0 || count < 1 { throw ValidationError("--first and --count must not be negative") }
  }

  /// Runs the driver, prints the counts and ends with status 1 when an input failed.
  func run<Driver: FuzzDriver>(_ name: String, _ driver: Driver) throws {
    let run = FuzzRun(seed: seed, first: first, count: count, limit: limit)
    if show { for index in first..<first + count { print(driver.describe(run.input(index, of: driver))) } }
    fflush(nil)
    let watch = FuzzWatch(replay: "mixedlm-fuzz \(name) --seed \(seed)", limit: limit)
    let report = run.run(driver, watch: watch) { index in
      let done = index + 1 - first
      if done % 10_000 == 0 { FileHandle.standardError.write(Data("\(name): \(done) inputs\n".utf8)) }
    }
    for fault in report.faults {
      print("input \(fault.index): \(fault.message)\n\(fault.input)")
    }
    print(
      "\(name): \(count) inputs, \(report.served) served, \(report.refused) refused,",
      "\(report.faultCount) faults; the slowest, \(report.slowestIndex), took \(report.slowest) s")
    if report.faultCount > 0 { throw ExitCode.failure }
  }
}

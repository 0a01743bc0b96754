import ArgumentParser
import DataFrames
import Foundation
import StatsModels

/// `mixedlm-bench many-fits`: one design and many responses.
struct ManyFitsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "many-fits", abstract: "Measure fits of one design to many responses.")

  @Option(help: "Outcomes on 2,000 rows.")
  var outcomes = 500

  @Option(help: "Refits of sleepstudy.")
  var refits = 10_000

  @Option(help: "Concurrent fits; all processors by default.")
  var threads: Int?

  @Option(help: "Folder of sleepstudy.csv.")
  var data = "compat-fixtures/data"

  func run() throws {
    let rows = 2000
    var generator = RandomGenerator(seed: 1)
    let x = stats.norm.rvs(size: rows, using: &generator)
    var frame = try DataFrame(["subject": (0..<rows).map { $0 / 20 }, "x": x])
    let names = (0..<outcomes).map { "y\($0)" }
    for name in names {
      let effects = stats.norm.rvs(size: rows / 20, using: &generator)
      let noise = stats.norm.rvs(size: rows, using: &generator)
      try frame.assign(
        name, (0..<rows).map { row -> Double in effects[row / 20] + 0.3 * x[row] + noise[row] })
    }
    try measure("\(outcomes) outcomes, 2000 rows") {
      try fitMany("~ x + (1 | subject)", frame, outcomes: names, threads: threads)
    }
    let sleep = try DataFrame(csv: "\(data)/sleepstudy.csv")
    let fit = try mixedlm("Reaction ~ Days + (1 + Days | Subject)", sleep).fit()
    let draws = try fit.simulate(count: refits, seed: 1)
    try measure("\(refits) refits of sleepstudy") { try fit.model.fitMany(draws, threads: threads) }
    try measure("the same from its estimate") { try fit.model.fitMany(draws, start: fit, threads: threads) }
  }

  private func measure(_ name: String, _ body: () throws -> ManyFits) throws {
    let start = DispatchTime.now().uptimeNanoseconds
    let fits = try body()
    let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    let padded = name.padding(toLength: 30, withPad: " ", startingAt: 0)
    print("\(padded)\(String(format: "%8.4f", seconds)) s  \(fits.failureCount) failed")
  }
}

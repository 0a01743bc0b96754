import ArgumentParser
import DataFrames
import Foundation

/// `mixedlm-bench frames`: the preparation of data, on a million rows.
///
/// With `--python` pandas does the same in turn, by `peers/pandas_frames.py` on the files that `--csv` names.
struct FramesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "frames", abstract: "Measure grouping, joining, pivoting and sorting of data frames.")

  @Option(help: "Rows of the large frame.")
  var rows = 1_000_000

  @Option(name: .customLong("repeat"), help: "Repetitions; the fastest counts.")
  var repeats = 5

  @Option(help: "Folder into which the frames are written as CSV, for other systems.")
  var csv: String?

  @Option(help: "Python interpreter that has pandas, to measure it in the same run.")
  var python: String?

  @Option(help: "Folder of the scripts that run the other systems.")
  var peers = "Tests/Benchmarks/peers"

  func run() throws {
    let csv = csv ?? (python == nil ? nil : ".build/bench-frames")
    let (large, lookup, long) = try (largeFrame(), lookupFrame(), longFrame())
    if let csv {
      try FileManager.default.createDirectory(atPath: csv, withIntermediateDirectories: true)
      try large.toCsv("\(csv)/large.csv", index: false)
      try lookup.toCsv("\(csv)/lookup.csv", index: false)
      try long.toCsv("\(csv)/long.csv", index: false)
    }
    var ours: [Measured] = []
    func measure(_ name: String, _ body: () throws -> Int) throws {
      ours.append(try self.measure(name, body))
    }
    try measure("groupby-mean") { try large.groupby("g")["x"].mean().rowCount }
    try measure("groupby-text-mean") { try large.groupby("t")["x"].mean().rowCount }
    try measure("two-key-agg") {
      try large.groupby(["g", "h"]).agg(named: ["m": ("x", .mean), "s": ("x", .std), "n": ("y", .max)])
        .rowCount
    }
    try measure("left-merge") { try large.merge(lookup, on: "k", how: .left).rowCount }
    try measure("pivot") { try long.pivot(index: "id", columns: "time", values: "v").rowCount }
    try measure("two-key-sort") { try large.sortValues(by: ["h", "x"], ascending: [true, false]).rowCount }
    if let python, let csv { try compare(ours, python, csv) }
  }

  /// What an operation took: its fastest time, and how far its first run raised the resident memory, in MB.
  private struct Measured {
    var name: String
    var seconds = Double.infinity
    var megabytes = Double.nan
  }

  /// Prints times and memory of pandas beside these.
  private func compare(_ ours: [Measured], _ python: String, _ csv: String) throws {
    let script = "\(peers)/pandas_frames.py"
    let (status, output) = try Child.run(python, [script, csv])
    if status != 0 { throw BenchmarkError.childFailed("pandas", status) }
    print("\nin units of pandas' time and memory")
    for line in output.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count > 3, let seconds = Double(words[1]), let megabytes = Double(words[3]),
        let own = ours.first(where: { $0.name == words[0] })
      else { continue }
      let padded = own.name.padding(toLength: 20, withPad: " ", startingAt: 0)
      let text = String(
        format: "%8.2f %8.2f   pandas %.4f s %.1f MB", own.seconds / seconds, own.megabytes / megabytes,
        seconds,
        megabytes)
      print("\(padded)\(text)")
    }
  }

  private func measure(_ name: String, _ body: () throws -> Int) throws -> Measured {
    var result = Measured(name: name)
    var count = 0
    for repetition in 0..<max(repeats, 1) {
      if repetition == 0 { Machine.forgetPeak() }
      let before = Machine.residentMegabytes ?? .nan
      let start = DispatchTime.now().uptimeNanoseconds
      count = try body()
      result.seconds = min(result.seconds, Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9)
      if repetition == 0 { result.megabytes = (Machine.peakMegabytes ?? .nan) - before }
    }
    let padded = name.padding(toLength: 20, withPad: " ", startingAt: 0)
    print("\(padded)\(String(format: "%8.4f s %8.1f MB", result.seconds, result.megabytes))  \(count) rows")
    return result
  }

  private func largeFrame() throws -> DataFrame {
    var draws = Draws()
    let g = (0..<rows).map { _ in draws.next(below: 10_000) }
    let h = (0..<rows).map { _ in draws.next(below: 20) }
    let k = (0..<rows).map { _ in draws.next(below: 120_000) }
    let x = (0..<rows).map { _ in Double(draws.next(below: 1_000_000_007)) / 1e6 }
    let y = (0..<rows).map { _ in draws.next(below: 1000) }
    return try DataFrame(["g": g, "h": h, "k": k, "x": x, "y": y, "t": g.map { "subject \($0)" }])
  }

  private func lookupFrame() throws -> DataFrame {
    let keys = (0..<100_000).map { ($0 * 7919) % 100_003 }
    return try DataFrame(["k": keys, "age": keys.map { Double($0 % 90) }, "site": keys.map { "s\($0 % 50)" }])
  }

  private func longFrame() throws -> DataFrame {
    var draws = Draws()
    let count = rows / 10
    let id = (0..<count * 10).map { $0 / 10 }
    return try DataFrame([
      "id": id, "time": id.indices.map { $0 % 10 }, "v": id.map { _ in Double(draws.next(below: 1000)) },
    ])
  }
}

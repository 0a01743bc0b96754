import ArgumentParser
import Foundation

/// `mixedlm-bench compare`: this package and the other systems, in turn on each workload.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Measure this package and other systems in turn on each workload.",
    discussion: "Appends one JSON line per measurement to the output file; `table` and `pictures` read it.")

  @Argument(
    help: "Names such as W1, sleepstudy, levels_1000; `series` for all sizes; all fixed ones by default.")
  var names: [String] = []

  @OptionGroup var options: MeasurementOptions

  @Option(help: "Systems to measure, with commas; by default all that are installed.")
  var systems = "ours,lme4,mixedlm,glmm,gpboost,glmmTMB,statsmodels"

  @Option(help: "Folder of the scripts that run the other systems.")
  var peers = "Tests/Benchmarks/peers"

  @Option(help: "Python interpreter that has the Python packages.")
  var python = "python3"

  @Option(help: "Seconds after which a measurement of another system is ended.")
  var limit = 900.0

  @Option(help: "File to which the lines are appended.")
  var output = ".build/bench.jsonl"

  func run() throws {
    let wanted = Set(systems.split(separator: ",").map(String.init))
    let installed = Peer.all.filter { wanted.contains($0.name) && $0.isInstalled(python) }
    var ours = options
    ours.threads = options.threads ?? 1
    for workload in try workloads(names) {
      let file = "\(options.data)/\(workload.file).csv"
      guard FileManager.default.isReadableFile(atPath: file) else {
        FileHandle.standardError.write(Data("passed over \(workload.name): there is no \(file)\n".utf8))
        continue
      }
      if wanted.contains("ours") { try append(try RunCommand.inChild(workload, ours)) }
      for peer in installed where !peer.skipped.contains(workload.name) {
        let record = try peer.measure(
          workload, folder: peers, data: options.data, python: python, threads: options.threads ?? 1,
          repeats: options.repeats ?? (workload.isSmall ? 60 : 2), limit: limit)
        try append(try record.line())
      }
    }
  }

  private func append(_ line: String) throws {
    print(line)
    fflush(nil)
    if !FileManager.default.fileExists(atPath: output) {
      try Data().write(to: URL(fileURLWithPath: output))
    }
    guard let handle = FileHandle(forWritingAtPath: output) else { throw BenchmarkError.unreadable(output) }
    defer { try? handle.close() }
    try handle.seekToEnd()
    try handle.write(contentsOf: Data((line + "\n").utf8))
  }
}

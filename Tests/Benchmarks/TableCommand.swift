import ArgumentParser
import Foundation

/// `mixedlm-bench table`: the measurements of one run as Markdown.
struct TableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table", abstract: "Print measurements as Markdown tables with ratios.")

  @Argument(help: "Files of JSON lines, as `compare` writes them.")
  var files = [".build/bench.jsonl"]

  func run() throws {
    print(ResultTables(try files.flatMap(Record.read)).markdown())
  }
}

/// `mixedlm-bench pictures`: cost against size as SVG.
struct PictureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pictures", abstract: "Draw cost against size from measurements of the series.")

  @Argument(help: "Files of JSON lines, as `compare` writes them.")
  var files = [".build/bench.jsonl"]

  @Option(help: "Folder for the pictures.")
  var output = ".build"

  func run() throws {
    let records = try files.flatMap(Record.read)
    for series in Workload.Series.allCases {
      let chart = CostChart(series: series, records: records)
      guard !chart.lines.isEmpty else { continue }
      let path = "\(output)/cost-\(series.rawValue).svg"
      try chart.svg().write(toFile: path, atomically: true, encoding: .utf8)
      print(path)
    }
  }
}

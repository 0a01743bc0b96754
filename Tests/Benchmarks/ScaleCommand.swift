import ArgumentParser
import Foundation

/// `mixedlm-bench scale`: fits of tables that stay in a database, the whole command each time.
struct ScaleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scale", abstract: "Measure fits of tables that stay in a database.",
    discussion: """
      Tables are made by Tests/Benchmarks/peers/make_scale_data.py, which takes the package duckdb of PyPI. \
      --spark takes a command built with the trait Spark, and a server with the table 'rows' of columns y, x and g.
      """)

  @Option(help: "The command.")
  var mixedlm = ".build/release/mixedlm"

  @Option(help: "Folder of the tables.")
  var data = ".build/bench-data/scale"

  @Option(help: "A Python that has duckdb.")
  var python = "python3"

  @Option(name: .customLong("repeat"), help: "Repetitions of each fit, the fastest of which counts.")
  var repeats = 3

  @Flag(help: "Fit 100,000,000 rows in DuckDB too, generated ones and those of a file of 2 GB.")
  var large = false

  @Option(help: "A Spark Connect server, sc://HOST:PORT.")
  var spark: String?

  /// What is measured, and the seconds and MiB that it may take.
  private struct Case {
    let name: String
    let address: String
    let table: String
    let formula: String
    let most: Double
    var memory: Double?
  }

  func run() throws {
    var arguments = ["Tests/Benchmarks/peers/make_scale_data.py", data]
    if large { arguments.append("--large") }
    let made = try Child.run(python, arguments)
    guard made.status == 0 else { throw BenchmarkError.childFailed("make_scale_data.py", made.status) }
    let duckdb = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
    let slopes = "y ~ x + (1 + x | g)"
    var cases = [
      Case(
        name: "A: 1e6 rows, slopes of 20,000 levels, SQLite", address: "sqlite:\(data)/scale.db",
        table: "rows",
        formula: slopes, most: 0.6),
      Case(
        name: "B: 1e6 rows, 2,000 × 500 crossed, SQLite", address: "sqlite:\(data)/scale.db", table: "rows",
        formula: "y2 ~ x + (1 | a) + (1 | b)", most: 3),
      Case(
        name: "A: Parquet, DuckDB", address: duckdb, table: "\(data)/scale.parquet", formula: slopes,
        most: 0.6),
      Case(
        name: "B: Parquet, DuckDB", address: duckdb, table: "\(data)/scale.parquet",
        formula: "y2 ~ x + (1 | a) + (1 | b)", most: 3),
      Case(
        name: "3e6 rows, intercepts of 1e6 levels, Parquet", address: duckdb, table: "\(data)/levels.parquet",
        formula: "y ~ x + (1 | g)", most: 2),
    ]
    if large {
      cases.append(
        Case(
          name: "A: 1e8 generated rows, DuckDB", address: "\(duckdb)&path=\(data)/generated.duckdb",
          table: "rows", formula: slopes, most: 15, memory: 500))
      cases.append(
        Case(
          name: "1e8 rows, intercepts of 1e6 levels, DuckDB", address: "\(duckdb)&path=\(data)/large.duckdb",
          table: "rows", formula: "y ~ x + (1 | g)", most: 15))
    }
    if let spark {
      cases.append(
        Case(
          name: "A: Spark, warm", address: "spark:\(spark)", table: "rows", formula: slopes, most: 2.5))
    }
    for each in cases { try measure(each) }
  }

  private func measure(_ each: Case) throws {
    var (seconds, memory) = (Double.infinity, 0.0)
    for _ in 0..<repeats {
      let run = try Child.run(
        python,
        [
          "Tests/Benchmarks/peers/run_command.py", mixedlm, "fit", "--quiet", "--from", each.address,
          "--table",
          each.table, "--formula", each.formula,
        ])
      let numbers = run.output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
      guard run.status == 0, numbers.count == 2 else {
        throw BenchmarkError.childFailed(each.name, run.status)
      }
      seconds = min(seconds, numbers[0])
      memory = max(memory, numbers[1])
    }
    let padded = each.name.padding(toLength: 48, withPad: " ", startingAt: 0)
    let limit = each.memory.map { String(format: " and %.0f MiB", $0) } ?? ""
    print(
      "\(padded)\(String(format: "%8.2f s %6.0f MiB  (at most %.1f s", seconds, memory, each.most))\(limit))")
  }
}

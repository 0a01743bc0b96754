import ArgumentParser
import Foundation
import StatsModels

/// `mixedlm aggregate`: sums up the rows of a model, so that it can be fitted without them.
struct AggregateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "aggregate",
    abstract: "Sum up the rows of a model; 'fit --aggregates' fits the sums.",
    discussion: """
      Files may be larger than memory. Sums of several files, made anywhere, add up if they are made with the same
      shifts: constants, levels and codings that --stats learns from data that have all levels.
      A cell, one combination of levels, that has one row tells that row.
      Examples:
        mixedlm aggregate day1.csv day2.csv --formula "y ~ x + (1 | shop)" --stats -o model.shifts
        mixedlm aggregate day1.csv --formula "y ~ x + (1 | shop)" --shifts model.shifts -o day1.mlx
        zcat day2.csv.gz | mixedlm aggregate - --formula "y ~ x + (1 | shop)" --shifts model.shifts -o day2.mlx
        mixedlm fit --aggregates day1.mlx day2.mlx
      """)

  @Argument(help: ArgumentHelp("CSV files with a header line; - is standard input.", valueName: "DATA.csv"))
  var data: [String]

  @OptionGroup var reader: ReaderOptions
  @OptionGroup var model: AggregateOptions

  @Flag(help: "Write the shifts that all parts share, instead of sums. Example: --stats -o model.shifts")
  var stats = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "File of shifts that --stats wrote; without it they are learned from the data. Example: --shifts model.shifts",
      valueName: "FILE"))
  var shifts: String?

  @Option(
    name: [.customShort("o"), .long], parsing: .unconditional,
    help: ArgumentHelp(
      "File to write; it appears complete or not at all. Example: -o day1.mlx", valueName: "FILE"))
  var output: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Refuse to write sums if some cell has fewer rows. Example: --minimum-cell 5", valueName: "N"))
  var minimumCell: Int?

  @Flag(help: "Print no notes. Example: --quiet")
  var quiet = false

  func validate() throws {
    if stats, shifts != nil {
      throw ValidationError("--stats and --shifts contradict each other; give one of them.")
    }
    if shifts == nil, model.formula == nil {
      throw ValidationError("Missing expected argument '--formula <F>'")
    }
    if output == "-" {
      throw ValidationError("-o names a file, which appears complete or not at all; - is none.")
    }
    if let minimumCell, minimumCell < 1 {
      throw ValidationError("--minimum-cell must be at least 1, not \(minimumCell).")
    }
    try model.check()
  }

  func run() throws {
    try Terminal.reporting(Self.self) {
      try OutputOptions.check(output)
      if let shifts {
        let design = try AggregateDesign(contentsOf: shifts)
        try model.require(design)
        return try write(Aggregates(merging: data.map { try sums(design, path: $0) }))
      }
      let spool = try SpooledInput(data)
      defer { spool.remove() }
      do {
        let design = try model.design(spool.paths, options: reader.options)
        if stats { return try design.write(to: output) }
        try write(Aggregates(merging: spool.paths.map { try sums(design, path: $0) }))
      } catch let error as DataFrameError where error.path != nil && error.path == spool.temporary {
        throw DataFrameError(
          error.code, error.message, path: "standard input", line: error.line, column: error.column)
      }
    }
  }

  private func sums(_ design: AggregateDesign, path: String) throws -> Aggregates {
    try Aggregates(design: design, csv: path, options: reader.options)
  }

  private func write(_ aggregates: Aggregates) throws {
    if let minimumCell, aggregates.smallestCell < minimumCell {
      throw StatsModelsError(
        .invalidArgument,
        "a cell has \(aggregates.smallestCell) rows, fewer than --minimum-cell \(minimumCell): join levels, or leave "
          + "out rows of small ones")
    }
    try aggregates.write(to: output)
    if !quiet {
      Terminal.complain(
        "note: \(aggregates.nobs) rows in \(aggregates.cellCount) cells, the smallest of \(aggregates.smallestCell)"
      )
    }
  }
}

/// Standard input as a file that can be read several times.
private struct SpooledInput {
  private(set) var paths: [String]
  private(set) var temporary: String?

  init(_ paths: [String]) throws {
    self.paths = paths
    guard let position = paths.firstIndex(of: "-") else { return }
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "mixedlm-\(UUID().uuidString).csv"
    ).path
    temporary = path
    guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
      let file = FileHandle(forWritingAtPath: path)
    else {
      throw StatsModelsError(.file, "cannot write \(path), where standard input is kept to be read twice")
    }
    while let part = try FileHandle.standardInput.read(upToCount: 1 << 20), !part.isEmpty {
      try file.write(contentsOf: part)
    }
    try file.close()
    self.paths[position] = path
  }

  func remove() { if let temporary { try? FileManager.default.removeItem(atPath: temporary) } }
}

import ArgumentParser
import Foundation
import StatsModels

/// `mixedlm predict`: fits a model and predicts new rows.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Fit a model and predict the rows of a second file.",
    discussion: """
      Without --exog-re, predictions are for the population: random effects at zero.

      Examples:
        mixedlm predict dietox.csv --formula "Weight ~ Time" --groups Pig --new new.csv
        mixedlm predict dietox.csv --formula "Weight ~ Time" --groups Pig --new new.csv \\
          --exog-re Pig --interval prediction --level 0.9 --format json
      """)

  @OptionGroup var model: ModelOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("CSV file with the rows to predict. Example: --new new.csv", valueName: "NEW.csv"))
  var new: String

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Grouping column whose predicted effects to add; may be repeated. Example: --exog-re Pig",
      valueName: "COL"))
  var exogRe: [String] = []

  @Option(
    help: ArgumentHelp(
      "Add standard errors and limits, of the mean or of a new observation. Example: --interval prediction",
      valueName: "confidence|prediction"))
  var interval: IntervalKind?

  @Option(help: ArgumentHelp("Level of the interval. Example: --level 0.9", valueName: "P"))
  var level = 0.95

  @Option(
    help: ArgumentHelp(
      "What to do with levels that the fit has not seen. Example: --new-levels population",
      valueName: "error|population"))
  var newLevels = NewLevels.error

  @Option(help: ArgumentHelp("Form of the result. Example: --format json", valueName: "csv|json"))
  var format = TableFormat.csv

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard level > 0, level < 1 else {
      throw ValidationError("--level must lie between 0 and 1, not \(level).")
    }
  }

  func run() throws {
    try Terminal.reporting(Self.self) {
      try output.check()
      var rows = DataFrame()
      let fitted = try FittedModel(model) { rows = try DataFrame(csv: new, typedAs: $0) }
      let columns = try FileRows.locating(new, rowCount: rows.rowCount) {
        try self.columns(fitted.results, rows)
      }
      if !model.quiet { try tellInestimable(fitted.results, rows) }
      switch format {
      case .csv:
        try output.write(
          DataFrame(columns: columns.map { Column(name: $0.key, $0.value) }).csvText(index: false))
      case .json:
        try output.write(JSONValue.object(columns.map { (key: $0.key, value: .numbers($0.value)) }).encoded())
      }
    }
  }

  /// Says which rows got no prediction because the data determine none.
  private func tellInestimable(_ results: MixedLMResults, _ rows: DataFrame) throws {
    guard results.warnings.contains(where: { $0.kind == .rankDeficient }) else { return }
    let bad = try results.inestimableRows(of: rows)
    guard !bad.isEmpty else { return }
    // Ten rows are enough to see what they have in common.
    let shown = bad.prefix(10).map(String.init).joined(separator: ", ") + (bad.count > 10 ? ", …" : "")
    Terminal.complain(
      "warning: \(bad.count) of \(rows.rowCount) rows of \(new) get no prediction, the first in row \(bad[0]): "
        + "the data do not determine a mean there, as for a combination of levels without rows (rows \(shown))"
    )
  }

  /// The columns of the result, by name.
  private func columns(_ results: MixedLMResults, _ rows: DataFrame) throws -> [(
    key: String, value: [Double]
  )] {
    let columns = try exogRe.map { name -> Column in
      do { return try rows.column(name) } catch let error as DataFrameError {
        let parts = name.split(separator: ":").map { $0.trimmingCharacters(in: .whitespaces) }
        let isProduct = parts.count > 1 && parts.allSatisfy(rows.contains)
        let hint = parts.map { "--exog-re \($0)" }.joined(separator: " ")
        throw DataFrameError(
          error.code,
          isProduct ? "no column '\(name)': name the columns of its factors, \(hint)" : error.message,
          path: new)
      }
    }
    let factors = try DataFrame(columns: columns, rowLabels: rows.rowLabels)
    guard let interval else {
      let predictions =
        exogRe.isEmpty
        ? try results.predict(rows) : try results.predict(rows, exogRe: factors, newLevels: newLevels)
      return [("predictions", predictions.values)]
    }
    let table =
      exogRe.isEmpty
      ? try results.predict(rows, newLevels: newLevels, interval: interval, level: level)
      : try results.predict(rows, exogRe: factors, newLevels: newLevels, interval: interval, level: level)
    return [
      ("predictions", table.predictions.values), ("se", table.se.values), ("lower", table.lower.values),
      ("upper", table.upper.values),
    ]
  }
}

extension IntervalKind: ExpressibleByArgument {}
extension NewLevels: ExpressibleByArgument {}

import ArgumentParser
import Foundation
import StatsModels

/// `mixedlm predict`: fits a model, or reads a saved fit, and predicts new rows.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict the rows of a file by a model fitted to another, or by a saved fit.",
    usage: """
      mixedlm predict <DATA.csv> --formula <F> [<fit options>] --new <NEW.csv> [<options>]
      mixedlm predict --model <FILE> --new <NEW.csv> [<options>]
      """,
    discussion: """
      Without --exog-re, predictions are for the population: random effects at zero.

      Examples:
        mixedlm predict dietox.csv --formula "Weight ~ Time" --groups Pig --new new.csv
        mixedlm predict dietox.csv --formula "Weight ~ Time" --groups Pig --new new.csv \\
          --exog-re Pig --interval prediction --level 0.9 --format json
        mixedlm predict --model pigs.fit --new new.csv --id Pig --id Litter
        mixedlm predict --model herds.fit --new new.csv --which marginal --interval confidence
      """)

  @OptionGroup var model: ModelOptions

  @Option(
    name: .customLong("model"), parsing: .unconditional,
    help: ArgumentHelp(
      "Fit written by 'fit --save', instead of DATA.csv and the options of a fit. Example: --model pigs.fit",
      valueName: "FILE"))
  var saved: String?

  @Option(
    help: ArgumentHelp(
      "Of a generalised model: the mean (default), the linear predictor, or the mean over the distribution of the effects that are not used. Example: --which marginal",
      valueName: "mean|linear|marginal"))
  var which: MixedGLMPrediction?

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
    name: .customLong("id"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Column of NEW.csv to repeat before the predictions; may be repeated. Example: --id Pig",
      valueName: "COL"))
  var ids: [String] = []

  @Option(
    help: ArgumentHelp(
      "Add standard errors and limits, of the mean or of a new observation. Example: --interval prediction",
      valueName: "confidence|prediction"))
  var interval: IntervalKind?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Level of the interval. Example: --level 0.9", valueName: "P")
  )
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
    if which != nil, model.generalized.family == nil, saved == nil {
      throw ValidationError("--which belongs to generalised models; give --family.")
    }
    if which == .linear, interval == .prediction {
      throw ValidationError(
        "A new observation has no linear predictor: take --which mean or marginal with --interval prediction."
      )
    }
    if saved == nil {
      try model.requireModel()
    } else if !model.areEmpty {
      throw ValidationError("--model holds a fit: leave out DATA.csv and the options that describe a fit.")
    }
    if let name = ids.first(where: { ["predictions", "se", "lower", "upper"].contains($0) }) {
      throw ValidationError("--id \(name): the output has a column of that name; rename it in the file.")
    }
  }

  func run() throws {
    try Terminal.reporting(Self.self) {
      try output.check()
      let (fit, rows) = try fitAndRows()
      let columns = try FileRows.locating(new, rowCount: rows.rowCount) {
        switch fit {
        case .linear(let results): try self.columns(results, rows)
        case .generalized(let results): try self.columns(results, rows)
        }
      }
      if case .linear(let results) = fit, !model.quiet { try tellInestimable(results, rows) }
      let repeated = try ids.map { try column($0, of: rows) }
      switch format {
      case .csv:
        try output.write(
          DataFrame(columns: repeated + columns.map { Column(name: $0.key, $0.value) }).csvText(index: false))
      case .json:
        let members =
          repeated.map { (key: $0.name, value: JSONValue.values($0)) }
          + columns.map { (key: $0.key, value: JSONValue.numbers($0.value)) }
        try output.write(JSONValue.object(members).encoded())
      }
    }
  }

  /// The fit, and the rows to predict, whose columns are texts where the fit takes texts.
  private func fitAndRows() throws -> (SavedResults, DataFrame) {
    if let saved {
      let fit = try SavedResults(saved)
      let texts: Set<String>
      switch fit {
      case .linear(let results):
        texts = results.textVariables
        if which != nil {
          throw StatsModelsError(
            .invalidArgument,
            "\(saved) holds a linear model, which has one kind of prediction: leave out --which")
        }
      case .generalized(let results): texts = results.textVariables
      }
      return (fit, try model.reader.frame(new, texts: Array(texts), quiet: model.quiet))
    }
    var rows = DataFrame()
    let read = { (data: DataFrame) in
      rows = try model.reader.frame(new, texts: data.textColumns, quiet: model.quiet)
    }
    if let family = try model.generalized.chosenFamily {
      let fitted = try GeneralizedFit(model, family: family, check: read)
      return (.generalized(fitted.results), rows)
    }
    let fitted = try FittedModel(model, check: read)
    return (.linear(fitted.results), rows)
  }

  /// The columns of the result of a generalised model.
  private func columns(_ results: MixedGLMResults, _ rows: DataFrame) throws -> [(
    key: String, value: [Double]
  )] {
    let factors = try factors(of: rows)
    let which = which ?? .mean
    guard let interval else {
      let values = try results.predict(rows, exogRe: factors, which: which, newLevels: newLevels)
      return [("predictions", values.values)]
    }
    return columns(
      try results.predict(
        rows, exogRe: factors, which: which, newLevels: newLevels, interval: interval, level: level))
  }

  /// The grouping columns whose effects are used.
  private func factors(of rows: DataFrame) throws -> DataFrame {
    let columns = try exogRe.map { try column($0, of: rows, remedy: productRemedy($0, rows)) }
    return try DataFrame(columns: columns, rowLabels: rows.rowLabels)
  }

  private func columns(_ table: PredictionTable) -> [(key: String, value: [Double])] {
    [
      ("predictions", table.predictions.values), ("se", table.se.values), ("lower", table.lower.values),
      ("upper", table.upper.values),
    ]
  }

  /// A column of the new file, by a name that the user gave.
  ///
  /// - Parameter remedy: what to do instead where there is none of that name.
  private func column(_ name: String, of rows: DataFrame, remedy: String? = nil) throws -> Column {
    do { return try rows.column(name) } catch {
      throw DataFrameError(
        error.code, remedy.map { "no column '\(name)': \($0)" } ?? error.message, path: new)
    }
  }

  /// Where a factor is a product of columns, it is named by these.
  private func productRemedy(_ name: String, _ rows: DataFrame) -> String? {
    let parts = name.split(separator: ":").map { $0.trimmingCharacters(in: .whitespaces) }
    guard parts.count > 1, parts.allSatisfy(rows.contains) else { return nil }
    return "name the columns of its factors, " + parts.map { "--exog-re \($0)" }.joined(separator: " ")
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
    let factors = try factors(of: rows)
    guard let interval else {
      let predictions =
        exogRe.isEmpty
        ? try results.predict(rows) : try results.predict(rows, exogRe: factors, newLevels: newLevels)
      return [("predictions", predictions.values)]
    }
    return columns(
      exogRe.isEmpty
        ? try results.predict(rows, newLevels: newLevels, interval: interval, level: level)
        : try results.predict(rows, exogRe: factors, newLevels: newLevels, interval: interval, level: level))
  }
}

extension JSONValue {
  /// The values of a column, null where one is missing.
  fileprivate static func values(_ column: Column) -> JSONValue {
    .array(
      (0..<column.count).map { row in
        switch column[row] {
        case .integer(let value): .integer(value)
        case .double(let value): .number(value)
        case .boolean(let value): .boolean(value)
        case .string(let value): .string(value)
        case nil: .null
        }
      })
  }
}

extension IntervalKind: ExpressibleByArgument {}
extension NewLevels: ExpressibleByArgument {}
extension MixedGLMPrediction: ExpressibleByArgument {}

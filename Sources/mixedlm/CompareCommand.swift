import ArgumentParser
import StatsModels

/// `mixedlm compare`: a likelihood-ratio test against a smaller model.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare a model with a smaller one by their likelihoods.",
    discussion: """
      The smaller model takes the same groups, weights and other options; without groups, and with no bar in its formula,
      it is the regression without random effects: of least squares, or the generalised linear model of the same family.
      With --bootstrap a smaller mixed model's fit draws responses, and the likelihood ratio is compared with theirs.

      Examples:
        mixedlm compare sleep.csv --formula "y ~ Days + (Days | Subject)" --null "y ~ Days + (1 | Subject)"
        mixedlm compare beets.csv --formula "sugpct ~ harvest + (1 | block/harvest)" \\
          --null "sugpct ~ 1 + (1 | block/harvest)" --bootstrap 1000 --seed 1
        mixedlm compare herds.csv --formula "incidence ~ period + (1 | herd)" --null "incidence ~ period" \\
          --family binomial --trials size
      """)

  @OptionGroup var model: ModelOptions

  @Option(
    name: .customLong("null"), parsing: .unconditional,
    help: ArgumentHelp("The smaller formula. Example: --null \"y ~ 1 + (1 | school)\"", valueName: "F"))
  var smaller: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Number of responses to draw from the smaller model. Example: --bootstrap 1000", valueName: "N"))
  var bootstrap: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Seed of the random numbers. Example: --seed 7", valueName: "S"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Form of the result. Example: --format json", valueName: "text|json|csv"))
  var format = ResultFormat.text

  @OptionGroup var output: OutputOptions

  func validate() throws {
    try model.requireModel()
    if let bootstrap, bootstrap < 1 {
      throw ValidationError("--bootstrap must be at least 1, not \(bootstrap).")
    }
    if bootstrap != nil, (try? smallerModel.lackRandomEffects) == true {
      throw ValidationError(
        "--bootstrap draws from a mixed model: give --null random effects, or leave it out.")
    }
  }

  /// The options of the smaller model.
  private var smallerModel: ModelOptions {
    var options = model
    options.formula = smaller
    return options
  }

  func run() throws {
    try Terminal.reporting(Self.self) {
      try output.check()
      let options = smallerModel
      if try options.lackRandomEffects {
        try runAgainstRegression(options)
        return
      }
      if let family = try model.generalized.chosenFamily {
        try runGeneralized(family, smaller: options)
        return
      }
      var frame = DataFrame()
      let large = try FittedModel(model) { frame = $0 }
      let small = try FittedModel(options, rows: shared(frame, large.results.fittedvalues))
      let comparison = try compare(small.results, large.results)
      let drawn = try bootstrap.map {
        try compare(
          small.results, large.results, method: .parametricBootstrap(count: $0, seed: seed),
          threads: model.threads)
      }
      try write(comparison.description, comparison.frame, comparison.rows, comparison.notes, drawn)
    }
  }

  private func runGeneralized(_ family: Family, smaller options: ModelOptions) throws {
    var frame = DataFrame()
    let large = try GeneralizedFit(model, family: family) { frame = $0 }
    let small = try GeneralizedFit(
      options, family: family, rows: shared(frame, large.results.fittedvalues))
    let comparison = try compare(small.results, large.results)
    let drawn = try bootstrap.map {
      try compare(
        small.results, large.results, method: .parametricBootstrap(count: $0, seed: seed),
        threads: model.threads)
    }
    try write(comparison.description, comparison.frame, comparison.rows, comparison.notes, drawn)
  }

  /// The rows that the larger model uses: with those of missing values dropped, the smaller one would use more.
  private func shared(_ frame: DataFrame, _ fitted: Series) throws -> DataFrame {
    guard model.missing == .drop, fitted.count < frame.rowCount else { return frame }
    return try frame.rows(labels: fitted.index)
  }

  private func runAgainstRegression(_ options: ModelOptions) throws {
    var frame = DataFrame()
    if let family = try model.generalized.chosenFamily {
      let large = try GeneralizedFit(model, family: family) { frame = $0 }
      frame = try shared(frame, large.results.fittedvalues)
      let null = try options.regression(frame, family: family).fit()
      let comparison = try compare(null, large.results)
      try write(comparison.description, comparison.frame, comparison.rows, comparison.notes, nil)
    } else {
      let large = try FittedModel(model) { frame = $0 }
      frame = try shared(frame, large.results.fittedvalues)
      let null = try RegressionModel.fromFormula(
        formula: smaller, data: frame, weights: model.weights, missing: model.missing.missing
      ).fit()
      let comparison = try compare(null, large.results)
      try write(comparison.description, comparison.frame, comparison.rows, comparison.notes, nil)
    }
  }

  private func write(
    _ text: String, _ frame: DataFrame, _ rows: [ModelComparison.Row], _ notes: [String],
    _ drawn: BootstrapComparison?
  ) throws {
    switch format {
    case .text:
      try output.write([text, drawn?.description].compactMap { $0 }.joined(separator: "\n\n"))
    case .csv:
      try output.write(frame.csvText(index: false))
      if drawn != nil, !model.quiet {
        Terminal.complain("note: csv has no place for the bootstrap; text and json have it")
      }
    case .json: try output.write(document(rows, notes, drawn).encoded())
    }
  }

  private func document(
    _ rows: [ModelComparison.Row], _ notes: [String], _ drawn: BootstrapComparison?
  ) -> JSONValue {
    let rows = rows.map { row -> JSONValue in
      [
        "model": .string(row.name), "npar": .integer(row.parameters), "aic": .number(row.aic),
        "bic": .number(row.bic), "llf": .number(row.logLikelihood), "chisq": .number(row.chiSquared),
        "df": .integer(row.degreesOfFreedom), "p": .number(row.pValue), "reference": .string(row.reference),
      ]
    }
    var members: [(key: String, value: JSONValue)] = [
      ("rows", .array(rows)), ("notes", .array(notes.map { .string($0) })),
    ]
    if let drawn {
      members.append(
        (
          "bootstrap",
          [
            "statistic": .number(drawn.statistic), "df": .integer(drawn.degreesOfFreedom),
            "draws": .integer(drawn.reference.count - drawn.failures), "failures": .integer(drawn.failures),
            "p": .number(drawn.pValue), "p_error": .number(drawn.pValueError),
            "p_bartlett": .number(drawn.bartlettPValue), "p_gamma": .number(drawn.gammaPValue),
            "p_f": .number(drawn.fPValue), "p_chi2": .number(drawn.chiSquaredPValue),
          ]
        ))
    }
    return .object(members)
  }
}

import ArgumentParser
import StatsModels

/// `mixedlm fit`: estimates a model and prints its summary.
struct FitCommand: ParsableCommand {
  /// What `--format` takes.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, html, latex
  }

  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit a model and print its summary or all its numbers.",
    discussion: """
      Examples:
        mixedlm fit dietox.csv --formula "Weight ~ Time" --groups Pig
        mixedlm fit Pastes.csv --formula "strength ~ 1" --groups batch --re-formula "~1" \\
          --vc-formula "cask=0 + C(cask)" --format json --output pastes.json
        mixedlm fit scores.csv --formula "score ~ group + (1 | test) + (1 | school/student)"
        mixedlm fit sleep.csv --formula "Reaction ~ Days + (Days | Subject)" --ddf kenward-roger
        mixedlm fit dietox.csv --formula "Weight ~ Time" --groups Pig --save pigs.fit
        mixedlm fit --aggregates day1.mlx day2.mlx --format json
        mixedlm fit --from sqlite:sales.db --table orders --formula "y ~ x + (1 | shop)"
        mixedlm fit --from sqlite:sales.db --table orders --formula "y ~ x + (1 | shop)" --save shops.fit \\
          --write-effects shop=shop_effects
        mixedlm fit cbpp.csv --formula "incidence ~ C(period) + (1 | herd)" --family binomial --trials size
      """)

  @OptionGroup var model: ModelOptions

  @Option(help: DegreesOfFreedomOption.help) var ddf: DegreesOfFreedomOption?

  @Option(
    help: ArgumentHelp(
      "Standard errors of the fixed effects that do not trust the covariance within clusters. Example: --robust cr2 --clusters Pig",
      valueName: "cr0|cr1|cr1p|cr1s|cr2|cr3"))
  var robust: RobustCovariance.Correction?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Column of the clusters of --robust. Example: --clusters Pig", valueName: "COL"))
  var clusters: String?

  @Option(
    help: ArgumentHelp(
      "Form of the result; text is statsmodels' summary. Example: --format json",
      valueName: "text|json|html|latex"))
  var format = Format.text

  @Flag(
    help: "Add random effects, fitted values and residuals to the JSON form. Example: --format json --all")
  var all = false

  @Flag(help: "Tell on standard error how long each step took. Example: --timing")
  var timing = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Write the fit itself to a file that 'predict --model' reads; it appears complete or not at all. Example: --save pigs.fit",
      valueName: "FILE"))
  var save: String?

  @Flag(
    name: .customLong("no-rows"),
    help:
      "Leave out of the saved fit everything from which a row of the data could be rebuilt. Example: --no-rows"
  )
  var withoutRows = false

  @OptionGroup var source: SourceOptions

  @OptionGroup var output: OutputOptions

  func validate() throws {
    try source.check(model)
    if (robust == nil) != (clusters == nil) {
      throw ValidationError("--robust and --clusters belong together; give both.")
    }
    if robust != nil, ddf == .kenwardRoger {
      throw ValidationError(
        "--ddf kenward-roger has a covariance of its own; take satterthwaite with --robust.")
    }
    if model.generalized.family != nil {
      if source.from != nil || !source.aggregates.isEmpty {
        throw ValidationError(
          "--family takes a file of rows: sums of a linear model (--aggregates, --from) do not do.")
      }
      if ddf != nil || robust != nil || model.varianceBy != nil || model.residuals != nil {
        throw ValidationError(
          "--ddf, --robust, --variance-by and --residuals are for linear models; leave them out with --family."
        )
      }
    }
    if withoutRows, save == nil { throw ValidationError("--no-rows needs --save FILE.") }
  }

  func run() throws {
    try Terminal.reporting(Self.self) {
      try output.check()
      try OutputOptions.check(save)
      if let family = try model.generalized.chosenFamily {
        try runGeneralized(GeneralizedFit(model, family: family))
        return
      }
      let fitted = try source.fitted(model, needsLevels: all || save != nil || !source.writeEffects.isEmpty)
      if let save { try fitted.model.results.save(save, rows: !withoutRows) }
      try source.write(fitted.model.results)
      let covariance = try robustCovariance(fitted.model.results)
      let table = try coefficients(fitted.model.results, covariance)
      if !model.quiet { for note in table?.notes ?? [] { Terminal.tell("note", note) } }
      let report = FitReport(
        fitted: fitted.model, arguments: fitted.report, includesEffects: all, inference: table)
      let summary = { try fitted.model.results.summary(ddf: ddf?.method, covariance: covariance) }
      switch format {
      case .text: try output.write(summary().asText())
      case .html: try output.write(summary().asHtml())
      case .latex: try output.write(summary().asLatex())
      case .json: try output.write(report.document().encoded())
      }
      if timing { Terminal.complain(report.timingLine) }
    }
  }

  private func runGeneralized(_ fitted: GeneralizedFit) throws {
    if let save { try fitted.results.save(save, rows: !withoutRows) }
    let report = GeneralizedReport(fitted: fitted, arguments: model.report, includesEffects: all)
    switch format {
    case .text: try output.write(fitted.results.summary().asText())
    case .html: try output.write(fitted.results.summary().asHtml())
    case .latex: try output.write(fitted.results.summary().asLatex())
    case .json: try output.write(report.document().encoded())
    }
    if timing { Terminal.complain(report.timingLine) }
  }

  private func robustCovariance(_ results: MixedLMResults) throws -> RobustCovariance? {
    guard let robust, let clusters else { return nil }
    return try results.robustCovariance(robust, clusters: clusters)
  }

  /// Tests that were asked for; nil for statsmodels' own.
  private func coefficients(
    _ results: MixedLMResults, _ covariance: RobustCovariance?
  ) throws -> CoefficientTable? {
    guard let covariance else { return try ddf.map { try results.coefficients(ddf: $0.method) } }
    return try results.coefficients(ddf: ddf?.method ?? .satterthwaite, covariance: covariance)
  }
}

extension RobustCovariance.Correction: ExpressibleByArgument {}

import ArgumentParser
import StatsModels

/// `mixedlm profile`: intervals by the profile likelihood.
struct ProfileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile",
    abstract:
      "Print confidence intervals of standard deviations, correlations and fixed effects by profiles.",
    discussion: """
      The likelihood is not the restricted one, as in lme4. Parameters: of each factor, by decreasing number of levels,
      sd_EFFECT|FACTOR and cor_EFFECT.EFFECT|FACTOR; then sigma, the residual standard deviation, or with --family an \
      estimated dispersion; then the fixed effects.

      Examples:
        mixedlm profile sleep.csv --formula "Reaction ~ Days + (Days | Subject)"
        mixedlm profile dietox.csv --formula "Weight ~ Time" --groups Pig --level 0.9 --format json
        mixedlm profile cbpp.csv --formula "incidence ~ C(period) + (1 | herd)" --family binomial --trials size
      """)

  @OptionGroup var model: ModelOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Level of the intervals. Example: --level 0.9", valueName: "P"))
  var level = 0.95

  @Option(help: ArgumentHelp("Form of the result. Example: --format json", valueName: "text|json|csv"))
  var format = ResultFormat.text

  @OptionGroup var output: OutputOptions

  func validate() throws {
    try model.requireModel()
    guard level > 0, level < 1 else {
      throw ValidationError("--level must lie between 0 and 1, not \(level).")
    }
  }

  func run() throws {
    try Terminal.reporting(Self.self) {
      try output.check()
      let profile =
        if let family = try model.generalized.chosenFamily {
          try GeneralizedFit(model, family: family).results.profile(level: level, points: 0)
        } else {
          try FittedModel(model).results.profile(level: level, points: 0)
        }
      switch format {
      case .text: try output.write(profile.description)
      case .csv: try output.write(profile.frame.csvText(index: false))
      case .json:
        let intervals = profile.parameters.map { parameter -> JSONValue in
          [
            "parameter": .string(parameter.name), "estimate": .number(parameter.estimate),
            "lower": .number(parameter.lower), "upper": .number(parameter.upper),
          ]
        }
        try output.write(
          JSONValue.object([("level", .number(level)), ("intervals", .array(intervals))]).encoded())
      }
    }
  }
}

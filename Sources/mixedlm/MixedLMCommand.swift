import ArgumentParser

/// Linear mixed models from the shell: a thin layer over the library StatsModels.
@main
struct MixedLMCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mixedlm",
    abstract: "Fit linear mixed models to CSV files.",
    discussion: """
      Formulas are those of patsy and statsmodels; random effects are written as in statsmodels (--groups, \
      --re-formula, --vc-formula) or as in lme4 (bars in the formula).

      Example: mixedlm fit dietox.csv --formula "Weight ~ Time" --groups Pig --re-formula "~Time"

      Completion of commands and options in the shell: source <(mixedlm --generate-completion-script bash)

      Exit status: 0 when a result was printed, 1 for unusable data or formulas, 64 for wrong usage.
      """,
    version: "0.1.0",
    subcommands: [
      FitCommand.self, DesignCommand.self, PredictCommand.self, PlotCommand.self, AnovaCommand.self,
      MeansCommand.self, ProfileCommand.self, CompareCommand.self, AggregateCommand.self,
      SQLCommand.self,
    ])

  static func main() {
    let arguments = verbatim(Array(CommandLine.arguments.dropFirst()))
    OptionCheck.check(arguments)
    main(arguments)
  }

  /// The arguments with values that the parser would refuse, `---x` and `-=x`, joined to their options.
  private static func verbatim(_ arguments: [String]) -> [String] {
    var result: [String] = []
    for argument in arguments {
      if argument.hasPrefix("---") || argument.hasPrefix("-="), let option = result.last,
        option.hasPrefix("--"),
        !option.contains("=")
      {
        result[result.count - 1] = "\(option)=\(argument)"
      } else {
        result.append(argument)
      }
    }
    return result
  }
}

import ArgumentParser
import StatsModels

/// `mixedlm anova`: fits a model and tests the terms of its fixed effects.
struct AnovaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "anova",
    abstract: "Fit a model and test each term of the fixed effects by F, or by Wald's chi2.",
    discussion: """
      Type 1 tests each term after those before it, 2 after all that do not contain it, 3 as SAS and lmerTest do. With \
      --random each term of the random effects is left out in turn and tested by a likelihood ratio.

      Examples:
        mixedlm anova ham.csv --formula "liking ~ C(Product) * C(Information) + (1 | Consumer)"
        mixedlm anova Machines.csv --formula "score ~ Machine + (1 | Worker/Machine)" --ddf kenward-roger --format json
        mixedlm anova sleep.csv --formula "Reaction ~ Days + (Days | Subject)" --random
        mixedlm anova cbpp.csv --formula "incidence ~ C(period) + (1 | herd)" --family binomial --trials size
      """)

  /// What `--type` takes.
  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case one = "1"
    case two = "2"
    case three = "3"
    case carTwo = "car2"

    var type: AnovaType {
      switch self {
      case .one: .one
      case .two: .two
      case .three: .three
      case .carTwo: .carTwo
      }
    }
  }

  @OptionGroup var model: ModelOptions

  @Option(
    help: ArgumentHelp(
      "Which hypotheses, 3 when left out; car2 are those of car's Anova. Example: --type 2",
      valueName: "1|2|3|car2"))
  var type: Kind?

  @Option(help: DegreesOfFreedomOption.help) var ddf: DegreesOfFreedomOption?

  @Flag(help: "Test the terms of the random effects in the place of the fixed ones. Example: --random")
  var random = false

  @Option(help: ReportFormat.help) var format = ReportFormat.text

  @OptionGroup var output: OutputOptions

  func validate() throws {
    try model.requireModel()
    if model.generalized.family != nil, ddf != nil {
      throw ValidationError("--ddf is for linear models; leave it out with --family.")
    }
    if random {
      if type != nil || ddf != nil {
        throw ValidationError("--type and --ddf are for the fixed effects; leave them out with --random.")
      }
      try model.requireLinear(
        "anova --random", remedy: "take 'mixedlm compare … --family', likelihood ratios")
    }
  }

  private var tested: Kind { type ?? .three }

  func run() throws {
    try Terminal.reporting(Self.self) {
      try output.check()
      if let family = try model.generalized.chosenFamily {
        return try write(GeneralizedFit(model, family: family).results.anova(type: tested.type))
      }
      let results = try FittedModel(model).results
      if random { return try write(results.ranova()) }
      let table = try results.anova(type: tested.type, ddf: (ddf ?? .satterthwaite).method)
      switch format {
      case .text: try output.write(table.description)
      case .csv: try output.write(table.frame.csvText(index: false))
      case .json: try output.write(table.document(type: tested.rawValue).encoded())
      }
      if !model.quiet, format != .text { for note in table.notes { Terminal.tell("note", note) } }
    }
  }
}

extension AnovaCommand {
  private func write(_ tests: WaldTestResults) throws {
    let terms = tests.table.index
    switch format {
    case .text: try output.write(tests.description)
    case .csv:
      let columns = [("chi2", tests.statistic), ("df", tests.dfConstraints), ("p", tests.pvalues)]
      let frame = try DataFrame(
        columns: [Column(name: "term", terms)] + columns.map { Column(name: $0, $1) })
      try output.write(frame.csvText(index: false))
    case .json:
      let rows = terms.indices.map { i -> JSONValue in
        [
          "term": .string(terms[i]), "chi2": .number(tests.statistic[i]),
          "df": .number(tests.dfConstraints[i]), "p": .number(tests.pvalues[i]),
        ]
      }
      let document: JSONValue = [
        "type": Int(tested.rawValue).map { .integer($0) } ?? .string(tested.rawValue), "rows": .array(rows),
      ]
      try output.write(document.encoded())
    }
  }

  private func write(_ tests: RandomTermTests) throws {
    switch format {
    case .text: try output.write(tests.description)
    case .csv: try output.write(tests.frame.csvText(index: false))
    case .json:
      let rows = tests.term.indices.map { i -> JSONValue in
        [
          "term": .string(tests.term[i]), "n_par": .integer(tests.parameters[i]),
          "llf": .number(tests.logLikelihood[i]), "lrt": .number(tests.statistic[i]),
          "df": .integer(tests.df[i]),
          "p": .number(tests.p[i]), "p_mixture": .number(tests.pMixture[i]),
        ]
      }
      let document: JSONValue = [
        "n_par": .integer(tests.fullParameters), "llf": .number(tests.fullLogLikelihood),
        "rows": .array(rows),
      ]
      try output.write(document.encoded())
    }
  }
}

/// What `--format` takes of commands that print tables.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, csv

  static let help = ArgumentHelp("Form of the result. Example: --format json", valueName: "text|json|csv")
}

extension AnovaTable {
  /// The table as JSON; `type` is what `--type` took.
  func document(type: String) -> JSONValue {
    let rows = term.indices.map { i -> JSONValue in
      [
        "term": .string(term[i]), "sum_sq": .number(sumSq[i]), "mean_sq": .number(meanSq[i]),
        "num_df": .number(numDf[i]), "den_df": .number(denDf[i]), "f": .number(f[i]), "p": .number(p[i]),
      ]
    }
    return [
      "type": Int(type).map { .integer($0) } ?? .string(type), "ddf": .string(ddf.optionName),
      "rows": .array(rows),
    ]
  }
}

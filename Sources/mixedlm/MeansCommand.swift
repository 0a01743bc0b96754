import ArgumentParser
import StatsModels

/// `mixedlm means`: fits a model and prints marginal means and their differences.
struct MeansCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "means",
    abstract: "Fit a model and print marginal means and their differences.",
    discussion: """
      Means are those of predictions at all combinations of the levels of the factors and at the means of the numbers \
      and of an offset, averaged over what --of and --by do not name. With --trend they are slopes.

      Examples:
        mixedlm means Machines.csv --formula "score ~ Machine + (1 | Worker/Machine)" --of Machine --pairwise
        mixedlm means growth.csv --formula "distance ~ age * Sex + (1 | Subject)" --of Sex --by age --at age=8,14
        mixedlm means growth.csv --formula "distance ~ age * Sex + (1 | Subject)" --of Sex --trend age --pairwise
        mixedlm means cbpp.csv --formula "incidence ~ C(period) + (1 | herd)" --family binomial --trials size \\
          --of period --type response --pairwise
      """)

  @OptionGroup var model: ModelOptions

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Factor whose means are wanted; several give the means of their combinations. Example: --of Machine",
      valueName: "F"))
  var of: [String] = []

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Factor at each level of which differences are a family of their own. Example: --by Sex", valueName: "F"
    ))
  var by: [String] = []

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Values of a variable. Example: --at age=8,14", valueName: "COL=V,V"))
  var at: [NamedFormula] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Slopes of this number in the place of means. Example: --trend age", valueName: "COL"))
  var trend: String?

  @Flag(help: "Add all differences of two means. Example: --pairwise")
  var pairwise = false

  @Option(
    help: ArgumentHelp(
      "Adjustment of the differences for their number. Example: --adjust holm",
      valueName: MarginalMeans.Adjustment.allCases.map(\.rawValue).joined(separator: "|")))
  var adjust = MarginalMeans.Adjustment.tukey

  @Option(
    help: ArgumentHelp(
      "Weights of the combinations that are averaged over. Example: --averaging cells",
      valueName: "equal|proportional|cells|outer|flat"))
  var averaging = MarginalMeans.Averaging.equal

  @Option(help: DegreesOfFreedomOption.help) var ddf: DegreesOfFreedomOption?

  @Option(
    help: ArgumentHelp(
      "With --family: means of the linear predictor (default), or of the response with ratios for differences. Example: --type response",
      valueName: "link|response"))
  var type: MeanScale?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Confidence level of the limits. Example: --level 0.9", valueName: "L"))
  var level = 0.95

  @Option(help: ReportFormat.help) var format = ReportFormat.text

  @OptionGroup var output: OutputOptions

  func validate() throws {
    try model.requireModel()
    if of.isEmpty { throw ValidationError("Missing expected argument '--of <F>'") }
    guard level > 0, level < 1 else {
      throw ValidationError("--level must be between 0 and 1, not \(level).")
    }
    if model.generalized.family == nil, type != nil {
      throw ValidationError("--type belongs to generalised models; give --family.")
    }
    if model.generalized.family != nil, ddf != nil {
      throw ValidationError("--ddf is for linear models; leave it out with --family.")
    }
    if trend != nil, type == .response {
      throw ValidationError("--trend takes slopes of the linear predictor: leave out --type response.")
    }
    if let name = NamedFormula.repeatedName(at) {
      throw ValidationError("--at is given twice for '\(name)': separate values by commas.")
    }
  }

  func run() throws {
    try Terminal.reporting(Self.self) {
      try output.check()
      let means = try means()
      let pairs = pairwise ? try means.pairs(adjust: adjust, alpha: 1 - level) : nil
      switch format {
      case .text: try output.write(text(means, pairs))
      case .csv: try output.write((pairs?.frame ?? means.frame).csvText(index: false))
      case .json: try output.write(document(means, pairs).encoded())
      }
      if pairs != nil, format == .csv, !model.quiet {
        Terminal.complain("note: these are the differences; without --pairwise csv has the means")
      }
      if !model.quiet, format != .text {
        for note in pairs?.notes ?? means.notes { Terminal.tell("note", note) }
      }
    }
  }

  private func means() throws -> MarginalMeans {
    let values = Dictionary(uniqueKeysWithValues: at.map { ($0.name, Self.values($0.formula)) })
    // Before the fit, which may take long.
    let check = { (data: DataFrame) in
      for name in of + by + at.map(\.name) { _ = try data.column(name) }
    }
    if let family = try model.generalized.chosenFamily {
      let results = try GeneralizedFit(model, family: family, check: check).results
      if let trend {
        return try results.marginalTrends(
          of: of, variable: trend, by: by, at: values, averaging: averaging, alpha: 1 - level)
      }
      return try results.marginalMeans(
        of: of, by: by, at: values, averaging: averaging, type: type ?? .link, alpha: 1 - level)
    }
    let results = try FittedModel(model, check: check).results
    let ddf = ddf ?? .satterthwaite
    if let trend {
      return try results.marginalTrends(
        of: of, variable: trend, by: by, at: values, averaging: averaging, ddf: ddf.method, alpha: 1 - level)
    }
    return try results.marginalMeans(
      of: of, by: by, at: values, averaging: averaging, ddf: ddf.method, alpha: 1 - level)
  }

  /// Values separated by commas: numbers where all are.
  private static func values(_ text: String) -> any ColumnConvertible {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let whole = parts.compactMap { Int($0) }
    if whole.count == parts.count { return whole }
    let numbers = parts.compactMap { Double($0) }
    return numbers.count == parts.count ? numbers : parts
  }

  private func text(_ means: MarginalMeans, _ pairs: ContrastTable?) -> String {
    guard let pairs else { return means.description }
    return means.frame.description + "\n\n" + pairs.description
  }

  private func document(_ means: MarginalMeans, _ pairs: ContrastTable?) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("means", .array(Self.rows(means.frame)))
    ]
    if let pairs { members.append(("pairs", .array(Self.rows(pairs.frame)))) }
    return .object(members)
  }

  /// One object per row.
  private static func rows(_ frame: DataFrame) -> [JSONValue] {
    (0..<frame.rowCount).map { row in
      .object(frame.columns.map { ($0.name, value($0[row])) })
    }
  }

  private static func value(_ level: ColumnValue?) -> JSONValue {
    switch level {
    case .string(let text)?: .string(text)
    case .integer(let number)?: .integer(number)
    case .double(let number)?: .number(number)
    case .boolean(let truth)?: .boolean(truth)
    case nil: .null
    }
  }
}

extension MarginalMeans.Adjustment: ExpressibleByArgument {}
extension MeanScale: ExpressibleByArgument {}
extension MarginalMeans.Averaging: ExpressibleByArgument {}

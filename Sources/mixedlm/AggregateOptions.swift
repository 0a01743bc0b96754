import ArgumentParser
import StatsModels

/// The options that describe a model which is summed up.
struct AggregateOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Response, fixed effects and bars. Example: --formula \"y ~ x + (1 + x | school)\"", valueName: "F"))
  var formula: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Column that divides the rows into groups. Example: --groups Pig", valueName: "COL"))
  var groups: String?

  @Flag(help: "Put all rows in one group. Example: --single-group --vc-formula \"a=0 + C(a)\"")
  var singleGroup = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Random effects of the groups; a random intercept when left out. Example: --re-formula \"~Time\"",
      valueName: "F"))
  var reFormula: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Random effects of one factor; once for each. Example: --re-formula-for \"school=~ 1 + age\"",
      valueName: "COL=F"))
  var reFormulaFor: [NamedFormula] = []

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Variance component, a product of factors; may be repeated. Example: --vc-formula \"cask=0 + C(cask)\"",
      valueName: "NAME=F"))
  var vcFormula: [NamedFormula] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Column of prior weights, inverse to the residual variances. Example: --weights n", valueName: "COL"))
  var weights: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Column that is added to the linear predictor. Example: --offset base", valueName: "COL"))
  var offset: String?

  @Option(
    help: ArgumentHelp(
      "What to do with rows that lack a value; none refuses them. Example: --missing drop",
      valueName: "none|drop"))
  var missing = MissingOption.none

  /// Whether something is said about a model.
  var saysModel: Bool {
    formula != nil || groups != nil || singleGroup || reFormula != nil || !reFormulaFor.isEmpty
      || !vcFormula.isEmpty || weights != nil || offset != nil || missing != .none
  }

  func check() throws {
    if groups != nil, singleGroup {
      throw ValidationError("--groups and --single-group contradict each other; give one of them.")
    }
    if reFormula != nil, !reFormulaFor.isEmpty {
      throw ValidationError("--re-formula and --re-formula-for contradict each other; give one kind.")
    }
    for (option, list) in [("--re-formula-for", reFormulaFor), ("--vc-formula", vcFormula)] {
      if let name = NamedFormula.repeatedName(list) {
        throw ValidationError("\(option) is given twice for '\(name)'.")
      }
    }
  }

  var randomEffects: ReFormula? {
    if let reFormula { return ReFormula(reFormula) }
    if reFormulaFor.isEmpty { return nil }
    return ReFormula(OrderedDictionary(uniqueKeysWithValues: reFormulaFor.map { ($0.name, $0.formula) }))
  }

  var components: [String: String]? {
    vcFormula.isEmpty ? nil : Dictionary(uniqueKeysWithValues: vcFormula.map { ($0.name, $0.formula) })
  }

  /// The design learned from files.
  func design(_ paths: [String], options: CSVOptions) throws -> AggregateDesign {
    try AggregateDesign(
      formula: formula ?? "", csv: paths, options: options, groups: singleGroup ? "" : groups,
      reFormula: randomEffects, vcFormula: components, weights: weights, offset: offset,
      missing: missing.missing)
  }

  /// - Throws: ``StatsModelsError`` if options say another model than a file of shifts.
  func require(_ design: AggregateDesign) throws {
    guard let formula else { return }
    guard
      design.describes(
        formula: formula, groups: singleGroup ? "" : groups, reFormula: randomEffects, vcFormula: components,
        weights: weights, offset: offset, missing: missing.missing)
    else {
      throw StatsModelsError(
        .invalidArgument,
        "--shifts were made for the formula '\(design.formula)', or with other groups, random effects, weights, offset "
          + "or missing values: make them anew by --stats, or give the same options")
    }
  }
}

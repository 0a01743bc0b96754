import ArgumentParser
import StatsModels

/// The options that describe a model, shared by all commands that fit one.
struct ModelOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("CSV file with a header line.", valueName: "DATA.csv"))
  var data: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Response, fixed effects and bars, such as \"Weight ~ Time\" or \"y ~ x + (1 + x | school)\".",
      valueName: "F"))
  var formula: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Column that divides the rows into groups, such as Pig.", valueName: "COL"))
  var groups: String?

  @Flag(help: "Put all rows in one group, for crossed variance components: --single-group --vc-formula …")
  var singleGroup = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Random effects of the groups, such as \"~Time\"; a random intercept when left out.", valueName: "F"))
  var reFormula: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Random effects of one factor, such as \"school=~ 1 + age\"; may be repeated, one per factor.",
      valueName: "COL=F"))
  var reFormulaFor: [NamedFormula] = []

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Variance component, such as \"cask=0 + C(cask)\", or \"school=diag\" for a diagonal block; may be repeated.",
      valueName: "NAME=F"))
  var vcFormula: [NamedFormula] = []

  @Flag(help: "Maximise the likelihood instead of the restricted likelihood (REML).")
  var ml = false

  @Option(help: ArgumentHelp("Optimiser, such as powell; default is the engine's own.", valueName: "M"))
  var method = MethodOption.default

  @Option(
    help: ArgumentHelp(
      "What to do with missing values, such as drop; none refuses them.", valueName: "none|drop"))
  var missing = MissingOption.none

  @Flag(help: "Print neither warnings nor progress, such as in a script: --quiet 2>errors.txt")
  var quiet = false

  func validate() throws {
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

  /// The random effects in the library's form.
  private var randomEffects: ReFormula? {
    if let reFormula { return ReFormula(reFormula) }
    guard !reFormulaFor.isEmpty else { return nil }
    return ReFormula(
      OrderedDictionary(uniqueKeysWithValues: reFormulaFor.map { ($0.name, $0.formula) }))
  }

  private var components: [String: String]? {
    vcFormula.isEmpty ? nil : Dictionary(uniqueKeysWithValues: vcFormula.map { ($0.name, $0.formula) })
  }

  /// The model over a data frame.
  func model(_ frame: DataFrame) throws -> MixedLM {
    // One label for all rows: a group called "Group" with the label 1, as statsmodels prints it.
    let grouping: (any GroupSpecifier)? =
      singleGroup ? [Int](repeating: 1, count: frame.rowCount) : groups
    return try MixedLM.fromFormula(
      formula: formula, data: frame, groups: grouping, reFormula: randomEffects, vcFormula: components,
      missing: missing.missing)
  }

  /// The arguments as the report repeats them.
  var report: JSONValue {
    let pairs = { (list: [NamedFormula]) in
      JSONValue.object(list.map { (key: $0.name, value: .string($0.formula)) })
    }
    let effects =
      reFormula.map { JSONValue.string($0) } ?? (reFormulaFor.isEmpty ? .null : pairs(reFormulaFor))
    return [
      "formula": .string(formula), "groups": groups.map { .string($0) } ?? .null, "re_formula": effects,
      "vc_formula": vcFormula.isEmpty ? .null : pairs(vcFormula), "missing": .string(missing.rawValue),
    ]
  }
}

import ArgumentParser
import StatsModels

/// The options that describe a model, shared by all commands that fit one.
struct ModelOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("CSV file with a header line; - is standard input.", valueName: "DATA.csv"))
  var data: String?

  @OptionGroup var reader: ReaderOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Response, fixed effects and bars. Example: --formula \"y ~ x + (1 + x | school)\"",
      valueName: "F"))
  var formula: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Column that divides the rows into groups. Example: --groups Pig", valueName: "COL"))
  var groups: String?

  @Flag(
    help:
      "Put all rows in one group, for crossed variance components. Example: --single-group --vc-formula \"a=0 + C(a)\""
  )
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
      "Variance component, or FACTOR=diag for a diagonal block; may be repeated. Example: --vc-formula \"cask=0 + C(cask)\"",
      valueName: "NAME=F"))
  var vcFormula: [NamedFormula] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Column of prior weights, inverse to the residual variances; rows of weight 0 are left out. Example: --weights n",
      valueName: "COL"))
  var weights: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Column that is added to the linear predictor. Example: --offset base", valueName: "COL"))
  var offset: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Column by whose values the residual variance differs, which the fit estimates. Example: --variance-by Sex",
      valueName: "COL"))
  var varianceBy: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Correlation of the residuals within the levels of the factors: autoregressive in a column of times, or the same for all pairs. Example: --residuals ar1:Time",
      valueName: "ar1:COL|cs"))
  var residuals: ResidualsOption?

  @OptionGroup var generalized: FamilyOptions

  @Flag(help: "Maximise the likelihood instead of the restricted likelihood (REML). Example: --ml")
  var ml = false

  @Option(
    help: ArgumentHelp("Optimiser; default is the engine's own. Example: --method powell", valueName: "M"))
  var method = MethodOption.default

  @Option(
    help: ArgumentHelp(
      "What to do with rows that lack a value; none refuses them. Example: --missing drop",
      valueName: "none|drop"))
  var missing = MissingOption.none

  @Flag(
    inversion: .prefixedNo, exclusivity: .exclusive,
    help: ArgumentHelp(
      "An exact factorisation or an error; or none, in little memory and with Monte-Carlo errors. When left out: exact where memory allows. Example: --no-exact"
    ))
  var exact: Bool?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Threads of the fit; all processors when left out. Example: --threads 1", valueName: "N"))
  var threads: Int?

  @Flag(help: "Print neither warnings nor progress. Example: --quiet")
  var quiet = false

  /// A usage error unless there are data and a formula.
  func requireModel() throws {
    if data == nil { throw ValidationError("Missing expected argument '<DATA.csv>'") }
    if formula == nil { throw ValidationError("Missing expected argument '--formula <F>'") }
  }

  /// A usage error for a generalised model.
  ///
  /// - Parameter remedy: what to do instead.
  func requireLinear(_ command: String, remedy: String) throws {
    if generalized.family != nil {
      throw ValidationError("'mixedlm \(command)' is for linear models: leave out --family, or \(remedy).")
    }
  }

  /// Whether nothing is said about a model or how to fit it.
  var areEmpty: Bool {
    data == nil && formula == nil && groups == nil && !singleGroup && reFormula == nil && reFormulaFor.isEmpty
      && vcFormula.isEmpty && !ml && method == .default && missing == .none && exact == nil && threads == nil
      && weights == nil && offset == nil && varianceBy == nil && residuals == nil && generalized.areEmpty
  }

  /// Whether something is said about the model, and not only how to fit it.
  var saysModel: Bool {
    formula != nil || groups != nil || singleGroup || reFormula != nil || !reFormulaFor.isEmpty
      || !vcFormula.isEmpty || missing != .none || weights != nil || offset != nil
  }

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1, not \(threads).") }
    try generalized.check(ml: ml, method: method, exact: exact)
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
    let grouping: (any ColumnSpecifier)? =
      singleGroup ? [Int](repeating: 1, count: frame.rowCount) : groups
    return try MixedLM.fromFormula(
      formula: formula ?? "", data: frame, groups: grouping, reFormula: randomEffects, vcFormula: components,
      weights: weights, offset: offset, variance: varianceBy.map { .byGroup($0) },
      residuals: residuals?.structure,
      missing: missing.missing)
  }

  /// The generalised model over a data frame.
  func generalizedModel(_ frame: DataFrame, family: Family) throws -> MixedGLM {
    let grouping: (any ColumnSpecifier)? =
      singleGroup ? [Int](repeating: 1, count: frame.rowCount) : groups
    return try MixedGLM.fromFormula(
      formula: formula ?? "", data: frame, groups: grouping, reFormula: randomEffects, vcFormula: components,
      family: family, offset: offset, exposure: generalized.exposure, trials: generalized.trials,
      varWeights: weights, missing: missing.missing)
  }

  /// Whether nothing says which random effects there are.
  var lackRandomEffects: Bool {
    get throws {
      guard groups == nil, !singleGroup, reFormula == nil, reFormulaFor.isEmpty, vcFormula.isEmpty else {
        return false
      }
      return try BarFormula(formula ?? "").operands.isEmpty
    }
  }

  /// The generalised linear model over a data frame, without random effects.
  func regression(_ frame: DataFrame, family: Family) throws -> GLM {
    var text = formula ?? ""
    if let trials = generalized.trials, let tilde = text.firstIndex(of: "~") {
      // such models take successes and failures
      let successes = text[..<tilde]
      let name = trials.replacing("\"", with: "\\\"")
      text = "\(successes) + I(Q(\"\(name)\") - (\(successes))) \(text[tilde...])"
    }
    return try GLM.fromFormula(
      formula: text, data: frame, family: family, offset: offset, exposure: generalized.exposure,
      varWeights: weights, missing: missing.missing)
  }

  /// The sums of a table of a database.
  ///
  /// - Parameter poolsLevels: whether nobody asks for the effects of levels.
  func sums(
    _ executor: some SQLExecutor, table: String, _ condition: String?, poolsLevels: Bool
  ) async throws -> Aggregates {
    try await Aggregates.fromSQL(
      formula: formula ?? "", source: tableSource(table, executor.dialect), on: executor,
      groups: singleGroup ? "" : groups, reFormula: randomEffects, vcFormula: components, weights: weights,
      offset: offset, whereClause: condition.map { SQLCondition(trusted: $0) }, missing: missing.missing,
      poolsLevels: poolsLevels)
  }

  /// The arguments as the report repeats them.
  var report: JSONValue {
    let pairs = { (list: [NamedFormula]) in
      JSONValue.object(list.map { (key: $0.name, value: .string($0.formula)) })
    }
    let effects =
      reFormula.map { JSONValue.string($0) } ?? (reFormulaFor.isEmpty ? .null : pairs(reFormulaFor))
    return [
      "formula": .string(formula ?? ""), "groups": groups.map { .string($0) } ?? .null, "re_formula": effects,
      "vc_formula": vcFormula.isEmpty ? .null : pairs(vcFormula), "missing": .string(missing.rawValue),
    ]
  }
}

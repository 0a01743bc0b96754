import MixedModels
import Patsy

/// All formulas of a model, parsed and merged into a list of covariance blocks, before any data are seen.
struct FormulaPlan {
  /// A block over the levels of one factor.
  struct Block {
    /// The grouping factor, nil for the groups given by the `groups` argument.
    var grouping: Term?
    /// Terms of the effect part.
    var effects: [Term]
    /// What the effect part was written in, for messages.
    var text: String
    /// The form of the effects' covariance.
    var covariance = RandomTerm.Covariance.unstructured
    /// Whether the form stands before the bar.
    var isSpelt = false
    /// Where the operand stands in `text`, for a bar.
    var position: Range<Int>?
    var effectsPosition: Range<Int>?
    /// The effects as written.
    var label: String

    /// The factor as written.
    func name(groups: String?) -> String { grouping?.name ?? groups ?? "Group" }
  }

  /// A variance component.
  struct Component {
    var name: String
    var formula: String
    var terms: [Term]
  }

  let formula: String
  let fixed: ModelDesc
  private(set) var blocks: [Block] = []
  private(set) var components: [Component] = []
  let layout: ModelSpecification.Layout
  /// Whether the model names groups by the `groups` argument.
  let usesGroups: Bool

  /// - Parameters:
  ///   - groupNames: names under which a dictionary finds the `groups` argument (its column); nil without `groups`.
  ///   - reCovariance: forms of the covariances of some factors' effects.
  ///   - environment: its functions hide covariance forms of the same name.
  init(
    formula: String, groupNames: [String]?, reFormula: ReFormula?, vcFormula: [String: String]?,
    reCovariance: [String: CovarianceStructure]? = nil, environment: EvalEnvironment = EvalEnvironment()
  ) throws {
    self.formula = formula
    let bars = try BarFormula(formula, functions: environment.functionNames)
    fixed = try ModelDesc.fromFormula(bars.fixed, shown: bars.original)
    var barBlocks = try bars.operands.flatMap { try Self.blocks(of: $0, in: bars) }
    let independent = bars.operands.contains(where: \.independent)

    var entries: [Block] = []
    for (factor, effects) in reFormula?.perFactor ?? [] {
      for entry in try Self.blocks(factor: factor, effects: effects) {
        let same = barBlocks.indices.filter { barBlocks[$0].grouping == entry.grouping }
        if same.contains(where: { Set(barBlocks[$0].effects) == Set(entry.effects) }) { continue }
        barBlocks.removeAll { $0.grouping == entry.grouping }
        entries.append(entry)
      }
    }

    let realComponents = (vcFormula ?? [:]).filter { !Self.isDiagonalMark($0.value) }
    let diagonal = (vcFormula ?? [:]).filter { Self.isDiagonalMark($0.value) }.map(\.key)
    var groupBlocks: [Block] = []
    if let groupNames {
      let inDictionary =
        entries.contains { $0.grouping.map { groupNames.contains($0.name) } ?? false }
        || (reFormula?.perFactor ?? []).contains { groupNames.contains($0.factor) }
      if let single = reFormula?.single {
        // No effects are a model where something else varies; by themselves they are a mistake.
        let mayBeEmpty = !(realComponents.isEmpty && barBlocks.isEmpty)
        if let block = try Self.groupBlock(single, mayBeEmpty: mayBeEmpty) { groupBlocks.append(block) }
      } else if !inDictionary && realComponents.isEmpty {
        groupBlocks += try [Self.groupBlock("1")].compactMap(\.self)
      }
    } else if reFormula?.single != nil {
      throw StatsModelsError(
        .noGroups, "reFormula needs groups: name the column that divides the rows, groups: \"…\"")
    } else if !realComponents.isEmpty {
      throw StatsModelsError(
        .noGroups, "vcFormula needs groups: the components are evaluated within each group; use groups: \"…\""
      )
    } else if barBlocks.isEmpty && entries.isEmpty {
      if let name = Self.unknownForm(in: formula) {
        let forms = RandomTerm.Covariance.all.compactMap(\.form.spelling)
        throw StatsModelsError(
          .unsupportedFormula,
          "'\(name)' is no covariance form of random effects; there are \(forms.joined(separator: ", "))",
          values: [name])
      }
      throw StatsModelsError(
        .noGroups,
        "'groups' is a required keyword argument in MixedLM.from_formula: name the grouping column, or write "
          + "random effects into the formula, (1 | factor)")
    }

    let hasDictionary = !(reFormula?.perFactor.isEmpty ?? true)
    let singleBar = barBlocks.count == 1 && !independent && groupNames == nil && !hasDictionary
    usesGroups = groupNames != nil
    var blocks = barBlocks + entries + groupBlocks
    for name in diagonal.sorted() {
      try Self.set(
        .diagonal, of: name, said: "vcFormula says \"diag\"", in: &blocks, groupNames: groupNames ?? [])
    }
    for (name, structure) in (reCovariance ?? [:]).sorted(by: { $0.key < $1.key }) {
      try Self.set(
        structure.form, of: name, said: "reCovariance gives a form", in: &blocks, groupNames: groupNames ?? []
      )
    }
    self.blocks = blocks
    // statsmodels' parameters are entries of a covariance matrix
    let listsEntries = blocks.allSatisfy { $0.covariance.form.reportsEntries }
    let isPlain = (barBlocks.isEmpty && !hasDictionary) || singleBar
    layout = isPlain && listsEntries ? .grouped : .severalFactors
    components = try realComponents.sorted { ColumnValue.string($0.key) < ColumnValue.string($1.key) }.map {
      Component(
        name: $0.key, formula: $0.value, terms: try Self.oneSided($0.value, in: $0.value, of: "vcFormula"))
    }
  }

  private static func isDiagonalMark(_ text: String) -> Bool { text == "diag" }

  /// Gives the blocks of a factor a covariance form.
  private static func set(
    _ covariance: RandomTerm.Covariance, of name: String, said: String, in blocks: inout [Block],
    groupNames: [String]
  ) throws {
    let found = blocks.indices.filter { position in
      guard let grouping = blocks[position].grouping else { return groupNames.contains(name) }
      return grouping.name == name || (try? Term.grouping(name)) == grouping
    }
    if found.isEmpty {
      let known = blocks.map { $0.name(groups: groupNames.first) }
      throw StatsModelsError(
        .invalidArgument,
        "\(said) for '\(name)', which has no random effects; there are \(shortList(known))",
        values: [name])
    }
    // beside effects of their own, a lone intercept has no covariance to give a form
    let several = found.filter { blocks[$0].effects != [.intercept] }
    for position in several.isEmpty ? found : several {
      let block = blocks[position]
      guard !block.isSpelt || block.covariance == covariance else {
        throw StatsModelsError(
          .contradictoryArguments,
          "\(said) for '\(name)', and the formula writes \(block.covariance.form.spelling ?? "")(…): give one of them",
          values: [name])
      }
      blocks[position].covariance = covariance
    }
  }

  /// The name of a call that looks like a bar with a form, `name(effects | factor)`.
  private static func unknownForm(in formula: String) -> String? {
    let call = /([A-Za-z_][A-Za-z_0-9]*) *\([^()|]*(?:\([^()|]*\)[^()|]*)*\|[^|]/
    return formula.firstMatch(of: call).map { String($0.1) }.flatMap { $0 == "I" ? nil : $0 }
  }

  // MARK: - Parts

  private static func blocks(of operand: BarFormula.Operand, in formula: BarFormula) throws -> [Block] {
    let groupings = try Term.groupings(formula.text(only: operand.grouping), shown: formula.original)
    let origin = Origin(
      code: formula.original, start: operand.grouping.lowerBound, end: operand.grouping.upperBound)
    guard !groupings.isEmpty else { throw PatsyError("this is no grouping factor", origin: origin) }
    let effects = try oneSided(formula.text(only: operand.effects), in: formula.original, of: "a bar")
    if effects.isEmpty {
      throw PatsyError(
        "the effect part has no columns",
        origin: Origin(
          code: formula.original, start: operand.effects.lowerBound, end: operand.effects.upperBound))
    }
    return groupings.flatMap { grouping in
      (operand.independent ? effects.map { [$0] } : [effects]).map {
        Block(
          grouping: grouping, effects: $0, text: formula.original, covariance: operand.form ?? .unstructured,
          isSpelt: operand.form != nil, position: operand.whole,
          effectsPosition: operand.effects,
          label: operand.independent ? independentLabel($0) : formula.written(operand.effects))
      }
    }
  }

  private static func blocks(factor: String, effects: String) throws -> [Block] {
    let terms = try oneSided(effects, in: effects, of: "reFormula")
    if terms.isEmpty {
      throw StatsModelsError(
        .unsupportedFormula, "reFormula \"\(effects)\" for '\(factor)' has no columns", values: [effects])
    }
    return try Term.groupings(factor, shown: factor).map {
      Block(grouping: $0, effects: terms, text: effects, label: label(ofOneSided: effects))
    }
  }

  /// The effects that `||` leaves in a block of their own, as they would be written alone.
  private static func independentLabel(_ effects: [Term]) -> String {
    effects == [.intercept] ? "1" : (["0"] + effects.map(\.name)).joined(separator: " + ")
  }

  /// A one-sided formula without its tilde.
  private static func label(ofOneSided formula: String) -> String {
    let rest = formula.drop { $0.isWhitespace || $0 == "~" }
    return String(rest.reversed().drop(while: \.isWhitespace).reversed())
  }

  /// The groups' own effects; nil for a formula without columns.
  private static func groupBlock(_ formula: String, mayBeEmpty: Bool = false) throws -> Block? {
    let terms = try oneSided(formula, in: formula, of: "reFormula")
    if terms.isEmpty {
      if mayBeEmpty { return nil }
      throw StatsModelsError(
        .unsupportedFormula, "reFormula \"\(formula)\" has no columns: leave it out for a random intercept",
        values: [formula])
    }
    return Block(grouping: nil, effects: terms, text: formula, label: label(ofOneSided: formula))
  }

  private static func oneSided(_ code: String, in shown: String, of argument: String) throws -> [Term] {
    let model = try ModelDesc.fromFormula(code, shown: shown)
    guard model.lhsTermlist.isEmpty else {
      throw StatsModelsError(
        .unsupportedFormula, "\(argument) has no response: remove what stands before '~' in \"\(shown)\"",
        values: [shown])
    }
    return model.rhsTermlist
  }
}

extension EvalEnvironment {
  /// Names that can be called.
  fileprivate var functionNames: Set<String> {
    Set(
      values.filter {
        switch $0.value {
        case .function, .transform: true
        default: false
        }
      }.keys)
  }
}

extension Term {
  /// The grouping factors of the text after a bar: `a/b` is a and a:b, `a*b` is a, b and a:b.
  static func groupings(_ code: String, shown: String) throws -> [Term] {
    try ModelDesc.fromFormula(code, shown: shown).rhsTermlist.filter { $0 != .intercept }
  }

  /// The only grouping factor of a text.
  static func grouping(_ code: String) throws -> Term? {
    let all = try groupings(code, shown: code)
    return all.count == 1 ? all[0] : nil
  }
}

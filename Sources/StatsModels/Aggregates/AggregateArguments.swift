import DataFrames
import MixedModels
import OrderedCollections
import Patsy

/// What was asked of a model whose rows are summed up: the arguments of `MixedLM.fromFormula`.
struct AggregateArguments: Codable, Equatable, Sendable {
  var formula: String
  /// Column of the groups; the empty text puts all rows in one group.
  var groups: String?
  var reFormula: String?
  /// Factors with their formulas, in order.
  var reFormulas: [[String]]?
  var vcFormula: [String: String]?
  /// Keys of covariance forms by factor.
  var reCovariance: [String: String]?
  var weights: String?
  var offset: String?
  var drops: Bool

  init(
    formula: String, groups: String?, reFormula: ReFormula?, vcFormula: [String: String]?,
    reCovariance: [String: CovarianceStructure]?, weights: String?, offset: String?, missing: MissingHandling
  ) {
    self.formula = formula
    self.groups = groups
    self.reFormula = reFormula?.single
    let several = reFormula?.perFactor ?? []
    reFormulas = several.isEmpty ? nil : several.map { [$0.factor, $0.formula] }
    self.vcFormula = vcFormula
    self.reCovariance = reCovariance?.mapValues { $0.form.form.key }
    self.weights = weights
    self.offset = offset
    drops = missing == .drop
  }

  /// Whether all rows are one group called "Group".
  var isSingleGroup: Bool { groups?.isEmpty ?? false }
  var missing: MissingHandling { drops ? .drop : .none }

  /// Effects of the groups, or of several factors.
  private var randomEffects: ReFormula? {
    if let reFormula { return ReFormula(reFormula) }
    return reFormulas.map { list in
      ReFormula(OrderedDictionary(list.map { ($0[0], $0[1]) }, uniquingKeysWith: { first, _ in first }))
    }
  }

  /// The arguments as a model of rows keeps them.
  var formulaArguments: FormulaArguments {
    FormulaArguments(
      formula: formula, groups: isSingleGroup ? nil : groups, reFormula: randomEffects, vcFormula: vcFormula,
      reCovariance: structures, missing: missing)
  }

  private var structures: [String: CovarianceStructure]? {
    reCovariance.map { forms in
      forms.compactMapValues { key in RandomTerm.Covariance(key: key).map { CovarianceStructure(form: $0) } }
    }
  }

  /// All formulas, parsed.
  func plan(environment: EvalEnvironment) throws -> FormulaPlan {
    guard reFormulas?.allSatisfy({ $0.count == 2 }) ?? true else {
      throw StatsModelsError(.file, "the formulas of the random effects are damaged")
    }
    let names = groups.map { isSingleGroup ? ["Group"] : [$0] }
    return try FormulaPlan(
      formula: formula, groupNames: names, reFormula: randomEffects, vcFormula: vcFormula,
      reCovariance: structures, environment: environment)
  }
}

import DataFrames
import Foundation
import LinearAlgebra

/// Likelihood-ratio tests between models of the same data. Not in statsmodels.
public struct ModelComparison: Sendable {
  /// A model's line, and its test against the line above.
  public struct Row: Sendable {
    /// The model's formula, with random effects that stand outside of it as bars.
    public let name: String
    /// Number of parameters, the residual variance included.
    public let parameters: Int
    /// Akaike's criterion.
    public let aic: Double
    /// Bayesian criterion.
    public let bic: Double
    /// Log-likelihood that is compared.
    public let logLikelihood: Double
    /// Twice the difference of log-likelihoods; nan in the first line, and where the model above is not nested.
    public let chiSquared: Double
    /// Difference in parameters.
    public let degreesOfFreedom: Int
    /// Tail of χ², or of the mixture that holds where variances are tested against zero; nan where the model above is
    /// not nested in this one.
    public let pValue: Double
    /// Name of the reference distribution, empty where there is no test.
    public let reference: String
  }

  /// The models, by number of parameters.
  public let rows: [Row]
  /// The results that were compared: refitted ones where that was necessary.
  public let models: [MixedLMResults]
  /// What was done to make them comparable, and what to mind.
  public let notes: [String]
}

extension ModelComparison: CustomStringConvertible {
  /// Columns `model`, `npar`, `aic`, `bic`, `llf`, `chisq`, `df`, `p`, `reference`.
  public var frame: DataFrame { rows.frame }

  /// The table and the notes.
  public var description: String { rows.text(notes) }
}

extension [ModelComparison.Row] {
  /// The rows as a data frame.
  var frame: DataFrame {
    let columns = [
      Column(name: "model", map(\.name)), Column(name: "npar", map(\.parameters)),
      Column(name: "aic", map(\.aic)), Column(name: "bic", map(\.bic)),
      Column(name: "llf", map(\.logLikelihood)), Column(name: "chisq", map(\.chiSquared)),
      Column(name: "df", map(\.degreesOfFreedom)), Column(name: "p", map(\.pValue)),
      Column(name: "reference", map(\.reference)),
    ]
    return (try? DataFrame(columns: columns)) ?? DataFrame()
  }

  /// The models, their table, and notes.
  func text(_ notes: [String]) -> String {
    let rows = self
    func number(_ x: Double, _ decimals: Int) -> String { x.isNaN ? "" : PythonFormat.fixed(x, decimals) }
    let columns: [[String]] = [
      rows.map { String($0.parameters) }, rows.map { number($0.aic, 3) }, rows.map { number($0.bic, 3) },
      rows.map { number($0.logLikelihood, 3) }, rows.map { number($0.chiSquared, 4) },
      rows.map { $0.reference.isEmpty ? "" : String($0.degreesOfFreedom) },
      rows.map { $0.pValue.isNaN ? "" : PythonFormat.general($0.pValue, 4) }, rows.map(\.reference),
    ]
    let names = rows.indices.map { "m\($0 + 1)" }
    let table = FrameText.frame(
      index: names, header: ["npar", "AIC", "BIC", "logLik", "Chisq", "df", "P>Chisq", "reference"],
      columns: columns)
    let keys = zip(names, rows).map { "\($0): \($1.name)" }
    return (keys + [table] + notes).joined(separator: "\n")
  }
}

/// Compares fits of one response on the same rows, in the order of their numbers of parameters.
///
/// Restricted likelihoods of models with different fixed effects say nothing about each other: such models are
/// refitted by maximum likelihood, which a note tells. A variance tested against zero lies on the boundary, where the
/// likelihood ratio follows a mixture of χ² (D. O. Stram, J. W. Lee, 1994).
///
/// Not in statsmodels.
/// - Throws: ``StatsModelsError`` when the responses differ or fewer than two models are given.
public func compare(_ models: MixedLMResults...) throws -> ModelComparison { try compare(models: models) }

/// Compares fits of one response on the same rows, in the order of their numbers of parameters. Not in statsmodels.
public func compare(models: [MixedLMResults]) throws -> ModelComparison {
  guard let first = models.first, models.count > 1 else {
    throw StatsModelsError(.invalidArgument, "compare needs two models at least")
  }
  for other in models {
    guard let difference = other.difference(from: first) else { continue }
    let remedy =
      difference == "rows"
      ? "; drop the rows in which a variable of either model is missing from the data" : ""
    throw StatsModelsError(
      .invalidArgument,
      "the models were fitted to different \(difference): '\(first.model.endogNames)' with \(first.nobs) rows and "
        + "'\(other.model.endogNames)' with \(other.nobs)\(remedy)")
  }
  var notes: [String] = []
  var fits = models
  let sameFixed = models.allSatisfy {
    $0.specification.exogNames == first.specification.exogNames
      && ($0.specification.isRestored || first.specification.isRestored
        || $0.specification.cells != nil || first.specification.cells != nil
        || $0.specification.exog == first.specification.exog)
  }
  let restricted = models.filter(\.reml).count
  if restricted > 0, restricted < models.count || !sameFixed {
    fits = try models.map { $0.reml ? try $0.model.fit(reml: false) : $0 }
    notes.append(
      restricted == models.count
        ? "Refitted by maximum likelihood: the fixed effects differ, so that restricted likelihoods do not compare."
        : "Refitted by maximum likelihood: some models were fitted by it, others by REML.")
  } else if restricted > 0 {
    notes.append("Restricted likelihoods: the models have the same fixed effects.")
  }
  let lines = ComparedModels(fits)
  return ModelComparison(rows: lines.rows, models: lines.fits, notes: notes + lines.notes)
}

extension MixedLMResults: ComparedFit {
  var comparedName: String { specification.caption }
  var comparedCount: Int { Int(clampingFinite: parameterCount.rounded()) }
  var comparedCriteria: (aic: Double, bic: Double) { informationCriteria }

  func obstacle(in larger: MixedLMResults, added: Int) -> String? {
    Nesting.obstacle(to: specification, in: larger.specification, added: added)
  }

  func reference(in larger: MixedLMResults, added: Int) -> ReferenceDistribution {
    ReferenceDistribution(smaller: specification, larger: larger.specification, added: added)
  }
}

extension MixedLMResults {
  /// What of the rows differs in another fit, as far as sums and results that were read from a file can tell; nil where nothing
  /// does.
  fileprivate func difference(from other: MixedLMResults) -> String? {
    let (own, theirs) = (specification, other.specification)
    if nobs != other.nobs { return "rows" }
    if own.cells != nil || theirs.cells != nil {
      return own.hasResponseMoments(of: theirs) ? nil : "responses or weights"
    }
    // a file holds fitted values and residuals, whose sum is the response but for rounding
    let rounding = own.isRestored || theirs.isRestored ? 1e-9 : 0
    let isSame = zip(own.endog, theirs.endog).allSatisfy { abs($0 - $1) <= rounding * (abs($0) + abs($1)) }
    if !isSame { return "responses" }
    if own.priorWeights?.values != theirs.priorWeights?.values { return "weights" }
    return own.offset?.values == theirs.offset?.values ? nil : "offsets"
  }
}

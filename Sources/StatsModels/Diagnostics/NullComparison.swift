import Foundation
import LinearAlgebra
import Statistics

/// Compares a linear regression with mixed models of the same data: are there random effects at all?
///
/// The regression is the first line, the mixed models follow by number of parameters. A single variance that is tested
/// against zero lies on the boundary, where the likelihood ratio follows ½χ²₀ + ½χ²₁; with several variances χ² errs on the
/// side of the regression. Restricted likelihoods are compared where all fixed effects are the same.
///
/// Not in statsmodels.
/// - Throws: ``StatsModelsError`` for other rows, and a regression with weights or a covariance of rows.
public func compare(_ null: RegressionResults, _ models: MixedLMResults...) throws -> ModelComparison {
  try compare(null: null, models: models)
}

/// Compares a linear regression with an array of mixed models. Not in statsmodels.
public func compare(null: RegressionResults, models: [MixedLMResults]) throws -> ModelComparison {
  guard !models.isEmpty else {
    throw StatsModelsError(.invalidArgument, "compare needs a mixed model beside the regression")
  }
  guard null.model.kind == .ols else {
    throw StatsModelsError(
      .invalidArgument, "the null of a mixed model is an ordinary regression, not \(null.model.kind.rawValue)"
    )
  }
  for model in models {
    guard null.model.endog == model.model.endog else {
      throw StatsModelsError(
        .invalidArgument,
        "the models were fitted to different responses: '\(null.model.endogNames)' with \(null.nobs) rows and "
          + "'\(model.model.endogNames)' with \(model.nobs)")
    }
    guard model.specification.weights == nil, model.specification.offset == nil else {
      throw StatsModelsError(
        .invalidArgument, "a mixed model with weights or an offset has another null than this regression")
    }
  }
  let sameFixed = models.allSatisfy { $0.model.exog == null.model.exog }
  let isRestricted = sameFixed && models.allSatisfy(\.reml)
  var notes: [String] = []
  var fits = models
  if !isRestricted, models.contains(where: \.reml) {
    fits = try models.map { $0.reml ? try $0.model.fit(reml: false) : $0 }
    notes.append("Refitted by maximum likelihood: restricted likelihoods do not compare here.")
  }
  var table = ModelComparison(rows: [], models: fits, notes: [])
  if fits.count > 1 { table = try compare(models: fits) }
  let smallest = table.models[0]
  let parameters = null.estimate.rank + 1
  let llf = isRestricted ? null.restrictedLlf : null.llf
  let name = null.model.designInfo?.describe() ?? null.model.exogNames.joined(separator: " + ")
  let (k, n) = (Double(parameters), Double(null.nobs))
  let head = ModelComparison.Row(
    name: "\(null.model.endogNames) ~ \(name)", parameters: parameters, aic: 2 * k - 2 * llf,
    bic: log(n) * k - 2 * llf, logLikelihood: llf, chiSquared: .nan, degreesOfFreedom: 0, pValue: .nan,
    reference: "")
  let criteria = smallest.informationCriteria
  let count = Int(smallest.parameterCount.rounded())
  let added = count - parameters
  let isNested = spans(smallest.model.exog, null.model.exog)
  if !isNested {
    notes.append(
      "No test of m2 against m1: the regression has columns that the mixed model lacks. AIC and BIC compare them."
    )
  }
  let reference = NullReference(blocks: smallest.specification.blocks, added: added)
  let chiSquared = isNested && added > 0 ? 2 * (smallest.llf - llf) : .nan
  let second = ModelComparison.Row(
    name: smallest.specification.caption, parameters: count, aic: criteria.aic, bic: criteria.bic,
    logLikelihood: smallest.llf, chiSquared: chiSquared, degreesOfFreedom: added,
    pValue: chiSquared.isNaN ? .nan : reference.tail(max(chiSquared, 0)),
    reference: chiSquared.isNaN ? "" : reference.name)
  if !chiSquared.isNaN, reference.isConservative {
    notes.append("Several variances are zero in m1: the p-value of m2 is an upper limit.")
  }
  if isRestricted { notes.append("Restricted likelihoods: the models have the same fixed effects.") }
  // The numbers of the other comparisons' notes move by one line.
  let moved = table.notes.filter { !$0.hasPrefix("Restricted likelihoods") }.map(renumbered)
  return ModelComparison(
    rows: [head, second] + table.rows.dropFirst(), models: table.models, notes: notes + moved)
}

/// Whether columns are combinations of others.
func spans(_ large: Matrix, _ small: Matrix) -> Bool {
  let names = (try? large.matrixRank(), try? large.appending(columnsOf: small).matrixRank())
  return names.0 != nil && names.0 == names.1
}

/// `m1` as `m2`, and so on.
func renumbered(_ note: String) -> String {
  note.split(separator: " ", omittingEmptySubsequences: false).map { word -> String in
    let digits = word.dropFirst().prefix { $0.isNumber }
    guard word.hasPrefix("m"), let number = Int(digits) else { return String(word) }
    return "m\(number + 1)" + word.dropFirst(1 + digits.count)
  }.joined(separator: " ")
}

/// The distribution of the likelihood ratio of a mixed model and a regression under the latter.
struct NullReference {
  let degrees: [Int]
  let isConservative: Bool

  /// - Parameter degrees: degrees of freedom of the mixture's parts.
  init(degrees: [Int]) {
    self.degrees = degrees
    isConservative = false
  }

  init(blocks: [RandomBlock], added: Int) {
    let variances = blocks.reduce(0) { $0 + $1.width }
    // Coefficients that are tested too leave the mixture, moved by their number.
    let isSingle = blocks.count == 1 && variances == 1
    degrees = isSingle && added >= 1 ? [added - 1, added] : [added]
    isConservative = !isSingle
  }

  var name: String {
    degrees.count == 1 ? "chi2(\(degrees[0]))" : "mixture of chi2(\(degrees[0])) and chi2(\(degrees[1]))"
  }

  func tail(_ value: Double) -> Double {
    degrees.reduce(0) { $0 + ($1 == 0 ? (value > 0 ? 0 : 1) : stats.chi2.sf(value, Double($1))) }
      / Double(degrees.count)
  }
}

extension RegressionResults {
  /// The restricted likelihood, of the definition that mixed models have: their value where all variances are zero.
  var restrictedLlf: Double {
    let n = Double(nobs) - Double(estimate.rank)
    let logDeterminant = estimate.singularValues.prefix(estimate.rank).reduce(0) { $0 + 2 * log($1) }
    return -n / 2 * (log(2 * Double.pi * ssr / n) + 1) - logDeterminant / 2
  }
}

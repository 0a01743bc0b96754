import Foundation
import LinearAlgebra

/// Compares a linear regression with mixed models of the same data: are there random effects at all?
///
/// The regression is the first line, the mixed models follow by number of parameters. A single variance that is tested
/// against zero lies on the boundary, where the likelihood ratio follows ½χ²₀ + ½χ²₁; with several variances χ² errs on the
/// side of the regression. Restricted likelihoods are compared where all fixed effects are the same.
///
/// Not in statsmodels.
/// - Throws: ``StatsModelsError`` for other rows or weights, an offset, and a regression with a covariance of rows.
public func compare(_ null: RegressionResults, _ models: MixedLMResults...) throws -> ModelComparison {
  try compare(null: null, models: models)
}

/// Compares a linear regression with an array of mixed models. Not in statsmodels.
public func compare(null: RegressionResults, models: [MixedLMResults]) throws -> ModelComparison {
  guard !models.isEmpty else {
    throw StatsModelsError(.invalidArgument, "compare needs a mixed model beside the regression")
  }
  guard null.model.kind != .gls else {
    throw StatsModelsError(
      .invalidArgument, "the null of a mixed model is a regression with independent rows, ols or wls, not GLS"
    )
  }
  for model in models {
    guard null.model.endog == model.model.endog else {
      throw StatsModelsError(
        .invalidArgument,
        "the models were fitted to different responses: '\(null.model.endogNames)' with \(null.nobs) rows and "
          + "'\(model.model.endogNames)' with \(model.nobs)")
    }
    let weights = model.specification.priorWeights?.values ?? [Double](repeating: 1, count: model.nobs)
    guard null.model.weights == weights else {
      throw StatsModelsError(
        .invalidArgument,
        "the models have different weights: give the regression those of the mixed model, wls(…, weights:)")
    }
    guard model.specification.offset == nil else {
      throw StatsModelsError(
        .invalidArgument,
        "a regression takes no offset: take it from the response of both models in place of offset:")
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
  if isRestricted { notes.append("Restricted likelihoods: the models have the same fixed effects.") }
  if fits.contains(where: { $0.specification.residuals != nil }) {
    notes.append(
      "The regression has one variance and independent residuals: the test is of those of the mixed model, too."
    )
  }
  let (parameters, llf) = (null.estimate.rank + 1, isRestricted ? null.restrictedLlf : null.llf)
  let k = Double(parameters)
  let formula = null.model.designInfo?.describe() ?? null.model.exogNames.joined(separator: " + ")
  let smallest = fits.min { $0.comparedCount < $1.comparedCount } ?? fits[0]
  let lines = ComparedModels(
    fits,
    after: NullFit(
      name: "\(null.model.endogNames) ~ \(formula)", parameters: parameters, llf: llf,
      criteria: (2 * k - 2 * llf, log(Double(null.nobs)) * k - 2 * llf),
      isNested: spans(smallest.model.exog, null.model.exog)))
  return ModelComparison(rows: lines.rows, models: lines.fits, notes: notes + lines.notes)
}

extension RegressionResults {
  /// The restricted likelihood, of the definition that mixed models have: their value where all variances are zero.
  var restrictedLlf: Double {
    let n = Double(nobs) - Double(estimate.rank)
    let logDeterminant = estimate.singularValues.prefix(estimate.rank).reduce(0) { $0 + 2 * log($1) }
    let logWeights = model.kind == .wls ? model.weights.reduce(0) { $0 + log($1) } : 0
    return -n / 2 * (log(2 * Double.pi * ssr / n) + 1) - logDeterminant / 2 + logWeights / 2
  }
}

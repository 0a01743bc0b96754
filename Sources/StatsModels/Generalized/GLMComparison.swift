import DataFrames
import Distributions
import Foundation

/// Likelihood-ratio tests between generalised models of the same data. Not in statsmodels.
public struct GLMComparison: Sendable, CustomStringConvertible {
  /// A model's line, named by family and formula, and its test against the line above.
  public typealias Row = ModelComparison.Row

  /// The models, by number of parameters.
  public let rows: [Row]
  /// The mixed models among them, in the same order.
  public let models: [MixedGLMResults]
  /// What to mind.
  public let notes: [String]

  /// Columns `model`, `npar`, `aic`, `bic`, `llf`, `chisq`, `df`, `p`, `reference`.
  public var frame: DataFrame { rows.frame }

  /// The table and the notes.
  public var description: String { rows.text(notes) }
}

/// Compares fits of one response on the same rows, in the order of their numbers of parameters.
///
/// A variance tested against zero lies on the boundary, where the likelihood ratio follows a mixture of χ² (D. O. Stram,
/// J. W. Lee, 1994); a negative binomial model's α against a Poisson model likewise. Not in statsmodels.
/// - Throws: ``StatsModelsError`` when the responses or the approximations differ, or fewer than two models are given.
public func compare(_ models: MixedGLMResults...) throws -> GLMComparison { try compare(models: models) }

/// Compares fits of one response on the same rows, in the order of their numbers of parameters. Not in statsmodels.
public func compare(models: [MixedGLMResults]) throws -> GLMComparison {
  try requireComparable(models)
  let lines = ComparedModels(models)
  return GLMComparison(rows: lines.rows, models: lines.fits, notes: lines.notes)
}

/// Throws unless there are two fits at least, of one response and one approximation.
private func requireComparable(_ models: [MixedGLMResults]) throws {
  guard let first = models.first, models.count > 1 else {
    throw StatsModelsError(.invalidArgument, "compare needs two models at least")
  }
  let counts: Set<Family.Distribution> = [.poisson, .negativeBinomial]
  for other in models.dropFirst() {
    let families: Set<Family.Distribution> = [other.family.distribution, first.family.distribution]
    guard other.hasResponse(of: first), families.count == 1 || families == counts else {
      throw StatsModelsError(
        .invalidArgument,
        "the models were fitted to different responses or families: '\(first.model.endogNames)' (\(first.family), "
          + "\(first.nobs) rows) and '\(other.model.endogNames)' (\(other.family), \(other.nobs) rows)")
    }
    guard other.estimate.integration == first.estimate.integration else {
      throw StatsModelsError(
        .invalidArgument,
        "the likelihoods are approximated in different ways, \(first.method) and \(other.method): fit all models with the "
          + "same nAGQ")
    }
  }
}

/// Compares a generalised linear model with mixed ones of the same data: are there random effects at all?
///
/// The first line is the model without random effects, the mixed ones follow by number of parameters. A single variance
/// that is tested against zero lies on the boundary, where the likelihood ratio follows ½χ²₀ + ½χ²₁; with several variances
/// χ² errs on the side of the smaller model. The dispersion of gamma, inverse Gaussian and Gaussian responses is the one
/// of maximum likelihood in every line. Not in statsmodels.
/// - Throws: ``StatsModelsError`` for other rows, weights, offsets or families.
public func compare(_ null: GLMResults, _ models: MixedGLMResults...) throws -> GLMComparison {
  try compare(null: null, models: models)
}

/// Compares a generalised linear model with an array of mixed ones. Not in statsmodels.
public func compare(null: GLMResults, models: [MixedGLMResults]) throws -> GLMComparison {
  guard !models.isEmpty else {
    throw StatsModelsError(.invalidArgument, "compare needs a mixed model beside the generalised linear one")
  }
  for model in models { try model.requireSameData(as: null) }
  if models.count > 1 { try requireComparable(models) }
  let smallest = models.min { $0.parameterCount < $1.parameterCount } ?? models[0]
  let (llf, parameters) = smallest.maximised(null)
  let k = Double(parameters)
  let formula = null.designInfo?.describe() ?? null.model.exogNames.joined(separator: " + ")
  let lines = ComparedModels(
    models,
    after: NullFit(
      name: "\(null.family): \(null.endogNames) ~ \(formula)", parameters: parameters, llf: llf,
      criteria: (2 * k - 2 * llf, log(smallest.rowWeight) * k - 2 * llf),
      isNested: spans(smallest.model.exog, null.model.exog)))
  return GLMComparison(rows: lines.rows, models: lines.fits, notes: lines.notes)
}

extension MixedGLMResults: ComparedFit {
  var comparedName: String { "\(family): \(specification.caption)" }
  var comparedCount: Int { parameterCount }
  var comparedCriteria: (aic: Double, bic: Double) { (aic, bic) }

  func obstacle(in larger: MixedGLMResults, added: Int) -> String? {
    if family.link != larger.family.link { return "their links differ" }
    if family.distribution == .negativeBinomial, larger.family.distribution == .poisson {
      return "a Poisson model contains no negative binomial one"
    }
    return Nesting.obstacle(to: specification, in: larger.specification, added: added)
  }

  func reference(in larger: MixedGLMResults, added: Int) -> ReferenceDistribution {
    // α = 0 lies on the boundary, as a variance of zero does; what else is added moves the mixture.
    family.distribution == larger.family.distribution
      ? ReferenceDistribution(smaller: specification, larger: larger.specification, added: added)
      : ReferenceDistribution(degrees: [added - 1, added])
  }
}

extension MixedGLMResults {
  /// Whether another fit has the same response, weights and offset.
  fileprivate func hasResponse(of other: MixedGLMResults) -> Bool {
    model.endog == other.model.endog && weights == other.weights
      && model.response.frequencies?.values == other.model.response.frequencies?.values
      && model.predictorOffset == other.model.predictorOffset
  }

  fileprivate func requireSameData(as null: GLMResults) throws {
    let other = null.model
    let ownWeights = zip(other.nTrials, other.varWeights).map { $0 * $1 }
    let frequencies = model.response.frequencies?.values ?? [Double](repeating: 1, count: nobs)
    guard other.endog == model.endog, ownWeights == weights, other.freqWeights == frequencies,
      (other.offset ?? frequencies.map { _ in 0 }) == (model.predictorOffset ?? frequencies.map { _ in 0 })
    else {
      throw StatsModelsError(
        .invalidArgument,
        "the models were fitted to different responses, weights or offsets: '\(null.endogNames)' with \(null.nobs) rows and "
          + "'\(model.endogNames)' with \(nobs)")
    }
    guard null.family.distribution == family.distribution, null.family.link == family.link,
      (null.family.alpha ?? 1) == (family.alpha ?? 1)
    else {
      throw StatsModelsError(
        .invalidArgument,
        "the models have different families, \(null.family) and \(family): give both the same link, and negative binomial "
          + "ones the same alpha")
    }
    guard family.distribution != .beta, family.distribution != .negativeBinomial || family.alpha != nil else {
      throw StatsModelsError(
        .invalidArgument,
        "a generalised linear model does not estimate the dispersion of the family \(family), which the other model does: "
          + "compare models with random effects, or give a negative binomial family its alpha")
    }
  }

  /// The log likelihood of a generalised linear model with the constants of mixed ones, at its best dispersion, and its
  /// number of parameters.
  fileprivate func maximised(_ null: GLMResults) -> (llf: Double, parameters: Int) {
    let hasDispersion = family.model.estimatesDispersion
    let frequencies = null.model.freqWeights
    let scale = hasDispersion ? bestDispersion(null) : 1
    let llf = null.means.indices.reduce(0.0) { sum, i in
      let (weight, trials) = family.distribution == .binomial ? (1, weights[i]) : (weights[i], 1)
      return sum
        + frequencies[i]
        * family.logLikelihood(model.endog[i], null.means[i], weight: weight, trials: trials, scale: scale)
    }
    return (llf, Int(null.dfModel) + 1 + (hasDispersion ? 1 : 0))
  }

  /// The dispersion of largest likelihood given the means.
  private func bestDispersion(_ null: GLMResults) -> Double {
    let deviances = zip(model.endog, null.means).map { family.unitDeviance($0, $1) }
    let frequencies = null.model.freqWeights
    func sum(_ f: (Int) -> Double) -> Double {
      deviances.indices.reduce(0.0) { $0 + frequencies[$1] * weights[$1] * f($1) }
    }
    let total = sum { deviances[$0] }
    guard family.distribution == .gamma else { return total / frequencies.reduce(0, +) }
    // Σ w (log s − ψ(s)) = ½ Σ w d at shapes s = w/φ, the left side near Σ ½φ: fixed points of φ converge fast.
    var scale = total / frequencies.reduce(0, +)
    for _ in 0..<200 {
      let left = sum { i in
        let shape = weights[i] / scale
        return log(shape) - SpecialFunctions.digamma(shape)
      }
      let next = scale * 0.5 * total / left
      if abs(next - scale) <= 1e-14 * scale { break }
      scale = next
    }
    return scale
  }
}

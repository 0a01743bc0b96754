import Foundation
internal import LinearAlgebra
internal import MixedModels

/// Where a search starts: the generalised linear model without random effects, the dispersion of its residuals, and
/// variances by moments of its scores.
struct StartingPoint {
  var beta: [Double]
  var precision: Double
  /// Covariances of the standardised effects to start from, and typical standard deviations.
  var covariances: [Matrix] = []
  var typical: [[Double]] = []
  /// Standard deviation of the linear predictor that one row determines.
  var predictorScale = 1.0

  init(_ model: GeneralizedModel, workspace w: Workspace) {
    beta = [Double](repeating: 0, count: model.rank)
    precision = model.response.fixedPrecision ?? 0
    if model.response.fixedPrecision == nil, model.response.family == .negativeBinomial { precision = 0 }
    scoring(model, w)
    moments(model, w)
    condition(model, w)
  }

  /// Gain of −2 log L, in parts of it, that ends the scoring: the random effects will move β further.
  private static let scoringTolerance = 1e-4

  private mutating func scoring(_ model: GeneralizedModel, _ w: Workspace) {
    var value = Double.infinity
    if model.response.isCanonical, let constant = constantStart(model, w) {
      w.fixedValues(constant, plus: model.offset.pointer, into: w.eta.pointer)
      (beta, value) = (constant, deviance(model, w))
    }
    let isRegression = !value.isFinite
    // whether scores and weights are those at β
    var isCurrent = !isRegression
    if isRegression { roughPredictors(model, w) }
    // The first step is a regression of these; later ones are scoring's or Newton's, halved until the deviance falls.
    for step in 0..<50 {
      let isFirst = isRegression && step == 0
      guard let next = (isFirst ? nil : newton(model, w)) ?? regression(model, w) else { break }
      var share = 1.0
      var gain = 0.0
      for _ in 0..<(isFirst ? 1 : 30) {
        let trial = zip(beta, next).map { $0 + share * ($1 - $0) }
        w.fixedValues(trial, plus: model.offset.pointer, into: w.eta.pointer)
        let sum = deviance(model, w)
        isCurrent = sum < value + 1e-10 * abs(value) || (isFirst && sum.isFinite)
        if isCurrent {
          gain = value - sum
          beta = trial
          value = sum
          break
        }
        share *= 0.5
      }
      if !(gain > Self.scoringTolerance * (1 + abs(value))) { break }
    }
    if !value.isFinite, let constant = constantStart(model, w) { beta = constant }
    if isCurrent, value.isFinite, !model.response.estimatesDispersion { return }
    w.fixedValues(beta, plus: model.offset.pointer, into: w.eta.pointer)
    if model.response.estimatesDispersion { precision = pearsonPrecision(model, w) }
    _ = deviance(model, w)
  }

  /// Linear predictors near the link of each response.
  private func roughPredictors(_ model: GeneralizedModel, _ w: Workspace) {
    let n = model.rowCount
    let (family, link) = (model.response.family, model.response.link)
    let mean = Self.mean(model)
    for i in 0..<n {
      let y = model.y.pointer[i]
      var mu: Double
      switch family {
      case .binomial:
        let m = model.multiplier.pointer[i]
        mu = (m * y + 0.5) / (m + 1)
      case .beta: mu = y
      default: mu = 0.5 * (y + mean)
      }
      if family == .gaussian, link != .identity, mu <= 0 { mu = max(mean, 1e-3 * abs(y) + 1e-8) }
      if link.meansAreShares, family != .binomial, family != .beta { mu = min(max(mu, 0.01), 0.99) }
      w.eta.pointer[i] = link(mu)
    }
  }

  /// The mean response.
  private static func mean(_ model: GeneralizedModel) -> Double {
    let n = model.rowCount
    let m = UnsafePointer(model.multiplier.pointer)
    return BLAS.dot(n, m, model.y.pointer) / max(m.sum(0..<n), .leastNormalMagnitude)
  }

  /// A Newton step from η, where scores and weights are known.
  private func newton(_ model: GeneralizedModel, _ w: Workspace) -> [Double]? {
    guard model.response.isLogConcave, let factor = try? Cholesky(w.fixedProducts(withEffects: false).gram)
    else { return nil }
    return zip(beta, factor.solve(w.fixedSums(w.score.pointer))).map(+)
  }

  /// Σ of minus twice ℓ at η, precisions as they are.
  private func deviance(_ model: GeneralizedModel, _ w: Workspace) -> Double {
    let kernel = model.response.kernel(precision: precision)
    let out = RowOutputs(score: w.score.pointer, weight: w.weight.pointer, slope: w.slope.pointer)
    let value = w.sums(1) { chunk, _, sum in
      sum[0] += kernel.evaluate(chunk.rows, w.eta.pointer, w.data, out)
    }[0]
    return value.isFinite ? -2 * value : .infinity
  }

  /// Coefficients of the working response at η by weighted least squares.
  private func regression(_ model: GeneralizedModel, _ w: Workspace) -> [Double]? {
    let (n, p) = (model.rowCount, model.rank)
    guard p > 0 else { return [] }
    let link = model.response.link
    var largest = 0.0
    for i in 0..<n {
      let mean = link.mean(w.eta.pointer[i])
      let variance = model.response.family.variance(mean, precision: precision)
      let y = model.y.pointer[i]
      let weight =
        model.multiplier.pointer[i] * model.omega.pointer[i] * mean.first * mean.first / variance
      guard weight.isFinite, weight > 0 else {
        w.weight.pointer[i] = 0
        w.score.pointer[i] = 0
        continue
      }
      largest = max(largest, weight)
      w.weight.pointer[i] = weight
      w.score.pointer[i] =
        weight * (w.eta.pointer[i] - model.offset.pointer[i] + (y - mean.value) / mean.first)
    }
    guard largest > 0 else { return nil }
    let right = w.fixedSums(w.score.pointer)
    var gram = w.fixedProducts(withEffects: false).gram
    let ridge = 1e-12 * gram.trace / Double(p)
    for c in 0..<p { gram[c, c] += ridge }
    return (try? Cholesky(gram.symmetrized))?.solve(right)
  }

  /// The coefficients whose predictor is nearest to the link of the mean.
  private func constantStart(_ model: GeneralizedModel, _ w: Workspace) -> [Double]? {
    let n = model.rowCount
    var mean = Self.mean(model)
    if model.response.family == .binomial || model.response.link.meansAreShares {
      mean = min(max(mean, 0.01), 0.99)
    }
    let eta = model.response.link(mean)
    guard eta.isFinite else { return nil }
    for i in 0..<n { w.rowWork.pointer[i] = eta - model.offset.pointer[i] }
    return w.fixedSums(w.rowWork.pointer).map { $0 / Double(n) }
  }

  /// λ by the moments of the residuals.
  private func pearsonPrecision(_ model: GeneralizedModel, _ w: Workspace) -> Double {
    let n = model.rowCount
    let family = model.response.family
    var (above, below, rows) = (0.0, 0.0, 0.0)
    for i in 0..<n {
      let mu = model.response.link.inverse(w.eta.pointer[i])
      let e = model.y.pointer[i] - mu
      let m = model.multiplier.pointer[i]
      rows += m
      switch family {
      case .negativeBinomial:
        above += m * (e * e - mu)
        below += m * mu * mu
      case .beta:
        above += m * e * e / (mu * (1 - mu))
      case .gamma: above += m * model.omega.pointer[i] * e * e / (mu * mu)
      case .inverseGaussian: above += m * model.omega.pointer[i] * e * e / (mu * mu * mu)
      default: above += m * model.omega.pointer[i] * e * e
      }
    }
    let freedom = max(rows - Double(model.rank), 1)
    switch family {
    case .negativeBinomial: return -log(min(max(above / max(below, .leastNormalMagnitude), 0.02), 20))
    case .beta: return log(max(freedom / max(above, .leastNormalMagnitude) - 1, 0.5))
    default:
      let phi = above / freedom
      return phi > 0 && phi.isFinite ? -log(phi) : 0
    }
  }
}

extension ResponseFamily {
  /// V(μ).
  func variance(_ mean: LinkFunction.Mean, precision: Double) -> Double {
    let mu = mean.value
    switch self {
    case .binomial, .beta: return mu * mean.complement
    case .poisson: return mu
    case .gamma: return mu * mu
    case .negativeBinomial: return mu + mu * mu * exp(-precision)
    case .inverseGaussian: return mu * mu * mu
    case .gaussian: return 1
    }
  }
}

import DataFrames
import Foundation
import LinearAlgebra

/// How the dispersion of a generalised linear model is found. Python: the argument scale of GLM.fit
public enum GLMScale: Sendable, Hashable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// Pearson's χ² over the residual degrees of freedom.
  case x2
  /// The deviance over the residual degrees of freedom.
  case dev
  /// A number.
  case fixed(Double)

  /// A number.
  public init(floatLiteral value: Double) { self = .fixed(value) }
  /// A number.
  public init(integerLiteral value: Int) { self = .fixed(Double(value)) }
}

extension GLM {
  /// Fits by iteratively reweighted least squares, until the deviance changes by less than `tol`.
  ///
  /// - Parameters:
  ///   - startParams: where to start; nil takes means between the responses and their mean.
  ///   - maxiter: the most iterations; 0 evaluates the model at `startParams`.
  ///   - tol: the change of the deviance that ends the iterations.
  ///   - scale: the dispersion; nil is 1 for binomial, Poisson and negative binomial families, else `.x2`.
  ///   - covType: the estimate of the coefficients' covariance; as in statsmodels HC0 to HC3 are all White's here.
  ///   - covKwds: as of ``RegressionModel/fit(covType:covKwds:useT:)``.
  ///   - useT: Student's t instead of the normal distribution.
  /// - Throws: ``StatsModelsError`` for steps that leave the domain of the family, and keywords that are missing.
  ///
  /// Python: GLM.fit
  public func fit(
    startParams: [Double]? = nil, maxiter: Int = 100, tol: Double = 1e-8, scale: GLMScale? = nil,
    covType: CovarianceType = .nonrobust, covKwds: [String: any ColumnConvertible] = [:], useT: Bool = false
  ) throws -> GLMResults {
    if let startParams, startParams.count != exog.columns {
      throw StatsModelsError(
        .lengthMismatch, "startParams has \(startParams.count) values for \(exog.columns) coefficients")
    }
    var state = IRLS(self, scaleRule: scale)
    try state.run(start: startParams, maxiter: max(0, maxiter), tol: tol)
    return try GLMResults(
      model: self, state: state, scaleRule: scale, covType: covType, keywords: covKwds, useT: useT)
  }

  /// The linear predictor at coefficients, offset included.
  func linearPredictor(_ params: [Double]) -> [Double] {
    let eta = exog * params
    return offset.map { zip(eta, $0).map { $0 + $1 } } ?? eta
  }

  /// Pearson's χ² at means.
  func pearson(_ mu: [Double]) -> Double {
    let weights = totalWeights
    return endog.indices.reduce(0) {
      let gap = endog[$1] - mu[$1]
      return $0 + gap * gap * weights[$1] / family.variance(mu[$1])
    }
  }

  /// Twice the log-likelihood ratio of the saturated model and of means.
  func deviance(_ mu: [Double]) -> Double {
    let weights = totalWeights
    return endog.indices.reduce(0) { $0 + weights[$1] * family.unitDeviance(endog[$1], mu[$1]) }
  }

  /// The dispersion at means.
  func scale(_ mu: [Double], rule: GLMScale?, dfResid: Double) -> Double {
    switch (rule, family.distribution) {
    case (nil, .binomial), (nil, .poisson), (nil, .negativeBinomial): 1
    case (nil, _), (.x2, _): pearson(mu) / dfResid
    case (.dev, _): deviance(mu) / dfResid
    case (.fixed(let value), _): value
    }
  }

  /// The log-likelihood at means and a dispersion. As in statsmodels a binomial one has no dispersion.
  func logLikelihood(_ mu: [Double], scale: Double) -> Double {
    endog.indices.reduce(0) { sum, i in
      let own =
        switch family.distribution {
        case .binomial: family.logLikelihood(endog[i], mu[i], weight: varWeights[i], trials: nTrials[i])
        case .negativeBinomial: family.logLikelihood(endog[i], mu[i], weight: varWeights[i]) / scale
        default: family.logLikelihood(endog[i], mu[i], weight: varWeights[i], scale: scale)
        }
      return freqWeights[i] == 0 ? sum : sum + freqWeights[i] * own
    }
  }
}

/// Iteratively reweighted least squares, by the steps of statsmodels.
struct IRLS {
  private let model: GLM
  private let scaleRule: GLMScale?
  private(set) var params: [Double] = []
  private(set) var mu: [Double] = []
  private(set) var iterations = 0
  private(set) var converged = false
  private(set) var isPerfect = false
  private(set) var normalizedCovariance: Matrix
  let rank: Int

  init(_ model: GLM, scaleRule: GLMScale?) {
    self.model = model
    self.scaleRule = scaleRule
    rank = (try? model.exog.matrixRank()) ?? model.exog.columns
    normalizedCovariance = Matrix(rows: model.exog.columns, columns: model.exog.columns, repeating: .nan)
  }

  /// Rows less the rank of the design.
  var dfResid: Double { model.wnobs - Double(rank) }

  mutating func run(start: [Double]?, maxiter: Int, tol: Double) throws {
    let family = model.family
    let link = family.link
    let mean = model.endog.reduce(0, +) / Double(model.endog.count)
    params = start ?? [Double](repeating: 0, count: model.exog.columns)
    var eta: [Double]
    if start == nil {
      mu = model.endog.map { family.startingMean($0, mean: mean) }
      eta = mu.map { link($0) }
    } else {
      eta = model.linearPredictor(params)
      mu = eta.map { link.inverse($0) }
    }
    var scale = model.scale(mu, rule: scaleRule, dfResid: dfResid)
    var deviance = model.deviance(mu)
    guard deviance.isFinite, eta.allSatisfy(\.isFinite) else {
      throw StatsModelsError(
        .numerical,
        "The first guess on the deviance function returned a nan: the \(link.rawValue) link does not suit these responses; "
          + "give other startParams or another link")
    }
    var criterion = deviance
    let weights = model.totalWeights
    for iteration in 0..<maxiter {
      iterations = iteration + 1
      let working = mu.indices.map { i -> (weight: Double, response: Double) in
        let slope = link.deriv(mu[i])
        let weight = weights[i] / (slope * slope * family.variance(mu[i]))
        let response = eta[i] + slope * (model.endog[i] - mu[i]) - (model.offset?[i] ?? 0)
        // A row whose mean has reached its bound says nothing any more.
        return weight.isFinite && response.isFinite ? (weight, response) : (0, 0)
      }
      let roots = working.map { $0.weight.squareRoot() }
      var design = model.exog
      for j in 0..<design.columns { for i in 0..<design.rows { design[i, j] *= roots[i] } }
      let inverse: Matrix
      do { inverse = try SVD(design).pseudoInverse } catch {
        throw StatsModelsError(.numerical, "an iteration left the numbers: \(error)")
      }
      var previous = params
      var step = inverse * zip(working, roots).map { $0.response * $1 }
      // Steps that leave the family's domain are halved, the first one towards a constant mean; statsmodels goes on with nan.
      for attempt in 0..<30 {
        eta = model.linearPredictor(step)
        mu = eta.map { link.inverse($0) }
        deviance = model.deviance(mu)
        if deviance.isFinite || attempt == 29 { break }
        if iteration == 0, start == nil, attempt == 0 {
          let constant = link(mean)
          previous =
            (try? SVD(model.exog).pseudoInverse * mu.indices.map { constant - (model.offset?[$0] ?? 0) })
            ?? previous
        }
        step = zip(step, previous).map { ($0 + $1) / 2 }
      }
      guard deviance.isFinite else {
        throw StatsModelsError(
          .numerical,
          "the \(link.rawValue) link leads to means that a \(family.distribution.rawValue) response does not have: give "
            + "startParams at which all means are possible, or another link")
      }
      params = step
      normalizedCovariance = inverse.timesTransposed(inverse)
      let next = deviance / scale
      scale = model.scale(mu, rule: scaleRule, dfResid: dfResid)
      isPerfect = zip(mu, model.endog).allSatisfy { abs($0 - $1) <= 1e-8 }
      converged = abs(next - criterion) <= tol
      criterion = next
      if converged { break }
    }
  }
}

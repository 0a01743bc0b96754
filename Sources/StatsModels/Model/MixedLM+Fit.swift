import Foundation
import LinearAlgebra
import MixedModels

extension MixedLM {
  /// Estimates the model by restricted or plain maximum likelihood.
  ///
  /// - Parameters:
  ///   - startParams: where to start; by default moments of the data.
  ///   - reml: maximise the restricted likelihood.
  ///   - niterSa: not used, as in statsmodels.
  ///   - doCg: false evaluates the model at the start instead of optimising.
  ///   - fePen: a penalty on the fixed effects, subtracted from the log-likelihood.
  ///   - covPen: a penalty on the group's relative covariance matrix.
  ///   - free: ones and zeros; covariances where it is zero are held: covariances at zero, variances (divided by the
  ///     error variance) at `startParams`, or 1. Fixed effects where it is zero are held at `startParams`, or 0.
  ///   - fullOutput: keep convergence figures in `hist`.
  ///   - method: scipy's optimisers; nil is the engine's own.
  ///   - gtol: gradient tolerance of a named method.
  ///   - maxiter: largest number of iterations.
  ///   - disp: accepted; a library prints nothing.
  ///   - progress: called after each iteration; returning false cancels the fit.
  /// - Throws: ``StatsModelsError`` for data that admit no fit (see the code for what), or a cancelled fit.
  ///
  /// Python: MixedLM.fit
  public func fit(
    startParams: (any StartParameters)? = nil, reml: Bool = true, niterSa: Int = 0, doCg: Bool = true,
    fePen: (any Penalty)? = nil, covPen: (any CovariancePenalty)? = nil, free: MixedLMParams? = nil,
    fullOutput: Bool = false, method: OptimizationMethod? = nil, gtol: Double? = nil, maxiter: Int? = nil,
    disp: Bool = false, progress: (@Sendable (FitProgress) -> Bool)? = nil
  ) throws -> MixedLMResults {
    var warnings = specification.warnings
    if niterSa > 0 {
      warnings.append(FitWarning(kind: .ignoredArgument, message: "niter_sa is currently ignored"))
    }
    let clock = ContinuousClock()
    let begin = clock.now
    let start = try startParams.map { try startCovariances($0) }
    var options = FitOptions(start: start)
    if let maxiter { options.maximumIterations = max(maxiter, 0) }
    if let progress {
      options.progress = { progress(FitProgress($0)) }
    }
    let request = SearchRequest(
      method: method, gtol: gtol, maxiter: maxiter, free: free, fePen: fePen, covPen: covPen,
      startFixed: (startParams as? MixedLMParams)?.feParams, progress: progress)
    if doCg, request.isRestricted || !(method?.names.isEmpty ?? true) {
      let found = try search(request, start: start, reml: reml)
      return MixedLMResults(
        model: self, estimate: found.estimate,
        warnings: warnings + found.warnings + fitWarnings(found.estimate, free: free),
        fitSeconds: (clock.now - begin).seconds, hist: fullOutput ? found.hist : nil, freepat: free,
        penalty: found.penalty)
    }
    let engine = try engine()
    let estimate = try specification.running { () throws(EngineError) in
      if doCg { return try engine.fit(reml: reml, options: options) }
      let point = start ?? specification.engineTerms.map { Matrix.identity($0.width) }
      return try engine.estimate(at: point, reml: reml)
    }
    let seconds = (clock.now - begin).seconds
    warnings += fitWarnings(estimate)
    let figures: [[String: Double]]? =
      fullOutput
      ? [
        [
          "iterations": Double(estimate.certificate.gradients),
          "fcalls": Double(estimate.certificate.evaluations),
          "gcalls": Double(estimate.certificate.gradients),
          "gradient_norm": estimate.certificate.gradientNorm,
          "converged": estimate.converged ? 1 : 0, "fopt": -estimate.logLikelihood / Double(max(nobs, 1)),
        ]
      ] : nil
    return MixedLMResults(
      model: self, estimate: estimate, warnings: warnings, fitSeconds: seconds, hist: figures)
  }

  /// What the estimate itself gives cause to say.
  func fitWarnings(_ estimate: Estimate, free: MixedLMParams? = nil) -> [FitWarning] {
    var result: [FitWarning] = []
    if !estimate.aliased.isEmpty {
      let names = estimate.aliased.map { specification.exogNames[$0] }
      result.append(
        FitWarning(
          kind: .rankDeficient,
          message:
            "the fixed effects are collinear: dropped \(shortList(names)), which depend on earlier columns"))
    }
    let owners = specification.blockOfTerm
    var named = Set<Int>()
    for held in estimate.held where named.insert(owners[held.term]).inserted {
      result.append(
        FitWarning(
          kind: .notIdentifiable,
          message: "\(specification.describe(held)); its variance is held at 0"))
    }
    if let report = estimate.monteCarlo {
      let error = PythonFormat.fixed(report.logLikelihood, 4)
      result.append(
        FitWarning(
          kind: .numerical,
          message:
            "the crossed factors are too large for an exact factorisation: the estimates come from "
            + "\(report.probes) random probes, and the log-likelihood has a Monte-Carlo standard error of \(error)"
        ))
    }
    if !estimate.converged {
      result.append(
        FitWarning(
          kind: .convergence,
          message:
            "Gradient optimization failed, |grad| = \(PythonFormat.fixed(estimate.certificate.gradientNorm, 6))"
        ))
    }
    if estimate.singular, free == nil {
      let relative = specification.blockCovariances(estimate.relativeCovariances)
      let zero = specification.blocks.indices.filter { position in
        !named.contains(position) && Self.isSingular(relative[position])
      }
      if !zero.isEmpty {
        result.append(
          FitWarning(kind: .boundary, message: "The MLE may be on the boundary of the parameter space."))
        if zero.contains(where: {
          specification.blocks[$0].width > 1 || !specification.blocks[$0].isComponent
        }) {
          result.append(
            FitWarning(kind: .singular, message: "The random effects covariance matrix is singular."))
        }
      }
    }
    return result
  }

  /// Whether a relative covariance matrix has a zero variance or a perfect correlation.
  private static func isSingular(_ matrix: Matrix) -> Bool {
    let factor = matrix.semidefiniteFactor
    return (0..<matrix.rows).contains { i in
      factor[i, i] * factor[i, i] <= 1e-8 * matrix[i, i] || matrix[i, i] <= 0
    }
  }
}

/// The state of a running fit, for progress reports. Not in statsmodels.
public struct FitProgress: Sendable {
  /// Iterations done.
  public let iteration: Int
  /// -2 log L reached.
  public let deviance: Double
  /// Decrease of -2 log L that is still promised.
  public let predictedDecrease: Double

  init(iteration: Int, deviance: Double, predictedDecrease: Double) {
    self.iteration = iteration
    self.deviance = deviance
    self.predictedDecrease = predictedDecrease
  }

  init(_ progress: MixedModels.FitProgress) {
    iteration = progress.iteration
    deviance = progress.deviance
    predictedDecrease = progress.predictedDecrease
  }
}

/// What a fit can start from: an object of parameters, a packed vector, or labelled parameters of earlier results.
public protocol StartParameters: Sendable {
  /// Relative covariances in the order of the model's parameters, without fixed effects.
  func covarianceEntries(of model: MixedLM) throws -> [Double]
}

extension MixedLMParams: StartParameters {
  /// The lower triangle of `covRe`, then the variance components.
  public func covarianceEntries(of model: MixedLM) throws -> [Double] {
    let entries = getPacked(useSqrt: false)
    guard entries.count == model.layout.entries.count else {
      throw StatsModelsError(
        .lengthMismatch,
        "the parameters hold \(entries.count) covariances, the model has \(model.layout.entries.count)")
    }
    return entries
  }
}

extension Array: StartParameters where Element == Double {
  /// A packed vector in the model's own packing, square roots if `useSqrt`, with or without fixed effects.
  public func covarianceEntries(of model: MixedLM) throws -> [Double] {
    let expected = model.layout.entries.count
    guard count == expected || count == expected + model.kFe else {
      throw StatsModelsError(
        .lengthMismatch,
        "invalid start_params: \(count) values, the model has \(expected) covariance parameters and "
          + "\(model.kFe) fixed effects")
    }
    let tail = Array(suffix(expected))
    guard model.specification.layout == .grouped else { return tail }
    return try MixedLMParams.fromPacked(tail, kFe: 0, kRe: model.kRe, useSqrt: model.useSqrt, hasFe: false)
      .getPacked(useSqrt: false)
  }
}

extension Series: StartParameters {
  /// The `params` of earlier results, read as what they are: relative covariances, not roots.
  public func covarianceEntries(of model: MixedLM) throws -> [Double] {
    let expected = model.layout.entries.count
    guard count == expected || count == expected + model.kFe else {
      throw StatsModelsError(.lengthMismatch, "invalid start_params: \(count) values")
    }
    return Array(values.suffix(expected))
  }
}

extension MixedLM {
  /// Covariance matrices per engine term from any kind of parameters.
  func startCovariances(_ parameters: any StartParameters) throws -> [Matrix] {
    let entries = try parameters.covarianceEntries(of: self)
    guard entries.allSatisfy(\.isFinite) else {
      throw StatsModelsError(.invalidArgument, "start_params must be finite")
    }
    return specification.termCovariances(layout.covariances(entries, blocks: specification.blocks))
  }
}

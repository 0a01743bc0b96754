import LinearAlgebra
import MixedModels
import Optimization

/// What a fit is asked for beyond the engine's own optimiser.
struct SearchRequest {
  var method: OptimizationMethod?
  var gtol: Double?
  var maxiter: Int?
  var free: MixedLMParams?
  var fePen: (any Penalty)?
  var covPen: (any CovariancePenalty)?
  /// Fixed effects to start from, which held ones keep.
  var startFixed: [Double]?
  var progress: (@Sendable (FitProgress) -> Bool)?

  /// Whether anything is held or penalised, so that the engine cannot finish the search.
  var isRestricted: Bool { free != nil || fePen != nil || covPen != nil }
}

extension MixedLM {
  /// A fit by named methods, with held parameters, or with penalties.
  func search(_ request: SearchRequest, start: [Matrix]?, reml: Bool) throws -> (
    estimate: Estimate, penalty: FitPenalty, warnings: [FitWarning], hist: [[String: Double]]
  ) {
    var warnings: [FitWarning] = []
    let specification = self.specification
    let engine = try engine()
    let identity = specification.blocks.map { Matrix.identity($0.width) }
    let given = start.map(specification.blockCovariances)
    let free = try request.free.map(freeEntries)
    var point = given ?? identity
    if let free { point = withoutHeldCovariances(point, free: free) }
    let search = try CovarianceSearch(
      model: self, reml: reml, free: free, held: point, fePen: request.fePen, covPen: request.covPen,
      heldFixed: heldFixedEffects(request))
    let names = request.method?.names ?? []
    let methods = names.isEmpty ? [.bfgs, .nm] : names
    var options = OptimizationOptions()
    options.gradientTolerance = request.gtol ?? (names.isEmpty ? 1e-8 : nil)
    options.maximumIterations = request.maxiter ?? (names.isEmpty ? 500 : nil)
    if names.contains(.basinhopping) { options.hopping.hops = min(request.maxiter ?? 20, 100) }
    if names.isEmpty && given == nil && !request.isRestricted { point = identity }
    if names.isEmpty, given == nil, let near = try? engine.fit(reml: reml) {
      // The unrestricted optimum is the best start for a restricted search.
      let optimum = specification.blockCovariances(near.relativeCovariances)
      point = zip(optimum, identity).map { a, b in a.zip(b) { $0 + 1e-3 * $1 } }
      if let free { point = withoutHeldCovariances(point, free: free, held: given ?? identity) }
    }
    var outcome: CovarianceSearch.Outcome?
    var hist: [[String: Double]] = []
    for (position, name) in methods.enumerated() {
      let from = outcome.map { specification.blockCovariances($0.estimate.relativeCovariances) } ?? point
      let tried = try search.run(
        from: from, method: name.optimizer, options: options, progress: request.progress)
      hist.append([
        "fopt": tried.run.value, "converged": tried.run.converged ? 1 : 0,
        "iterations": Double(tried.run.iterations), "fcalls": Double(tried.run.evaluations),
        "gcalls": Double(tried.run.gradientEvaluations),
      ])
      outcome = tried
      if tried.run.converged || names.isEmpty && tried.run.status == .precisionLoss { break }
      if position + 1 < methods.count, !names.isEmpty {
        warnings.append(
          FitWarning(
            kind: .convergence,
            message: "Retrying MixedLM optimization with \(methods[position + 1].rawValue)"))
      }
    }
    guard var result = outcome else { throw StatsModelsError(.invalidArgument, "method lists no optimiser") }
    if names.isEmpty { result.estimate.converged = true }
    if !request.isRestricted {
      let polished = try finish(result.estimate, request: request, reml: reml, names: names)
      result.estimate = polished.estimate
      warnings += polished.warnings
    }
    return (result.estimate, result.penalty, warnings, hist)
  }

  /// If a named method stopped short and the caller set no limits, the engine finishes.
  private func finish(
    _ estimate: Estimate, request: SearchRequest, reml: Bool, names: [OptimizationMethod.Name]
  ) throws
    -> (estimate: Estimate, warnings: [FitWarning])
  {
    let engine = try engine()
    let options = FitOptions(start: estimate.relativeCovariances, tolerance: 1e-12)
    let reference = try? engine.fit(reml: reml, options: options)
    var best = try? engine.fit(reml: reml, options: FitOptions(tolerance: 1e-12))
    if let reference, reference.logLikelihood > best?.logLikelihood ?? -.infinity { best = reference }
    guard var best else { return (estimate, []) }
    let gap = best.logLikelihood - estimate.logLikelihood
    best.certificate.evaluations += estimate.certificate.evaluations
    best.certificate.gradients += estimate.certificate.gradients
    if gap < 1e-6 * max(1, abs(best.logLikelihood).squareRoot()) {
      if request.gtol == nil && request.maxiter == nil { return (best, []) }
      return (estimate, [])
    }
    if request.gtol == nil && request.maxiter == nil {
      let list = names.map(\.rawValue).joined(separator: ", ")
      return (
        best,
        [
          FitWarning(
            kind: .convergence,
            message:
              "\(list) stopped \(PythonFormat.general(gap, 3)) below the optimum: the engine finished the fit"
          )
        ]
      )
    }
    var short = estimate
    short.converged = false
    return (short, [])
  }

  /// Values of the fixed effects that a mask holds: those of the start, or zero.
  private func heldFixedEffects(_ request: SearchRequest) throws -> [Double?] {
    guard let mask = request.free, mask.feParams.contains(0) else { return [] }
    guard mask.feParams.count == kFe else {
      throw StatsModelsError(
        .lengthMismatch, "free has \(mask.feParams.count) fixed effects, the model \(kFe)")
    }
    let start = request.startFixed?.count == kFe ? request.startFixed : nil
    return mask.feParams.enumerated().map { $1 == 0 ? start?[$0] ?? 0 : nil }
  }

  /// Which covariance entries a mask leaves free.
  private func freeEntries(_ mask: MixedLMParams) throws -> [Bool] {
    let entries = mask.covRe.lowerTriangleRows + mask.vcomp
    guard entries.count == layout.entries.count else {
      throw StatsModelsError(
        .lengthMismatch,
        "free has \(entries.count) covariance entries, the model \(layout.entries.count)")
    }
    return entries.map { $0 != 0 }
  }

  /// The matrices with held covariances set to zero, and held variances taken from `held`.
  private func withoutHeldCovariances(_ blocks: [Matrix], free: [Bool], held: [Matrix]? = nil) -> [Matrix] {
    var result = blocks
    for (entry, isFree) in zip(layout.entries, free) where !isFree {
      let value = entry.isVariance ? (held ?? blocks)[entry.block][entry.row, entry.row] : 0
      result[entry.block][entry.row, entry.column] = value
      result[entry.block][entry.column, entry.row] = value
    }
    return result
  }
}

extension OptimizationMethod.Name {
  /// The method of the general minimiser.
  var optimizer: Optimization.OptimizationMethod {
    switch self {
    case .bfgs, .minimize: .bfgs
    case .lbfgs: .lbfgs
    case .cg: .cg
    case .powell: .powell
    case .nm: .nelderMead
    case .basinhopping: .basinHopping
    }
  }
}

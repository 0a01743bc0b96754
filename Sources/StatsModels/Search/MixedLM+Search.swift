import LinearAlgebra
import MixedModels
import Optimization

extension MixedLM {
  /// A fit by named methods, with held parameters, or with penalties.
  func search(_ request: FitArguments) throws -> (
    estimate: Estimate, penalty: FitPenalty, errorVariance: ErrorVariance, warnings: [FitWarning],
    hist: [[String: Double]]
  ) {
    var warnings: [FitWarning] = []
    let specification = self.specification
    let free = request.free.map { mask in (mask.covRe.lowerTriangleRows + mask.vcomp).map { $0 != 0 } }
    var given = try request.startParams.map(startBlocks)
    let identity = specification.blocks.map { Matrix.identity($0.width) }
    let errorVariance = errorVariance(request, free: free, start: given ?? identity)
    var scale = 1.0
    if request.startUnits == .user {
      let blocks = given ?? identity
      scale = try request.heldScale ?? self.errorVariance(besides: blocks, reml: request.reml)
      // The search has covariances in the response's units only where σ² is one of its parameters.
      if errorVariance != .free { given = blocks.map { $0 * (1 / scale) } }
    }
    let held = given ?? identity
    var point = holding(held, free: free, at: held)
    let search = try CovarianceSearch(
      model: self, reml: request.reml, free: free, held: point, errorVariance: errorVariance,
      fePen: request.fePen, covPen: request.covPen, heldFixed: heldFixedEffects(request))
    let names = request.method?.names ?? []
    let methods = names.isEmpty ? [.bfgs, .nm] : names
    var options = OptimizationOptions()
    options.gradientTolerance = request.gtol ?? (names.isEmpty ? 1e-8 : nil)
    options.maximumIterations = request.maxiter ?? (names.isEmpty ? 500 : nil)
    if names.contains(.basinhopping) { options.hopping.hops = min(request.maxiter ?? 20, 100) }
    if names.isEmpty, let near = try? engine().fit(reml: request.reml) {
      // The unrestricted optimum is the best start for a restricted search.
      let optimum = specification.blockCovariances(near.relativeCovariances)
      let unit = errorVariance == .free ? near.scale : 1
      point = zip(optimum, identity).map { a, b in a.zip(b) { unit * ($0 + 1e-3 * $1) } }
      point = holding(point, free: free, at: held)
      scale = near.scale
    }
    var outcome: CovarianceSearch.Outcome?
    var hist: [[String: Double]] = []
    for (position, name) in methods.enumerated() {
      if let last = outcome?.estimate {
        let unit = errorVariance == .free ? last.scale : 1
        point = specification.blockCovariances(last.relativeCovariances).map { $0 * unit }
        scale = last.scale
      }
      let tried = try search.run(
        from: point, scale: scale, method: name.optimizer, options: options, progress: request.progress)
      hist.append([
        "fopt": tried.run.value, "converged": tried.run.converged ? 1 : 0,
        "iterations": Double(tried.run.iterations), "fcalls": Double(tried.run.evaluations),
        "gcalls": Double(tried.run.gradientEvaluations),
      ])
      outcome = tried
      if tried.run.converged || names.isEmpty && tried.isStationary { break }
      if position + 1 < methods.count, !names.isEmpty {
        warnings.append(
          FitWarning(
            kind: .convergence,
            message: "Retrying MixedLM optimization with \(methods[position + 1].rawValue)"))
      }
    }
    guard var result = outcome else { throw StatsModelsError(.invalidArgument, "method lists no optimiser") }
    if names.isEmpty, result.isStationary { result.estimate.converged = true }
    if request.isRestricted, !names.isEmpty, request.gtol == nil, request.maxiter == nil {
      let unit = errorVariance == .free ? result.estimate.scale : 1
      let polished = try search.run(
        from: specification.blockCovariances(result.estimate.relativeCovariances).map { $0 * unit },
        scale: result.estimate.scale, method: .bfgs,
        options: OptimizationOptions(gradientTolerance: 1e-8, maximumIterations: 500),
        progress: request.progress)
      let (before, after) = (result.value, polished.value)
      if after > before {
        if after - before > Self.negligible(after) {
          warnings.append(Self.finishing(names, gap: after - before))
        }
        result = polished
      }
      result.estimate.converged = result.estimate.converged || polished.isStationary
    }
    if !request.isRestricted {
      let polished = try finish(result.estimate, request: request, names: names)
      result.estimate = polished.estimate
      warnings += polished.warnings
    }
    return (result.estimate, result.penalty, errorVariance, warnings, hist)
  }

  /// If a named method stopped short and the caller set no limits, the engine finishes.
  private func finish(
    _ estimate: Estimate, request: FitArguments, names: [OptimizationMethod.Name]
  ) throws -> (estimate: Estimate, warnings: [FitWarning]) {
    let engine = try engine()
    let reml = request.reml
    let options = FitOptions(start: estimate.relativeCovariances, tolerance: 1e-12)
    let reference = try? engine.fit(reml: reml, options: options)
    var best = try? engine.fit(reml: reml, options: FitOptions(tolerance: 1e-12))
    if let reference, reference.logLikelihood > best?.logLikelihood ?? -.infinity { best = reference }
    guard var best else { return (estimate, []) }
    let gap = best.logLikelihood - estimate.logLikelihood
    best.certificate.evaluations += estimate.certificate.evaluations
    best.certificate.gradients += estimate.certificate.gradients
    if gap < Self.negligible(best.logLikelihood) {
      if request.gtol == nil && request.maxiter == nil { return (best, []) }
      return (estimate, [])
    }
    if request.gtol == nil && request.maxiter == nil {
      return (best, [Self.finishing(names, gap: gap)])
    }
    var short = estimate
    short.converged = false
    return (short, [])
  }

  /// A difference of log-likelihoods that counts as none.
  private static func negligible(_ logLikelihood: Double) -> Double {
    1e-6 * max(1, abs(logLikelihood).squareRoot())
  }

  private static func finishing(_ names: [OptimizationMethod.Name], gap: Double) -> FitWarning {
    let list = names.map(\.rawValue).joined(separator: ", ")
    return FitWarning(
      kind: .convergence,
      message:
        "\(list) stopped \(PythonFormat.general(gap, 3)) below the optimum: the engine finished the fit")
  }

  /// What becomes of σ²: a parameter where a variance other than zero is held in the response's units.
  private func errorVariance(_ request: FitArguments, free: [Bool]?, start: [Matrix]) -> ErrorVariance {
    if let value = request.heldScale { return .held(value) }
    guard request.startUnits == .user, let free else { return .profiled }
    let holds = zip(layout.entries, free).contains { entry, isFree in
      !isFree && entry.hasUnit && start[entry.block][entry.row, entry.column] != 0
    }
    return holds ? .free : .profiled
  }

  /// Values of the fixed effects that a mask holds: those of the start, or zero.
  private func heldFixedEffects(_ request: FitArguments) -> [Double?] {
    guard let mask = request.free, mask.feParams.contains(0) else { return [] }
    let start = request.startParams.flatMap(givenFixedEffects)
    return mask.feParams.enumerated().map { $1 == 0 ? start?[$0] ?? 0 : nil }
  }

  /// The matrices with held entries taken from `values`, and those that are zero by construction zero.
  private func holding(_ blocks: [Matrix], free: [Bool]?, at values: [Matrix]) -> [Matrix] {
    var result = blocks
    for (position, entry) in layout.entries.enumerated()
    where specification.blocks[entry.block].covariance.form.reportsEntries {
      let value: Double
      if entry.engineIndex == nil {
        value = 0
      } else if free?[position] ?? true {
        continue
      } else {
        value = values[entry.block][entry.row, entry.column]
      }
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

import LinearAlgebra
import MixedModels
import Optimization

/// Maximises the likelihood over the free covariances, for what the engine's own optimiser does not offer: named
/// methods, held parameters, penalties.
///
/// The parameters are free entries of each block's triangular factor, divided by a typical size. Values and
/// gradients are the engine's, exact for any sign of the factor's diagonal.
struct CovarianceSearch {
  let model: MixedLM
  let reml: Bool
  let fePen: (any Penalty)?
  let covPen: (any CovariancePenalty)?
  /// Values of fixed effects that are held; nil for those that are free.
  let heldFixed: [Double?]
  let errorVariance: ErrorVariance
  private let patterns: [any CovariancePattern]
  private let engine: MixedModel

  /// - Parameters:
  ///   - free: for each covariance entry of the model, whether it is free; nil for all.
  ///   - held: covariances that give the values of held entries, one per block; relative ones unless σ² is free.
  ///   - errorVariance: what becomes of σ².
  init(
    model: MixedLM, reml: Bool, free: [Bool]?, held: [Matrix], errorVariance: ErrorVariance = .profiled,
    fePen: (any Penalty)? = nil, covPen: (any CovariancePenalty)? = nil, heldFixed: [Double?] = []
  ) throws {
    self.heldFixed = heldFixed
    self.errorVariance = errorVariance
    self.model = model
    self.reml = reml
    self.fePen = fePen
    self.covPen = covPen
    engine = try model.engine()
    let freeEntries = model.layout.entries.indices.filter {
      model.layout.entries[$0].engineIndex != nil && (free?[$0] ?? true)
    }.map { model.layout.entries[$0] }
    patterns = model.specification.blocks.enumerated().map { position, block -> any CovariancePattern in
      let own = freeEntries.filter { $0.block == position }
      let form = block.covariance.form
      guard form.reportsEntries else {
        return FormPattern(
          form: form, width: block.width, free: Set(own.compactMap(\.position)), values: held[position])
      }
      let entries = Set(own.map { [$0.row, $0.column] })
      return FactorPattern(
        width: block.width, free: { entries.contains([$0, $1]) }, values: held[position])
    }
  }

  /// The point of a search.
  struct Outcome {
    var estimate: Estimate
    var penalty: FitPenalty
    var run: OptimizationResult

    /// The penalised log-likelihood.
    var value: Double { estimate.logLikelihood - penalty.value }

    /// Whether the search ended where no step gains anything: at its tolerance, or at the limits of arithmetic.
    var isStationary: Bool {
      run.converged
        || run.status == .precisionLoss && (run.gradient ?? []).allSatisfy { abs($0) < 1e-5 }
    }
  }

  /// Runs a method from covariances, one per block: relative ones, unless σ² is free and starts at `scale`.
  func run(
    from start: [Matrix], scale: Double = 1, method: Optimization.OptimizationMethod,
    options: OptimizationOptions, progress: ((FitProgress) -> Bool)?
  ) throws -> Outcome {
    let near = try zip(patterns, start).enumerated().map { position, pair in
      guard let found = pair.0.feasible(near: pair.1) else {
        throw StatsModelsError(
          .invalidArgument,
          "free: no covariance matrix of '\(model.specification.blocks[position].group)' has the values that are held"
        )
      }
      return found
    }
    var first = zip(patterns, near).flatMap { $0.parameters($1) }
    let largest = first.map(abs).max() ?? 1
    var scales = first.map { max(abs($0), 1e-2 * largest, 1e-8) }
    if errorVariance == .free {
      first.append(logarithm(scale))
      scales.append(1)
    }
    let count = Double(max(model.nobs, 1))
    let needsGradient = method != .powell && method != .nelderMead
    let both = Objective { x in
      guard let (value, gradient) = evaluate(zip(x, scales).map { $0 * $1 }) else {
        return (.infinity, [Double](repeating: 0, count: x.count))
      }
      return (-value / count, zip(gradient, scales).map { -$0 * $1 / count })
    }
    let valueAlone = Objective(value: { x in
      evaluate(zip(x, scales).map { $0 * $1 }, needsGradient: false).map { -$0.value / count } ?? .infinity
    })
    let objective = needsGradient ? both : valueAlone
    var iteration = 0
    let run = minimize(
      objective, start: zip(first, scales).map { $0 / $1 }, method: method, options: options
    ) { _, value in
      iteration += 1
      if Task.isCancelled { return false }
      return progress?(
        FitProgress(iteration: iteration, deviance: 2 * value * count, predictedDecrease: .nan)) ?? true
    }
    if run.status == .halted { throw StatsModelsError.cancellation }
    guard let point = point(zip(run.x, scales).map { $0 * $1 }) else {
      throw StatsModelsError(.numerical, "the search left the covariance matrices that have the held values")
    }
    var (estimate, penalty) = try finish(at: point)
    estimate.converged = run.converged
    estimate.certificate.evaluations = run.evaluations
    estimate.certificate.gradients = run.gradientEvaluations
    estimate.certificate.gradientNorm = norm(run.gradient ?? []) * count
    return Outcome(estimate: estimate, penalty: penalty, run: run)
  }

  private func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  /// Relative covariances per block, and σ² unless it is profiled out.
  private struct Point {
    var blocks: [Matrix]
    var scale: Double?
  }

  private func point(_ parameters: [Double]) -> Point? {
    var position = 0
    var blocks: [Matrix] = []
    for pattern in patterns {
      guard let block = pattern.covariance(parameters[position..<position + pattern.count]) else {
        return nil
      }
      blocks.append(block)
      position += pattern.count
    }
    switch errorVariance {
    case .profiled: return Point(blocks: blocks, scale: nil)
    case .held(let value): return Point(blocks: blocks, scale: value)
    case .free:
      let scale = exponential(parameters[position])
      guard scale > 0, scale.isFinite else { return nil }
      return Point(blocks: blocks.map { $0 * (1 / scale) }, scale: scale)
    }
  }

  /// Penalised log-likelihood and its derivatives by the factor's entries, then by log σ² if that is free; nil where
  /// it is not defined.
  private func evaluate(_ parameters: [Double], needsGradient: Bool = true) -> (
    value: Double, gradient: [Double]
  )? {
    guard parameters.allSatisfy(\.isFinite), let point = point(parameters) else { return nil }
    let terms = model.specification.termCovariances(point.blocks)
    guard let (fixed, penalty) = try? penalisedFixedEffects(at: terms, scale: point.scale),
      let value = try? engine.logLikelihood(at: terms, reml: reml, fixedEffects: fixed, scale: point.scale)
    else { return nil }
    let covariancePenalty = model.kRe > 0 ? covPen : nil
    let total = value - penalty - (covariancePenalty?.value(point.blocks[0]) ?? 0)
    guard total.isFinite else { return nil }
    guard needsGradient else { return (total, []) }
    guard let score = try? engine.score(at: terms, reml: reml, fixedEffects: fixed, scale: point.scale) else {
      return nil
    }
    var derivatives = model.specification.blockSums(score.covariances)
    if let covariancePenalty {
      derivatives[0] = derivatives[0].zip(covariancePenalty.deriv(point.blocks[0]), -)
    }
    // With σ² free the parameters are those of σ² S: d/d(σ² S) = F / σ², d/d log σ² = σ² d/dσ² - Σ F S.
    let unit = errorVariance == .free ? point.scale ?? 1 : 1
    var position = 0
    var gradient: [Double] = []
    for (pattern, derivative) in zip(patterns, derivatives) {
      gradient += pattern.gradient(
        derivative.mapElements { $0 / unit }, parameters[position..<position + pattern.count])
      position += pattern.count
    }
    if errorVariance == .free {
      gradient.append(
        zip(derivatives, point.blocks).reduce(unit * score.scale) {
          $0 - zip($1.0.storage, $1.1.storage).reduce(0) { $0 + $1.0 * $1.1 }
        })
    }
    return (total, gradient)
  }

  /// The estimate at given relative covariances, with its penalties.
  private func finish(at point: Point) throws -> (Estimate, FitPenalty) {
    let specification = model.specification
    let terms = specification.termCovariances(point.blocks)
    var estimate = try specification.running { () throws(EngineError) in
      try engine.estimate(at: terms, reml: reml)
    }
    // Zeros that a mask holds stay exact: the engine's own units round them.
    estimate.relativeCovariances = terms
    var penalty = FitPenalty()
    let (fixed, loss) = try penalisedFixedEffects(at: terms, scale: point.scale)
    if let fixed {
      let profiled = estimate
      estimate.scale = try model.scale(at: fixed, estimate: profiled)
      for position in fixed.indices where !estimate.aliased.contains(position) {
        estimate.fixedEffects[position] = fixed[position]
      }
      penalty.value = loss
      penalty.movesFixedEffects = true
    }
    try excludeHeldFixedEffects(&estimate)
    if let scale = point.scale {
      estimate.fixedCovariance = estimate.fixedCovariance.mapElements { $0 * scale / estimate.scale }
      estimate.scale = scale
    }
    if fixed != nil || point.scale != nil {
      estimate.logLikelihood = try specification.running { () throws(EngineError) in
        try engine.logLikelihood(at: terms, reml: reml, fixedEffects: fixed, scale: point.scale)
      }
    }
    if let covPen, model.kRe > 0 { penalty.value += covPen.value(point.blocks[0]) }
    return (estimate, penalty)
  }

  /// Leaves held fixed effects out of `fixedCovariance`: zero for them, the inverse over the others for the others.
  private func excludeHeldFixedEffects(_ estimate: inout Estimate) throws {
    let kept = (0..<model.kFe).filter { !estimate.aliased.contains($0) }
    let moving = kept.indices.filter { kept[$0] >= heldFixed.count || heldFixed[kept[$0]] == nil }
    guard moving.count < kept.count else { return }
    let information = try LU(estimate.fixedCovariance).inverse
    let inverse = try LU(information.selecting(rows: moving).selecting(columns: moving)).inverse
    estimate.fixedCovariance = Matrix(rows: kept.count, columns: kept.count)
    for (i, a) in moving.enumerated() {
      for (j, b) in moving.enumerated() { estimate.fixedCovariance[a, b] = inverse[i, j] }
    }
  }

  /// Fixed effects that maximise the penalised likelihood at given covariances, by Newton's method:
  /// X'V⁻¹(y - Xb)/σ² = pen'(b), with σ² as given or σ²(b) = σ²(b̂) + d'Md/f, M = X'V⁻¹X. Held ones keep their values.
  private func penalisedFixedEffects(at terms: [Matrix], scale given: Double?) throws -> (
    fixed: [Double]?, penalty: Double
  ) {
    guard fePen != nil || heldFixed.contains(where: { $0 != nil }) else { return (nil, 0) }
    let estimate = try engine.estimate(at: terms, reml: reml)
    let kept = (0..<model.kFe).filter { !estimate.aliased.contains($0) }
    guard !kept.isEmpty else { return (nil, 0) }
    let information = try LU(estimate.fixedCovariance).inverse.mapElements { $0 * estimate.scale }
    let degrees = Double(model.nobs - (reml ? estimate.rank : 0))
    let center = kept.map { estimate.fixedEffects[$0] }
    func full(_ b: [Double]) -> [Double] {
      var result = [Double](repeating: 0, count: model.kFe)
      for (position, value) in zip(kept, b) { result[position] = value }
      return result
    }
    func loss(_ b: [Double]) -> (value: Double, scale: Double, pull: [Double]) {
      let difference = zip(b, center).map { $0 - $1 }
      let pull = information * difference
      let form = zip(difference, pull).reduce(0) { $0 + $1.0 * $1.1 }
      let scale = given ?? estimate.scale + form / degrees
      let fit = given == nil ? degrees / 2 * logarithm(scale) : form / (2 * scale)
      return (fit + (fePen?.value(full(b)) ?? 0), scale, pull)
    }
    func held(_ position: Int) -> Double? { position < heldFixed.count ? heldFixed[position] : nil }
    let moving = kept.indices.filter { held(kept[$0]) == nil }
    var b = kept.indices.map { held(kept[$0]) ?? center[$0] }
    var current = loss(b)
    for _ in 0..<100 where !moving.isEmpty {
      let slopes = fePen?.deriv(full(b)) ?? full([])
      let curvatures = fePen?.deriv2(full(b)) ?? full([])
      let gradient = moving.map { current.pull[$0] / current.scale + slopes[kept[$0]] }
      var hessian = information.selecting(rows: moving).selecting(columns: moving)
        .mapElements { $0 / current.scale }
      for (place, position) in moving.enumerated() {
        hessian[place, place] += max(curvatures[kept[position]], 0)
      }
      let step = try solve(hessian, gradient)
      var length = 1.0
      var next = current
      var moved = b
      repeat {
        moved = b
        for (position, change) in zip(moving, step) { moved[position] -= length * change }
        next = loss(moved)
        length /= 2
      } while next.value > current.value && length > 1e-10
      let gain = current.value - next.value
      guard gain > 0 else { break }
      (b, current) = (moved, next)
      if gain < 1e-14 * max(abs(current.value), 1) { break }
    }
    let fixed = full(b)
    return (fixed, fePen?.value(fixed) ?? 0)
  }
}

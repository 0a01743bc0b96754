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
  private let patterns: [FactorPattern]
  private let engine: MixedModel

  /// - Parameters:
  ///   - free: for each covariance entry of the model, whether it is free; nil for all.
  ///   - held: relative covariances that give the values of held entries, one per block.
  init(
    model: MixedLM, reml: Bool, free: [Bool]?, held: [Matrix], fePen: (any Penalty)? = nil,
    covPen: (any CovariancePenalty)? = nil, heldFixed: [Double?] = []
  ) throws {
    self.heldFixed = heldFixed
    self.model = model
    self.reml = reml
    self.fePen = fePen
    self.covPen = covPen
    engine = try model.engine()
    let entries = model.layout.entries
    var byBlock: [Int: Set<[Int]>] = [:]
    for (position, entry) in entries.enumerated()
    where entry.engineIndex != nil && (free?[position] ?? true) {
      byBlock[entry.block, default: []].insert([entry.row, entry.column])
    }
    patterns = try model.specification.blocks.enumerated().map { position, block in
      let freeEntries = byBlock[position] ?? []
      return try FactorPattern(
        width: block.width, free: { freeEntries.contains([$0, $1]) }, values: held[position],
        group: block.group)
    }
  }

  /// The point of a search.
  struct Outcome {
    var estimate: Estimate
    var penalty: FitPenalty
    var run: OptimizationResult
  }

  /// Runs a method from relative covariances, one per block.
  func run(
    from start: [Matrix], method: Optimization.OptimizationMethod, options: OptimizationOptions,
    progress: ((FitProgress) -> Bool)?
  ) throws -> Outcome {
    let first = zip(patterns, start).flatMap { $0.parameters($1) }
    let scales = first.map { max(abs($0), 1e-2 * (first.map(abs).max() ?? 1), 1e-8) }
    let count = Double(max(model.nobs, 1))
    let objective = Objective { x in
      let parameters = zip(x, scales).map { $0 * $1 }
      guard let (value, gradient) = evaluate(parameters) else {
        return (.infinity, [Double](repeating: 0, count: x.count))
      }
      return (-value / count, zip(gradient, scales).map { -$0 * $1 / count })
    }
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
    let covariances = covariances(zip(run.x, scales).map { $0 * $1 })
    var (estimate, penalty) = try finish(at: covariances)
    estimate.converged = run.converged
    estimate.certificate.evaluations = run.evaluations
    estimate.certificate.gradients = run.gradientEvaluations
    estimate.certificate.gradientNorm = norm(run.gradient ?? []) * count
    return Outcome(estimate: estimate, penalty: penalty, run: run)
  }

  private func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  /// Relative covariances per block.
  private func covariances(_ parameters: [Double]) -> [Matrix] {
    var position = 0
    return patterns.map { pattern in
      defer { position += pattern.entries.count }
      return pattern.covariance(parameters[position..<position + pattern.entries.count])
    }
  }

  /// Penalised log-likelihood and its derivatives by the factor's entries; nil where it is not defined.
  private func evaluate(_ parameters: [Double]) -> (value: Double, gradient: [Double])? {
    guard parameters.allSatisfy(\.isFinite) else { return nil }
    let blocks = covariances(parameters)
    let terms = model.specification.termCovariances(blocks)
    guard let (fixed, penalty) = try? penalisedFixedEffects(at: terms),
      let value = try? engine.logLikelihood(at: terms, reml: reml, fixedEffects: fixed),
      let score = try? engine.score(at: terms, reml: reml, fixedEffects: fixed)
    else { return nil }
    var total = value - penalty
    var derivatives = blockDerivatives(score)
    if let covPen, model.kRe > 0 {
      let loss = covPen.value(blocks[0])
      guard loss.isFinite else { return nil }
      total -= loss
      derivatives[0] = derivatives[0].zip(covPen.deriv(blocks[0]), -)
    }
    var position = 0
    let gradient = zip(patterns, derivatives).flatMap { pattern, derivative -> [Double] in
      defer { position += pattern.entries.count }
      return pattern.gradient(derivative, parameters[position..<position + pattern.entries.count])
    }
    return total.isFinite ? (total, gradient) : nil
  }

  private func blockDerivatives(_ score: Score) -> [Matrix] {
    var position = 0
    return model.specification.blocks.map { block in
      var sum = Matrix(rows: block.width, columns: block.width)
      for _ in block.parts {
        sum = sum.zip(score.covariances[position], +)
        position += 1
      }
      return sum
    }
  }

  /// The estimate at given relative covariances, with its penalties.
  func finish(at blocks: [Matrix]) throws -> (Estimate, FitPenalty) {
    let terms = model.specification.termCovariances(blocks)
    let specification = model.specification
    var estimate = try specification.running { () throws(EngineError) in
      try engine.estimate(at: terms, reml: reml)
    }
    // Zeros that a mask holds stay exact: the engine's own units round them.
    estimate.relativeCovariances = terms
    var penalty = FitPenalty()
    if let (fixed, loss) = try penalisedFixedEffects(at: terms), let fixed {
      estimate.scale = try model.scale(at: fixed, estimate: estimate)
      for position in fixed.indices where !estimate.aliased.contains(position) {
        estimate.fixedEffects[position] = fixed[position]
      }
      estimate.logLikelihood = try specification.running { () throws(EngineError) in
        try engine.logLikelihood(at: terms, reml: reml, fixedEffects: fixed)
      }
      penalty.value = loss
      penalty.movesFixedEffects = true
    }
    if let covPen, model.kRe > 0 { penalty.value += covPen.value(blocks[0]) }
    return (estimate, penalty)
  }

  /// Fixed effects that maximise the penalised likelihood at given covariances, by Newton's method:
  /// X'V⁻¹(y - Xb)/σ²(b) = pen'(b), with σ²(b) = σ²(b̂) + d'Md/f, M = X'V⁻¹X. Held ones keep their values.
  private func penalisedFixedEffects(at terms: [Matrix]) throws -> (fixed: [Double]?, penalty: Double)? {
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
      let scale = estimate.scale + form / degrees
      return (degrees / 2 * logarithm(scale) + (fePen?.value(full(b)) ?? 0), scale, pull)
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

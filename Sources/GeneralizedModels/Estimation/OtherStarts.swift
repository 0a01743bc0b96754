internal import LinearAlgebra
internal import MixedModels

/// Searches from other starts, where they cost next to nothing: −2 log L of several variances, of correlations and of links
/// without a concave log likelihood has local minima.
struct OtherStarts {
  let model: GeneralizedModel
  let integration: Integration
  let scales: [Double]
  let options: FitOptions
  /// Standard deviation of the linear predictor that one row determines.
  let farScale: Double
  /// The first start, with the generalised linear model's β̃ and λ.
  let start: GeneralizedPoint

  /// Rows and effects up to which other searches are made, and multiplications of a factor.
  private static let mostRows = 1_500
  private static let mostEffects = 400
  private static let mostWork = 2e5
  /// Rows that all other searches together pass over, a factor counted as its multiplications over those of a row, and what a
  /// pass costs beside its rows: some ten milliseconds.
  private static let mostWorkOfAll = 5e5
  private static let workOfRow = 20.0
  private static let restOfPass = 50.0
  /// Part of that which one search may take.
  private static let largestShare = 0.25
  /// Iterations that show what a basin holds, and the decrease that they need not look for.
  private static let screeningSteps = 40
  private static let screeningTolerance = 1e-3
  /// Iterations after these while the minimum known is lower.
  private static let finishingSteps = 60
  /// What another minimum must be lower by.
  private static let margin = 1e-7
  /// How far above the best minimum another one is told apart from it, and is worth a word; and how far below it a point without
  /// a minimum is.
  private static let leastRise = 0.01
  private static let notableRise = 4.0
  /// How far above the best minimum a search that was cut short goes on.
  private static let doubtfulRise = 2.0
  /// Factors whose variance is tried as the only large one.
  private static let mostSingle = 4

  static func areCheap(_ model: GeneralizedModel) -> Bool {
    let system = model.system
    return system.rowCount <= mostRows && system.effectCount <= mostEffects && system.factorWork <= mostWork
  }

  /// A minimum with the objective there.
  typealias Minimum = (objective: GeneralizedObjective, outcome: GeneralizedNewton.Outcome)

  /// The best of an outcome and of what other starts lead to; the next one, where it is not much above it, or the lowest point at
  /// which a search had to end, where that is below.
  ///
  /// Where the telling starts lead to the minimum known, others would too: in none of some thousand random models did a further
  /// start find another one, but where both roots of a mean are minima.
  /// - Parameter first: nil where the first search found no minimum at all.
  func best(_ first: Minimum?) throws(EngineError) -> (best: Minimum?, rival: GeneralizedNewton.Outcome?) {
    var result = first
    var rivals: [GeneralizedNewton.Outcome] = []
    var lower: GeneralizedNewton.Outcome?
    let workOfPass = Double(model.rowCount) + Self.restOfPass + model.system.factorWork / Self.workOfRow
    var passes = Int(Self.mostWorkOfAll / workOfPass)
    let mostPasses = Int(Self.largestShare * Double(passes))
    var isSettled = model.response.link != .sqrt
    let (telling, others) = starts(beside: first?.outcome.parameters)
    for (place, start) in (telling + others).enumerated() {
      if passes <= 0 || place == telling.count && isSettled { break }
      do {
        let objective = GeneralizedObjective(model, integration: integration, workers: Workers(threads: 1))
        objective.jointBeta = self.start.beta
        defer { passes -= objective.workspace.passes }
        var options = options
        options.progress = nil
        options.maximumIterations = min(options.maximumIterations, Self.screeningSteps)
        var newton = GeneralizedNewton(
          objective: objective, scales: scales, options: options, tolerance: Self.screeningTolerance,
          known: result.map { ($0.outcome.parameters, $0.outcome.deviance) },
          mostPasses: min(passes, mostPasses))
        let rough = try newton.minimize(from: start)
        if rough.isKnown { continue }
        isSettled = false
        let known = result?.outcome
        let limit = known.map { $0.deviance + (rough.converged ? 0 : Self.doubtfulRise) } ?? .infinity
        let isRival = rivals.isEmpty && rough.converged && rough.deviance < limit + Self.notableRise
        if !isRival && rough.deviance - rough.predictedDecrease > limit { continue }
        newton.tolerance = GeneralizedNewton(objective: objective, scales: scales, options: options).tolerance
        newton.options.maximumIterations = self.options.maximumIterations
        newton.mostIterationsAbove = Self.finishingSteps
        let other = try newton.minimize(from: rough.parameters)
        if other.isKnown { continue }
        if let known, other.deviance > known.deviance - Self.margin || !other.converged {
          if other.converged {
            rivals.append(other)
          } else if other.deviance < lower?.deviance ?? .infinity {
            lower = other
          }
        } else {
          if let known, known.converged { rivals.append(known) }
          result = (objective, other)
        }
      } catch {
        isSettled = false
        if error == .cancelled { throw error }
      }
    }
    guard let best = result?.outcome else { return (nil, nil) }
    if let lower, best.converged, lower.deviance < best.deviance - Self.leastRise {
      // where work was at its end, it is led to its own
      guard lower.iterations < options.maximumIterations else { return (result, lower) }
      let objective = GeneralizedObjective(model, integration: integration, workers: Workers(threads: 1))
      var options = options
      options.progress = nil
      let newton = GeneralizedNewton(objective: objective, scales: scales, options: options)
      guard let end = try? newton.minimize(from: lower.parameters) else { return (result, lower) }
      return end.converged && end.deviance < best.deviance ? ((objective, end), best) : (result, end)
    }
    let rival = rivals.filter {
      $0.deviance > best.deviance + Self.leastRise && $0.deviance < best.deviance + Self.notableRise
    }
    .min { $0.deviance < $1.deviance }
    return (result, rival)
  }

  /// Points of the search, first those that most often lead elsewhere: deviations of several sizes, one of them large beside
  /// small others; beside a minimum one deviation larger, correlations turned, gone or perfect, and, where means are shares,
  /// all effects larger in proportion.
  private func starts(beside parameters: [Double]?) -> (telling: [[Double]], others: [[Double]]) {
    let objective = GeneralizedObjective(model, integration: integration, workers: Workers(threads: 1))
    let variances = model.design.areVariances
    let (q, places) = (objective.thetaCount, variances.indices.filter { variances[$0] })
    func point(_ size: (Int) -> Double) -> [Double] {
      objective.parameters(
        GeneralizedPoint(
          theta: (0..<q).map { variances[$0] ? size($0) * scales[$0] : 0 }, beta: start.beta,
          precision: start.precision))
    }
    var telling = Self.sizes.map { size in point { _ in size } }
    var others = [point { _ in Self.smallSize }]
    let single = places.count > 1 ? places.prefix(Self.mostSingle) : []
    for place in single { others.append(point { $0 == place ? 2 : 0.1 }) }
    // effects that tell most rows
    for size in Self.farSizes {
      for own in [nil] + single.map(Optional.some) {
        var far = point { i in (own.map { $0 == i ? size : 1 } ?? size) * farScale / scales[i] }
        if model.response.link.meansAreShares {
          for i in objective.betaRange { far[i] *= (1 + 0.35 * size * size).squareRoot() }
        }
        // with shares one factor may tell nearly all rows
        let isTelling = size == Self.farSizes[0] && own == single.first && own != nil
        if isTelling, model.response.link.meansAreShares { telling.append(far) } else { others.append(far) }
      }
    }
    guard let parameters else { return (telling, others) }
    /// The minimum with other θ and a factor for β̃, deviations not below a part of their typical size.
    func beside(effects factor: Double = 1, _ size: (Int) -> Double) -> [Double] {
      parameters.enumerated().map { i, value in
        if i >= q { return objective.betaRange.contains(i) ? factor * value : value }
        guard variances[i] else { return size(i) * value }
        return size(i) * (value < 0 ? -1 : 1) * max(abs(value), Self.leastSize * scales[i])
      }
    }
    for place in single { others.append(beside { $0 == place ? 4 : 1 }) }
    if q > places.count {
      telling += model.design.farCorrelations(Array(parameters.prefix(q))).map {
        $0 + parameters.dropFirst(q)
      }
      others.append(beside { variances[$0] ? 1 : -1 })
      others.append(beside { variances[$0] ? 1 : 0 })
    }
    if model.response.link.meansAreShares {
      others += Self.rays.map { factor in beside(effects: factor) { _ in factor } }
    }
    return (telling, others)
  }

  /// Standard deviations of the linear predictor of effects that tell most rows, in those that one row determines.
  private static let farSizes = [12.0, 3]

  /// Sizes of all deviations, in parts of their typical ones.
  private static let sizes = [4.0, 16, 1]
  private static let smallSize = 0.1
  /// Least size of a deviation beside a minimum.
  private static let leastSize = 0.3
  /// Factors of all effects beside a minimum.
  private static let rays = [3.0, 10]
}

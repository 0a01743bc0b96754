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
  /// Operations that all other searches take together, about, and those of one row in an evaluation: some ten milliseconds.
  private static let mostOperations = 6e6
  private static let operationsPerRow = 20.0
  /// Iterations that show what a basin holds, and the decrease that they need not look for.
  private static let screeningSteps = 40
  private static let screeningTolerance = 1e-3
  /// What another minimum must be lower by.
  private static let margin = 1e-7
  /// How far above the best minimum another one is told apart from it, and is worth a word.
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

  /// The best of an outcome and of what other starts lead to, and the next one, where it is not much above it.
  ///
  /// - Parameter first: nil where the first search found no minimum at all.
  func best(_ first: Minimum?) throws(EngineError) -> (best: Minimum?, rival: GeneralizedNewton.Outcome?) {
    var result = first
    var rivals: [GeneralizedNewton.Outcome] = []
    let operations = Self.operationsPerRow * Double(model.rowCount) + model.system.factorWork
    var evaluations = 0
    for start in starts(beside: first?.outcome.parameters)
    where Double(evaluations) * operations < Self.mostOperations {
      do {
        let objective = GeneralizedObjective(model, integration: integration, workers: Workers(threads: 1))
        objective.jointBeta = self.start.beta
        defer { evaluations += objective.evaluations }
        var options = options
        options.progress = nil
        options.maximumIterations = min(options.maximumIterations, Self.screeningSteps)
        let screening = GeneralizedNewton(
          objective: objective, scales: scales, options: options, tolerance: Self.screeningTolerance,
          known: result.map { ($0.outcome.parameters, $0.outcome.deviance) })
        let rough = try screening.minimize(from: start)
        let known = result?.outcome
        let limit = known.map { $0.deviance + (rough.converged ? 0 : Self.doubtfulRise) } ?? .infinity
        let isRival = rivals.isEmpty && rough.converged && rough.deviance < limit + Self.notableRise
        if rough.isKnown || !isRival && rough.deviance - rough.predictedDecrease > limit { continue }
        options.maximumIterations = self.options.maximumIterations
        let other = try GeneralizedNewton(objective: objective, scales: scales, options: options)
          .minimize(from: rough.parameters)
        if let known, other.deviance > known.deviance - Self.margin || !other.converged {
          if other.converged { rivals.append(other) }
        } else {
          if let known, known.converged { rivals.append(known) }
          result = (objective, other)
        }
      } catch {
        if error == .cancelled { throw error }
      }
    }
    let best = result?.outcome.deviance ?? .infinity
    let rival = rivals.filter { $0.deviance > best + Self.leastRise && $0.deviance < best + Self.notableRise }
      .min { $0.deviance < $1.deviance }
    return (result, rival)
  }

  /// Points of the search: deviations of several sizes, one of them large beside small others; beside a minimum one deviation
  /// larger, correlations turned, gone or perfect, and, where means are shares, all effects larger in proportion.
  private func starts(beside parameters: [Double]?) -> [[Double]] {
    let objective = GeneralizedObjective(model, integration: integration, workers: Workers(threads: 1))
    let variances = model.design.areVariances
    let (q, places) = (objective.thetaCount, variances.indices.filter { variances[$0] })
    func point(_ size: (Int) -> Double) -> [Double] {
      objective.parameters(
        GeneralizedPoint(
          theta: (0..<q).map { variances[$0] ? size($0) * scales[$0] : 0 }, beta: start.beta,
          precision: start.precision))
    }
    var result = Self.sizes.map { size in point { _ in size } }
    let single = places.count > 1 ? places.prefix(Self.mostSingle) : []
    for place in single { result.append(point { $0 == place ? 2 : 0.1 }) }
    // effects that tell most rows
    for size in Self.farSizes {
      for own in [nil] + single.map(Optional.some) {
        var far = point { i in (own.map { $0 == i ? size : 1 } ?? size) * farScale / scales[i] }
        if model.response.link.meansAreShares {
          for i in objective.betaRange { far[i] *= (1 + 0.35 * size * size).squareRoot() }
        }
        result.append(far)
      }
    }
    guard let parameters else { return result }
    /// The minimum with other θ and a factor for β̃, deviations not below a part of their typical size.
    func beside(effects factor: Double = 1, _ size: (Int) -> Double) -> [Double] {
      parameters.enumerated().map { i, value in
        if i >= q { return objective.betaRange.contains(i) ? factor * value : value }
        guard variances[i] else { return size(i) * value }
        return size(i) * (value < 0 ? -1 : 1) * max(abs(value), Self.leastSize * scales[i])
      }
    }
    for place in single { result.append(beside { $0 == place ? 4 : 1 }) }
    if q > places.count {
      result.append(beside { variances[$0] ? 1 : -1 })
      result.append(beside { variances[$0] ? 1 : 0 })
      result += model.design.farCorrelations(Array(parameters.prefix(q))).map { $0 + parameters.dropFirst(q) }
    }
    if model.response.link.meansAreShares {
      result += Self.rays.map { factor in beside(effects: factor) { _ in factor } }
    }
    return result
  }

  /// Standard deviations of the linear predictor of effects that tell most rows, in those that one row determines.
  private static let farSizes = [12.0, 3]

  /// Sizes of all deviations, in parts of their typical ones.
  private static let sizes = [1, 4, 0.1, 16]
  /// Least size of a deviation beside a minimum.
  private static let leastSize = 0.3
  /// Factors of all effects beside a minimum.
  private static let rays = [3.0, 10]
}

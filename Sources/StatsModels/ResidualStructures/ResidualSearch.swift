import Foundation
import LinearAlgebra
import MixedModels

/// Maximises the likelihood over the residuals' parameters φ; at each φ the engine maximises over all others.
///
/// D(φ) = min −2 log L has the gradient ∂(−2 log L)/∂φ at the other parameters' optimum, which two evaluations per parameter
/// give; quasi-Newton steps on D take some five fits, each begun at the last one's covariances.
struct ResidualSearch {
  private let model: MixedLM
  private let arguments: FitArguments

  private let sums: ResidualSums

  /// An optimum over the other parameters at given φ.
  private struct Point {
    var parameters: [Double]
    var estimate: Estimate
    var deviance: Double { -2 * estimate.logLikelihood }
  }

  /// Step of differences of the likelihood: a third of the digits, times parameters of order one.
  private static let step = 1e-4
  /// Step of differences of gradients and of estimates.
  private static let wideStep = 1e-3
  /// Decrease of D that ends a search.
  private static let tolerance = 1e-10
  /// Gain of D by another start above which the search goes on from there.
  private static let leastGain = 1e-6
  /// Points that are searched from: of six models of 60 rows that stopped short from one start, four arrive with three.
  private static let mostStarts = 3
  /// |φ| beyond which variances differ by e²⁴, or ρ is at its end: what was meant has no maximum.
  private static let limit = 12.0
  /// Longest step in φ.
  private static let longestStep = 1.0
  private static let mostSteps = 60
  /// Information of a direction in φ from which no flat one can seem to have it, and the step along others with the rise of D
  /// that they must bring: one with a standard error of 50 brings it. What moves what is reported by less is at a bound.
  private static let surelyKnown = 1.0
  private static let flatStep = 0.5
  private static let flatRise = 1e-4
  private static let flatMove = 1e-2

  init(_ model: MixedLM, _ arguments: FitArguments) {
    self.model = model
    self.arguments = arguments
    var options = model.engineOptions
    options.exact = arguments.exact
    options.threads = arguments.threads
    sums = ResidualSums(model.specification, options: options)
  }

  func run() throws -> MixedLMResults {
    guard !arguments.isRestricted, arguments.doCg else {
      throw StatsModelsError(
        .notAvailable,
        "held parameters, penalties and doCg: false are not for models whose residual variances or correlations are "
          + "estimated: fit without them")
    }
    let begin = ContinuousClock.now
    var best: (point: Point, converged: Bool)?
    for start in try starts() {
      let found = try descend(from: start)
      let gain = (best?.point.deviance ?? .infinity) - found.point.deviance
      // of two searches that end at one place the one that says so counts
      let settles = found.converged && best?.converged == false && gain > -Self.leastGain
      if gain > Self.leastGain || settles { best = found }
    }
    guard var best else {
      throw StatsModelsError(.notAvailable, "no parameters of the residuals admit a fit")
    }
    // the engine's own search, with other starts than the last optimum
    var results = try fit(best.point.parameters)
    if -2 * results.llf < best.point.deviance - Self.leastGain {
      best = try descend(from: Point(parameters: best.point.parameters, estimate: results.estimate))
      results = try fit(best.point.parameters)
    }
    return try finished(best.point, results, converged: best.converged, begin: begin)
  }

  // MARK: - Evaluations

  /// The results at φ.
  private func fit(_ parameters: [Double]) throws -> MixedLMResults {
    var arguments = arguments
    arguments.holdsResiduals = true
    return try MixedLM(
      specification: model.specification.holding(residualParameters: parameters), useSqrt: model.useSqrt,
      designSeconds: model.designSeconds
    ).fit(arguments)
  }

  /// The optimum at φ, begun at the covariances of another.
  private func point(_ parameters: [Double], near: Estimate?) throws -> Point {
    let start = near.flatMap { $0.singular ? nil : $0.relativeCovariances }
    return try model.specification.running { () throws(EngineError) in
      Point(
        parameters: parameters,
        estimate: try sums.engine(parameters).fit(reml: arguments.reml, options: options(start: start)))
    }
  }

  private func options(start: [Matrix]?) -> FitOptions {
    var options = FitOptions(start: start)
    if let progress = arguments.progress { options.progress = { progress(FitProgress($0)) } }
    return options
  }

  /// −2 log L at φ with the covariances of an estimate.
  private func deviance(_ parameters: [Double], at estimate: Estimate) throws -> Double {
    try model.specification.running { () throws(EngineError) in
      -2
        * (try sums.engine(parameters).estimate(at: estimate.relativeCovariances, reml: arguments.reml))
        .logLikelihood
    }
  }

  private func gradient(_ point: Point) throws -> [Double] {
    try point.parameters.indices.map { i in
      let sides = try [-Self.step, Self.step].map { step -> Double in
        var moved = point.parameters
        moved[i] += step
        return try deviance(moved, at: point.estimate)
      }
      return (sides[1] - sides[0]) / (2 * Self.step)
    }
  }

  // MARK: - Starts

  /// Points to search from: variances from the residuals of the model without them, none, and twice as different ones, of
  /// which those with the least D are searched from; along the correlation every local minimum of a coarse line.
  private func starts() throws -> [Point] {
    guard let residuals = model.specification.residuals else { return [] }
    let parameters = residuals.parameters
    var candidates = [parameters]
    if let variance = residuals.variance {
      let plain = try fit(parameters)
      let own = variance.start(residuals: plain.specification.weighted(plain.resid.values))
      candidates = [1, 0, 2].map { factor in own.map { factor * $0 } + parameters.dropFirst(own.count) }
      if own.allSatisfy({ $0 == 0 }) { candidates.removeLast(2) }
    }
    let found = try candidates.flatMap { try starts(along: $0) }
    if candidates.count == 1 { return found }
    return Array(found.sorted { $0.deviance < $1.deviance }.prefix(Self.mostStarts))
  }

  /// The best points for the correlation beside given variances.
  private func starts(along parameters: [Double]) throws -> [Point] {
    guard let correlation = model.specification.residuals?.correlation else {
      return [try point(parameters, near: nil)]
    }
    var near: Estimate?
    let line = try correlation.starts.map { start -> Point in
      let found = try point(parameters.dropLast() + [start], near: near)
      near = found.estimate
      return found
    }
    return line.indices.filter { i in
      (i == 0 || line[i].deviance <= line[i - 1].deviance)
        && (i == line.count - 1 || line[i].deviance < line[i + 1].deviance)
    }.map { line[$0] }
  }

  // MARK: - Search

  private func descend(from start: Point) throws -> (point: Point, converged: Bool) {
    var point = start
    var slope = try gradient(point)
    var curvature = try curvature(at: point, slope: slope)
    for _ in 0..<Self.mostSteps {
      let direction = step(slope, curvature)
      let predicted = dot(slope, direction)
      if -predicted < Self.tolerance { return (point, true) }
      guard let next = try lineSearch(point, direction: direction, predicted: predicted) else {
        return (point, -predicted < Self.leastGain)
      }
      if next.parameters.contains(where: { abs($0) > Self.limit }) { return (next, false) }
      let moved = zip(next.parameters, point.parameters).map { $0 - $1 }
      let newSlope = try gradient(next)
      let change = zip(newSlope, slope).map { $0 - $1 }
      curvature = Self.updated(curvature, step: moved, change: change)
      (point, slope) = (next, newSlope)
    }
    return (point, false)
  }

  /// −|B|⁻¹g, no longer than a step in logarithms may be.
  private func step(_ slope: [Double], _ curvature: Matrix) -> [Double] {
    guard let eigen = try? SymmetricEigen(curvature.symmetrized) else { return slope.map { -$0 } }
    let largest = eigen.values.reduce(0) { max($0, abs($1)) }
    let parts = eigen.vectors.transposedTimes(slope)
    let scaled = zip(parts, eigen.values).map { -$0 / max(abs($1), 1e-6 * largest, .leastNormalMagnitude) }
    let direction = eigen.vectors * scaled
    let length = direction.reduce(0) { max($0, abs($1)) }
    return length > Self.longestStep ? direction.map { $0 * Self.longestStep / length } : direction
  }

  private func lineSearch(_ point: Point, direction: [Double], predicted: Double) throws -> Point? {
    var share = 1.0
    while share > 1e-4 {
      let parameters = zip(point.parameters, direction).map { $0 + share * $1 }
      do {
        let next = try self.point(parameters, near: point.estimate)
        if next.deviance <= point.deviance + 1e-4 * share * predicted { return next }
      } catch let error as StatsModelsError where error.code != .cancelled {
        // beyond the numbers' range: a shorter step
      }
      share /= 2
    }
    return nil
  }

  /// The Hessian of D by differences of gradients between neighbouring optima.
  private func curvature(at point: Point, slope: [Double]) throws -> Matrix {
    let count = slope.count
    var result = Matrix(rows: count, columns: count)
    for j in 0..<count {
      var moved = point.parameters
      moved[j] += Self.wideStep
      let next = try gradient(self.point(moved, near: point.estimate))
      for i in 0..<count { result[i, j] = (next[i] - slope[i]) / Self.wideStep }
    }
    return result.symmetrized
  }

  /// Broyden, Fletcher, Goldfarb and Shanno's update; none where curvature along the step is not positive.
  private static func updated(_ matrix: Matrix, step: [Double], change: [Double]) -> Matrix {
    let along = matrix * step
    let (sy, sBs) = (dot(step, change), dot(step, along))
    guard sy > 1e-12 * abs(sBs), sBs > 0 else { return matrix }
    var result = matrix
    for i in step.indices {
      for j in step.indices { result[i, j] += change[i] * change[j] / sy - along[i] * along[j] / sBs }
    }
    return result
  }

  // MARK: - Result

  /// The fit at the optimum with the covariance of φ, and how the other estimates move with φ.
  private func finished(
    _ point: Point, _ results: MixedLMResults, converged: Bool, begin: ContinuousClock.Instant
  ) throws -> MixedLMResults {
    let count = point.parameters.count
    var hessian = Matrix(rows: count, columns: count)
    let (parameters, variances) = (results.params.count, results.layout.entries.count + 1)
    var found = ResidualEstimate(
      covariance: hessian, parameterSlopes: Matrix(rows: parameters, columns: count),
      varianceSlopes: Matrix(rows: variances, columns: count), fixedCovarianceSlopes: [])
    for j in 0..<count {
      let sides = try [-Self.wideStep, Self.wideStep].map { step -> Point in
        var moved = point.parameters
        moved[j] += step
        return try self.point(moved, near: results.estimate)
      }
      func slope(_ values: (Estimate) -> [Double]) -> [Double] {
        zip(values(sides[1].estimate), values(sides[0].estimate)).map { ($0 - $1) / (2 * Self.wideStep) }
      }
      let gradients = try sides.map(gradient)
      for i in 0..<count { hessian[i, j] = (gradients[1][i] - gradients[0][i]) / (2 * Self.wideStep) }
      func relative(_ estimate: Estimate) -> [Matrix] {
        results.specification.blockCovariances(estimate.relativeCovariances)
      }
      let moves = slope { $0.fixedEffects + results.layout.values(in: relative($0)) }
      for (i, value) in moves.enumerated() { found.parameterSlopes[i, j] = value }
      let units = slope { results.layout.values(in: relative($0), scale: $0.scale) + [$0.scale] }
      for (i, value) in units.enumerated() { found.varianceSlopes[i, j] = value }
      let covariance = results.estimate.fixedCovariance
      found.fixedCovarianceSlopes.append(
        Matrix(
          rows: covariance.rows, columns: covariance.columns,
          columnMajor: slope { $0.fixedCovariance.storage }))
    }
    let information = (hessian * 0.5).symmetrized
    let isIdentified = try isIdentified(point, information: information)
    found.covariance =
      isIdentified
      ? ParameterCovariance.inverse(information) : Matrix(rows: count, columns: count, repeating: .nan)
    var specification = results.specification
    specification.residuals?.estimate = found
    var estimate = results.estimate
    estimate.converged = estimate.converged && converged
    return MixedLMResults(
      model: MixedLM(
        specification: specification, useSqrt: model.useSqrt, designSeconds: model.designSeconds),
      estimate: estimate,
      warnings: results.warnings + warnings(converged: converged, isIdentified: isIdentified, specification),
      fitSeconds: (ContinuousClock.now - begin).seconds, engineOptions: results.engineOptions,
      hist: results.hist)
  }

  /// Whether D rises along the direction that is known least: differences of neighbouring optima cannot tell a flat one. Level on
  /// one side is enough to be flat, as the other may end where a variance vanishes; what is at its bound does not move.
  private func isIdentified(_ point: Point, information: Matrix) throws -> Bool {
    guard let eigen = try? SymmetricEigen(information), let least = eigen.values.first,
      least < Self.surelyKnown
    else { return true }
    let reported = model.specification.residuals?.reported ?? []
    return try [-Self.flatStep, Self.flatStep].allSatisfy { step in
      let moved = zip(point.parameters, eigen.vectors.column(0)).map { $0 + step * $1 }
      let isAtBound = zip(reported, zip(moved, point.parameters)).allSatisfy {
        abs($0.value($1.0) - $0.value($1.1)) < Self.flatMove
      }
      return try isAtBound
        || self.point(moved, near: point.estimate).deviance > point.deviance + Self.flatRise
    }
  }

  private func warnings(
    converged: Bool, isIdentified: Bool, _ specification: ModelSpecification
  ) -> [FitWarning] {
    let names = shortList(specification.residuals?.reported.map(\.name) ?? [])
    if !converged {
      return [
        FitWarning(
          kind: .convergence,
          message:
            "the likelihood has no maximum in \(names), or it was not reached: a group of rows may be fitted exactly, or a "
            + "correlation may be perfect")
      ]
    }
    if isIdentified { return [] }
    return [
      FitWarning(
        kind: .notIdentifiable,
        message:
          "the data do not determine \(names) beside the variances of the random effects, which describe the same "
          + "covariances: leave out one of them, for example the correlation beside a random intercept of its series"
      )
    ]
  }
}

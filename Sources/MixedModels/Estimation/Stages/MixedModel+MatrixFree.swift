import Foundation
internal import LinearAlgebra

extension MixedModel {
  /// The seed of all random probes: results are reproducible.
  static let probeSeed: UInt64 = 0x5EED_0F_B10C_C0DE
  /// Batches of eight probes when the matrix-free answer is the final one.
  private static let finalBatches = 2

  /// A matrix-free objective; nil unless every factor has one regressor and at least two cross.
  ///
  /// - Parameter batches: batches of eight probes; without any, log|V| and the traces are left out.
  func matrixFreeObjective(
    reml: Bool, batches: Int
  ) -> (objective: ProfiledObjective, elimination: MatrixFreeElimination)? {
    // Kept only where it serves every later question, not the start of an exact fit alone.
    guard let system = plan.isIterative ? iterative.system(of: products) : ScalarSystem(products: products)
    else { return nil }
    var floors = [Double](repeating: 0, count: products.structure.factors.count)
    for part in system.parts {
      let mean = moments.meanSquares[part.factor][0]
      floors[part.factor] = 1e-4 / max(mean, .leastNormalMagnitude).squareRoot()
    }
    let elimination = MatrixFreeElimination(
      system: system, floors: floors, workers: Workers(threads: options.threads), batches: batches,
      seed: Self.probeSeed)
    let objective = ProfiledObjective(self, elimination: elimination, reml: reml, floors: floors)
    return (objective, elimination)
  }

  /// A point nearer the optimum than the moments.
  struct MatrixFreeStart {
    var theta: [Double]
    let objective: ProfiledObjective
    let elimination: MatrixFreeElimination
    /// Whether an exact gradient here is worth keeping for all later steps.
    var isAnchor: Bool
  }

  /// θ nearer the optimum by matrix-free steps; nil where such steps cost more than exact ones, or failed.
  func matrixFreeStart(reml: Bool, from theta: [Double]) throws(EngineError) -> MatrixFreeStart? {
    guard plan.start != .moments, let (objective, elimination) = matrixFreeObjective(reml: reml, batches: 1)
    else { return nil }
    let isAnchor = plan.start == .anchoredSteps
    var phase = MatrixFreePhase(objective: objective, elimination: elimination, scales: parameterScales)
    phase.roughIterations = 1
    phase.noiseTarget = 0.05
    // The exact gradient that follows sees to the rest.
    phase.gradientTarget = 0.1
    if !isAnchor { phase.maximumIterations = 1 }
    let outcome = try phase.minimize(from: theta)
    guard elimination.converged, outcome.converged || !isAnchor else { return nil }
    return MatrixFreeStart(
      theta: outcome.theta, objective: objective, elimination: elimination, isAnchor: isAnchor)
  }

  /// The objective of a model that has no exact factorisation.
  ///
  /// - Parameter solvesOnly: whether b, effects and quadratic forms will do, without likelihood and traces.
  func matrixFreeObjective(reml: Bool, solvesOnly: Bool = false) throws(EngineError) -> ProfiledObjective {
    guard let found = matrixFreeObjective(reml: reml, batches: solvesOnly ? 0 : Self.finalBatches) else {
      throw .insufficientMemory(memoryEstimate)
    }
    return found.objective
  }

  /// Maximises the likelihood without an exact factorisation.
  func maximizeMatrixFree(reml: Bool, options: FitOptions) throws(EngineError) -> Estimate {
    guard let (objective, elimination) = matrixFreeObjective(reml: reml, batches: Self.finalBatches) else {
      throw .insufficientMemory(memoryEstimate)
    }
    var phase = MatrixFreePhase(objective: objective, elimination: elimination, scales: parameterScales)
    phase.progress = options.progress
    phase.maximumIterations = options.maximumIterations
    let start = options.start.map { layout.theta(layout.lower(covariances: $0)) } ?? startingTheta
    let outcome = try phase.minimize(from: start)
    elimination.accuracy = .final
    let point = try objective.evaluate(outcome.theta)
    let derivatives = try objective.derivatives(at: point)
    let model = QuadraticModel(gradient: derivatives.gradient, curvature: derivatives.curvature)
    var certificate = Certificate()
    certificate.evaluations = objective.evaluations
    certificate.gradients = objective.gradients
    certificate.gradientNorm = model.scaledNorm
    let rest = model.step(damping: 0)
    certificate.predictedDecrease = model.decrease(rest)
    certificate.conditionNumber = model.conditionNumber
    var estimate = estimate(
      point, objective: objective, converged: outcome.converged && elimination.converged,
      certificate: certificate)
    // Traces divide by θ, which therefore stays off zero; an effect this small is none.
    var lower = point.lower
    for (t, place) in layout.places.enumerated() {
      guard let place, isNegligible(point.lower[place.factor][0], factor: place.factor) else { continue }
      estimate.relativeCovariances[t] = Matrix(rows: 1, columns: 1)
      lower[place.factor][0] = 0
      estimate.bounds.removeAll { $0.term == t }
      estimate.bounds.append(Estimate.Bound(term: t, rank: 0, zeros: [0], perfect: []))
    }
    estimate.singular = !estimate.bounds.isEmpty
    estimate.standardRoot = Estimate.StandardRoot(orders: orders, lower: lower)
    estimate.monteCarlo = report(
      point, derivatives: derivatives, noise: phase.gradientNoise(point), rest: rest, objective: objective,
      elimination: elimination, iterations: outcome.iterations, gradientNorm: model.scaledNorm)
    return estimate
  }

  /// Whether T of a factor is as good as zero, by the criterion for ``Certificate/atBound``.
  private func isNegligible(_ t: Double, factor: Int) -> Bool {
    abs(t) * moments.meanSquares[factor][0].squareRoot() < 1e-3
  }

  /// Carries the Monte-Carlo error of the gradient over to the estimates: dθ = −H⁻¹ dg; the step that one more
  /// iteration would take counts as a part of the error.
  private func report(
    _ point: ProfiledObjective.Point, derivatives: ProfiledObjective.Derivatives, noise: Matrix,
    rest: [Double], objective: ProfiledObjective, elimination: MatrixFreeElimination, iterations: Int,
    gradientNorm: Double
  ) -> MonteCarloReport {
    let n = layout.count
    let spread = (try? LinearAlgebra.solve(derivatives.curvature, noise))
      .flatMap { try? LinearAlgebra.solve(derivatives.curvature, $0.transposed) }
    var theta = spread ?? Matrix(rows: n, columns: n)
    for i in 0..<n { for j in 0..<n { theta[i, j] += rest[i] * rest[j] } }
    let forms = elimination.quadraticForms(
      layout.directions(point.lower, theta: point.theta), coefficients: point.coefficients)
    let unit = fixed.unit
    func error(_ slope: [Double]) -> Double { max(theta.quadraticForm(slope), 0).squareRoot() }

    // dS = 2 t dθ in standardised regressors; the caller's S is that over the map's square.
    let slopes = terms.indices.map { t -> [Double] in
      guard let place = layout.places[t], let map = layout.maps[t] else {
        return [Double](repeating: 0, count: n)
      }
      return layout.parameters.map { parameter in
        parameter.rows.contains { $0.factor == place.factor }
          ? 2 * point.lower[place.factor][0] / (map[0, 0] * map[0, 0]) : 0
      }
    }
    // dσ² = −v'r dθ / ν and db = −(X'V⁻¹X)⁻¹ X'V⁻¹Zv dθ.
    let scaleSlope = forms.residual.map { -$0 * unit * unit / objective.degreesOfFreedom }
    // dΨ = σ² dS + S dσ².
    let variance = point.scale * unit * unit
    let relative = layout.covariances(point.lower, widths: terms.map(\.width))
    let covariances = zip(slopes, relative).map { slope, s in
      error(zip(slope, scaleSlope).map { variance * $0 + s[0, 0] * $1 })
    }
    let moved = fixed.toUser * (point.fixedInverse * forms.fixed)
    var fixedEffects = [Double](repeating: .nan, count: fixedColumns.columns)
    for (i, j) in fixed.kept.enumerated() {
      fixedEffects[j] = error((0..<n).map { unit * moved[i, $0] })
    }
    return MonteCarloReport(
      probes: elimination.stochastic.probes, iterations: iterations, relativeCovariances: slopes.map(error),
      covariances: covariances, scale: error(scaleSlope), fixedEffects: fixedEffects,
      logLikelihood: elimination.logLikelihoodError, gradientNorm: gradientNorm,
      gradientNoise: MatrixFreePhase.scaledNoise(noise, curvature: derivatives.curvature))
  }

  /// Whether `exact: false` would change anything: only crossed or nested factors of one regressor each are
  /// fitted without a factorisation.
  package var admitsIterativeFit: Bool { ScalarSystem.describes(products) }
}

/// The cross-products in the form of iterative solves, made on first use and shared by copies of a model.
final class IterativeSystem: @unchecked Sendable {
  private let lock = NSLock()
  private var made: ScalarSystem?

  func system(of products: CrossProducts) -> ScalarSystem? {
    lock.withLock {
      if made == nil { made = ScalarSystem(products: products) }
      return made
    }
  }
}

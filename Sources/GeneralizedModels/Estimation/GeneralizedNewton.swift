import Foundation
internal import LinearAlgebra
internal import MixedModels

/// Newton steps on θ, β̃ and λ together, with the exact gradient and the curvature of the working linear model.
///
/// A step is accepted on the deviance alone. Standard deviations are held a hair off zero, where derivatives by S exist.
struct GeneralizedNewton {
  let objective: GeneralizedObjective
  /// Typical size of each parameter.
  let scales: [Double]
  var options: FitOptions
  /// Decrease of −2 log L that is left where the iterations end.
  var tolerance = 1e-10
  /// A minimum; iterations end on their way to it.
  var known: (parameters: [Double], deviance: Double)?
  /// Passes over the rows after which iterations end, and iterations that are made above a known minimum.
  var mostPasses = Int.max
  var mostIterationsAbove = Int.max

  /// Where the iterations ended.
  struct Outcome {
    var parameters: [Double]
    var deviance: Double
    var converged: Bool
    /// Whether they were on their way to a minimum that is known.
    var isKnown = false
    var predictedDecrease: Double
    /// √(g'B⁻¹g): the gradient in standard errors.
    var gradientNorm: Double
    var iterations: Int
    var fixedInformation: Matrix
  }

  /// Rise of λ over its start at which nothing is left of the residuals.
  private static let mostPrecision = 35.0
  /// Smallest standard deviation, in parts of its typical size.
  static let leastDeviation = 1e-5

  /// Parameters with standard deviations off zero.
  func floored(_ parameters: [Double]) -> [Double] {
    var result = parameters
    for (i, isVariance) in objective.model.design.areVariances.enumerated() where isVariance {
      let least = Self.leastDeviation * scales[i]
      if abs(result[i]) < least { result[i] = result[i] < 0 ? -least : least }
    }
    return result
  }

  func minimize(from start: [Double]) throws(EngineError) -> Outcome {
    var parameters = floored(start)
    let rough = Workspace.lastDecrease(afterGain: .infinity)
    var value = objective.evaluate(parameters, tolerance: rough)
    // An impossible start is brought nearer to no effects.
    for _ in 0..<30 where value == nil {
      for i in 0..<objective.thetaCount { parameters[i] *= 0.5 }
      value = objective.evaluate(parameters, tolerance: rough)
    }
    guard var deviance = value else { throw .overflow }
    var outcome = Outcome(
      parameters: parameters, deviance: deviance, converged: false, predictedDecrease: .nan,
      gradientNorm: .nan, iterations: 0, fixedInformation: Matrix(rows: 0, columns: 0))
    var (damping, stretch) = (0.0, 1.0)
    var pairs: [(step: [Double], change: [Double])] = []
    var previous: (parameters: [Double], gradient: [Double])?
    var reopenings = 0
    var gains: [Double] = []
    var last: (parameters: [Double], deviance: Double)?
    let passes = objective.workspace.passes
    for iteration in 1...max(options.maximumIterations, 1) {
      outcome.iterations = iteration
      if objective.workspace.passes - passes > mostPasses { break }
      if iteration > mostIterationsAbove, let known, deviance > known.deviance { break }
      guard let derivatives = objective.derivatives(at: parameters),
        case let information = WorkingInformation(objective, derivatives, at: objective.point(parameters)),
        case let gradient = derivatives.gradient,
        gradient.allSatisfy(\.isFinite), information.matrix.isFinite
      else {
        // the last point that has derivatives is where the search ends
        guard let last else { throw .overflow }
        (parameters, deviance) = last
        break
      }
      outcome.fixedInformation = information.fixed
      objective.follow(information.modeSlopes)
      last = (parameters, deviance)
      if let previous {
        pairs.append(
          (zip(parameters, previous.parameters).map(-), zip(gradient, previous.gradient).map(-)))
        if pairs.count > 8 { pairs.removeFirst() }
      }
      previous = (parameters, gradient)
      let model = CurvatureModel(
        gradient: gradient,
        curvature: exactAtZero(
          SecantUpdates.applied(to: information.matrix, pairs: pairs), gradient, at: parameters))
      outcome.predictedDecrease = model.promise
      outcome.gradientNorm = (2 * model.promise).squareRoot()
      if isNear(known, from: parameters, deviance, model) {
        outcome.isKnown = true
        break
      }
      let noise = 1e-13 * (abs(deviance) + Double(objective.model.rowCount))
      if model.promise < max(tolerance, min(noise, 1e-7)) {
        if reopenings < 5, let away = reopened(parameters, information), let other = objective.evaluate(away),
          other < deviance
        {
          reopenings += 1
          (parameters, deviance) = (away, other)
          (pairs, previous) = ([], nil)
          continue
        }
        outcome.converged = true
        break
      }
      guard
        let next = search(
          from: parameters, deviance, model, &damping, &stretch, noise: noise,
          tolerance: Workspace.lastDecrease(afterGain: gains.last ?? .infinity))
      else {
        outcome.converged = model.promise < 1e-6 * max(1, abs(deviance).squareRoot())
        break
      }
      if objective.hasPrecision, objective.model.response.family != .negativeBinomial,
        next.parameters[objective.count - 1] - start[objective.count - 1] > Self.mostPrecision
      {
        throw .perfectFit
      }
      gains.append(deviance - next.deviance)
      (parameters, deviance) = (next.parameters, next.deviance)
      (outcome.parameters, outcome.deviance) = (parameters, deviance)
      try report(iteration, deviance, model.promise)
      if gains.count > 20, gains.suffix(20).reduce(0, +) < 1e-9 * max(1, abs(deviance)), model.promise < 1e-6
      {
        outcome.converged = true
        break
      }
    }
    (outcome.parameters, outcome.deviance) = (parameters, deviance)
    return outcome
  }

  /// Whether a known minimum is where the iterations go: near in standard errors, and as low as they promise.
  private func isNear(
    _ known: (parameters: [Double], deviance: Double)?, from parameters: [Double], _ deviance: Double,
    _ model: CurvatureModel
  ) -> Bool {
    guard let known, deviance > known.deviance - tolerance, model.promise < Self.nearPromise else {
      return false
    }
    let variances = objective.model.design.areVariances
    // a deviation's sign means nothing
    let step = parameters.indices.map { i in
      i < variances.count && variances[i]
        ? abs(known.parameters[i]) - abs(parameters[i]) : known.parameters[i] - parameters[i]
    }
    return model.squaredLength(step) < Self.nearPromise
  }

  /// Squared standard errors that count as near.
  private static let nearPromise = 0.25

  private func report(_ iteration: Int, _ deviance: Double, _ promise: Double) throws(EngineError) {
    try FitProgress(iteration: iteration, deviance: deviance, predictedDecrease: promise)
      .report(to: options.progress)
  }

  /// The curvature with that of deviations which nearly vanish.
  ///
  /// By such a deviation t it is 2F, F = g / 2t the derivative by t²; the working linear model's F may have another sign. In its
  /// size a step takes t to zero or doubles it. Without it the step would be thousands of times t, and shortening it would
  /// leave no step for all others.
  private func exactAtZero(_ curvature: Matrix, _ gradient: [Double], at parameters: [Double]) -> Matrix {
    var result = curvature
    for (i, isVariance) in objective.model.design.areVariances.enumerated()
    where isVariance && abs(parameters[i]) < Self.vanishing * scales[i] && parameters[i] != 0 {
      result[i, i] = max(result[i, i], abs(gradient[i] / parameters[i]))
    }
    return result
  }

  /// Size of a deviation that nearly vanishes, in parts of its typical size.
  private static let vanishing = 0.03

  /// Parameters off those bounds from which the deviance falls.
  private func reopened(_ parameters: [Double], _ information: WorkingInformation) -> [Double]? {
    let q = objective.thetaCount
    guard
      let theta = objective.model.design.reopened(
        Array(parameters[0..<q]), derivatives: information.derivatives, scales: Array(scales[0..<q]))
    else { return nil }
    return theta + parameters[q...]
  }

  private func search(
    from parameters: [Double], _ deviance: Double, _ model: CurvatureModel, _ damping: inout Double,
    _ stretch: inout Double, noise: Double, tolerance: Double
  ) -> (parameters: [Double], deviance: Double)? {
    if stretch > 1 {
      // Along ridges whose curvature is less than the model's steps grow as long as they gain in proportion.
      let step = model.step(damping: damping).map { stretch * $0 }
      let trial = floored(zip(parameters, step).map(+))
      let promised = stretch * model.promise
      if isWithinReach(step, from: parameters), let value = objective.evaluate(trial, tolerance: tolerance),
        deviance - value > promised
      {
        if deviance - value > Self.ridge * promised { stretch *= 2 }
        return (trial, value)
      }
      stretch = 1
    }
    for _ in 0..<40 {
      var step = model.step(damping: damping)
      shorten(&step, from: parameters)
      let predicted = model.decrease(step)
      let trial = floored(zip(parameters, step).map { $0 + $1 })
      if trial == parameters { return nil }
      if let value = objective.evaluate(trial, tolerance: tolerance) {
        let actual = deviance - value
        let ratio = predicted > noise ? actual / predicted : (actual > -noise ? 1 : -1)
        if ratio > 1e-3 {
          if ratio > 0.5 { damping = damping > 1e-3 ? damping / 8 : 0 }
          if ratio < 0.1 { damping = max(damping * 2, 1e-3) }
          stretch = damping == 0 && predicted > noise && ratio > Self.ridge ? 2 : 1
          return (trial, value)
        }
        if predicted <= noise, actual > -10 * noise { return nil }
      }
      damping = max(damping * 6, 1e-2)
    }
    return nil
  }

  /// Gain of a step, in parts of its promise, that tells a ridge: it would be 2 where there is no curvature at all.
  private static let ridge = 1.7

  private func isWithinReach(_ step: [Double], from parameters: [Double]) -> Bool {
    zip(step, parameters).enumerated().allSatisfy { i, pair in abs(pair.0) <= max(abs(pair.1), scales[i]) }
  }

  /// No parameter moves by more than three times its size, or its typical size.
  private func shorten(_ step: inout [Double], from parameters: [Double]) {
    var shrink = 1.0
    for (i, value) in step.enumerated() {
      let limit = 3 * max(abs(parameters[i]), scales[i])
      if abs(value) > limit { shrink = min(shrink, limit / abs(value)) }
    }
    if shrink < 1 { step = step.map { $0 * shrink } }
  }
}

/// g'p + p'Bp/2 with B scaled to unit diagonal, its eigenvalues taken positive.
struct CurvatureModel {
  private let gradient: [Double]
  private let scale: [Double]
  private let eigen: SymmetricEigen?

  private static let leastEigenvalue = 1e-9

  init(gradient: [Double], curvature: Matrix) {
    self.gradient = gradient
    let n = gradient.count
    let scale = curvature.diagonal.map { $0 != 0 ? 1 / abs($0).squareRoot() : 1 }
    self.scale = scale
    var scaled = curvature
    for i in 0..<n { for j in 0..<n { scaled[i, j] *= scale[i] * scale[j] } }
    eigen = n > 0 ? try? SymmetricEigen(scaled.symmetrized) : nil
  }

  /// Of the scaled curvature, ascending.
  var eigenvalues: [Double] { eigen?.values ?? [] }

  /// The step −(|B| + damping)⁻¹g.
  func step(damping: Double) -> [Double] {
    transformed { 1 / (max(abs($0), Self.leastEigenvalue) + damping) }.map { -$0 }
  }

  private func transformed(_ f: (Double) -> Double) -> [Double] {
    guard let eigen else { return gradient.map { _ in 0 } }
    let g = zip(gradient, scale).map { $0 * $1 }
    let along = eigen.vectors.transposedTimes(g)
    let moved = zip(along, eigen.values).map { $0 * f($1) }
    return zip(eigen.vectors * moved, scale).map { $0 * $1 }
  }

  /// Decrease that a step promises.
  func decrease(_ step: [Double]) -> Double {
    -dot(gradient, step) - 0.5 * squaredLength(step)
  }

  /// p'|B|p.
  func squaredLength(_ step: [Double]) -> Double {
    guard let eigen else { return 0 }
    let along = eigen.vectors.transposedTimes(zip(step, scale).map { $1 > 0 ? $0 / $1 : 0 })
    return zip(along, eigen.values).reduce(0.0) {
      $0 + $1.0 * $1.0 * max(abs($1.1), Self.leastEigenvalue)
    }
  }

  /// Decrease that the full step promises.
  var promise: Double { max(decrease(step(damping: 0)), 0) }
}

/// BFGS updates of a curvature with the latest short steps and what they did to the gradient.
enum SecantUpdates {
  /// Longest step that counts, in squared standard errors.
  private static let longest = 0.02

  static func applied(to curvature: Matrix, pairs: [(step: [Double], change: [Double])]) -> Matrix {
    var b = curvature
    for pair in pairs {
      let product = b * pair.step
      let own = dot(pair.step, product)
      let seen = dot(pair.step, pair.change)
      guard own > 0, own < longest, seen > 0.05 * own, seen < 20 * own else { continue }
      for i in 0..<b.rows {
        for j in 0..<b.rows {
          b[i, j] += pair.change[i] * pair.change[j] / seen - product[i] * product[j] / own
        }
      }
    }
    return b
  }
}

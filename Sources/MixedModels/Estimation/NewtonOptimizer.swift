import Foundation
internal import LinearAlgebra

/// Average-information Newton steps on θ with an exact gradient.
///
/// The curvature is the average information plus the exact curvature where a variance vanishes, so that
/// zero variances are approached quadratically without an active set; the deviance is even in the signs
/// of T's columns, so that no bounds are needed. A step is accepted on the deviance alone.
struct NewtonOptimizer {
  let objective: ProfiledObjective
  let options: FitOptions
  /// Predicted decrease of -2 log L at which the iterations stop.
  let tolerance: Double
  /// Typical size 1/√A_ll of each parameter.
  let scales: [Double]

  /// Where the iterations ended.
  struct Outcome {
    var point: ProfiledObjective.Point
    var converged: Bool
    var certificate: Certificate
  }

  /// - Parameter contraction: factor by which a step is known to shrink the gradient near `start`, from
  ///   iterations elsewhere; nil when nothing is known.
  func minimize(from start: [Double], contraction: Double? = nil) throws(EngineError) -> Outcome {
    var point = try objective.evaluate(start)
    var certificate = Certificate()
    var converged = layout.count == 0
    var previous: (theta: [Double], gradient: [Double])?
    var pairs: [(step: [Double], change: [Double])] = []
    var previousNorm = Double.infinity
    var previousPromise = Double.infinity
    var damping = 0.0
    var iteration = 0
    while !converged, iteration < options.maximumIterations {
      iteration += 1
      let derivatives = try objective.derivatives(at: point)
      let gradient = derivatives.gradient
      if let previous {
        pairs.append(
          (zip(point.theta, previous.theta).map { $0 - $1 }, zip(gradient, previous.gradient).map { $0 - $1 })
        )
        if pairs.count > 6 { pairs.removeFirst() }
      }
      previous = (point.theta, gradient)
      var model = QuadraticModel(gradient: gradient, curvature: derivatives.curvature)
      model.update(with: pairs)
      let newton = model.step(damping: 0)
      let promised = -0.5 * Self.dot(gradient, newton)
      let norm = model.scaledNorm
      certificate.gradientNorm = norm
      certificate.conditionNumber = model.conditionNumber
      // rounding errors of the gradient are all that is left
      let stalled = promised < 1e-9 && promised > 0.1 * previousPromise
      previousPromise = promised
      if promised < tolerance * 1e-3 || stalled {
        certificate.predictedDecrease = max(promised, 0)
        converged = true
        break
      }
      let accepted = try search(from: point, model: model, damping: &damping)
      guard let accepted else {
        certificate.predictedDecrease = max(promised, 0)
        converged = promised < 1e-6 * max(1, abs(point.deviance).squareRoot())
        break
      }
      let lastDeviance = point.deviance
      point = accepted
      let shrinkage = previousNorm.isFinite ? norm / previousNorm : contraction ?? 1
      previousNorm = norm
      let actual = lastDeviance - point.deviance
      let rate = min(shrinkage, modelError(promised: promised, actual: actual, deviance: point.deviance), 1)
      let remaining = promised * rate * rate
      certificate.predictedDecrease = max(min(promised, remaining), 0)
      if damping == 0, remaining < tolerance || promised < tolerance { converged = true }
      if let progress = options.progress,
        !progress(
          FitProgress(
            iteration: iteration, deviance: point.deviance + objective.shift, predictedDecrease: remaining))
      {
        throw .cancelled
      }
      if Task.isCancelled { throw .cancelled }
    }
    point = try snapped(point)
    certificate.evaluations = objective.evaluations
    certificate.gradients = objective.gradients
    return Outcome(point: point, converged: converged, certificate: certificate)
  }

  /// An estimate of the factor by which a Newton step shrinks the gradient, from how far the decrease was from
  /// the promise: a curvature that is off by a relative E leaves E of the gradient, and shifts the decrease by E.
  ///
  /// Errors of several parameters may cancel in the decrease, hence the factor and the floor; far from the optimum
  /// agreement says nothing.
  private func modelError(promised: Double, actual: Double, deviance: Double) -> Double {
    guard promised < 0.05, promised > 1e3 * rounding(deviance) else { return 1 }
    return max(4 * abs(actual / promised - 1), 0.015)
  }

  /// Rounding error of a difference of deviances.
  private func rounding(_ deviance: Double) -> Double {
    1e-13 * (abs(deviance) + objective.degreesOfFreedom)
  }

  private var layout: CovarianceLayout { objective.layout }

  /// A point that lowers the deviance in fair proportion to the model's promise; nil when none is found.
  private func search(
    from point: ProfiledObjective.Point, model: QuadraticModel, damping: inout Double
  ) throws(EngineError) -> ProfiledObjective.Point? {
    for _ in 0..<40 {
      var step = model.step(damping: damping)
      var shrink = 1.0
      for (i, value) in step.enumerated() {
        let limit = 3 * max(abs(point.theta[i]), scales[i])
        if abs(value) > limit { shrink = min(shrink, limit / abs(value)) }
      }
      if shrink < 1 { step = step.map { $0 * shrink } }
      let predicted = model.decrease(step)
      let theta = zip(point.theta, step).map { $0 + $1 }
      let trial: ProfiledObjective.Point?
      do { trial = try objective.evaluate(theta) } catch {
        if error == .perfectFit { throw error }
        trial = nil
      }
      let rounding = rounding(point.deviance)
      if let trial {
        let actual = point.deviance - trial.deviance
        let ratio = predicted > rounding ? actual / predicted : (actual > -rounding ? 1 : -1)
        if ratio > 1e-3 {
          if ratio > 0.5 {
            damping = damping > 1e-3 ? damping / 8 : 0
          } else if ratio < 0.1 {
            damping = max(damping * 2, 1e-3)
          }
          return trial
        }
        if predicted <= rounding, actual > -10 * rounding { return nil }
      }
      damping = max(damping * 6, 1e-2)
    }
    return nil
  }

  /// Sets negligible entries to exact zero when the deviance does not rise.
  private func snapped(_ point: ProfiledObjective.Point) throws(EngineError) -> ProfiledObjective.Point {
    var theta = point.theta
    var changed = false
    for i in theta.indices where theta[i] != 0 && abs(theta[i]) < 1e-3 * scales[i] {
      theta[i] = 0
      changed = true
    }
    if changed, let trial = try? objective.evaluate(lower: layout.lower(theta), theta: theta),
      trial.deviance <= point.deviance + 1e-9 * max(1, abs(point.deviance).squareRoot() * 1e-3)
    {
      return trial
    }
    return point
  }

  static func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}

/// g'p + p'Hp/2, with H scaled to unit diagonal and kept positive definite.
struct QuadraticModel {
  let gradient: [Double]
  private(set) var curvature: Matrix
  private var scale: [Double] = []
  private var eigen: SymmetricEigen?
  /// Largest gradient entry in units of its standard error.
  private(set) var scaledNorm = 0.0

  init(gradient: [Double], curvature: Matrix) {
    self.gradient = gradient
    self.curvature = curvature
    decompose()
  }

  /// Condition number of the scaled curvature.
  var conditionNumber: Double {
    guard let values = eigen?.values, let low = values.first, let high = values.last, low > 0 else {
      return .infinity
    }
    return high / low
  }

  /// BFGS updates with the latest exact pairs whose step is short: they refine the model near the optimum.
  mutating func update(with pairs: [(step: [Double], change: [Double])]) {
    let n = gradient.count
    var changed = false
    for (s, y) in pairs {
      let hs = curvature * s
      let shs = NewtonOptimizer.dot(s, hs)
      let sy = NewtonOptimizer.dot(s, y)
      guard shs > 0, shs < 0.01, sy > 0.1 * shs else { continue }
      for i in 0..<n {
        for j in 0..<n { curvature[i, j] += y[i] * y[j] / sy - hs[i] * hs[j] / shs }
      }
      changed = true
    }
    if changed { decompose() }
  }

  private mutating func decompose() {
    let n = gradient.count
    scale = (0..<n).map { curvature[$0, $0] > 0 ? 1 / curvature[$0, $0].squareRoot() : 1 }
    var scaled = curvature
    for i in 0..<n { for j in 0..<n { scaled[i, j] *= scale[i] * scale[j] } }
    eigen = try? SymmetricEigen(scaled)
    scaledNorm = zip(gradient, scale).reduce(0) { max($0, abs($1.0 * $1.1)) } / 2.0.squareRoot()
  }

  /// −(H + damping I)⁻¹ g in the scaled metric.
  func step(damping: Double) -> [Double] {
    guard let eigen else { return zip(gradient, scale).map { -$0 * $1 * $1 } }
    let n = gradient.count
    let floor = 1e-9 * max(abs(eigen.values.last ?? 1), abs(eigen.values.first ?? 1))
    var result = [Double](repeating: 0, count: n)
    for c in 0..<n {
      var component = 0.0
      for i in 0..<n { component += eigen.vectors[i, c] * gradient[i] * scale[i] }
      let weight = -component / (max(abs(eigen.values[c]), floor) + damping)
      for i in 0..<n { result[i] += weight * eigen.vectors[i, c] }
    }
    return zip(result, scale).map { $0 * $1 }
  }

  /// Decrease that the model promises for a step.
  func decrease(_ step: [Double]) -> Double {
    -(NewtonOptimizer.dot(gradient, step) + 0.5 * NewtonOptimizer.dot(step, curvature * step))
  }
}

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
  /// Whether the gradient is looked at once more where the iterations would end, instead of trusting their rate.
  let verifies: Bool
  /// Resolution of the residual variance below which the iterations end without an optimum.
  var leastResolution: Double

  /// Where the iterations ended.
  struct Outcome {
    var point: ProfiledObjective.Point
    var converged: Bool
    var certificate: Certificate
    /// About how many levels tell of the least known variance: half the curvature in the logarithm of its root.
    var effectiveLevels = Double.infinity
    /// Whether the iterations took many steps or found no end.
    var isSlow = false
    /// The best other local optimum met, where it is not far above.
    var rival: ProfiledObjective.Point?
    /// Where the other iterations ended that were compared last, if their residual variance was no longer resolved.
    var dwarfed: ProfiledObjective.Point?
  }

  func minimize(from start: [Double]) throws(EngineError) -> Outcome {
    var point = try objective.evaluate(start)
    var certificate = Certificate()
    var converged = layout.count == 0
    var previous: (theta: [Double], gradient: [Double])?
    var pairs: [(step: [Double], change: [Double])] = []
    var previousNorm = Double.infinity
    var previousPromise = Double.infinity
    var deviances: [Double] = []
    var damping = 0.0
    var iteration = 0
    var escapes = 0
    var effectiveLevels = Double.infinity
    while !converged, iteration < options.maximumIterations, point.resolution >= leastResolution {
      iteration += 1
      let derivatives = try objective.derivatives(at: point, axes: layout.axes(point.theta))
      let gradient = derivatives.gradient
      if let previous {
        pairs.append(
          (zip(point.theta, previous.theta).map { $0 - $1 }, zip(gradient, previous.gradient).map { $0 - $1 })
        )
        if pairs.count > 6 { pairs.removeFirst() }
      }
      previous = (point.theta, gradient)
      var model = QuadraticModel(
        gradient: gradient, curvature: derivatives.curvature, axes: derivatives.axes)
      // what the response's own pairs add below would hide a flat direction
      certificate.conditionNumber = model.conditionNumber
      certificate.leastCurvature = leastCurvature(model, theta: point.theta)
      effectiveLevels = self.effectiveLevels(model, theta: point.theta)
      let isSlow = iteration > Self.patience && layout.count > 1
      model.update(with: pairs, leastRatio: isSlow ? 1e-8 : 0.1)
      let newton = model.step(damping: 0)
      let promised = -0.5 * Self.dot(gradient, newton)
      let norm = model.scaledNorm
      certificate.gradientNorm = norm
      // rounding errors of the gradient are all that is left
      let noise = verifies && !isSlow ? min(1e-9, 1e-12 * max(1, abs(point.deviance))) : 1e-9
      let stalled = promised < noise && promised > 0.1 * previousPromise
      previousPromise = promised
      if promised < tolerance * (verifies ? 1 : 1e-3) || stalled {
        certificate.predictedDecrease = max(promised, 0)
        if escapes < Self.mostEscapes, let away = try escaped(from: point, derivatives: derivatives) {
          escapes += 1
          point = away
          (previous, previousNorm, previousPromise) = (nil, .infinity, .infinity)
          continue
        }
        converged = true
        break
      }
      var accepted = search(from: point, model: model, damping: &damping)
      var isExtended = false
      if isSlow, let near = accepted {
        let far = try extended(near, from: point, model: model)
        isExtended = far.theta != near.theta
        accepted = far
      }
      guard let accepted else {
        certificate.predictedDecrease = max(promised, 0)
        converged = promised < 1e-6 * max(1, abs(point.deviance).squareRoot()) || norm < 1e-4
        break
      }
      let lastDeviance = point.deviance
      point = accepted
      deviances.append(point.deviance)
      let shrinkage = previousNorm.isFinite ? norm / previousNorm : 1
      // a longer step says nothing about the rate of the short ones
      previousNorm = isExtended ? .infinity : norm
      let actual = lastDeviance - point.deviance
      let error = modelError(promised: promised, actual: actual, deviance: point.deviance)
      // the first steps from afar may shrink the gradient by more than the next will
      let rate = isExtended ? 1 : min(max(shrinkage, Self.bestRate), error, 1)
      let remaining = promised * rate * rate
      certificate.predictedDecrease = max(min(promised, remaining), 0)
      // far away a norm may have fallen because a curvature of rounding errors was in it
      let isCertain = promised < 1 && !isExtended && (!verifies || isSlow)
      let isNear = promised < (verifies && !isSlow ? 1e-9 : tolerance)
      if damping == 0, !isExtended, isNear || isCertain && remaining < tolerance {
        if escapes < Self.mostEscapes, let away = try escaped(from: point, derivatives: derivatives) {
          escapes += 1
          point = away
          (previous, previousNorm, previousPromise) = (nil, .infinity, .infinity)
        } else {
          converged = true
        }
      }
      try FitProgress(
        iteration: iteration, deviance: point.deviance + objective.shift, predictedDecrease: remaining
      ).report(to: options.progress)
    }
    // a flat direction: steps without end that gain nothing
    if !converged, deviances.count > 20 {
      let gain = deviances[deviances.count - 21] - point.deviance
      converged = certificate.gradientNorm < 1e-4 && gain < 1e-10 * max(1, abs(point.deviance))
    }
    point = try snapped(point)
    if point.scale < objective.elimination.leastScale { converged = false }
    certificate.evaluations = objective.evaluations
    certificate.gradients = objective.gradients
    return Outcome(
      point: point, converged: converged, certificate: certificate, effectiveLevels: effectiveLevels,
      isSlow: !converged || iteration > Self.patience)
  }

  /// A lower point beside one at which a parameter is at its bound although the deviance falls with it; nil where none is:
  /// the gradient in θ says nothing there.
  private func escaped(
    from point: ProfiledObjective.Point, derivatives: ProfiledObjective.Derivatives
  ) throws(EngineError) -> ProfiledObjective.Point? {
    guard
      var theta = layout.reopened(point.theta, derivatives: derivatives.covariance, scales: scales)
    else { return nil }
    while true {
      if let trial = try? objective.evaluate(theta), trial.deviance < point.deviance { return trial }
      let nearer = zip(theta, point.theta).map { $1 + 0.25 * ($0 - $1) }
      if zip(nearer, zip(point.theta, scales)).allSatisfy({ abs($0 - $1.0) < 1e-3 * $1.1 }) {
        // derivatives are those of the point that was evaluated last
        _ = try objective.evaluate(point.theta)
        return nil
      }
      theta = nearer
    }
  }

  private func leastCurvature(_ model: QuadraticModel, theta: [Double]) -> Double {
    let curvature = model.curvature
    return zip(model.coordinates(theta), scales).enumerated().reduce(.infinity) { least, next in
      let size = max(abs(next.element.0), next.element.1)
      return min(least, curvature[next.offset, next.offset] * size * size)
    }
  }

  private func effectiveLevels(_ model: QuadraticModel, theta: [Double]) -> Double {
    zip(layout.parameters, model.coordinates(theta)).enumerated().reduce(.infinity) { least, next in
      let (i, (parameter, value)) = next
      guard parameter.kind.isVariance else { return least }
      let size = parameter.kind.power * value
      return min(least, 0.5 * model.curvature[i, i] * size * size)
    }
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

  /// Rounding error of a deviance where effects cancel each other: 1 + T'AT holds the differences of terms θ²A, and
  /// on a flat ridge they have no bounds.
  private func cancellation(_ point: ProfiledObjective.Point) -> Double {
    let squares = zip(point.theta, scales).reduce(0) { $0 + ($1.0 / $1.1) * ($1.0 / $1.1) }
    return 64 * Double.ulpOfOne * squares
  }

  private var layout: CovarianceLayout { objective.layout }

  /// The better of an outcome and of what iterations from another start reach; those end early where they promise
  /// nothing better.
  func better(_ outcome: Outcome, from start: [Double]) throws(EngineError) -> Outcome {
    var result = outcome
    result.dwarfed = nil
    do {
      let rough = try screening.minimize(from: start)
      let margin = 1e-9 * max(1, abs(outcome.point.deviance))
      let least = isDegenerate(outcome) ? .infinity : outcome.point.deviance - margin
      if rough.point.resolution < leastResolution {
        result.dwarfed = rough.point
      } else if rough.point.deviance - rough.certificate.predictedDecrease < least {
        let other = try minimize(from: rough.point.theta)
        if other.point.deviance < least - cancellation(other.point), !isDegenerate(other),
          other.converged || !outcome.converged
        {
          result = other
          result.rival = nearer(outcome.rival, outcome.converged ? outcome.point : nil, below: other.point)
        }
      } else if rough.converged, !isDegenerate(rough), !isDegenerate(outcome) {
        result.rival = nearer(outcome.rival, rough.point, below: outcome.point)
      }
    } catch {
      if error == .cancelled { throw error }
    }
    result.certificate.evaluations = objective.evaluations
    result.certificate.gradients = objective.gradients
    return result
  }

  /// Rise of -2 log L above the optimum up to which another one is worth a word: a likelihood of e⁻¹⁰.
  private static let notableRise = 20.0
  /// Rise up to which two ends of iterations are one optimum, or points of a flat ridge.
  private static let indistinct = 1e-4

  /// The lower of two points, of those that lie notably but not far above an optimum.
  private func nearer(
    _ a: ProfiledObjective.Point?, _ b: ProfiledObjective.Point?, below optimum: ProfiledObjective.Point
  ) -> ProfiledObjective.Point? {
    [a, b].compactMap { $0 }.filter {
      let rise = $0.deviance - optimum.deviance
      return rise > Self.indistinct && rise < Self.notableRise
    }.min { $0.deviance < $1.deviance }
  }

  /// Share of the least-squares residual variance below which effects explain every row: there the likelihood grows
  /// without end as the residual variance falls, and a maximum elsewhere is the estimate.
  private static let degenerateScale = 1e-6

  private func isDegenerate(_ outcome: Outcome) -> Bool { outcome.point.scale < Self.degenerateScale }

  /// An optimiser that stops as soon as it is plain what a basin holds.
  private var screening: NewtonOptimizer {
    var options = options
    options.progress = nil
    options.maximumIterations = min(options.maximumIterations, 30)
    return NewtonOptimizer(
      objective: objective, options: options, tolerance: 1e-6, scales: scales, verifies: false,
      leastResolution: leastResolution)
  }

  /// Largest number of stationary points that are no optima from which the iterations move on.
  private static let mostEscapes = 3

  /// Least factor by which a step is trusted to shrink the gradient.
  private static let bestRate = 0.01

  /// Iterations after which the average information is taken to be a poor model of the curvature.
  private static let patience = 8

  /// The best of ever longer steps, while the deviance falls by much more than the model says: in a curved valley, as
  /// of two almost equal regressors or near a perfect correlation, the average information is far too large.
  private func extended(
    _ near: ProfiledObjective.Point, from point: ProfiledObjective.Point, model: QuadraticModel
  ) throws(EngineError) -> ProfiledObjective.Point {
    let step = zip(near.theta, point.theta).map { $0 - $1 }
    guard point.deviance - near.deviance > 1.5 * model.decrease(step) else { return near }
    var best = near
    var factor = 2.0
    while factor < 1e12 {
      let theta = zip(point.theta, step).map { $0 + factor * $1 }
      guard let trial = try? objective.evaluate(theta), trial.deviance < best.deviance else { break }
      best = trial
      factor *= 2
    }
    // derivatives are those of the point that was evaluated last
    return try objective.evaluate(best.theta)
  }

  /// A point that lowers the deviance in fair proportion to the model's promise; nil when none is found.
  private func search(
    from point: ProfiledObjective.Point, model: QuadraticModel, damping: inout Double
  ) -> ProfiledObjective.Point? {
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
      if theta == point.theta { return nil }
      // a step too far leaves no residual variance
      let trial = try? objective.evaluate(theta)
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

  /// Sets negligible entries to exact zero when the deviance does not rise, small ones when it falls.
  private func snapped(_ point: ProfiledObjective.Point) throws(EngineError) -> ProfiledObjective.Point {
    let allowance = 1e-9 * max(1, abs(point.deviance).squareRoot() * 1e-3)
    for (limit, allowed) in [(1e-2, 0), (1e-3, allowance)] {
      let theta = layout.snapped(point.theta, within: limit, scales: scales)
      if theta == point.theta { continue }
      if let trial = try? objective.evaluate(lower: layout.lower(theta), theta: theta),
        trial.deviance <= point.deviance + allowed
      {
        return trial
      }
    }
    return point
  }

  static func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}

/// g'p + p'Hp/2, with H scaled to unit diagonal along its axes and kept positive definite.
struct QuadraticModel {
  /// g along the axes.
  private let gradient: [Double]
  /// H along the axes.
  private(set) var curvature: Matrix
  private let axes: Matrix?
  private var scale: [Double] = []
  private var eigen: SymmetricEigen?
  /// Largest gradient entry in units of its standard error.
  private(set) var scaledNorm = 0.0

  /// - Parameters:
  ///   - gradient: g in θ.
  ///   - curvature: H along the axes.
  ///   - axes: orthonormal axes of θ by columns; nil for those of θ itself.
  init(gradient: [Double], curvature: Matrix, axes: Matrix? = nil) {
    self.axes = axes
    self.gradient = axes?.transposedTimes(gradient) ?? gradient
    self.curvature = curvature
    decompose()
  }

  /// A vector of θ along the axes.
  func coordinates(_ vector: [Double]) -> [Double] { axes?.transposedTimes(vector) ?? vector }

  /// Condition number of the scaled curvature.
  var conditionNumber: Double {
    guard let values = eigen?.values, let low = values.first, let high = values.last, low > 0 else {
      return .infinity
    }
    return high / low
  }

  /// BFGS updates with the latest exact pairs whose step is short: they refine the model near the optimum.
  ///
  /// - Parameter leastRatio: smallest curvature along a step, in parts of the model's, that is believed.
  mutating func update(with pairs: [(step: [Double], change: [Double])], leastRatio: Double) {
    let n = gradient.count
    var changed = false
    for pair in pairs {
      let (s, y) = (coordinates(pair.step), coordinates(pair.change))
      let hs = curvature * s
      let shs = NewtonOptimizer.dot(s, hs)
      let sy = NewtonOptimizer.dot(s, y)
      guard shs > 0, shs < 0.01, sy > leastRatio * shs else { continue }
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
    let n = gradient.count
    func onTheta(_ scaled: [Double]) -> [Double] {
      let along = zip(scaled, scale).map { $0 * $1 }
      return axes.map { $0 * along } ?? along
    }
    guard let eigen else { return onTheta(zip(gradient, scale).map { -$0 * $1 }) }
    let floor = 1e-9 * max(abs(eigen.values.last ?? 1), abs(eigen.values.first ?? 1))
    var result = [Double](repeating: 0, count: n)
    for c in 0..<n {
      var component = 0.0
      for i in 0..<n { component += eigen.vectors[i, c] * gradient[i] * scale[i] }
      let divisor = max(abs(eigen.values[c]), floor) + damping
      // without any curvature, as where all variances vanish, the step is the gradient's
      let weight = -component / (divisor > 0 ? divisor : 1)
      for i in 0..<n { result[i] += weight * eigen.vectors[i, c] }
    }
    return onTheta(result)
  }

  /// Decrease that the model promises for a step.
  func decrease(_ step: [Double]) -> Double {
    let step = coordinates(step)
    return -(NewtonOptimizer.dot(gradient, step) + 0.5 * NewtonOptimizer.dot(step, curvature * step))
  }
}

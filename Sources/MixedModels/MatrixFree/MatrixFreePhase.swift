import Foundation
internal import LinearAlgebra

/// Average-information Newton on a ``MatrixFreeLikelihood``.
struct MatrixFreePhase {
  let likelihood: MatrixFreeLikelihood
  /// Typical size 1/√A_ll of each parameter.
  let scales: [Double]
  var progress: (@Sendable (FitProgress) -> Bool)?
  var maximumIterations = 50
  /// Largest Monte-Carlo error of the gradient, in standard errors of the parameters.
  var noiseTarget = 0.02
  /// Largest number of batches of eight probes.
  var maximumBatches = 64

  /// Where the iterations ended.
  struct Outcome {
    var theta: [Double]
    var point: MatrixFreeLikelihood.Point
    var converged: Bool
    var iterations: Int
    /// Largest entry of the gradient, and of its Monte-Carlo error, in standard errors.
    var gradientNorm: Double
    var noise: Double
    /// Factor by which the last step shrank the gradient, as far as its error lets see.
    var contraction: Double
  }

  /// Iterates until the gradient is lost in its Monte-Carlo error.
  ///
  /// - Parameter finishing: whether a last precise evaluation at the end is wanted.
  func minimize(from start: [Double], finishing: Bool) throws(EngineError) -> Outcome {
    var theta = start
    var previous: (theta: [Double], norm: Double)?
    var iteration = 0
    while true {
      iteration += 1
      var point = try likelihood.evaluate(theta, tolerance: 1e-6)
      let model = QuadraticModel(gradient: point.gradient, curvature: point.curvature)
      let norm = model.scaledNorm
      let noise = Self.scaledNoise(point)
      var converged = norm < max(0.02, 0.3 * noise)
      if noise > noiseTarget, norm < 1, likelihood.batches < maximumBatches {
        likelihood.batches *= 2
        converged = false
      }
      let step = limited(model.step(damping: 0), at: theta)
      if converged || iteration >= maximumIterations {
        theta = zip(theta, step).map { $0 + $1 }
        if finishing { point = try likelihood.evaluate(theta, tolerance: 1e-10) }
        return Outcome(
          theta: theta, point: point, converged: converged && point.converged, iterations: iteration,
          gradientNorm: norm, noise: noise,
          contraction: previous.map { min(1, max(norm, noise) / $0.norm) } ?? 1)
      }
      if let progress,
        !progress(
          FitProgress(
            iteration: iteration, deviance: point.profile.deviance, predictedDecrease: model.decrease(step)))
      {
        throw .cancelled
      }
      if Task.isCancelled { throw .cancelled }
      if let last = previous, norm > 2 * last.norm, norm > 1 {
        // Overshot: back to half way.
        theta = zip(theta, last.theta).map { 0.5 * ($0 + $1) }
        continue
      }
      previous = (theta, norm)
      theta = zip(theta, step).map { $0 + $1 }
    }
  }

  private func limited(_ step: [Double], at theta: [Double]) -> [Double] {
    var shrink = 1.0
    for (i, value) in step.enumerated() {
      let limit = 3 * max(abs(theta[i]), scales[i])
      if abs(value) > limit { shrink = min(shrink, limit / abs(value)) }
    }
    return step.map { $0 * shrink }
  }

  /// Largest Monte-Carlo error of a gradient entry times that parameter's standard error.
  static func scaledNoise(_ point: MatrixFreeLikelihood.Point) -> Double {
    (0..<point.gradient.count).reduce(0.0) { largest, i in
      let h = point.curvature[i, i]
      return h > 0 ? max(largest, (point.gradientNoise[i, i] / (2 * h)).squareRoot()) : largest
    }
  }
}

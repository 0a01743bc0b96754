import Foundation
internal import LinearAlgebra

/// Average-information Newton with a gradient that carries Monte-Carlo error.
struct MatrixFreePhase {
  /// An objective over the elimination below.
  let objective: ProfiledObjective
  let elimination: MatrixFreeElimination
  /// Typical size 1/√A_ll of each parameter.
  let scales: [Double]
  var progress: (@Sendable (FitProgress) -> Bool)?
  var maximumIterations = 50
  /// Largest gradient from which the last step is taken unseen, in standard errors of the parameters.
  var gradientTarget = 0.02
  /// Largest Monte-Carlo error of the gradient, in standard errors of the parameters.
  var noiseTarget = 0.02
  /// Iterations at the beginning for which rough solves will do.
  var roughIterations = 0
  /// Largest number of batches of eight probes.
  var maximumBatches = 64

  /// Where the iterations ended.
  struct Outcome {
    var theta: [Double]
    var converged: Bool
    var iterations: Int
    /// Largest entry of the gradient, and of its Monte-Carlo error, in standard errors.
    var gradientNorm: Double
    var noise: Double
  }

  /// Iterates until the gradient is lost in its Monte-Carlo error; the last step is taken unseen.
  func minimize(from start: [Double]) throws(EngineError) -> Outcome {
    var theta = start
    var previous: (theta: [Double], norm: Double)?
    var iteration = 0
    while true {
      iteration += 1
      elimination.accuracy = iteration <= roughIterations ? .rough : .search
      let point = try objective.evaluate(theta)
      let derivatives = try objective.derivatives(at: point)
      let model = QuadraticModel(gradient: derivatives.gradient, curvature: derivatives.curvature)
      let norm = model.scaledNorm
      let noise = Self.scaledNoise(gradientNoise(point), curvature: derivatives.curvature)
      var converged = norm < max(gradientTarget, 0.3 * noise)
      if noise > noiseTarget, norm < 1, elimination.batches < maximumBatches {
        elimination.batches *= 2
        converged = false
      }
      let step = limited(model.step(damping: 0), at: theta)
      if converged || iteration >= maximumIterations {
        return Outcome(
          theta: zip(theta, step).map { $0 + $1 }, converged: converged && elimination.converged,
          iterations: iteration, gradientNorm: norm, noise: noise)
      }
      try FitProgress(
        iteration: iteration, deviance: point.deviance + objective.shift,
        predictedDecrease: model.decrease(step)
      ).report(to: progress)
      if let last = previous, norm > 2 * last.norm, norm > 1 {
        // Overshot: back to half way.
        theta = zip(theta, last.theta).map { 0.5 * ($0 + $1) }
        continue
      }
      previous = (theta, norm)
      theta = zip(theta, step).map { $0 + $1 }
    }
  }

  /// Monte-Carlo covariance of the gradient at the point that was evaluated last.
  func gradientNoise(_ point: ProfiledObjective.Point) -> Matrix {
    let weights = objective.layout.parameters.map { parameter in
      point.lower.indices.map { f in
        parameter.rows.contains { $0.factor == f } ? 2 * point.lower[f][0] : 0
      }
    }
    return elimination.stochastic.covariance(weights: weights)
  }

  private func limited(_ step: [Double], at theta: [Double]) -> [Double] {
    var step = step
    StepLimit.shorten(&step, from: theta, scales: scales)
    return step
  }

  /// Largest Monte-Carlo error of a gradient entry times that parameter's standard error.
  static func scaledNoise(_ noise: Matrix, curvature: Matrix) -> Double {
    (0..<noise.rows).reduce(0.0) { largest, i in
      let h = curvature[i, i]
      return h > 0 ? max(largest, (noise[i, i] / (2 * h)).squareRoot()) : largest
    }
  }
}

internal import LinearAlgebra

/// g'p + p'Hp/2, with H scaled to unit diagonal along its axes and kept positive definite.
struct QuadraticModel {
  /// g in θ, and along the axes.
  private let thetaGradient: [Double]
  private let gradient: [Double]
  /// H along the axes.
  private(set) var curvature: Matrix
  private let axes: Matrix?
  private var scale: [Double] = []
  private var spectrum = ModelSpectrum.none
  /// Largest gradient entry in units of its standard error.
  private(set) var scaledNorm = 0.0

  /// - Parameters:
  ///   - gradient: g in θ.
  ///   - curvature: H along the axes.
  ///   - axes: orthonormal axes of θ by columns; nil for those of θ itself.
  init(gradient: [Double], curvature: Matrix, axes: Matrix? = nil) {
    self.axes = axes
    thetaGradient = gradient
    self.gradient = axes?.transposedTimes(gradient) ?? gradient
    self.curvature = curvature
    decompose()
  }

  /// A vector of θ along the axes.
  func coordinates(_ vector: [Double]) -> [Double] { axes?.transposedTimes(vector) ?? vector }

  /// Condition number of the scaled curvature.
  var conditionNumber: Double { spectrum.conditionNumber }

  /// BFGS updates with the latest exact pairs whose step is short: they refine the model near the optimum.
  ///
  /// - Parameter leastRatio: smallest curvature along a step, in parts of the model's, that is believed.
  mutating func update(with pairs: [(step: [Double], change: [Double])], leastRatio: Double) {
    let n = gradient.count
    var changed = false
    for pair in pairs {
      let (s, y) = (coordinates(pair.step), coordinates(pair.change))
      let hs = curvature * s
      let shs = Self.dot(s, hs)
      let sy = Self.dot(s, y)
      guard shs > 0, shs < Tuning.longestPair, sy > leastRatio * shs else { continue }
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
    spectrum = ModelSpectrum(scaled)
    scaledNorm = zip(gradient, scale).reduce(0) { max($0, abs($1.0 * $1.1)) } / 2.0.squareRoot()
  }

  /// −(H + damping I)⁻¹ g in the scaled metric.
  func step(damping: Double) -> [Double] {
    func onTheta(_ scaled: [Double]) -> [Double] {
      let along = zip(scaled, scale).map { $0 * $1 }
      return axes.map { $0 * along } ?? along
    }
    let scaled = zip(gradient, scale).map { -$0 * $1 }
    return onTheta(spectrum.solve(scaled, damping: damping) ?? scaled)
  }

  /// Decrease that the model promises for the whole Newton step.
  var promise: Double { -0.5 * Self.dot(thetaGradient, step(damping: 0)) }

  /// Decrease that the model promises for a step.
  func decrease(_ step: [Double]) -> Double {
    let step = coordinates(step)
    return -(Self.dot(gradient, step) + 0.5 * Self.dot(step, curvature * step))
  }

  /// v'Hv of a vector of θ: its squared length in standard errors.
  func square(_ vector: [Double]) -> Double {
    let along = coordinates(vector)
    return Self.dot(along, curvature * along)
  }

  static func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}

extension Certificate {
  /// What a model of the deviance tells of the point it was made at.
  ///
  /// - Parameter promised: the decrease that its Newton step promises.
  init(_ model: QuadraticModel, promised: Double, objective: ProfiledObjective) {
    self.init()
    gradientNorm = model.scaledNorm
    predictedDecrease = promised
    conditionNumber = model.conditionNumber
    (evaluations, gradients) = (objective.evaluations, objective.gradients)
  }
}

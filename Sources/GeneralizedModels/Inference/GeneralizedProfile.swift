import Foundation
internal import LinearAlgebra
package import MixedModels

extension GeneralizedModel {
  /// Profiles of a fit by Laplace's approximation or by quadrature.
  package func profiler(_ estimate: GeneralizedEstimate) -> LikelihoodProfiler {
    LikelihoodProfiler(deviance: estimate.deviance) {
      GeneralizedProfileTarget(self, estimate: estimate, parameter: $0)
    }
  }
}

/// −2 log L with one parameter held: a standard deviation, a correlation, a coefficient, or the dispersion.
///
/// The free coordinates are those of the covariances, then β̃, then λ. With a coefficient held at v, n'β̃ = v for its row n
/// of the map to the user's coefficients, and β̃ = n v/n'n + Q z with Q orthonormal to n.
private final class GeneralizedProfileTarget: ProfileTarget {
  private let model: GeneralizedModel
  private let objective: GeneralizedObjective
  /// The modes at the estimate.
  private let modes: [Double]
  private let coordinates: ProfileCoordinates
  private let parameter: ProfiledParameter
  /// Free coordinates of the covariances, and of β̃.
  private let covarianceCount: Int
  private let fixedCount: Int
  /// n/n'n and Q, for a coefficient; Q alone, the identity, for none.
  private let direction: [Double]?
  private let complement: Matrix
  var covariances: [(covariance: Int, rest: Int)] { coordinates.covariances }
  let estimate: Double?
  let start: [Double]
  let steps: [Double]
  let unit: Double
  let range: ClosedRange<Double>

  init(_ model: GeneralizedModel, estimate fit: GeneralizedEstimate, parameter: ProfiledParameter) {
    self.model = model
    self.parameter = parameter
    objective = GeneralizedObjective(model, integration: fit.integration)
    modes = fit.state.modes
    coordinates = ProfileCoordinates(
      terms: model.rows.terms, maps: model.rows.terms.indices.map(model.design.map),
      held: Set(fit.held.map(\.term)), covariances: fit.covariances,
      parameter: parameter, fixedEffects: fit.fixedEffects, scale: fit.dispersion, hasScale: false)
    let beta = fit.state.beta
    var (direction, complement): ([Double]?, Matrix) = (nil, .identity(beta.count))
    if case .coefficient(let column) = parameter, let row = model.fixed.kept.firstIndex(of: column) {
      let n = (0..<beta.count).map { model.fixed.toUser[row, $0] }
      let square = dot(n, n)
      direction = n.map { $0 / square }
      complement = .complement(of: n)
    }
    self.direction = direction
    self.complement = complement
    covarianceCount = coordinates.start.count
    fixedCount = complement.columns
    let isDispersion = parameter == .residual
    estimate = isDispersion ? fit.dispersion : coordinates.estimate
    let z = complement.transposedTimes(beta)
    let precision = objective.hasPrecision && !isDispersion ? [fit.state.precision] : []
    start = coordinates.start + z + precision
    // β̃ is in columns of unit length
    let length = max(norm(beta) / Double(max(beta.count, 1)).squareRoot(), 1)
    steps = coordinates.steps + z.map { max(abs($0), length) } + precision.map { _ in 1 }
    let error = fit.dispersionError
    switch parameter {
    case .coefficient:
      let kept = model.kept
      let position = kept.firstIndex { $0 == Self.column(parameter) } ?? 0
      unit = max(fit.fixedCovariance[position, position], 0).squareRoot()
    case .residual: unit = error.isFinite ? error : fit.dispersion
    default: unit = coordinates.unit
    }
    range = coordinates.range
  }

  private static func column(_ parameter: ProfiledParameter) -> Int? {
    if case .coefficient(let column) = parameter { column } else { nil }
  }

  func evaluate(held value: Double, free: [Double]) -> (deviance: Double, slope: Double, gradient: [Double])?
  {
    var covariance = Array(free[0..<covarianceCount])
    if let held = coordinates.held, parameter != .residual {
      covariance.insert(coordinates.heldScale * value, at: held)
    }
    let z = Array(free[covarianceCount..<covarianceCount + fixedCount])
    var beta = complement * z
    if let direction { for i in beta.indices { beta[i] += value * direction[i] } }
    var precision: [Double] = []
    if objective.hasPrecision {
      precision = [
        parameter == .residual ? model.response.precision(dispersion: value) : free[free.count - 1]
      ]
    }
    let theta = model.design.theta(covariances: coordinates.covariances(covariance))
    let point = theta + beta + precision
    // from the last modes others may be reached than from the estimate's
    if model.response.mayHaveSeveralModes { objective.placeModes(modes) }
    guard let deviance = objective.evaluate(point), let found = objective.derivatives(at: point) else {
      return nil
    }
    let q = objective.thetaCount
    let byTheta = Array(found.gradient[0..<q])
    let byBeta = Array(found.gradient[objective.betaRange])
    var byCovariance = covariance.indices.map { derivative($0, covariance, byTheta: byTheta) }
    var slope = 0.0
    if let held = coordinates.held, parameter != .residual {
      slope = coordinates.heldScale * byCovariance.remove(at: held)
    }
    if let direction { slope = dot(direction, byBeta) }
    var byPrecision: [Double] = []
    if let own = objective.hasPrecision ? found.gradient.last : nil {
      if parameter == .residual {
        // λ is ±log of the dispersion
        slope = own * (model.response.family == .beta ? 1 : -1) / value
      } else {
        byPrecision = [own]
      }
    }
    return (deviance, slope, byCovariance + complement.transposedTimes(byBeta) + byPrecision)
  }

  /// The derivative by a coordinate of the covariances, which θ follows: linearly from standard deviations, else by
  /// differences of a smooth function.
  private func derivative(_ i: Int, _ at: [Double], byTheta: [Double]) -> Double {
    func theta(_ value: Double) -> [Double] {
      var moved = at
      moved[i] = value
      return model.design.theta(covariances: coordinates.covariances(moved))
    }
    if coordinates.isDeviation(i) {
      if at[i] == 0 { return 0 }
      let slope = zip(theta(2 * at[i]), theta(at[i])).map { ($0 - $1) / at[i] }
      return dot(slope, byTheta)
    }
    let size = i < at.count ? Self.step * max(abs(at[i]), at.map(abs).max() ?? 1) : Self.step
    let (far, near) = (theta(at[i] + 2 * size), theta(at[i] + size))
    let (back, behind) = (theta(at[i] - size), theta(at[i] - 2 * size))
    var sum = 0.0
    for j in byTheta.indices {
      sum += byTheta[j] * (8 * (near[j] - back[j]) - (far[j] - behind[j])) / (12 * size)
    }
    return sum
  }

  /// Steps of differences, in parts of the largest coordinate.
  private static let step = 1e-4
}

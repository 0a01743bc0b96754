import Foundation
internal import LinearAlgebra
internal import MixedModels

/// −2 log L with effects integrated out, its exact gradient, and a curvature for Newton steps.
///
/// The parameters are θ, then β̃ (but not at the joint mode), then λ where it is estimated.
final class GeneralizedObjective {
  let model: GeneralizedModel
  let integration: Integration
  let workspace: Workspace
  let quadrature: QuadratureGrid?
  private(set) var evaluations = 0
  private(set) var gradients = 0
  /// The point that the workspace is at.
  private(set) var current: [Double]?
  private var currentValue = Double.nan
  /// The derivatives there, where they are known.
  private var currentDerivatives: GeneralizedDerivatives?
  /// Where searches for modes start: from those here along their slopes.
  private var origin: (parameters: [Double], modes: Buffer, slopes: [Buffer])?
  /// β̃ at the last joint mode.
  var jointBeta: [Double]
  /// λ where it is not a parameter.
  private let fixedPrecision: Double
  /// What quadrature knows of its last point.
  var quadratureState: QuadratureState?

  init(_ model: GeneralizedModel, integration: Integration, workers: Workers = Workers(threads: 1)) {
    self.model = model
    if case .quadrature(let nodes) = integration, nodes > 1 {
      self.integration = integration
      quadrature = QuadratureGrid(nodes: nodes, width: model.quadratureWidth)
    } else {
      self.integration = integration == .jointMode ? .jointMode : .laplace
      quadrature = nil
    }
    workspace = Workspace(model, workers: workers)
    jointBeta = [Double](repeating: 0, count: model.rank)
    fixedPrecision = model.response.fixedPrecision ?? 0
  }

  var thetaCount: Int { model.design.parameterCount }
  var hasBeta: Bool { integration != .jointMode }
  var hasPrecision: Bool { model.response.estimatesDispersion }
  var betaRange: Range<Int> { thetaCount..<thetaCount + (hasBeta ? model.rank : 0) }
  var count: Int { betaRange.upperBound + (hasPrecision ? 1 : 0) }

  /// The parameters as a point.
  func point(_ parameters: [Double]) -> GeneralizedPoint {
    GeneralizedPoint(
      theta: Array(parameters[0..<thetaCount]), beta: hasBeta ? Array(parameters[betaRange]) : jointBeta,
      precision: hasPrecision ? parameters[count - 1] : fixedPrecision)
  }

  /// The parameters of a point.
  func parameters(_ point: GeneralizedPoint) -> [Double] {
    point.theta + (hasBeta ? point.beta : []) + (hasPrecision ? [point.precision] : [])
  }

  /// −2 log L; nil where no mode is found.
  ///
  /// - Parameter tolerance: decrease at which the last step to the mode is taken.
  func evaluate(_ parameters: [Double], tolerance: Double = Workspace.lastDecrease) -> Double? {
    guard parameters.allSatisfy(\.isFinite) else { return nil }
    if parameters == current { return currentValue }
    evaluations += 1
    arrive(at: parameters)
    let mode: Double?
    if integration == .jointMode {
      mode = workspace.findJointMode(&jointBeta)
    } else {
      mode = workspace.findMode(tolerance: tolerance) ?? modeFromZero(tolerance: tolerance)
    }
    guard let mode else { return nil }
    var value = 2 * mode + workspace.weighted.logDeterminant - 2 * model.constant
    if let quadrature {
      guard let (correction, state) = integrate(quadrature, mode: mode) else { return nil }
      value += correction
      quadratureState = state
    }
    guard value.isFinite else { return nil }
    current = parameters
    currentValue = value
    return value
  }

  /// −2 log density at the mode that is found from effects of zero, where none is found from the last ones.
  private func modeFromZero(tolerance: Double) -> Double? {
    if !model.response.mayHaveSeveralModes { return nil }
    workspace.effects.fill(0)
    return workspace.findMode(tolerance: tolerance)
  }

  /// Moves the workspace to parameters, with effects where the modes are to first order.
  private func arrive(at parameters: [Double]) {
    current = nil
    currentDerivatives = nil
    workspace.prepare(point(parameters))
    guard let origin else { return }
    workspace.effects.copy(from: origin.modes)
    for (i, slope) in origin.slopes.enumerated() {
      let change = parameters[i] - origin.parameters[i]
      if change != 0 { BLAS.axpy(slope.count, change, slope.pointer, workspace.effects.pointer) }
    }
  }

  /// Lets the next search for modes begin at given ones.
  func placeModes(_ modes: [Double]) {
    for e in 0..<min(modes.count, model.system.effectCount) { workspace.effects.pointer[e] = modes[e] }
  }

  /// The gradient at the given parameters, with what the curvature is made of.
  func derivatives(at parameters: [Double]) -> GeneralizedDerivatives? {
    guard evaluate(parameters) != nil else { return nil }
    if let currentDerivatives { return currentDerivatives }
    gradients += 1
    let result = GeneralizedDerivatives(self, at: point(parameters))
    currentDerivatives = result
    return result
  }

  /// From now on modes are looked for along their slopes at the present parameters.
  func follow(_ slopes: [Buffer]) {
    guard let current, hasBeta else { return }
    let modes = Buffer(workspace.effectCount)
    modes.copy(from: workspace.effects)
    origin = (current, modes, slopes)
  }

  /// Moves the workspace's effects along their slopes, and linear predictors with them, without looking for the mode.
  func moveAlongTangent(to parameters: [Double]) {
    arrive(at: parameters)
    workspace.predict()
  }

  /// Another objective that looks for modes along the same slopes, on one thread.
  func twin() -> GeneralizedObjective {
    let result = GeneralizedObjective(model, integration: integration)
    result.jointBeta = jointBeta
    result.origin = origin
    return result
  }

  /// Bytes of a twin, about.
  var twinBytes: Int {
    let s = model.system
    return 8 * (9 * s.rowCount + 5 * s.panelCount * s.width + workspace.weighted.matrix.bytes / 8)
  }

  /// Counts what a twin did.
  func add(_ twin: GeneralizedObjective) {
    evaluations += twin.evaluations
    gradients += twin.gradients
  }

  /// The gradient's formula at given parameters with the effects on the modes' tangent: a function with the gradient's
  /// derivatives at the tangent's foot, by the chain rule.
  func gradientAlongTangent(at parameters: [Double]) -> [Double]? {
    evaluations += 1
    arrive(at: parameters)
    let w = workspace
    let mode = w.evaluateRows(w.effects.pointer, refilling: true)
    guard mode.isFinite, w.factorize() else { return nil }
    if let quadrature {
      guard let (_, state) = integrate(quadrature, mode: mode) else { return nil }
      quadratureState = state
    }
    gradients += 1
    return GeneralizedDerivatives(self, at: point(parameters)).gradient
  }
}

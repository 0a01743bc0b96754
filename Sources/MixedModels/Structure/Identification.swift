import Foundation
internal import LinearAlgebra

/// Directions of the covariance parameters and σ² along which the likelihood is flat, whatever the response.
///
/// With V_i = Z E_i Z' the expected information of S, σ² profiled out, is ½ (tr PV_iPV_j − tr PV_i tr PV_j / ν). It is
/// singular along c exactly where PV_cP = λP with λ = tr PV_c / ν: Ψ + δσ²(c − λS) beside (1 − δλ)σ² then describes the
/// same data for every δ. That does not depend on S, so that it is tested where every effect counts as much as one
/// level of it.
struct FlatDirections {
  /// One flat direction.
  struct Direction {
    /// D̃ of each free parameter of the standardised regressors, as a change of Ψ̃ / σ².
    var change: [Double]
    /// The same as changes of each term's matrix.
    var matrices: [Matrix]
    /// Change of σ², in parts of it.
    var residual: Double
    /// The same direction as changes of the parameters and of log σ², where σ² multiplies all of V.
    var relative: [Double]
    /// Whether σ² changes by more than rounding.
    var movesResidual: Bool { abs(residual) > 1e-6 * change.reduce(0) { max($0, abs($1)) } }
  }

  private(set) var directions: [Direction] = []
  /// The free ones of the caller's covariance parameters.
  let free: [Int]

  /// Eigenvalue of the information below which it is rounding, in units of that of effects that nothing else shares.
  static let rounding = 1e-8

  init(model: MixedModel, reml: Bool) throws(EngineError) {
    let reference = Self.reference(model)
    let set = CovarianceParameters(model: model, lower: reference)
    free = set.parameters.indices.filter { !set.parameters[$0].isHeld }
    let point = try ParameterPoint(model: model, lower: reference, reml: reml, fixedEffects: nil)
    let moves = free.map { set.standardDirection(set.parameters[$0], model: model) }
    let means = try point.traces().map(\.projection)
    let squares = 2 * (try model.informationTraces(moves, at: point))
    let first = moves.map { move in
      move.parts.reduce(0.0) { $0 + dot($1.matrix.storage, means[$1.factor].storage) }
    }
    let scales = moves.map { model.unsharedInformation($0).squareRoot() }
    let n = free.count
    var information = Matrix(rows: n, columns: n)
    for i in 0..<n {
      for j in 0..<n {
        let shared = first[i] * first[j] / point.objective.degreesOfFreedom
        information[i, j] = (0.5 * (squares[i, j] + squares[j, i]) - shared) / (scales[i] * scales[j])
      }
    }
    guard let eigen = try? SymmetricEigen(information) else { return }
    for (k, value) in eigen.values.enumerated() where value < Self.rounding {
      let c = (0..<n).map { eigen.vectors[$0, k] / scales[$0] }
      let share = dot(c, first) / point.objective.degreesOfFreedom
      let change = zip(c, set.ownChange(free: free)).map { $0 - share * $1 }
      directions.append(
        Direction(
          change: change, matrices: set.combined(change, free: free), residual: -share,
          relative: c + [-share]))
    }
  }
}

extension FlatDirections.Direction {
  /// T a step from S̃ of every term; nil beyond what can be covariances and a residual variance.
  fileprivate func lower(from present: [Matrix], step: Double, layout: CovarianceLayout) -> [[Double]]? {
    let residuals = 1 + step * residual
    guard residuals > Tuning.leastRidgeResidual else { return nil }
    return layout.lower(
      standardised: zip(present, matrices).map { own, change in
        own.zip(change) { ($0 + step * $1) / residuals }
      })
  }

  /// The longest step from S̃ of every term to one side; nil where there is no end.
  fileprivate func reach(from present: [Matrix], sign: Double, layout: CovarianceLayout) -> Double? {
    func mayBe(_ step: Double) -> Bool { lower(from: present, step: sign * step, layout: layout) != nil }
    let limit = Tuning.ridgeEnd * present.reduce(1) { max($0, $1.diagonal.max() ?? 0) }
    var (near, far) = (0.0, 1.0)
    while mayBe(far) {
      (near, far) = (far, 4 * far)
      if far >= limit { return nil }
    }
    for _ in 0..<60 {
      let middle = 0.5 * (near + far)
      if mayBe(middle) { near = middle } else { far = middle }
    }
    return near
  }
}

extension FlatDirections {
  /// T amid the ridge that a T lies on: half way between the ends of every direction that has two.
  func middle(of lower: [[Double]], model: MixedModel) -> [[Double]] {
    var result = lower
    for direction in directions {
      let present = model.layout.standardised(result, widths: model.terms.map(\.width))
      guard let up = direction.reach(from: present, sign: 1, layout: model.layout),
        let down = direction.reach(from: present, sign: -1, layout: model.layout)
      else { continue }
      result = direction.lower(from: present, step: 0.5 * (up - down), layout: model.layout) ?? result
    }
    return result
  }

  /// T at which every effect counts as much as one level of it.
  static func reference(_ model: MixedModel) -> [[Double]] {
    model.layout.lower(
      zip(model.layout.parameters, model.parameterScales).map { $0.kind == .loading ? 0 : $1 })
  }
}

extension MixedModel {
  /// ½ tr V⁻¹V_iV⁻¹V_i of a direction where every effect counts as much as one level of it and no other does: a level's
  /// cross-product A then gives A/2.
  func unsharedInformation(_ direction: Direction) -> Double {
    let sum = direction.parts.reduce(0.0) { sum, part in
      let means = moments.meanSquares[part.factor]
      var own = 0.0
      for a in 0..<part.matrix.rows {
        for b in 0..<part.matrix.rows { own += part.matrix[a, b] * part.matrix[a, b] * means[a] * means[b] }
      }
      return sum + own * Double(products.structure.factors[part.factor].levelCount)
    }
    return sum > 0 ? sum / 8 : 1
  }

  /// The estimate at the end of a flat ridge where effects vary least, with what the data leave open named; the same
  /// estimate where nothing is.
  ///
  /// - Parameter isAtEnd: whether it is known that something is left open, and that the estimate is at that end.
  func identify(_ estimate: inout Estimate, isAtEnd: Bool) {
    let certificate = estimate.certificate
    guard layout.count > 0, !plan.isIterative, extended == nil,
      products.trailing == nil || plan.evaluationsAreCheap,
      isAtEnd || certificate.conditionNumber > Tuning.suspiciousCondition
        || certificate.leastCurvature < Tuning.suspiciousCurvature
    else { return }
    guard let flat = try? FlatDirections(model: self, reml: estimate.reml),
      !flat.directions.isEmpty
    else { return }
    let root = estimate.standardRoot
    let set = CovarianceParameters(model: self, at: estimate.relativeCovariances)
    if !isAtEnd, flat.directions.count <= Tuning.mostFollowed,
      let end = try? end(of: flat, parameters: set, from: estimate)
    {
      estimate = end
    }
    let toUser = covariancesToUser(set, free: flat.free)
    var open: Set<Int> = []
    for direction in flat.directions {
      let user = toUser * direction.change
      let largest = direction.change.reduce(0) { max($0, abs($1)) }
      for (i, value) in user.enumerated() {
        let size = toUser.row(i).reduce(0) { $0 + $1 * $1 }.squareRoot()
        if abs(value) > 1e-6 * size * largest { open.insert(i) }
      }
    }
    estimate.unidentified = open.sorted()
    estimate.openTerms = Set(open.flatMap { set.parameters[$0].parts.map(\.term) }).sorted()
    estimate.residualIsOpen = flat.directions.contains(where: \.movesResidual)
    // What the data do determine has the errors of the ridge, not those of the boundary at its end.
    if !estimate.residualIsOpen { estimate.standardRoot = root }
    let openTerms = estimate.openTerms
    estimate.bounds.removeAll { openTerms.contains($0.term) }
    estimate.singular = !estimate.bounds.isEmpty
  }

  /// The point of the ridge with the least effects' covariances, as a sum of variances in standardised regressors in
  /// which later terms weigh a little more.
  private func end(
    of flat: FlatDirections, parameters set: CovarianceParameters, from estimate: Estimate
  ) throws(EngineError) -> Estimate {
    let objective = try objective(reml: estimate.reml)
    let weights = flat.free.map { parameter -> Double in
      let own = set.parameters[parameter]
      guard own.reported.kind == .variance, let part = own.parts.first else { return 0 }
      return 1 + 1e-3 * Double(part.term)
    }
    var lower = estimate.standardRoot?.lower ?? layout.lower(covariances: estimate.relativeCovariances)
    if let root = estimate.standardRoot, root.orders != orders {
      lower = layout.lower(covariances: estimate.relativeCovariances)
    }
    var best = try? objective.evaluate(lower: lower, theta: layout.theta(lower))
    // of a point that doubles do not resolve the estimate tells the likelihood
    let reached = -2 * estimate.logLikelihood - objective.shift
    let level = reached + Tuning.ridgeRise * max(1, abs(reached).squareRoot())
    for direction in flat.directions {
      let present = layout.standardised(best?.lower ?? lower, widths: terms.map(\.width))
      let sign = dot(weights, direction.change) > 0 ? -1.0 : 1.0
      guard let reach = direction.reach(from: present, sign: sign, layout: layout),
        let moved = direction.lower(from: present, step: sign * reach, layout: layout),
        let point = try? objective.evaluate(lower: moved, theta: layout.theta(moved)), point.deviance < level
      else { continue }
      best = point
    }
    guard let best, best.deviance < level else { throw .unresolved }
    let derivatives = try objective.derivatives(
      at: try objective.evaluate(lower: best.lower, theta: layout.theta(best.lower)))
    let model = QuadraticModel(gradient: derivatives.gradient, curvature: derivatives.curvature)
    let promised = -0.5 * dot(derivatives.gradient, model.step(damping: 0))
    var certificate = estimate.certificate
    certificate.predictedDecrease = max(promised, 0)
    certificate.gradientNorm = model.scaledNorm
    let isStationary = promised < Tuning.negligible(best.deviance)
    return self.estimate(
      best, objective: objective, converged: estimate.converged || isStationary, certificate: certificate)
  }
}

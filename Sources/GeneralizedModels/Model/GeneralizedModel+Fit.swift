import Foundation
package import LinearAlgebra
package import MixedModels

extension GeneralizedModel {
  /// Maximises the likelihood.
  ///
  /// - Parameters:
  ///   - integration: how effects are integrated out; quadrature takes one factor.
  ///   - options: covariances to start from, and when to stop.
  ///   - threads: threads of the fit; nil uses the cores there are.
  package func fit(
    _ integration: Integration = .laplace, options: FitOptions = .init(), threads: Int? = nil
  ) throws(EngineError) -> GeneralizedEstimate {
    let found = try search(integration, options: options, threads: threads)
    guard options.start == nil, let start = try correlatedStart(threads: threads) else { return found }
    var beside = options
    beside.start = start
    do throws(EngineError) {
      let other = try search(integration, options: beside, threads: threads)
      return other.converged && other.logLikelihood > found.logLikelihood ? other : found
    } catch {
      if error == .cancelled { throw error }
      return found
    }
  }

  /// Covariances that independent effects of nearly the same columns have where they may be correlated; nil where there are no
  /// such effects.
  private func correlatedStart(threads: Int?) throws(EngineError) -> [Matrix]? {
    guard let correlated = design.correlated else { return nil }
    do throws(EngineError) {
      var rows = rows
      rows.terms = correlated.terms
      let model = try GeneralizedModel(rows, response: response, compressing: false)
      return correlated.covariances(
        try model.search(.laplace, options: .init(), threads: threads).covariances)
    } catch {
      if error == .cancelled { throw error }
      return nil
    }
  }

  /// The best maximum that the starts of a model lead to.
  private func search(
    _ integration: Integration, options: FitOptions, threads: Int?
  ) throws(EngineError) -> GeneralizedEstimate {
    let workers = Workers(threads: threads)
    // dense kernels have other bits on several threads
    return try BLASThreads.with(1) { () throws(EngineError) in
      var objective = GeneralizedObjective(self, integration: integration, workers: workers)
      let start = StartingPoint(self, workspace: objective.workspace)
      objective.jointBeta = start.beta
      var scales = design.scales(deviations: start.typical)
      let coefficientScale = max(start.predictorScale, 1e-3 * norm(start.beta))
      if objective.hasBeta { scales += [Double](repeating: coefficientScale, count: rank) }
      if objective.hasPrecision { scales.append(0.5) }
      let theta =
        options.start.map { design.theta(covariances: $0) } ?? design.theta(standard: start.covariances)
      var point = GeneralizedPoint(theta: theta, beta: start.beta, precision: start.precision)
      var evaluations = (0, 0)
      var rival: GeneralizedNewton.Outcome?
      var isSeparated = separation() != nil
      /// The minimum from a start, or a better one from others.
      func minimum(
        _ objective: GeneralizedObjective, from point: GeneralizedPoint
      ) throws(EngineError) -> (objective: GeneralizedObjective, outcome: GeneralizedNewton.Outcome) {
        let newton = GeneralizedNewton(objective: objective, scales: scales, options: options)
        guard options.start == nil, !isSeparated, OtherStarts.areCheap(self) else {
          return (objective, try newton.minimize(from: objective.parameters(point)))
        }
        var first: (objective: GeneralizedObjective, outcome: GeneralizedNewton.Outcome)?
        do { first = (objective, try newton.minimize(from: objective.parameters(point))) } catch {
          if error != .overflow { throw error }
        }
        let others = OtherStarts(
          model: self, integration: objective.integration, scales: scales, options: options,
          farScale: start.predictorScale, start: point)
        let found = try others.best(first)
        guard let best = found.best else { throw .overflow }
        rival = found.rival
        return best
      }
      var outcome: GeneralizedNewton.Outcome
      if case .quadrature = objective.integration {
        // Laplace's optimum is near and costs little.
        let near = try minimum(
          GeneralizedObjective(self, integration: .laplace, workers: workers), from: point)
        point = near.objective.point(near.outcome.parameters)
        objective.workspace.effects.copy(from: near.objective.workspace.effects)
        evaluations = (near.objective.evaluations, near.objective.gradients)
        outcome = try GeneralizedNewton(objective: objective, scales: scales, options: options)
          .minimize(from: objective.parameters(point))
      } else {
        (objective, outcome) = try minimum(objective, from: point)
      }
      snap(&outcome, objective: objective, scales: scales)
      var result = try estimate(outcome, objective: objective, scales: scales, before: evaluations)
      isSeparated = isSeparated || separation(at: objective.workspace.fixedPart.pointer) != nil
      result.isSeparated = isSeparated
      result.meansVanish = meansVanish(at: result.linearPredictor)
      if isSeparated || result.growsWithoutEnd || result.meansVanish { result.converged = false }
      result.rival = rival.map {
        Rival(deviance: $0.deviance, covariances: design.covariances(objective.point($0.parameters).theta))
      }
      return result
    }
  }

  /// −2 log L and its gradient at parameters of the search: θ, then β̃ in orthonormal columns (but not at the joint mode),
  /// then the logarithm of an estimated precision; nil where no mode is found.
  package func derivatives(
    _ integration: Integration = .laplace, at parameters: [Double]
  ) -> (deviance: Double, gradient: [Double])? {
    let objective = GeneralizedObjective(self, integration: integration)
    guard let value = objective.evaluate(parameters),
      let derivatives = objective.derivatives(at: parameters)
    else { return nil }
    return (value, derivatives.gradient)
  }

  /// The search's parameters of given covariances, coefficients (of all columns) and dispersion.
  package func parameters(
    _ integration: Integration = .laplace, covariances: [Matrix], fixedEffects: [Double],
    dispersion: Double = 1
  ) -> [Double] {
    GeneralizedObjective(self, integration: integration).parameters(
      GeneralizedPoint(
        theta: design.theta(covariances: covariances), beta: fixed.inner(fixedEffects),
        precision: response.precision(dispersion: dispersion)))
  }

  /// Standard deviations that are next to nothing become zero where the deviance does not rise.
  private func snap(
    _ outcome: inout GeneralizedNewton.Outcome, objective: GeneralizedObjective, scales: [Double]
  ) {
    let q = objective.thetaCount
    for (limit, allowed) in [(1e-2, 0.0), (1e-3, 1e-7)] {
      let theta = design.snapped(
        Array(outcome.parameters[0..<q]), within: limit, scales: Array(scales[0..<q]))
      let snapped = theta + outcome.parameters[q...]
      if snapped == outcome.parameters { continue }
      if let value = objective.evaluate(snapped), value <= outcome.deviance + allowed {
        (outcome.parameters, outcome.deviance) = (snapped, value)
        return
      }
    }
  }

  private func estimate(
    _ found: GeneralizedNewton.Outcome, objective: GeneralizedObjective, scales: [Double], before: (Int, Int)
  ) throws(EngineError) -> GeneralizedEstimate {
    var outcome = found
    let q = objective.thetaCount
    let variances = design.areVariances
    let free = (0..<objective.count).filter { $0 >= q || !(variances[$0] && outcome.parameters[$0] == 0) }
    var spreads: [[Double]]?
    var hessian: JointHessian?
    if objective.hasBeta, !free.isEmpty, let derivatives = objective.derivatives(at: outcome.parameters) {
      let information = WorkingInformation(
        objective, derivatives, at: objective.point(newtonFloor(outcome.parameters, scales, objective)))
      outcome.fixedInformation = information.fixed
      objective.follow(information.modeSlopes)
      if objective.integration == .laplace { spreads = conditionalCovariances(objective.workspace) }
      hessian = JointHessian(
        objective, at: outcome.parameters, free: free, information: information,
        isOneSided: system.factorWork > Self.longFactor)
    }
    var least = Double.nan
    var covariance: Matrix?
    // where the optimum is so near that nothing else would change
    var isNear = false
    if let hessian {
      let model = CurvatureModel(gradient: hessian.gradient, curvature: hessian.matrix)
      least = model.leastEigenvalue
      if least > 0, let factor = try? Cholesky(hessian.matrix) {
        // a last step with the exact curvature
        let step = factor.solve(hessian.gradient)
        var trial = outcome.parameters
        for (i, position) in hessian.free.enumerated() { trial[position] -= step[i] }
        isNear = spreads != nil && model.promise < Self.nearness * Double(rowCount)
        if isNear {
          outcome.parameters = trial
          outcome.deviance -= model.promise
          outcome.predictedDecrease = 0
        } else if model.promise < 1e-6, let value = objective.evaluate(trial),
          value <= outcome.deviance + 1e-10 * max(1, abs(outcome.deviance).squareRoot())
        {
          (outcome.parameters, outcome.deviance) = (trial, value)
          outcome.predictedDecrease = 0
        }
        covariance = 2 * factor.inverse
      }
    }
    if isNear {
      objective.moveAlongTangent(to: outcome.parameters)
    } else {
      guard let value = objective.evaluate(outcome.parameters) else { throw .overflow }
      outcome.deviance = value
      spreads = conditionalCovariances(objective.workspace)
    }
    var result = describe(
      outcome, objective: objective, free: free, covariance: covariance, leastEigenvalue: least,
      fixedInformation: outcome.fixedInformation, effectCovariances: spreads ?? [], before: before)
    result.growsWithoutEnd = growsWithoutEnd(from: outcome, predictors: result.linearPredictor, objective)
    return result
  }

  /// Linear predictors beyond which every link of a share knows its response.
  private static let farPredictor = 30.0

  /// Whether −2 log L goes on falling along the ray of θ and β̃.
  private func growsWithoutEnd(
    from outcome: GeneralizedNewton.Outcome, predictors: [Double], _ objective: GeneralizedObjective
  ) -> Bool {
    guard response.link.meansAreShares, objective.hasBeta,
      !outcome.converged || predictors.contains(where: { abs($0) > Self.farPredictor })
    else { return false }
    var deviance = outcome.deviance
    for factor in [2.0, 4, 8] {
      let moved = outcome.parameters.enumerated().map { i, value in
        i < objective.betaRange.upperBound ? factor * value : value
      }
      guard let next = objective.evaluate(moved), next < deviance else { return false }
      deviance = next
    }
    return true
  }

  /// Share of the largest response below which all means are next to nothing.
  private static let vanishingMean = 1e-6

  private func meansVanish(at predictors: [Double]) -> Bool {
    guard response.family == .gaussian, response.link == .log else { return false }
    let largest = rows.response.reduce(0) { max($0, abs($1)) }
    return predictors.allSatisfy { exp($0) < Self.vanishingMean * largest }
  }

  /// Decrease for each row that a last step may promise if modes move along their slopes and conditional covariances
  /// stay: then these are off by 1e-6 of their size, as variances are known to about √(10 / rows) of theirs.
  private static let nearness = 1e-13
  /// Multiplications of a factor from which the joint Hessian makes do with half as many.
  private static let longFactor = 5e6

  private func newtonFloor(
    _ parameters: [Double], _ scales: [Double], _ objective: GeneralizedObjective
  ) -> [Double] {
    GeneralizedNewton(objective: objective, scales: scales, options: .init()).floored(parameters)
  }

  private func describe(
    _ outcome: GeneralizedNewton.Outcome, objective: GeneralizedObjective, free: [Int], covariance: Matrix?,
    leastEigenvalue: Double, fixedInformation: Matrix, effectCovariances: [[Double]], before: (Int, Int)
  ) -> GeneralizedEstimate {
    let point = objective.point(outcome.parameters)
    let (q, p) = (objective.thetaCount, rank)
    let covariances = design.covariances(point.theta)
    let conditional =
      (try? Cholesky(fixedInformation)).map { userCovariance($0.inverse) }
      ?? Matrix(rows: p, columns: p, repeating: .nan)
    var joint: JointCovariance?
    if let covariance {
      joint = JointCovariance(
        matrix: jointCovariance(covariance, free: free, objective: objective), free: free.filter { $0 < q },
        hasPrecision: objective.hasPrecision)
    }
    var fixedCovariance = conditional
    if let joint {
      for i in 0..<p { for j in 0..<p { fixedCovariance[i, j] = joint.matrix[i, j] } }
    }
    let dispersion = response.dispersion(precision: point.precision)
    var dispersionError = Double.nan
    if let joint, joint.hasPrecision {
      dispersionError = dispersion * joint.matrix[joint.matrix.rows - 1, joint.matrix.rows - 1].squareRoot()
    }
    let w = objective.workspace
    var certificate = Certificate()
    certificate.evaluations = objective.evaluations + before.0
    certificate.gradients = objective.gradients + before.1
    certificate.predictedDecrease = outcome.predictedDecrease
    certificate.gradientNorm = outcome.gradientNorm
    return GeneralizedEstimate(
      integration: objective.integration, covariances: covariances,
      fixedEffects: fixed.coefficients(point.beta, columns: rows.fixed.columns), aliased: fixed.aliased,
      fixedCovariance: fixedCovariance, conditionalFixedCovariance: conditional,
      hasJointCovariance: joint != nil,
      covarianceErrors: covarianceErrors(point.theta, joint: joint), dispersion: dispersion,
      dispersionError: dispersionError, deviance: outcome.deviance,
      parameterCount: q + p + (objective.hasPrecision ? 1 : 0), converged: outcome.converged,
      certificate: certificate, modeSteps: w.steps, held: held,
      singularTerms: design.singularTerms(covariances), leastEigenvalue: leastEigenvalue,
      effects: termEffects(w),
      effectCovariances: effectCovariances, linearPredictor: unsorted(w.eta.pointer),
      fixedPredictor: unsorted(w.fixedPart.pointer), jointCovariance: joint,
      state: GeneralizedState(
        theta: point.theta, beta: point.beta, precision: point.precision, modes: w.effects.array))
  }

  /// A covariance of β̃ as one of β's kept columns, in their order.
  func userCovariance(_ inner: Matrix) -> Matrix {
    let moved = fixed.toUser * inner * fixed.toUser.transposed
    let order = fixed.kept.indices.sorted { fixed.kept[$0] < fixed.kept[$1] }
    var result = Matrix(rows: order.count, columns: order.count)
    for (i, a) in order.enumerated() { for (j, b) in order.enumerated() { result[i, j] = moved[a, b] } }
    return result
  }

  /// The covariance of free search parameters as that of (β, free θ, λ).
  private func jointCovariance(_ inner: Matrix, free: [Int], objective: GeneralizedObjective) -> Matrix {
    let (q, p) = (objective.thetaCount, rank)
    let order = fixed.kept.indices.sorted { fixed.kept[$0] < fixed.kept[$1] }
    let thetas = free.indices.filter { free[$0] < q }
    let count = free.count
    // rows of the map from the search's parameters
    var map = Matrix(rows: count, columns: count)
    for (i, a) in order.enumerated() {
      for b in 0..<p { map[i, thetas.count + b] = fixed.toUser[a, b] }
    }
    for (i, a) in thetas.enumerated() { map[p + i, a] = 1 }
    if objective.hasPrecision { map[count - 1, count - 1] = 1 }
    return (map * inner * map.transposed).symmetrized
  }

  /// Derivatives of every term's covariance matrix by θ_i: quadratic in linear forms, so that differences are exact.
  package func covarianceSlopes(_ theta: [Double], by i: Int) -> [Matrix] {
    let step = 1e-3 * max(abs(theta[i]), 1e-2)
    var (up, down) = (theta, theta)
    up[i] += step
    down[i] -= step
    return zip(design.covariances(up), design.covariances(down)).map { (0.5 / step) * ($0 - $1) }
  }

  private func covarianceErrors(_ theta: [Double], joint: JointCovariance?) -> [Matrix] {
    let shapes = rows.terms.map { Matrix(rows: $0.width, columns: $0.width, repeating: .nan) }
    guard let joint else { return shapes }
    let p = rank
    let slopes = joint.free.map { covarianceSlopes(theta, by: $0) }
    return shapes.enumerated().map { t, shape in
      var result = shape
      guard design.place(of: t) != nil else { return result }
      for e in result.storage.indices {
        var variance = 0.0
        for a in joint.free.indices {
          for b in joint.free.indices {
            variance += slopes[a][t].storage[e] * slopes[b][t].storage[e] * joint.matrix[p + a, p + b]
          }
        }
        result.storage[e] = variance > 0 ? variance.squareRoot() : .nan
      }
      return result
    }
  }
}

extension CurvatureModel {
  /// Least eigenvalue of the curvature scaled to unit diagonal.
  var leastEigenvalue: Double { eigenvalues.first ?? .nan }
}

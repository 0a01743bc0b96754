internal import LinearAlgebra

/// A maximum at which some variances vanish, found without their terms.
///
/// Where variances vanish the factor of the smaller model is that of the whole one, and much cheaper: one evaluation of the
/// whole model then tells by its derivatives whether the variances are zero.
extension Search.Context {
  /// The maximum with the variances that nearly vanish at a point left out.
  ///
  /// - Returns: the estimate if it is a maximum, else nil; in `theta` a better point to go on from.
  func withoutVanishing(_ theta: inout [Double]) throws(EngineError) -> Estimate? {
    let scales = model.parameterScales
    let vanishing = model.scalarTerms.filter { term, parameter in
      abs(theta[parameter]) < Tuning.vanishingShare * scales[parameter]
    }
    guard !vanishing.isEmpty, vanishing.count < model.layout.pieces.count,
      let smaller = try? model.without(Set(vanishing.keys)),
      let reduced = try? Search(smaller, reml: reml, options: options).run(), reduced.converged
    else { return nil }
    let covariances = model.embedded(reduced.relativeCovariances, without: Set(vanishing.keys))
    let lower = model.layout.lower(covariances: covariances)
    let point = try objective.evaluate(lower: lower, theta: model.layout.theta(lower))
    let derivatives = try objective.derivatives(at: point)
    let quadratic = QuadraticModel(gradient: derivatives.gradient, curvature: derivatives.curvature)
    if let opened = model.layout.reopened(point.theta, derivatives: derivatives.covariance, scales: scales) {
      theta = opened
      return nil
    }
    theta = point.theta
    let promised = max(quadratic.promise, 0)
    guard promised < Tuning.negligible(point.deviance) else { return nil }
    let certificate = Certificate(quadratic, promised: promised, objective: objective)
    return estimate(
      NewtonOptimizer.Outcome(point: point, converged: true, certificate: certificate, isSlow: false))
  }
}

extension MixedModel {
  /// The terms of one effect that no other is tied to, with their parameters.
  var scalarTerms: [Int: Int] {
    var result: [Int: Int] = [:]
    for (t, place) in layout.places.enumerated() where terms[t].width == 1 && terms[t].tie == nil {
      guard let place else { continue }
      let piece = layout.pieces.first {
        $0.members.contains { $0.factor == place.factor && $0.offset == place.offset }
      }
      result[t] = piece?.theta.first
    }
    return result
  }

  /// The model of the same rows without some terms.
  func without(_ positions: Set<Int>) throws(EngineError) -> MixedModel {
    try MixedModel(
      Rows(
        response: rows.response, fixed: rows.fixed,
        terms: terms.indices.filter { !positions.contains($0) }.map { terms[$0] }, weights: rows.weights,
        cells: rows.cells), options: options)
  }

  /// Covariances of the other terms with zeros for those left out.
  func embedded(_ covariances: [Matrix], without positions: Set<Int>) -> [Matrix] {
    var others = covariances.makeIterator()
    return terms.indices.map { t in
      let zero = Matrix(rows: terms[t].width, columns: terms[t].width)
      return positions.contains(t) ? zero : others.next() ?? zero
    }
  }
}

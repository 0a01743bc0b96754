internal import LinearAlgebra

extension MixedModel {
  /// Satterthwaite's degrees of freedom: the covariance of the variances is their inverse observed information.
  ///
  /// With b profiled out and φ = (S̃, σ²) the derivatives of Φ are σ² Q(g'E_i g)Q and Q = (X̃'V⁻¹X̃)⁻¹. On a boundary φ
  /// moves along it only, curvature included: what a parametrisation by T does, in which a zero variance has no slope
  /// and is even.
  ///
  /// - Throws: ``EngineError`` where the likelihood cannot be evaluated.
  package func satterthwaite(_ estimate: Estimate) throws(EngineError) -> FixedEffectsUncertainty {
    try leasing { () throws(EngineError) in
      // Curvature takes no traces without a factor.
      let objective = plan.isIterative ? try matrixFreeObjective(reml: estimate.reml, solvesOnly: true) : nil
      let place = try standardPoint(of: estimate)
      let point = try ParameterPoint(
        model: place.model, lower: place.lower, reml: estimate.reml, fixedEffects: nil, scale: estimate.scale,
        objective: objective)
      return try place.model.satterthwaite(at: point)
    }
  }

  private func satterthwaite(at point: ParameterPoint) throws(EngineError) -> FixedEffectsUncertainty {
    let set = CovarianceParameters(model: self, lower: point.profile.lower)
    let free = set.parameters.indices.filter { !set.parameters[$0].isHeld }
    let directions = free.map { set.standardDirection(set.parameters[$0], model: self) }
    point.objective.elimination.solve()
    let fixedSlopes = point.objective.elimination.fixedSlopes(directions)
    let hessian = try standardHessian(set, free: free, isStandard: true, at: point)
    let tangent = TangentSpace(model: self, lower: point.profile.lower, parameters: set, free: free)

    // b profiled out of the information in (S̃, σ²), then along the boundary.
    let (p, n) = (fixed.rank, free.count)
    let rows = hessian.selecting(rows: Array(p...p + n))
    let shared = rows.selecting(columns: Array(0..<p))
    let profiled =
      rows.selecting(columns: Array(p...p + n))
      + point.scale * (shared * point.profile.fixedInverse * shared.transposed)
    let along = tangent.basis.columns
    var basis = Matrix(rows: n + 1, columns: along + 1)
    for j in 0..<along { for i in 0..<n { basis[i, j] = tangent.basis[i, j] } }
    basis[n, along] = 1
    var information = -(basis.transposed * profiled * basis)
    let curvature = try tangent.curvature(at: point)
    for i in 0..<along { for j in 0..<along { information[i, j] += 0.5 * curvature[i, j] } }
    let spectrum = ScaledSpectrum(information)

    let inverse = point.profile.fixedInverse
    let byParameter = fixedSlopes.map { point.scale * (inverse * $0 * inverse) }
    let zero = Matrix(rows: p, columns: p)
    let slopes = (0..<along).map { j in
      (0..<n).reduce(zero) { $0 + tangent.basis[$1, j] * byParameter[$1] }
    }
    return FixedEffectsUncertainty(
      toUser: orderedToUser, plain: point.scale * inverse, adjusted: point.scale * inverse,
      slopes: slopes + [inverse], parameterCovariance: spectrum.positiveInverse, isKenwardRoger: false,
      isSingular: tangent.isSingular || !spectrum.isPositiveDefinite)
  }
}

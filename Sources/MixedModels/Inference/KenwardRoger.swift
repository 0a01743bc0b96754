internal import LinearAlgebra

extension MixedModel {
  /// Kenward's and Roger's covariance of the fixed effects with the expected information of the variances; nil where the
  /// model has no exact factorisation.
  ///
  /// The covariance of the response is linear in φ = (S̃_ij, σ²) scaled so that σ² multiplies V itself. As PVP = P, the
  /// residuals then need no sums of their own: with Q = (X̃'V⁻¹X̃)⁻¹, g = Z'V⁻¹X̃ and K_i = g'E_i g,
  ///
  ///     I_ij = ½ tr(E_i ZPZ E_j ZPZ),  I_iσ = ½ tr(E_i ZPZ),  I_σσ = ½ (n − p),  W = I⁻¹,
  ///     Φ_A = σ² (Q + 2 Q Σ_ij W_ij [(E_i g)'Z'V⁻¹Z(E_j g) − K_i Q K_j] Q)
  ///
  /// over the entries of S̃ alone: the terms of σ² vanish. Residual weights enter through V. Entries of a singular S̃ stay.
  ///
  /// Source: Kenward and Roger, Biometrics 53 (1997) 983-997.
  /// - Throws: ``EngineError`` where the likelihood cannot be evaluated.
  package func kenwardRoger(_ estimate: Estimate) throws(EngineError) -> FixedEffectsUncertainty? {
    precondition(estimate.reml, "Kenward's and Roger's method is for the restricted likelihood")
    return try leasing { () throws(EngineError) in
      if plan.isIterative { return nil }
      let place = try standardPoint(of: estimate)
      let point = try ParameterPoint(
        model: place.model, lower: place.lower, reml: true, fixedEffects: nil, scale: estimate.scale)
      return try place.model.kenwardRoger(at: point, hasFlat: !estimate.unidentified.isEmpty)
    }
  }

  /// - Parameter hasFlat: whether there are directions that the data leave open, along which there is nothing to count.
  private func kenwardRoger(
    at point: ParameterPoint, hasFlat: Bool
  ) throws(EngineError) -> FixedEffectsUncertainty? {
    let set = CovarianceParameters(model: self, lower: point.profile.lower)
    let free = set.parameters.indices.filter { !set.parameters[$0].isHeld }
    let directions = free.map { set.standardDirection(set.parameters[$0], model: self) }
    let elimination = point.objective.elimination
    let projections = try point.traces()
    let fixedSlopes = elimination.fixedSlopes(directions)
    guard let products = elimination.fixedProducts(directions) else { return nil }
    let (p, n) = (fixed.rank, free.count)
    var information = Matrix(rows: n + 1, columns: n + 1)
    for (i, direction) in directions.enumerated() {
      let trace = direction.parts.reduce(0) {
        $0 + dot($1.matrix.storage, projections[$1.factor].projection.storage)
      }
      information[i, n] = 0.5 * trace
      information[n, i] = 0.5 * trace
    }
    information[n, n] = 0.5 * point.objective.degreesOfFreedom
    let traces = try informationTraces(directions, at: point)
    for i in 0..<n { for j in 0..<n { information[i, j] = 0.5 * (traces[i, j] + traces[j, i]) } }
    let flat = hasFlat ? try FlatDirections(model: self, reml: true).directions.map(\.relative) : []
    let own = directions.map(unsharedInformation) + [information[n, n]]
    let determined = Self.determined(units: own.map { 1 / $0.squareRoot() }, without: flat)
    let spectrum = ScaledSpectrum(determined.transposed * information * determined)
    let weights = determined * spectrum.positiveInverse * determined.transposed

    let inverse = point.profile.fixedInverse
    var sum = Matrix(rows: p, columns: p)
    for i in 0..<n {
      for j in 0..<n {
        let block = products.selecting(rows: Array(i * p..<(i + 1) * p))
          .selecting(columns: Array(j * p..<(j + 1) * p))
        sum = sum + weights[i, j] * (block - fixedSlopes[i] * inverse * fixedSlopes[j])
      }
    }
    let adjustment = (2 * (inverse * sum * inverse)).symmetrized
    let tangent = TangentSpace(model: self, lower: point.profile.lower, parameters: set, free: free)
    return FixedEffectsUncertainty(
      toUser: orderedToUser, plain: point.scale * inverse, adjusted: point.scale * (inverse + adjustment),
      slopes: fixedSlopes.map { point.scale * (inverse * $0 * inverse) } + [point.scale * inverse],
      parameterCovariance: weights, isKenwardRoger: true,
      isSingular: tangent.isSingular || !spectrum.isPositiveDefinite)
  }

  /// What the data determine of parameters, by columns: in given units all directions but those that are flat.
  private static func determined(units: [Double], without flat: [[Double]]) -> Matrix {
    var spanned = Matrix(rows: units.count, columns: units.count)
    for direction in flat {
      let scaled = zip(direction, units).map { $0 / $1 }
      let square = dot(scaled, scaled)
      for i in units.indices { for j in units.indices { spanned[i, j] += scaled[i] * scaled[j] / square } }
    }
    guard !flat.isEmpty, let eigen = try? SymmetricEigen(spanned) else { return Matrix(diagonal: units) }
    let rest = eigen.vectors.selecting(columns: Array(0..<units.count - flat.count))
    return Matrix(diagonal: units) * rest
  }
}

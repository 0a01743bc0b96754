package import LinearAlgebra

extension MixedModel {
  /// log L at given relative covariances, with b and σ² as given or profiled out.
  package func logLikelihood(
    at covariances: [Matrix], reml: Bool, fixedEffects: [Double]? = nil, scale: Double? = nil
  ) throws(EngineError) -> Double {
    try leasing { () throws(EngineError) in
      try ParameterPoint(
        model: self, covariances: covariances, reml: reml, fixedEffects: fixedEffects, scale: scale
      ).logLikelihood
    }
  }

  /// First derivatives of log L at given relative covariances, with b and σ² as given or profiled out.
  package func score(
    at covariances: [Matrix], reml: Bool, fixedEffects: [Double]? = nil, scale: Double? = nil
  ) throws(EngineError) -> Score {
    let (point, traces) = try leasing { () throws(EngineError) in
      let point = try ParameterPoint(
        model: self, covariances: covariances, reml: reml, fixedEffects: fixedEffects, scale: scale)
      return (point, try point.traces())
    }
    let inner = (point.fromUser.transposed * point.fixedGradient).map { $0 / point.scale }
    var gradient = [Double](repeating: 0, count: fixedColumns.columns)
    for (i, j) in fixed.kept.enumerated() { gradient[j] = inner[i] }
    let matrices = terms.enumerated().map { t, term -> Matrix in
      let k = term.width
      guard let place = layout.places[t], let map = layout.maps[t] else { return Matrix(rows: k, columns: k) }
      var f = Matrix(rows: k, columns: k)
      for a in 0..<k {
        for b in 0..<k {
          let trace = traces[place.factor]
          let i = place.offset + a
          let j = place.offset + b
          f[a, b] = -0.5 * (trace.projection[i, j] - trace.residual[i, j] / point.scale)
        }
      }
      return map.transposed * f * map
    }
    let unit = fixed.unit * fixed.unit
    let byScale =
      point.isScaleGiven
      ? 0.5 * point.objective.degreesOfFreedom * (point.profiledScale / point.scale - 1) / point.scale : 0
    return Score(
      fixedEffects: gradient, covariances: matrices, scale: byScale / unit,
      logLikelihood: point.logLikelihood)
  }

  /// Second derivatives of log L in (b, covariance parameters), b not profiled out, and σ² profiled out or, if
  /// `scale` gives it, the last coordinate.
  ///
  /// Order: the columns of X that were kept, then per term the parameters that its form reports; then σ² where given. Entries of terms held at zero are zero.
  ///
  /// With r = Z'V⁻¹(y − Xb), v_i = E_i r, g = X'V⁻¹(y − Xb), f = ν:
  /// H_ij = ½ tr(E_i ZPZ E_j ZPZ) − v_i'Z'V⁻¹Zv_j/s² + ½ (r'v_i)(r'v_j)/(f s⁴),
  /// H_bi = −(Z'V⁻¹X)'v_i/s² + g(r'v_i)/(f s⁴), H_bb = −X'V⁻¹X/s² + 2gg'/(f s⁴).
  /// With s² given the terms over f s⁴ are absent, and H_is = −½ r'v_i/s⁴, H_bs = −g/s⁴, H_ss = (½f − q/s²)/s⁴.
  package func jointHessian(
    at covariances: [Matrix], reml: Bool, fixedEffects: [Double]? = nil, scale: Double? = nil
  ) throws(EngineError) -> Matrix {
    try leasing { () throws(EngineError) in
      // Curvature takes no traces without a factor.
      let objective = plan.isIterative ? try matrixFreeObjective(reml: reml, solvesOnly: true) : nil
      return try jointHessianOnLease(
        of: covariances,
        at: ParameterPoint(
          model: self, covariances: covariances, reml: reml, fixedEffects: fixedEffects, scale: scale,
          objective: objective))
    }
  }

  private func jointHessianOnLease(
    of covariances: [Matrix], at point: ParameterPoint
  ) throws(EngineError) -> Matrix {
    let set = CovarianceParameters(model: self, at: covariances)
    let free = set.parameters.indices.filter { !set.parameters[$0].isHeld }
    let inner = try standardHessian(set, free: free, isStandard: false, at: point)

    // Caller's coordinates: b in column order, covariance parameters with zero rows for held terms, σ².
    let p = fixed.rank
    let n = free.count
    let scales = point.isScaleGiven ? 1 : 0
    let total = p + set.parameters.count + scales
    var jacobian = Matrix(rows: p + n + scales, columns: total)
    if point.isScaleGiven { jacobian[p + n, total - 1] = 1 / (fixed.unit * fixed.unit) }
    let fromUser = point.fromUser
    let order = fixed.order
    for (column, source) in order.enumerated() {
      for i in 0..<p { jacobian[i, column] = fromUser[i, source] }
    }
    for (i, parameter) in free.enumerated() { jacobian[p + i, p + parameter] = 1 }
    var result = jacobian.transposed * inner * jacobian
    for i in 0..<total { for j in 0..<i { result[i, j] = result[j, i] } }
    return result
  }

  /// Second derivatives in the coefficients of X̃, in covariance parameters, and in σ² where given.
  ///
  /// - Parameter isStandard: whether the parameters are those of S̃, not of S.
  func standardHessian(
    _ set: CovarianceParameters, free: [Int], isStandard: Bool, at point: ParameterPoint
  ) throws(EngineError) -> Matrix {
    var result = try standardHessian(
      free.map {
        isStandard
          ? set.standardDirection(set.parameters[$0], model: self)
          : set.direction(set.parameters[$0], model: self)
      }, at: point)
    guard set.isCurved else { return result }
    // where S is not linear in φ, ⟨d log L / dS, ∂²S⟩ adds to the second derivatives along ∂S
    let slopes = try scoreMatrices(at: point)
    let curvature = set.curvature(of: free, derivatives: slopes, isStandard: isStandard, model: self)
    let p = fixed.rank
    for i in free.indices { for j in free.indices { result[p + i, p + j] += curvature[i, j] } }
    return result
  }

  /// d log L / dS̃ of every factor: −½ (M − R/σ²).
  private func scoreMatrices(at point: ParameterPoint) throws(EngineError) -> [Matrix] {
    // differences may have left other factors behind
    _ = try point.objective.evaluate(lower: point.profile.lower, theta: [])
    return try point.traces().map { trace in
      var result = trace.projection
      for i in result.storage.indices {
        result.storage[i] = -0.5 * (result.storage[i] - trace.residual.storage[i] / point.scale)
      }
      return result
    }
  }

  /// Second derivatives in the coefficients of X̃, along directions of S̃, and in σ² where given.
  func standardHessian(_ directions: [Direction], at point: ParameterPoint) throws(EngineError) -> Matrix {
    let reml = point.objective.reml
    point.objective.elimination.solve()
    let forms = point.objective.elimination.quadraticForms(directions, coefficients: point.coefficients)
    let p = fixed.rank
    let n = directions.count
    let s2 = point.scale
    let nu = point.objective.degreesOfFreedom
    let profiling = point.isScaleGiven ? 0 : 1 / (nu * s2 * s2)
    let g = point.fixedGradient
    let scales = point.isScaleGiven ? 1 : 0

    var inner = Matrix(rows: p + n + scales, columns: p + n + scales)
    for i in 0..<p {
      for j in 0..<p { inner[i, j] = -point.information[i, j] / s2 + 2 * g[i] * g[j] * profiling }
      for j in 0..<n {
        let value = -forms.fixed[i, j] / s2 + g[i] * forms.residual[j] * profiling
        inner[i, p + j] = value
        inner[p + j, i] = value
      }
    }
    let traces: Matrix
    if point.objective.elimination.isStochastic {
      // E y'PV_iPV_jPy = σ² tr PV_iPV_j: the average information.
      let shared =
        reml
        ? forms.fixed.transposed * (point.profile.fixedInverse * forms.fixed) : Matrix(rows: n, columns: n)
      traces = (0.5 / point.profiledScale) * (forms.products - shared)
    } else {
      traces = try informationTraces(directions, at: point)
    }
    for i in 0..<n {
      for j in 0..<n {
        inner[p + i, p + j] =
          0.5 * (traces[i, j] + traces[j, i]) - forms.products[i, j] / s2
          + 0.5 * forms.residual[i] * forms.residual[j] * profiling
      }
    }
    if point.isScaleGiven {
      let last = p + n
      for i in 0..<p { inner[i, last] = -g[i] / (s2 * s2) }
      for i in 0..<n { inner[p + i, last] = -0.5 * forms.residual[i] / (s2 * s2) }
      for i in 0..<last { inner[last, i] = inner[i, last] }
      inner[last, last] = nu * (0.5 - point.profiledScale / s2) / (s2 * s2)
    }
    return inner
  }
}

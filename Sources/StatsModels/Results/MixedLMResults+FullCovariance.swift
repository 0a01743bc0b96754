import LinearAlgebra
import MixedModels

extension MixedLMResults {
  /// Covariance matrices of a fit in which σ² was no profiled quantity.
  struct FullCovariance {
    /// Over fixed effects and relative covariances, in the order of `params`.
    var ratios: Matrix
    /// Over covariances in the response's units, then σ².
    var variances: Matrix
  }

  /// The inverse of the observed information in φ = (b, Ψ, σ²), Ψ = σ² S, over what was estimated: with
  /// l(b, Ψ / σ², σ²) the Hessian is J'HJ + Σ (∂l/∂Sₖ) ∂²Sₖ/∂φ², where ∂S/∂Ψ = 1/σ², ∂S/∂σ² = -S/σ²,
  /// ∂²S/∂Ψ∂σ² = -1/σ⁴, ∂²S/∂σ⁴ = 2S/σ⁴. Held parameters have zeros, unknown ones nan.
  func fullCovariance() throws -> FullCovariance {
    let engine = try engine()
    let fixed = penalty.movesFixedEffects ? estimate.fixedEffects : nil
    let hessian = try engine.jointHessian(
      at: estimate.relativeCovariances, reml: reml, fixedEffects: fixed, scale: scale)
    let score = try engine.score(
      at: estimate.relativeCovariances, reml: reml, fixedEffects: fixed, scale: scale)
    let slopes = layout.derivatives(specification.blockSums(score.covariances), at: relativeCovariances)
    let relative = layout.values(in: relativeCovariances)
    let masked = restrictions.maskedParameters
    let kept = (0..<kFe).filter { !estimate.aliased.contains($0) }
    let entries = layout.entries.indices.filter {
      layout.entries[$0].engineIndex != nil && !heldBlocks.contains(layout.entries[$0].block)
    }
    // Rows of the Hessian: (position in φ, position in H).
    let last = layout.count
    var places = kept.enumerated().map { (parameter: $1, hessian: $0) }
    places += entries.map { (kFe + $0, kept.count + (layout.entries[$0].engineIndex ?? 0)) }
    places.append((last, hessian.rows - 1))
    // A correlation has no unit that σ² could change.
    func isCovariance(_ parameter: Int) -> Bool {
      parameter >= kFe && parameter < last && layout.entries[parameter - kFe].hasUnit
    }
    var jacobian = Matrix(rows: places.count, columns: places.count)
    for (i, place) in places.enumerated() {
      let isCovariance = isCovariance(place.parameter)
      jacobian[i, i] = isCovariance ? 1 / scale : 1
      if isCovariance { jacobian[i, places.count - 1] = -relative[place.parameter - kFe] / scale }
    }
    let inner = hessian.selecting(rows: places.map(\.hessian)).selecting(columns: places.map(\.hessian))
    var outer = jacobian.transposed * inner * jacobian
    let corner = places.count - 1
    for (i, place) in places.enumerated() where isCovariance(place.parameter) {
      let position = place.parameter - kFe
      outer[i, corner] -= slopes[position] / (scale * scale)
      outer[corner, i] = outer[i, corner]
      outer[corner, corner] += 2 * slopes[position] * relative[position] / (scale * scale)
    }
    let free = places.indices.filter {
      places[$0].parameter == last
        ? !restrictions.errorVariance.isHeld : !masked.contains(places[$0].parameter)
    }
    let inverse = ParameterCovariance.inverse(-outer.selecting(rows: free).selecting(columns: free))
    var user = Matrix(rows: last + 1, columns: last + 1)
    for (i, a) in free.enumerated() {
      for (j, b) in free.enumerated() { user[places[a].parameter, places[b].parameter] = inverse[i, j] }
    }
    // Back to ratios: dS = (dΨ - S dσ²) / σ² for what was not held.
    var back = Matrix.identity(last + 1)
    for position in entries where !masked.contains(kFe + position) && isCovariance(kFe + position) {
      back[kFe + position, kFe + position] = 1 / scale
      back[kFe + position, last] = -relative[position] / scale
    }
    let unknown =
      estimate.aliased
      + layout.entries.indices.filter { heldBlocks.contains(layout.entries[$0].block) }
      .map { kFe + $0 }
    let ratios = (back * user * back.transposed).withUnknown(unknown)
    let variances = Array(kFe...last)
    user = user.withUnknown(unknown)
    return FullCovariance(
      ratios: ratios.selecting(rows: Array(0..<last)).selecting(columns: Array(0..<last)),
      variances: user.selecting(rows: variances).selecting(columns: variances))
  }
}

extension Matrix {
  /// The matrix with the given rows and columns unknown.
  fileprivate func withUnknown(_ positions: [Int]) -> Matrix {
    var result = self
    for i in positions {
      for j in 0..<rows {
        result[i, j] = .nan
        result[j, i] = .nan
      }
    }
    return result
  }
}

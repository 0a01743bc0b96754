package import LinearAlgebra

/// The covariance of the fixed effects, and how it moves with the variances that were estimated: what approximate
/// degrees of freedom are made of.
///
/// Everything is in the engine's orthonormal X̃, in which contrasts are taken without loss of digits.
package struct FixedEffectsUncertainty: Sendable {
  /// The kept columns of X, in their order, from those of X̃.
  let toUser: Matrix
  /// Φ = σ² (X̃'V⁻¹X̃)⁻¹.
  let plain: Matrix
  /// Φ_A: Kenward's and Roger's covariance; Φ for Satterthwaite's method.
  let adjusted: Matrix
  /// ∂Φ / ∂φ_i of each parameter of the covariance of the response.
  let slopes: [Matrix]
  /// Covariance of the estimates of φ.
  let parameterCovariance: Matrix
  /// Whether F statistics are scaled as Kenward and Roger do.
  package let isKenwardRoger: Bool
  /// Whether a covariance matrix was singular, or a direction of φ undetermined.
  package let isSingular: Bool

  /// The covariance of the columns of X that were kept.
  package var covariance: Matrix { toUser * adjusted * toUser.transposed }

  /// Variance of a combination of the kept columns' coefficients.
  package func variance(of contrast: [Double]) -> Double {
    adjusted.quadraticForm(toUser.transposed * contrast)
  }

  /// With parameters beside those of the engine, independent of them once their own movement is counted in the slopes.
  ///
  /// - Parameters:
  ///   - slopes: ∂Φ of the kept columns of X by each further parameter, the engine's following it to their optimum.
  ///   - covariance: of the further parameters' estimates.
  package func adding(slopes further: [Matrix], parameterCovariance covariance: Matrix)
    -> FixedEffectsUncertainty
  {
    guard let inverse = try? LU(toUser).inverse, covariance.isFinite else { return self }
    let (own, count) = (parameterCovariance.rows, covariance.rows)
    var joint = Matrix(rows: own + count, columns: own + count)
    for i in 0..<own { for j in 0..<own { joint[i, j] = parameterCovariance[i, j] } }
    for i in 0..<count { for j in 0..<count { joint[own + i, own + j] = covariance[i, j] } }
    return FixedEffectsUncertainty(
      toUser: toUser, plain: plain, adjusted: adjusted,
      slopes: slopes + further.map { inverse * $0 * inverse.transposed }, parameterCovariance: joint,
      isKenwardRoger: isKenwardRoger, isSingular: isSingular)
  }

  /// Degrees of freedom 2 v² / (a'Aa) of a combination c of the kept columns' coefficients, v = c'Φc, a_i = ∂v / ∂φ_i and A
  /// the covariance of φ; infinite where v does not move, nan where it vanishes.
  package func degreesOfFreedom(of contrast: [Double]) -> Double {
    standardDegreesOfFreedom(of: toUser.transposed * contrast)
  }

  /// The same of a combination of the coefficients of X̃.
  func standardDegreesOfFreedom(of contrast: [Double]) -> Double {
    let variance = plain.quadraticForm(contrast)
    guard variance > 0 else { return .nan }
    let spread = parameterCovariance.quadraticForm(slopes.map { $0.quadraticForm(contrast) / variance })
    return spread > 0 ? 2 / spread : spread == 0 ? .infinity : .nan
  }
}

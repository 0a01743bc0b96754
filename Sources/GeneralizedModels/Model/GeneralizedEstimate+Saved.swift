package import LinearAlgebra
package import MixedModels

extension GeneralizedEstimate {
  /// An estimate that was written and read: without the state from which an engine goes on.
  package init(
    integration: Integration, covariances: [Matrix], covarianceErrors: [Matrix], singularTerms: [Bool],
    fixedEffects: [Double], aliased: [Int], fixedCovariance: Matrix, conditionalFixedCovariance: Matrix,
    hasJointCovariance: Bool, leastEigenvalue: Double, dispersion: Double, dispersionError: Double,
    deviance: Double, parameterCount: Int, converged: Bool, certificate: Certificate, held: [HeldTerm],
    effects: [[Double]], effectCovariances: [[Double]], linearPredictor: [Double], fixedPredictor: [Double]
  ) {
    self.init(
      integration: integration, covariances: covariances, fixedEffects: fixedEffects, aliased: aliased,
      fixedCovariance: fixedCovariance, conditionalFixedCovariance: conditionalFixedCovariance,
      hasJointCovariance: hasJointCovariance, covarianceErrors: covarianceErrors, dispersion: dispersion,
      dispersionError: dispersionError, deviance: deviance, parameterCount: parameterCount,
      converged: converged, certificate: certificate, modeSteps: 0, held: held, singularTerms: singularTerms,
      leastEigenvalue: leastEigenvalue, effects: effects, effectCovariances: effectCovariances,
      linearPredictor: linearPredictor, fixedPredictor: fixedPredictor, jointCovariance: nil,
      state: GeneralizedState(theta: [], beta: [], precision: 0, modes: []))
  }
}

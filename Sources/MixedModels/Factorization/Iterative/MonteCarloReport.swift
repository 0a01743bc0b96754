/// Monte-Carlo errors of an estimate that was reached without an exact factorisation: the standard
/// deviations over other sets of random probes, to be set beside the sampling standard errors.
package struct MonteCarloReport: Sendable {
  /// Random probes per evaluation.
  package var probes: Int
  /// Iterations of the optimiser.
  package var iterations: Int
  /// Error of S_t for each term, in the caller's units, by the entries of the matrix; zero for held terms.
  package var relativeCovariances: [Double]
  /// Error of σ² S_t for each term.
  package var covariances: [Double]
  /// Error of σ².
  package var scale: Double
  /// Error of each fixed effect; nan where a column was dropped.
  package var fixedEffects: [Double]
  /// Error of the log-likelihood.
  package var logLikelihood: Double
  /// Largest entry of the gradient at the end, and of its error, times the parameter's standard error.
  package var gradientNorm: Double
  package var gradientNoise: Double
}

extension MonteCarloReport {
  /// The report of an evaluation at given parameters, of which the log-likelihood alone is uncertain.
  init(evaluating elimination: MatrixFreeElimination, in model: MixedModel) {
    let zeros = [Double](repeating: 0, count: model.terms.count)
    self.init(
      probes: elimination.stochastic.probes, iterations: 0, relativeCovariances: zeros, covariances: zeros,
      scale: 0,
      fixedEffects: (0..<model.fixedColumns.columns).map { model.fixed.kept.contains($0) ? 0 : .nan },
      logLikelihood: elimination.logLikelihoodError, gradientNorm: .nan, gradientNoise: .nan)
  }

  package init(
    probes: Int, relativeCovariances: [Double], covariances: [Double], scale: Double, fixedEffects: [Double],
    logLikelihood: Double
  ) {
    self.init(
      probes: probes, iterations: 0, relativeCovariances: relativeCovariances, covariances: covariances,
      scale: scale, fixedEffects: fixedEffects, logLikelihood: logLikelihood, gradientNorm: .nan,
      gradientNoise: .nan)
  }
}

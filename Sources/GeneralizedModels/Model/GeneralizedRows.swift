package import LinearAlgebra
package import MixedModels

/// The data of a generalised model, row by row: E y = g⁻¹(X β + Σ_t Z_t u_t + offset).
package struct GeneralizedRows: Sendable {
  /// The response; of a binomial one the share of successes.
  package var response: [Double]
  /// X, n × p; columns may depend on others.
  package var fixed: Matrix
  package var terms: [RandomTerm]
  /// What is added to the linear predictor; nil for nothing.
  package var offset: [Double]?
  /// Trials behind each share, or what else multiplies ℓ; nil for ones.
  package var trials: [Double]?
  /// How often each row occurs; nil for once.
  package var frequencies: [Double]?
  /// Prior weights of the precision (gamma, inverse Gaussian, Gaussian); nil for ones.
  package var precisions: [Double]?

  package init(
    response: [Double], fixed: Matrix, terms: [RandomTerm], offset: [Double]? = nil, trials: [Double]? = nil,
    frequencies: [Double]? = nil, precisions: [Double]? = nil
  ) {
    self.response = response
    self.fixed = fixed
    self.terms = terms
    self.offset = offset
    self.trials = trials
    self.frequencies = frequencies
    self.precisions = precisions
  }

  /// Number of rows.
  package var count: Int { response.count }
}

package import LinearAlgebra

/// The point reached by a fit, or the profiled quantities at a given point.
///
/// The folder: what the engine takes and gives, in the caller's units.
package struct Estimate: Sendable {
  /// S_t, the covariance matrix of each term's effects divided by σ², in the caller's units.
  package var relativeCovariances: [Matrix]
  /// σ², the residual variance.
  package var scale: Double
  /// Generalised least-squares coefficients, one per column of X; nan where a column was dropped.
  package var fixedEffects: [Double]
  /// Columns of X that depend linearly on earlier ones.
  package var aliased: [Int]
  /// Rank of X.
  package var rank: Int
  /// σ² (X'V⁻¹X)⁻¹ of the columns that were kept, in their order.
  package var fixedCovariance: Matrix
  /// Profiled log-likelihood, restricted or not.
  package var logLikelihood: Double
  /// Whether the restricted likelihood was used.
  package var reml: Bool
  /// Whether the certificate meets the tolerance.
  package var converged: Bool
  /// What is known of the distance to the optimum.
  package var certificate: Certificate
  /// Terms held at zero variance.
  package var held: [HeldTerm]
  /// Whether some term's covariance matrix is singular.
  package var singular: Bool
  /// Monte-Carlo errors, where no exact factorisation was made.
  package var monteCarlo: MonteCarloReport?
  /// Terms with a singular covariance matrix.
  package var bounds: [Bound] = []
  /// Another local maximum that was met, not far below; nil where none was.
  package var rival: Rival?
  /// Whether effects can explain every row: elsewhere the likelihood grows without end as the residual variance falls.
  package var growsElsewhere = false
  /// Whether effects take the whole response and the likelihood is level as the residual variance vanishes.
  package var takesResiduals = false

  /// Covariance parameters, in the order of the joint Hessian, that the data do not determine.
  package var unidentified: [Int] = []
  /// The terms that such parameters belong to.
  package var openTerms: [Int] = []
  /// Whether σ² is one of them.
  package var residualIsOpen = false
  /// The factors T in standardised regressors, with all their digits, from which standard errors are taken; nil for an
  /// estimate that was read from a file.
  var standardRoot: StandardRoot?

  /// T of every factor in standardised regressors whose columns have these orders.
  struct StandardRoot: Sendable {
    let orders: [Int: [Int]]
    let lower: [[Double]]
  }

  /// What lies on the boundary of the parameter space in one term's covariance matrix.
  package struct Bound: Sendable {
    /// Position of the term.
    package let term: Int
    /// Rank of the covariance matrix.
    package let rank: Int
    /// Effects with variance zero.
    package let zeros: [Int]
    /// Pairs of effects with correlation 1 or -1.
    package let perfect: [(first: Int, second: Int, correlation: Int)]
  }

  /// A local maximum of the likelihood beside the one that is the estimate.
  package struct Rival: Sendable {
    /// Profiled log-likelihood there.
    package let logLikelihood: Double
    /// σ² there.
    package let scale: Double
    /// S_t there, as in the estimate.
    package let relativeCovariances: [Matrix]
  }

  package init(
    relativeCovariances: [Matrix], scale: Double, fixedEffects: [Double], aliased: [Int], rank: Int,
    fixedCovariance: Matrix, logLikelihood: Double, reml: Bool, converged: Bool, certificate: Certificate,
    held: [HeldTerm], singular: Bool
  ) {
    self.relativeCovariances = relativeCovariances
    self.scale = scale
    self.fixedEffects = fixedEffects
    self.aliased = aliased
    self.rank = rank
    self.fixedCovariance = fixedCovariance
    self.logLikelihood = logLikelihood
    self.reml = reml
    self.converged = converged
    self.certificate = certificate
    self.held = held
    self.singular = singular
  }
}

/// Evidence that an estimate is an optimum.
package struct Certificate: Sendable, Equatable {
  /// Largest gradient entry of the log-likelihood times that parameter's standard error.
  package var gradientNorm: Double = .nan
  /// Decrease of -2 log L that the last Newton model still promises.
  package var predictedDecrease: Double = .nan
  /// Exact evaluations of the likelihood.
  package var evaluations: Int = 0
  /// Exact evaluations of its gradient; large crossed designs add gradients by random probes that one of these corrects.
  package var gradients: Int = 0
  /// Number of covariance directions at the boundary (variance zero or perfect correlation).
  package var atBound: Int = 0
  /// Condition number of the information matrix, scaled to unit diagonal.
  package var conditionNumber: Double = .nan
  /// Least curvature of -2 log L along one parameter, in units of its size or of the noise of a level's effect.
  package var leastCurvature: Double = .infinity

  package init() {}
}

/// First derivatives of the log-likelihood at given parameters.
package struct Score: Sendable {
  /// d log L / d b, one entry per column of X; zero at the generalised least-squares solution.
  package var fixedEffects: [Double]
  /// d log L / d S_t: symmetric k × k matrices F such that the change for dS is Σ_ab F_ab dS_ab.
  package var covariances: [Matrix]
  /// d log L / d σ² where σ² was given; zero where it was profiled out.
  package var scale = 0.0
  /// log L itself.
  package var logLikelihood: Double
}

extension Estimate {
  /// The same estimate, if doubles hold it in the caller's units.
  func requireRepresentable() throws(EngineError) {
    let coefficients = fixedEffects.enumerated().filter { !aliased.contains($0.offset) }.map(\.element)
    let covariances = relativeCovariances.lazy.flatMap(\.storage).map { $0 * scale }
    guard scale.isNormal, logLikelihood.isFinite, coefficients.allSatisfy(\.isFinite),
      covariances.allSatisfy(\.isFinite), fixedCovariance.diagonal.allSatisfy(\.isNormal)
    else { throw .unrepresentable }
  }
}

package import LinearAlgebra
package import MixedModels

/// The optimum that a fit reached, in the caller's units.
package struct GeneralizedEstimate: Sendable {
  /// How the effects were integrated out.
  package var integration: Integration
  /// Covariance matrix of each term's effects.
  package var covariances: [Matrix]
  /// β, one per column of X; nan where a column was dropped.
  package var fixedEffects: [Double]
  /// Columns of X that depend on others.
  package var aliased: [Int]
  /// Covariance of the kept columns' coefficients, in their order: from the joint Hessian with the covariance parameters.
  package var fixedCovariance: Matrix
  /// (X'V⁻¹X)⁻¹ of the same: covariance parameters taken as known.
  package var conditionalFixedCovariance: Matrix
  /// Whether the joint Hessian was positive definite; otherwise both covariances are the same.
  package var hasJointCovariance: Bool
  /// Standard errors of the entries of each term's covariance matrix; nan at a bound.
  package var covarianceErrors: [Matrix]
  /// The dispersion as it is reported, and its standard error (nan where it was given).
  package var dispersion: Double
  package var dispersionError: Double
  /// −2 log L with all constants.
  package var deviance: Double
  /// Number of parameters searched: θ, β, λ.
  package var parameterCount: Int
  /// Whether the search ended at a minimum of −2 log L; not where there is none.
  package var converged: Bool
  /// What is known of the distance to the optimum.
  package var certificate: Certificate
  /// Newton steps for the modes of the effects.
  package var modeSteps: Int
  package var held: [HeldTerm]
  /// Whether each term's covariance matrix is singular.
  package var singularTerms: [Bool]
  /// Least eigenvalue of the joint Hessian scaled to unit diagonal.
  package var leastEigenvalue: Double
  /// Effects of each term's levels, level by level.
  package var effects: [[Double]]
  /// Their conditional covariances, k × k for each level.
  package var effectCovariances: [[Double]]
  /// Linear predictor of each row: with the effects, and without.
  package var linearPredictor: [Double]
  package var fixedPredictor: [Double]
  /// Covariance of (β kept, entries of the covariance matrices), for the delta method; nil without a joint Hessian.
  package var jointCovariance: JointCovariance?
  /// Whether −2 log L still falls as all effects, fixed and random, grow in proportion from where the search ended.
  package var growsWithoutEnd = false
  /// Whether the search ended where all means of a log link are next to nothing beside the responses, which want none.
  package var meansVanish = false
  /// Whether it falls as some fixed effects grow without end, whatever the others.
  package var isSeparated = false
  /// Another minimum of −2 log L not much above this one, or a lower point from which it still falls.
  package var rival: Rival?
  /// What the engine needs to come back to this point.
  package var state: GeneralizedState

  /// −½ of the deviance.
  package var logLikelihood: Double { -0.5 * deviance }
}

/// A local minimum of −2 log L, with the covariance matrix of each term's effects.
package struct Rival: Sendable {
  package let deviance: Double
  package let covariances: [Matrix]
}

/// A point with the modes of its effects.
package struct GeneralizedState: Sendable {
  package var theta: [Double]
  /// β̃, in orthonormal columns.
  package var beta: [Double]
  package var precision: Double
  package var modes: [Double]
}

/// The covariance of β's kept columns, then θ's free parameters, then λ.
package struct JointCovariance: Sendable {
  package let matrix: Matrix
  /// The free θ.
  package let free: [Int]
  /// Whether λ comes last.
  package let hasPrecision: Bool
}

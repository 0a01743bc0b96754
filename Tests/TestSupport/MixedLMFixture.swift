import Testing

/// One model of `compat-fixtures/mixedlm`: what to call, and what statsmodels and lme4 answer.
package struct MixedLMFixture: Decodable, Sendable, CustomTestStringConvertible {
  package struct Call: Decodable, Sendable {
    package struct Component: Decodable, Sendable {
      package var name: String
      package var formula: String
    }
    package var formula: String
    /// nil: all rows form one group.
    package var groups: String?
    package var reFormula: String?
    package var vcFormula: [Component]
    package var missing: String
    package var reml: Bool
  }

  /// Log-likelihood, score and Hessian at parameters divided by the scale.
  package struct Point: Decodable, Sendable {
    package var name: String
    package var covRe: [[Double]]
    package var vcomp: [Double]
    package var glsFeParams: [Double]
    package var scale: Double
    package var loglike: Double
    package var score: [Double]
    package var scoreSqrt: [Double]
    package var hessian: [[Double]]?
    package var feParams: [Double]
    package var loglikeFe: Double
    package var scoreFe: [Double]
    package var scoreSqrtFe: [Double]
  }

  package struct Thinned: Decodable, Sendable {
    package var every: Int
    package var count: Int
    package var index: [String]
    package var values: [Double]
  }

  package struct Effects: Decodable, Sendable {
    package var groups: [String]
    package var effects: [LabelledValues]
  }

  package struct Covariances: Decodable, Sendable {
    package var groups: [String]
    package var values: [[[Double]]]
  }

  /// statsmodels at the optimum; what needs an interior optimum is nil at the boundary.
  package struct Expected: Decodable, Sendable {
    package var llf: Double
    package var nobs: Int
    package var nGroups: Int
    package var dfResid: Int
    package var scale: Double
    package var feParams: LabelledValues
    package var covRe: [[Double]]
    package var vcomp: LabelledValues
    package var paramNames: [String]
    package var exogReNames: [String]
    package var aic: Double?
    package var bic: Double?
    package var params: [Double]?
    package var bse: [Double]?
    package var bseFe: [Double]?
    package var bseRe: [Double]?
    package var tvalues: [Double]?
    package var pvalues: [Double]?
    package var confInt: [[Double]]?
    package var covParams: [[Double]]?
    package var randomEffects: Effects?
    package var randomEffectsCov: Covariances?
    package var fittedvalues: Thinned?
    package var resid: Thinned?
    package var summary: String?
  }

  /// Wider tolerances than the common ones, with the reason.
  package struct Overrides: Decodable, Sendable {
    package var variance: Double?
    package var atParameters: Double?
    package var reason: String
  }

  package var name: String
  package var data: String
  package var call: Call
  package var tolerances: Overrides?
  package var optimum: String
  package var referenceLlf: Double
  package var at: [Point]
  package var expected: Expected
  package var lme4: Lme4Answer?

  /// Tolerance of standard errors, variances and the scale.
  package var varianceTolerance: Double { tolerances?.variance ?? Tolerance.variance }
  /// Tolerance of log-likelihood, score and Hessian at given parameters.
  package var atParametersTolerance: Double { tolerances?.atParameters ?? Tolerance.atParameters }
  package var isInterior: Bool { optimum == "interior" }
  package var testDescription: String { name }
}

/// What lme4 estimates.
package struct Lme4Answer: Decodable, Sendable {
  package struct Term: Decodable, Sendable {
    package struct Effects: Decodable, Sendable {
      package var levels: [String]
      package var values: [[Double]]
      package var conditionalSd: [[Double]]
    }
    package var group: String
    package var names: [String]
    package var levels: Int
    package var covariance: [[Double]]
    package var effects: Effects?
  }
  package var llf: Double
  package var singular: Bool
  package var sigma: Double
  package var fixef: LabelledValues
  package var se: [Double]
  package var terms: [Term]
}

/// One bar formula of `compat-fixtures/lme4`.
package struct BarFixture: Decodable, Sendable, CustomTestStringConvertible {
  package struct Call: Decodable, Sendable {
    package var formula: String
    package var reml: Bool
    /// Columns of prior weights and of an offset.
    package var weights: String?
    package var offset: String?
  }
  package var name: String
  package var data: String
  package var call: Call
  /// False where several sets of variances give the same likelihood.
  package var identified: Bool
  package var llf: Double
  package var singular: Bool
  package var sigma: Double
  package var fixef: LabelledValues
  package var se: [Double]
  package var terms: [Lme4Answer.Term]

  package var testDescription: String { name }
}

import DataFrames
import Foundation
import GeneralizedModels
import LinearAlgebra
import MixedModels
import OrderedCollections

/// A fitted generalised linear mixed model; attributes have the names of ``MixedLMResults``.
public struct MixedGLMResults: Sendable {
  /// The model.
  public let model: MixedGLM
  let estimate: GeneralizedEstimate
  /// What the fit has to say about the model and its data.
  public let warnings: [FitWarning]
  /// Seconds of the fit.
  package let fitSeconds: Double
  /// Threads that the fit might use.
  package let threads: Int
  /// The linear model that stands for the data in results that were read from a file; nil after a fit.
  let working: MixedLMResults?
  /// Rows, each as often as its frequency.
  let rowWeight: Double
  let dependenceCache = Lazy<FixedDependence?>()

  init(model: MixedGLM, estimate: GeneralizedEstimate, fitSeconds: Double, threads: Int) {
    self.model = model
    self.estimate = estimate
    self.fitSeconds = fitSeconds
    self.threads = threads
    working = nil
    rowWeight = model.response.frequencies?.values.reduce(0, +) ?? Double(model.nobs)
    warnings = model.warnings + GLMFindings(model: model, estimate: estimate).warnings
  }

  /// Results that were read from a file.
  init(
    model: MixedGLM, estimate: GeneralizedEstimate, warnings: [FitWarning], working: MixedLMResults,
    rowWeight: Double
  ) {
    self.model = model
    self.estimate = estimate
    self.warnings = warnings
    self.working = working
    self.rowWeight = rowWeight
    (fitSeconds, threads) = (0, 1)
  }

  var specification: ModelSpecification { model.specification }
  var layout: ParameterLayout { model.layout }

  /// Covariance matrix of each block.
  var covariances: [Matrix] { specification.blockCovariances(estimate.covariances) }
}

// MARK: - Fit

extension MixedGLMResults {
  /// Distribution and link; of a negative binomial family α is in ``dispersion``.
  public var family: Family { model.family }
  /// How the effects were integrated out: "Laplace", "AGQ" or "nAGQ=0".
  public var method: String {
    switch estimate.integration {
    case .laplace: "Laplace"
    case .quadrature: "AGQ"
    case .jointMode: "nAGQ=0"
    }
  }
  /// Nodes of the quadrature for each effect: 1 after Laplace's approximation, 0 with fixed effects at the joint mode.
  public var nAGQ: Int {
    switch estimate.integration {
    case .laplace: 1
    case .quadrature(let nodes): nodes
    case .jointMode: 0
    }
  }
  /// Whether the search ended at a maximum.
  public var converged: Bool { estimate.converged }
  /// Log likelihood with all constants.
  public var llf: Double { estimate.logLikelihood }
  /// −2 log likelihood with all constants.
  public var deviance: Double { estimate.deviance }
  /// Number of parameters: fixed effects, free covariance parameters and an estimated dispersion.
  public var parameterCount: Int { estimate.parameterCount }
  /// Akaike's criterion.
  public var aic: Double { deviance + 2 * Double(parameterCount) }
  /// Bayesian criterion, with the number of rows.
  public var bic: Double { deviance + log(rowWeight) * Double(parameterCount) }
  /// Number of rows.
  public var nobs: Int { model.nobs }
  /// Rows less the rank of the fixed design.
  public var dfResid: Double { rowWeight - Double(specification.exogNames.count - estimate.aliased.count) }
  /// The dispersion: α of a negative binomial family, one over the shape of gamma, φ of inverse Gaussian, the precision of
  /// beta, σ² of Gaussian responses; 1 of the others.
  public var dispersion: Double { estimate.dispersion }
  /// Standard error of an estimated ``dispersion``; nan otherwise.
  public var dispersionBse: Double { estimate.dispersionError }
  /// The dispersion, as in statsmodels' GLM. Covariances of the effects are not multiplied by it.
  public var scale: Double { estimate.dispersion }
  /// √(g'H⁻¹g) at the end: the gradient in standard errors.
  public var gradientNorm: Double { estimate.certificate.gradientNorm }
  /// Evaluations of the likelihood and of its gradient.
  package var evaluations: (values: Int, gradients: Int) {
    (estimate.certificate.evaluations, estimate.certificate.gradients)
  }
}

// MARK: - Parameters

extension MixedGLMResults {
  /// Fixed effects; nan where a column depends on others.
  public var feParams: Series { Series(index: layout.fixedNames, values: estimate.fixedEffects) }
  /// Fixed effects, then variances and covariances of the random effects.
  public var params: Series {
    Series(index: layout.names, values: estimate.fixedEffects + layout.values(in: covariances))
  }
  /// Standard errors of the fixed effects from the joint curvature of the likelihood in all parameters.
  public var bseFe: Series { Series(index: layout.fixedNames, values: padded(estimate.fixedCovariance)) }
  /// Standard errors of the fixed effects with the covariances of the random effects taken as known (lme4's
  /// `use.hessian = FALSE`).
  public var bseFeConditional: Series {
    Series(index: layout.fixedNames, values: padded(estimate.conditionalFixedCovariance))
  }
  /// Standard errors of variances and covariances in their own units; nan at a bound, and with nAGQ = 0.
  public var bseRe: Series {
    Series(index: layout.entries.map(\.name), values: layout.entries.map(standardError))
  }
  /// ``bseFe``, then ``bseRe``.
  public var bse: Series { Series(index: layout.names, values: bseFe.values + bseRe.values) }
  /// z statistics of all parameters.
  public var tvalues: Series {
    Series(index: layout.names, values: zip(params.values, bse.values).map { $0 / $1 })
  }

  /// Square roots of a diagonal over the kept columns, nan for the others.
  private func padded(_ covariance: Matrix) -> [Double] {
    var result = [Double](repeating: .nan, count: layout.fixedNames.count)
    let kept = result.indices.filter { !estimate.aliased.contains($0) }
    for (i, column) in kept.enumerated() {
      let variance = covariance[i, i]
      result[column] = variance >= 0 ? variance.squareRoot() : .nan
    }
    return result
  }

  private func standardError(_ entry: ParameterLayout.Entry) -> Double {
    guard entry.engineIndex != nil, entry.kind != .correlation else { return .nan }
    let term = specification.firstTerm(of: entry.block)
    return estimate.covarianceErrors[term][entry.row, entry.column]
  }

  /// Covariance matrix of the groups' own random effects; with several factors those of the `groups` factor, else of the
  /// first one.
  public var covRe: LabeledMatrix {
    let names = specification.exogReNames
    let all = covariances
    var values = Matrix(rows: names.count, columns: names.count)
    var first = 0
    for block in specification.ownBlocks {
      let width = specification.blocks[block].width
      for i in 0..<width { for j in 0..<width { values[first + i, first + j] = all[block][i, j] } }
      first += width
    }
    var result = LabeledMatrix(index: names, columns: names, values: values)
    if hasSeveralFactors { result.elsewhere = "The covariances of each factor are in terms" }
    return result
  }

  /// Variances of the variance components, by name.
  public var vcomp: Series {
    let blocks = specification.componentBlocks
    let all = covariances
    return Series(index: blocks.map { specification.blocks[$0].group }, values: blocks.map { all[$0][0, 0] })
  }

  /// All covariance blocks, in the order of the model.
  public var terms: [RandomEffectsTerm] {
    let held = Set(estimate.held.map { specification.blockOfTerm[$0.term] })
    return zip(specification.blocks.indices, covariances).map { position, covariance in
      let block = specification.blocks[position]
      return RandomEffectsTerm(
        group: block.group, names: block.names,
        covariance: LabeledMatrix(index: block.names, columns: block.names, values: covariance),
        levels: block.levelCount, isHeld: held.contains(position))
    }
  }

  /// Whether results are reported term by term, without top-level groups.
  package var hasSeveralFactors: Bool { specification.layout == .severalFactors }
}

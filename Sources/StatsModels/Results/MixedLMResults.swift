import Foundation
import LinearAlgebra
import MixedModels

/// A fitted linear mixed model.
///
/// Results are values: refitting a model changes no earlier result. Standard errors, effects and fitted values are
/// computed on first use.
/// Python: MixedLMResults
public struct MixedLMResults: Sendable {
  /// The model that was fitted. Python: MixedLMResults.model
  public let model: MixedLM
  /// The point that the engine reached.
  package let estimate: Estimate
  /// What the fit wants its user to know; nothing is printed. Not in statsmodels.
  public let warnings: [FitWarning]
  /// One dictionary of convergence figures per optimiser run when `fullOutput` was asked for.
  /// Python: MixedLMResults.hist
  public let hist: [[String: Double]]?
  /// Whether tests use Student's t instead of the normal distribution. Python: MixedLMResults.use_t
  public var useT = false
  /// Seconds from codes and columns in memory to estimates. Not in statsmodels.
  package let fitSeconds: Double
  /// How the fit evaluated likelihoods; what is computed from it later does so too.
  let engineOptions: EngineOptions
  let cache: ResultsCache
  let penalty: FitPenalty
  let restrictions: FitRestrictions
  /// What takes the place of the model's own covariance of the fixed effects; nil where nothing does.
  let robust: RobustErrors?

  init(
    model: MixedLM, estimate: Estimate, warnings: [FitWarning], fitSeconds: Double,
    engineOptions: EngineOptions = EngineOptions(), hist: [[String: Double]]? = nil,
    penalty: FitPenalty = .init(), restrictions: FitRestrictions = .init(), robust: RobustErrors? = nil,
    cache: ResultsCache = ResultsCache()
  ) {
    self.model = model
    self.estimate = estimate
    self.warnings = warnings
    self.fitSeconds = fitSeconds
    self.engineOptions = engineOptions
    self.hist = hist
    self.penalty = penalty
    self.restrictions = restrictions
    self.robust = robust
    self.cache = cache
  }

  /// The engine as the fit used it, with errors in the model's words.
  func engine() throws -> MixedModel {
    var engine = try model.engine()
    engine.options = engineOptions
    return engine
  }

  /// What is fitted, with all names.
  var specification: ModelSpecification { model.specification }
  /// Order and names of the parameters.
  var layout: ParameterLayout { model.layout }
  /// Relative covariance matrix of each block.
  var relativeCovariances: [Matrix] {
    specification.blockCovariances(estimate.relativeCovariances)
  }
  /// Blocks whose variance is held at zero.
  var heldBlocks: Set<Int> {
    let blocks = specification.blockOfTerm
    return Set(estimate.held.compactMap { blocks.indices.contains($0.term) ? blocks[$0.term] : nil })
  }
}

/// Attributes that are expensive, each computed once.
final class ResultsCache: Sendable {
  let covariance = Lazy<ParameterCovariance>()
  let modes = Lazy<[Matrix]>()
  let fitted = Lazy<[Double]>()
  let prediction = Lazy<Result<any PredictionErrors, EngineError>>()
  let varianceCovariance = Lazy<Matrix>()
  let effectVariances = Lazy<[[Double]]?>()
  let dependence = Lazy<FixedDependence?>()
  let satterthwaite = Lazy<FixedEffectsUncertainty>()
  let kenwardRoger = Lazy<FixedEffectsUncertainty>()
  /// The fit of the same model by restricted likelihood.
  let restricted = Lazy<MixedLMResults>()
  let seconds = Accumulator()

  /// Seconds spent on inference, summed over attributes.
  final class Accumulator: @unchecked Sendable {
    private let lock = NSLock()
    private var total = 0.0
    var value: Double { lock.withLock { total } }

    func timing<T>(_ body: () throws -> T) rethrows -> T {
      let start = ContinuousClock.now
      defer {
        let seconds = (ContinuousClock.now - start).seconds
        lock.withLock { total += seconds }
      }
      return try body()
    }
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}

// MARK: - Estimates

extension MixedLMResults {
  /// The mask of free parameters given to `fit`, over all parameters. Python: MixedLMResults.freepat
  public var freepat: MixedLMParams? { restrictions.free }
  /// The penalty on the relative covariances given to `fit`; not kept in files. Python: MixedLMResults.cov_pen
  public var covPen: (any CovariancePenalty)? { restrictions.covPen }

  /// Fixed effects, then covariances divided by `scale`; names as in the summary. Covariances in the response's
  /// units are `covRe` and `vcomp`.
  /// Python: MixedLMResults.params
  public var params: Series {
    Series(index: layout.names, values: estimate.fixedEffects + layout.values(in: relativeCovariances))
  }

  /// Fixed effects; nan where a column was dropped because it depends on others.
  /// Python: MixedLMResults.fe_params
  public var feParams: Series { Series(index: layout.fixedNames, values: estimate.fixedEffects) }

  /// Covariance matrix of the group's random effects, variance components excluded; 0 × 0 without such effects.
  ///
  /// With several factors those of the `groups` factor, or of the first one without `groups`; ``terms`` has the
  /// covariances of all.
  /// Python: MixedLMResults.cov_re
  public var covRe: LabeledMatrix {
    let relative = covReUnscaled
    var result = LabeledMatrix(
      index: relative.index, columns: relative.columns,
      values: relative.values.mapElements { $0 * scale })
    result.elsewhere = relative.elsewhere
    return result
  }

  /// `covRe` divided by `scale`. Python: MixedLMResults.cov_re_unscaled
  public var covReUnscaled: LabeledMatrix {
    let names = specification.exogReNames
    let relative = relativeCovariances
    var values = Matrix(rows: names.count, columns: names.count)
    var first = 0
    for block in specification.ownBlocks {
      let width = specification.blocks[block].width
      for i in 0..<width {
        for j in 0..<width { values[first + i, first + j] = relative[block][i, j] }
      }
      first += width
    }
    var result = LabeledMatrix(index: names, columns: names, values: values)
    if specification.layout == .severalFactors {
      result.elsewhere = "The covariances of each factor are in terms"
    } else if names.isEmpty {
      result.elsewhere = "The model has variance components only: see vcomp"
    }
    return result
  }

  /// Variance components by name, sorted; empty with several factors, whose variances are in ``terms``. Python: MixedLMResults.vcomp
  public var vcomp: Series {
    let blocks = specification.componentBlocks
    let relative = relativeCovariances
    var result = Series(
      index: blocks.map { specification.blocks[$0].group }, values: blocks.map { relative[$0][0, 0] * scale })
    result.elsewhere =
      specification.layout == .severalFactors
      ? "With several factors the variances are in terms"
      : "The covariances of the groups' own effects are in covRe"
    return result
  }

  /// Variance of the residuals. Python: MixedLMResults.scale
  public var scale: Double { estimate.scale }

  /// The parameters as an object, covariances divided by `scale`.
  ///
  /// With several factors all covariance entries stand in `vcomp`, in the order of `params`.
  /// Python: MixedLMResults.params_object
  public var paramsObject: MixedLMParams {
    let relative = relativeCovariances
    guard specification.layout == .grouped else {
      return .fromComponents(feParams: estimate.fixedEffects, vcomp: layout.values(in: relative))
    }
    return .fromComponents(
      feParams: estimate.fixedEffects, covRe: specification.kRe > 0 ? relative[0] : nil,
      vcomp: specification.componentBlocks.map { relative[$0][0, 0] })
  }
}

// MARK: - Likelihood and counts

extension MixedLMResults {
  /// Log-likelihood, restricted after `fit(reml: true)`, less the penalties if there were any.
  /// Python: MixedLMResults.llf
  public var llf: Double { estimate.logLikelihood - penalty.value }

  /// Number of parameters that were estimated, the residual variance among them.
  var parameterCount: Double {
    let scales = restrictions.errorVariance.isHeld ? 0.0 : 1.0
    if let freepat { return freepat.getPacked(useSqrt: false, hasFe: true).reduce(scales, +) }
    return Double(layout.count - estimate.aliased.count + (specification.residuals?.parameters.count ?? 0))
      + scales
  }

  /// Akaike's information criterion; nan after `fit(reml: true)`, as in statsmodels.
  /// Python: MixedLMResults.aic
  public var aic: Double { reml ? .nan : -2 * (llf - parameterCount) }

  /// Bayesian information criterion; nan after `fit(reml: true)`, as in statsmodels.
  /// Python: MixedLMResults.bic
  public var bic: Double { reml ? .nan : -2 * llf + log(Double(nobs)) * parameterCount }

  /// AIC and BIC from the restricted likelihood, as lme4 reports them; equal to ``aic`` and ``bic`` under ML.
  /// Not in statsmodels.
  public var informationCriteria: (aic: Double, bic: Double) {
    (-2 * (llf - parameterCount), -2 * llf + log(Double(nobs)) * parameterCount)
  }

  /// Whether the restricted likelihood was maximised. Python: MixedLMResults.reml
  public var reml: Bool { estimate.reml }
  /// "REML" or "ML". Python: MixedLMResults.method
  public var method: String { reml ? "REML" : "ML" }
  /// Whether the optimum was reached. Python: MixedLMResults.converged
  public var converged: Bool { estimate.converged }
  /// Monte-Carlo errors of a fit without an exact factorisation; nil after an exact fit. Not in statsmodels.
  public var monteCarlo: MonteCarloErrors? {
    estimate.monteCarlo.map { MonteCarloErrors($0, layout: layout, specification: specification) }
  }
  /// What is known of the distance to the optimum. Not in statsmodels.
  public var certificate: ConvergenceCertificate { ConvergenceCertificate(estimate.certificate) }
  /// Number of rows. Python: MixedLMResults.nobs
  public var nobs: Int { model.nobs }
  /// Number of rows less the rank of the fixed design. Python: MixedLMResults.df_resid
  public var dfResid: Double { Double(nobs - estimate.rank) }
  /// Number of parameters in `params`. Python: MixedLMResults.df_modelwc
  public var dfModelwc: Int { layout.count }
  /// Number of columns of the fixed design. Python: MixedLMResults.k_fe
  public var kFe: Int { model.kFe }
  /// Number of random effects of a group, variance components excluded. Python: MixedLMResults.k_re
  public var kRe: Int { model.kRe }
  /// Number of covariance parameters of these effects. Python: MixedLMResults.k_re2
  public var kRe2: Int { model.kRe2 }
  /// Number of variance components. Python: MixedLMResults.k_vc
  public var kVc: Int { model.kVc }
  /// 1 if the fixed design contains a constant, else 0. Python: MixedLMResults.k_constant
  public var kConstant: Int { model.kConstant }
  /// Whether packed parameters are square roots. Python: MixedLMResults.use_sqrt
  public var useSqrt: Bool { model.useSqrt }
  /// Evaluations of the likelihood. Not in statsmodels.
  package var evaluations: Int { estimate.certificate.evaluations }
  /// Evaluations of the likelihood's gradient. Not in statsmodels.
  package var gradients: Int { estimate.certificate.gradients }
  /// Threads that the fit could use. Not in statsmodels.
  package var threads: Int { engineOptions.threads ?? ProcessorCount.available }
  /// Seconds spent so far on standard errors and effects. Not in statsmodels.
  package var inferenceSeconds: Double { cache.seconds.value }
}

/// Evidence that an estimate is an optimum. Not in statsmodels.
public struct ConvergenceCertificate: Sendable {
  /// Largest derivative of the log-likelihood times that parameter's standard error.
  public let gradientNorm: Double
  /// Decrease of -2 log L that one more Newton step promises.
  public let predictedDecrease: Double
  /// Evaluations of the likelihood.
  public let evaluations: Int
  /// Evaluations of its gradient.
  public let gradients: Int
  /// Number of directions at the boundary: zero variances, perfect correlations.
  public let atBound: Int
  /// Condition number of the information matrix, scaled to unit diagonal.
  public let conditionNumber: Double

  init(_ certificate: Certificate) {
    gradientNorm = certificate.gradientNorm
    predictedDecrease = certificate.predictedDecrease
    evaluations = certificate.evaluations
    gradients = certificate.gradients
    atBound = certificate.atBound
    conditionNumber = certificate.conditionNumber
  }
}

import LinearAlgebra
import MixedModels

/// Fits one design to response after response, as fast as the machine allows. Not in statsmodels.
///
/// For simulations that fit a model by the ten thousand: a small model of one grouping factor takes microseconds and
/// allocates nothing after the first fit, any other takes what ``MixedLM/fitMany(_:reml:start:threads:progress:)-(DataFrame,_,_,_,_)``
/// takes. Searches begin at the variances of the fit that it was made of, and other maxima than the one that they lead to are
/// not looked for. A refitter belongs to one thread; make one for each.
///
/// ```swift
/// let refitter = try Refitter(results)
/// for response in responses {
///   try refitter.fit(response)
///   slopes.append(refitter.feParams[1])
/// }
/// ```
public final class Refitter {
  /// Coefficients of the fixed effects, in the order of the design's columns; nan for those that depend on others.
  /// Python: MixedLMResults.fe_params
  public var feParams: [Double] { engine.map(\.fixedEffects) ?? estimate.fixedEffects }
  /// σ²(X'V⁻¹X)⁻¹ over the columns that do not depend on others.
  public var fixedEffectsCovariance: Matrix { engine.map(\.fixedCovariance) ?? estimate.fixedCovariance }
  /// Covariances of each term's effects in units of the response, in the order of the model's terms.
  public var effectCovariances: [Matrix] {
    let relative = engine.map(\.relativeCovariances) ?? estimate.relativeCovariances
    return relative.map { matrix in matrix.mapElements { $0 * scale } }
  }
  /// Variance of the residuals. Python: MixedLMResults.scale
  public var scale: Double { engine.map(\.scale) ?? estimate.scale }
  /// Log-likelihood, restricted or not as in the fit. Python: MixedLMResults.llf
  public var llf: Double { engine.map(\.logLikelihood) ?? estimate.logLikelihood }
  /// Whether the latest fit is certified to be at an optimum.
  public private(set) var converged: Bool

  private let model: MixedLM
  private let base: MixedModel
  private let start: Estimate
  private let rapid: RapidRefit?
  /// The rapid one, where it made the latest fit.
  private var engine: RapidRefit?
  private var estimate: Estimate

  /// - Parameter results: a fit of the design, at whose variances searches begin.
  /// - Throws: ``StatsModelsError`` for results without data, and for fits with penalties, held parameters or a covariance of
  ///   the residuals.
  public init(_ results: MixedLMResults) throws {
    try results.specification.requireRows("a refitter")
    guard results.model.specification.residuals == nil, results.restrictions.errorVariance == .profiled,
      results.restrictions.maskedParameters.isEmpty, !results.penalty.movesFixedEffects
    else {
      throw StatsModelsError(
        .invalidArgument,
        "a refitter has no penalties, no held parameters and no covariance of the residuals: fit each response by itself"
      )
    }
    model = results.model
    base = try results.engine()
    start = results.estimate
    estimate = start
    converged = start.converged
    rapid = try? RapidRefit(base, at: start)
  }

  /// Standard errors of ``feParams``, nan for columns that depend on others: the roots of the diagonal of
  /// ``fixedEffectsCovariance``.
  public var standardErrors: [Double] {
    var next = 0
    let covariance = fixedEffectsCovariance
    return feParams.map { value in
      if value.isNaN { return .nan }
      defer { next += 1 }
      return covariance[next, next].squareRoot()
    }
  }

  /// Fits a response; what it found is in the properties until the next one.
  ///
  /// - Parameter response: as many numbers as the design has rows, offsets included.
  /// - Throws: ``StatsModelsError`` for another number of rows, missing or infinite values, and responses that admit no fit.
  public func fit(_ response: [Double]) throws {
    guard response.count == model.nobs else {
      throw StatsModelsError(
        .lengthMismatch, "the response has \(response.count) values, the design \(model.nobs) rows")
    }
    if let rapid, model.specification.offset == nil, rapid.fit(response) {
      (engine, converged) = (rapid, true)
      return
    }
    let values = model.specification.offset.map { zip(response, $0.values).map { $0 - $1 } } ?? response
    do throws(EngineError) {
      estimate = try base.replacingResponse(values, threads: 1).fit(
        reml: start.reml,
        options: FitOptions(start: start.singular ? nil : start.relativeCovariances))
    } catch {
      throw model.replacing(response: response, name: model.endogNames).specification.translate(error)
    }
    (engine, converged) = (nil, estimate.converged)
  }
}

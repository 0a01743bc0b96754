import LinearAlgebra
import MixedModels

/// Parts of a score vector. Python: the tuple of MixedLM.score_full
public struct ScoreParts: Sendable {
  /// Derivatives by the fixed effects; empty when not asked for.
  public let fe: [Double]
  /// Derivatives by the lower triangle of the random effects' covariance, row by row.
  public let re: [Double]
  /// Derivatives by the variance components.
  public let vc: [Double]
}

extension MixedLM {
  /// Profiled log-likelihood at given relative covariances.
  ///
  /// - Parameters:
  ///   - params: an object, or a packed vector without fixed effects (square roots if `useSqrt`).
  ///   - profileFe: take the least-squares fixed effects, not those of `params`.
  ///   - reml: the restricted likelihood.
  ///
  /// Python: MixedLM.loglike
  public func loglike(_ params: any StartParameters, profileFe: Bool = true, reml: Bool = true) throws
    -> Double
  {
    let point = try startCovariances(params)
    let fixed = profileFe ? nil : try fixedEffects(params)
    let engine = try evaluationEngine()
    return try specification.running { () throws(EngineError) in
      try engine.logLikelihood(at: point, reml: reml, fixedEffects: fixed)
    }
  }

  /// ``loglike(_:profileFe:reml:)`` with Python's label.
  public func loglike(params: any StartParameters, profileFe: Bool = true, reml: Bool = true) throws -> Double
  {
    try loglike(params, profileFe: profileFe, reml: reml)
  }

  /// Derivatives of the log-likelihood by the packed parameters: fixed effects unless profiled, then covariances, or
  /// their square roots if `useSqrt`.
  ///
  /// Python: MixedLM.score
  public func score(_ params: any StartParameters, profileFe: Bool = true, reml: Bool = true) throws
    -> [Double]
  {
    let parts =
      useSqrt
      ? try scoreSqrt(params, calcFe: !profileFe, profileFe: profileFe, reml: reml)
      : try scoreFull(params, calcFe: !profileFe, profileFe: profileFe, reml: reml)
    return parts.fe + parts.re + parts.vc
  }

  /// ``score(_:profileFe:reml:)`` with Python's label.
  public func score(params: any StartParameters, profileFe: Bool = true, reml: Bool = true) throws -> [Double]
  {
    try score(params, profileFe: profileFe, reml: reml)
  }

  /// Derivatives by the relative covariances themselves. Python: MixedLM.score_full
  public func scoreFull(
    _ params: any StartParameters, calcFe: Bool = true, profileFe: Bool = false, reml: Bool = true
  ) throws -> ScoreParts {
    let (score, covariances) = try derivatives(params, profileFe: profileFe, reml: reml)
    let entries = layout.derivatives(score.blocks, at: covariances)
    return ScoreParts(
      fe: calcFe ? score.fixed : [], re: Array(entries.prefix(kRe2)), vc: Array(entries.dropFirst(kRe2)))
  }

  /// Derivatives by the lower Cholesky factor and the roots of the components: by those of a packed vector, whatever
  /// their signs, or by the factor with a positive diagonal. Python: MixedLM.score_sqrt
  public func scoreSqrt(
    _ params: any StartParameters, calcFe: Bool = true, profileFe: Bool = false, reml: Bool = true
  ) throws -> ScoreParts {
    let (score, covariances) = try derivatives(params, profileFe: profileFe, reml: reml)
    // d log L = Σ F dS and S = L L' give d log L / dL = 2 F L in the lower triangle.
    let factors = packedFactors(params) ?? covariances.map(\.semidefiniteFactor)
    let products = zip(score.blocks, factors).map { $0 * $1 }
    let own = layout.derivatives(score.blocks, at: covariances)
    let entries = zip(layout.entries, own).map { entry, derivative -> Double in
      if entry.engineIndex == nil || specification.blocks[entry.block].covariance.form.reportsEntries {
        return entry.engineIndex == nil ? 0 : 2 * products[entry.block][entry.row, entry.column]
      }
      // of a form with a correlation the roots of its variances, and the correlation itself
      let variance = covariances[entry.block][entry.row, entry.column]
      return entry.isVariance ? 2 * max(variance, 0).squareRoot() * derivative : derivative
    }
    return ScoreParts(
      fe: calcFe ? score.fixed : [], re: Array(entries.prefix(kRe2)), vc: Array(entries.dropFirst(kRe2)))
  }

  /// Second derivatives of the log-likelihood by fixed effects and relative covariances, the error variance profiled
  /// out; and whether the random effects' covariance is singular.
  ///
  /// Python: MixedLM.hessian
  public func hessian(_ params: any StartParameters, reml: Bool = true) throws -> (
    hessian: Matrix, singular: Bool
  ) {
    let point = try startCovariances(params)
    let fixed = try? fixedEffects(params)
    let engine = try evaluationEngine()
    let compact = try specification.running { () throws(EngineError) in
      try engine.jointHessian(at: point, reml: reml, fixedEffects: fixed)
    }
    let rank = compact.rows - (layout.entries.compactMap(\.engineIndex).max().map { $0 + 1 } ?? 0)
    let kept = rank == kFe ? Array(0..<kFe) : try keptColumns()
    var result = Matrix(rows: layout.count, columns: layout.count)
    var places = kept.enumerated().map { (full: $1, compact: $0) }
    for (position, entry) in layout.entries.enumerated() {
      if let index = entry.engineIndex { places.append((kFe + position, kept.count + index)) }
    }
    for a in places {
      for b in places { result[a.full, b.full] = compact[a.compact, b.compact] }
    }
    let blocks = specification.blockCovariances(point)
    let singular = blocks.contains { (try? Cholesky($0)) == nil && $0.rows > 0 }
    return (result, singular)
  }

  /// ``hessian(_:reml:)`` with Python's label.
  public func hessian(params: any StartParameters, reml: Bool = true) throws -> (
    hessian: Matrix, singular: Bool
  ) {
    try hessian(params, reml: reml)
  }

  /// Least-squares fixed effects at given relative covariances, and whether these are singular.
  ///
  /// Python: MixedLM.get_fe_params
  public func getFeParams(covRe: Matrix?, vcomp: [Double], tol: Double = 1e-10) throws -> (
    feParams: [Double], singular: Bool
  ) {
    let params = MixedLMParams.fromComponents(covRe: covRe, vcomp: vcomp)
    let estimate = try profile(at: params, reml: true)
    let smallest = ((covRe.flatMap { try? SymmetricEigen($0).values }) ?? []) + vcomp
    return (estimate.fixedEffects, smallest.contains { $0 < tol })
  }

  /// The error variance at given fixed effects and relative covariances: r'V⁻¹r over n - p (REML) or n.
  ///
  /// Python: MixedLM.get_scale
  public func getScale(feParams: [Double], covRe: Matrix?, vcomp: [Double], reml: Bool = true) throws
    -> Double
  {
    let params = MixedLMParams.fromComponents(covRe: covRe, vcomp: vcomp)
    let estimate = try profile(at: params, reml: reml)
    guard feParams.count == kFe else {
      throw StatsModelsError(
        .lengthMismatch, "feParams has \(feParams.count) values, the model \(kFe) columns")
    }
    return try scale(at: feParams, estimate: estimate)
  }

  /// The error variance at other fixed effects than the least-squares ones of `estimate`: r'V⁻¹r grows by d'X'V⁻¹Xd,
  /// and X'V⁻¹X = σ² · fixedCovariance⁻¹.
  func scale(at feParams: [Double], estimate: Estimate) throws -> Double {
    let kept = (0..<kFe).filter { !estimate.aliased.contains($0) }
    guard !kept.isEmpty else { return estimate.scale }
    let difference = kept.map { feParams[$0] - estimate.fixedEffects[$0] }
    let solved = try solve(estimate.fixedCovariance, difference)
    let form = zip(difference, solved).reduce(0) { $0 + $1.0 * $1.1 }
    return estimate.scale + estimate.scale * form / Double(nobs - (estimate.reml ? estimate.rank : 0))
  }

  /// Fitted values of the fixed part: `exog` times the first `kFe` values of `params`. Python: MixedLM.predict
  public func predict(_ params: [Double], exog: Matrix? = nil) throws -> [Double] {
    let design = exog ?? self.exog
    guard params.count >= kFe, design.columns == kFe else {
      throw StatsModelsError(
        .lengthMismatch,
        "predict needs \(kFe) fixed effects and as many columns, not \(params.count) and \(design.columns)")
    }
    return design * params.prefix(kFe).map { $0.isNaN ? 0 : $0 }
  }

  /// Fitted values of the fixed part. Python: MixedLM.predict
  public func predict(_ params: MixedLMParams, exog: Matrix? = nil) throws -> [Double] {
    try predict(params.feParams, exog: exog)
  }

  // MARK: - Engine calls

  func profile(at params: any StartParameters, reml: Bool) throws -> Estimate {
    let point = try startCovariances(params)
    let engine = try evaluationEngine()
    return try specification.running { () throws(EngineError) in try engine.estimate(at: point, reml: reml) }
  }

  private func keptColumns() throws -> [Int] {
    let identity = specification.engineTerms.map { Matrix.identity($0.width) }
    let engine = try evaluationEngine()
    let estimate = try specification.running { () throws(EngineError) in
      try engine.estimate(at: identity, reml: false)
    }
    return (0..<kFe).filter { !estimate.aliased.contains($0) }
  }

  private func fixedEffects(_ params: any StartParameters) throws -> [Double] {
    guard let values = givenFixedEffects(params) else {
      throw StatsModelsError(.invalidArgument, "params hold no fixed effects: use an object with feParams")
    }
    return values
  }

  /// The factors that a packed vector of square roots lists, one per block; nil for other parameters.
  private func packedFactors(_ params: any StartParameters) -> [Matrix]? {
    guard useSqrt, specification.layout == .grouped, let packed = params as? [Double] else { return nil }
    var factors = specification.blocks.map { Matrix(rows: $0.width, columns: $0.width) }
    for (entry, value) in zip(layout.entries, packed.suffix(layout.entries.count)) {
      factors[entry.block][entry.row, entry.column] = value
    }
    return factors
  }

  private func derivatives(_ params: any StartParameters, profileFe: Bool, reml: Bool) throws -> (
    score: (fixed: [Double], blocks: [Matrix]), covariances: [Matrix]
  ) {
    let point = try startCovariances(params)
    let fixed = profileFe ? nil : try fixedEffects(params)
    let engine = try evaluationEngine()
    let score = try specification.running { () throws(EngineError) in
      try engine.score(at: point, reml: reml, fixedEffects: fixed)
    }
    return (
      (score.fixedEffects, specification.blockSums(score.covariances)), specification.blockCovariances(point)
    )
  }
}

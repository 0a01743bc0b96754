import LinearAlgebra
import MixedModels

/// What tests and intervals of fixed effects take: estimates, their covariance, degrees of freedom.
struct FixedEffectsInference: Sendable {
  let method: DegreesOfFreedom
  /// The fit that the estimates are of: another one where the method asks for the restricted likelihood.
  let fit: any MixedModelFit
  /// Nil where degrees of freedom do not depend on the combination.
  let uncertainty: FixedEffectsUncertainty?
  /// What they depend on where the covariance is a robust one.
  let clusters: ClusterRobust?
  /// What its user should know.
  let notes: [String]
  /// Columns of the fixed design that were not dropped.
  let kept: [Int]
  /// Covariance of their coefficients.
  let covariance: Matrix

  /// A linear combination of fixed effects.
  struct Combination: Sendable {
    var estimate: Double
    var standardError: Double
    var df: Double

    /// The value of what the data say nothing about.
    static let unknown = Combination(estimate: .nan, standardError: .nan, df: .nan)
  }

  init(
    method: DegreesOfFreedom, fit: any MixedModelFit, uncertainty: FixedEffectsUncertainty? = nil,
    clusters: ClusterRobust? = nil, notes: [String] = []
  ) {
    self.method = method
    self.fit = fit
    self.uncertainty = uncertainty
    self.clusters = clusters
    self.notes = notes
    let aliased = Set(fit.aliased)
    kept = fit.fixedEffects.indices.filter { !aliased.contains($0) }
    covariance = uncertainty?.covariance ?? fit.fixedCovariance
  }

  /// Estimates of rows over all fixed effects, unknown where the data determine none.
  ///
  /// - Parameter asCoded: takes dropped columns as zero, as a table of coefficients does.
  func combinations(_ rows: Matrix, asCoded: Bool = false) -> [Combination] {
    let unknown = asCoded ? rowsOnDropped(rows) : inestimable(rows)
    let effects = kept.map { fit.fixedEffects[$0] }
    return (0..<rows.rows).map { i in
      if unknown.contains(i) { return .unknown }
      let contrast = kept.map { rows[i, $0] }
      return Combination(
        estimate: dot(contrast, effects), standardError: variance(contrast).squareRoot(), df: df(contrast))
    }
  }

  /// Tests that rows over all fixed effects have given values.
  func test(_ rows: Matrix, values: [Double]) -> JointTest {
    guard inestimable(rows).isEmpty else {
      return JointTest(statistic: .nan, numerator: rows.rows, denominator: .nan, scaling: .nan)
    }
    return test(kept: rows.selecting(columns: kept), values: values)
  }

  /// Tests that rows over the kept columns have given values, zero if nil.
  func test(kept inner: Matrix, values: [Double]? = nil) -> JointTest {
    let effects = kept.map { fit.fixedEffects[$0] }
    let distance = zip(inner * effects, values ?? [Double](repeating: 0, count: inner.rows)).map { $0 - $1 }
    if let uncertainty { return uncertainty.test(inner, distance: distance) }
    return JointTest(
      covariance: inner * covariance * inner.transposed, distance: distance, rank: inner.independentRows
    ) { df(inner.transposed * $0) }
  }

  /// Rows that the data do not determine.
  func inestimable(_ rows: Matrix) -> Set<Int> {
    if fit.aliased.isEmpty { return [] }
    guard fit.knowsDependence else { return rowsOnDropped(rows) }
    return Set(fit.inestimableRows(of: rows))
  }

  private func rowsOnDropped(_ rows: Matrix) -> Set<Int> {
    Set((0..<rows.rows).filter { row in fit.aliased.contains { rows[row, $0] != 0 } })
  }

  /// Variance of a combination of the kept columns' coefficients.
  private func variance(_ contrast: [Double]) -> Double {
    let value = uncertainty?.variance(of: contrast) ?? covariance.quadraticForm(contrast)
    return value >= 0 ? value : .nan
  }

  private func df(_ contrast: [Double]) -> Double {
    switch method {
    case .residual: fit.dfResid
    case .infinite: .infinity
    case .satterthwaite, .kenwardRoger:
      uncertainty?.degreesOfFreedom(of: contrast) ?? clusters?.degreesOfFreedom(of: contrast) ?? .nan
    }
  }
}

extension MixedLMResults {
  /// Estimates, covariance and degrees of freedom by a method.
  ///
  /// - Throws: ``StatsModelsError`` for fits with held parameters or penalties, results without rows, and for Kenward's and
  ///   Roger's method where there is no exact factorisation.
  func inference(_ method: DegreesOfFreedom) throws -> FixedEffectsInference {
    switch method {
    case .residual, .infinite:
      return FixedEffectsInference(method: method, fit: self)
    case .satterthwaite where robust != nil:
      if robust?.clusters == nil { _ = try engine() }
      return FixedEffectsInference(method: method, fit: self, clusters: robust?.clusters)
    case .satterthwaite:
      try requireFreeEstimates(method)
      let uncertainty = try cache.satterthwaite.value {
        try cache.seconds.timing {
          let engine = try engine()
          let held = try specification.running { () throws(EngineError) in try engine.satterthwaite(estimate)
          }
          guard let found = specification.residuals?.estimate else { return held }
          return held.adding(slopes: found.fixedCovarianceSlopes, parameterCovariance: found.covariance)
        }
      }
      return FixedEffectsInference(method: method, fit: self, uncertainty: uncertainty)
    case .kenwardRoger where robust != nil:
      throw StatsModelsError(
        .invalidArgument,
        "Kenward's and Roger's method has a covariance of its own, and this fit a robust one: take ddf: .satterthwaite"
      )
    case .kenwardRoger:
      try requireFreeEstimates(method)
      try specification.requirePlainResiduals(
        "Kenward's and Roger's method is not there",
        remedy:
          "it takes covariances that are linear in their parameters; take ddf .satterthwaite (--ddf satterthwaite)"
      )
      let fit = try fit(for: method)
      let uncertainty = try cache.kenwardRoger.value {
        try cache.seconds.timing { try fit.adjustedUncertainty() }
      }
      return FixedEffectsInference(
        method: method, fit: fit, uncertainty: uncertainty,
        notes: kenwardRogerNotes(isSingular: uncertainty.isSingular))
    }
  }

  private func kenwardRogerNotes(isSingular: Bool) -> [String] {
    var notes: [String] = []
    if !reml {
      notes.append("Refitted by REML, which Kenward's and Roger's method is for; the fit at hand is by ML.")
    }
    if isSingular {
      notes.append(
        "A covariance matrix of the random effects is singular: Kenward's and Roger's method counts a variance of zero "
          + "as one that was estimated, Satterthwaite's does not, and their degrees of freedom may differ widely."
      )
    }
    return notes
  }

  /// The fit whose estimates a method takes: this one, or for Kenward's and Roger's that of the same model by
  /// restricted likelihood.
  func fit(for method: DegreesOfFreedom) throws -> MixedLMResults {
    if reml || method != .kenwardRoger { return self }
    return try cache.restricted.value {
      try model.fit(reml: true, exact: engineOptions.exact, threads: engineOptions.threads)
    }
  }

  private func adjustedUncertainty() throws -> FixedEffectsUncertainty {
    let engine = try engine()
    let found = try specification.running { () throws(EngineError) in try engine.kenwardRoger(estimate) }
    guard let found else {
      throw StatsModelsError(
        .notAvailable,
        "Kenward's and Roger's method takes exact traces, and this fit was made without an exact factorisation: use ddf "
          + ".satterthwaite (--ddf satterthwaite), or fit with exact: true")
    }
    return found
  }

  /// Approximate degrees of freedom are those of variances estimated freely.
  private func requireFreeEstimates(_ method: DegreesOfFreedom) throws {
    let isRestricted =
      restrictions.free != nil || restrictions.fePen != nil || restrictions.covPen != nil
      || restrictions.errorVariance != .profiled || penalty.movesFixedEffects || !penalty.zeroed.isEmpty
    guard isRestricted else { return }
    throw StatsModelsError(
      .notAvailable,
      "\(method.title) degrees of freedom are for fits in which every parameter was estimated freely, and this one held "
        + "or penalised some: use ddf .infinite (--ddf none) or .residual")
  }
}

extension JointTest {
  /// The test of hypotheses of a known covariance, on its range.
  ///
  /// - Parameters:
  ///   - rank: number of hypotheses that do not depend on others.
  ///   - degreesOfFreedom: of a combination of the hypotheses.
  init(covariance: Matrix, distance: [Double], rank: Int, degreesOfFreedom: ([Double]) -> Double) {
    self.init(statistic: .nan, numerator: 0, denominator: .nan, scaling: 1)
    guard let axes = HypothesisAxes(covariance.symmetrized, rank: rank) else { return }
    numerator = axes.variances.count
    denominator = FixedEffectsUncertainty.combined(axes.combinations.map(degreesOfFreedom))
    statistic = axes.form(distance) / Double(numerator)
  }
}

import Foundation
import LinearAlgebra
import MixedModels

extension MixedGLMResults {
  /// The linear mixed model of the working response η̂ + s/w with weights w and σ² = 1, at this fit's estimates, s and −w
  /// the first and second derivative of a row's log likelihood by η.
  ///
  /// Its conditional modes and their covariances are those of Laplace's approximation. Joint errors of β̂ and the modes are
  /// too once the covariance of β̂ is that of the likelihood with the variances known: a row's variance is w'M⁻¹w + g'Cg
  /// with g = x − R'M⁻¹w, and C takes the place of (X'V⁻¹X)⁻¹.
  func workingResults() -> MixedLMResults {
    if let working { return working }
    let rows = model.rows
    let precision = family.model.precision(dispersion: dispersion)
    let terms = estimate.linearPredictor.indices.map { i in
      family.model.terms(
        estimate.linearPredictor[i], y: rows.response[i],
        m: (rows.trials?[i] ?? 1) * (rows.frequencies?[i] ?? 1), omega: rows.precisions?[i] ?? 1,
        precision: precision)
    }
    // the linear model knows of no exposure
    let fitted = estimate.linearPredictor.indices.map { i in
      estimate.linearPredictor[i] - (model.response.exposure.map { log($0.values[i]) } ?? 0)
    }
    // Rows without trials weigh nothing; a weight must be positive all the same.
    let weights = terms.map { $0.weight == 0 ? Self.leastWeight : $0.weight }
    var specification = specification
    specification.endog = fitted.indices.map { fitted[$0] + terms[$0].score / weights[$0] }
    specification.weights = RowNumbers(column: nil, values: weights)
    let own = workingEstimate
    let cache = ResultsCache()
    fill(cache, fitted: fitted)
    if let statistics = statistics(specification, own) {
      _ = cache.prediction.value { () -> Result<any PredictionErrors, EngineError> in
        do throws(EngineError) {
          return .success(try statistics.errors(own, shapes: specification.termShapes))
        } catch { return .failure(error) }
      }
    } else {
      _ = cache.prediction.value { .failure(.unresolved) }
    }
    return MixedLMResults(
      model: MixedLM(specification: specification), estimate: own, warnings: warnings, fitSeconds: 0,
      restrictions: FitRestrictions(errorVariance: .held(1)), cache: cache)
  }

  private static let leastWeight = 1e-200

  private var workingEstimate: Estimate {
    Estimate(
      relativeCovariances: estimate.covariances, scale: 1, fixedEffects: estimate.fixedEffects,
      aliased: estimate.aliased, rank: estimate.fixedEffects.count - estimate.aliased.count,
      fixedCovariance: estimate.fixedCovariance, logLikelihood: llf, reml: false, converged: converged,
      certificate: estimate.certificate, held: estimate.held,
      singular: estimate.singularTerms.contains(true))
  }

  /// What a linear model would have to compute.
  private func fill(_ cache: ResultsCache, fitted: [Double]) {
    let entries = layout.entries.indices
    let errors = bseRe.values
    var all = Matrix(rows: layout.count, columns: layout.count)
    let fixed = covParams().values
    let first = layout.fixedNames.count
    for i in 0..<first { for j in 0..<first { all[i, j] = fixed[i, j] } }
    var variances = Matrix(rows: entries.count + 1, columns: entries.count + 1)
    for entry in entries {
      all[first + entry, first + entry] = errors[entry] * errors[entry]
      variances[entry, entry] = errors[entry] * errors[entry]
    }
    let widths = specification.termShapes.map(\.width)
    _ = cache.covariance.value { ParameterCovariance(matrix: all) }
    _ = cache.varianceCovariance.value { variances }
    _ = cache.effectVariances.value { estimate.effectCovariances }
    _ = cache.fitted.value { fitted }
    _ = cache.modes.value {
      zip(estimate.effects, widths).map { effects, k in
        Matrix(rows: k, columns: effects.count / max(k, 1), columnMajor: effects).transposed
      }
    }
  }

  /// What errors of predictions take, with the covariance of β̂ at known variances from the likelihood; nil where the system cannot be
  /// factored.
  private func statistics(
    _ specification: ModelSpecification, _ estimate: Estimate
  ) -> PredictionStatistics? {
    guard let weights = specification.weights?.values, weights.allSatisfy(\.isFinite),
      var statistics = sums(specification, estimate, weights: weights)
    else { return nil }
    // C = T C̃ T' with T from the basis to the kept columns, whose own order is that of the basis here
    let order = statistics.basis.kept.sorted()
    let places = statistics.basis.kept.compactMap { order.firstIndex(of: $0) }
    let covariance = self.estimate.conditionalFixedCovariance.selecting(rows: places)
      .selecting(columns: places)
    let toBasis = statistics.basis.toBasis
    guard let factor = try? Cholesky(covariance.symmetrized),
      let information = try? Cholesky((toBasis.transposed * (factor.inverse * toBasis)).symmetrized)
    else { return nil }
    statistics.basis.factor = information.lower
    return statistics
  }

  /// M and R at given weights. Both are linear in them: where a weight is negative, as of links without a concave
  /// likelihood, they are those of weights that are larger by a constant less those of the constant.
  private func sums(
    _ specification: ModelSpecification, _ estimate: Estimate, weights: [Double]
  ) -> PredictionStatistics? {
    let least = weights.min() ?? 1
    if least <= 0 {
      let shift = -2 * min(least, -Self.leastWeight)
      guard var larger = sums(specification, estimate, weights: weights.map { $0 + shift }),
        let constant = sums(specification, estimate, weights: weights.map { _ in shift }),
        larger.subtract(constant)
      else { return nil }
      return larger
    }
    var moved = specification
    moved.weights = RowNumbers(column: nil, values: weights)
    guard let rows = try? moved.engineRows(),
      let engine = try? MixedModel(rows, options: EngineOptions(exact: true, keepsAll: true))
    else { return nil }
    return try? engine.predictionErrors(estimate).statistics
  }
}

extension PredictionStatistics {
  /// Takes M − I and R of other weights away; false where the others have another pattern.
  fileprivate mutating func subtract(_ other: PredictionStatistics) -> Bool {
    // columns may have been kept in another order
    let order = other.basis.kept.compactMap { basis.kept.firstIndex(of: $0) }
    guard var own = random, let theirs = other.random, order.count == basis.rank,
      other.basis.rank == basis.rank,
      own.columnStarts == theirs.columnStarts, own.rowIndices == theirs.rowIndices,
      let between = try? solve(other.basis.toBasis, basis.toBasis.selecting(rows: order))
    else { return false }
    own.values = zip(own.values, theirs.values).map(-)
    for start in own.columnStarts.dropLast() { own.values[start] += 1 }
    let moved = Matrix(rows: own.count, columns: basis.rank, columnMajor: theirs.products) * between
    own.products = zip(own.products, moved.storage).map(-)
    random = own
    return true
  }
}

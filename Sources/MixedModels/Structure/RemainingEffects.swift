internal import LinearAlgebra

/// The effects that are left of a model when those go whose columns are, at every level, combinations of the fixed columns.
///
/// The restricted likelihood is the same whatever the covariances of such effects are, C(f) + (1 | f), so that the estimate is
/// where they vary least: not at all. A search is spared them, since far out on such a ridge rounding passes for likelihood.
struct RemainingEffects {
  /// By term, the positions of the effects that remain.
  private let kept: [[Int]]

  /// Nil where all effects remain.
  init?(of model: MixedModel) throws(EngineError) {
    // as many columns as there are levels lie in the span of the fixed ones
    guard model.terms.contains(where: { $0.levelCount <= model.fixed.rank }) else { return nil }
    let reference = FlatDirections.reference(model)
    let set = CovarianceParameters(
      model: model, at: model.layout.covariances(reference, widths: model.terms.map(\.width)))
    let point = try ParameterPoint(model: model, lower: reference, reml: true, fixedEffects: nil)
    let projections = try point.traces().map(\.projection)
    var described = model.terms.map { [Bool](repeating: false, count: $0.width) }
    for parameter in set.parameters where !parameter.isHeld && parameter.reported.kind == .variance {
      let move = set.direction(parameter, model: model)
      let projected = move.parts.reduce(0.0) {
        $0 + dot($1.matrix.storage, projections[$1.factor].storage)
      }
      guard projected < FlatDirections.rounding * model.squares(along: move) else { continue }
      for (term, matrix) in parameter.parts {
        for (a, value) in matrix.diagonal.enumerated() where value != 0 { described[term][a] = true }
      }
    }
    kept = zip(model.terms, described).map { term, described in
      let variances = term.covariance.form.reported(width: term.width).count { $0.kind == .variance }
      let mayLose = variances == term.width && term.covariance.form.reportsEntries
      let isWhole = !mayLose && described.contains(false)
      return described.indices.filter { isWhole || !described[$0] }
    }
    if zip(kept, model.terms).allSatisfy({ $0.count == $1.width }) { return nil }
  }

  /// The estimate of a model whose other effects do not vary.
  func maximum(of model: MixedModel, options: FitOptions) throws(EngineError) -> Estimate {
    var covariances = model.terms.map { Matrix(rows: $0.width, columns: $0.width) }
    let found = try search(model, options: options)
    let remaining = kept.indices.filter { !kept[$0].isEmpty }
    func expanded(_ own: [Matrix]) -> [Matrix] {
      for (t, matrix) in zip(remaining, own) {
        for (a, row) in kept[t].enumerated() {
          for (b, column) in kept[t].enumerated() { covariances[t][row, column] = matrix[a, b] }
        }
      }
      return covariances
    }
    var result = try model.estimate(at: expanded(found?.relativeCovariances ?? []), reml: true)
    result.converged = found?.converged ?? true
    guard let found else { return result }
    result.certificate = found.certificate
    result.rival = found.rival.map {
      Estimate.Rival(
        logLikelihood: $0.logLikelihood, scale: $0.scale,
        relativeCovariances: expanded($0.relativeCovariances))
    }
    return result
  }

  /// The estimate of the model with the remaining effects alone; nil where none of these can be identified.
  private func search(_ model: MixedModel, options: FitOptions) throws(EngineError) -> Estimate? {
    var terms: [RandomTerm] = []
    var options = options
    var start: [Matrix] = []
    for (t, effects) in kept.enumerated() where !effects.isEmpty {
      var term = model.terms[t]
      term.columns = effects.map { term.columns[$0] }
      terms.append(term)
      if let given = options.start {
        start.append(given[t].selecting(rows: effects).selecting(columns: effects))
      }
    }
    if terms.isEmpty { return nil }
    if options.start != nil { options.start = start }
    let smaller: MixedModel
    do throws(EngineError) {
      smaller = try MixedModel(model.rows.replacing(terms: terms), options: model.options)
    } catch {
      if case .nothingIdentifiable = error { return nil }
      throw error
    }
    return try smaller.fit(reml: true, options: options)
  }
}

extension MixedModel {
  /// Σ of squares of the regressors along a direction of the covariances: ⟨D̃, Z̃'Z̃⟩.
  fileprivate func squares(along direction: Direction) -> Double {
    direction.parts.reduce(0.0) { sum, part in
      let levels = Double(products.structure.factors[part.factor].levelCount)
      return sum
        + (0..<part.matrix.rows).reduce(0.0) {
          $0 + part.matrix[$1, $1] * moments.meanSquares[part.factor][$1] * levels
        }
    }
  }
}

package import LinearAlgebra

/// The terms of a model with independent effects of nearly the same columns, such as an intercept and a year, put together so
/// that they may be correlated.
///
/// Far from the origin of a predictor an intercept's effects are mostly those of its slope carried back. Independent effects then
/// share a valley, σ₀² about x̄²σ₁², to which no start leads that has one of the variances small; the variances that correlated
/// effects have lie in it.
package struct CorrelatedTerms {
  /// The terms, those of a factor in one where they are put together.
  package let terms: [RandomTerm]
  /// For each of the given terms the one that has its effects, and the first of them there; nil where it stands for itself.
  private let places: [(term: Int, offset: Int?)?]
  private let given: [RandomTerm]

  /// nil where no factor's effects are to be put together.
  ///
  /// - Parameter leastCosine: the least eigenvalue of the cosines between the columns of a factor's effects.
  init?(_ given: [RandomTerm], factors: [Factor], leastCosine: (Int) -> Double) {
    var terms: [RandomTerm] = []
    var places = [(term: Int, offset: Int?)?](repeating: nil, count: given.count)
    for (f, factor) in factors.enumerated() {
      let own = factor.terms.map { given[$0] }
      let isIndependent =
        factor.width > 1 && own.contains { !$0.mayReorder }
        && own.allSatisfy { $0.tie == nil && $0.covariance.form.entries(width: $0.width) != nil }
      if isIndependent, leastCosine(f) < Tuning.nearlySameColumns {
        for (t, offset) in zip(factor.terms, factor.offsets) { places[t] = (terms.count, offset) }
        terms.append(
          RandomTerm(
            codes: factor.codes, levelCount: factor.levelCount, columns: own.flatMap(\.columns)))
      } else {
        for t in factor.terms {
          places[t] = (terms.count, nil)
          terms.append(given[t])
        }
      }
    }
    guard places.contains(where: { $0?.offset != nil }) else { return nil }
    (self.terms, self.places, self.given) = (terms, places, given)
  }

  /// S of each of the given terms from those of ``terms``, without the covariances that it may not have.
  package func covariances(_ found: [Matrix]) -> [Matrix] {
    zip(given, places).map { term, place in
      var result = Matrix(rows: term.width, columns: term.width)
      guard let place else { return result }
      let (source, offset) = (found[place.term], place.offset ?? 0)
      for a in 0..<term.width {
        for b in 0..<term.width where a == b || term.mayReorder || place.offset == nil {
          result[a, b] = source[offset + a, offset + b]
        }
      }
      return result
    }
  }
}

extension MixedModel {
  /// θ of the variances that independent effects of nearly the same columns have where they may be correlated; nil where there
  /// are no such effects.
  func correlatedStart(reml: Bool) throws(EngineError) -> [Double]? {
    guard
      let correlated = CorrelatedTerms(
        terms, factors: products.structure.factors, leastCosine: { leastCosine(ofFactor: $0) })
    else { return nil }
    do throws(EngineError) {
      let model = try MixedModel(
        Rows(
          response: rows.response, fixed: rows.fixed, terms: correlated.terms, weights: rows.weights,
          cells: rows.cells), options: options)
      let found = try Search(model, reml: reml, stages: [.descent]).run().relativeCovariances
      return layout.theta(layout.lower(covariances: correlated.covariances(found)))
    } catch {
      if error == .cancelled { throw error }
      return nil
    }
  }
}

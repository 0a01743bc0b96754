internal import LinearAlgebra

/// A start for independent effects of nearly the same columns, such as an intercept and a year: the variances that these
/// effects have where they may be correlated.
///
/// Far from the origin of a predictor an intercept's effects are mostly those of its slope carried back. Independent effects then
/// share a valley, σ₀² about x̄²σ₁², to which no start leads that has one of the variances small.
extension MixedModel {
  /// θ of that start; nil where there are no such effects.
  func correlatedStart(reml: Bool) throws(EngineError) -> [Double]? {
    let structure = products.structure
    let merged = structure.factors.indices.filter {
      isMergeable($0) && leastCosine(ofFactor: $0) < Tuning.nearlySameColumns
    }
    guard !merged.isEmpty else { return nil }
    var own: [RandomTerm] = []
    // the merged term and the first effect there of each term; nil where it stands for itself
    var places = [(term: Int, offset: Int?)](repeating: (0, nil), count: terms.count)
    for (f, factor) in structure.factors.enumerated() {
      if merged.contains(f) {
        for (t, offset) in zip(factor.terms, factor.offsets) { places[t] = (own.count, offset) }
        own.append(
          RandomTerm(
            codes: factor.codes, levelCount: factor.levelCount,
            columns: factor.terms.flatMap { terms[$0].columns }))
      } else {
        for t in factor.terms {
          places[t] = (own.count, nil)
          own.append(terms[t])
        }
      }
    }
    do throws(EngineError) {
      let correlated = try MixedModel(
        Rows(
          response: rows.response, fixed: rows.fixed, terms: own, weights: rows.weights, cells: rows.cells),
        options: options)
      let found = try Search(correlated, reml: reml, stages: [.descent]).run().relativeCovariances
      return layout.theta(
        layout.lower(
          covariances: terms.indices.map { t in
            let width = terms[t].width
            guard layout.places[t] != nil else { return Matrix(rows: width, columns: width) }
            let (source, offset) = (found[places[t].term], places[t].offset ?? 0)
            var result = Matrix(rows: width, columns: width)
            for a in 0..<width {
              for b in 0..<width where a == b || terms[t].mayReorder {
                result[a, b] = source[offset + a, offset + b]
              }
            }
            return result
          }))
    } catch {
      if error == .cancelled { throw error }
      return nil
    }
  }

  /// Whether a factor has several effects, some of which are independent, that may all be correlated.
  private func isMergeable(_ f: Int) -> Bool {
    let factor = products.structure.factors[f]
    let own = factor.terms.map { terms[$0] }
    return factor.width > 1 && own.contains { !$0.mayReorder }
      && own.allSatisfy { $0.tie == nil && $0.covariance.form.entries(width: $0.width) != nil }
  }
}

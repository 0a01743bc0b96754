extension MixedModel {
  /// Notes where the likelihood has another end than this maximum: effects that explain every row, and
  /// fewer of them than rows, so that it grows with the effects.
  func noteGrowth(_ estimate: inout Estimate) {
    let mayExplain = fixed.rank + effectCount >= rows.observations
    guard estimate.converged, plan.evaluationsAreCheap, extended == nil, !plan.isIterative,
      mayExplain || estimate.scale < Tuning.explainableScale * fixed.unit * fixed.unit,
      let objective = try? objective(reml: estimate.reml)
    else { return }
    func logLikelihood(_ size: Double) -> Double? {
      guard let point = try? objective.evaluate(lower: enlarged(size), theta: []) else { return nil }
      return -0.5 * (point.deviance + objective.shift)
    }
    guard let larger = logLikelihood(Tuning.growthSize), let large = logLikelihood(0.1 * Tuning.growthSize),
      larger > large + Tuning.growth
    else { return }
    // a maximum with residuals as small as there may be what it grows towards
    let isBeside = estimate.scale > Tuning.degenerateScale * fixed.unit * fixed.unit
    estimate.growsElsewhere = isBeside || larger > estimate.logLikelihood + Tuning.growth
  }

  /// T of every factor with independent effects of one size, in standard errors of the mean level.
  private func enlarged(_ size: Double) -> [[Double]] {
    layout.widths.enumerated().map { f, k in
      var root = [Double](repeating: 0, count: k * k)
      for a in 0..<k {
        let mean = moments.meanSquares[f][a]
        root[a * (k + 1)] = mean > 0 ? size / mean.squareRoot() : size
      }
      return root
    }
  }
}

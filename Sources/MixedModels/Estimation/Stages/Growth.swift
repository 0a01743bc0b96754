extension MixedModel {
  /// Notes where the likelihood has another end than this maximum: effects that explain every row, and fewer of them than
  /// rows, so that it grows with the effects.
  func noteGrowth(_ estimate: inout Estimate) {
    guard estimate.converged, plan.evaluationsAreCheap, extended == nil, !plan.isIterative,
      let objective = try? objective(reml: estimate.reml),
      let far = try? objective.evaluate(lower: enlarged(Tuning.growthSize), theta: []),
      far.scale < Tuning.explainableScale || effectsMayTakeEveryRow,
      let near = try? objective.evaluate(lower: enlarged(0.1 * Tuning.growthSize), theta: []),
      near.deviance > far.deviance + 2 * Tuning.growth
    else { return }
    let reached = -0.5 * (far.deviance + objective.shift)
    // a maximum with residuals as small as there may be what it grows towards
    let isBeside = estimate.scale > Tuning.degenerateScale * fixed.unit * fixed.unit
    estimate.growsElsewhere = isBeside || reached > estimate.logLikelihood + Tuning.growth
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

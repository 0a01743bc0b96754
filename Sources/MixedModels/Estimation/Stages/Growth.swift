extension MixedModel {
  /// The estimate, with a note where the likelihood has another end than this maximum: effects that explain every row, and
  /// fewer of them than rows, so that it grows with the effects. It is higher there than at the maximum already where they
  /// are some times as large as the errors of a level's effects.
  func withGrowth(_ estimate: Estimate) -> Estimate {
    guard estimate.converged, plan.evaluationsAreCheap, extended == nil, !plan.isIterative,
      estimate.scale < Tuning.explainableScale * fixed.unit * fixed.unit,
      let objective = try? objective(reml: estimate.reml)
    else { return estimate }
    var result = estimate
    result.growsElsewhere = Tuning.growthSizes.contains { size in
      guard let point = try? objective.evaluate(lower: enlarged(size), theta: []) else { return false }
      return -0.5 * (point.deviance + objective.shift) > estimate.logLikelihood + 1
    }
    return result
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

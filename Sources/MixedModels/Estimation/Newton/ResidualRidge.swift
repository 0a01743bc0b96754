/// The ridge of a model whose effects may describe all that the residual does: covariances and σ² grow and fall together there
/// without a change of the likelihood, whatever the response.
///
/// A search drifts along it towards σ² = 0, where rounding passes for likelihood. The likelihood knows no place on the ridge, so
/// that the search may be set back to its middle at any time.
final class ResidualRidge {
  private let model: MixedModel
  private let reml: Bool
  /// Found when a search has drifted for the first time.
  private lazy var flat = try? FlatDirections(model: model, reml: reml)

  /// Nil of models with more rows than effects can describe, and of those whose evaluations are dear.
  init?(of model: MixedModel, reml: Bool) {
    guard model.plan.evaluationsAreCheap, model.effectsMayTakeEveryRow else { return nil }
    (self.model, self.reml) = (model.inDoubles, reml)
  }

  /// Whether a point has drifted.
  func isFarOut(_ point: ProfiledObjective.Point, scales: [Double]) -> Bool {
    zip(point.theta, scales).contains { abs($0) > Tuning.ridgeDrift * $1 }
  }

  /// The point amid the ridge that a point lies on; nil for a point that has not drifted, and where there is no ridge.
  func middle(
    of point: ProfiledObjective.Point, objective: ProfiledObjective, scales: [Double]
  ) -> ProfiledObjective.Point? {
    guard isFarOut(point, scales: scales), let flat, flat.directions.contains(where: \.movesResidual)
    else { return nil }
    let theta = model.layout.theta(flat.middle(of: point.lower, model: model))
    guard let found = try? objective.evaluate(theta),
      found.deviance < point.deviance + Tuning.ridgeRise * max(1, abs(point.deviance).squareRoot())
    else { return nil }
    return found
  }
}

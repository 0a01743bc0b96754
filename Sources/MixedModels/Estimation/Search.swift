internal import LinearAlgebra

/// The search for the best maximum: stages in order, each of which goes on from what those before it have reached.
///
/// The folder: from a model to an estimate. `Newton` descends, `Starts` says from where, `Stages` are what comes before and
/// after; every constant is in ``Tuning``.
package struct Search {
  /// What a stage may ask.
  final class Context {
    let model: MixedModel
    let reml: Bool
    let options: FitOptions
    let objective: ProfiledObjective
    let optimizer: NewtonOptimizer

    init(_ model: MixedModel, reml: Bool, options: FitOptions) throws(EngineError) {
      (self.model, self.reml, self.options) = (model, reml, options)
      objective = try model.objective(reml: reml)
      optimizer = model.optimizer(objective, options: options)
    }
  }

  /// How far the search has come.
  struct Progress {
    /// Where iterations begin.
    var start: [Double]
    /// The best end of iterations so far.
    var reached: NewtonOptimizer.Outcome?
    /// Ends at which doubles no longer resolve the residual variance.
    var dwarfed: [ProfiledObjective.Point] = []
    /// The estimate, once a stage has settled it.
    var estimate: Estimate?
  }

  /// A named step of the search.
  package struct Stage: Sendable {
    package let name: String
    let advance: @Sendable (inout Progress, Context) throws(EngineError) -> Void
  }

  /// The stages in their order; one that has settled the estimate is the last.
  package static let stages: [Stage] = [.approach, .descent, .otherBasins, .beyondDoubles, .betterPivots]

  private let model: MixedModel
  private let reml: Bool
  private let options: FitOptions
  private let stages: [Stage]

  package init(
    _ model: MixedModel, reml: Bool, options: FitOptions = .init(), stages: [Stage] = Search.stages
  ) {
    self.stages = stages
    self.model = model
    self.reml = reml
    self.options = options
  }

  package func run() throws(EngineError) -> Estimate {
    if model.plan.isIterative { return try model.maximizeMatrixFree(reml: reml, options: options) }
    let context = try Context(model, reml: reml, options: options)
    var progress = Progress(start: model.startingTheta)
    for stage in stages {
      try stage.advance(&progress, context)
      if let settled = progress.estimate { return settled }
    }
    if let reached = progress.reached { return context.estimate(reached) }
    return context.estimate(try context.unsearched(progress.start))
  }
}

extension Search.Context {
  /// The start, where no stage has gone on from it.
  func unsearched(_ start: [Double]) throws(EngineError) -> NewtonOptimizer.Outcome {
    NewtonOptimizer.Outcome(
      point: try objective.evaluate(start), converged: false, certificate: Certificate())
  }

  /// The end of iterations in the caller's units, with the best other maximum that was met.
  func estimate(_ outcome: NewtonOptimizer.Outcome) -> Estimate {
    var result = model.estimate(
      outcome.point, objective: objective, converged: outcome.converged, certificate: outcome.certificate)
    result.rival = outcome.rival.map { rival in
      Estimate.Rival(
        logLikelihood: -0.5 * (rival.deviance + objective.shift),
        scale: rival.scale * model.fixed.unit * model.fixed.unit,
        relativeCovariances: model.layout.covariances(rival.lower, widths: model.terms.map(\.width)))
    }
    return result
  }
}

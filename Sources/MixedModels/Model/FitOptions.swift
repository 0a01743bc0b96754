package import LinearAlgebra

/// How the cross-products are formed and factored.
package struct EngineOptions: Sendable {
  /// Worker threads; `nil` uses the cores there are.
  package var threads: Int?
  /// Overrides the choice of the trailing factorisation, for tests.
  package var trailing: Trailing?
  /// Whether the likelihood is factored exactly; `nil` does without only where memory does not hold the
  /// factor. Without, crossed random intercepts are fitted by iterative solves, with a Monte-Carlo error.
  package var exact: Bool?
  /// Bytes that exact factors may take; `nil` is what the machine has.
  package var memory: Int?
  /// Whether terms that no data can tell apart stay in the model, for values at given parameters; otherwise they are
  /// held at zero.
  package var keepsAll = false

  /// How the block that remains after the leading factors is factored.
  package enum Trailing: Sendable { case dense, sparse }

  package init(
    threads: Int? = nil, trailing: Trailing? = nil, exact: Bool? = nil, memory: Int? = nil,
    keepsAll: Bool = false
  ) {
    self.keepsAll = keepsAll
    self.threads = threads
    self.trailing = trailing
    self.exact = exact
    self.memory = memory
  }
}

/// How the likelihood is maximised.
package struct FitOptions: Sendable {
  /// Relative covariances to start from, one per term; `nil` uses moments.
  package var start: [Matrix]?
  /// Largest number of gradient evaluations.
  package var maximumIterations: Int
  /// Predicted decrease of -2 log L at which the fit stops; `nil` takes one more step where steps are cheap.
  package var tolerance: Double?
  /// Called after each iteration; returning false cancels the fit.
  package var progress: (@Sendable (FitProgress) -> Bool)?

  package init(
    start: [Matrix]? = nil, maximumIterations: Int = 200, tolerance: Double? = nil,
    progress: (@Sendable (FitProgress) -> Bool)? = nil
  ) {
    self.start = start
    self.maximumIterations = maximumIterations
    self.tolerance = tolerance
    self.progress = progress
  }
}

/// The state of a running fit.
package struct FitProgress: Sendable {
  /// Iterations done.
  package let iteration: Int
  /// -2 log L reached.
  package let deviance: Double
  /// Decrease of -2 log L that the Newton model still promises.
  package let predictedDecrease: Double

  package init(iteration: Int, deviance: Double, predictedDecrease: Double) {
    self.iteration = iteration
    self.deviance = deviance
    self.predictedDecrease = predictedDecrease
  }
}

extension FitProgress {
  /// Tells the callback, and ends the fit if that or the surrounding task says so.
  package func report(to callback: (@Sendable (FitProgress) -> Bool)?) throws(EngineError) {
    if let callback, !callback(self) { throw .cancelled }
    if Task.isCancelled { throw .cancelled }
  }
}

import MixedModels

/// The state of a running fit, for progress reports. Not in statsmodels.
public struct FitProgress: Sendable {
  /// Iterations done.
  public let iteration: Int
  /// -2 log L reached.
  public let deviance: Double
  /// Decrease of -2 log L that is still promised.
  public let predictedDecrease: Double

  init(iteration: Int, deviance: Double, predictedDecrease: Double) {
    self.iteration = iteration
    self.deviance = deviance
    self.predictedDecrease = predictedDecrease
  }

  init(_ progress: MixedModels.FitProgress) {
    iteration = progress.iteration
    deviance = progress.deviance
    predictedDecrease = progress.predictedDecrease
  }
}

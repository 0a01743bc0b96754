import LinearAlgebra
import MixedModels

/// What results that were read from a file know of the rows they were fitted to.
struct RestoredData: Sendable {
  /// Number of rows.
  var rowCount: Int
  /// Rows of the smallest and of the largest group; nil where the groups' own codes tell.
  var groupSizes: [Int]?
  /// Whether fitted values and residuals are there.
  var hasRows: Bool
  /// Whether each row's levels and random regressors are there.
  var hasTermRows: Bool
  /// Levels that a file without rows does not tell of.
  var withheld: WithheldLevels?
  /// Fitted values of the fixed part.
  var population: [Double]
  /// Conditional covariances of each group's effects; nil where they are too many.
  var effectCovariances: [Matrix]?
  /// What prediction errors take; nil for files of version 2.
  var statistics: PredictionStatistics?
  var shares: SnapshotState.Shares?

  /// Why intervals of predictions that use the effects cannot be had.
  var noJointErrors: StatsModelsError {
    StatsModelsError(
      .notAvailable,
      "these results hold no joint errors of fixed and random effects, which an interval around predicted effects "
        + "takes: "
        + (statistics == nil
          ? "they were saved by an earlier version; fit and save again"
          : "the fit made no exact factor of them, or they are too many to save; leave the effects out, randomEffects: "
            + ".none, or predict with the model that was fitted"))
  }
}

import MixedModels

/// What lies on the boundary of the parameter space in one covariance block: variances that are zero, pairs of effects
/// with correlation ±1, or another linear dependence.
struct BoundaryFinding {
  /// Position of the block in the model.
  let block: Int
  /// Number of effects in the block.
  let width: Int
  /// Rank of the covariance matrix.
  let rank: Int
  /// Effects with variance zero.
  let zeros: [Int]
  /// Pairs of effects with correlation 1 or -1.
  let perfect: [(first: Int, second: Int, correlation: Int)]

  /// What the engine found in a term of the block.
  init(_ bound: Estimate.Bound, block: Int, width: Int) {
    self.block = block
    self.width = width
    rank = bound.rank
    zeros = bound.zeros
    perfect = bound.perfect
  }
}

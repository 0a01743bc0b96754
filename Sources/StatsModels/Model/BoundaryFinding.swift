import LinearAlgebra

/// What lies on the boundary of the parameter space in one covariance block: variances that are zero, pairs of effects
/// with correlation ±1, or another linear dependence.
struct BoundaryFinding: Equatable {
  /// Position of the block in the model.
  let block: Int
  /// Number of effects in the block.
  let width: Int
  /// Rank of the covariance matrix.
  private(set) var rank = 0
  /// Effects with variance zero.
  private(set) var zeros: [Int] = []
  /// Pairs of effects with correlation 1 or -1.
  private(set) var perfect: [(first: Int, second: Int, correlation: Int)] = []

  /// Share of an effect's variance that the effects before it leave unexplained, below which it counts as explained:
  /// the root of the relative precision to which an optimum is known.
  private static let unexplained = 1e-8

  /// What lies on the boundary; nil for a covariance matrix of full rank.
  ///
  /// - Parameter relative: the block's covariance matrix, in any units.
  init?(block: Int, relative: Matrix) {
    self.block = block
    width = relative.rows
    let factor = relative.semidefiniteFactor
    for i in 0..<width {
      let variance = relative[i, i]
      if variance <= 0 {
        zeros.append(i)
      } else if factor[i, i] * factor[i, i] > Self.unexplained * variance {
        rank += 1
      }
      for j in 0..<i where variance > 0 && relative[j, j] > 0 {
        let correlation = relative[i, j] / (variance * relative[j, j]).squareRoot()
        guard 1 - correlation * correlation <= Self.unexplained else { continue }
        perfect.append((j, i, correlation > 0 ? 1 : -1))
      }
    }
    if rank == width { return nil }
  }

  static func == (a: BoundaryFinding, b: BoundaryFinding) -> Bool {
    a.block == b.block && a.width == b.width && a.rank == b.rank && a.zeros == b.zeros
      && a.perfect.elementsEqual(b.perfect, by: ==)
  }
}

import LinearAlgebra
import Optimization

extension MixedLMResults {
  /// Profile likelihood of a variance: it is held on a grid around its estimate, all else is estimated anew.
  ///
  /// The grid is even in `variance / scale`, from `distLow` below the estimate to `distHigh` above it (in the
  /// response's units).
  /// - Parameters:
  ///   - reIx: position of the effect among the group's own effects.
  ///   - vtype: "re".
  ///   - numLow: number of points below the estimate.
  ///   - distLow: how far below the estimate the grid reaches.
  ///   - numHigh: number of points above the estimate.
  ///   - distHigh: how far above the estimate the grid reaches.
  /// - Returns: `numLow + numHigh + 1` rows: the variance in the response's units, the log-likelihood.
  /// - Throws: ``StatsModelsError`` when `distLow` leads to a negative variance, or for another `vtype`.
  ///
  /// Python: MixedLMResults.profile_re
  public func profileRe(
    _ reIx: Int, vtype: String = "re", numLow: Int = 5, distLow: Double = 1, numHigh: Int = 5,
    distHigh: Double = 1
  ) throws -> Matrix {
    guard vtype == "re" else { throw Self.wrongProfile(vtype) }
    guard reIx >= 0, reIx < kRe else {
      throw StatsModelsError(.invalidArgument, "there is no random effect \(reIx); the model has \(kRe)")
    }
    return try profile(block: 0, entry: reIx, low: (numLow, distLow), high: (numHigh, distHigh))
  }

  /// Profile likelihood of a variance component, by its name.
  ///
  /// Python: MixedLMResults.profile_re
  public func profileRe(
    _ reIx: String, vtype: String = "vc", numLow: Int = 5, distLow: Double = 1, numHigh: Int = 5,
    distHigh: Double = 1
  ) throws -> Matrix {
    guard vtype == "vc" else { throw Self.wrongProfile(vtype) }
    guard let block = specification.componentBlocks.first(where: { specification.blocks[$0].group == reIx })
    else {
      throw StatsModelsError(
        .invalidArgument,
        "there is no variance component '\(reIx)'; there are \(shortList(model.vcompNames))",
        values: [reIx])
    }
    return try profile(block: block, entry: 0, low: (numLow, distLow), high: (numHigh, distHigh))
  }

  /// ``profileRe(_:vtype:numLow:distLow:numHigh:distHigh:)-(Int,_,_,_,_,_)`` with Python's label.
  public func profileRe(
    reIx: Int, vtype: String = "re", numLow: Int = 5, distLow: Double = 1, numHigh: Int = 5,
    distHigh: Double = 1
  ) throws -> Matrix {
    try profileRe(reIx, vtype: vtype, numLow: numLow, distLow: distLow, numHigh: numHigh, distHigh: distHigh)
  }

  private static func wrongProfile(_ vtype: String) -> StatsModelsError {
    StatsModelsError(
      .invalidArgument, "vtype must be one of: 're' (with a position), 'vc' (with a name)", values: [vtype])
  }

  private func profile(
    block: Int, entry: Int, low: (count: Int, distance: Double), high: (count: Int, distance: Double)
  ) throws -> Matrix {
    let relative = relativeCovariances
    let center = relative[block][entry, entry]
    let bottom = center - low.distance / scale
    let top = center + high.distance / scale
    guard bottom >= 0 else {
      throw StatsModelsError(
        .invalidArgument,
        "dist_low is too large and would result in a negative variance. Try a smaller value.")
    }
    let (below, above) = (max(low.count, 0), max(high.count, 0))
    var grid = (0..<below).map { bottom + (center - bottom) * Double($0) / Double(below) }
    grid.append(center)
    grid += (0..<above).map { center + (top - center) * Double($0 + 1) / Double(above) }
    var result = Matrix(rows: grid.count, columns: 2)
    for (row, value) in grid.enumerated() {
      let (variance, llf) = value == center ? (value * scale, llf) : try refit(block, entry, value)
      result[row, 0] = variance
      result[row, 1] = llf
    }
    return result
  }

  /// The best fit with one relative variance held: the variance in the response's units, and the log-likelihood.
  private func refit(_ block: Int, _ entry: Int, _ value: Double) throws -> (Double, Double) {
    var start = relativeCovariances
    let old = start[block][entry, entry]
    for j in 0..<start[block].rows where j != entry {
      // Keep the correlations, so that the start stays a covariance matrix.
      let factor = old > 0 ? (value / old).squareRoot() : 0
      start[block][entry, j] *= factor
      start[block][j, entry] *= factor
    }
    start[block][entry, entry] = value
    let free = layout.entries.map { !($0.block == block && $0.row == entry && $0.column == entry) }
    let search = try CovarianceSearch(model: model, reml: reml, free: free, held: start)
    let outcome = try search.run(
      from: start, method: .bfgs,
      options: OptimizationOptions(gradientTolerance: 1e-9, maximumIterations: 500), progress: nil)
    return (value * outcome.estimate.scale, outcome.estimate.logLikelihood)
  }
}

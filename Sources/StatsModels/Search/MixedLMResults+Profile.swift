import LinearAlgebra

extension MixedLMResults {
  /// Profile likelihood of a variance: it is held on a grid around its estimate, all else is estimated anew.
  ///
  /// The grid is even in `variance / scale`, from `distLow` below the estimate to `distHigh` above it (in the
  /// response's units). What this fit held stays held, and its penalties stay.
  /// - Parameters:
  ///   - reIx: position of the effect among the group's own effects.
  ///   - vtype: "re".
  ///   - numLow: number of points below the estimate.
  ///   - distLow: how far below the estimate the grid reaches.
  ///   - numHigh: number of points above the estimate.
  ///   - distHigh: how far above the estimate the grid reaches.
  ///   - fePen: a penalty on the fixed effects; nil takes this fit's.
  ///   - method: scipy's optimisers; nil starts each refit at its neighbour's optimum with BFGS.
  ///   - gtol: gradient tolerance of the refits.
  ///   - maxiter: largest number of iterations of each refit.
  ///   - disp: accepted; a library prints nothing.
  ///   - progress: called after each iteration; returning false cancels.
  /// - Returns: `numLow + numHigh + 1` rows: the variance in the response's units, the log-likelihood.
  /// - Throws: ``StatsModelsError`` when `distLow` leads to a negative variance, or for another `vtype`.
  ///
  /// Python: MixedLMResults.profile_re
  public func profileRe(
    _ reIx: Int, vtype: String = "re", numLow: Int = 5, distLow: Double = 1, numHigh: Int = 5,
    distHigh: Double = 1, fePen: (any Penalty)? = nil, method: OptimizationMethod? = nil, gtol: Double? = nil,
    maxiter: Int? = nil, disp: Bool = false, progress: (@Sendable (FitProgress) -> Bool)? = nil
  ) throws -> Matrix {
    guard vtype == "re" else { throw Self.wrongProfile(vtype) }
    guard reIx >= 0, reIx < kRe else {
      throw StatsModelsError(.invalidArgument, "there is no random effect \(reIx); the model has \(kRe)")
    }
    return try profile(
      block: 0, entry: reIx, low: (numLow, distLow), high: (numHigh, distHigh),
      FitArguments(fePen: fePen, method: method, gtol: gtol, maxiter: maxiter, progress: progress))
  }

  /// Profile likelihood of a variance component, by its name.
  ///
  /// Python: MixedLMResults.profile_re
  public func profileRe(
    _ reIx: String, vtype: String = "vc", numLow: Int = 5, distLow: Double = 1, numHigh: Int = 5,
    distHigh: Double = 1, fePen: (any Penalty)? = nil, method: OptimizationMethod? = nil, gtol: Double? = nil,
    maxiter: Int? = nil, disp: Bool = false, progress: (@Sendable (FitProgress) -> Bool)? = nil
  ) throws -> Matrix {
    guard vtype == "vc" else { throw Self.wrongProfile(vtype) }
    guard let block = specification.componentBlocks.first(where: { specification.blocks[$0].group == reIx })
    else {
      throw StatsModelsError(
        .invalidArgument,
        "there is no variance component '\(reIx)'; there are \(shortList(model.vcompNames))",
        values: [reIx])
    }
    return try profile(
      block: block, entry: 0, low: (numLow, distLow), high: (numHigh, distHigh),
      FitArguments(fePen: fePen, method: method, gtol: gtol, maxiter: maxiter, progress: progress))
  }

  /// `profileRe(_:vtype:…)` of a position with Python's label.
  public func profileRe(
    reIx: Int, vtype: String = "re", numLow: Int = 5, distLow: Double = 1, numHigh: Int = 5,
    distHigh: Double = 1, fePen: (any Penalty)? = nil, method: OptimizationMethod? = nil, gtol: Double? = nil,
    maxiter: Int? = nil, disp: Bool = false, progress: (@Sendable (FitProgress) -> Bool)? = nil
  ) throws -> Matrix {
    try profileRe(
      reIx, vtype: vtype, numLow: numLow, distLow: distLow, numHigh: numHigh, distHigh: distHigh,
      fePen: fePen,
      method: method, gtol: gtol, maxiter: maxiter, disp: disp, progress: progress)
  }

  /// `profileRe(_:vtype:…)` of a variance component with Python's label.
  public func profileRe(
    reIx: String, vtype: String = "vc", numLow: Int = 5, distLow: Double = 1, numHigh: Int = 5,
    distHigh: Double = 1, fePen: (any Penalty)? = nil, method: OptimizationMethod? = nil, gtol: Double? = nil,
    maxiter: Int? = nil, disp: Bool = false, progress: (@Sendable (FitProgress) -> Bool)? = nil
  ) throws -> Matrix {
    try profileRe(
      reIx, vtype: vtype, numLow: numLow, distLow: distLow, numHigh: numHigh, distHigh: distHigh,
      fePen: fePen,
      method: method, gtol: gtol, maxiter: maxiter, disp: disp, progress: progress)
  }

  private static func wrongProfile(_ vtype: String) -> StatsModelsError {
    StatsModelsError(
      .invalidArgument, "vtype must be one of: 're' (with a position), 'vc' (with a name)", values: [vtype])
  }

  private func profile(
    block: Int, entry: Int, low: (count: Int, distance: Double), high: (count: Int, distance: Double),
    _ arguments: FitArguments
  ) throws -> Matrix {
    let center = relativeCovariances[block][entry, entry]
    let bottom = center - low.distance / scale
    let top = center + high.distance / scale
    guard bottom >= 0, top.isFinite, low.distance.isFinite else {
      throw StatsModelsError(
        .invalidArgument,
        "dist_low is too large and would result in a negative variance. Try a smaller value.")
    }
    let (arguments, unit) = try holding(block, entry, arguments)
    let (below, above) = (max(low.count, 0), max(high.count, 0))
    var grid = (0..<below).map { bottom + (center - bottom) * Double($0) / Double(below) }
    grid.append(center)
    grid += (0..<above).map { center + (top - center) * Double($0 + 1) / Double(above) }
    var result = Matrix(rows: grid.count, columns: 2)
    for (row, value) in grid.enumerated() {
      (result[row, 0], result[row, 1]) =
        value == center
        ? (value * scale, llf) : try refit(block, entry, value, unit: unit, arguments)
    }
    return result
  }

  /// The log-likelihood with the relative variance of one effect of a block held; all else is estimated anew.
  func profiledLogLikelihood(block: Int, effect: Int, variance: Double) throws -> Double {
    let (arguments, unit) = try holding(block, effect, FitArguments())
    return try refit(block, effect, variance, unit: unit, arguments).1
  }

  /// The arguments of refits that hold one relative variance and what this fit held, and the unit of covariances.
  private func holding(
    _ block: Int, _ entry: Int, _ arguments: FitArguments
  ) throws -> (arguments: FitArguments, unit: Double) {
    var arguments = arguments
    arguments.reml = reml
    arguments.fePen = arguments.fePen ?? restrictions.fePen
    arguments.covPen = restrictions.covPen
    arguments.free = try freepat ?? model.completed(.fromComponents())
    // Variances held in the response's units stay so; the grid's own is then one of them.
    let unit = restrictions.errorVariance == .profiled ? 1 : scale
    if restrictions.errorVariance != .profiled { arguments.startUnits = .user }
    if restrictions.errorVariance.isHeld { arguments.heldScale = scale }
    let position =
      layout.entries.firstIndex { $0.block == block && $0.row == entry && $0.column == entry } ?? 0
    if position < kRe2 {
      arguments.free?.covRe[entry, entry] = 0
    } else {
      arguments.free?.vcomp[position - kRe2] = 0
    }
    return (arguments, unit)
  }

  /// The best fit with one relative variance held: the variance in the response's units, and the log-likelihood.
  private func refit(
    _ block: Int, _ entry: Int, _ value: Double, unit: Double, _ arguments: FitArguments
  ) throws -> (Double, Double) {
    var start = relativeCovariances
    let old = start[block][entry, entry]
    for j in 0..<start[block].rows where j != entry {
      // Keep the correlations, so that the start stays a covariance matrix.
      let factor = old > 0 ? (value / old).squareRoot() : 0
      start[block][entry, j] *= factor
      start[block][j, entry] *= factor
    }
    start[block][entry, entry] = value
    var arguments = arguments
    let values = layout.values(in: start, scale: unit)
    arguments.startParams = MixedLMParams.fromComponents(
      feParams: estimate.fixedEffects.map { $0.isNaN ? 0 : $0 },
      covRe: kRe > 0 ? start[0].mapElements { $0 * unit } : nil, vcomp: Array(values.dropFirst(kRe2)))
    let found = try model.search(arguments)
    return (
      found.estimate.relativeCovariances[specification.firstTerm(of: block)][entry, entry]
        * found.estimate.scale,
      found.estimate.logLikelihood - found.penalty.value
    )
  }
}

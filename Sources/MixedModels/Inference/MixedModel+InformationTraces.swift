internal import LinearAlgebra

/// ½ tr(E_i ZPZ E_j ZPZ) for all pairs of directions: the part of the Hessian that needs more than first-order traces.
///
/// One factor's blocks give them in one pass. Small models form Z'PZ itself, large ones of crossed random intercepts have a closed form. Otherwise pairs of
/// trailing factors come from their block of Z'PZ where that is a dense matrix, and the rest are differences of the
/// exact first-order traces.
extension MixedModel {
  /// Largest number of random effects for which Z'PZ is formed: with crossed factors, and where all nest, so that
  /// first-order traces cost next to nothing.
  private static let largestCrossedOrder = 1000
  private static let largestNestedOrder = 40

  func informationTraces(_ directions: [Direction], at point: ParameterPoint) throws(EngineError) -> Matrix {
    if let levels = OneFactorTraces(point: point) { return levels.traces(directions) }
    if let traces = try smallModelTraces(directions, at: point) { return traces }
    if !plan.evaluationsAreCheap, let squares = try crossedSquares(at: point) {
      return Self.traces(directions, squares: squares)
    }
    let n = directions.count
    var traces = Matrix(rows: n, columns: n)
    var known: Set<Int> = []
    let trailing = Set(products.structure.trailing)
    let exact = directions.indices.filter {
      directions[$0].parts.allSatisfy { trailing.contains($0.factor) }
    }
    if !exact.isEmpty,
      let block = try point.objective.elimination.trailingTraces(
        exact.map { directions[$0] }, fixedInverse: point.restrictedInverse)
    {
      known = Set(exact)
      for (a, i) in exact.enumerated() { for (b, j) in exact.enumerated() { traces[i, j] = block[a, b] } }
    }
    let derivatives = TraceDerivatives(point: point)
    for j in 0..<n where !known.contains(j) {
      let change = try derivatives.derivative(along: directions[j])
      for i in 0..<n {
        let value = directions[i].parts.reduce(0.0) { sum, part in
          sum - 0.5 * zip(part.matrix.storage, change[part.factor].storage).reduce(0) { $0 + $1.0 * $1.1 }
        }
        traces[i, j] = value
        if known.contains(i) { traces[j, i] = value }
      }
    }
    return traces
  }

  /// From Z'PZ of all factors; nil for models that are not small.
  private func smallModelTraces(
    _ directions: [Direction], at point: ParameterPoint
  ) throws(EngineError) -> Matrix? {
    let order = products.structure.factors.reduce(0) { $0 + $1.levelCount * $1.width }
    let largest = products.structure.trailing.isEmpty ? Self.largestNestedOrder : Self.largestCrossedOrder
    guard plan.evaluationsAreCheap, order <= largest, point.model.extended == nil else { return nil }
    let objective = objective(reml: point.objective.reml, chainLength: 0)
    guard objective.toleratesRounding(point.profile.lower) else { return nil }
    _ = try objective.evaluate(lower: point.profile.lower, theta: [])
    objective.elimination.solve()
    return try objective.elimination.trailingTraces(directions, fixedInverse: point.restrictedInverse)
  }

  /// From the sums of squares of the blocks of Z'PZ, by factors of one regressor each.
  private static func traces(_ directions: [Direction], squares: Matrix) -> Matrix {
    let n = directions.count
    var traces = Matrix(rows: n, columns: n)
    for i in 0..<n {
      for j in 0..<n {
        for a in directions[i].parts {
          for b in directions[j].parts {
            traces[i, j] += 0.5 * a.matrix[0, 0] * b.matrix[0, 0] * squares[a.factor, b.factor]
          }
        }
      }
    }
    return traces
  }

  /// ‖Z_f'PZ_g‖² by factors; nil where the closed form does not hold, or costs more than differences.
  private func crossedSquares(at point: ParameterPoint) throws(EngineError) -> Matrix? {
    let lower = point.profile.lower
    guard products.sparse == nil, products.trailing != nil else { return nil }
    if point.objective.toleratesRounding(lower),
      let squares = try point.objective.elimination.projectionSquares(fixedInverse: point.restrictedInverse)
    {
      return squares
    }
    guard let objective = crossedObjective(reml: point.objective.reml), objective.toleratesRounding(lower)
    else { return nil }
    _ = try objective.evaluate(lower: lower, theta: [])
    objective.elimination.solve()
    return try objective.elimination.projectionSquares(fixedInverse: point.restrictedInverse)
  }

  /// An objective that leaves one factor of a chain of random intercepts to be eliminated, for the closed form; nil where
  /// that adds too many trailing columns.
  func crossedObjective(reml: Bool) -> ProfiledObjective? {
    let coarser = products.chain.dropFirst().reduce(0) { $0 + $1.levelCount }
    guard products.sparse == nil, let order = products.trailing?.count, coarser > 0, coarser < order / 4,
      products.structure.factors.allSatisfy({ $0.width == 1 })
    else { return nil }
    return objective(reml: reml, chainLength: 1)
  }
}

extension BlockedElimination {
  func trailingTraces(_ directions: [Direction], fixedInverse: Matrix?) throws(EngineError) -> Matrix? {
    guard let trailing, let block = try trailing.projection(fixedInverse: fixedInverse) else { return nil }
    let position = Dictionary(
      uniqueKeysWithValues: products.structure.trailing.enumerated().map { ($1, $0) })
    let parts = directions.map { direction in
      direction.parts.map { (factor: position[$0.factor, default: 0], matrix: $0.matrix) }
    }
    return 0.5 * trailing.crossTraces(projection: block, parts: parts)
  }

  func projectionSquares(fixedInverse: Matrix?) throws(EngineError) -> Matrix? {
    try CrossedTraces(self, fixedInverse: fixedInverse)?.squares()
  }
}

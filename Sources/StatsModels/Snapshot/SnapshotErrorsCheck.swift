import MixedModels

/// Checks the covariances, effects and sums of a snapshot against the shapes of its terms, which are sound.
struct SnapshotErrorsCheck {
  private let snapshot: MixedLMResults.Snapshot
  /// Levels and effects per level of each engine term.
  private let shapes: [(levels: Int, width: Int)]
  private var state: SnapshotState { snapshot.state }

  init(_ snapshot: MixedLMResults.Snapshot) {
    self.snapshot = snapshot
    shapes = snapshot.state.blocks.flatMap { block in
      block.partLevelCounts.map { (levels: $0, width: block.names.count) }
    }
  }

  func all() throws {
    try covariances()
    try effects()
    try withheld()
    try termRows()
    try statistics()
    try monteCarlo()
  }

  private func require(_ condition: Bool, _ member: String, _ why: @autoclosure () -> String) throws {
    if !condition { throw SnapshotCheck.damaged(member, why()) }
  }

  private func perTerm<T>(_ list: [T], _ member: String) throws {
    try require(list.count == shapes.count, member, "\(list.count) entries for \(shapes.count) terms")
  }

  private func covariances() throws {
    try perTerm(state.relativeCovariances, "state.relativeCovariances")
    for (matrix, shape) in zip(state.relativeCovariances, shapes) {
      let width = shape.width
      let member = "state.relativeCovariances"
      try require(
        matrix.count == width && matrix.allSatisfy { $0.count == width }, member,
        "it should be \(width) × \(width)")
      for i in 0..<width {
        try require(
          matrix[i].allSatisfy(\.isFinite) && matrix[i][i] >= 0, member,
          "row \(i) is no row of a covariance matrix")
        for j in 0..<i {
          let limit = (matrix[i][i] * matrix[j][j]).squareRoot()
          // Rounding may split the halves, and may bring a perfect correlation beyond 1, in the last digits.
          try require(
            abs(matrix[i][j] - matrix[j][i]) <= 1e-6 * limit, member, "it is not symmetric")
          try require(
            abs(matrix[i][j]) <= limit * (1 + 1e-6), member, "a correlation lies beyond 1")
        }
      }
    }
  }

  /// Predicted effects and their variances.
  private func effects() throws {
    try perTerm(state.modes, "state.modes")
    for (matrix, shape) in zip(state.modes, shapes) {
      try require(
        matrix.count == shape.levels && matrix.allSatisfy { $0.count == shape.width }, "state.modes",
        "it should be \(shape.levels) × \(shape.width)")
    }
    guard let variances = state.effectVariances else { return }
    try perTerm(variances, "state.effectVariances")
    for (values, shape) in zip(variances, shapes) where !values.isEmpty {
      let size = shape.width * shape.width
      try require(
        values.count == shape.levels * size, "state.effectVariances",
        "\(values.count) values for \(shape.levels) levels of \(shape.width) effects")
      for (place, value) in values.enumerated() {
        let isVariance = (place % size) % (shape.width + 1) == 0
        try require(
          !value.isInfinite && !(isVariance && value < 0), "state.effectVariances", "\(value) is no variance")
      }
    }
    if let shares = state.shares {
      try require(
        shares.random.count == state.blocks.count && !(shares.fixed < 0)
          && !shares.random.contains { $0 < 0 },
        "state.shares", "they are no variances of \(state.blocks.count) blocks")
    }
  }

  private func withheld() throws {
    guard let withheld = state.withheld else { return }
    for (member, lists) in [("effects", withheld.effects), ("errors", withheld.errors)] {
      try perTerm(lists, "state.withheld.\(member)")
      for (list, shape) in zip(lists, shapes) {
        try require(
          list.allSatisfy { $0 >= 0 && Int($0) < shape.levels }, "state.withheld.\(member)",
          "a level is none of \(shape.levels)")
      }
    }
  }

  private func termRows() throws {
    guard let rows = state.termRows else { return }
    try perTerm(rows, "state.termRows")
    for (term, shape) in zip(rows, shapes) {
      try require(
        term.codes.count == snapshot.nobs && term.codes.allSatisfy { $0 >= -1 && Int($0) < shape.levels },
        "state.termRows.codes", "they are no codes of \(snapshot.nobs) rows and \(shape.levels) levels")
      try require(
        term.columns.count == shape.width
          && term.columns.allSatisfy { $0.map { $0.count == snapshot.nobs } ?? true },
        "state.termRows.columns", "they are no \(shape.width) columns of \(snapshot.nobs) rows")
    }
  }

  private func statistics() throws {
    guard let statistics = state.statistics else { return }
    let rank = state.rank
    let kept = statistics.kept
    try require(
      kept.count == rank && Set(kept).isDisjoint(with: state.aliased) && Set(kept).count == rank
        && kept.allSatisfy { $0 >= 0 && $0 < state.exogNames.count },
      "state.statistics.kept", "they are not the columns that were kept")
    for (member, matrix) in [("toBasis", statistics.toBasis), ("factor", statistics.factor)] {
      try require(
        matrix.count == rank && matrix.allSatisfy { $0.count == rank && $0.allSatisfy(\.isFinite) },
        "state.statistics.\(member)", "it should be \(rank) × \(rank) finite numbers")
    }
    try require(
      (0..<rank).allSatisfy { statistics.factor[$0][$0] > 0 }, "state.statistics.factor",
      "its diagonal is not positive")
    let lists = [statistics.rowIndices?.count, statistics.values?.count, statistics.products?.count]
    guard let starts = statistics.columnStarts, let rows = statistics.rowIndices,
      let values = statistics.values,
      let products = statistics.products
    else {
      try require(
        statistics.columnStarts == nil && lists.allSatisfy { $0 == nil }, "state.statistics",
        "the random effects' members belong together")
      return
    }
    try random(starts: starts, rows: rows, values: values, products: products)
    try roots(statistics.roots)
  }

  /// Λ of each term: lower triangles of the terms that have a covariance.
  private func roots(_ roots: [[[Double]]?]?) throws {
    guard let roots else { return }
    try perTerm(roots, "state.statistics.roots")
    for (root, covariance) in zip(roots, state.relativeCovariances) {
      let width = covariance.count
      try require(
        (root == nil) == covariance.allSatisfy { $0.allSatisfy { $0 == 0 } }
          && root?.count ?? width == width
          && (root ?? []).enumerated().allSatisfy { row, values in
            values.count == width && values.allSatisfy(\.isFinite)
              && values.dropFirst(row + 1).allSatisfy { $0 == 0 }
          },
        "state.statistics.roots", "they are not lower triangles of the terms' effects")
    }
  }

  /// The system of the random effects: columns of a lower triangle, the diagonal first.
  private func random(starts: [Int], rows: [Int32], values: [Double], products: [Double]) throws {
    let covariances = try state.relativeCovariances.map { try Matrix(rowsOf: $0) }
    let count = PredictionStatistics.effectCount(shapes, covariances: covariances)
    try require(
      starts.count == count + 1 && starts.first == 0 && starts.last == rows.count
        && zip(starts, starts.dropFirst()).allSatisfy { $0 < $1 },
      "state.statistics.columnStarts", "they do not divide \(rows.count) entries among \(count) effects")
    for column in 0..<count {
      let entries = rows[starts[column]..<starts[column + 1]]
      try require(
        entries.first.map(Int.init) == column && entries.last.map { Int($0) < count } ?? false
          && zip(entries, entries.dropFirst()).allSatisfy { $0 < $1 },
        "state.statistics.rowIndices", "column \(column) is out of order")
    }
    try require(
      values.count == rows.count && values.allSatisfy(\.isFinite), "state.statistics.values",
      "they are not \(rows.count) finite numbers")
    try require(
      products.count == count * state.rank && products.allSatisfy(\.isFinite), "state.statistics.products",
      "they are not \(count) × \(state.rank) finite numbers")
  }

  private func monteCarlo() throws {
    guard let errors = state.monteCarlo else { return }
    try require(
      errors.fixedEffects.count == state.exogNames.count && errors.covariances.count == shapes.count
        && errors.relativeCovariances.count == shapes.count,
      "state.monteCarlo", "its lengths do not fit the model")
  }
}

import LinearAlgebra

/// Whether one model is a special case of another on the same rows: what a likelihood-ratio test takes for granted.
enum Nesting {
  /// Why `small` is no special case of `large`; nil when it is one.
  ///
  /// - Parameter added: how many parameters the larger model has more.
  static func obstacle(to small: ModelSpecification, in large: ModelSpecification, added: Int) -> String? {
    if let name = fixedOutside(small, large) {
      return "'\(name)' of the first is no fixed effect of the second"
    }
    let tellsRows = small.cells == nil && large.cells == nil
    if let block = small.blocks.indices.first(where: {
      !isContained(small.blocks[$0], in: large.blocks, tellsRows: tellsRows)
    }) {
      return "the second has no \(small.termText(block))"
    }
    if let residuals = small.residuals, !residuals.isContained(in: large.residuals) {
      return "the residuals of the second have not the variances and correlations of the first"
    }
    return added > 0 ? nil : "they have the same number of parameters"
  }

  // MARK: - Fixed effects

  /// Multiplications above which spans are not computed and columns are compared by name: some seconds.
  private static let limit = 1e10

  /// Part of a column that may lie outside of the span of others by rounding.
  private static let tolerance = 1e-7

  /// The first fixed column of `small` that is no combination of those of `large`.
  private static func fixedOutside(_ small: ModelSpecification, _ large: ModelSpecification) -> String? {
    let known = Set(large.exogNames)
    let unnamed = small.exogNames.indices.filter { !known.contains(small.exogNames[$0]) }
    guard let first = unnamed.first else { return nil }
    let work = Double(large.exog.rows) * Double(large.exog.columns) * Double(large.exog.columns)
    guard work <= limit, large.exog.columns > 0, large.exog.rows == small.exog.rows,
      large.cells == nil, small.cells == nil
    else {
      return small.exogNames[first]
    }
    let factored = PivotedQR(large.exog)
    let basis = factored.q.selecting(columns: Array(0..<factored.rank))
    return unnamed.first { column in
      let values = small.exog.column(column)
      let projection = basis * basis.transposedTimes(values)
      let rest = zip(values, projection).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      return rest > tolerance * tolerance * values.reduce(0) { $0 + $1 * $1 }
    }.map { small.exogNames[$0] }
  }

  // MARK: - Random effects

  /// Whether the covariances that a block allows are allowed by blocks of the same factor.
  ///
  /// - Parameter tellsRows: whether both models have rows; else factors and regressors are told by their names.
  private static func isContained(
    _ block: RandomBlock, in blocks: [RandomBlock], tellsRows: Bool
  ) -> Bool {
    func columns(of block: RandomBlock) -> Set<Regressor> {
      guard tellsRows else { return Set(block.names.map(Regressor.name)) }
      let width = block.parts.first?.columns.count ?? 0
      return Set((0..<width).map { column in .values(block.parts.map { $0.columns[column] }) })
    }
    let same = blocks.filter { other in
      tellsRows ? other.parts.map(\.codes) == block.parts.map(\.codes) : other.group == block.group
    }
    let own = columns(of: block)
    let isJoint = block.width > 1 && (block.hasCovariances || !block.covariance.form.reportsEntries)
    let holds = same.contains { other in
      let columns = columns(of: other)
      return (own == columns && other.covariance.form.contains(block.covariance.form))
        || (other.width > 1 && other.hasCovariances && own.isSubset(of: columns))
    }
    if isJoint || holds { return holds }
    return own.allSatisfy { column in
      same.contains { $0.covariance.form.reportsEntries && columns(of: $0).contains(column) }
    }
  }

  /// A regressor of a block's effects: its values in each part, nil for ones, or its name.
  private enum Regressor: Hashable {
    case values([[Double]?])
    case name(String)
  }
}

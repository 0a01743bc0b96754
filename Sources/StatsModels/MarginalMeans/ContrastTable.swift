import DataFrames
import LinearAlgebra

/// Contrasts of marginal means with tests and intervals. Not in statsmodels.
public struct ContrastTable: Sendable {
  /// The contrasts, `A - B`; `A / B` where they are ratios.
  public let contrast: [String]
  /// The levels of the factors that families stand by, one column each.
  public let levels: DataFrame
  /// The contrasts' values, or on the response's scale their exponentials; nan where the data determine none, as in all that follows.
  public let estimate: [Double]
  /// Their standard errors.
  public let se: [Double]
  /// Degrees of freedom; infinite where the normal distribution is the reference.
  public let df: [Double]
  /// Estimates over standard errors; of ratios those of their logarithms.
  public let t: [Double]
  /// Adjusted two-sided p-values.
  public let p: [Double]
  /// Lower limits of the intervals, adjusted as the p-values are; by Bonferroni where these are adjusted in steps.
  public let lower: [Double]
  /// Upper limits.
  public let upper: [Double]
  /// The adjustment in each family.
  public let adjust: MarginalMeans.Adjustment
  /// One less the confidence level of the limits.
  public let alpha: Double
  /// What the estimates are: "estimate" for differences, "ratio" or "odds.ratio" on the response's scale.
  public let estimateName: String
  /// What a reader should know.
  public let notes: [String]

  /// The levels, then `contrast`, `estimate` (or ``estimateName``), `se`, `df`, `t`, `p`, `lower`, `upper`.
  public var frame: DataFrame {
    let numbers = [
      (estimateName, estimate), ("se", se), ("df", df), ("t", t), ("p", p), ("lower", lower),
      ("upper", upper),
    ]
    let columns = levels.columns + [Column(name: "contrast", contrast)] + numbers.map { Column(name: $0, $1) }
    return (try? DataFrame(columns: columns)) ?? DataFrame()
  }
}

extension ContrastTable: CustomStringConvertible {
  /// The table and the notes.
  public var description: String {
    ([frame.description] + notes.map { "Note: \($0)" }).joined(separator: "\n")
  }
}

extension MarginalMeans {
  /// All differences of two means of a family, earlier less later. Not in statsmodels.
  ///
  /// - Throws: ``StatsModelsError`` for a level of confidence that is none.
  public func pairs(adjust: Adjustment = .tukey, alpha: Double = 0.05) throws -> ContrastTable {
    try contrast(.pairwise, adjust: adjust, alpha: alpha)
  }

  /// Contrasts of the means of each family: the rows of one combination of the levels of ``by``. Not in statsmodels.
  ///
  /// - Parameters:
  ///   - kind: the contrasts.
  ///   - adjust: the adjustment for their number; by default that of emmeans: Tukey's for pairs, Dunnett's for comparisons
  ///     with a control, the false discovery rate for effects, none for others.
  ///   - alpha: one less the confidence level.
  /// - Throws: ``StatsModelsError`` for weights and references that do not fit.
  public func contrast(
    _ kind: MeanContrast, adjust: Adjustment? = nil, alpha: Double = 0.05
  ) throws -> ContrastTable {
    try inference.fit.requireLevel(alpha: alpha)
    var notes = notes
    var adjustment = adjust ?? kind.defaultAdjustment
    if adjustment == .tukey, !kind.isPairwise {
      adjustment = .sidak
      notes.append("Tukey's adjustment is for all pairs: Šidák's in its place.")
    }
    let ratios = response.flatMap { scale in
      scale.ratioName == nil || !kind.areDifferences ? nil : scale
    }
    if let response {
      notes.append(
        ratios == nil
          ? "Contrasts are on the scale of the \(response.family.link.rawValue) link."
          : "Tests are those of the logarithms of the ratios.")
    }
    var (names, places, p, widths): ([String], [Int], [Double], [Double]) = ([], [], [], [])
    var combinations: [FixedEffectsInference.Combination] = []
    for family in families {
      let rows = try kind.rows(family.map { labels[$0] }, sign: ratios == nil ? "-" : "/")
      let functions = weighted(rows.map(\.weights), family)
      var own = inference.combinations(functions)
      for (i, row) in rows.enumerated() { own[i].estimate += row.weights.reduce(0, +) * offset }
      let judged = ContrastFamily(
        t: own.map { $0.estimate / $0.standardError }, df: own.map(\.df), meanCount: family.count,
        covariance: inference.covariance(of: functions))
      names += rows.map(\.name)
      places += rows.map { _ in family[0] }
      combinations += own
      p += judged.pValues(adjustment)
      widths += zip(judged.quantiles(adjustment, alpha: alpha), own).map { $0 * $1.standardError }
    }
    let intervals = zip(combinations, widths).map { row, width in
      ScaledInterval(
        estimate: row.estimate, se: row.standardError, lower: row.estimate - width,
        upper: row.estimate + width)
    }.map { ratios?.ratio($0) ?? $0 }
    return ContrastTable(
      contrast: names,
      levels: try DataFrame(
        columns: by.map { levels[$0].rows(places) }, rowLabels: RowLabels(count: places.count)),
      estimate: intervals.map(\.estimate), se: intervals.map(\.se), df: combinations.map(\.df),
      t: combinations.map { $0.estimate / $0.standardError }, p: p,
      lower: intervals.map(\.lower), upper: intervals.map(\.upper), adjust: adjustment, alpha: alpha,
      estimateName: ratios?.ratioName ?? "estimate", notes: notes)
  }

  /// Contrasts of contrasts: products of one kind for each factor, `(A1 - A2) : linear`. Not in statsmodels.
  ///
  /// - Parameters:
  ///   - kinds: the contrasts of each of ``factors``, in their order; a single one is taken for all.
  ///   - adjust: the adjustment for their number; none by default, as in emmeans.
  ///   - alpha: one less the confidence level.
  /// - Throws: ``StatsModelsError`` for another number of kinds than of factors, and as ``contrast(_:adjust:alpha:)`` does.
  public func contrast(
    interaction kinds: [MeanContrast], adjust: Adjustment = .none, alpha: Double = 0.05
  ) throws -> ContrastTable {
    guard kinds.count == factors.count || kinds.count == 1 else {
      throw StatsModelsError(
        .lengthMismatch,
        "interaction takes a contrast for each of \(shortList(factors)), or one for all, not \(kinds.count)")
    }
    guard let family = families.first else { return try contrast(.custom([:]), adjust: adjust, alpha: alpha) }
    var products: [(name: String, weights: [Double])] = [("", [1])]
    for (position, factor) in factors.enumerated() {
      var names: [String] = []
      for row in family {
        let label = Self.label(levels[factor][row], of: factor)
        if !names.contains(label) { names.append(label) }
      }
      // the first factor's levels follow each other fastest
      products = try kinds[kinds.count == 1 ? 0 : position].rows(names).flatMap { own in
        products.map { before in
          (
            name: before.name.isEmpty ? own.name : "\(before.name) : \(own.name)",
            weights: own.weights.flatMap { weight in before.weights.map { $0 * weight } }
          )
        }
      }
    }
    return try contrast(.products(products), adjust: adjust, alpha: alpha)
  }

  /// Tests that all means of each family are equal, one F test each. Not in statsmodels.
  public func jointTests() -> [JointTestResults] {
    families.map { family in
      let rows = weighted(
        (1..<max(family.count, 1)).map { a in family.indices.map { $0 == 0 ? 1 : $0 == a ? -1 : 0 } }, family)
      let test = inference.test(rows, values: [Double](repeating: 0, count: rows.rows))
      return JointTestResults(test, inference: inference, warnings: [])
    }
  }

  /// Weighted sums of the rows of a family; a row that is unknown counts only where its weight is not zero.
  private func weighted(_ weights: [[Double]], _ family: [Int]) -> Matrix {
    var result = Matrix(rows: weights.count, columns: functions.columns)
    for (i, list) in weights.enumerated() {
      for (weight, row) in zip(list, family) where weight != 0 {
        for j in 0..<functions.columns { result[i, j] += weight * functions[row, j] }
      }
    }
    return result
  }
}

extension FixedEffectsInference {
  /// Covariance of rows over all fixed effects.
  func covariance(of rows: Matrix) -> Matrix {
    let inner = rows.selecting(columns: kept)
    return inner * covariance * inner.transposed
  }
}

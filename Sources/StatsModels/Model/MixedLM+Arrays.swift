import DataFrames
import LinearAlgebra

extension MixedLM {
  /// A mixed model from arrays.
  ///
  /// Without `exogRe` and `exogVc` each group has a random intercept; with `exogVc` alone it has none.
  /// - Parameters:
  ///   - endog: the response.
  ///   - exog: the fixed design, with a column of ones if an intercept is wanted.
  ///   - groups: a label for each row.
  ///   - exogRe: columns whose effects vary by group, with a common covariance matrix.
  ///   - exogVc: variance components.
  ///   - weights: prior weights, inverse to the residual variance of each row; rows of weight 0 are left out.
  ///   - offset: what is added to the linear predictor of each row.
  ///   - useSqrt: packed parameters are the Cholesky factor and roots.
  ///   - missing: `.drop` drops rows with nan in any of these, also out of the matrices of `exogVc`; the others refuse
  ///     nan.
  /// - Throws: ``StatsModelsError`` for lengths that do not fit, and for missing values.
  ///
  /// Python: MixedLM
  public init(
    endog: [Double], exog: any DesignConvertible, groups: any ColumnSpecifier,
    exogRe: (any DesignConvertible)? = nil, exogVc: (any VarianceComponentsConvertible)? = nil,
    weights: [Double]? = nil, offset: [Double]? = nil, useSqrt: Bool = true, missing: MissingHandling = .none
  ) throws {
    let begin = ContinuousClock.now
    var design = try ArrayDesign(
      endog: endog, exog: exog, groups: groups, exogRe: exogRe, weights: weights, offset: offset)
    var components = try exogVc.map(design.components)
    let dropped = try design.treatMissing(missing, &components)
    let factor = design.factor
    var blocks: [RandomBlock] = []
    var ownNames: [String] = []
    if let matrix = design.exogRe {
      ownNames = design.exogReNames ?? (1...max(matrix.columns, 1)).prefix(matrix.columns).map { "x_re\($0)" }
      blocks.append(
        RandomBlock(
          factor: factor, names: ownNames,
          columns: (0..<matrix.columns).map { j in
            let column = matrix.column(j)
            return column.allSatisfy { $0 == 1 } ? nil : column
          }))
    } else if components == nil {
      ownNames = [ModelSpecification.defaultEffectName]
      blocks.append(RandomBlock(factor: factor, names: ["Intercept"], columns: [nil]))
    }
    if let components { blocks += design.componentBlocks(components) }
    let labels = RowLabels(dropped.kept ?? Array(0..<design.endog.count))
    try design.offset?.requireFinite(labels: labels)
    self.init(
      specification: ModelSpecification(
        endogName: "y", endog: design.endog, exogNames: design.exogNames, exog: design.exog,
        rowLabels: labels, weights: design.weights, offset: design.offset, blocks: blocks,
        layout: .grouped, grouping: factor, groupName: "Group", groupColumn: nil, exogReNames: ownNames,
        source: nil, warnings: dropped.warnings),
      useSqrt: useSqrt, designSeconds: (ContinuousClock.now - begin).seconds)
  }
}

/// The arrays of a model, checked against each other.
private struct ArrayDesign {
  var endog: [Double]
  var exog: Matrix
  var exogNames: [String]
  var exogRe: Matrix?
  var exogReNames: [String]?
  var codes: [Int32]
  let levels: [GroupLabel]
  var weights: RowNumbers?
  var offset: RowNumbers?

  init(
    endog: [Double], exog: any DesignConvertible, groups: any ColumnSpecifier,
    exogRe: (any DesignConvertible)?,
    weights: [Double]?, offset: [Double]?
  ) throws {
    self.endog = endog
    self.weights = weights.map { RowNumbers(column: nil, values: $0) }
    self.offset = offset.map { RowNumbers(column: nil, values: $0) }
    let fixed = try exog.designMatrix()
    self.exog = fixed.matrix
    exogNames = fixed.names ?? Self.defaultNames(fixed.matrix)
    let random = try exogRe?.designMatrix()
    self.exogRe = random?.matrix
    exogReNames = random?.names
    guard let labels = groups.labels else {
      throw StatsModelsError(
        .invalidArgument, "groups must hold a label for each row: arrays have no named columns")
    }
    (codes, levels) = labels.factorized()
    for (name, count) in [
      ("exog", self.exog.rows), ("groups", codes.count), ("exogRe", random?.matrix.rows ?? endog.count),
      ("weights", weights?.count ?? endog.count), ("offset", offset?.count ?? endog.count),
    ]
    where count != endog.count {
      throw StatsModelsError(
        .lengthMismatch, "\(name) has \(count) rows, endog \(endog.count)", values: [name])
    }
    if let random, random.matrix.columns == 0 {
      throw StatsModelsError(.invalidArgument, "exogRe has no columns: leave it out for a random intercept")
    }
    guard !endog.isEmpty else { throw StatsModelsError(.notEnoughData, "endog has no values") }
  }

  /// statsmodels' names: `x1`, `x2`, …, and `const` for the first column without variation.
  static func defaultNames(_ matrix: Matrix) -> [String] {
    let constant = (0..<matrix.columns).first { j in
      let column = matrix.column(j)
      return column.allSatisfy { $0 == column[0] }
    }
    var next = 0
    return (0..<matrix.columns).map { j in
      if j == constant { return "const" }
      next += 1
      return "x\(next)"
    }
  }

  /// The groups of the rows.
  var factor: GroupingFactor {
    GroupingFactor(name: "Group", part: CodedFactor(name: "Group", codes: codes, levels: levels))
  }

  /// The variance components, with a matrix for the rows of each group.
  func components(_ components: any VarianceComponentsConvertible) throws -> VCSpec {
    let factor = factor
    let sizes = GroupRows.sizes(factor.codes, groupCount: factor.levelCount)
    let spec = try components.vcSpec(groups: zip(factor.labels, sizes).map { (label: $0, rows: $1) })
    try spec.validate(groupSizes: sizes)
    return spec
  }

  /// Leaves out rows of weight 0, and rows with missing values or refuses these.
  ///
  /// - Returns: rows kept, nil for all, and what tells of the others.
  mutating func treatMissing(_ missing: MissingHandling, _ components: inout VCSpec?) throws -> (
    kept: [Int]?, warnings: [FitWarning]
  ) {
    let factor = factor
    let rows = GroupRows(codes: factor.codes, groupCount: factor.levelCount)
    let missingInComponents = Set(components?.missingRows(rows) ?? [])
    func lacks(_ matrix: Matrix?, _ row: Int) -> Bool {
      matrix.map { values in (0..<values.columns).contains { values[row, $0].isNaN } } ?? false
    }
    let parts: [(name: String, isMissing: (Int) -> Bool)] = [
      ("endog", { [endog] in endog[$0].isNaN }), ("exog", { [exog] in lacks(exog, $0) }),
      ("exogRe", { [exogRe] in lacks(exogRe, $0) }), ("groups", { [codes] in codes[$0] < 0 }),
      ("exogVc", missingInComponents.contains),
      ("weights", { [weights] in weights?.values[$0].isNaN ?? false }),
      ("offset", { [offset] in offset?.values[$0].isNaN ?? false }),
    ]
    let bad = endog.indices.filter { row in parts.contains { $0.isMissing(row) } }
    let dropped = DroppedRows(
      count: bad.count, total: endog.count,
      missing: parts.map { part in (part.name, bad.count { part.isMissing($0) }) }.filter { $0.1 > 0 })
    guard bad.isEmpty || missing == .drop else {
      throw StatsModelsError(
        .missingValues,
        "NaNs were encountered in the data, the first in row \(bad[0]) (\(dropped.missing.map(\.name).joined(separator: ", "))): use missing: .drop to drop these rows",
        values: [String(bad[0])])
    }
    let unweighted = endog.indices.filter { weights?.values[$0] == 0 }
    let positions = Set(bad + unweighted)
    let warnings = [
      dropped.warning, RowNumbers.warning(unweighted: unweighted.count, of: endog.count),
    ].compactMap { $0 }
    if positions.isEmpty { return (nil, try checkedWeights(warnings)) }
    let kept = endog.indices.filter { !positions.contains($0) }
    components = components?.selecting(rows) { !positions.contains($0) }
    endog = kept.map { endog[$0] }
    exog = exog.selecting(rows: kept)
    exogRe = exogRe?.selecting(rows: kept)
    codes = kept.map { codes[$0] }
    weights = weights?.selecting(kept)
    offset = offset?.selecting(kept)
    guard !kept.isEmpty else {
      throw StatsModelsError(
        .notEnoughData, "every row has a missing value or the weight 0: nothing is left to fit")
    }
    return (kept, try checkedWeights(warnings))
  }

  /// The warnings, if all weights are positive numbers.
  private func checkedWeights(_ warnings: [FitWarning]) throws -> [FitWarning] {
    _ = try weights?.weighted(labels: RowLabels(count: endog.count))
    return warnings
  }

  func componentBlocks(_ spec: VCSpec) -> [RandomBlock] {
    let factor = factor
    let rows = GroupRows(codes: factor.codes, groupCount: factor.levelCount)
    return spec.names.indices.map { component in
      var partition = ComponentPartition(rowCount: endog.count)
      for group in 0..<rows.count {
        let known = component < spec.colnames.count ? spec.colnames[component] : []
        let names = group < known.count ? known[group] : []
        partition.append(rows: rows[group], matrix: spec.mats[component][group], names: names)
      }
      return partition.block(name: spec.names[component])
    }
  }
}

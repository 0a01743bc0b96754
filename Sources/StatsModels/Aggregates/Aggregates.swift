import DataFrames
import Foundation
import MixedModels
import Patsy

/// Sums of products over the rows of a model, from which it is fitted as from the rows themselves.
///
/// They are taken by cells, the combinations of levels that occur, and add up: sums of parts of the data, wherever these
/// lie, give the fit of all data. Sums are kept to about 30 digits, so that it does not matter how the rows are divided.
/// ```swift
/// let aggregates = try Aggregates(formula: "Weight ~ Time + (1 | Pig)", data: data)
/// print(try MixedLM(aggregates: aggregates).fit().summary())
/// ```
/// A cell of one row is that row: who must not see rows must not see such sums either.
/// Not in statsmodels.
public struct Aggregates: Sendable {
  /// What the sums have in common with those of other parts.
  public let design: AggregateDesign
  var sums: CellSums
  var keys: AggregateKeyTable
  var totals = Totals()
  /// Whether cells stand for levels only by their number: a database pooled levels with equally many rows.
  var isPooled = false

  /// What is counted over all rows.
  struct Totals: Codable, Equatable, Sendable {
    /// Σ log w, Σ 1/w, and whether some weight is not 1.
    var logWeights = 0.0
    var inverseWeights = 0.0
    var isWeighted = false
    /// Rows before any was left out, and rows left out for missing values, or the weight 0.
    var rows = 0
    var dropped = 0
    var unweighted = 0
    /// Rows in which each variable is missing.
    var missing: [String: Int] = [:]
  }

  /// Number of rows that were summed up. Python: MixedLM.nobs
  public var nobs: Int { sums.observations }
  /// The formula. Python: MixedLM.formula
  public var formula: String { design.formula }
  /// Number of cells, the combinations of levels that occur.
  public var cellCount: Int { sums.cellCount }
  /// Number of rows of the smallest cell, 0 without rows; a cell of one row is that row.
  public var smallestCell: Int { sums.counts.min() ?? 0 }

  /// No rows yet; ``add(_:)`` takes some in.
  public init(design: AggregateDesign) {
    self.design = design
    sums = CellSums(width: design.entries.width, participants: Array(design.entries.participants))
    keys = design.emptyKeys
  }

  /// The sums of rows.
  ///
  /// - Throws: `PatsyError` and ``StatsModelsError`` for rows that do not fit the design, such as unknown levels of
  ///   categorical predictors.
  public init(design: AggregateDesign, data: DataFrame) throws {
    self.init(design: design)
    try add(data)
  }

  /// The sums of all rows of a model; the arguments are those of ``AggregateDesign``.
  public init(
    formula: String, data: DataFrame, groups: String? = nil, reFormula: ReFormula? = nil,
    vcFormula: [String: String]? = nil, reCovariance: [String: CovarianceStructure]? = nil,
    weights: String? = nil, offset: String? = nil, missing: MissingHandling = .none,
    environment: EvalEnvironment = EvalEnvironment()
  ) throws {
    try self.init(
      design: AggregateDesign(
        formula: formula, data: data, groups: groups, reFormula: reFormula, vcFormula: vcFormula,
        reCovariance: reCovariance, weights: weights, offset: offset, missing: missing,
        environment: environment),
      data: data)
  }

  /// Takes in the rows of a part of the data.
  ///
  /// - Throws: as ``init(design:data:)``; then nothing was added.
  public mutating func add(_ data: DataFrame) throws {
    try requireLevels()
    let rows = AggregateRows(design: design)
    guard let values = try rows.values(data) else {
      let selected = try rows.selected(data)
      totals.count(selected)
      return
    }
    var columns = values.designCodes
    for (offset, label) in values.labels.enumerated() {
      let key = keys.designCount + offset
      let map = keys.codes(of: label.levels, key: key)
      keys.keepsAllLevels[key] = keys.keepsAllLevels[key] || label.keepsAllLevels
      columns.append(label.codes.map { map[Int($0)] })
    }
    let (cells, newClasses) = keys.cells(of: columns, rowCount: values.count)
    sums.grow(classes: newClasses, classCount: keys.classCount)
    sums.add(design.standardized(values.columns), weights: values.weights, cells: cells)
    totals.count(values.selected)
  }

  /// The sums of several parts.
  ///
  /// - Throws: ``StatsModelsError`` where formulas, codings or shifts differ, naming what does.
  public init(merging shards: [Aggregates]) throws {
    guard let first = shards.first else {
      throw StatsModelsError(.notEnoughData, "there are no aggregates to merge: give one at least")
    }
    self = first
    if shards.count > 1 { for shard in shards { try shard.requireLevels() } }
    let identity = try first.design.identity()
    for (position, shard) in shards.enumerated().dropFirst() {
      try identity.require(shard.design.identity(), position: position)
      let (cells, classes, newClasses) = keys.add(shard.keys)
      sums.grow(classes: newClasses, classCount: keys.classCount)
      sums.add(shard.sums, cells: cells, classes: classes)
      totals.add(shard.totals)
    }
  }
}

extension Aggregates {
  /// - Throws: ``StatsModelsError`` of pooled levels, which nothing can be added to.
  func requireLevels() throws {
    if isPooled { throw ModelSpecification.withoutLevels("what is added or written") }
  }
}

extension AggregateDesign {
  /// The entries as they are summed, without the column of ones.
  func standardized(_ columns: [[Double]]) -> [[Double]] {
    var result = columns.enumerated().map { position, column in
      let (shift, scale) = (shifts[position + 1], scales[position + 1])
      return column.map { ($0 - shift) * scale }
    }
    guard let explained = explainedEntries, let response = result.indices.last else { return result }
    for (entry, coefficient) in explained.enumerated() where coefficient != 0 {
      for row in result[response].indices {
        result[response][row] -= coefficient * (entry == 0 ? 1 : result[entry - 1][row])
      }
    }
    return result
  }
}

extension Aggregates.Totals {
  mutating func count(_ selected: AggregateRows.Selected) {
    rows += selected.total
    dropped += selected.dropped?.count ?? 0
    unweighted += selected.unweighted
    for (name, count) in selected.dropped?.missing ?? [] { missing[name, default: 0] += count }
    guard let weights = selected.weights?.values else {
      inverseWeights += Double(selected.data.rowCount)
      return
    }
    for weight in weights { count(weight: weight) }
  }

  /// Counts the weight of a row.
  mutating func count(weight: Double) {
    logWeights += log(weight)
    inverseWeights += 1 / weight
    if weight != 1 { isWeighted = true }
  }

  mutating func add(_ other: Self) {
    logWeights += other.logWeights
    inverseWeights += other.inverseWeights
    isWeighted = isWeighted || other.isWeighted
    rows += other.rows
    dropped += other.dropped
    unweighted += other.unweighted
    missing.merge(other.missing, uniquingKeysWith: +)
  }

  /// What the model says of rows that were left out.
  var warnings: [FitWarning] {
    [
      DroppedRows(
        count: dropped, total: rows, missing: missing.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
      ).warning, RowNumbers.warning(unweighted: unweighted, of: rows - dropped),
    ].compactMap(\.self)
  }
}

import DataFrames
import Foundation
import LinearAlgebra
import Patsy

/// A marginal model of grouped data, by generalised estimating equations.
///
/// ```swift
/// print(try gee("Weight ~ Time", "Pig", data, covStruct: .exchangeable).fit().summary())
/// ```
/// Python: statsmodels.genmod.generalized_estimating_equations.GEE
public struct GEE: Sendable {
  /// Response, design, family and offset.
  let glm: GLM
  /// Dependence within groups. Python: GEE.cov_struct
  public let covStruct: CovStruct
  /// Rows of each group, groups sorted by label.
  let members: [[Int]]
  let times: [[Double]]

  /// Distribution and link. Python: GEE.family
  public var family: Family { glm.family }
  /// The response. Python: GEE.endog
  public var endog: [Double] { glm.endog }
  /// The design. Python: GEE.exog
  public var exog: Matrix { glm.exog }
  /// Name of the response. Python: GEE.endog_names
  public var endogNames: String { glm.endogNames }
  /// Names of the design's columns. Python: GEE.exog_names
  public var exogNames: [String] { glm.exogNames }

  /// A model of arrays.
  ///
  /// - Parameters:
  ///   - endog: the response.
  ///   - exog: one row an observation; no constant is added.
  ///   - groups: a label for each row.
  ///   - time: the place of each row in time; nil: the order within its group.
  ///   - family: distribution and link.
  ///   - covStruct: dependence within groups.
  ///   - offset: what is added to the linear predictor.
  ///   - exposure: what the mean is proportional to, with a logarithmic link.
  /// - Throws: ``StatsModelsError`` as ``GLM`` does, and for missing labels.
  ///
  /// Python: GEE(endog, exog, groups, time, family, cov_struct, offset, exposure)
  public init(
    endog: [Double], exog: any DesignConvertible, groups: any ColumnSpecifier, time: [Double]? = nil,
    family: Family = .gaussian(), covStruct: CovStruct = .independence, offset: [Double]? = nil,
    exposure: [Double]? = nil
  ) throws {
    guard let labels = groups.labels else {
      throw StatsModelsError(
        .invalidArgument, "groups must hold a label for each row: arrays have no named columns")
    }
    try self.init(
      GLM(endog: endog, exog: exog, family: family, offset: offset, exposure: exposure), groups: labels,
      time: time, covStruct: covStruct)
  }

  init(_ glm: GLM, groups: Column, time: [Double]?, covStruct: CovStruct) throws {
    guard glm.nTrials.allSatisfy({ $0 == 1 }) else {
      throw StatsModelsError(
        .nonNumericResponse, "estimating equations take one column of responses: a row for each trial")
    }
    var (codes, all) = (groups.factorized().codes, time)
    let count = codes.count
    if count == glm.dataRowCount {
      codes = glm.keptRows.map { codes[$0] }
      if let time, time.count == count { all = glm.keptRows.map { time[$0] } }
    }
    guard codes.count == glm.endog.count, all == nil || all?.count == glm.endog.count else {
      throw StatsModelsError(
        .lengthMismatch,
        "groups has \(count) labels and time \(time?.count ?? count) values for \(glm.endog.count) rows")
    }
    if let row = codes.firstIndex(where: { $0 < 0 }) {
      throw StatsModelsError(.missingValues, "row \(glm.rowLabels[row]) has no group: remove it")
    }
    if let row = all?.firstIndex(where: { !$0.isFinite }) {
      throw StatsModelsError(.missingValues, "row \(glm.rowLabels[row]) has no time: remove it")
    }
    var members: [Int32: [Int]] = [:]
    for (row, code) in codes.enumerated() { members[code, default: []].append(row) }
    let sorted = members.keys.sorted().compactMap { members[$0] }
    self.members = sorted
    times = sorted.map { rows in all.map { t in rows.map { t[$0] } } ?? rows.indices.map(Double.init) }
    (self.glm, self.covStruct) = (glm, covStruct)
  }

  /// A model from a formula; the parameters are those of
  /// ``gee(_:_:_:time:covStruct:family:offset:exposure:missing:environment:)``.
  ///
  /// Python: GEE.from_formula
  public static func fromFormula(
    formula: String, groups: any ColumnSpecifier, data: DataFrame, time: (any ColumnSpecifier)? = nil,
    covStruct: CovStruct = .independence, family: Family = .gaussian(),
    offset: (any ColumnSpecifier)? = nil, exposure: (any ColumnSpecifier)? = nil,
    missing: MissingHandling = .drop,
    environment: EvalEnvironment = EvalEnvironment()
  ) throws -> GEE {
    let labels = try groups.columnName.map { try data.column($0) } ?? groups.labels
    guard let labels, labels.count == data.rowCount else {
      throw StatsModelsError(
        .lengthMismatch, "groups has \(labels?.count ?? 0) labels, the data \(data.rowCount) rows")
    }
    let known: [Double] = (0..<labels.count).map { labels.isMissing($0) ? .nan : 1 }
    let design = try FormulaDesign(
      formula, data, environment: environment, missing: missing,
      beside: [("offset", offset), ("exposure", exposure), ("time", time), ("groups", known)])
    let glm = try GLM(
      endog: design.endog, exog: design.exog, family: family,
      beside: [design.numbers[0], design.numbers[1], nil, nil], endogNames: design.response.columnNames,
      exogNames: design.design.columnNames, designInfo: design.design.designInfo, data: data,
      keptRows: design.rows, dataRowCount: data.rowCount, rowLabels: design.rowLabels,
      warnings: design.warnings)
    return try GEE(glm, groups: labels, time: design.numbers[2], covStruct: covStruct)
  }
}

/// A marginal model of grouped data from a formula, by generalised estimating equations.
///
/// - Parameters:
///   - formula: `response ~ terms`.
///   - groups: a column's name or labels.
///   - data: a data frame.
///   - time: the place of each row in time: a column's name or values; nil: the order within its group.
///   - covStruct: dependence within groups.
///   - family: distribution and link.
///   - offset: what is added to the linear predictor.
///   - exposure: what the mean is proportional to, with a logarithmic link.
///   - missing: rows with missing values are dropped, or an error.
///   - environment: further values and functions that the formula may use.
/// - Throws: `PatsyError` for a formula that cannot be evaluated, ``StatsModelsError`` for unusable values.
///
/// Python: statsmodels.formula.api.gee
public func gee(
  _ formula: String, _ groups: any ColumnSpecifier, _ data: DataFrame, time: (any ColumnSpecifier)? = nil,
  covStruct: CovStruct = .independence, family: Family = .gaussian(), offset: (any ColumnSpecifier)? = nil,
  exposure: (any ColumnSpecifier)? = nil, missing: MissingHandling = .drop,
  environment: EvalEnvironment = EvalEnvironment()
) throws -> GEE {
  try GEE.fromFormula(
    formula: formula, groups: groups, data: data, time: time, covStruct: covStruct, family: family,
    offset: offset, exposure: exposure, missing: missing, environment: environment)
}

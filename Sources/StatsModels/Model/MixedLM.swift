import DataFrames
import Foundation
import LinearAlgebra
import MixedModels

/// A linear mixed model: a response, a fixed design, and random effects of one or several factors.
///
/// ```swift
/// let model = try MixedLM.fromFormula(formula: "Weight ~ Time", data: data, groups: "Pig", reFormula: "~Time")
/// print(try model.fit().summary())
/// ```
/// Python: MixedLM
public struct MixedLM: Sendable {
  let specification: ModelSpecification
  /// Whether packed parameters are Cholesky factors and roots. Python: MixedLM.use_sqrt
  public let useSqrt: Bool
  /// Seconds from data frame to codes and columns. Not in statsmodels.
  package let designSeconds: Double
  let layout: ParameterLayout
  /// How the engine evaluates likelihoods: what `exact` and `threads` of a fit ask for.
  package var engineOptions = EngineOptions()
  private let engineCache = Lazy<Result<MixedModel, EngineError>>()
  /// The cross-products of a model with another response over the same rows.
  private let designCache: Lazy<Result<MixedModel, EngineError>>?
  private let evaluationCache = Lazy<Result<MixedModel, EngineError>>()
  private let rowsCache = Lazy<GroupRows>()

  init(specification: ModelSpecification, useSqrt: Bool = true, designSeconds: Double = 0) {
    self.specification = specification
    self.useSqrt = useSqrt
    self.designSeconds = designSeconds
    designCache = nil
    layout = specification.parameterLayout
  }

  private init(_ model: MixedLM, specification: ModelSpecification) {
    self.specification = specification
    useSqrt = model.useSqrt
    designSeconds = 0
    designCache = model.engineCache
    layout = model.layout
  }

  /// The model with another response over the same rows, which takes from this one what its fits have made of the design.
  func replacing(response: [Double], name: String? = nil) -> MixedLM {
    var changed = specification
    changed.endog = response
    if let name { changed.endogName = name }
    return MixedLM(self, specification: changed)
  }

  /// The cross-products, computed on first use and shared by all fits.
  func engineOrThrow() throws(EngineError) -> MixedModel {
    var engine = try engineCache.value { makeEngine(engineOptions) }.get()
    engine.options = engineOptions
    return engine
  }

  private func makeEngine(_ options: EngineOptions) -> Result<MixedModel, EngineError> {
    do throws(EngineError) {
      if !options.keepsAll, specification.cells == nil, specification.residuals == nil,
        case .success(let other) = designCache?.known
      {
        return .success(
          try other.replacingResponse(specification.engineResponse, threads: options.threads))
      }
      return .success(try MixedModel(specification.engineRows(), options: options))
    } catch {
      return .failure(error)
    }
  }

  /// The engine for values at given parameters: where a fit holds terms that the data cannot tell apart, one in which
  /// their variances count.
  func evaluationEngine() throws -> MixedModel {
    if specification.isRestored { return try engine() }
    if let usual = try? engineOrThrow(), usual.held.isEmpty { return usual }
    let made = evaluationCache.value { makeEngine(EngineOptions(keepsAll: true)) }
    do throws(EngineError) { return try made.get() } catch { throw specification.translate(error) }
  }

  /// ``engineOrThrow()`` with the error in the model's words.
  func engine() throws -> MixedModel {
    if specification.isRestored {
      throw StatsModelsError(
        .notAvailable,
        "these results were read from a file or had their data removed, and this takes the fixed design and the "
          + "response: build the model again from the data")
    }
    do { return try engineOrThrow() } catch { throw specification.translate(error) }
  }

  /// Rows of the smallest and of the largest group.
  var groupSizeLimits: [Int] {
    if let limits = specification.restored?.groupSizes { return limits }
    let grouping = specification.grouping
    let sizes =
      specification.cells?.groupSizes ?? GroupRows.sizes(grouping.codes, groupCount: grouping.levelCount)
    return [sizes.min() ?? 0, sizes.max() ?? 0]
  }

  /// Rows of each top-level group.
  var groupRows: GroupRows {
    rowsCache.value {
      GroupRows(codes: specification.grouping.codes, groupCount: specification.grouping.levelCount)
    }
  }
}

// MARK: - Attributes

extension MixedLM {
  /// The response; empty for a model of sums. Python: MixedLM.endog
  public var endog: [Double] { specification.cells == nil ? specification.endog : [] }
  /// The fixed design, rows by columns; without rows for a model of sums. Python: MixedLM.exog
  public var exog: Matrix {
    specification.cells == nil ? specification.exog : Matrix(rows: 0, columns: specification.exog.columns)
  }
  /// Name of the response. Python: MixedLM.endog_names
  public var endogNames: String { specification.endogName }
  /// Names of the columns of the fixed design. Python: MixedLM.exog_names
  public var exogNames: [String] { specification.exogNames }
  /// Names of the group's own random effects. Python: MixedLM.data.exog_re_names
  public var exogReNames: [String] { specification.exogReNames }
  /// Names of their covariance parameters (`Pig Var`, `Pig x Time Cov`). Python: MixedLM.data.exog_re_names_full
  public var exogReNamesFull: [String] { layout.entries.prefix(kRe2).map(\.name) }
  /// Names of the variance components, sorted. Python: MixedLM.data.vcomp_names
  public var vcompNames: [String] { specification.componentBlocks.map { specification.blocks[$0].group } }
  /// Names of all parameters. Python: MixedLM.data.param_names
  public var paramNames: [String] { layout.names }
  /// The formula, nil for a model of arrays. Python: MixedLM.formula
  public var formula: String? { specification.source?.arguments.formula }
  /// Number of rows. Python: MixedLM.nobs
  public var nobs: Int { specification.rowCount }
  /// Number of rows. Python: MixedLM.n_totobs
  public var nTotobs: Int { nobs }
  /// Number of columns of the fixed design. Python: MixedLM.k_fe
  public var kFe: Int { specification.exog.columns }
  /// Number of random effects of a group, variance components excluded. Python: MixedLM.k_re
  public var kRe: Int { specification.kRe }
  /// Number of covariance parameters of these effects. Python: MixedLM.k_re2
  public var kRe2: Int { kRe * (kRe + 1) / 2 }
  /// Number of variance components. Python: MixedLM.k_vc
  public var kVc: Int { specification.componentBlocks.count }
  /// `kFe + kRe2`: variance components are not counted. Python: MixedLM.k_params
  public var kParams: Int { kFe + kRe2 }
  /// Number of groups; with several factors of the `groups` factor, else of the first one. Python: MixedLM.n_groups
  public var nGroups: Int { specification.grouping.levelCount }
  /// Labels of the groups, sorted; none where a database pooled them. Python: MixedLM.group_labels
  public var groupLabels: [GroupLabel] { specification.poolsLevels ? [] : specification.grouping.labels }
  /// Label of the group of each row. Python: MixedLM.groups
  public var groups: [GroupLabel] {
    if specification.cells != nil { return [] }
    let labels = groupLabels
    return specification.grouping.codes.map { labels[Int($0)] }
  }
  /// Positions of each group's rows. Python: MixedLM.row_indices
  public var rowIndices: OrderedDictionary<GroupLabel, [Int]> {
    if specification.cells != nil { return [:] }
    let rows = groupRows
    var result: OrderedDictionary<GroupLabel, [Int]> = [:]
    for (group, label) in groupLabels.enumerated() { result[label] = rows[group].map(Int.init) }
    return result
  }
  /// 1 if some combination of the fixed columns is constant, else 0. Python: MixedLM.k_constant
  public var kConstant: Int {
    if specification.isRestored { return specification.exogNames.contains("Intercept") ? 1 : 0 }
    if let cells = specification.cells { return specification.holdsConstant(cells) ? 1 : 0 }
    let exog = specification.exog
    let single = (0..<exog.columns).contains { j in
      let column = exog.storage[j * exog.rows..<(j + 1) * exog.rows]
      guard let first = column.first, first != 0 else { return false }
      return column.allSatisfy { $0 == first }
    }
    if single { return 1 }
    let constant = Matrix(rows: exog.rows, columns: 1, repeating: 1)
    guard let rank = try? exog.matrixRank(),
      let augmented = try? exog.appending(columnsOf: constant).matrixRank()
    else { return 0 }
    return exog.columns > 0 && augmented == rank ? 1 : 0
  }
  /// The group's own random design, nil when it has none, and for results that were read without rows. Python: MixedLM.exog_re
  public var exogRe: Matrix? {
    guard kRe > 0, specification.hasTermRows, let part = specification.blocks[0].parts.first else {
      return nil
    }
    return Matrix(
      columns: part.columns.map { $0 ?? [Double](repeating: 1, count: nobs) }, rows: nobs)
  }
  /// The variance components as matrices per group; names alone for results that were read without levels of the rows.
  /// Python: MixedLM.exog_vc
  public var exogVc: VCSpec {
    let rows = groupRows
    var result = VCSpec(names: vcompNames, colnames: [], mats: [])
    guard specification.hasTermRows else { return result }
    for block in specification.componentBlocks {
      var names: [[String]] = []
      var matrices: [Matrix] = []
      for group in 0..<rows.count {
        let effects = componentEffects(block, group: group, rows: rows)
        names.append(effects.map(\.shortName))
        matrices.append(design(of: effects, rows: Array(rows[group])))
      }
      result.colnames.append(names)
      result.mats.append(matrices)
    }
    return result
  }

  /// What the model says about its data: dropped rows, ignored arguments. Not in statsmodels.
  public var warnings: [FitWarning] { specification.warnings }

  /// `values` split by group, in the order of `groupLabels`. Python: MixedLM.group_list
  public func groupList(_ array: [Double]) throws -> [[Double]] {
    try specification.requireRows("a list by groups")
    guard array.count == nobs else {
      throw StatsModelsError(.lengthMismatch, "the array has \(array.count) values, the model \(nobs) rows")
    }
    let rows = groupRows
    return (0..<rows.count).map { group in rows[group].map { array[Int($0)] } }
  }

  /// The rows of `array` split by group, in the order of `groupLabels`. Python: MixedLM.group_list
  public func groupList(_ array: Matrix) throws -> [Matrix] {
    try specification.requireRows("a list by groups")
    guard array.rows == nobs else {
      throw StatsModelsError(.lengthMismatch, "the matrix has \(array.rows) rows, the model \(nobs)")
    }
    let rows = groupRows
    return (0..<rows.count).map { group in array.selecting(rows: rows[group].map(Int.init)) }
  }

  /// The response split by group. Python: MixedLM.endog_li
  public var endogLi: [[Double]] { (try? groupList(endog)) ?? [] }
  /// The fixed design split by group. Python: MixedLM.exog_li
  public var exogLi: [Matrix] { (try? groupList(exog)) ?? [] }
  /// The group's own random design split by group; empty when it has none. Python: MixedLM.exog_re_li
  public var exogReLi: [Matrix] { exogRe.flatMap { try? groupList($0) } ?? [] }
}

import DataFrames
import LinearAlgebra
import MixedModels
import Patsy

/// Turns a plan and a data frame into a model specification: designs, codes, names.
struct ModelBuilder {
  let plan: FormulaPlan
  let data: DataFrame
  let environment: EvalEnvironment
  /// The groups of the `groups` argument.
  let groups: GroupsInput?
  /// Makes the response of the columns of the left side, where they need not be one of numbers.
  var readsResponse: ((DesignMatrix) throws -> (name: String, values: [Double]))?
  private let coding: FactorCoding
  private let missing: MissingHandling
  /// Rows that stand for cells, in place of data.
  private let cells: CellColumns?

  /// The `groups` argument over the rows of the model.
  struct GroupsInput {
    /// Name in parameter names: the column's, or "Group" for labels.
    let name: String
    /// Column of the data that the labels come from, if any.
    let column: String?
    let labels: Column
  }

  init(
    plan: FormulaPlan, data: DataFrame, environment: EvalEnvironment, groups: GroupsInput?,
    missing: MissingHandling
  ) {
    self.plan = plan
    self.data = data
    self.environment = environment
    self.groups = groups
    self.missing = missing
    cells = nil
    coding = FactorCoding(data: data, environment: environment)
  }

  /// A model of cells.
  init(plan: FormulaPlan, cells: CellColumns) {
    self.plan = plan
    self.cells = cells
    let arguments = cells.design.arguments
    data = DataFrame()
    environment = cells.design.environment
    missing = arguments.missing
    groups = arguments.groups.map { name in
      arguments.isSingleGroup
        ? .init(name: "Group", column: nil, labels: Column(storage: .integer([], missing: nil)))
        : .init(name: name, column: name, labels: Column(storage: .integer([], missing: nil)))
    }
    coding = FactorCoding(data: data, environment: environment, cells: cells)
  }

  /// - Parameter warnings: what happened to the data before.
  func specification(source: FormulaArguments, warnings: [FitWarning]) throws -> ModelSpecification {
    guard cells?.count ?? data.rowCount > 0 else {
      throw StatsModelsError(
        .notEnoughData, "there are no rows to fit: the data are empty, or all rows were dropped")
    }
    let fixed =
      try cells?.fixed
      ?? FixedDesign(
        plan: plan, data: data, environment: environment, response: readsResponse)
    let groupFactor = try groups.map { groups in
      if let known = cells?.coded(groups.column == nil ? .single : .column, groups.name) {
        return GroupingFactor(name: groups.name, part: known)
      }
      return try coding.grouping(
        name: groups.name, labels: groups.labels, remedy: "remove these rows, or use missing: .drop")
    }
    var blocks: [RandomBlock] = []
    var infos: [DesignInfo?] = []
    var factors: [Term: GroupingFactor] = [:]
    for (position, block) in plan.blocks.enumerated() {
      let factor: GroupingFactor
      if let term = block.grouping {
        factor = try factors[term] ?? coding.grouping(term)
        factors[term] = factor
      } else if let groupFactor {
        factor = groupFactor
      } else {
        continue
      }
      let (built, info) = try effects(block, at: position, factor: factor)
      blocks.append(built)
      infos.append(info)
    }
    let top = groupFactor ?? blocks.first?.factor
    guard let top else {
      throw StatsModelsError(.noGroups, "the model has no grouping factor")
    }
    if !plan.components.isEmpty {
      let rows = GroupRows(codes: top.codes, groupCount: top.levelCount)
      for component in plan.components {
        let builder = ComponentBuilder(coding: coding, groups: top, rows: rows)
        blocks.append(try builder.block(component))
        infos.append(nil)
      }
    }
    let isGrouped = plan.layout == .grouped
    let name = groups?.name ?? top.name
    if isGrouped, let first = blocks.first, !first.isComponent, let groups {
      blocks[0].group = groups.column ?? "Group"
    }
    var specification = ModelSpecification(
      endogName: fixed.endogName, endog: fixed.endog, exogNames: fixed.exogNames, exog: fixed.exog,
      rowLabels: data.rowLabels, blocks: blocks, layout: plan.layout, grouping: top, groupName: name,
      groupColumn: groups?.column ?? (groups == nil ? top.name : nil), exogReNames: [],
      source: ModelSpecification.FormulaSource(
        arguments: source, fixedInfo: fixed.info, effectInfos: infos, environment: environment,
        plan: plan, data: data),
      warnings: warnings)
    specification.exogReNames = specification.ownEffectNames
    return specification
  }

  /// Largest number of parameters of a covariance matrix: of 63 effects. Time grows with at least the fourth power of the
  /// effects.
  private static let mostParameters = 2016

  /// The block of a bar, a dictionary entry or the groups' own effects.
  private func effects(_ block: FormulaPlan.Block, at position: Int, factor: GroupingFactor) throws -> (
    RandomBlock, DesignInfo?
  ) {
    var names = ["Intercept"]
    var columns: [[Double]?] = [cells?.rows.ones]
    var info: DesignInfo?
    if let cells, let known = cells.design.effects[position] {
      names = known.columnNames
      info = known
      columns = cells.columns(of: known)
    } else if block.effects != [.intercept] {
      let design = try dmatrix(
        ModelDesc(lhsTermlist: [], rhsTermlist: block.effects), data, environment: environment,
        NAAction: .raise)
      names = design.columnNames
      info = design.designInfo
      columns = (0..<design.columnCount).map { j in
        let column = design.column(at: j)
        return column.allSatisfy { $0 == 1 } ? nil : column
      }
    }
    let name = block.name(groups: groups?.column)
    if names.isEmpty {
      throw problem(block, "the effect part '\(block.label)' has no columns", at: block.effectsPosition)
    }
    try check(block, columns: names, name: name)
    let form = block.covariance.form
    let parameters = form.reported(width: names.count).count
    if names.count > 1 {
      let sizes =
        cells?.sizes(factor.codes, levelCount: factor.levelCount)
        ?? GroupRows.sizes(factor.codes, groupCount: factor.levelCount)
      let largest = sizes.max() ?? 0
      // whether several rows tell enough of several effects is seen from all levels together
      if largest < 2 {
        throw problem(
          block,
          "\(names.count) effects (\(names.joined(separator: ", "))) for each level of '\(name)', but no level has "
            + "more than \(largest) rows: their covariance cannot be estimated",
          at: block.position)
      }
    }
    if parameters > Self.mostParameters, parameters > names.count + 1 {
      throw problem(
        block,
        "\(names.count) correlated effects for each level of '\(name)' have \(parameters) variances and covariances, "
          + "more than the \(Self.mostParameters) that can be estimated in reasonable time: take independent effects, "
          + "(… || \(name)), or a factor with fewer levels",
        at: block.position)
    }
    var built = RandomBlock(
      factor: factor, names: names, columns: columns,
      covariance: names.count > 1 ? block.covariance : .unstructured, position: block.position)
    built.group = name
    return (built, info)
  }

  /// Whether the columns are such as the block's covariance form is made for.
  private func check(_ block: FormulaPlan.Block, columns names: [String], name: String) throws {
    let form = block.covariance.form
    guard form.demand != .none, let spelling = form.spelling else { return }
    let what = "\(spelling)(\(block.label) | \(name))"
    let isOneTerm = block.effects.count == 1 && block.effects != [.intercept]
    if form.demand == .levels, names.count > 1, !isOneTerm {
      throw problem(
        block,
        "\(what) correlates the levels of one factor in their order, but the effects are \(names.joined(separator: ", ")): "
          + "write \(spelling)(0 + t | \(name)), t being a factor",
        at: block.effectsPosition)
    }
    if names.count < 2 {
      throw problem(
        block,
        "\(what) takes several effects, of which any two have a correlation, but has only \(names.joined()): write "
          + "\(spelling)(0 + f | \(name)), or 0 + C(f) where the levels of f are numbers",
        at: block.effectsPosition)
    }
  }

  private func problem(_ block: FormulaPlan.Block, _ message: String, at range: Range<Int>?) -> any Error {
    if let range {
      return PatsyError(
        message, origin: Origin(code: block.text, start: range.lowerBound, end: range.upperBound))
    }
    return StatsModelsError(.unsupportedFormula, message)
  }
}

/// The response and the fixed design.
struct FixedDesign {
  let endogName: String
  let endog: [Double]
  let exogNames: [String]
  let exog: Matrix
  let info: DesignInfo

  init(endogName: String, endog: [Double], exogNames: [String], exog: Matrix, info: DesignInfo) {
    self.endogName = endogName
    self.endog = endog
    self.exogNames = exogNames
    self.exog = exog
    self.info = info
  }

  /// - Parameter response: makes the response of several columns; nil takes one of numbers.
  init(
    plan: FormulaPlan, data: DataFrame, environment: EvalEnvironment,
    response: ((DesignMatrix) throws -> (name: String, values: [Double]))? = nil
  ) throws {
    guard !plan.fixed.lhsTermlist.isEmpty else {
      throw StatsModelsError(
        .unsupportedFormula, "the formula '\(plan.formula)' has no response: write it before '~'",
        values: [plan.formula])
    }
    let (left, right) = try dmatrices(plan.fixed, data, environment: environment, NAAction: .raise)
    exogNames = right.columnNames
    exog = right.matrix
    info = right.designInfo
    if let response {
      (endogName, endog) = try response(left)
      return
    }
    let isNumeric = left.designInfo.factorInfos?.values.allSatisfy { $0.type == .numerical } ?? true
    guard left.columnCount == 1, isNumeric else {
      let name = plan.fixed.lhsTermlist.map(\.name).joined(separator: " + ")
      throw StatsModelsError(
        .nonNumericResponse,
        "endog has evaluated to an array with multiple columns that has shape "
          + "(\(left.rowCount), \(left.columnCount)). This occurs when the variable converted to endog is "
          + "non-numeric (e.g., bool or str): use one numeric column instead of '\(name)'"
          + NearlyNumbers.response(name, in: data),
        values: [name])
    }
    endogName = left.columnNames[0]
    endog = left.column(at: 0)
  }
}

import DataFrames
import MixedModels
import Patsy

extension MixedLM {
  /// A mixed model from sums over its rows: the fit is that of the rows.
  ///
  /// Without rows there are no fitted values, residuals and leverages: `fittedvalues` and `resid` are empty, and what
  /// takes rows is an error that names a remedy. All else is as of a model of rows, predictions for new data included.
  /// - Throws: ``StatsModelsError`` for sums of no rows, and for models that rows would not allow either.
  ///
  /// Not in statsmodels.
  public init(aggregates: Aggregates) throws {
    let clock = ContinuousClock()
    let begin = clock.now
    guard aggregates.nobs > 0 else {
      throw StatsModelsError(
        .notEnoughData, "there are no rows to fit: the data are empty, or all rows were dropped")
    }
    let design = aggregates.design
    let cells = CellColumns(aggregates)
    let builder = ModelBuilder(plan: design.plan, cells: cells)
    var specification = try builder.specification(
      source: design.arguments.formulaArguments, warnings: aggregates.totals.warnings)
    specification.weights = RowNumbers(column: design.arguments.weights, values: cells.rows.weights)
    if let offset = design.arguments.offset {
      specification.offset = RowNumbers(
        column: offset, values: [Double](repeating: 0, count: cells.count))
    }
    let top = specification.grouping
    specification.cells = CellModel(
      rows: cells.engineRows(nobs: aggregates.nobs), response: cells.response,
      groupSizes: cells.sizes(top.codes, levelCount: top.levelCount),
      isPooled: aggregates.isPooled,
      meanInverseWeight: aggregates.totals.inverseWeights / Double(aggregates.nobs),
      observations: cells.observations, classes: cells.classes, classCount: cells.classCount)
    self.init(specification: specification, designSeconds: (clock.now - begin).seconds)
  }
}

extension ModelSpecification {
  /// Why something that takes rows cannot be had.
  static func withoutRows(_ what: String) -> StatsModelsError {
    StatsModelsError(
      .notAvailable,
      "this model was made of sums, which hold no rows, and \(what) takes rows: fit it from a data frame, or compute "
        + "them where the rows are")
  }

  /// Why something that takes levels cannot be had.
  static func withoutLevels(_ what: String) -> StatsModelsError {
    StatsModelsError(
      .notAvailable,
      "the database pooled levels with equally many rows, so that none has predicted effects, and \(what) takes them: sum "
        + "up with poolsLevels: false")
  }

  /// Whether levels are known only by their number and sizes.
  var poolsLevels: Bool { cells?.isPooled ?? false }

  /// - Throws: ``StatsModelsError`` of a model of pooled levels.
  func requireLevels(_ what: String) throws {
    if poolsLevels { throw Self.withoutLevels(what) }
  }

  /// - Throws: ``StatsModelsError`` of a model of sums.
  func requireRows(_ what: String) throws {
    if cells != nil { throw Self.withoutRows(what) }
  }
}

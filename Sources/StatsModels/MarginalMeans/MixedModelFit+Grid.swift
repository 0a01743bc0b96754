import DataFrames
import LinearAlgebra

extension MixedModelFit {
  /// Marginal means of factors on the scale of the linear predictor, or of the response.
  ///
  /// - Parameter inference: how the means are judged; asked for once their names are known to be right.
  func gridMeans(
    of factors: any FactorNames, by: (any FactorNames)?, at values: [String: any ColumnConvertible],
    averaging: MarginalMeans.Averaging, alpha: Double, response: ResponseScale?, offset: Double = 0,
    inference: () throws -> FixedEffectsInference
  ) throws -> MarginalMeans {
    try requireLevel(alpha: alpha)
    let names = try Self.focalNames(factors, by)
    let grid = try ReferenceGrid(self, at: values)
    let focal = try grid.positions(names.factors + names.by)
    let inference = try inference()
    let (cells, rows) = grid.means(of: focal, averaging: averaging)
    return MarginalMeans(
      names: (names.factors, names.by, nil), levels: try grid.levels(of: focal, cells: cells),
      functions: rows, offset: offset, inference: inference, response: response, alpha: alpha,
      notes: interactionNotes(grid, focal: focal))
  }

  /// Slopes of a number at the levels of factors, by central differences of the grid's rows.
  func gridTrends(
    of factors: any FactorNames, variable: String, by: (any FactorNames)?,
    at values: [String: any ColumnConvertible], averaging: MarginalMeans.Averaging, alpha: Double,
    inference: () throws -> FixedEffectsInference
  ) throws -> MarginalMeans {
    try requireLevel(alpha: alpha)
    let names = try Self.focalNames(factors, by)
    let source = try ReferenceGrid.source(of: self)
    guard source.fixedVariables.contains(variable) else {
      throw StatsModelsError(
        .missingColumn,
        NearestNames.message("variable of the fixed effects", variable, among: source.fixedVariables),
        values: [variable])
    }
    let numbers = (source.data[variable].doubles ?? []).filter(\.isFinite)
    guard source.data[variable].isNumeric, !source.isCategoricalEffect(variable), let least = numbers.min(),
      let largest = numbers.max()
    else {
      throw StatsModelsError(
        .invalidArgument, "'\(variable)' is a factor: slopes are those of numbers", values: [variable])
    }
    var values = values
    if values[variable] == nil { values[variable] = [numbers.reduce(0, +) / Double(numbers.count)] }
    // A step at which neither rounding nor the third derivative has six digits.
    let step = 1e-4 * (largest > least ? largest - least : max(abs(largest), 1))
    let above = try ReferenceGrid(self, at: values, shift: (variable, step))
    let below = try ReferenceGrid(self, at: values, shift: (variable, -step))
    let focal = try above.positions(names.factors + names.by)
    let (cells, upper) = above.means(of: focal, averaging: averaging)
    let rows = (0.5 / step) * (upper - below.means(of: focal, averaging: averaging).rows)
    return MarginalMeans(
      names: (names.factors, names.by, variable), levels: try above.levels(of: focal, cells: cells),
      functions: rows,
      inference: try inference(), alpha: alpha,
      notes: interactionNotes(above, focal: focal, variable: variable))
  }

  private static func focalNames(
    _ factors: any FactorNames, _ by: (any FactorNames)?
  ) throws -> (factors: [String], by: [String]) {
    var names = (factors.factorNames, by?.factorNames ?? [])
    if names.0.count == 1, let spelled = FactorSpelling(names.0[0]) {
      names = (spelled.factors, spelled.by + names.1)
    }
    let all = names.0 + names.1
    guard !names.0.isEmpty, Set(all).count == all.count else {
      throw StatsModelsError(
        .invalidArgument, "means take one factor at least and each once, not \(shortList(all))", values: all)
    }
    return names
  }

  /// Interactions of the factors with variables that are averaged over.
  private func interactionNotes(_ grid: ReferenceGrid, focal: [Int], variable: String? = nil) -> [String] {
    let own = Set(focal.map { grid.variables[$0].name }).union([variable].compactMap { $0 })
    let averaged = grid.variables.filter { !own.contains($0.name) && $0.count > 1 }.map(\.name)
    let involved = averaged.filter { other in
      fixedTermList.contains { term in
        let names = Set(term.categories.union(term.numbers).flatMap(\.variableNames))
        return names.contains(other) && !names.isDisjoint(with: own)
      }
    }
    if involved.isEmpty { return [] }
    return [
      "\(own.sorted().joined(separator: ", ")): averaged over \(involved.joined(separator: ", ")) in spite of interactions, "
        + "which may mislead; take the means by \(involved.joined(separator: ", "))."
    ]
  }
}

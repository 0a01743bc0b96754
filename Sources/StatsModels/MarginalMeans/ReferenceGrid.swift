import DataFrames
import LinearAlgebra
import Patsy

/// All combinations of the values of the variables of the fixed effects, the first variable's varying fastest, with the
/// rows of the fixed design there.
///
/// The grid is of the data's own variables: `x**2` stands at the square of the mean, not at the mean of squares.
struct ReferenceGrid {
  let variables: [GridVariable]
  /// Rows of the fixed design; nan where the formula has no value.
  let design: Matrix

  /// Numbers in the design above which nothing is tried: half a gigabyte.
  private static let limit = 6e7

  /// - Parameters:
  ///   - values: values of some variables.
  ///   - shift: moves a number by some distance, for slopes.
  /// - Throws: ``StatsModelsError`` for variables that are not in the fixed effects, models of arrays, and grids that are
  ///   too large.
  init(
    _ fit: any MixedModelFit, at values: [String: any ColumnConvertible],
    shift: (name: String, by: Double)? = nil
  ) throws {
    let source = try Self.source(of: fit)
    let names = source.fixedVariables
    for name in values.keys.sorted() where !names.contains(name) { throw Self.unknown(name, among: names) }
    variables = try names.map { name in
      try GridVariable(
        source.data[name], isCategorical: source.isCategoricalEffect(name), levels: source.effectLevels(name),
        at: values[name])
    }
    let count = variables.reduce(1.0) { $0 * Double($1.count) }
    guard count * Double(max(fit.fixedEffects.count, 1)) <= Self.limit else {
      let sizes = variables.filter { $0.count > 1 }.map { "\($0.name) (\($0.count))" }
      throw StatsModelsError(
        .notAvailable,
        "the grid of all combinations of \(shortList(sizes)) is too large: hold some of them at few values with at",
        values: sizes)
    }
    var columns: [Column] = []
    var stride = 1
    for variable in variables {
      let rows = (0..<Int(count)).map { $0 / stride % variable.count }
      var column = variable.values.rows(rows)
      if let shift, shift.name == variable.name {
        column = Column(name: variable.name, (column.doubles ?? []).map { $0 + shift.by })
      }
      columns.append(column)
      stride *= variable.count
    }
    let frame = try DataFrame(columns: columns, rowLabels: RowLabels(count: Int(count)))
    let built = try FormulaRemedies(data: frame, subject: "the grid of means").adding {
      try buildDesignMatrices([source.fixedInfo], frame, NAAction: .drop)[0]
    }
    let known = built.matrix
    var design = Matrix(rows: Int(count), columns: fit.fixedEffects.count, repeating: .nan)
    for (i, row) in built.keptRows.enumerated() {
      for j in 0..<design.columns { design[row, j] = known[i, j] }
    }
    self.design = design
  }

  /// The formula and the data of a model.
  static func source(of fit: any MixedModelFit) throws -> ModelSpecification.FormulaSource {
    try fit.requireData(for: "a grid of typical values")
    guard let source = fit.specification.source else {
      throw StatsModelsError(
        .notAvailable,
        "this model was made of arrays and knows no variables, of which means could be taken: fit it by a formula, or test "
          + "combinations of coefficients with tTest")
    }
    return source
  }

  /// Positions of named variables.
  func positions(_ names: [String]) throws -> [Int] {
    try names.map { name in
      guard let position = variables.firstIndex(where: { $0.name == name }) else {
        throw Self.unknown(name, among: variables.map(\.name))
      }
      return position
    }
  }

  private static func unknown(_ name: String, among names: [String]) -> StatsModelsError {
    StatsModelsError(
      .missingColumn, NearestNames.message("variable of the fixed effects", name, among: names),
      values: [name])
  }
}

extension ModelSpecification.FormulaSource {
  /// Whether the fixed effects code a variable by its levels.
  func isCategoricalEffect(_ name: String) -> Bool {
    fixedInfo.factors.contains {
      fixedInfo.factorInfos?[$0]?.type == .categorical && $0.variableNames.contains(name)
    }
  }

  /// The levels of a variable in the order of its coding; nil where the fixed effects do not code it as it is.
  func effectLevels(_ name: String) -> [ColumnValue]? {
    let own = fixedInfo.factors.filter {
      fixedInfo.factorInfos?[$0]?.type == .categorical && Array($0.variableNames) == [name]
    }
    return own.count == 1 ? fixedInfo.factorInfos?[own[0]]?.categories : nil
  }
}

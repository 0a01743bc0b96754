import DataFrames
import LinearAlgebra
import Patsy

/// A formula evaluated on data, on the rows without missing values: what regressions of all kinds are made of.
struct FormulaDesign {
  let response: DesignMatrix
  let design: DesignMatrix
  let data: DataFrame
  /// Numbers of the rows that stand outside of the formula, such as weights, in the order asked for.
  let numbers: [[Double]?]
  /// Positions in the data of the rows that are kept.
  let rows: [Int]
  /// Positions of the kept rows among those of the designs.
  private let positions: [Int]
  let warnings: [FitWarning]

  /// - Parameters:
  ///   - missing: rows with missing values are dropped, or an error.
  ///   - beside: further values of the rows by the name of their argument.
  init(
    _ formula: String, _ data: DataFrame, environment: EvalEnvironment, missing: MissingHandling,
    beside: [(name: String, values: (any ColumnSpecifier)?)] = []
  ) throws {
    if let bar = try? BarFormula(formula).operands.first {
      let written = try BarFormula(formula).written(bar.whole)
      throw StatsModelsError(
        .unsupportedFormula,
        "\(written) is a random effect, and this model has none: use mixedlm, or mixedglm with a family",
        values: [written])
    }
    let remedies = FormulaRemedies(data: data, missing: missing)
    (response, design) = try remedies.adding {
      try dmatrices(formula, data, environment: environment, NAAction: missing == .drop ? .drop : .raise)
    }
    self.data = data
    let kept = design.keptRows
    let columns = try beside.map { entry in
      try entry.values.map { try Self.column($0, name: entry.name, data: data) }
    }
    let isMissing = { (row: Int) in columns.contains { $0?[row].isNaN ?? false } }
    if missing != .drop, let row = kept.first(where: isMissing) {
      throw StatsModelsError(
        .missingValues,
        "row \(data.rowLabels[row]) has no weight, offset or exposure: remove it, or use missing: .drop")
    }
    positions = kept.indices.filter { !isMissing(kept[$0]) }
    let rows = positions.map { kept[$0] }
    self.rows = rows
    numbers = columns.map { column in column.map { values in rows.map { values[$0] } } }
    warnings =
      rows.count < data.rowCount
      ? [
        FitWarning(
          kind: .droppedRows,
          message:
            "\(data.rowCount - rows.count) of \(data.rowCount) rows have missing values and were dropped")
      ] : []
    guard !rows.isEmpty else {
      throw StatsModelsError(.notEnoughData, "no row is without missing values: nothing is left to fit")
    }
  }

  /// The columns of the response on the kept rows.
  var endog: [[Double]] {
    (0..<response.columnCount).map { j in
      let column = response.column(at: j)
      return positions.map { column[$0] }
    }
  }

  /// The design on the kept rows.
  var exog: Matrix {
    positions.count == design.rowCount ? design.matrix : design.matrix.selecting(rows: positions)
  }

  /// Labels of the kept rows.
  var rowLabels: RowLabels { data.rowLabels.selecting(rows) }

  /// Numbers of all rows of the data, nan where one is missing.
  static func column(_ values: any ColumnSpecifier, name: String, data: DataFrame) throws -> [Double] {
    let column =
      try values.columnName.map { try data.column($0) } ?? values.labels ?? Column(name: name, [Double]())
    guard let numbers = column.doubles else {
      throw StatsModelsError(
        .invalidArgument, "\(name): the column '\(column.name)' holds no numbers", values: [column.name])
    }
    guard numbers.count == data.rowCount else {
      throw StatsModelsError(
        .lengthMismatch, "\(name) has \(numbers.count) values, the data \(data.rowCount) rows", values: [name]
      )
    }
    return numbers
  }
}

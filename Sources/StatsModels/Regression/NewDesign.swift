import DataFrames
import LinearAlgebra
import Patsy

/// New rows of a design: of a formula's variables, or with the columns of a model of arrays.
struct NewDesign {
  /// The rows without missing predictors.
  let exog: Matrix
  /// Their positions among all rows.
  let kept: [Int]
  /// Labels of all rows.
  let labels: [String]

  init(_ data: any DesignConvertible, info: DesignInfo?, names: [String]) throws {
    if let frame = data as? DataFrame, let info {
      let design = try FormulaRemedies(data: frame, subject: "the new data").adding {
        try buildDesignMatrices([info], frame)[0]
      }
      (exog, kept, labels) = (design.matrix, design.keptRows, Array(frame.rowLabels))
      return
    }
    let matrix = try data.designMatrix().matrix
    let isOneRow = matrix.columns == 1 && matrix.rows == names.count && names.count > 1
    let rows = isOneRow ? matrix.transposed : matrix
    guard rows.columns == names.count else {
      throw StatsModelsError(
        .lengthMismatch, "exog has \(rows.columns) columns, the model \(names.count): \(shortList(names))")
    }
    exog = rows
    kept = Array(0..<rows.rows)
    labels = (data as? DataFrame).map { Array($0.rowLabels) } ?? kept.map(String.init)
  }

  /// Values of the kept rows among all, nan for the others.
  func spread(_ values: [Double]) -> [Double] {
    guard kept.count < labels.count else { return values }
    var result = [Double](repeating: .nan, count: labels.count)
    for (position, row) in kept.enumerated() { result[row] = values[position] }
    return result
  }
}

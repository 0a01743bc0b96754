import DataFrames
import LinearAlgebra
import Patsy

extension MixedLMResults {
  /// Whether the data determine the mean of each row: whether its fixed columns lie in the space of the data's.
  ///
  /// With dropped columns there are rows at which every value is as good as another, such as a combination of two
  /// factors that no row of the data has. `predict` gives nan there.
  /// ```swift
  /// let sure = new[try results.estimable(new)]
  /// ```
  /// Not in statsmodels.
  /// - Returns: false for each row that the data say nothing about; true also where a predictor is missing.
  /// - Throws: `PatsyError` for missing variables and unknown levels.
  public func estimable(_ data: DataFrame) throws -> Mask {
    var result = [Bool](repeating: true, count: data.rowCount)
    for row in try inestimableRows(of: data) { result[row] = false }
    return Mask(result)
  }

  /// Positions of the rows at which the data determine no mean.
  package func inestimableRows(of data: DataFrame) throws -> [Int] {
    if data.rowCount == 0 || fixedDependence == nil { return [] }
    guard let source = specification.source else {
      return inestimableRows(of: try data.designMatrix().matrix)
    }
    let design = try FormulaRemedies(data: data, subject: "the new data").adding {
      try buildDesignMatrices([source.fixedInfo], data, NAAction: .drop)[0]
    }
    let rows = design.keptRows
    return inestimableRows(of: design.matrix).map { rows[$0] }
  }

  /// Whether the data determine the mean of each row of a fixed design. Not in statsmodels.
  public func estimable(_ exog: Matrix) -> Mask {
    var result = [Bool](repeating: true, count: exog.rows)
    for row in inestimableRows(of: exog) { result[row] = false }
    return Mask(result)
  }
}

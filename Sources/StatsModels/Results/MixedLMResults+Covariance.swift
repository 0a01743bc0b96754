import LinearAlgebra

extension MixedLMResults {
  /// Covariance of linear combinations, or of chosen parameters.
  ///
  /// - Parameters:
  ///   - rMatrix: rows of coefficients over all parameters: `R C other'`.
  ///   - column: positions of parameters: the submatrix.
  ///   - scale: error variance instead of the estimated one.
  ///   - covP: covariance of the parameters instead of `covParams()`.
  ///   - other: second set of rows; `rMatrix` if nil.
  /// - Returns: labelled by parameters, or by `c0`, `c1`, … for the rows of `rMatrix` and `other`.
  /// - Throws: ``StatsModelsError`` for arguments that contradict each other or do not fit.
  ///
  /// Python: MixedLMResults.cov_params
  public func covParams(
    rMatrix: Matrix? = nil, column: [Int]? = nil, scale: Double? = nil, covP: Matrix? = nil,
    other: Matrix? = nil
  ) throws -> LabeledMatrix {
    let factor = (scale ?? self.scale) / self.scale
    let covariance = covP ?? parameterCovariance.mapElements { $0 * factor }
    guard covariance.rows == layout.count, covariance.columns == layout.count else {
      throw StatsModelsError(.lengthMismatch, "cov_p must be \(layout.count) × \(layout.count)")
    }
    if let column {
      guard rMatrix == nil, other == nil else {
        throw StatsModelsError(.contradictoryArguments, "Column should be specified without other arguments.")
      }
      guard column.allSatisfy({ $0 >= 0 && $0 < layout.count }) else {
        throw StatsModelsError(.invalidArgument, "column: positions are 0 to \(layout.count - 1)")
      }
      let names = column.map { layout.names[$0] }
      return LabeledMatrix(
        index: names, columns: names, values: covariance.selecting(rows: column).selecting(columns: column))
    }
    guard let rMatrix else {
      if other != nil {
        throw StatsModelsError(.contradictoryArguments, "other can only be specified with r_matrix")
      }
      return LabeledMatrix(index: layout.names, columns: layout.names, values: covariance)
    }
    let second = other ?? rMatrix
    guard rMatrix.columns == layout.count, second.columns == layout.count else {
      throw StatsModelsError(.lengthMismatch, "r_matrix and other must have \(layout.count) columns")
    }
    return LabeledMatrix(
      index: (0..<rMatrix.rows).map { "c\($0)" }, columns: (0..<second.rows).map { "c\($0)" },
      values: rMatrix * (covariance * second.transposed))
  }

  /// Variance of one linear combination of the parameters, or its covariance with another one.
  ///
  /// Python: MixedLMResults.cov_params
  public func covParams(
    rMatrix: [Double], scale: Double? = nil, covP: Matrix? = nil, other: [Double]? = nil
  ) throws -> Double {
    func row(_ values: [Double]) -> Matrix { Matrix(rows: 1, columns: values.count, columnMajor: values) }
    return try covParams(rMatrix: row(rMatrix), scale: scale, covP: covP, other: other.map(row))[0, 0]
  }

  /// Variance of one parameter.
  ///
  /// Python: MixedLMResults.cov_params
  public func covParams(column: Int, scale: Double? = nil, covP: Matrix? = nil) throws -> Double {
    try covParams(column: [column], scale: scale, covP: covP)[0, 0]
  }

  /// The Hessian of the log-likelihood at the estimate. Python: MixedLMResults.hessv
  public var hessv: Matrix? { try? model.hessian(paramsObject, reml: reml).hessian }
}

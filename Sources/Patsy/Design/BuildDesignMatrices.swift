import DataFrames

/// Builds design matrices of known designs from data.
///
/// - Parameters:
///   - designInfos: the designs; their matrices get the same rows.
///   - data: the data.
///   - action: what happens to rows with missing values.
/// - Throws: ``PatsyError``, for example when the data have a level that the design does not know.
///
/// Python: patsy.build_design_matrices
public func buildDesignMatrices(
  _ designInfos: [DesignInfo], _ data: some DesignData, NAAction action: NAAction = .drop
) throws -> [DesignMatrix] {
  try MatrixBuilder(designInfos, data, action).matrices()
}

/// Builds design matrices of known designs from named arrays.
///
/// Python: patsy.build_design_matrices
public func buildDesignMatrices(
  _ designInfos: [DesignInfo], _ data: [String: any ColumnConvertible], NAAction action: NAAction = .drop
) throws -> [DesignMatrix] {
  try buildDesignMatrices(designInfos, NamedArrays(data), NAAction: action)
}

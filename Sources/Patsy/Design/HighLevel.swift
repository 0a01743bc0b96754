import DataFrames
import LinearAlgebra

/// What stands for a model: a formula, its parsed form, or a design learned before.
public protocol FormulaLike: Sendable {
  /// The designs of the left and the right side over given data.
  func designInfos<Chunks: Sequence>(
    environment: EvalEnvironment, NAAction: NAAction, chunks: () throws -> Chunks
  ) throws -> (lhs: DesignInfo, rhs: DesignInfo) where Chunks.Element: DesignData
}

extension ModelDesc: FormulaLike {
  /// The designs of the left and the right side over given data.
  public func designInfos<Chunks: Sequence>(
    environment: EvalEnvironment, NAAction: NAAction, chunks: () throws -> Chunks
  ) throws -> (lhs: DesignInfo, rhs: DesignInfo) where Chunks.Element: DesignData {
    let infos = try DesignBuilder.designInfos(
      [lhsTermlist, rhsTermlist], environment: environment, action: NAAction, chunks: chunks)
    return (infos[0], infos[1])
  }
}

extension String: FormulaLike {
  /// The designs of the left and the right side over given data.
  public func designInfos<Chunks: Sequence>(
    environment: EvalEnvironment, NAAction: NAAction, chunks: () throws -> Chunks
  ) throws -> (lhs: DesignInfo, rhs: DesignInfo) where Chunks.Element: DesignData {
    try ModelDesc.fromFormula(self).designInfos(environment: environment, NAAction: NAAction, chunks: chunks)
  }
}

extension DesignInfo: FormulaLike {
  /// No left side, and this design as the right one.
  public func designInfos<Chunks: Sequence>(
    environment: EvalEnvironment, NAAction: NAAction, chunks: () throws -> Chunks
  ) throws -> (lhs: DesignInfo, rhs: DesignInfo) where Chunks.Element: DesignData {
    (try DesignInfo(factorInfos: [:], termCodings: []), self)
  }
}

/// The design matrix of a formula without outcome.
///
/// - Parameters:
///   - formulaLike: a formula, such as `"a + x"`, a ``ModelDesc`` or a ``DesignInfo``.
///   - data: a data frame, or anything else that names variables.
///   - environment: further values and functions that the formula may use.
///   - NAAction: what happens to rows with missing values.
/// - Throws: ``PatsyError`` that points into the formula.
///
/// Python: patsy.dmatrix
public func dmatrix(
  _ formulaLike: some FormulaLike, _ data: some DesignData, environment: EvalEnvironment = EvalEnvironment(),
  NAAction: NAAction = .drop
) throws -> DesignMatrix {
  let (lhs, rhs) = try formulaLike.designInfos(environment: environment, NAAction: NAAction) {
    CollectionOfOne(data)
  }
  let matrices = try buildDesignMatrices([lhs, rhs], data, NAAction: NAAction)
  guard matrices[0].columnCount == 0 else {
    throw PatsyError("encountered outcome variables for a model that does not expect them")
  }
  return matrices[1]
}

/// The design matrix of a formula without outcome, over named arrays.
///
/// Python: patsy.dmatrix
public func dmatrix(
  _ formulaLike: some FormulaLike, _ data: [String: any ColumnConvertible] = [:],
  environment: EvalEnvironment = EvalEnvironment(), NAAction: NAAction = .drop
) throws -> DesignMatrix {
  try dmatrix(formulaLike, NamedArrays(data), environment: environment, NAAction: NAAction)
}

/// The design matrices of a formula's outcome and predictors.
///
/// The parameters are those of `dmatrix`.
///
/// - Throws: ``PatsyError`` that points into the formula.
///
/// Python: patsy.dmatrices
public func dmatrices(
  _ formulaLike: some FormulaLike, _ data: some DesignData, environment: EvalEnvironment = EvalEnvironment(),
  NAAction: NAAction = .drop
) throws -> (lhs: DesignMatrix, rhs: DesignMatrix) {
  let (lhs, rhs) = try formulaLike.designInfos(environment: environment, NAAction: NAAction) {
    CollectionOfOne(data)
  }
  let matrices = try buildDesignMatrices([lhs, rhs], data, NAAction: NAAction)
  guard matrices[0].columnCount > 0 else {
    throw PatsyError("model is missing required outcome variables")
  }
  return (matrices[0], matrices[1])
}

/// The design matrices of a formula's outcome and predictors, over named arrays.
///
/// Python: patsy.dmatrices
public func dmatrices(
  _ formulaLike: some FormulaLike, _ data: [String: any ColumnConvertible],
  environment: EvalEnvironment = EvalEnvironment(), NAAction: NAAction = .drop
) throws -> (lhs: DesignMatrix, rhs: DesignMatrix) {
  try dmatrices(formulaLike, NamedArrays(data), environment: environment, NAAction: NAAction)
}

/// The design of a formula without outcome, learned from data that come in chunks.
///
/// `chunks` gives the chunks anew for each pass over the data.
///
/// Python: patsy.incr_dbuilder
public func incrDbuilder<Chunks: Sequence>(
  _ formulaLike: some FormulaLike, environment: EvalEnvironment = EvalEnvironment(),
  NAAction: NAAction = .drop,
  _ chunks: () throws -> Chunks
) throws -> DesignInfo where Chunks.Element: DesignData {
  let (lhs, rhs) = try formulaLike.designInfos(environment: environment, NAAction: NAAction, chunks: chunks)
  guard lhs.columnNames.isEmpty else {
    throw PatsyError("encountered outcome variables for a model that does not expect them")
  }
  return rhs
}

/// The designs of a formula's outcome and predictors, learned from data that come in chunks.
///
/// Python: patsy.incr_dbuilders
public func incrDbuilders<Chunks: Sequence>(
  _ formulaLike: some FormulaLike, environment: EvalEnvironment = EvalEnvironment(),
  NAAction: NAAction = .drop,
  _ chunks: () throws -> Chunks
) throws -> (lhs: DesignInfo, rhs: DesignInfo) where Chunks.Element: DesignData {
  let infos = try formulaLike.designInfos(environment: environment, NAAction: NAAction, chunks: chunks)
  guard !infos.lhs.columnNames.isEmpty else {
    throw PatsyError("model is missing required outcome variables")
  }
  return infos
}

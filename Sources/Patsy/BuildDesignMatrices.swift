import DataFrames
import LinearAlgebra

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

/// Evaluates the factors of some designs, drops rows, and fills the matrices column by column.
struct MatrixBuilder {
  private let designInfos: [DesignInfo]
  private var values: [ObjectIdentifier: FactorValues] = [:]
  private var rowCount: Int?
  private var dataRowCount: Int?
  private var selection: [Int]?

  init(_ designInfos: [DesignInfo], _ data: some DesignData, _ action: NAAction) throws {
    self.designInfos = designInfos
    rowCount = data.designRowCount
    var rowSource = "data argument"
    var missing: [NAAction.FactorMissing] = []
    for info in designInfos {
      for factorInfo in info.factors.compactMap({ info.factorInfos?[$0] }) {
        let key = ObjectIdentifier(factorInfo.identity)
        if values[key] != nil { continue }
        let (evaluated, mask) = try factorInfo.evaluate(data, NAAction: action)
        let factor = factorInfo.factor
        if let rowCount, rowCount != evaluated.rowCount {
          throw PatsyError(
            "Number of rows mismatch between \(rowSource) and \(factor.name) "
              + "(\(rowCount) versus \(evaluated.rowCount))", origin: factor.origin)
        }
        if rowCount == nil {
          rowCount = evaluated.rowCount
          rowSource = factor.name
        }
        values[key] = evaluated
        missing.append(.init(mask: mask, origin: factor.origin))
      }
    }
    dataRowCount = rowCount
    guard let rows = rowCount, !missing.isEmpty else { return }
    selection = try action.keptRows(missing, rows: rows)
    if let selection {
      rowCount = selection.count
      values = values.mapValues { $0.selecting(selection) }
    }
  }

  func matrices() throws -> [DesignMatrix] {
    try designInfos.map { info in
      guard let rows = rowCount else {
        throw PatsyError(
          "No design matrix has any non-trivial factors, the data object is not a DataFrame. I can't tell "
            + "how many rows the design matrix should have!")
      }
      return DesignMatrix(
        matrix: try fill(info, rows: rows), designInfo: info, selection: selection,
        dataRowCount: dataRowCount ?? rows)
    }
  }

  private func fill(_ info: DesignInfo, rows: Int) throws -> Matrix {
    let columns = info.columnNames.count
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow, count < 1 << 34 else {
      throw PatsyError("a design matrix with shape (\(rows), \(columns)) is too large")
    }
    var error: PatsyError?
    let storage = [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      var start = 0
      for subterm in (info.termCodings ?? []).flatMap(\.subterms) {
        let end = start + subterm.numColumns * rows
        let block = UnsafeMutableBufferPointer(rebasing: buffer[start..<end])
        let factors = subterm.factors.compactMap { part($0, subterm, info) }
        if let bad = factors.first(where: \.hasMissingCodes) {
          error =
            error
            ?? PatsyError(
              "can't build a design matrix containing missing values", origin: bad.origin)
        }
        SubtermColumns(factors: factors, rows: rows).fill(block, safe: error == nil)
        start = end
      }
      initialized = count
    }
    if let error { throw error }
    return Matrix(rows: rows, columns: columns, columnMajor: storage)
  }

  private func part(_ factor: Factor, _ subterm: SubtermInfo, _ info: DesignInfo) -> SubtermColumns.Part? {
    guard let factorInfo = info.factorInfos?[factor],
      let value = values[ObjectIdentifier(factorInfo.identity)]
    else { return nil }
    switch value {
    case .numerical(let matrix): return .init(.numbers(matrix), origin: factor.origin)
    case .categorical(let codes):
      guard let contrast = subterm.contrastMatrices[factor] else { return nil }
      return .init(.codes(codes, contrast), origin: factor.origin)
    }
  }
}

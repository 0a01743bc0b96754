import DataFrames
import Foundation
import LinearAlgebra

/// Evaluates the factors of some designs, finds the rows to keep, and hands both to matrices in compact form.
///
/// Columns of the data are held by reference, and a factor that several designs use is evaluated once. No factor is
/// copied for the rows kept: these are picked while columns are written.
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
      guard info.factorInfos != nil else {
        throw PatsyError("a design that was made of a matrix has no factors to evaluate in other data")
      }
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
    guard let selection else { return }
    rowCount = selection.count
    try checkCodes(of: selection)
  }

  /// A rule of one's own may keep rows in which a categorical factor is missing.
  private func checkCodes(of selection: [Int]) throws {
    for info in designInfos {
      for factor in info.factors {
        guard let identity = info.factorInfos?[factor]?.identity,
          case .categorical(let codes)? = values[ObjectIdentifier(identity)]
        else { continue }
        if selection.contains(where: { codes[$0] < 0 }) {
          throw PatsyError("can't build a design matrix containing missing values", origin: factor.origin)
        }
      }
    }
  }

  /// Number of rows that every matrix gets.
  private func rows() throws -> Int {
    guard let rowCount else {
      throw PatsyError(
        "No design matrix has any non-trivial factors, the data object is not a DataFrame. I can't tell "
          + "how many rows the design matrix should have!")
    }
    return rowCount
  }

  /// The matrices, in compact form: no number is written yet.
  func matrices() throws -> [DesignMatrix] {
    let rows = try rows()
    return try designInfos.map { info in
      try checkSize(info, rows)
      let blocks = info.subterms.map { SubtermColumns(factors: parts($0, info)) }
      return DesignMatrix(
        DesignColumns(blocks: blocks, positions: selection, rowCount: rows), designInfo: info,
        dataRowCount: dataRowCount ?? rows)
    }
  }

  /// Refuses a design whose matrix this machine could not hold.
  private func checkSize(_ info: DesignInfo, _ rows: Int) throws {
    let columns = info.columnNames.count
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow, count < 1 << 34, UInt64(count) * 8 <= FormulaLimits.memory else {
      throw PatsyError("a design matrix with shape (\(rows), \(columns)) is too large")
    }
  }

  /// The values of a factor of the designs.
  func values(of info: FactorInfo) -> FactorValues? { values[ObjectIdentifier(info.identity)] }

  private func parts(_ subterm: SubtermInfo, _ info: DesignInfo) -> [SubtermColumns.Part] {
    subterm.factors.compactMap { factor in
      switch info.factorInfos?[factor].flatMap(values(of:)) {
      case .numerical(let matrix)?: return .numbers(matrix)
      case .categorical(let codes)?: return subterm.contrastMatrices[factor].map { .codes(codes, $0) }
      case nil: return nil
      }
    }
  }
}

extension DesignInfo {
  /// The blocks of columns, in order.
  fileprivate var subterms: [SubtermInfo] { (termCodings ?? []).flatMap(\.subterms) }
}

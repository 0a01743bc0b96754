import DataFrames
import LinearAlgebra

/// Evaluates the factors of some designs, finds the rows to keep, and fills matrices column by column.
///
/// Columns of the data are held by reference. No factor is copied for the rows kept: these are picked while the
/// matrix is written, and a factor is let go after the last block of columns that needs it.
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
  func rows() throws -> Int {
    guard let rowCount else {
      throw PatsyError(
        "No design matrix has any non-trivial factors, the data object is not a DataFrame. I can't tell "
          + "how many rows the design matrix should have!")
    }
    return rowCount
  }

  /// The matrices; the factors' values are used up.
  mutating func matrices() throws -> [DesignMatrix] {
    let rows = try rows()
    var uses: [ObjectIdentifier: Int] = [:]
    for info in designInfos {
      for subterm in info.subterms { for key in keys(subterm, info) { uses[key, default: 0] += 1 } }
    }
    return try designInfos.map { info in
      DesignMatrix(
        matrix: try fill(info, rows: rows, &uses), designInfo: info, selection: selection,
        dataRowCount: dataRowCount ?? rows)
    }
  }

  /// The rows of one design's matrix at positions among the rows kept.
  func block(_ info: DesignInfo, _ rows: Range<Int>) -> Matrix {
    let columns = info.columnNames.count
    let storage = [Double](unsafeUninitializedCapacity: rows.count * columns) { buffer, initialized in
      for subterm in info.subterms {
        let end = initialized + subterm.numColumns * rows.count
        SubtermColumns(factors: parts(subterm, info), positions: selection, rows: rows)
          .fill(UnsafeMutableBufferPointer(rebasing: buffer[initialized..<end]))
        initialized = end
      }
    }
    return Matrix(rows: rows.count, columns: columns, columnMajor: storage)
  }

  /// Number of elements of a design's matrix, if that can be handled.
  func elementCount(_ info: DesignInfo, _ rows: Int) throws -> Int {
    let columns = info.columnNames.count
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow, count < 1 << 34 else {
      throw PatsyError("a design matrix with shape (\(rows), \(columns)) is too large")
    }
    return count
  }

  private mutating func fill(
    _ info: DesignInfo, rows: Int, _ uses: inout [ObjectIdentifier: Int]
  ) throws -> Matrix {
    let columns = info.columnNames.count
    let count = try elementCount(info, rows)
    if let column = sharedColumn(info) { return column }
    let storage = [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      for subterm in info.subterms {
        let end = initialized + subterm.numColumns * rows
        SubtermColumns(factors: parts(subterm, info), positions: selection, rows: 0..<rows)
          .fill(UnsafeMutableBufferPointer(rebasing: buffer[initialized..<end]))
        initialized = end
        release(keys(subterm, info), &uses)
      }
    }
    return Matrix(rows: rows, columns: columns, columnMajor: storage)
  }

  /// The matrix of a design that is one numerical factor, such as an outcome: the factor's own values.
  private func sharedColumn(_ info: DesignInfo) -> Matrix? {
    guard selection == nil, info.subterms.count == 1, info.subterms[0].factors.count == 1,
      let key = keys(info.subterms[0], info).first, case .numerical(let matrix)? = values[key]
    else { return nil }
    return matrix
  }

  private mutating func release(_ keys: [ObjectIdentifier], _ uses: inout [ObjectIdentifier: Int]) {
    for key in keys {
      uses[key, default: 0] -= 1
      if uses[key] == 0 { values[key] = nil }
    }
  }

  private func keys(_ subterm: SubtermInfo, _ info: DesignInfo) -> [ObjectIdentifier] {
    subterm.factors.compactMap { info.factorInfos?[$0].map { ObjectIdentifier($0.identity) } }
  }

  private func parts(_ subterm: SubtermInfo, _ info: DesignInfo) -> [SubtermColumns.Part] {
    zip(subterm.factors, keys(subterm, info)).compactMap { factor, key in
      switch values[key] {
      case .numerical(let matrix)?: .numbers(matrix)
      case .categorical(let codes)?: subterm.contrastMatrices[factor].map { .codes(codes, $0) }
      case nil: nil
      }
    }
  }
}

extension DesignInfo {
  /// The blocks of columns, in order.
  fileprivate var subterms: [SubtermInfo] { (termCodings ?? []).flatMap(\.subterms) }
}

/// A design's matrix in blocks of rows, for one that is written out rather than kept.
package struct DesignBlocks {
  private let builder: MatrixBuilder
  private let info: DesignInfo
  /// Number of rows.
  package let rowCount: Int

  /// The matrix of the last of some designs over data; the designs before it only have a say in which rows are
  /// kept.
  ///
  /// - Throws: ``PatsyError`` as ``buildDesignMatrices(_:_:NAAction:)-(_,DesignData,_)``.
  package init(
    _ designInfos: [DesignInfo], _ data: some DesignData, NAAction action: NAAction = .drop
  ) throws {
    builder = try MatrixBuilder(designInfos, data, action)
    rowCount = try builder.rows()
    info = try designInfos.last ?? DesignInfo(factorInfos: [:], termCodings: [])
    _ = try builder.elementCount(info, rowCount)
  }

  /// Calls `body` with one block after another, at least once; of about two megabytes unless told otherwise.
  package func forEach(rows: Int? = nil, _ body: (Matrix) throws -> Void) rethrows {
    let size = max(1, rows ?? (1 << 18) / max(1, info.columnNames.count))
    var start = 0
    repeat {
      let end = min(start + size, rowCount)
      try body(builder.block(info, start..<end))
      start = end
    } while start < rowCount
  }
}

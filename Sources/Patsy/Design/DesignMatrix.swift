import LinearAlgebra
import ProgramStop

/// A matrix whose columns have names and a meaning.
///
/// It is held in compact form, a few bytes per row for each factor: single elements, columns, blocks of rows and
/// products are computed from that. The whole ``matrix`` is made when it is asked for, and kept.
///
/// Python: patsy.DesignMatrix
public struct DesignMatrix: Sendable {
  /// What the columns mean.
  ///
  /// Python: DesignMatrix.design_info
  public let designInfo: DesignInfo
  /// Number of rows.
  public let rowCount: Int
  /// Number of rows of the data, those left out included.
  package let dataRowCount: Int
  private let selection: [Int]?
  private let storage: DesignStorage

  init(_ columns: DesignColumns, designInfo: DesignInfo, dataRowCount: Int) {
    storage = DesignStorage(columns)
    selection = columns.positions
    rowCount = columns.rowCount
    self.designInfo = designInfo
    self.dataRowCount = dataRowCount
  }

  /// A matrix that comes from no formula, with the given column names or `column0`, `column1`, ….
  ///
  /// Python: DesignMatrix(array)
  public init(_ matrix: Matrix, columnNames: [String]? = nil) {
    let names = columnNames ?? (0..<matrix.columns).map { "column\($0)" }
    self.init(DesignColumns(matrix), designInfo: DesignInfo(names), dataRowCount: matrix.rows)
  }

  /// The numbers, 8 bytes each: ``rowCount`` × ``columnCount``.
  ///
  /// The first use makes the matrix; later ones return it.
  public var matrix: Matrix { storage.matrix }

  /// Positions in the data of the matrix's rows: all but those with missing values.
  public var keptRows: [Int] { selection ?? Array(0..<rowCount) }

  /// Whether rows of the data were left out.
  public var hasDroppedRows: Bool { selection != nil }

  /// Number of columns.
  public var columnCount: Int { columnNames.count }

  /// The columns' names.
  public var columnNames: [String] { designInfo.columnNames }

  /// Element in row `i`, column `j`, both from 0; a position out of range stops with a message.
  public subscript(i: Int, j: Int) -> Double {
    guard i >= 0, i < rowCount, j >= 0, j < columnCount else {
      stop(
        "DesignMatrix: no element (\(i), \(j)) in a matrix of \(rowCount) × \(columnCount), counted from 0. "
          + "matrix.get(_:_:) is nil there, try column(_:) finds a column by name")
    }
    return columns.element(i, j)
  }

  /// The column of that name.
  ///
  /// - Throws: ``PatsyError`` when there is none.
  public func column(_ name: String) throws(PatsyError) -> [Double] {
    guard let index = columnNames.firstIndex(of: name) else {
      throw PatsyError("unknown column specified '\(name)'")
    }
    return column(at: index)
  }

  /// The column at a position, from 0.
  package func column(at position: Int) -> [Double] { columns.column(position) }

  /// Bytes that the matrix takes in the form in which it is held, without arrays at the addresses given.
  package func storedBytes(exceptAt others: Set<UnsafeRawPointer>) -> Int {
    columns.storedBytes(exceptAt: others)
  }

  /// The columns in whichever form they are held.
  var columns: DesignColumns { storage.current }
}

extension DesignMatrix: CustomStringConvertible {
  /// The shape, the terms and their columns, and the first rows.
  public var description: String {
    var lines = ["DesignMatrix with shape (\(rowCount), \(columnCount))"]
    let first = columns.matrix(rows: 0..<min(rowCount, 30))
    let rows = (0..<first.rows).map { i in
      (0..<min(first.columns, 40)).map { first[i, $0].description }
    }
    let names = Array(columnNames.prefix(40))
    let widths = names.indices.map { j in
      ([names[j].count] + rows.map { $0[j].count }).max() ?? 0
    }
    func line(_ cells: [String]) -> String {
      "  "
        + zip(cells, widths).map { String(repeating: " ", count: max(0, $1 - $0.count)) + $0 }
        .joined(separator: "  ")
    }
    lines.append(line(names))
    lines += rows.map(line)
    if rowCount > rows.count { lines.append("  [\(rowCount - rows.count) rows omitted]") }
    lines.append("  Terms:")
    for (name, slice) in designInfo.termNameSlices {
      let place =
        slice.count == 1 ? "column \(slice.lowerBound)" : "columns \(slice.lowerBound):\(slice.upperBound)"
      lines.append("    '\(name)' (\(place))")
    }
    return lines.joined(separator: "\n")
  }
}

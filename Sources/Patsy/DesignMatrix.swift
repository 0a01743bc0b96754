import LinearAlgebra

/// A matrix whose columns have names and a meaning.
///
/// Python: patsy.DesignMatrix
public struct DesignMatrix: Sendable {
  /// The numbers.
  public let matrix: Matrix
  /// What the columns mean.
  ///
  /// Python: DesignMatrix.design_info
  public let designInfo: DesignInfo
  /// Number of rows of the data, those left out included.
  package let dataRowCount: Int
  private let selection: [Int]?

  init(matrix: Matrix, designInfo: DesignInfo, selection: [Int]?, dataRowCount: Int) {
    self.matrix = matrix
    self.designInfo = designInfo
    self.selection = selection
    self.dataRowCount = dataRowCount
  }

  /// A matrix that comes from no formula, with the given column names or `column0`, `column1`, ….
  ///
  /// Python: DesignMatrix(array)
  public init(_ matrix: Matrix, columnNames: [String]? = nil) {
    let names = columnNames ?? (0..<matrix.columns).map { "column\($0)" }
    self.init(matrix: matrix, designInfo: DesignInfo(names), selection: nil, dataRowCount: matrix.rows)
  }

  /// Positions in the data of the matrix's rows: all but those with missing values.
  public var keptRows: [Int] { selection ?? Array(0..<matrix.rows) }

  /// Whether rows of the data were left out.
  public var hasDroppedRows: Bool { selection != nil }

  /// Number of rows.
  public var rowCount: Int { matrix.rows }

  /// The columns' names.
  public var columnNames: [String] { designInfo.columnNames }

  /// The column of that name.
  ///
  /// - Throws: ``PatsyError`` when there is none.
  public func column(_ name: String) throws(PatsyError) -> [Double] {
    guard let index = columnNames.firstIndex(of: name) else {
      throw PatsyError("unknown column specified '\(name)'")
    }
    return matrix.column(index)
  }
}

extension DesignMatrix: CustomStringConvertible {
  /// The shape, the terms and their columns, and the first rows.
  public var description: String {
    var lines = ["DesignMatrix with shape (\(matrix.rows), \(matrix.columns))"]
    let rows = (0..<min(matrix.rows, 30)).map { i in
      (0..<min(matrix.columns, 40)).map { matrix[i, $0].description }
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
    if matrix.rows > rows.count { lines.append("  [\(matrix.rows - rows.count) rows omitted]") }
    lines.append("  Terms:")
    for (name, slice) in designInfo.termNameSlices {
      let place =
        slice.count == 1 ? "column \(slice.lowerBound)" : "columns \(slice.lowerBound):\(slice.upperBound)"
      lines.append("    '\(name)' (\(place))")
    }
    return lines.joined(separator: "\n")
  }
}

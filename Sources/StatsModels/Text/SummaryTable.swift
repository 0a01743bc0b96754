import DataFrames
import ProgramStop

/// One table of a ``Summary``: rows and columns of finished text.
public struct SummaryTable: Sendable, Equatable {
  /// Where cells stand within their column.
  public enum Alignment: String, Sendable {
    /// Flush left.
    case left = "l"
    /// Flush right.
    case right = "r"
    /// In the middle.
    case center = "c"
  }

  /// Row names; empty for a table without them.
  public let index: [String]
  /// Column headers; empty for a table without them.
  public let columns: [String]
  /// The cells, row by row.
  public let cells: [[String]]
  /// Where the cells stand within their column.
  public let alignment: Alignment

  /// A table of finished text; all rows must have the same length.
  public init(
    index: [String] = [], columns: [String] = [], cells: [[String]], alignment: Alignment = .right
  ) {
    let width = cells.first?.count ?? columns.count
    require(
      cells.allSatisfy { $0.count == width } && (columns.isEmpty || columns.count == width)
        && (index.isEmpty || index.count == cells.count),
      "SummaryTable: \(index.count) row names and \(columns.count) headers for rows of \(Set(cells.map(\.count)).sorted()) "
        + "cells: all rows take as many cells as there are headers")
    self.index = index
    self.columns = columns
    self.cells = cells.map { row in row.map(Self.stripped) }
    self.alignment = alignment
  }

  /// The cell in the row and column with these names, nil when there is none.
  public func get(_ row: String, _ column: String) -> String? {
    guard let i = index.firstIndex(of: row), let j = columns.firstIndex(of: column) else { return nil }
    return cells[i][j]
  }

  /// The table as a frame, its rows labelled with the row names; a column is of numbers, as printed, where all its cells
  /// are numbers or empty. Without headers columns are called "0", "1", …. Not in statsmodels.
  public var frame: DataFrame {
    let names =
      Set(columns).count == columns.count && !columns.isEmpty ? columns : (0..<columnCount).map(String.init)
    let filled = names.enumerated().map { place, name in
      let texts = cells.map { $0[place] }
      let numbers = texts.map { $0.isEmpty ? Double.nan : Double($0) }
      return numbers.contains(nil) || texts.allSatisfy(\.isEmpty)
        ? Column(name: name, texts) : Column(name: name, numbers)
    }
    let labels = index.isEmpty ? RowLabels(count: cells.count) : RowLabels(index)
    return (try? DataFrame(columns: filled, rowLabels: labels)) ?? DataFrame()
  }

  /// Number of columns, row names not counted.
  var columnCount: Int { cells.first?.count ?? columns.count }

  /// Ready for output, with `padding` spaces after the row names (after the first cells when there are none).
  func simpleTable(padding: Int = 0) -> SimpleTable {
    let tail = String(repeating: " ", count: padding)
    var rows = cells
    if index.isEmpty { for i in rows.indices where !rows[i].isEmpty { rows[i][0] += tail } }
    return SimpleTable(
      rows: rows, headers: columns.isEmpty ? nil : columns,
      stubs: index.isEmpty ? nil : index.map { $0 + tail },
      alignment: SimpleTable.Alignment(rawValue: alignment.rawValue) ?? .right)
  }

  private static func stripped(_ text: String) -> String {
    let scalars = Substring(text).unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
  }
}

import Foundation

// Frames and columns as text, laid out as pandas lays them out.

extension DataFrame: CustomStringConvertible {
  /// The table as text; of more than 60 rows or 20 columns the first and last ones.
  /// Python: repr(DataFrame)
  public var description: String {
    if rowCount == 0 || columns.isEmpty {
      let labels = rowLabels.prefix(10).joined(separator: ", ")
      return "Empty DataFrame\nColumns: [\(columnNames.joined(separator: ", "))]\nIndex: [\(labels)]"
    }
    let rows = TextTable.Excerpt(count: rowCount, limit: 60, ends: 5)
    let shown = TextTable.Excerpt(count: columns.count, limit: 20, ends: 10)
    return text(rows, shown, width: 50)
  }

  /// The table as text with the rows and columns shown, texts cut to a width.
  func text(_ rows: TextTable.Excerpt, _ shown: TextTable.Excerpt, width: Int) -> String {
    var cells = [TextTable.labels(rowLabels, rows)]
    for (place, position) in shown.positions.enumerated() {
      if place == shown.gap { cells.append([" ..."] + rows.positions.map { _ in " ..." }) }
      let column = columns[position]
      let heading = column.isNumeric || column.type == .boolean ? " " + column.name : column.name
      cells.append([heading] + TextTable.cells(column.rows(uncheckedPositions: rows.positions), width: width))
    }
    let table = TextTable.layout(cells, gap: rows.gap, space: 1)
    let isCut = rows.gap != nil || shown.gap != nil
    return isCut ? table + "\n\n[\(rowCount) rows x \(columns.count) columns]" : table
  }
}

extension Column: CustomStringConvertible {
  /// The values as text, one a line, with name and type; of more than 60 the first and last ones.
  /// Python: repr(Series)
  public var description: String {
    let title = name.isEmpty ? "" : "Name: \(name), "
    if count == 0 { return "Series([], \(title)dtype: \(type.pandasName))" }
    let rows = TextTable.Excerpt(count: count, limit: 60, ends: 5)
    let labels = TextTable.labels(RowLabels(count: count), rows)
    let values = TextTable.cells(self.rows(uncheckedPositions: rows.positions))
    let cells = [Array(labels.dropFirst()), values]
    let length = rows.gap == nil ? "" : "Length: \(count), "
    return TextTable.layout(cells, gap: rows.gap.map { $0 - 1 }, space: 3)
      + "\n\(title)\(length)dtype: \(type.pandasName)"
  }
}

/// Columns of text side by side.
enum TextTable {
  /// Which of many positions are shown.
  struct Excerpt {
    /// The positions shown.
    let positions: [Int]
    /// The place among them before which others are left out, nil if none are.
    let gap: Int?

    init(count: Int, limit: Int, ends: Int) {
      let isCut = count > limit
      positions = isCut ? Array(0..<ends) + Array(count - ends..<count) : Array(0..<count)
      gap = isCut ? ends : nil
    }
  }

  /// An empty heading and the labels of the rows shown, all of one width.
  static func labels(_ labels: RowLabels, _ rows: Excerpt) -> [String] {
    let texts = [""] + rows.positions.map { labels[$0] }
    let width = max(texts.map(\.count).max() ?? 0, rows.gap == nil ? 0 : 2)
    return texts.map { $0 + String(repeating: " ", count: width - $0.count) }
  }

  /// The columns side by side, right-justified, with a line of dots in the gap.
  static func layout(_ columns: [[String]], gap: Int?, space: Int) -> String {
    let padded = columns.enumerated().map { index, cells -> [String] in
      let width = cells.map(\.count).max() ?? 0
      var lines = cells.map { String(repeating: " ", count: width - $0.count) + $0 }
      if let gap {
        let dots = index == 0 || width < 4 ? ".." : "..."
        let blanks = String(repeating: " ", count: max(width - dots.count, 0))
        lines.insert(index == 0 ? dots + blanks : blanks + dots, at: gap + 1)
      }
      return lines
    }
    let count = padded.first?.count ?? 0
    let separator = String(repeating: " ", count: space)
    return (0..<count).map { line in padded.map { $0[line] }.joined(separator: separator) }.joined(
      separator: "\n")
  }

  /// The values of a column as pandas shows them: a minus sign, or a blank in its place, then the value.
  static func cells(_ column: Column, width: Int = 50) -> [String] {
    if case .double(let values) = column.storage {
      // Without any number there is no sign to leave room for.
      return values.allSatisfy(\.isNaN) ? values.map { _ in "NaN" } : numbers(values).map(spaced)
    }
    return column.strings.map { text in
      guard let text else { return " NaN" }
      if column.isNumeric { return spaced(text) }
      let escapes: [Unicode.Scalar: String] = ["\n": "\\n", "\r": "\\r", "\t": "\\t"]
      let line = text.unicodeScalars.reduce(into: "") { $0 += escapes[$1] ?? String($1) }
      return " " + (line.count > width ? line.prefix(width - 3) + "..." : line)
    }
  }

  private static func spaced(_ number: String) -> String { number.hasPrefix("-") ? number : " " + number }

  /// Numbers with up to six decimals, as many as the column needs; with exponents where these do not suffice.
  private static func numbers(_ values: [Double]) -> [String] {
    let finite = values.filter(\.isFinite)
    var texts = values.map { $0.isFinite ? String(format: "%.6f", $0) : "" }
    let hasTiny = finite.contains { $0 != 0 && $0.magnitude < 1e-6 }
    let hasHuge = finite.contains { $0.magnitude > 1e6 }
    func trimmed(_ texts: [String]) -> [String] {
      var texts = texts
      while texts.contains(where: { !$0.isEmpty }),
        texts.allSatisfy({ $0.isEmpty || ($0.hasSuffix("0") && !$0.hasSuffix(".0")) })
      {
        texts = texts.map { String($0.dropLast()) }
      }
      return texts
    }
    texts = trimmed(texts)
    let longest = texts.map { $0.hasPrefix("-") ? $0.count : $0.count + 1 }.max() ?? 0
    if hasTiny || (hasHuge && longest > 12) {
      texts = values.map { $0.isFinite ? String(format: "%.6e", $0) : "" }
    }
    return zip(values, texts).map { value, text in
      value.isNaN ? "NaN" : (value.isInfinite ? (value < 0 ? "-inf" : "inf") : text)
    }
  }
}

import LinearAlgebra

/// Labelled numbers as pandas prints them.
enum FrameText {
  /// A series, with pandas' closing line.
  static func series(_ series: Series) -> String {
    guard series.count > 0 else { return "Series([], dtype: float64)" }
    let (positions, gap) = excerpt(series.count, limit: 60, ends: 5)
    let cut = gap != nil
    let numbers = column(positions.map { series.values[$0] })
    let labels = positions.map { series.index[$0] }
    let labelWidth = labels.map(PythonPadding.length).max() ?? 0
    let numberWidth = numbers.map(PythonPadding.length).max() ?? 0
    var lines = zip(labels, numbers).map {
      PythonPadding.left($0, labelWidth) + "   " + PythonPadding.right($1, numberWidth)
    }
    if cut { lines.insert(PythonPadding.left("...", labelWidth), at: 5) }
    lines.append(cut ? "Length: \(series.count), dtype: float64" : "dtype: float64")
    return lines.joined(separator: "\n")
  }

  /// Which of many positions pandas shows, and before which of these it puts dots.
  private static func excerpt(_ count: Int, limit: Int, ends: Int) -> (positions: [Int], gap: Int?) {
    count > limit
      ? (Array(0..<ends) + Array(count - ends..<count), ends) : (Array(0..<count), nil)
  }

  /// A frame of floats; of more than 60 rows or 20 columns the first and last ones.
  static func frame(_ matrix: LabeledMatrix) -> String {
    guard !matrix.columns.isEmpty, !matrix.index.isEmpty else {
      let list = { (names: [String]) in "[" + names.joined(separator: ", ") + "]" }
      return "Empty DataFrame\nColumns: \(list(matrix.columns))\nIndex: \(list(matrix.index))"
    }
    let (rows, rowGap) = excerpt(matrix.index.count, limit: 60, ends: 5)
    let (shown, columnGap) = excerpt(matrix.columns.count, limit: 20, ends: 10)
    var index = rows.map { matrix.index[$0] }
    var header = shown.map { matrix.columns[$0] }
    var columns = shown.map { j in column(rows.map { matrix.values[$0, j] }) }
    if let rowGap {
      index.insert("...", at: rowGap)
      for j in columns.indices { columns[j].insert("...", at: rowGap) }
    }
    if let columnGap {
      header.insert("...", at: columnGap)
      columns.insert(index.map { _ in "..." }, at: columnGap)
    }
    let text = frame(index: index, header: header, columns: columns)
    if rowGap == nil, columnGap == nil { return text }
    return text + "\n\n[\(matrix.index.count) rows x \(matrix.columns.count) columns]"
  }

  /// A frame of cells that are text already; numbers carry a leading space for their sign.
  static func frame(index: [String], header: [String], columns: [[String]]) -> String {
    let labelWidth = index.map(PythonPadding.length).max() ?? 0
    var lines = [String](repeating: "", count: index.count + 1)
    lines[0] = PythonPadding.left("", labelWidth)
    for (i, label) in index.enumerated() { lines[i + 1] = PythonPadding.left(label, labelWidth) }
    for (name, cells) in zip(header, columns) {
      let width = max(PythonPadding.length(name) + 1, cells.map(PythonPadding.length).max() ?? 0)
      lines[0] += " " + PythonPadding.right(name, width)
      for (i, cell) in cells.enumerated() where i < index.count {
        lines[i + 1] += " " + PythonPadding.right(cell, width)
      }
    }
    return lines.joined(separator: "\n")
  }

  /// One column of floats in a common format: six decimals with the zeros that all share cut off, or
  /// exponents when a value is too large or too small for that.
  static func column(_ values: [Double]) -> [String] {
    func formatted(_ format: (Double) -> String) -> [String] {
      values.map { x in
        if x.isNaN { return "NaN" }
        return x.sign == .minus ? format(x) : " " + format(x)
      }
    }
    let cells = trimmed(formatted { PythonFormat.fixed($0, 6) })
    let tooLong = cells.contains { $0.utf8.count > 12 }
    let large = values.contains { $0.magnitude > 1e6 }
    let small = values.contains { $0.magnitude < 1e-6 && $0.magnitude > 0 }
    return small || (tooLong && large) ? formatted { PythonFormat.exponent($0, 6) } : cells
  }

  /// Cuts the trailing zeros that all decimal numbers share, leaving at least one decimal.
  private static func trimmed(_ cells: [String]) -> [String] {
    let decimal = cells.map { $0.utf8.contains(46) }
    var shared = 5
    for (cell, isDecimal) in zip(cells, decimal) where isDecimal {
      shared = min(shared, cell.utf8.reversed().prefix { $0 == 48 }.count)
    }
    return zip(cells, decimal).map { $1 ? String($0.dropLast(shared)) : $0 }
  }
}

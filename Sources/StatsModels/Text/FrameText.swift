import LinearAlgebra

/// Labelled numbers as pandas prints them.
enum FrameText {
  /// A series, with pandas' closing line.
  static func series(_ series: Series) -> String {
    guard series.count > 0 else { return "Series([], dtype: float64)" }
    let cut = series.count > 60
    let positions = cut ? Array(0..<5) + Array(series.count - 5..<series.count) : Array(0..<series.count)
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

  /// A frame of floats.
  static func frame(_ matrix: LabeledMatrix) -> String {
    guard !matrix.columns.isEmpty, !matrix.index.isEmpty else {
      let list = { (names: [String]) in "[" + names.joined(separator: ", ") + "]" }
      return "Empty DataFrame\nColumns: \(list(matrix.columns))\nIndex: \(list(matrix.index))"
    }
    let columns = matrix.columns.indices.map { j in column(matrix.values.column(j)) }
    return frame(index: matrix.index, header: matrix.columns, columns: columns)
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

// Frames as tables of other documents.

extension DataFrame {
  /// The whole table as text, laid out as ``description`` is, without any row or column left out.
  ///
  /// - Parameter index: whether the row labels come first.
  /// Python: DataFrame.to_string
  public func toString(index: Bool = true) -> String {
    if rowCount == 0 || columns.isEmpty { return description }
    let rows = TextTable.Excerpt(count: rowCount, limit: .max, ends: 0)
    if index { return text(rows, TextTable.Excerpt(count: columns.count, limit: .max, ends: 0), width: .max) }
    let cells = zip(columns, markupCells(index: false)).map { column, cells in
      // As in pandas, numbers' names leave room for a sign although the numbers do not.
      column.isNumeric || column.type == .boolean ? [" " + cells[0]] + cells.dropFirst() : cells
    }
    return TextTable.layout(cells, gap: nil, space: 1)
  }

  /// The table in Markdown's notation, numbers to the right.
  ///
  /// - Parameter index: whether the row labels come first.
  /// Python: DataFrame.to_markdown
  public func toMarkdown(index: Bool = true) -> String {
    let cells = markupCells(index: index).map { column in column.map { $0.replacing("|", with: "\\|") } }
    let isRight = (index ? [false] : []) + columns.map(\.isNumeric)
    let lines = zip(cells, isRight).map { column, isRight -> [String] in
      let width = Swift.max(column.map(\.count).max() ?? 0, 2)
      var padded = column.map { text in
        let blanks = String(repeating: " ", count: width - text.count)
        return " " + (isRight ? blanks + text : text + blanks) + " "
      }
      let dashes = String(repeating: "-", count: width + 1)
      padded.insert(isRight ? dashes + ":" : ":" + dashes, at: 1)
      return padded
    }
    return (0..<rowCount + 2).map { row in "|" + lines.map { $0[row] }.joined(separator: "|") + "|" }
      .joined(separator: "\n")
  }

  /// The table in HTML, as pandas writes it.
  ///
  /// - Parameter index: whether the row labels come first.
  /// Python: DataFrame.to_html
  public func toHtml(index: Bool = true) -> String {
    let cells = markupCells(index: index).map { column in
      column.map {
        $0.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      }
    }
    var lines = [
      "<table border=\"1\" class=\"dataframe\">", "  <thead>", "    <tr style=\"text-align: right;\">",
    ]
    lines += cells.map { "      <th>\($0[0])</th>" }
    lines += ["    </tr>", "  </thead>", "  <tbody>"]
    for row in 0..<rowCount {
      lines.append("    <tr>")
      for (position, column) in cells.enumerated() {
        let tag = index && position == 0 ? "th" : "td"
        lines.append("      <\(tag)>\(column[row + 1])</\(tag)>")
      }
      lines.append("    </tr>")
    }
    return (lines + ["  </tbody>", "</table>"]).joined(separator: "\n")
  }

  /// The table in LaTeX with the rules of the package booktabs, as pandas writes it; special characters are escaped.
  ///
  /// - Parameters:
  ///   - index: whether the row labels come first.
  ///   - caption: a caption, which makes the table float.
  ///   - label: the label of a table that floats.
  /// Python: DataFrame.to_latex
  public func toLatex(index: Bool = true, caption: String? = nil, label: String? = nil) -> String {
    let cells = markupCells(index: index).map { $0.map(Self.latexEscaped) }
    let format = (index ? "l" : "") + columns.map { $0.isNumeric ? "r" : "l" }.joined()
    func line(_ row: Int) -> String { cells.map { $0[row] }.joined(separator: " & ") + " \\\\" }
    let rows = (0..<rowCount).map { line($0 + 1) }
    var lines = ["\\begin{tabular}{\(format)}", "\\toprule", line(0), "\\midrule"] + rows
    lines += ["\\bottomrule", "\\end{tabular}"]
    if caption != nil || label != nil {
      let head = ["\\begin{table}"] + (caption.map { ["\\caption{\($0)}"] } ?? [])
      lines = head + (label.map { ["\\label{\($0)}"] } ?? []) + lines + ["\\end{table}"]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func latexEscaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&", "%", "$", "#", "_", "{", "}": result += "\\\(character)"
      case "\\": result += "\\textbackslash{}"
      case "~": result += "\\textasciitilde{}"
      case "^": result += "\\textasciicircum{}"
      default: result.append(character)
      }
    }
  }

  /// The columns as texts, each with its name first.
  private func markupCells(index: Bool) -> [[String]] {
    let labels = index ? [[""] + rowLabels.map { $0 }] : []
    return labels
      + columns.map { column in
        [column.name] + TextTable.cells(column, width: .max).map { String($0.drop(while: { $0 == " " })) }
      }
  }
}

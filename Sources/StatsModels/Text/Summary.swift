/// A printable summary: a title, tables and notes, laid out as statsmodels' `summary2.Summary`.
///
/// `print(results.summary())` writes the text form.
///
/// Python: summary2.Summary
public struct Summary: Sendable, Equatable {
  /// Line above the tables.
  ///
  /// Python: Summary.title
  public var title: String?
  /// The tables, from top to bottom.
  ///
  /// Python: Summary.tables
  public private(set) var tables: [SummaryTable] = []
  /// Lines below the tables.
  ///
  /// Python: Summary.extra_txt
  public private(set) var extraTxt: [String] = []

  /// A summary without tables.
  public init(title: String? = nil) { self.title = title }

  /// Adds a table below the others.
  ///
  /// Python: Summary.add_df
  public mutating func addDf(_ table: SummaryTable) { tables.append(table) }

  /// Adds pairs of key and value, in `ncols` pairs of columns filled from top to bottom.
  ///
  /// Python: Summary.add_dict
  public mutating func addDict(_ entries: KeyValuePairs<String, String>, ncols: Int = 2) {
    addDict(entries.map { ($0.key, $0.value) }, ncols: ncols)
  }

  /// Adds pairs of key and value from an array.
  ///
  /// Python: Summary.add_dict
  public mutating func addDict(_ entries: [(String, String)], ncols: Int = 2) {
    let ncols = max(ncols, 1)
    let height = (entries.count + ncols - 1) / ncols
    let cells = (0..<height).map { i in
      (0..<ncols).flatMap { j -> [String] in
        let position = j * height + i
        return position < entries.count ? [entries[position].0, entries[position].1] : ["", ""]
      }
    }
    tables.append(SummaryTable(cells: cells, alignment: .left))
  }

  /// Adds a note below the tables; the text form wraps it to the width of the tables.
  ///
  /// Python: Summary.add_text
  public mutating func addText(_ string: String) { extraTxt.append(string) }

  /// Sets the line above the tables.
  ///
  /// Python: Summary.add_title
  public mutating func addTitle(_ title: String?) { self.title = title ?? "" }

  /// The summary as plain text.
  ///
  /// Python: Summary.as_text
  public func asText() -> String {
    let lengths = tables.map { table -> Int in
      let text = table.simpleTable().asText()
      return PythonPadding.length(String(text.prefix { $0 != "\n" }))
    }
    let widest = lengths.max() ?? 0
    var lines: [String] = []
    for (table, length) in zip(tables, lengths) {
      // Spread the missing width over the gaps between columns, and what is left over the first column. The
      // gap after the row names is not counted, but widened: a table can become wider than the rules.
      let gaps = max(table.columnCount - 1, 1)
      let extra = (widest - length) / gaps
      let style = SimpleTable.TextStyle(columnSeparator: String(repeating: " ", count: extra + 1))
      let text = table.simpleTable(padding: widest - length - gaps * extra).asText(style: style)
      lines += text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
    let rule = String(repeating: "=", count: widest)
    if lines.isEmpty { lines.append(rule) } else { lines[0] = rule }
    lines.append(rule)
    var heading = title ?? ""
    let headingLength = PythonPadding.length(heading)
    if title != nil, headingLength < widest {
      let left = Int(Double(widest) / 2 - Double(headingLength) / 2)
      heading = String(repeating: " ", count: left) + heading
    }
    let notes = extraTxt.map { TextWrapping.wrap($0, width: widest).joined(separator: "\n") }
    return heading + "\n" + lines.joined(separator: "\n") + "\n" + notes.joined(separator: "\n")
  }

  /// The summary as HTML tables.
  ///
  /// Python: Summary.as_html
  public func asHtml() -> String {
    let body = tables.map { $0.simpleTable().asHtml() }.joined(separator: "\n")
    let notes = extraTxt.map { replacing("\n", with: "<br/>\n", in: $0) }.joined(separator: "<br/>\n")
    return body + "<br/>\n" + notes
  }

  /// The summary as a LaTeX `table`.
  ///
  /// Python: Summary.as_latex
  public func asLatex(label: String = "") -> String {
    let body = tables.map { $0.simpleTable().asLatexTabular() }.joined(separator: "\n\n")
    return [
      "\\begin{table}", "\\caption{\(title ?? "")}", "\\label{\(label)}", body, "\\end{table}",
      "\\bigskip", extraTxt.joined(separator: " \\newline \n"),
    ].joined(separator: "\n")
  }
}

extension Summary: CustomStringConvertible {
  /// The text form.
  public var description: String { asText() }
}

/// Breaks a paragraph into lines, as Python's `textwrap.wrap` does with its default options: runs of spaces within a line
/// stay as they are.
enum TextWrapping {
  static func wrap(_ text: String, width: Int) -> [String] {
    let width = max(width, 1)
    var lines: [String] = []
    var line = ""
    var gap = 0
    func flush() {
      if !line.isEmpty { lines.append(line) }
      line = ""
    }
    for word in text.split(omittingEmptySubsequences: false, whereSeparator: \.isWhitespace) {
      // An empty word is a further space.
      guard !word.isEmpty else {
        gap += 1
        continue
      }
      var rest = Substring(word)
      let space = line.isEmpty ? 0 : gap
      if PythonPadding.length(line) + space + PythonPadding.length(String(rest)) <= width {
        line += String(repeating: " ", count: space) + rest
      } else {
        flush()
        while PythonPadding.length(String(rest)) > width {
          lines.append(String(rest.prefix(width)))
          rest = rest.dropFirst(width)
        }
        line = String(rest)
      }
      gap = 1
    }
    flush()
    return lines
  }
}

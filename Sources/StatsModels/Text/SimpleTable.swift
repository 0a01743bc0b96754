/// Lays out one table of finished text cells as statsmodels' `SimpleTable` does, in text, HTML and LaTeX.
struct SimpleTable: Sendable {
  /// Where the text of a cell stands within its column.
  enum Alignment: String, Sendable {
    case left = "l"
    case right = "r"
    case center = "c"

    func pad(_ text: String, _ width: Int) -> String {
      switch self {
      case .left: PythonPadding.left(text, width)
      case .right: PythonPadding.right(text, width)
      case .center: PythonPadding.center(text, width)
      }
    }
  }

  /// What separates rows and columns of a text table.
  struct TextStyle: Sendable {
    var columnSeparator = " "
    var above: Character? = "-"
    var below: Character?
    var belowHeader: Character? = "-"
    var headerAlignment = Alignment.center
    /// Widths the columns have at least.
    var minimumWidth = 0
    /// The same of single columns, from the left.
    var minimumWidths: [Int] = []
  }

  /// Data cells, row by row.
  var rows: [[String]]
  /// Column headers; nil for a table without.
  var headers: [String]?
  /// Row names; nil for a table without.
  var stubs: [String]?
  /// Alignment of data cells in text, and where nothing else is said of data and header cells in LaTeX.
  var alignment = Alignment.right
  /// LaTeX with the rules of the package booktabs, names in bold and all else centred.
  var hasBooktabs = false
  /// A line above the table.
  var title: String?
  /// Tables whose rows continue these rows.
  var right: [SimpleTable] = []

  private enum Kind { case data, header, stub, empty }
  private typealias Cell = (kind: Kind, text: String)

  private var grid: [[Cell]] {
    var result: [[Cell]] = []
    if let headers {
      let corner: [Cell] = stubs == nil ? [] : [(.empty, "")]
      result.append(corner + headers.map { (.header, $0) })
    }
    for (i, row) in rows.enumerated() {
      let stub: [Cell] = stubs.map { [(.stub, $0.indices.contains(i) ? $0[i] : "")] } ?? []
      result.append(stub + row.map { (.data, $0) })
    }
    for table in right { result = zip(result, table.grid).map { $0 + $1 } }
    return result
  }

  private func widths(of grid: [[Cell]], minimum: Int = 0, each: [Int] = []) -> [Int] {
    let columns = grid.map(\.count).max() ?? 0
    return (0..<columns).map { j in
      grid.reduce(max(minimum, each.indices.contains(j) ? each[j] : 0)) {
        $1.indices.contains(j) ? max($0, PythonPadding.length($1[j].text)) : $0
      }
    }
  }

  /// The table as plain text, without a final newline.
  func asText(style: TextStyle = TextStyle()) -> String {
    let grid = grid
    let widths = widths(of: grid, minimum: style.minimumWidth, each: style.minimumWidths)
    var lines: [String] = []
    var lastLength = 0
    for row in grid {
      let line = row.indices.map { j in
        switch row[j].kind {
        case .data: alignment.pad(row[j].text, widths[j])
        case .header: style.headerAlignment.pad(row[j].text, widths[j])
        case .stub: PythonPadding.left(row[j].text, widths[j])
        case .empty: PythonPadding.center("", widths[j])
        }
      }.joined(separator: style.columnSeparator)
      lines.append(line)
      lastLength = PythonPadding.length(line)
      if row.contains(where: { $0.kind == .header }), let rule = style.belowHeader {
        lines.append(String(repeating: rule, count: lastLength))
      }
    }
    if let rule = style.above { lines.insert(String(repeating: rule, count: lastLength), at: 0) }
    if let title, !title.isEmpty { lines.insert(PythonPadding.center(title, lastLength), at: 0) }
    if let rule = style.below { lines.append(String(repeating: rule, count: lastLength)) }
    return lines.joined(separator: "\n")
  }

  /// The table as HTML, without a final newline.
  func asHtml() -> String {
    // names of columns and levels may hold what reads as tags; & stands as in statsmodels' tables
    func escaped(_ text: String) -> String { text.replacing("<", with: "&lt;") }
    let tagged = grid.map { row in
      row.map { cell -> Cell in
        switch cell.kind {
        case .data: (cell.kind, "<td>\(escaped(cell.text))</td>")
        case .header, .stub: (cell.kind, "<th>\(escaped(cell.text))</th>")
        case .empty: (cell.kind, "<td></td>")
        }
      }
    }
    let widths = widths(of: tagged)
    var lines = ["<table class=\"simpletable\">"]
    if let title, !title.isEmpty { lines.append("<caption>\(escaped(title))</caption>") }
    for row in tagged {
      let cells = row.indices.map { j in
        row[j].kind == .stub
          ? PythonPadding.left(row[j].text, widths[j]) : PythonPadding.center(row[j].text, widths[j])
      }
      lines.append("<tr>\n  " + cells.joined(separator: " ") + "\n</tr>")
    }
    lines.append("</table>")
    return lines.joined(separator: "\n")
  }

  /// The table as a LaTeX `tabular`, without a final newline.
  func asLatexTabular() -> String { Self.latexTabular([self]) }

  /// Tables one below the other as LaTeX `tabular`s, a new one wherever the columns change.
  static func latexTabular(_ tables: [SimpleTable]) -> String {
    let isBooktabs = tables.first?.hasBooktabs ?? false
    let rules = isBooktabs ? ["\\toprule", "\\midrule", "\\bottomrule"] : ["\\hline", "\\hline", "\\hline"]
    var lines = ["\\begin{center}"]
    var previous: String?
    let grids = tables.map { table in
      table.grid.map { row in
        row.map { cell -> Cell in
          let isBold = isBooktabs && (cell.kind == .stub || cell.kind == .header)
          return (cell.kind, isBold ? "\\textbf{\(latexEscaped(cell.text))}" : latexEscaped(cell.text))
        }
      }
    }
    for (position, (table, escaped)) in zip(tables, grids).enumerated() {
      let alignment = isBooktabs ? Alignment.center : table.alignment
      // statsmodels appends the others' rows to the first table, whose columns are as wide as all of these.
      let widths = table.widths(of: position == 0 ? grids.flatMap { $0 } : escaped)
      for row in escaped {
        let aligns = row.map { $0.kind == .stub || $0.kind == .empty ? "l" : alignment.rawValue }.joined()
        if aligns != previous {
          if previous != nil { lines += [rules[2], "\\end{tabular}"] }
          lines.append("\\begin{tabular}{\(aligns)}")
          if previous == nil { lines.append(rules[0]) }
          previous = aligns
        }
        let cells = row.indices.map { j in
          row[j].kind == .stub || row[j].kind == .empty
            ? PythonPadding.left(row[j].text, widths[j]) : alignment.pad(row[j].text, widths[j])
        }
        lines.append(cells.joined(separator: " & ") + "  \\\\")
        if row.contains(where: { $0.kind == .header }) { lines.append(rules[1]) }
      }
    }
    if previous != nil { lines += [rules[2], "\\end{tabular}"] }
    if let title = tables.first?.title, !title.isEmpty { lines.append("%\\caption{\(title)}") }
    lines.append("\\end{center}")
    // "$$" appears where two escaped characters meet, as in P>|z|.
    return replacing("$$", with: " ", in: lines.joined(separator: "\n"))
  }

  /// LaTeX's special characters replaced, in statsmodels' order (which escapes `$` before `>` and `|`
  /// bring in dollars of their own).
  private static func latexEscaped(_ text: String) -> String {
    let replacements: [(String, String)] = [
      ("#", "\\#"), ("$", "\\$"), ("%", "\\%"), ("&", "\\&"), (">", "$>$"), ("_", "\\_"), ("|", "$|$"),
    ]
    return replacements.reduce(text) { replacing($1.0, with: $1.1, in: $0) }
  }
}

/// `text` with each occurrence of `target`, from the left and without overlap, replaced.
func replacing(_ target: String, with replacement: String, in text: String) -> String {
  let bytes = Array(text.utf8)
  let pattern = Array(target.utf8)
  guard !pattern.isEmpty, bytes.count >= pattern.count else { return text }
  var result: [UInt8] = []
  var i = 0
  while i < bytes.count {
    if i + pattern.count <= bytes.count, bytes[i..<i + pattern.count].elementsEqual(pattern) {
      result += replacement.utf8
      i += pattern.count
    } else {
      result.append(bytes[i])
      i += 1
    }
  }
  return String(decoding: result, as: UTF8.self)
}

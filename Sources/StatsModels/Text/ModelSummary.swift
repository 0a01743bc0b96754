import Foundation

/// The summary of a regression: a title, a table in two columns, the coefficients, further tables and notes, laid out as
/// statsmodels' `iolib.summary.Summary`.
///
/// Python: statsmodels.iolib.summary.Summary
public struct ModelSummary: Sendable {
  private var layouts: [SimpleTable] = []
  private var styles: [SimpleTable.TextStyle] = []
  /// Lines below the tables. Python: iolib.summary.Summary.extra_txt
  public private(set) var extraTxt: [String] = []

  init() {}

  /// The tables, from top to bottom, cells without padding; those of two columns have names and values in turn.
  ///
  /// Python: iolib.summary.Summary.tables
  public var tables: [SummaryTable] {
    layouts.map { layout in
      if let right = layout.right.first {
        let cells = layout.rows.indices.map { i in
          [layout.stubs?[i] ?? ""] + layout.rows[i] + [right.stubs?[i] ?? ""] + right.rows[i]
        }
        return SummaryTable(cells: cells)
      }
      return SummaryTable(index: layout.stubs ?? [], columns: layout.headers ?? [], cells: layout.rows)
    }
  }

  private static let base = SimpleTable.TextStyle(above: "=", below: "=", headerAlignment: .right)

  /// Adds names and values in two columns, the shorter one filled up.
  mutating func addTable2cols(
    title: String?, left: [(String, String)], right: [(String, String)]
  ) {
    func filled(_ entries: [(String, String)], _ count: Int) -> [(String, String)] {
      entries + Array(repeating: (" ", " "), count: max(0, count - entries.count))
    }
    let left = filled(left, right.count)
    let right = filled(right, left.count)
    var table = SimpleTable(rows: left.map { [$0.1] }, headers: nil, stubs: left.map(\.0))
    table.right = [
      SimpleTable(
        rows: right.map { [$0.1] }, headers: nil, stubs: right.map { PythonPadding.left("  " + $0.0, 21) })
    ]
    table.title = title
    table.hasBooktabs = true
    var style = Self.base
    style.minimumWidth = 18
    layouts.append(table)
    styles.append(style)
  }

  /// Adds a row for each coefficient.
  mutating func addTableParams(
    names: [String], params: [Double], bse: [Double], tvalues: [Double], pvalues: [Double],
    limits: [[Double]], alpha: Double, useT: Bool, title: String? = nil
  ) {
    let letter = useT ? "t" : "z"
    let rows = names.indices.map { i in
      [
        Self.number(params[i], 4), Self.number(bse[i], 3), Self.number(tvalues[i], 3),
        PythonPadding.right(PythonFormat.fixed(pvalues[i], 3), 6), Self.number(limits[0][i], 3),
        Self.number(limits[1][i], 3),
      ]
    }
    var table = SimpleTable(
      rows: rows,
      headers: [
        "coef", "std err", letter, "P>|\(letter)|", "[" + PythonFormat.repr(alpha / 2),
        PythonFormat.repr(1 - alpha / 2) + "]",
      ], stubs: names)
    table.title = title
    table.hasBooktabs = true
    var style = Self.base
    style.minimumWidth = 10
    style.minimumWidths = [0, 0, 0, 0, 0, 11, 11]
    layouts.append(table)
    styles.append(style)
  }

  /// Sets the lines below the tables.
  mutating func addExtraTxt(_ lines: [String]) { extraTxt = lines }

  /// Fixed decimals in a width of 6 more, or significant digits for numbers that are too large or too small for that.
  static func number(_ x: Double, _ digits: Int) -> String {
    let outside = x.magnitude >= 1e4 || x.magnitude < 1e-4
    let text = outside ? PythonFormat.general(x, digits) : PythonFormat.fixed(x, digits)
    return PythonPadding.right(text, digits + 6)
  }

  /// A count as statsmodels prints it: whole, or with two decimals.
  static func count(_ x: Double) -> String {
    if x.isNaN { return "   NaN" }
    let isWhole = x.rounded(.down) == x
    return PythonPadding.right(PythonFormat.fixed(x, isWhole ? 0 : 2), isWhole ? 6 : 8)
  }

  /// `f"{x:#{width}.{digits}g}"`.
  static func general(_ x: Double, _ width: Int, _ digits: Int) -> String {
    PythonPadding.right(PythonFormat.general(x, digits, alternate: true), width)
  }

  /// `f"{x:#{width}.{decimals}f}"`.
  static func fixed(_ x: Double, _ width: Int, _ decimals: Int) -> String {
    PythonPadding.right(PythonFormat.fixed(x, decimals), width)
  }

  /// The summary as plain text. Python: iolib.summary.Summary.as_text
  public func asText() -> String {
    var lines: [String] = []
    for (position, (table, style)) in zip(layouts, styles).enumerated() {
      var text = table.asText(style: style).split(separator: "\n", omittingEmptySubsequences: false)
        .map(String.init)
      if position < layouts.count - 1 { text.removeLast() }
      lines += text
    }
    let text = lines.joined(separator: "\n")
    return extraTxt.isEmpty ? text : text + "\n\n" + extraTxt.joined(separator: "\n")
  }

  /// The summary as HTML tables. Python: iolib.summary.Summary.as_html
  public func asHtml() -> String {
    let text = layouts.map { $0.asHtml() }.joined(separator: "\n")
    return extraTxt.isEmpty
      ? text : text + "<br/><br/>" + replacing("\n", with: "<br/>", in: extraTxt.joined(separator: "\n"))
  }

  /// The summary as LaTeX tables. Python: iolib.summary.Summary.as_latex
  public func asLatex() -> String {
    let text = SimpleTable.latexTabular(layouts)
    return extraTxt.isEmpty
      ? text
      : text + "\n\n" + replacing("\n", with: " \\newline\n ", in: extraTxt.joined(separator: "\n"))
  }
}

extension ModelSummary: CustomStringConvertible {
  /// The text form.
  public var description: String { asText() }
}

extension LikelihoodModelResults {
  /// Adds the coefficients to a summary under the given names.
  func addParams(to summary: inout ModelSummary, xname: [String]?, alpha: Double) throws {
    let limits = confInt(alpha: alpha).values
    summary.addTableParams(
      names: try checkedNames(xname), params: params.values, bse: bse.values, tvalues: tvalues.values,
      pvalues: pvalues.values, limits: [limits.column(0), limits.column(1)], alpha: alpha, useT: useT)
  }

  /// Names of the coefficients for print.
  func checkedNames(_ xname: [String]?) throws -> [String] {
    let names = xname ?? params.index
    guard names.count == params.count else {
      throw StatsModelsError(
        .lengthMismatch,
        "User supplied xnames must have the same number of entries as the number of model parameters (\(params.count))"
      )
    }
    return names
  }
}

/// The date and the time of day of a summary, as C's `strftime` writes them without a locale.
struct SummaryClock {
  private let parts: DateComponents

  init(_ date: Date, timeZone: TimeZone) {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = timeZone
    parts = calendar.dateComponents([.year, .month, .day, .weekday, .hour, .minute, .second], from: date)
  }

  private static func two(_ x: Int?) -> String {
    let text = String(x ?? 0)
    return text.count < 2 ? "0" + text : text
  }

  /// `Mon, 30 Nov 2026`.
  var date: String {
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    return
      "\(days[(parts.weekday ?? 1) - 1]), \(Self.two(parts.day)) \(months[(parts.month ?? 1) - 1]) \(parts.year ?? 0)"
  }
  /// `04:02:00`.
  var time: String { [parts.hour, parts.minute, parts.second].map(Self.two).joined(separator: ":") }
  /// `2026-11-30 04:02`.
  var stamp: String {
    "\(parts.year ?? 0)-\(Self.two(parts.month))-\(Self.two(parts.day)) \(Self.two(parts.hour)):\(Self.two(parts.minute))"
  }
}

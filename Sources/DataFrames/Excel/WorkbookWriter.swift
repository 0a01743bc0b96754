/// Writes frames as the sheets of an Excel workbook (.xlsx, Office Open XML, ECMA-376).
struct WorkbookWriter {
  var naRep = ""
  var header = true
  var index = true
  var indexLabel = ""

  private static let pieceSize = 1 << 20
  private static let declaration = #"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#
  private static let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
  private static let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
  private static let package = "http://schemas.openxmlformats.org/package/2006"
  private static let documents = "application/vnd.openxmlformats-officedocument.spreadsheetml"

  /// - Throws: ``DataFrameError`` for a path, names and texts that no workbook can have, and for a full disk.
  func write(_ sheets: [(name: String, frame: DataFrame)], to path: String) throws(DataFrameError) {
    try check(sheets, path)
    var archive = try ZipWriter(path: path)
    for (name, text) in Self.parts(sheets.map(\.name)) {
      try archive.add(name) { (body) throws(DataFrameError) in try body(Array((Self.declaration + text).utf8))
      }
    }
    for (place, sheet) in sheets.enumerated() {
      try archive.add("xl/worksheets/sheet\(place + 1).xml") { (body) throws(DataFrameError) in
        try rows(of: sheet.frame, path, body)
      }
    }
    try archive.finish()
  }

  private func check(_ sheets: [(name: String, frame: DataFrame)], _ path: String) throws(DataFrameError) {
    func refuse(_ reason: String) -> DataFrameError {
      DataFrameError(.invalidArgument, "toExcel: \(reason)", path: path)
    }
    guard path.lowercased().hasSuffix(".xlsx") else {
      throw refuse("the file is a workbook .xlsx, and is named so")
    }
    guard !sheets.isEmpty else { throw refuse("a workbook has at least one sheet") }
    var names: Set<String> = []
    for (name, frame) in sheets {
      let isName = (1...31).contains(name.utf16.count) && !name.contains(where: { "[]:*?/\\".contains($0) })
      guard isName, !name.hasPrefix("'"), !name.hasSuffix("'") else {
        throw refuse(
          "\(PythonText.quoted(name)) is no name of a sheet: it has 1 to 31 characters, none of [ ] : * ? / \\"
        )
      }
      guard names.insert(name.lowercased()).inserted else {
        throw refuse("two sheets are named \(PythonText.quoted(name)); Excel does not tell cases apart")
      }
      let size = (rows: frame.rowCount + (header ? 1 : 0), columns: frame.columnCount + (index ? 1 : 0))
      guard size.rows <= Workbook.rowLimit, size.columns <= Workbook.columnLimit else {
        throw refuse(
          "\(size.rows) rows and \(size.columns) columns: a sheet has \(Workbook.rowLimit) and \(Workbook.columnLimit)"
        )
      }
    }
  }

  /// The parts beside the sheets.
  private static func parts(_ names: [String]) -> [(name: String, text: String)] {
    let sheets = names.enumerated().map { (number: $0 + 1, name: escaped($1)) }
    let types = sheets.map {
      #"<Override PartName="/xl/worksheets/sheet\#($0.number).xml" ContentType="\#(documents).worksheet+xml"/>"#
    }
    let links = sheets.map {
      #"<Relationship Id="rId\#($0.number)" Type="\#(relations)/worksheet" Target="worksheets/sheet\#($0.number).xml"/>"#
    }
    let entries = sheets.map {
      #"<sheet name="\#($0.name)" sheetId="\#($0.number)" r:id="rId\#($0.number)"/>"#
    }
    return [
      (
        "[Content_Types].xml",
        #"<Types xmlns="\#(package)/content-types"><Default Extension="rels" "#
          + #"ContentType="application/vnd.openxmlformats-package.relationships+xml"/>"#
          + #"<Override PartName="/xl/workbook.xml" ContentType="\#(documents).sheet.main+xml"/>"#
          + #"<Override PartName="/xl/styles.xml" ContentType="\#(documents).styles+xml"/>\#(types.joined())</Types>"#
      ),
      (
        "_rels/.rels",
        #"<Relationships xmlns="\#(package)/relationships"><Relationship Id="rId1" "#
          + #"Type="\#(relations)/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
      ),
      (
        "xl/workbook.xml",
        #"<workbook xmlns="\#(main)" xmlns:r="\#(relations)"><sheets>\#(entries.joined())</sheets></workbook>"#
      ),
      (
        "xl/_rels/workbook.xml.rels",
        #"<Relationships xmlns="\#(package)/relationships">\#(links.joined())<Relationship Id="rId0" "#
          + #"Type="\#(relations)/styles" Target="styles.xml"/></Relationships>"#
      ), ("xl/styles.xml", styles),
    ]
  }

  /// Styles of cells: 0 plain, 1 headings, 2 dates, 3 dates with times.
  private static let styles =
    #"<styleSheet xmlns="\#(main)"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/>"#
    + #"<numFmt numFmtId="165" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts>"#
    + #"<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>"#
    + #"<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>"#
    + #"<fills count="2"><fill><patternFill patternType="none"/></fill>"#
    + #"<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>"#
    + #"<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/><xf fontId="1" applyFont="1"/>"#
    + #"<xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/></cellXfs>"#
    + #"<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"#

  /// Gives a sheet in pieces of about a megabyte.
  private func rows(
    of frame: DataFrame, _ path: String, _ body: ([UInt8]) throws(DataFrameError) -> Void
  ) throws(DataFrameError) {
    var columns = frame.columns
    if index {
      let label = indexLabel.isEmpty ? frame.rowLabels.name ?? "" : indexLabel
      columns.insert(frame.rowLabels.values.renamed(label), at: 0)
    }
    var cells: [(Int) -> String] = []
    for (place, column) in columns.enumerated() {
      for text in [column.name, naRep] + column.texts { try Self.check(text, column, path) }
      cells.append(self.cells(column, letters: Self.letters(place)))
    }
    var piece = Array("\(Self.declaration)<worksheet xmlns=\"\(Self.main)\"><sheetData>".utf8)
    if header {
      let names = columns.enumerated().map { place, column in
        column.name.isEmpty ? "" : Self.cell(Self.letters(place) + "1", Self.text(column.name), style: 1)
      }
      piece += "<row r=\"1\">\(names.joined())</row>".utf8
    }
    for row in 0..<frame.rowCount {
      piece += "<row r=\"\(row + (header ? 2 : 1))\">".utf8
      for cell in cells { piece += cell(row).utf8 }
      piece += "</row>".utf8
      if piece.count > Self.pieceSize {
        try body(piece)
        piece.removeAll(keepingCapacity: true)
      }
    }
    try body(piece + Array("</sheetData></worksheet>".utf8))
  }

  /// What a cell holds: its type and its value in XML.
  private typealias Content = (type: String, value: String)

  private static func number(_ value: some CustomStringConvertible) -> Content { ("n", "<v>\(value)</v>") }
  private static func text(_ text: String) -> Content {
    ("inlineStr", "<is><t xml:space=\"preserve\">\(escaped(text))</t></is>")
  }
  private static func level(_ level: ColumnValue) -> Content {
    switch level {
    case .string(let text): self.text(text)
    case .integer(let value): number(value)
    case .double(let value): value.isFinite ? number(value) : text(PythonText.of(value))
    case .boolean(let value): ("b", value ? "<v>1</v>" : "<v>0</v>")
    }
  }

  private static func cell(_ place: String, _ content: Content, style: Int = 0) -> String {
    "<c r=\"\(place)\" s=\"\(style)\" t=\"\(content.type)\">\(content.value)</c>"
  }

  /// A function that gives the cell of each row of a column.
  private func cells(_ column: Column, letters: String) -> (Int) -> String {
    let first = header ? 2 : 1
    let missing = naRep.isEmpty ? nil : Self.text(naRep)
    func cell(_ row: Int, _ content: Content?, style: Int = 0) -> String {
      (content ?? missing).map {
        Self.cell("\(letters)\(row + first)", $0, style: content == nil ? 0 : style)
      } ?? ""
    }
    switch column.storage {
    case .string(let texts):
      let pool = texts.pool.map(Self.text)
      return { cell($0, texts.codes[$0] < 0 ? nil : pool[Int(texts.codes[$0])]) }
    case .categorical(let values):
      let levels = values.levels.map(Self.level)
      return { cell($0, values.codes[$0] < 0 ? nil : levels[Int(values.codes[$0])]) }
    case .time(let times) where times.kind == .moment:
      let isDays = times.microseconds.allSatisfy { $0 == TimeColumn.missing || $0 % CalendarTime.day == 0 }
      return { row in
        let moment = times.microseconds[row]
        if moment == TimeColumn.missing { return cell(row, nil) }
        // Excel knows no dates before 1900.
        guard let serial = ExcelDate.serial(moment) else {
          return cell(row, Self.text(TimeColumn.text(.moment, moment, short: isDays)))
        }
        return cell(row, Self.number(serial), style: isDays ? 2 : 3)
      }
    case .time(let times):
      // Spans are days, as in pandas.
      return { row in
        let span = times.microseconds[row]
        return cell(
          row, span == TimeColumn.missing ? nil : Self.number(Double(span) / Double(CalendarTime.day)))
      }
    default: return { cell($0, column[$0].map(Self.level)) }
    }
  }

  /// `A`, `B`, …, `Z`, `AA`, ….
  private static func letters(_ column: Int) -> String {
    let last = String(UnicodeScalar(UInt8(65 + column % 26)))
    return column < 26 ? last : letters(column / 26 - 1) + last
  }

  /// The most UTF-16 units of a cell's text.
  private static let textLimit = 32_767

  /// - Throws: ``DataFrameError`` for a text that no cell can hold.
  private static func check(_ text: String, _ column: Column, _ path: String) throws(DataFrameError) {
    let control = text.unicodeScalars.first {
      ($0.value < 32 && ![9, 10, 13].contains($0.value)) || $0.value >= 0xFFFE
    }
    guard control != nil || text.utf16.count > textLimit else { return }
    let reason =
      control.map { "a text with the character U+" + String($0.value, radix: 16) }
      ?? "a text of \(text.utf16.count) characters"
    throw DataFrameError(
      .invalidArgument,
      "toExcel: column \(PythonText.quoted(column.name)) has \(reason), which no cell can hold: str.replace or str.slice "
        + "make another of it", path: path)
  }

  private static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { [13, 34, 38, 60, 62].contains($0) }) else { return text }
    let entities: [UInt8: String] = [13: "&#13;", 34: "&quot;", 38: "&amp;", 60: "&lt;", 62: "&gt;"]
    return String(
      decoding: text.utf8.flatMap { byte in entities[byte].map { Array($0.utf8) } ?? [byte] }, as: UTF8.self)
  }
}

extension Column {
  /// The distinct texts that the column holds.
  fileprivate var texts: [String] {
    switch storage {
    case .string(let texts): texts.pool
    case .categorical(let values): values.levels.map(\.description)
    default: []
    }
  }
}

/// Dates as the numbers of days that workbooks count from 1900.
enum ExcelDate {
  /// The number of 1970.
  private static let epoch = 25_569
  /// The first of March 1900: Excel takes 1900 for a leap year, so that earlier days have a number less.
  private static let march = 61

  /// The number of a moment in microseconds since 1970; nil before 1900.
  static func serial(_ microseconds: Int) -> Double? {
    let number = Double(microseconds) / Double(CalendarTime.day) + Double(epoch)
    let serial = number < Double(march) ? number - 1 : number
    return serial >= 1 ? serial : nil
  }

  /// The microseconds since 1970 of a number of days, to a millisecond: a day's fraction holds no more.
  ///
  /// - Parameter isFrom1904: whether the workbook counts from 1904, as old ones of the Macintosh do.
  static func microseconds(_ serial: Double, isFrom1904: Bool) -> Int? {
    let isEarly = !isFrom1904 && serial >= 1 && serial < Double(march - 1)
    let days = serial - Double(isFrom1904 ? 24_107 : epoch) + (isEarly ? 1 : 0)
    return Int(exactly: (days * 86_400_000).rounded()).map { $0 * 1000 }
  }
}

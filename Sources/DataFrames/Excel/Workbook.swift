import Foundation

/// The sheets of an Excel workbook (.xlsx, Office Open XML, ECMA-376).
struct Workbook {
  private let archive: ZipArchive
  private let path: String?
  /// The names of the sheets in order, and the file of each.
  private(set) var sheets: [(name: String, file: String)] = []
  /// Texts that cells refer to.
  private var texts: [String] = []
  /// Whether numbers of each cell style are dates.
  private var styleIsDate: [Bool] = []
  /// Whether dates count from 1904, as in old workbooks of the Macintosh.
  private var isFrom1904 = false

  /// Reads the parts that all sheets share.
  ///
  /// - Throws: ``DataFrameError`` for bytes that are no workbook.
  init(_ bytes: UnsafeRawBufferPointer, path: String?) throws(DataFrameError) {
    archive = try ZipArchive(bytes, path: path)
    self.path = path
    var files: [String: String] = [:]
    try read("xl/_rels/workbook.xml.rels") { event in
      guard case .start("Relationship", let values) = event, let id = values["Id"],
        let target = values["Target"]
      else { return }
      files[id] = target.hasPrefix("/") ? String(target.dropFirst()) : "xl/" + target
    }
    var found: [(String, String)] = []
    var isFrom1904 = false
    guard
      try read(
        "xl/workbook.xml",
        { event in
          guard case .start(let name, let values) = event else { return }
          if name == "workbookPr", ["1", "true"].contains(values["date1904"]) { isFrom1904 = true }
          if name == "sheet", let id = values["r:id"], let file = files[id] {
            found.append((values["name"] ?? "", file))
          }
        })
    else { throw failure("it is no Excel workbook of the kind .xlsx") }
    (sheets, self.isFrom1904) = (found, isFrom1904)
    texts = try sharedTexts()
    styleIsDate = try dateStyles()
  }

  private func failure(_ reason: String) -> DataFrameError {
    DataFrameError(.file, "cannot read the workbook: \(reason)", path: path)
  }

  /// Reads a part; false if there is none.
  @discardableResult
  private func read(_ name: String, _ handle: @escaping (XMLEvents.Event) -> Void) throws(DataFrameError)
    -> Bool
  {
    guard let bytes = try archive.file(name) else { return false }
    guard XMLEvents.read(bytes, handle) else { throw failure("\(name) in it is damaged") }
    return true
  }

  private func sharedTexts() throws(DataFrameError) -> [String] {
    var texts: [String] = []
    var (isText, isPhonetic) = (false, false)
    try read("xl/sharedStrings.xml") { event in
      switch event {
      case .start("si", _): texts.append("")
      case .start("rPh", _): isPhonetic = true
      case .end("rPh"): isPhonetic = false
      case .start("t", _): isText = !isPhonetic
      case .end("t"): isText = false
      case .text(let text) where isText && !texts.isEmpty: texts[texts.count - 1] += text
      default: break
      }
    }
    return texts
  }

  private func dateStyles() throws(DataFrameError) -> [Bool] {
    var formats: [Int: String] = [:]
    var styles: [Int] = []
    var isInCells = false
    try read("xl/styles.xml") { event in
      switch event {
      case .start("numFmt", let values):
        if let id = values["numFmtId"].flatMap({ Int($0) }) { formats[id] = values["formatCode"] ?? "" }
      case .start("cellXfs", _): isInCells = true
      case .end("cellXfs"): isInCells = false
      case .start("xf", let values) where isInCells:
        styles.append(values["numFmtId"].flatMap { Int($0) } ?? 0)
      default: break
      }
    }
    return styles.map { id in formats[id].map(Self.isDate) ?? Self.dateFormats.contains { $0.contains(id) } }
  }

  /// The built-in formats of dates and times.
  private static let dateFormats = [14...22, 27...36, 45...47, 50...58]

  /// Whether a format shows dates: it has letters of dates outside quotes and brackets.
  private static func isDate(_ format: String) -> Bool {
    var (isQuoted, isBracketed) = (false, false)
    var rest = Substring(format)
    while let character = rest.popFirst() {
      switch character {
      case "\\", "_", "*": _ = rest.popFirst()
      case "\"": isQuoted.toggle()
      case "[": isBracketed = true
      case "]": isBracketed = false
      case "y", "m", "d", "h", "s", "Y", "M", "D", "H", "S":
        if !isQuoted, !isBracketed { return true }
      default: break
      }
    }
    return false
  }

  /// What a cell holds.
  enum Cell {
    case level(ColumnValue)
    case moment(Int)
  }

  /// The most columns and rows of a sheet.
  static let (columnLimit, rowLimit) = (16_384, 1_048_576)

  /// The cells of a sheet by row and column, nil for empty ones.
  ///
  /// - Throws: ``DataFrameError`` for a damaged sheet.
  func cells(_ file: String) throws(DataFrameError) -> [[Cell?]] {
    var rows: [[Cell?]] = []
    var (row, column) = (-1, -1)
    var (type, style) = ("n", 0)
    var (value, isValue) = ("", false)
    let found = try read(file) { event in
      switch event {
      case .start("row", let values):
        row = values["r"].flatMap { Int($0) }.map { $0 - 1 } ?? row + 1
        column = -1
      case .start("c", let values):
        column = values["r"].flatMap(Self.column) ?? column + 1
        (type, style, value) = (values["t"] ?? "n", values["s"].flatMap { Int($0) } ?? 0, "")
      case .start("v", _), .start("t", _): isValue = true
      case .end("v"), .end("t"): isValue = false
      case .text(let text) where isValue: value += text
      case .end("c"):
        guard (0..<Self.rowLimit).contains(row), (0..<Self.columnLimit).contains(column),
          let cell = cell(value, type, style)
        else { return }
        while rows.count <= row { rows.append([]) }
        while rows[row].count <= column { rows[row].append(nil) }
        rows[row][column] = cell
      default: break
      }
    }
    if !found { throw failure("it lacks \(file)") }
    return rows
  }

  /// The column of a cell's name: `B3` is 1.
  private static func column(_ name: String) -> Int? {
    let letters = name.utf8.prefix { (65...90).contains($0) }
    guard !letters.isEmpty, letters.count <= 3 else { return nil }
    return letters.reduce(0) { $0 * 26 + Int($1) - 64 } - 1
  }

  private func cell(_ value: String, _ type: String, _ style: Int) -> Cell? {
    switch type {
    case "s":
      guard let index = Int(value), texts.indices.contains(index) else { return nil }
      return .level(.string(texts[index]))
    case "b": return .level(.boolean(value == "1"))
    // An error, as #DIV/0!, is no value.
    case "e": return nil
    case "str", "inlineStr": return .level(.string(value))
    case "d": return DateReader.moment(value).map(Cell.moment)
    default:
      guard let number = Double(value), number.isFinite else { return nil }
      if styleIsDate.indices.contains(style), styleIsDate[style] {
        return ExcelDate.microseconds(number, isFrom1904: isFrom1904).map(Cell.moment)
      }
      return .level(Int(exactly: number).map(ColumnValue.integer) ?? .double(number))
    }
  }
}

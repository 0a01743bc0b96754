import Foundation

extension DataFrame {
  /// Writes the frame as comma-separated values, quoted where needed.
  ///
  /// Numbers are written with all their digits, missing values as empty fields. `index` writes the row labels
  /// first. The file appears complete or not at all: a temporary file beside it is renamed.
  /// - Throws: ``DataFrameError`` with the path when the file cannot be written.
  ///
  /// Python: DataFrame.to_csv
  public func toCsv(_ path: String, index: Bool = true) throws(DataFrameError) {
    let file = try AtomicFile(path: path)
    try eachPiece(index: index, header: true) { (bytes) throws(DataFrameError) in try file.write(bytes) }
    try file.finish()
  }

  /// The frame as comma-separated values, as ``toCsv(_:index:)`` writes them.
  ///
  /// `header` writes the columns' names first.
  public func csvText(index: Bool = true, header: Bool = true) -> String {
    var result: [UInt8] = []
    eachPiece(index: index, header: header) { result += $0 }
    return String(decoding: result, as: UTF8.self)
  }

  /// Calls `body` with the text in pieces of about a megabyte.
  private func eachPiece<Failure>(
    index: Bool, header: Bool, _ body: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var piece: [UInt8] = []
    let fields = columns.map(CSVField.texts)
    let names = (index ? [""] : []) + columnNames
    if header { CSVField.append(names.map { CSVField.quoted($0) }, to: &piece) }
    for row in 0..<rowCount {
      var line = index ? [CSVField.quoted(rowLabels[row])] : []
      for field in fields { line.append(field(row)) }
      CSVField.append(line, to: &piece)
      if piece.count > 1 << 20 {
        try body(piece)
        piece.removeAll(keepingCapacity: true)
      }
    }
    try body(piece)
  }
}

extension CSVField {
  /// A function that gives the text of each row of a column.
  fileprivate static func texts(_ column: Column) -> (Int) -> String {
    switch column.storage {
    case .double(let values): return { values[$0].isNaN ? "" : PythonText.of(values[$0]) }
    case .integer(let values, let missing): return { missing?[$0] == true ? "" : String(values[$0]) }
    case .boolean(let values, let missing): return { missing?[$0] == true ? "" : PythonText.of(values[$0]) }
    case .string(let column):
      let pool = column.pool.map(quoted)
      return { column.codes[$0] < 0 ? "" : pool[Int(column.codes[$0])] }
    case .time(let times):
      let texts = times.texts
      return { texts[$0] ?? "" }
    case .categorical(let column):
      let levels = column.levels.map { quoted($0.description) }
      return { column.codes[$0] < 0 ? "" : levels[Int(column.codes[$0])] }
    }
  }

  /// The text in quotes if it holds a separator, a quote or a line end, or begins with a byte-order mark, which
  /// a reader would take for the file's own.
  fileprivate static func quoted(_ text: String) -> String {
    let isSpecial = text.utf8.contains { $0 == 44 || $0 == 34 || $0 == 10 || $0 == 13 }
    guard isSpecial || text.unicodeScalars.first == "\u{FEFF}" else { return text }
    // Byte by byte: a quote with an accent on it is still a quote.
    let doubled = text.utf8.flatMap { $0 == 34 ? [34, 34] : [$0] }
    return String(decoding: [34] + doubled + [34], as: UTF8.self)
  }

  /// Appends a line; a single empty field is quoted, lest the line look blank.
  fileprivate static func append(_ fields: [String], to bytes: inout [UInt8]) {
    if fields.count == 1, fields[0].utf8.allSatisfy({ $0 == 32 || $0 == 9 }) {
      bytes += "\"\(fields[0])\"".utf8
    } else {
      for (position, field) in fields.enumerated() {
        if position > 0 { bytes.append(44) }
        bytes.append(contentsOf: field.utf8)
      }
    }
    bytes.append(10)
  }
}

import CZlib
import Foundation

/// Which fields of a written file stand in quotes.
/// Python: the argument quoting of DataFrame.to_csv
public enum CSVQuoting: String, Sendable, CaseIterable {
  /// Those that hold a separator, a quote or a line end.
  case minimal
  /// All.
  case all
  /// All but numbers.
  case nonnumeric
}

/// What becomes of a file that is there already.
/// Python: the argument mode of DataFrame.to_csv
public enum FileMode: String, Sendable, CaseIterable {
  /// It is replaced.
  case write = "w"
  /// The rows are written after what it holds: `header: false` leaves the names out.
  case append = "a"
}

extension DataFrame {
  /// Writes the frame as separated values; the path `-` is standard output, one that ends in `.gz` is compressed.
  ///
  /// Numbers are written with all their digits. The file appears complete or not at all: a temporary file beside it is
  /// renamed. What is appended may be cut off when the disk is full.
  /// - Parameters:
  ///   - path: the file.
  ///   - sep: the character between fields, one byte.
  ///   - naRep: what stands for a missing value.
  ///   - floatFormat: a form of numbers with a fraction part, as `%.3f`.
  ///   - columns: the columns to write, nil for all.
  ///   - header: whether the columns' names come first.
  ///   - index: whether each row begins with its label.
  ///   - indexLabel: the heading of the labels.
  ///   - decimal: the mark before the fraction of a number.
  ///   - dateFormat: the form of dates, as `%d.%m.%Y`.
  ///   - quoting: which fields stand in quotes.
  ///   - mode: what becomes of a file that is there already.
  /// - Throws: ``DataFrameError`` with the path when the file cannot be written, for unknown columns, and for marks and
  ///   forms that no file can have.
  ///
  /// Python: DataFrame.to_csv
  public func toCsv(
    _ path: String, sep: Unicode.Scalar = ",", naRep: String = "", floatFormat: String? = nil,
    columns: [String]? = nil, header: Bool = true, index: Bool = true, indexLabel: String = "",
    decimal: Unicode.Scalar = ".", dateFormat: String? = nil, quoting: CSVQuoting = .minimal,
    mode: FileMode = .write
  ) throws(DataFrameError) {
    let writer = CSVWriter(
      sep: sep, naRep: naRep, floatFormat: floatFormat, header: header, index: index, indexLabel: indexLabel,
      decimal: decimal, dateFormat: dateFormat, quoting: quoting)
    try writer.validate()
    let chosen = try columns.map { names throws(DataFrameError) in try selecting(names) } ?? self
    if path == "-" {
      writer.eachPiece(of: chosen) { FileHandle.standardOutput.write(Data($0)) }
      return
    }
    let file = try AtomicFile(path: path, appends: mode == .append)
    if path.hasSuffix(".gz") {
      var deflate = try Deflate(path: path)
      try writer.eachPiece(of: chosen) { (bytes) throws(DataFrameError) in
        try file.write(try deflate.compressed(bytes))
      }
      try file.write(try deflate.finish())
    } else {
      try writer.eachPiece(of: chosen) { (bytes) throws(DataFrameError) in try file.write(bytes) }
    }
    try file.finish()
  }

  /// The frame as comma-separated values, as ``toCsv(_:sep:naRep:floatFormat:columns:header:index:indexLabel:decimal:dateFormat:quoting:mode:)``
  /// writes them.
  ///
  /// `header` writes the columns' names first.
  public func csvText(index: Bool = true, header: Bool = true) -> String {
    text(CSVWriter(header: header, index: index))
  }

  /// The frame as separated values in a text.
  ///
  /// - Parameters:
  ///   - sep: the character between fields, one byte.
  ///   - naRep: what stands for a missing value.
  ///   - floatFormat: a form of numbers with a fraction part, as `%.3f`.
  ///   - columns: the columns to write, nil for all.
  ///   - header: whether the columns' names come first.
  ///   - index: whether each row begins with its label.
  ///   - indexLabel: the heading of the labels.
  ///   - decimal: the mark before the fraction of a number.
  ///   - dateFormat: the form of dates, as `%d.%m.%Y`.
  ///   - quoting: which fields stand in quotes.
  /// - Throws: ``DataFrameError`` for unknown columns, and for marks and forms that no text can have.
  ///
  /// Python: DataFrame.to_csv
  @_disfavoredOverload
  public func csvText(
    sep: Unicode.Scalar = ",", naRep: String = "", floatFormat: String? = nil,
    columns: [String]? = nil, header: Bool = true, index: Bool = true, indexLabel: String = "",
    decimal: Unicode.Scalar = ".", dateFormat: String? = nil, quoting: CSVQuoting = .minimal
  ) throws(DataFrameError) -> String {
    let writer = CSVWriter(
      sep: sep, naRep: naRep, floatFormat: floatFormat, header: header, index: index, indexLabel: indexLabel,
      decimal: decimal, dateFormat: dateFormat, quoting: quoting)
    try writer.validate()
    let chosen = try columns.map { names throws(DataFrameError) in try selecting(names) } ?? self
    return chosen.text(writer)
  }

  private func text(_ writer: CSVWriter) -> String {
    var result: [UInt8] = []
    writer.eachPiece(of: self) { result += $0 }
    return String(decoding: result, as: UTF8.self)
  }
}

/// How a frame is written.
struct CSVWriter {
  var sep: Unicode.Scalar = ","
  var naRep = ""
  var floatFormat: String?
  var header = true
  var index = true
  var indexLabel = ""
  var decimal: Unicode.Scalar = "."
  var dateFormat: String?
  var quoting = CSVQuoting.minimal

  private static let pieceSize = 1 << 20

  /// Refuses marks and forms that no file can have.
  func validate() throws(DataFrameError) {
    guard sep.isASCII, ![10, 13, 34].contains(sep.value) else {
      throw DataFrameError(
        .invalidArgument, "toCsv: sep must be one ASCII character, no quote and no line end")
    }
    guard decimal.isASCII, !Character(decimal).isNumber, ![10, 13, 34].contains(decimal.value) else {
      throw DataFrameError(.invalidArgument, "toCsv: decimal must be one ASCII character such as '.' or ','")
    }
    if let floatFormat, !PercentFormat.isForNumbers(floatFormat) {
      throw DataFrameError(
        .invalidArgument,
        "toCsv: floatFormat \(PythonText.quoted(floatFormat)) is no form of one number, such as '%.3f' or '%10.4e'"
      )
    }
  }

  /// Calls `body` with the text in pieces of about a megabyte.
  func eachPiece<Failure>(
    of frame: DataFrame, _ body: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var piece: [UInt8] = []
    let fields = frame.columns.map(texts)
    let label = indexLabel.isEmpty ? frame.rowLabels.name ?? "" : indexLabel
    let names = (index ? [label] : []) + frame.columnNames
    if header { append(names.map { quoted($0) }, to: &piece) }
    let hasNumberLabels = frame.rowLabels.areNumbers
    for row in 0..<frame.rowCount {
      var line = index ? [quoted(frame.rowLabels[row], isNumber: hasNumberLabels)] : []
      for field in fields { line.append(field(row)) }
      append(line, to: &piece)
      if piece.count > Self.pieceSize {
        try body(piece)
        piece.removeAll(keepingCapacity: true)
      }
    }
    try body(piece)
  }

  /// A function that gives the text of each row of a column.
  private func texts(_ column: Column) -> (Int) -> String {
    let missing = quoted(naRep)
    switch column.storage {
    case .double(let values):
      return { values[$0].isNaN ? missing : quoted(number(values[$0]), isNumber: true) }
    case .integer(let values, let gaps):
      return { gaps?[$0] == true ? missing : quoted(String(values[$0]), isNumber: true) }
    case .boolean(let values, let gaps):
      return { gaps?[$0] == true ? missing : quoted(PythonText.of(values[$0]), isNumber: quoting != .all) }
    case .string(let column):
      let pool = column.pool.map { quoted($0) }
      return { column.codes[$0] < 0 ? missing : pool[Int(column.codes[$0])] }
    case .time(let times):
      let texts = times.kind == .moment ? dates(times) : times.texts
      return { texts[$0].map { quoted($0) } ?? missing }
    case .categorical(let column):
      let levels = column.levels.map { level in
        if case .double(let value) = level { return quoted(number(value), isNumber: true) }
        return quoted(level.description, isNumber: level.number != nil)
      }
      return { column.codes[$0] < 0 ? missing : levels[Int(column.codes[$0])] }
    }
  }

  private func dates(_ times: TimeColumn) -> [String?] {
    guard let dateFormat else { return times.texts }
    return times.microseconds.map {
      $0 == TimeColumn.missing ? nil : CalendarTime(microseconds: $0).formatted(dateFormat)
    }
  }

  private func number(_ value: Double) -> String {
    let text =
      value.isFinite
      ? floatFormat.map { String(format: $0, value) } ?? PythonText.of(value) : PythonText.of(value)
    return decimal == "." ? text : text.replacing(".", with: String(decimal), maxReplacements: 1)
  }

  /// The text in quotes if it must stand in them, or begins with a byte-order mark, which a reader would take for the
  /// file's own.
  private func quoted(_ text: String, isNumber: Bool = false) -> String {
    let mark = UInt8(ascii: sep)
    let isSpecial = text.utf8.contains { $0 == mark || $0 == 34 || $0 == 10 || $0 == 13 }
    let isWanted = quoting == .all || (quoting == .nonnumeric && !isNumber)
    guard isSpecial || isWanted || text.unicodeScalars.first == "\u{FEFF}" else { return text }
    // Byte by byte: a quote with an accent on it is still a quote.
    let doubled = text.utf8.flatMap { $0 == 34 ? [34, 34] : [$0] }
    return String(decoding: [34] + doubled + [34], as: UTF8.self)
  }

  /// Appends a line; a single empty field is quoted, lest the line look blank.
  private func append(_ fields: [String], to bytes: inout [UInt8]) {
    if fields.count == 1, fields[0].utf8.allSatisfy({ $0 == 32 || $0 == 9 }) {
      bytes += "\"\(fields[0])\"".utf8
    } else {
      for (position, field) in fields.enumerated() {
        if position > 0 { bytes.append(UInt8(ascii: sep)) }
        bytes.append(contentsOf: field.utf8)
      }
    }
    bytes.append(10)
  }
}

/// Forms of numbers in C's and Python's notation.
enum PercentFormat {
  /// Whether a form has one place for a floating-point number, and no other.
  static func isForNumbers(_ format: String) -> Bool {
    var rest = Substring(format)
    var places = 0
    while let start = rest.firstIndex(of: "%") {
      rest = rest[rest.index(after: start)...]
      if rest.first == "%" {
        rest = rest.dropFirst()
        continue
      }
      rest = rest.drop { "-+ #0".contains($0) }.drop { $0.isASCII && $0.isNumber }
      if rest.first == "." { rest = rest.dropFirst().drop { $0.isASCII && $0.isNumber } }
      guard let letter = rest.popFirst(), "eEfFgG".contains(letter) else { return false }
      places += 1
    }
    return places == 1
  }
}

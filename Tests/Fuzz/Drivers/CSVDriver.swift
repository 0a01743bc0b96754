import DataFrames
import TestSupport

/// Text files of fields that readers stumble over, compared with a slow reader of the same rules, and written and
/// read again.
package struct CSVDriver: FuzzDriver {
  package init() {}

  private static let fields = [
    "", "1", "-0", "0", "2.5", "-1e3", "1e400", "9223372036854775807", "99999999999999999999", "NA", "nan",
    "inf",
    "-Infinity", "True", "false", "a", " a ", "é", "\u{FEFF}", "\"q\"", "\"a,b\"", "\"a\nb\"", "\"\"",
    "\"a\"\"b\"",
    "\"x\"y", "a\"b", "1.#QNAN", "0x1", "1_000", ".", "-", "+5", "1.", ".5", "\t", "27,273.0", "2020-01-01",
  ]
  private static let lineEnds = ["\n", "\r\n", "\r", "\n\n", "\n \n"]

  package func input(using generator: inout SeededGenerator) -> [UInt8] {
    func pick(_ texts: [String]) -> String { texts[Int.random(in: texts.indices, using: &generator)] }
    let width = Int.random(in: 1...4, using: &generator)
    let end = pick(Self.lineEnds)
    var text = Int.random(in: 0..<8, using: &generator) == 0 ? "\u{FEFF}" : ""
    for row in 0..<Int.random(in: 1...7, using: &generator) {
      let surplus = row > 0 && Int.random(in: 0..<20, using: &generator) == 0 ? 1 : 0
      text += (0..<width + surplus).map { _ in pick(Self.fields) }.joined(separator: ",") + end
    }
    var bytes = Array(text.utf8)
    if Int.random(in: 0..<5, using: &generator) == 0, !bytes.isEmpty {
      bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
    }
    return bytes
  }

  package func use(_ input: [UInt8]) -> FuzzOutcome {
    guard let frame = try? DataFrame(csvBytes: input) else { return .refused }
    if let difference = SlowCSV(input).difference(from: frame) { return .fault(difference) }
    guard frame.columnCount > 0 else { return .served }
    let text = frame.csvText(index: false)
    guard let back = try? DataFrame(csvText: text) else {
      return .fault("what is written cannot be read:\n\(text)")
    }
    guard back.columnNames == frame.columnNames else { return .fault("names change: \(back.columnNames)") }
    for (old, new) in zip(frame.columns, back.columns) where !old.equals(new) {
      return .fault("column \(old.name) changes from \(old.values) to \(new.values)")
    }
    return .served
  }

  package func describe(_ input: [UInt8]) -> String {
    String(decoding: input, as: UTF8.self).debugDescription
  }
}

/// A reader that goes byte by byte through a state machine and knows no types.
struct SlowCSV {
  /// The fields of the lines that are not blank, the header first.
  private(set) var rows: [[[UInt8]]] = []

  init(_ bytes: [UInt8]) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    var rest = bytes.starts(with: mark) ? bytes[3...] : bytes[...]
    while !rest.isEmpty {
      let line = Self.line(&rest)
      let isBlank = line.count == 1 && line[0].bytes.allSatisfy { $0 == 32 || $0 == 9 } && !line[0].isQuoted
      if !isBlank { rows.append(line.map(\.bytes)) }
    }
  }

  private typealias Field = (bytes: [UInt8], isQuoted: Bool)

  private static func line(_ rest: inout ArraySlice<UInt8>) -> [Field] {
    var fields: [Field] = [([], false)]
    var isInside = false
    var atStart = true
    while let byte = rest.popFirst() {
      let last = fields.count - 1
      if isInside {
        if byte != 34 {
          fields[last].bytes.append(byte)
        } else if rest.first == 34 {
          fields[last].bytes.append(34)
          rest.removeFirst()
        } else {
          isInside = false
        }
      } else if byte == 34, atStart {
        isInside = true
        fields[last].isQuoted = true
      } else if byte == 44 {
        fields.append(([], false))
        atStart = true
        continue
      } else if byte == 10 || byte == 13 {
        if byte == 13, rest.first == 10 { rest.removeFirst() }
        return fields
      } else {
        fields[last].bytes.append(byte)
      }
      atStart = false
    }
    return fields
  }

  /// What a frame says otherwise than the text; nil for nothing.
  func difference(from frame: DataFrame) -> String? {
    guard let header = rows.first else { return "a header from nowhere" }
    let body = rows.dropFirst()
    if body.count != frame.rowCount { return "\(frame.rowCount) rows instead of \(body.count)" }
    let shift = (body.first?.count ?? 0) > header.count ? 1 : 0
    if frame.columnCount != header.count { return "\(frame.columnCount) columns instead of \(header.count)" }
    for (row, fields) in body.enumerated() {
      for (position, column) in frame.columns.enumerated() {
        let bytes = position + shift < fields.count ? fields[position + shift] : []
        if !Self.agrees(column[row], String(decoding: bytes, as: UTF8.self)) {
          return "row \(row), column \(position): \(String(describing: column[row]))"
        }
      }
    }
    return nil
  }

  private static func agrees(_ value: ColumnValue?, _ text: String) -> Bool {
    guard let value else { return text.isEmpty || CSVOptions.defaultMissingMarkers.contains(text) }
    switch value {
    case .string(let found): return found.utf8.elementsEqual(text.utf8)
    case .boolean(let found): return text.lowercased() == (found ? "true" : "false")
    case .integer(let found): return Int(trimmed(text)) == found
    case .double(let found): return Double(trimmed(text)) == found || Double(trimmed(text) + "0") == found
    }
  }

  private static func trimmed(_ text: String) -> String {
    func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || (9...13).contains(scalar.value) }
    var scalars = text.unicodeScalars[...]
    while let first = scalars.first, isBlank(first) { scalars.removeFirst() }
    while let last = scalars.last, isBlank(last) { scalars.removeLast() }
    return String(scalars)
  }
}

import Foundation

/// The shape of a frame in JSON.
/// Python: the argument orient of DataFrame.to_json
public enum JSONOrient: String, Sendable, CaseIterable {
  /// `{"x": {"0": 1, "1": 2}}`: columns of values by row label.
  case columns
  /// `{"0": {"x": 1}, "1": {"x": 2}}`: rows by label.
  case index
  /// `[{"x": 1}, {"x": 2}]`: a list of rows.
  case records
  /// `{"columns": ["x"], "index": ["0", "1"], "data": [[1], [2]]}`.
  case split
  /// `[[1], [2]]`: values only.
  case values
}

extension DataFrame {
  /// The frame as JSON text; numbers with all their digits, missing and infinite ones null.
  ///
  /// pandas rounds to ten decimals.
  /// Python: DataFrame.to_json
  public func toJson(orient: JSONOrient = .columns) -> String {
    let cells = columns.map(JSONText.cells)
    let names = columnNames.map(JSONText.quoted)
    let labels = rowLabels.map { JSONText.quoted($0) }
    func object(_ keys: [String], _ values: [String]) -> String {
      "{" + zip(keys, values).map { "\($0):\($1)" }.joined(separator: ",") + "}"
    }
    func list(_ values: [String]) -> String { "[" + values.joined(separator: ",") + "]" }
    let rows = (0..<rowCount).lazy.map { row in cells.map { $0[row] } }
    switch orient {
    case .columns: return object(names, cells.map { object(labels, $0) })
    case .index: return object(labels, rows.map { object(names, $0) })
    case .records: return list(rows.map { object(names, $0) })
    case .split:
      // Labels that count rows are numbers in pandas.
      let isCounted = rowLabels.allSatisfy { Int($0) != nil }
      return object(
        ["\"columns\"", "\"index\"", "\"data\""],
        [list(names), list(isCounted ? Array(rowLabels) : labels), list(rows.map(list))])
    case .values: return list(rows.map(list))
    }
  }

  /// Writes the frame as JSON, as ``toJson(orient:)`` gives it; the file appears complete or not at all.
  ///
  /// - Throws: ``DataFrameError`` with the path when the file cannot be written.
  ///
  /// Python: DataFrame.to_json
  public func toJson(_ path: String, orient: JSONOrient = .columns) throws(DataFrameError) {
    let file = try AtomicFile(path: path)
    try file.write(Array(toJson(orient: orient).utf8))
    try file.finish()
  }
}

/// Values as JSON writes them.
private enum JSONText {
  static func cells(_ column: Column) -> [String] {
    let (codes, levels) = column.factorized()
    let texts = levels.map { level -> String in
      switch level {
      case .string(let text): quoted(text)
      case .boolean(let truth): truth ? "true" : "false"
      case .integer(let value): String(value)
      case .double(let value): value.isFinite ? PythonText.of(value) : "null"
      }
    }
    return codes.map { $0 < 0 ? "null" : texts[Int($0)] }
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

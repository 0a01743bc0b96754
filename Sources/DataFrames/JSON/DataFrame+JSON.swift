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
  ///
  /// - Parameters:
  ///   - orient: the shape.
  ///   - lines: whether each row is an object on a line of its own, whatever the shape.
  ///
  /// Python: DataFrame.to_json
  public func toJson(orient: JSONOrient = .columns, lines: Bool = false) -> String {
    let cells = columns.map(JSONText.cells)
    let names = columnNames.map(JSONText.quoted)
    let labels = rowLabels.map { JSONText.quoted($0) }
    func object(_ keys: [String], _ values: [String]) -> String {
      "{" + zip(keys, values).map { "\($0):\($1)" }.joined(separator: ",") + "}"
    }
    func list(_ values: [String]) -> String { "[" + values.joined(separator: ",") + "]" }
    let rows = (0..<rowCount).lazy.map { row in cells.map { $0[row] } }
    if lines { return rows.map { object(names, $0) + "\n" }.joined() }
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

  /// Writes the frame as JSON, as ``toJson(orient:lines:)`` gives it; the file appears complete or not at all.
  ///
  /// - Throws: ``DataFrameError`` with the path when the file cannot be written.
  ///
  /// Python: DataFrame.to_json
  public func toJson(
    _ path: String, orient: JSONOrient = .columns, lines: Bool = false
  ) throws(DataFrameError) {
    let file = try AtomicFile(path: path)
    try file.write(Array(toJson(orient: orient, lines: lines).utf8))
    try file.finish()
  }
}

extension DataFrame {
  /// Reads a JSON document; the path `-` is standard input, compressed files are understood.
  ///
  /// Whole numbers, numbers, truth values and texts become columns of these types, null a missing value; texts stay texts,
  /// where pandas makes numbers and dates of some. Values in order of appearance, rows labelled as the document says.
  /// - Parameters:
  ///   - path: the file.
  ///   - orient: the shape; nil finds it out, taking an object of objects for columns as pandas does.
  ///   - lines: whether each line is an object, a row.
  /// - Throws: ``DataFrameError`` with the path, and line or byte, for what is no JSON or no frame.
  ///
  /// Python: pandas.read_json
  public init(json path: String, orient: JSONOrient? = nil, lines: Bool = false) throws(DataFrameError) {
    let file = try FileBytes(path: path)
    let isCompressed = file.bytes.starts(with: [0x1F, 0x8B])
    let bytes = try withExtendedLifetime(file) { () throws(DataFrameError) in
      try isCompressed ? Inflate.bytes(file.bytes, .gzip, path: path) : Array(file.bytes)
    }
    do { try self.init(jsonBytes: bytes, orient: orient, lines: lines) } catch {
      throw DataFrameError(error.code, error.message, path: path, line: error.line)
    }
  }

  /// Reads a JSON document from a text, as ``init(json:orient:lines:)`` does from a file.
  public init(jsonText text: String, orient: JSONOrient? = nil, lines: Bool = false) throws(DataFrameError) {
    try self.init(jsonBytes: Array(text.utf8), orient: orient, lines: lines)
  }

  private init(jsonBytes bytes: [UInt8], orient: JSONOrient?, lines: Bool) throws(DataFrameError) {
    // A byte-order mark is no part of the document.
    let content = Array(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...])
    let reader = JSONFrame(path: nil)
    guard lines else {
      let document: JSONValue
      do { document = try JSONValue(json: content) } catch { throw DataFrameError(error.code, error.message) }
      self = try reader.frame(document, orient: orient)
      return
    }
    var rows: [JSONValue] = []
    for (number, line) in content.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
      if line.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) { continue }
      do { rows.append(try JSONValue(json: Array(line))) } catch {
        throw DataFrameError(error.code, error.message, line: number + 1)
      }
    }
    self = try reader.records(rows)
  }
}

import ArrowData
import CADBC
import SQLModels

/// Reads batches of Arrow's C data interface: numbers, texts and truth values.
enum ArrowReader {
  /// How a column is stored, by the letters of Arrow's C data interface.
  private static func format(_ schema: ArrowSchema) throws(SQLError) -> ArrowFormat {
    let text = schema.format.map { String(cString: $0) } ?? ""
    let name = schema.name.map { String(cString: $0) } ?? ""
    let plain: ArrowFormat?
    switch text {
    case "g": plain = .double
    case "f": plain = .float
    case "b": plain = .boolean
    case "n": plain = .null
    case "c": plain = .whole(bytes: 1, signed: true)
    case "C": plain = .whole(bytes: 1, signed: false)
    case "s": plain = .whole(bytes: 2, signed: true)
    case "S": plain = .whole(bytes: 2, signed: false)
    case "i": plain = .whole(bytes: 4, signed: true)
    case "I": plain = .whole(bytes: 4, signed: false)
    case "l": plain = .whole(bytes: 8, signed: true)
    case "L": plain = .whole(bytes: 8, signed: false)
    case "u": plain = .text(large: false)
    case "U": plain = .text(large: true)
    default:
      let parts = text.split(separator: ":").last?.split(separator: ",") ?? []
      plain =
        text.hasPrefix("d:") && (parts.count == 2 || parts.last == "128")
        ? parts.dropFirst().first.flatMap { Int($0) }.flatMap {
          ArrowFormat.decimalScales.contains($0) ? .decimal(scale: $0) : nil
        } : nil
    }
    guard let plain else {
      throw SQLError("the column '\(name)' has the Arrow type '\(text)': cast it in the query")
    }
    guard let dictionary = schema.dictionary else { return plain }
    return .dictionary(index: plain, values: try format(dictionary.pointee))
  }

  /// Names and types of the columns of a result.
  static func columns(_ schema: ArrowSchema) throws -> [SQLColumn] {
    (0..<Int(schema.n_children)).compactMap { position in
      guard let child = schema.children?[position]?.pointee else { return nil }
      let name = child.name.map { String(cString: $0) } ?? ""
      if isNumeric(child) { return SQLColumn(name: name, kind: .double) }
      return SQLColumn(name: name, kind: (try? format(child))?.kind ?? .other)
    }
  }

  /// Whether a text is a number that Arrow has no type for: PostgreSQL's numeric.
  private static func isNumeric(_ schema: ArrowSchema) -> Bool {
    guard let metadata = schema.metadata else { return false }
    // Number of pairs, then of each the length and text of key and value.
    func length(_ place: Int) -> Int {
      Int(UnsafeRawPointer(metadata).loadUnaligned(fromByteOffset: place, as: Int32.self))
    }
    var place = 4
    for _ in 0..<max(length(0), 0) {
      var texts: [String] = []
      for _ in 0..<2 {
        let count = max(length(place), 0)
        let start = UnsafeRawPointer(metadata) + place + 4
        texts.append(String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self))
        place += 4 + count
      }
      if texts[1] == "numeric" || texts[1].contains("\"numeric\"") { return true }
    }
    return false
  }

  /// Calls `body` with each row of a batch.
  static func read(
    _ batch: inout ArrowArray, _ schema: ArrowSchema, _ body: ([SQLValue]) throws -> Void
  ) throws {
    let count = Int(schema.n_children)
    guard Int(batch.n_children) == count else { throw SQLError("a batch has other columns than its schema") }
    var columns: [ArrowColumn] = []
    for position in 0..<count {
      guard let child = schema.children?[position]?.pointee, let array = batch.children?[position]?.pointee
      else {
        throw SQLError("a batch lacks a column")
      }
      columns.append(column(try format(child), array))
    }
    let first = Int(batch.offset)
    try ArrowColumn.read(columns, rows: first..<(first + Int(batch.length)), body)
  }

  private static func column(_ format: ArrowFormat, _ array: ArrowArray) -> ArrowColumn {
    func buffer(_ place: Int) -> UnsafeRawPointer? {
      place < Int(array.n_buffers) ? array.buffers?[place] : nil
    }
    var dictionary: ArrowColumn?
    if case .dictionary(_, let values) = format, let array = array.dictionary {
      dictionary = column(values, array.pointee)
    }
    return ArrowColumn(
      format: format, validity: array.null_count == 0 ? nil : buffer(0), data: buffer(1), bytes: buffer(2),
      offset: Int(array.offset), dictionary: dictionary)
  }
}

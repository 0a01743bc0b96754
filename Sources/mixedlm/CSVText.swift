import StatsModels

/// Numbers as CSV: a header, then one line per row; missing numbers are empty, as pandas writes them.
enum CSVText {
  static func table(_ names: [String], _ columns: [[Double]]) -> String {
    var bytes: [UInt8] = []
    append(names.map(field), to: &bytes)
    for i in 0..<(columns.map(\.count).max() ?? 0) {
      append(columns.map { $0.indices.contains(i) ? number($0[i]) : "" }, to: &bytes)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func append(_ fields: [String], to bytes: inout [UInt8]) {
    for (j, field) in fields.enumerated() {
      if j > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes += field.utf8
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  private static func number(_ x: Double) -> String { x.isNaN ? "" : PythonFormat.repr(x) }

  /// A text, in quotes where a reader would otherwise misunderstand it.
  private static func field(_ text: String) -> String {
    let special: Set<UInt8> = [0x2C, 0x22, 0x0A, 0x0D]
    guard text.isEmpty || text.utf8.contains(where: special.contains) else { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}

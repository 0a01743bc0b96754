extension Matrix: CustomStringConvertible {
  /// The rows in brackets, as numpy prints an array; of a long matrix the first and the last three.
  public var description: String {
    let cut = rows > 20
    let shown = cut ? Array(0..<3) + Array(rows - 3..<rows) : Array(0..<rows)
    let cells = shown.map { row in (0..<columns).map { "\(self[row, $0])" } }
    let widths = (0..<columns).map { column in cells.map { $0[column].utf8.count }.max() ?? 0 }
    var lines = cells.map { row in
      let padded = widths.indices.map { j in
        String(repeating: " ", count: widths[j] - row[j].utf8.count) + row[j]
      }
      return "[" + padded.joined(separator: " ") + "]"
    }
    if cut { lines.insert("...", at: 3) }
    return "[" + lines.joined(separator: "\n ") + "]"
  }
}

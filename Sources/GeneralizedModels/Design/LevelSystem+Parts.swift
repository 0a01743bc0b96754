/// Rows and columns that are passed over together.
extension LevelSystem {
  /// Most rows of a chunk.
  static let chunkSize = 512
  /// Rows of a part, about, and most parts.
  private static let partSize = 8192
  private static let mostParts = 16

  /// First rows of the parts, and the number of rows.
  ///
  /// - Parameter shared: sums that every part has of its own.
  static func partBounds(_ starts: [Int32], rowCount n: Int, shared: Int) -> [Int] {
    // rooms for sums stay smaller than the rows
    let wanted = max(min(n / partSize, mostParts, n / max(2 * shared, 1)), 1)
    var result = [0]
    var level = 0
    for part in 1..<max(wanted, 1) {
      while level < starts.count - 1, Int(starts[level]) < n / wanted * part { level += 1 }
      let row = Int(starts[level])
      if row > result[result.count - 1], row < n { result.append(row) }
    }
    return result + [n]
  }

  static func chunks(_ starts: [Int32], bounds: [Int]) -> [Chunk] {
    var level = 0
    let last = starts.count - 1
    return zip(bounds, bounds.dropFirst()).flatMap { first, after in
      stride(from: first, to: after, by: chunkSize).map { begin in
        let end = min(begin + chunkSize, after)
        while level < last, Int(starts[level + 1]) <= begin { level += 1 }
        var next = level
        while next < last, Int(starts[next]) < end { next += 1 }
        return Chunk(rows: begin..<end, levels: level..<next)
      }
    }
  }

  static func parts(_ chunks: [Chunk], bounds: [Int]) -> [Part] {
    var next = 0
    return bounds.indices.dropLast().map { index in
      let (first, after) = (bounds[index], bounds[index + 1])
      let begin = next
      while next < chunks.count, chunks[next].rows.lowerBound < after { next += 1 }
      return Part(index: index, chunks: begin..<next, rows: first..<after)
    }
  }

  /// Columns whose part of a dense matrix stays in the second cache.
  private var tileWidth: Int { max(Self.tileSize / max(columnCount, 1), 8) }
  private static let tileSize = 90_000

  /// Calls for each entry of the panel within some levels and columns with the end of its level's entries: level after
  /// level, but only those of some columns at a time.
  @inline(__always)
  func forEachTile(
    levels: Range<Int>, columns range: Range<Int>, _ body: (_ entry: Int, _ end: Int) -> Void
  ) {
    let (start, columns) = (panelStart.pointer, panelColumns.pointer)
    let cursor = IndexBuffer(levels.count)
    for l in levels {
      var (low, high) = (Int(start[l]), Int(start[l + 1]))
      while low < high, range.lowerBound > 0 {
        let middle = (low + high) / 2
        if Int(columns[middle]) < range.lowerBound { low = middle + 1 } else { high = middle }
      }
      cursor.pointer[l - levels.lowerBound] = Int32(low)
    }
    var first = range.lowerBound
    while first < range.upperBound {
      let after = Int32(min(first + tileWidth, range.upperBound))
      for l in levels {
        var e = Int(cursor.pointer[l - levels.lowerBound])
        let end = Int(start[l + 1])
        while e < end, columns[e] < after {
          body(e, end)
          e += 1
        }
        cursor.pointer[l - levels.lowerBound] = Int32(e)
      }
      first = Int(after)
    }
  }
}

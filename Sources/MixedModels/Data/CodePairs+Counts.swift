import Dispatch

extension CodePairs {
  /// Numbers of rows that share a pair of levels, by two stable bucket passes over the codes alone.
  ///
  /// - Returns: row starts, column levels and counts; no counts when all are 1.
  static func counts(
    rows: Side, columns: Side
  ) -> (rowStart: [Int], columns: [Int32], counts: Buffer?) {
    let n = min(rows.codes.count, columns.codes.count)
    return rows.codes.withUnsafeBufferPointer { rowCodes in
      columns.codes.withUnsafeBufferPointer { columnCodes in
        guard let r = rowCodes.baseAddress, let c = columnCodes.baseAddress else {
          return ([Int](repeating: 0, count: rows.levelCount + 1), [], nil)
        }
        // Row codes, ordered by column code.
        let (columnStart, byColumn) = bucketed(
          count: n, levelCount: columns.levelCount, key: { r[$0] < 0 ? -1 : c[$0] }, value: { r[$0] })
        // Column codes, ordered by row code, then by column code.
        let owner = Self.owners(columnStart, levelCount: columns.levelCount)
        let sorted = byColumn.pointer
        let (rowStart, byRow) = bucketed(
          count: byColumn.count, levelCount: rows.levelCount, key: { sorted[$0] },
          value: { owner.pointer[$0] })
        return merged(rowStart, byRow, levelCount: rows.levelCount)
      }
    }
  }

  /// Positions 0 ..< count sorted by key, negative keys left out; the values stand in their places.
  ///
  /// Fixed segments of the positions are counted and moved side by side.
  @inline(__always)
  private static func bucketed(
    count: Int, levelCount: Int, key: (Int) -> Int32, value: (Int) -> Int32
  ) -> (start: Storage<Int>, values: IndexBuffer) {
    let segments = count > 200_000 ? 4 : 1
    let next = Storage<Int>(segments * levelCount)
    let heads = next.pointer
    func bounds(_ segment: Int) -> Range<Int> {
      count * segment / segments..<count * (segment + 1) / segments
    }
    concurrently(segments) { segment in
      let counts = heads + segment * levelCount
      for i in bounds(segment) {
        let level = Int(key(i))
        if level >= 0 { counts[level] += 1 }
      }
    }
    let start = Storage<Int>(levelCount + 1)
    var total = 0
    for level in 0..<levelCount {
      start.pointer[level] = total
      for segment in 0..<segments {
        let size = heads[segment * levelCount + level]
        heads[segment * levelCount + level] = total
        total += size
      }
    }
    start.pointer[levelCount] = total
    let values = IndexBuffer(total)
    let target = values.pointer
    concurrently(segments) { segment in
      let next = heads + segment * levelCount
      for i in bounds(segment) {
        let level = Int(key(i))
        if level < 0 { continue }
        target[next[level]] = value(i)
        next[level] += 1
      }
    }
    return (start, values)
  }

  private static func concurrently(_ segments: Int, _ body: (Int) -> Void) {
    guard segments > 1 else { return body(0) }
    withoutActuallyEscaping(body) { body in
      // Segments write to places of their own.
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: segments) { body($0) }
    }
  }

  /// The level of each position of a sorted list.
  private static func owners(_ start: Storage<Int>, levelCount: Int) -> IndexBuffer {
    let result = IndexBuffer(start.pointer[levelCount])
    for level in 0..<levelCount {
      for q in start.pointer[level]..<start.pointer[level + 1] { result.pointer[q] = Int32(level) }
    }
    return result
  }

  /// Adds up equal neighbours.
  private static func merged(
    _ start: Storage<Int>, _ sorted: IndexBuffer, levelCount: Int
  ) -> (rowStart: [Int], columns: [Int32], counts: Buffer?) {
    var rowStart = [Int](repeating: 0, count: levelCount + 1)
    let source = sorted.pointer
    var entries = 0
    for level in 0..<levelCount {
      var previous: Int32 = -1
      for q in start.pointer[level]..<start.pointer[level + 1] where source[q] != previous {
        previous = source[q]
        entries += 1
      }
      rowStart[level + 1] = entries
    }
    if entries == sorted.count {
      return (rowStart, Array(UnsafeBufferPointer(start: source, count: entries)), nil)
    }
    let counts = Buffer(entries)
    let columns = [Int32](unsafeUninitializedCapacity: entries) { columns, count in
      var entry = -1
      for level in 0..<levelCount {
        var previous: Int32 = -1
        for q in start.pointer[level]..<start.pointer[level + 1] {
          if source[q] != previous {
            previous = source[q]
            entry += 1
            columns[entry] = previous
          }
          counts.pointer[entry] += 1
        }
      }
      count = entries
    }
    return (rowStart, columns, counts)
  }
}

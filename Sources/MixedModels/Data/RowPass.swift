internal import LinearAlgebra

/// Sums over the rows of the data: the only work that grows with their number.
struct RowPass {
  /// Σ v v' over all rows, `width` × `width`, entries as in the table.
  let gram: Matrix
  /// For each grouping, per level a |participants| × width block: Σ v_participant · v.
  let records: [Buffer]

  /// One grouping whose levels collect sums.
  struct Grouping {
    var codes: [Int32]
    var levelCount: Int
    /// Table entries that multiply the row before it is added.
    var participants: [Int]
  }

  private static let blockRows = 256

  init(table: RegressorTable, groupings: [Grouping]) {
    let width = table.width
    let gramBuffer = Buffer(width * width)
    let sums = groupings.map { Buffer($0.levelCount * $0.participants.count * width) }
    let block = Buffer(Self.blockRows * width)
    let rowCount = table.rowCount
    var start = 0
    while start < rowCount {
      let count = min(Self.blockRows, rowCount - start)
      Self.load(table, from: start, count: count, into: block.pointer, width: width)
      Self.addGram(block.pointer, count: count, width: width, to: gramBuffer.pointer)
      for (g, grouping) in groupings.enumerated() {
        grouping.codes.withUnsafeBufferPointer { codes in
          guard let base = codes.baseAddress else { return }
          Self.scatter(
            block.pointer, count: count, width: width, codes: base + start,
            participants: grouping.participants, to: sums[g].pointer)
        }
      }
      start += count
    }
    BLAS.mirrorLower(width, gramBuffer.pointer, width)
    gram = Matrix(
      rows: width, columns: width,
      columnMajor: Array(UnsafeBufferPointer(start: gramBuffer.pointer, count: width * width)))
    records = sums
  }

  /// Writes `count` rows of the table, each `width` long and times √w, into `block`.
  private static func load(
    _ table: RegressorTable, from start: Int, count: Int,
    into block: UnsafeMutablePointer<Double>, width: Int
  ) {
    let ones = table.cells?.ones
    for r in 0..<count { block[r * width] = ones?[start + r] ?? 1 }
    for (c, column) in table.columns.enumerated() {
      let shift = column.rest
      let scale = column.scale
      column.values.withUnsafeBufferPointer { values in
        guard let base = values.baseAddress else { return }
        let source = base + start
        let target = block + c + 1
        if let ones {
          for r in 0..<count { target[r * width] = (source[r] - shift * ones[start + r]) * scale }
        } else {
          for r in 0..<count { target[r * width] = (source[r] - shift) * scale }
        }
      }
    }
    for c in table.columns.count + 1..<max(width, table.columns.count + 1) {
      for r in 0..<count { block[r * width + c] = 0 }
    }
    guard let roots = table.roots else { return }
    for r in 0..<count {
      let root = roots[start + r]
      for c in 0...table.columns.count { block[r * width + c] *= root }
    }
  }

  /// gram += block' block.
  private static func addGram(
    _ block: UnsafePointer<Double>, count: Int, width: Int, to gram: UnsafeMutablePointer<Double>
  ) {
    switch width {
    case 2:
      var a = SIMD2<Double>.zero
      var b = SIMD2<Double>.zero
      for r in 0..<count {
        let row = SIMD2(block[2 * r], block[2 * r + 1])
        a += row[0] * row
        b += row[1] * row
      }
      for c in 0..<2 {
        gram[c] += a[c]
        gram[2 + c] += b[c]
      }
    case 4:
      // Two rows at a time hide the latency of the additions.
      var (even, odd) = (Gram4(), Gram4())
      let rows = UnsafeRawPointer(block)
      for r in stride(from: 0, to: count - 1, by: 2) {
        even.add(rows.loadUnaligned(fromByteOffset: 32 * r, as: SIMD4<Double>.self))
        odd.add(rows.loadUnaligned(fromByteOffset: 32 * r + 32, as: SIMD4<Double>.self))
      }
      if count % 2 == 1 {
        even.add(rows.loadUnaligned(fromByteOffset: 32 * (count - 1), as: SIMD4<Double>.self))
      }
      for (c, pair) in zip(even.columns, odd.columns).enumerated() {
        for i in 0..<4 { gram[4 * c + i] += pair.0[i] + pair.1[i] }
      }
    default:
      BLAS.syrk(width, count, 1, block, width, 1, gram, width)
    }
  }

  /// Σ v v' of rows of four numbers.
  private struct Gram4 {
    private var a = SIMD4<Double>.zero
    private var b = SIMD4<Double>.zero
    private var c = SIMD4<Double>.zero
    private var d = SIMD4<Double>.zero

    var columns: [SIMD4<Double>] { [a, b, c, d] }

    @inline(__always)
    mutating func add(_ row: SIMD4<Double>) {
      a += row[0] * row
      b += row[1] * row
      c += row[2] * row
      d += row[3] * row
    }
  }

  /// Sums v_participant · v by level for one participant of rows of four: runs of one level, as in sorted data, stay in
  /// a register.
  private static func scatterRuns(
    _ block: UnsafePointer<Double>, count: Int, codes: UnsafePointer<Int32>, participant: Int,
    to records: UnsafeMutablePointer<Double>
  ) {
    let rows = UnsafeRawPointer(block)
    let records = UnsafeMutableRawPointer(records)
    var current = -1
    var sum = SIMD4<Double>.zero
    for r in 0..<count {
      let code = Int(codes[r])
      if code != current {
        if current >= 0 { records.storeBytes(of: sum, toByteOffset: 32 * current, as: SIMD4<Double>.self) }
        current = code
        if code >= 0 { sum = records.loadUnaligned(fromByteOffset: 32 * code, as: SIMD4<Double>.self) }
      }
      sum += block[4 * r + participant] * rows.loadUnaligned(fromByteOffset: 32 * r, as: SIMD4<Double>.self)
    }
    if current >= 0 { records.storeBytes(of: sum, toByteOffset: 32 * current, as: SIMD4<Double>.self) }
  }

  /// Adds v_participant · v to the record of each row's level.
  private static func scatter(
    _ block: UnsafePointer<Double>, count: Int, width: Int, codes: UnsafePointer<Int32>,
    participants: [Int], to records: UnsafeMutablePointer<Double>
  ) {
    if width == 4, participants.count == 1 {
      scatterRuns(block, count: count, codes: codes, participant: participants[0], to: records)
      return
    }
    let size = participants.count * width
    let records = UnsafeMutableRawPointer(records)
    let rows = UnsafeRawPointer(block)
    participants.withUnsafeBufferPointer { participants in
      for r in 0..<count {
        let code = Int(codes[r])
        if code < 0 { continue }
        var target = records + code * size * 8
        let row = rows + r * width * 8
        for p in participants {
          if width == 2 {
            let v = row.loadUnaligned(as: SIMD2<Double>.self)
            var sum = target.loadUnaligned(as: SIMD2<Double>.self)
            sum += block[r * 2 + p] * v
            target.storeBytes(of: sum, as: SIMD2<Double>.self)
          } else {
            let factor = block[r * width + p]
            var c = 0
            while c < width * 8 {
              let v = row.loadUnaligned(fromByteOffset: c, as: SIMD4<Double>.self)
              var sum = target.loadUnaligned(fromByteOffset: c, as: SIMD4<Double>.self)
              sum += factor * v
              target.storeBytes(of: sum, toByteOffset: c, as: SIMD4<Double>.self)
              c += 32
            }
          }
          target += width * 8
        }
      }
    }
  }
}

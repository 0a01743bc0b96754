/// One code for each row, equal where the values of one or several columns are equal, in the order of the
/// values.
struct KeyCodes {
  /// The code of each row, -1 where a missing value belongs to no code.
  private(set) var codes: [Int32]
  /// One more than the greatest possible code.
  private(set) var count: Int

  /// Ranges up to this many times the number of rows are counted in a table, longer ones hashed.
  private static let tableFactor = 4
  /// Ranges up to this length are always counted in a table.
  private static let smallTable = 1 << 16

  /// Codes below `count`.
  init(codes: [Int32], count: Int) {
    self.codes = codes
    self.count = count
  }

  /// The codes of a column; missing values get the last code, the first one, or none.
  init(_ column: Column, keepsMissing: Bool, missingFirst: Bool = false) {
    let (codes, levels) = column.factorized()
    self.codes = codes
    count = levels.count
    if keepsMissing, codes.contains(-1) {
      let last = Int32(truncatingIfNeeded: count)
      self.codes = missingFirst ? codes.map { $0 &+ 1 } : codes.map { $0 < 0 ? last : $0 }
      count += 1
    }
  }

  /// The codes of several columns together, the first one deciding the order.
  ///
  /// - Parameter missingFirst: the types of columns whose missing values come first.
  init(_ columns: [Column], rowCount: Int, keepsMissing: Bool, missingFirst: Set<ColumnType> = []) {
    if let first = columns.first {
      self.init(first, keepsMissing: keepsMissing, missingFirst: missingFirst.contains(first.type))
    } else {
      self.init(codes: [Int32](repeating: 0, count: rowCount), count: 1)
    }
    for column in columns.dropFirst() {
      combine(
        KeyCodes(column, keepsMissing: keepsMissing, missingFirst: missingFirst.contains(column.type)))
    }
  }

  /// Makes the pairs of these codes and others the codes, numbered anew without gaps.
  mutating func combine(_ other: KeyCodes) {
    let width = max(other.count, 1)
    let (span, overflow) = count.multipliedReportingOverflow(by: width)
    let pairs = zip(codes, other.codes)
    if !overflow, span <= max(Self.smallTable, Self.tableFactor * codes.count), span < Int(Int32.max) {
      var codes = pairs.map { $0 < 0 || $1 < 0 ? -1 : $0 &* Int32(truncatingIfNeeded: width) &+ $1 }
      count = Self.close(&codes, below: span)
      self.codes = codes
      return
    }
    var table = KeyTable()
    var codes = pairs.map {
      $0 < 0 || $1 < 0 ? -1 : table.code(for: UInt64(UInt32($0)) << 32 | UInt64(UInt32($1)))
    }
    let order = RadixSort.sorted(Array(table.keys.indices), by: table.keys)
    var rank = [Int32](repeating: 0, count: order.count)
    for (position, index) in order.enumerated() { rank[index] = Int32(truncatingIfNeeded: position) }
    Self.renumber(&codes, rank)
    self.codes = codes
    count = order.count
  }

  /// Numbers the codes that occur anew, in their order.
  mutating func close() { count = Self.close(&codes, below: count) }

  private static func close(_ codes: inout [Int32], below count: Int) -> Int {
    var rank = [Int32](repeating: -1, count: count)
    rank.withUnsafeMutableBufferPointer { rank in
      for code in codes where code >= 0 { rank[Int(code)] = 0 }
    }
    var next: Int32 = 0
    for index in rank.indices where rank[index] == 0 {
      rank[index] = next
      next += 1
    }
    if next < count { renumber(&codes, rank) }
    return Int(next)
  }

  private static func renumber(_ codes: inout [Int32], _ target: [Int32]) {
    codes.withUnsafeMutableBufferPointer { codes in
      target.withUnsafeBufferPointer { target in
        for row in codes.indices where codes[row] >= 0 { codes[row] = target[Int(codes[row])] }
      }
    }
  }
}

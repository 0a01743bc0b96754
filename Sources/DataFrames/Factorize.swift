// Factor coding: distinct values and a code for each row.

extension Column {
  /// The sorted distinct values and each row's position among them, -1 where the value is missing.
  ///
  /// A categorical column keeps its levels in their order, unused ones included.
  /// Python: pandas.factorize
  package func factorized() -> (codes: [Int32], levels: [ColumnValue]) {
    switch storage {
    case .categorical(let column): return (column.codes, column.levels)
    case .string(let column): return column.factorized()
    case .time(let times): return times.factorized()
    case .integer(let values, let missing): return Self.factorized(values, missing)
    case .boolean(let values, let missing):
      let (codes, levels) = Self.factorized(values.map { $0 ? 1 : 0 }, missing)
      return (codes, levels.map { .boolean($0 == 1) })
    case .double(let values):
      var table = KeyTable()
      // Adding 0 turns -0.0, which equals 0.0, into it.
      let codes = values.map { $0.isNaN ? -1 : table.code(for: ($0 + 0).bitPattern) }
      var numbers = table.keys.map(Double.init(bitPattern:))
      if let zero = numbers.firstIndex(of: 0), let first = values.first(where: { $0 == 0 }) {
        // As in a Python set, the zero met first is the one kept.
        numbers[zero] = first
      }
      return Self.sorted(codes, numbers) { .double($0) }
    }
  }

  /// Integers within a short range are counted in a table, others hashed.
  private static func factorized(_ values: [Int], _ missing: [Bool]?) -> (
    codes: [Int32], levels: [ColumnValue]
  ) {
    guard let low = values.min(), let high = values.max() else { return ([], []) }
    let (span, overflow) = high.subtractingReportingOverflow(low)
    if overflow || span >= Swift.max(1 << 16, 4 * values.count) || span >= Int(Int32.max) {
      var table = KeyTable()
      let codes = values.indices.map { row -> Int32 in
        missing?[row] == true ? -1 : table.code(for: UInt64(bitPattern: Int64(values[row])))
      }
      return sorted(codes, table.keys.map { Int(Int64(bitPattern: $0)) }) { .integer($0) }
    }
    var ranks = [Int32](repeating: -1, count: span + 1)
    for row in values.indices where missing?[row] != true { ranks[values[row] - low] = 0 }
    var levels: [ColumnValue] = []
    for offset in ranks.indices where ranks[offset] == 0 {
      ranks[offset] = Int32(truncatingIfNeeded: levels.count)
      levels.append(.integer(low + offset))
    }
    guard let missing else { return (values.map { ranks[$0 - low] }, levels) }
    return (values.indices.map { missing[$0] ? -1 : ranks[values[$0] - low] }, levels)
  }

  /// Renumbers codes by the order of their values.
  private static func sorted<Value: Comparable>(
    _ codes: [Int32], _ values: [Value], _ level: (Value) -> ColumnValue
  ) -> (codes: [Int32], levels: [ColumnValue]) {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var rank = [Int32](repeating: 0, count: values.count)
    for (position, index) in order.enumerated() { rank[index] = Int32(truncatingIfNeeded: position) }
    return (codes.map { $0 < 0 ? -1 : rank[Int($0)] }, order.map { level(values[$0]) })
  }
}

extension StringColumn {
  /// Sorts the used part of the pool only: no text is touched per row.
  func factorized() -> (codes: [Int32], levels: [ColumnValue]) {
    var used = [Bool](repeating: false, count: pool.count)
    for code in codes where code >= 0 { used[Int(code)] = true }
    let order = pool.indices.filter { used[$0] }
      .sorted { pool[$0].utf8.lexicographicallyPrecedes(pool[$1].utf8) }
    if order.elementsEqual(pool.indices) { return (codes, pool.map(ColumnValue.string)) }
    var target = [Int32](repeating: -1, count: pool.count)
    for (rank, position) in order.enumerated() { target[position] = Int32(truncatingIfNeeded: rank) }
    return (codes.map { $0 < 0 ? -1 : target[Int($0)] }, order.map { .string(pool[$0]) })
  }
}

/// Gives equal 64-bit keys one code, counting from 0 in order of appearance; an open-addressing table.
package struct KeyTable: Sendable {
  /// The distinct keys, by code.
  package private(set) var keys: [UInt64] = []
  private var slots = [Int32](repeating: -1, count: 64)

  /// No keys yet.
  package init() {}

  /// The code of a key, a new one at its first appearance.
  package mutating func code(for key: UInt64) -> Int32 {
    var position = Self.hash(key) & (slots.count - 1)
    while slots[position] >= 0 {
      if keys[Int(slots[position])] == key { return slots[position] }
      position = (position + 1) & (slots.count - 1)
    }
    let code = Int32(truncatingIfNeeded: keys.count)
    keys.append(key)
    slots[position] = code
    if keys.count * 2 > slots.count { grow() }
    return code
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 4)
    for (code, key) in keys.enumerated() {
      var position = Self.hash(key) & (slots.count - 1)
      while slots[position] >= 0 { position = (position + 1) & (slots.count - 1) }
      slots[position] = Int32(truncatingIfNeeded: code)
    }
  }

  private static func hash(_ key: UInt64) -> Int {
    let (high, low) = (key ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    return Int(truncatingIfNeeded: high ^ low)
  }
}

/// Texts stored as positions in a pool that holds each distinct text once.
package struct StringColumn: Sendable {
  /// The distinct texts, in no particular order; some may be unused.
  package let pool: [String]
  /// The position of each value's text in the pool, -1 where the value is missing.
  package let codes: [Int32]

  /// Values given by a pool of distinct texts and codes known to fit it.
  package init(pool: [String], codes: [Int32]) {
    self.pool = pool
    self.codes = codes
  }

  /// The values, nil where one is missing.
  package init(_ values: some Sequence<String?>) {
    var interner = TextInterner()
    var codes = values.map { $0.map { interner.code(for: $0) } ?? -1 }
    self.init(pool: Self.sorted(interner.pool, &codes), codes: codes)
  }

  /// Pools larger than this stay in order of appearance: sorting them costs more than it saves.
  private static let sortedPoolLimit = 4096

  /// A small pool in order, and codes that fit it: such a column is coded as a factor already.
  package static func sorted(_ pool: [String], _ codes: inout [Int32]) -> [String] {
    guard pool.count <= sortedPoolLimit else { return pool }
    let order = pool.indices.sorted { pool[$0].utf8.lexicographicallyPrecedes(pool[$1].utf8) }
    if order.elementsEqual(pool.indices) { return pool }
    var rank = [Int32](repeating: 0, count: pool.count)
    for (position, index) in order.enumerated() { rank[index] = Int32(truncatingIfNeeded: position) }
    codes.withUnsafeMutableBufferPointer { codes in
      for row in codes.indices where codes[row] >= 0 { codes[row] = rank[Int(codes[row])] }
    }
    return order.map { pool[$0] }
  }

  /// Number of values.
  package var count: Int { codes.count }

  /// The text at a position, nil where it is missing; a position out of range stops with a message.
  package subscript(position: Int) -> String? {
    require(position >= 0 && position < count, "StringColumn: no position \(position) among \(count) values")
    let code = codes[position]
    return code < 0 ? nil : pool[Int(code)]
  }

  /// A pool this many times longer than the rows selected from it is not kept whole.
  private static let longPool = 8

  /// The texts at positions known to be in range. A few rows take the few texts they use along: what is done
  /// with each text of a pool stays proportional to the rows.
  func selecting(_ positions: [some FixedWidthInteger]) -> StringColumn {
    let selected = positions.map { codes[Int(truncatingIfNeeded: $0)] }
    guard pool.count > Self.longPool * (positions.count + Self.longPool) else {
      return StringColumn(pool: pool, codes: selected)
    }
    let used = Set(selected).subtracting([-1]).sorted()
    let target = Dictionary(
      uniqueKeysWithValues: used.enumerated().map { ($1, Int32(truncatingIfNeeded: $0)) })
    return StringColumn(pool: used.map { pool[Int($0)] }, codes: selected.map { target[$0] ?? -1 })
  }

  /// The column with every text of the pool replaced; texts that become equal share one entry.
  package func mapPool(_ transform: (String) -> String?) -> StringColumn {
    var interner = TextInterner()
    let target = pool.map { transform($0).map { interner.code(for: $0) } ?? -1 }
    return StringColumn(pool: interner.pool, codes: codes.map { $0 < 0 ? -1 : target[Int($0)] })
  }
}

/// Gives equal texts (byte by byte, as Python compares) one code, counting from 0 in order of appearance.
struct TextInterner {
  /// The distinct texts, by code.
  private(set) var pool: [String] = []
  private var codes: [ColumnValue: Int32] = [:]

  /// The code of a text, a new one at its first appearance.
  mutating func code(for text: String) -> Int32 {
    let key = ColumnValue.string(text)
    if let code = codes[key] { return code }
    let code = Int32(truncatingIfNeeded: pool.count)
    codes[key] = code
    pool.append(text)
    return code
  }
}

import DataFrames

/// A factor whose levels carry random effects: a code per row, and labels that are made only when asked for.
///
/// An interaction (`school:class`) keeps its parts and one representative row per level, so that coding a million
/// rows makes no string.
struct GroupingFactor: Sendable {
  /// The factor as written: `school`, `school:class`.
  let name: String
  /// Level of each row, `0..<levelCount`, in the order of the sorted labels.
  let codes: [Int32]
  let levelCount: Int
  private let parts: [CodedFactor]
  private let representatives: [Int32]

  /// A factor of one variable; levels that occur in no row are left out.
  init(name: String, part: CodedFactor) {
    self.init(name: name, parts: [part])
  }

  /// The interaction of `parts`: a level is a combination that occurs.
  init(name: String, parts: [CodedFactor]) {
    let combined = CombinedCodes(parts.map { ($0.codes, $0.levels.count) })
    self.name = name
    self.parts = parts
    codes = combined.codes
    levelCount = combined.levelCount
    representatives = combined.representatives
  }

  /// A factor from its table of levels: `combinations[level]` lists the parts' values.
  init(name: String, partNames: [String], codes: [Int32], combinations: [[ColumnValue]]) {
    self.name = name
    self.codes = codes
    levelCount = combinations.count
    parts = partNames.indices.map { part in
      let levels = Set(combinations.map { $0[part] }).sorted()
      let places = Dictionary(uniqueKeysWithValues: levels.enumerated().map { ($1, Int32($0)) })
      return CodedFactor(
        name: partNames[part], codes: combinations.map { places[$0[part]] ?? 0 }, levels: levels)
    }
    representatives = (0..<combinations.count).map { Int32(truncatingIfNeeded: $0) }
  }

  /// Names of the parts of an interaction.
  var partNames: [String] { parts.map(\.name) }

  /// Label of a level: the value itself, or the parts' values joined by a colon.
  func label(_ level: Int) -> GroupLabel {
    let row = Int(representatives[level])
    if parts.count == 1 { return parts[0].levels[Int(parts[0].codes[row])] }
    return GroupLabel(parts.map { $0.levels[Int($0.codes[row])].description }.joined(separator: ":"))
  }

  /// All labels, in the order of the codes.
  var labels: [GroupLabel] { (0..<levelCount).map(label) }

  /// Level of each part of an interaction, for matching new data.
  func levels(of level: Int) -> [ColumnValue] {
    let row = Int(representatives[level])
    return parts.map { $0.levels[Int($0.codes[row])] }
  }
}

/// One categorical variable as integers.
struct CodedFactor: Sendable {
  let name: String
  /// Position in `levels` of each row; missing values are refused before.
  let codes: [Int32]
  let levels: [ColumnValue]
  /// True where patsy keeps levels that do not occur (booleans, categoricals): they get a column in every group.
  var keepsAllLevels = false
}

/// Codes of the combinations of several factors that occur in the data, numbered in lexicographic order.
struct CombinedCodes: Sendable {
  let codes: [Int32]
  let levelCount: Int
  /// A row in which each level occurs.
  let representatives: [Int32]

  init(_ factors: [(codes: [Int32], levelCount: Int)]) {
    guard var current = factors.first else {
      self.init(codes: [], levelCount: 0, representatives: [])
      return
    }
    for next in factors.dropFirst() {
      current = Self.pair(current, next)
    }
    if factors.count == 1 { current = Self.pair(current, (codes: [], levelCount: 1)) }
    var representatives = [Int32](repeating: -1, count: current.levelCount)
    for (row, code) in current.codes.enumerated() where code >= 0 && representatives[Int(code)] < 0 {
      representatives[Int(code)] = Int32(truncatingIfNeeded: row)
    }
    self.init(codes: current.codes, levelCount: current.levelCount, representatives: representatives)
  }

  private init(codes: [Int32], levelCount: Int, representatives: [Int32]) {
    self.codes = codes
    self.levelCount = levelCount
    self.representatives = representatives
  }

  /// Codes of the pairs that occur. Both counts are at most the number of rows, so that the product fits an Int.
  /// An empty second factor stands for one level in all rows.
  private static func pair(
    _ first: (codes: [Int32], levelCount: Int), _ second: (codes: [Int32], levelCount: Int)
  ) -> (codes: [Int32], levelCount: Int) {
    let rows = first.codes.count
    let width = max(second.levelCount, 1)
    let (product, overflow) = first.levelCount.multipliedReportingOverflow(by: width)
    let single = second.codes.isEmpty
    func key(_ row: Int, _ a: UnsafeBufferPointer<Int32>, _ b: UnsafeBufferPointer<Int32>) -> Int {
      let high = Int(a[row])
      let low = single ? 0 : Int(b[row])
      return high < 0 || low < 0 ? -1 : high &* width &+ low
    }
    return first.codes.withUnsafeBufferPointer { a in
      second.codes.withUnsafeBufferPointer { b in
        if !overflow && product <= max(8 * rows, 1 << 16) {
          return numberByTable(rows: rows, size: product) { key($0, a, b) }
        }
        return numberByHash(rows: rows) { key($0, a, b) }
      }
    }
  }

  @inline(__always)
  private static func numberByTable(rows: Int, size: Int, key: (Int) -> Int) -> (
    codes: [Int32], levelCount: Int
  ) {
    var table = [Int32](repeating: -1, count: size)
    var levelCount: Int32 = 0
    var codes = [Int32](repeating: -1, count: rows)
    table.withUnsafeMutableBufferPointer { table in
      for row in 0..<rows {
        let key = key(row)
        if key >= 0 { table[key] = 0 }
      }
      for key in 0..<size where table[key] == 0 {
        table[key] = levelCount
        levelCount += 1
      }
      codes.withUnsafeMutableBufferPointer { codes in
        for row in 0..<rows {
          let key = key(row)
          if key >= 0 { codes[row] = table[key] }
        }
      }
    }
    return (codes, Int(levelCount))
  }

  private static func numberByHash(rows: Int, key: (Int) -> Int) -> (codes: [Int32], levelCount: Int) {
    var positions: [Int: Int32] = [:]
    var keys: [Int] = []
    var codes = [Int32](repeating: -1, count: rows)
    for row in 0..<rows {
      let key = key(row)
      if key < 0 { continue }
      if let position = positions[key] {
        codes[row] = position
      } else {
        let position = Int32(truncatingIfNeeded: keys.count)
        positions[key] = position
        keys.append(key)
        codes[row] = position
      }
    }
    var rank = [Int32](repeating: 0, count: keys.count)
    for (place, position) in keys.indices.sorted(by: { keys[$0] < keys[$1] }).enumerated() {
      rank[position] = Int32(truncatingIfNeeded: place)
    }
    for row in 0..<rows where codes[row] >= 0 { codes[row] = rank[Int(codes[row])] }
    return (codes, keys.count)
  }
}

import DataFrames
import Patsy

/// What tells cells apart: a categorical factor of a design, or a factor whose levels have effects.
struct AggregateKey: Codable, Hashable, Sendable {
  enum Kind: String, Codable, Sendable {
    /// A categorical factor of the fixed or random design, whose levels are known beforehand.
    case design
    /// A grouping factor.
    case grouping
    /// A column that holds the groups.
    case column
    /// One label for all rows.
    case single
    /// A categorical factor of a variance component.
    case component
  }
  let kind: Kind
  /// The factor's code, or the column's name.
  let code: String
}

/// The cells that occur, and the levels that each is a combination of.
struct AggregateKeyTable: Sendable {
  let keys: [AggregateKey]
  /// Levels of each key in the order of their codes; of design factors those of the design.
  private(set) var levels: [[ColumnValue]]
  /// Whether patsy keeps levels of a component's factor that do not occur.
  var keepsAllLevels: [Bool]
  private var codes: [[ColumnValue: Int32]]
  /// Per key: the pairs (combination of the keys before, code) that each combination is.
  private var pairs: [KeyTable]

  /// Number of keys of the designs; they come first.
  let designCount: Int

  /// - Parameter levels: of design factors; empty for the others.
  init(keys: [AggregateKey], levels: [[ColumnValue]]) {
    self.keys = keys
    self.levels = levels
    designCount = keys.prefix { $0.kind == .design }.count
    keepsAllLevels = keys.map { _ in false }
    codes = levels.map { list in Dictionary(zip(list, Int32(0)...), uniquingKeysWith: { first, _ in first }) }
    pairs = keys.map { _ in KeyTable() }
  }

  var cellCount: Int { pairs.last?.keys.count ?? 0 }
  /// Combinations of levels of the designs' factors; one where there are none.
  var classCount: Int { designCount > 0 ? pairs[designCount - 1].keys.count : min(cellCount, 1) }

  /// Codes here of levels; those not known yet are added.
  mutating func codes(of new: [ColumnValue], key: Int) -> [Int32] {
    new.map { code(adding: $0, key: key) }
  }

  /// The code here of a level, which is added if it is not known yet.
  mutating func code(adding level: ColumnValue, key: Int) -> Int32 {
    if let code = codes[key][level] { return code }
    let code = Int32(truncatingIfNeeded: levels[key].count)
    levels[key].append(level)
    codes[key][level] = code
    return code
  }

  /// Codes of levels that are known by their numbers only, and are not looked up.
  mutating func addNameless(_ count: Int, key: Int) -> [Int32] {
    let added = levels[key].count..<levels[key].count + count
    levels[key] += added.map { .integer($0) }
    return added.map { Int32(truncatingIfNeeded: $0) }
  }

  /// Puts numbers in the place of a key's levels; no others can be added then.
  mutating func forgetLevels(key: Int) {
    levels[key] = levels[key].indices.map { .integer($0) }
    codes[key] = [:]
  }

  /// The code of a level that is known; nil for others.
  func code(of level: ColumnValue, key: Int) -> Int32? { codes[key][level] }

  /// The cell of each row.
  ///
  /// - Parameter columns: codes of the rows by key.
  /// - Returns: cells, and the classes of those that were not known yet.
  mutating func cells(of columns: [[Int32]], rowCount: Int) -> (cells: [Int32], newClasses: [Int32]) {
    let known = cellCount
    var current = [Int32](repeating: 0, count: rowCount)
    for (key, column) in columns.enumerated() {
      var table = KeyTable()
      swap(&table, &pairs[key])
      var (last, lastPlace) = (UInt64.max, Int32(0))
      for row in 0..<rowCount {
        let pair = UInt64(UInt32(bitPattern: current[row])) << 32 | UInt64(UInt32(bitPattern: column[row]))
        if pair != last {
          last = pair
          lastPlace = table.code(for: pair)
        }
        current[row] = lastPlace
      }
      swap(&table, &pairs[key])
    }
    return (current, (known..<cellCount).map(classOfCell))
  }

  private func classOfCell(_ cell: Int) -> Int32 {
    if designCount == 0 { return 0 }
    var place = cell
    for key in stride(from: keys.count - 1, through: designCount, by: -1) {
      place = Int(pairs[key].keys[place] >> 32)
    }
    return Int32(truncatingIfNeeded: place)
  }

  /// The code of each cell in one key.
  func cellCodes(key: Int) -> [Int32] {
    var current = Array(0..<cellCount)
    for later in stride(from: keys.count - 1, to: key, by: -1) {
      for i in current.indices { current[i] = Int(pairs[later].keys[current[i]] >> 32) }
    }
    return current.map { Int32(bitPattern: UInt32(truncatingIfNeeded: pairs[key].keys[$0])) }
  }

  /// The code of each class in a key of the designs.
  func classCodes(key: Int) -> [Int32] {
    var current = Array(0..<classCount)
    for later in stride(from: designCount - 1, to: key, by: -1) {
      for i in current.indices { current[i] = Int(pairs[later].keys[current[i]] >> 32) }
    }
    return current.map { Int32(bitPattern: UInt32(truncatingIfNeeded: pairs[key].keys[$0])) }
  }

  /// Takes in the cells of another table over the same keys.
  ///
  /// - Returns: the cell and the class here of each cell and class there; classes of the cells that are new.
  mutating func add(_ other: AggregateKeyTable) -> (cells: [Int32], classes: [Int32], newClasses: [Int32]) {
    var columns: [[Int32]] = []
    for key in keys.indices {
      let map = codes(of: other.levels[key], key: key)
      columns.append(other.cellCodes(key: key).map { map[Int($0)] })
      keepsAllLevels[key] = keepsAllLevels[key] || other.keepsAllLevels[key]
    }
    let (cells, newClasses) = cells(of: columns, rowCount: other.cellCount)
    var classes = [Int32](repeating: 0, count: other.classCount)
    for (cell, target) in cells.enumerated() {
      classes[Int(other.classOfCell(cell))] = classOfCell(Int(target))
    }
    return (cells, classes, newClasses)
  }
}

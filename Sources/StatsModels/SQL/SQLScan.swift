import DataFrames
import MixedModels
import Patsy
import SQLModels

/// Sums up a model over the rows that a database of this process goes through, in one pass and to all their digits.
struct SQLScan {
  private let query: SQLModelQuery
  private(set) var rows: SQLScanRows
  private var design: AggregateDesign
  /// Of all rows that are used so far, by entry.
  private var statistics: [EntryStatistics]
  private var gaps: [Int]
  private var infinities: [Int]
  /// Whether the shifts are set: a first part of the rows tells them well enough, since sums keep more digits than that
  /// they are off costs.
  private var hasShifts: Bool
  /// Arguments of the entries after that of ones, and of the keys.
  private let entryPlaces: [Int]
  private let keyPlaces: [Int?]
  private let translated: [SQLFactors.Translated?]
  private var keys: AggregateKeyTable
  private var sums: CellSums
  /// Per key the values of its argument, and their codes among the key's levels, -1 of those that no used row has.
  private var values: [[SQLValue]]
  private var codes: [[Int32]]

  /// - Parameter hasShifts: whether the design has its shifts already.
  init(_ query: SQLModelQuery, _ design: AggregateDesign, hasShifts: Bool) throws {
    self.query = query
    self.design = design
    self.hasShifts = hasShifts
    translated = try design.keys.map { try query.translated($0, design) }
    var arguments: [SQLFoldArgument] = []
    func place(_ argument: SQLFoldArgument) -> Int {
      if let known = arguments.firstIndex(of: argument) { return known }
      arguments.append(argument)
      return arguments.count - 1
    }
    keyPlaces = try translated.map { try $0.map { place(try query.argument($0)) } }
    entryPlaces = try (1..<design.entries.width).map { place(try query.argument($0, design.entries)) }
    rows = try SQLScanRows(query, arguments: arguments)
    statistics = [EntryStatistics](repeating: EntryStatistics(), count: design.entries.width)
    gaps = statistics.map { _ in 0 }
    infinities = gaps
    keys = design.emptyKeys
    sums = CellSums(width: design.entries.width, participants: Array(design.entries.participants))
    values = design.keys.map { _ in [] }
    codes = values.map { _ in [] }
  }

  /// Takes in a part of the rows.
  mutating func add(_ batch: SQLFoldBatch) throws {
    let kept = rows.select(batch)
    for (key, place) in keyPlaces.enumerated() {
      guard let place else { continue }
      values[key] += batch.columns[place].newLevels
      codes[key] += [Int32](repeating: -1, count: batch.columns[place].newLevels.count)
    }
    let count = kept?.count ?? batch.count
    if count == 0 || rows.isLost { return }
    let columns = entryPlaces.map { batch.columns[$0].numbers.chosen(kept) }
    for (position, column) in columns.enumerated() { take(column, entry: position + 1) }
    // What follows of such rows is an error, once all were counted.
    if gaps.contains(where: { $0 > 0 }) || infinities.contains(where: { $0 > 0 }) { return }
    if !hasShifts { design.set(statistics) }
    hasShifts = true
    var rowCodes: [[Int32]] = []
    for (key, place) in keyPlaces.enumerated() {
      rowCodes.append(
        try place.map { try levels(batch.columns[$0].codes.chosen(kept), key: key) }
          ?? [Int32](repeating: keys.code(adding: .integer(1), key: key), count: count))
    }
    let (cells, newClasses) = keys.cells(of: rowCodes, rowCount: count)
    try SQLModelQuery.requireMemory(cells: keys.cellCount, size: sums.cellSize + sums.classSize)
    sums.grow(classes: newClasses, classCount: keys.classCount)
    sums.add(design.standardized(columns), weights: rows.weights(of: batch, kept), cells: cells)
  }

  private mutating func take(_ column: [Double], entry: Int) {
    var own = statistics[entry]
    for value in column {
      if value.isFinite {
        own.add(value)
      } else if value.isNaN {
        gaps[entry] += 1
      } else {
        infinities[entry] += 1
      }
    }
    statistics[entry] = own
  }

  /// Codes of a key's levels, from those of its argument's values.
  private mutating func levels(_ column: [Int32], key: Int) throws -> [Int32] {
    var own = codes[key]
    codes[key] = []
    let result = try column.map { value -> Int32 in
      guard value >= 0 else { throw SQLModelQuery.missing(key: design.keys[key]) }
      let known = own[Int(value)]
      if known >= 0 { return known }
      guard let level = translated[key]?.level(values[key][Int(value)]) else {
        throw SQLModelQuery.missing(key: design.keys[key])
      }
      let code: Int32
      if key < keys.designCount {
        guard let found = keys.code(of: level, key: key) else {
          throw SQLModelQuery.unknown(level, key: design.keys[key])
        }
        code = found
      } else {
        code = keys.code(adding: level, key: key)
        if design.keys[key].kind == .component, case .boolean = level { keys.keepsAllLevels[key] = true }
      }
      own[Int(value)] = code
      return code
    }
    codes[key] = own
    return result
  }

  /// The design with shifts from all rows, where those from a part of them brought products out of the range of doubles.
  var correctedDesign: AggregateDesign? {
    var corrected = design
    corrected.set(statistics)
    return corrected.scales == design.scales ? nil : corrected
  }

  /// All that was taken in.
  mutating func aggregates() throws -> Aggregates {
    try rows.check()
    for entry in 1..<design.entries.width {
      try query.require(entry, of: design.entries, gaps: gaps[entry], count: rows.count)
      if infinities[entry] > 0 {
        throw query.notFinite(entry, of: design.entries, in: infinities[entry], count: rows.count)
      }
    }
    var result = Aggregates(design: design)
    result.keys = keys
    result.sums = sums
    result.totals = rows.totals
    return result
  }
}

/// The levels of categorical predictors, from a scan.
struct SQLLevelScan {
  private var rows: SQLScanRows
  private let columns: [(column: SQLColumn, place: Int, translated: SQLFactors.Translated)]
  private var values: [[SQLValue]]
  private var isUsed: [[Bool]]

  var arguments: [SQLFoldArgument] { rows.arguments }

  init(_ query: SQLModelQuery) throws {
    var arguments: [SQLFoldArgument] = []
    columns = try query.levelledColumns().map { column in
      let translated = try query.factors.grouping(column: column.name)
      arguments.append(try query.argument(translated))
      return (column, arguments.count - 1, translated)
    }
    rows = try SQLScanRows(query, arguments: arguments)
    values = columns.map { _ in [] }
    isUsed = values.map { _ in [] }
  }

  mutating func add(_ batch: SQLFoldBatch) {
    let kept = rows.select(batch)
    for (position, item) in columns.enumerated() {
      let column = batch.columns[item.place]
      values[position] += column.newLevels
      isUsed[position] += [Bool](repeating: false, count: column.newLevels.count)
      if let kept {
        for row in kept where column.codes[row] >= 0 { isUsed[position][Int(column.codes[row])] = true }
      } else {
        for code in column.codes where code >= 0 { isUsed[position][Int(code)] = true }
      }
    }
  }

  /// Levels of the columns in their order.
  mutating func levels() throws -> [String: [ColumnValue]] {
    try rows.check()
    var result: [String: [ColumnValue]] = [:]
    for (position, item) in columns.enumerated() {
      let used = zip(values[position], isUsed[position]).filter(\.1).compactMap {
        item.translated.level($0.0)
      }
      result[item.column.name] = Set(used).sorted()
    }
    return result
  }
}

extension SQLModelQuery {
  /// What a scan goes through: rows that the model leaves out are told there.
  func scannedRows() throws -> String {
    "FROM \(try source.sql(dialect))" + (condition.map { " WHERE \($0.clause)" } ?? "")
  }

  /// A key as a scan reads it.
  func argument(_ key: SQLFactors.Translated) throws -> SQLFoldArgument {
    if case .levels(let column, _) = key {
      return SQLFoldArgument(sql: try dialect.quoted(column.name), role: .level)
    }
    return SQLFoldArgument(sql: key.key, role: .level)
  }

  /// An entry as a scan reads it: a plain column without its conversion to doubles, which the scan does itself.
  func argument(_ entry: Int, _ entries: AggregateEntries) throws -> SQLFoldArgument {
    let sql = try value(of: entry, entries)
    for column in variables where column.kind == .integer || column.kind == .double {
      let quoted = try dialect.quoted(column.name)
      if dialect.double(quoted) == sql { return SQLFoldArgument(sql: quoted, role: .number) }
    }
    return SQLFoldArgument(sql: sql, role: .number)
  }
}

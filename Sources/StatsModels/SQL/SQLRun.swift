import DataFrames
import Foundation
import MixedModels
import Patsy
import SQLModels

/// The statements of a model, run one after another.
struct SQLRun<Executor: SQLExecutor> {
  var query: SQLModelQuery
  let executor: Executor
  private let poolsLevels: Bool
  private var totals = Aggregates.Totals()
  /// Means and limits of the entries as the statement before the sums gave them.
  private var statistics: [EntryStatistics] = []

  init(query: SQLModelQuery, executor: Executor, poolsLevels: Bool) {
    self.query = query
    self.executor = executor
    self.poolsLevels = poolsLevels
  }

  mutating func aggregates() async throws -> Aggregates {
    if let driver = executor as? any SQLFolding, let found = try await scanned(by: driver) { return found }
    var design: AggregateDesign
    let count: Int
    if try query.countsAtOnce() {
      design = try query.design(levels: [:])
      let values = try await row(query.census(with: design.entries))
      let rest = try take(census: values)
      count = try await take(statistics: [values[0]] + rest, &design)
    } else {
      _ = try await take(census: row(query.census()))
      try await moments()
      design = try query.design(levels: await levels())
      count = try await take(statistics: row(query.statistics(design.entries)), &design)
    }
    let first = try await sums(design, count: count)
    guard let explained = design.explained(by: first.sums) else { return first }
    // Where the fixed effects leave little of the response, sums of what they leave keep its digits.
    design.explainedEntries = explained
    return try await sums(design, count: count)
  }

  /// The sums by a driver that goes through the rows in this process; nil where it cannot.
  private mutating func scanned(by driver: some SQLFolding) async throws -> Aggregates? {
    let rows = try query.scannedRows()
    var levels: [String: [ColumnValue]] = [:]
    if try query.neededMoment() != nil || !query.levelledColumns().isEmpty {
      var scan = try SQLLevelScan(query)
      guard try await driver.fold(scan.arguments, over: rows, { scan.add($0) }) else { return nil }
      levels = try scan.levels()
      try await moments()
    }
    var design: AggregateDesign? = try query.design(levels: levels)
    var hasShifts = false
    while let next = design {
      var scan = try SQLScan(query, next, hasShifts: hasShifts)
      guard try await driver.fold(scan.rows.arguments, over: rows, { try scan.add($0) }) else { return nil }
      var result = try scan.aggregates()
      design = hasShifts ? nil : scan.correctedDesign
      hasShifts = true
      guard design == nil else { continue }
      if poolsLevels, query.canPoolLevels(next) {
        // Nothing travels here; what is promised is that no level is known by name.
        result.keys.forgetLevels(key: 0)
        result.isPooled = true
      }
      return result
    }
    return nil
  }

  private func row(_ statement: String) async throws -> [SQLValue] {
    var found: [SQLValue]?
    try await executor.run(statement) { if found == nil { found = $0 } }
    guard let found else {
      throw StatsModelsError(.notEnoughData, "the database gave no row for \(statement)")
    }
    return found
  }

  /// Takes in numbers of rows and of missing values.
  ///
  /// - Returns: what follows them.
  private mutating func take(census values: [SQLValue]) throws -> ArraySlice<SQLValue> {
    let variables = query.variables
    totals.rows = values[0].whole ?? 0
    var rest = values.dropFirst(1 + variables.count)
    var isMixed = variables.map { _ in false }
    if query.dialect == .sqlite {
      isMixed = zip(variables, rest).map(Self.isMixed)
      rest = rest.dropFirst(variables.count)
    }
    try query.require(rows: totals.rows, mixed: isMixed)
    totals.missing = try query.missing(
      variables.indices.map { values[$0 + 1].whole ?? 0 }, of: totals.rows)
    return rest
  }

  /// Whether a type is none of a column's.
  private static func isMixed(_ column: SQLColumn, _ type: SQLValue) -> Bool {
    switch column.kind {
    case .other: false
    case .text: [.text("integer"), .text("real")].contains(type)
    default: [.text("text"), .text("blob")].contains(type)
    }
  }

  /// Means and standard deviations that transforms need, the inner ones first.
  private mutating func moments() async throws {
    while let argument = try query.neededMoment() {
      let first = try await row(query.moments(of: argument, mean: nil))
      guard let about = first[0].number, about.isFinite else {
        throw StatsModelsError(.notEnoughData, "an argument of center or standardize has no mean")
      }
      let second = try await row(query.moments(of: argument, mean: query.dialect.number(about))).map {
        $0.number ?? .nan
      }
      query.factors.translator.moments[argument] = .init(
        mean: about + second[0], deviation: max(second[1] - second[0] * second[0], 0).squareRoot())
    }
  }

  private func levels() async throws -> [String: [ColumnValue]] {
    guard let (sql, variables) = try query.levels() else { return [:] }
    let translated = try variables.map { try query.factors.grouping(column: $0.name) }
    var found = [Set<ColumnValue>](repeating: [], count: variables.count)
    try await executor.run(sql) { row in
      for (position, factor) in translated.enumerated() {
        if let level = factor.level(row[position]) { found[position].insert(level) }
      }
    }
    var result: [String: [ColumnValue]] = [:]
    for (column, levels) in zip(variables, found) {
      guard !levels.isEmpty else {
        throw StatsModelsError(.notEnoughData, "there are no rows to fit: all rows were dropped")
      }
      result[column.name] = levels.sorted()
    }
    return result
  }

  /// Takes in number of rows, means and limits of the entries, from which shifts follow.
  ///
  /// - Returns: number of rows that are used.
  private mutating func take(statistics values: [SQLValue], _ design: inout AggregateDesign) async throws
    -> Int
  {
    let entries = design.entries
    let count = values[0].whole ?? 0
    try query.require(used: count)
    var statistics = [EntryStatistics](repeating: EntryStatistics(), count: entries.width)
    for entry in 1..<entries.width {
      let part = values[(4 * entry - 3)...(4 * entry)].map { $0.number ?? 0 }
      try query.require(entry, of: entries, gaps: Int(part[3]), count: count)
      guard part.allSatisfy(\.isFinite) else {
        let wrong = try await row(query.notFinite(entry, entries))[0].whole ?? 0
        throw query.notFinite(entry, of: entries, in: wrong, count: count)
      }
      statistics[entry] = EntryStatistics(count: count, mean: part[0], least: part[1], largest: part[2])
    }
    design.set(statistics)
    self.statistics = statistics
    try take(weights: Array(values.dropFirst(4 * entries.width - 3)), of: count)
    return count
  }

  private mutating func take(weights: [SQLValue], of count: Int) throws {
    if query.arguments.drops {
      totals.dropped = totals.rows - count
    } else {
      totals.unweighted = totals.rows - count
    }
    guard weights.count == 4 else {
      totals.inverseWeights = Double(count)
      return
    }
    let numbers = weights.map { $0.number ?? .nan }
    try query.require(weights: numbers)
    totals.isWeighted = numbers[0] != 1 || numbers[1] != 1
    totals.logWeights = numbers[2]
    totals.inverseWeights = numbers[3]
  }

  private func sums(_ design: AggregateDesign, count: Int) async throws -> Aggregates {
    let statements = try query.sums(design)
    var builder = try SQLSumsReader(design: design, query: query)
    let isPooled = poolsLevels && query.canPoolLevels(design)
    if isPooled {
      try await executor.run(statements.pooled) { try builder.read(pooled: $0) }
    } else {
      for part in statements.parts {
        try await executor.run(part.sql) { try builder.read($0) }
        builder.finish(pairs: part.pairs)
      }
    }
    var result = try builder.aggregates()
    guard result.nobs == count else {
      throw changed("\(count) rows before, \(result.nobs) after")
    }
    for entry in 1..<design.entries.width
    where query.arguments.weights == nil && design.explainedEntries == nil {
      let before = statistics[entry]
      let mean = builder.total(of: entry) / Double(count) / design.scales[entry] + design.shifts[entry]
      guard abs(mean - before.mean) <= Self.rounding * max(abs(before.least), abs(before.largest)) else {
        throw changed("the mean of '\(design.entries.name(of: entry))' was \(before.mean), and then \(mean)")
      }
    }
    result.totals = totals
    return result
  }

  /// Difference of two means of the same rows, as a share of the largest value: a database adds up in any order, and a
  /// billion roundings of one sign come to this.
  private static var rounding: Double { 1e-7 }

  /// Databases without transactions show each statement the rows of its own time.
  private func changed(_ what: String) -> StatsModelsError {
    StatsModelsError(
      .invalidArgument,
      "the table changed between statements: \(what); fit a copy, or a version of it")
  }
}

/// Puts the sums that a database gives where they belong.
struct SQLSumsReader {
  private let design: AggregateDesign
  private let translated: [SQLFactors.Translated?]
  private var keys: AggregateKeyTable
  private let participants: [Int]
  private let width: Int
  private var counts: [Int] = []
  private var cells: [Double] = []
  /// Per cell, or of all pooled levels together.
  private var classes: [Double] = []
  private var classOfCell: [Int32] = []
  private var isPooled = false
  /// What a statement gave so far: codes by key, observations, and its sums row by row.
  private var codes: [[Int32]]
  private var observations: [Int] = []
  private var sums: [Double] = []

  private var cellSize: Int { participants.count * width }
  private var classSize: Int { width * (width + 1) / 2 }

  init(design: AggregateDesign, query: SQLModelQuery) throws {
    self.design = design
    translated = try design.keys.map { try query.translated($0, design) }
    keys = design.emptyKeys
    codes = design.keys.map { _ in [] }
    let empty = CellSums(width: design.entries.width, participants: Array(design.entries.participants))
    participants = empty.participants
    width = empty.width
  }

  /// Takes in one row of a result: keys, number of observations, sums.
  mutating func read(_ row: [SQLValue]) throws {
    var place = 0
    for (position, factor) in translated.enumerated() {
      guard let factor else {
        codes[position].append(keys.code(adding: .integer(1), key: position))
        continue
      }
      guard let level = factor.level(row[place]) else {
        throw SQLModelQuery.missing(key: design.keys[position])
      }
      if position < keys.designCount {
        guard let code = keys.code(of: level, key: position) else {
          throw SQLModelQuery.unknown(level, key: design.keys[position])
        }
        codes[position].append(code)
      } else {
        codes[position].append(keys.code(adding: level, key: position))
        if design.keys[position].kind == .component, case .boolean = level {
          keys.keepsAllLevels[position] = true
        }
      }
      place += 1
    }
    try requireMemory(cells: observations.count + 1)
    observations.append(row[place].whole ?? 0)
    for value in row[(place + 1)...] { sums.append(value.number ?? .nan) }
  }

  /// Ends a statement, whose sums are those of pairs of entries.
  mutating func finish(pairs: [(Int, Int)]) {
    let rows = observations.count
    let (rowCells, new) = keys.cells(of: codes, rowCount: rows)
    classOfCell += new
    counts += [Int](repeating: 0, count: new.count)
    cells += [Double](repeating: 0, count: new.count * cellSize)
    classes += [Double](repeating: 0, count: new.count * classSize)
    let targets = pairs.map(places(of:))
    // Without weights the count is the sum of squares of the column of ones.
    let ones = pairs.first.map { $0 != (0, 0) } ?? true ? places(of: (0, 0)) : nil
    for (row, cell) in rowCells.enumerated() {
      let cell = Int(cell)
      counts[cell] = observations[row]
      if let ones { store(Double(observations[row]), at: ones, cell) }
      for (i, place) in targets.enumerated() { store(sums[row * pairs.count + i], at: place, cell) }
    }
    codes = codes.map { _ in [] }
    observations = []
    sums = []
  }

  /// Where a product of two entries stands among the sums of a class, and once or twice among those of a cell.
  private struct Places {
    let ofClass: Int
    let ofCell: [Int]
  }

  private func places(of pair: (Int, Int)) -> Places {
    let (a, b) = pair
    var ofCell: [Int] = []
    if let p = participants.firstIndex(of: a) { ofCell.append(p * width + b) }
    if a != b, let p = participants.firstIndex(of: b) { ofCell.append(p * width + a) }
    return Places(ofClass: b * (b + 1) / 2 + a, ofCell: ofCell)
  }

  private mutating func store(_ value: Double, at places: Places, _ cell: Int) {
    classes[cell * classSize + places.ofClass] = value
    for place in places.ofCell { cells[cell * cellSize + place] = value }
  }

  /// Takes in the levels with the same number of rows.
  mutating func read(pooled row: [SQLValue]) throws {
    guard let pooled = PooledLevels(row, entries: width - 1) else {
      throw StatsModelsError(
        .notEnoughData, "the database gave no sums of levels with the same number of rows")
    }
    try requireMemory(cells: counts.count + pooled.levels)
    counts += [Int](repeating: pooled.size, count: pooled.levels)
    let (_, new) = keys.cells(of: [keys.addNameless(pooled.levels, key: 0)], rowCount: pooled.levels)
    classOfCell += new
    cells += pooled.equivalentSums
    isPooled = true
    if classes.isEmpty { classes = [Double](repeating: 0, count: classSize) }
    for (place, value) in pooled.gram.enumerated() { classes[place] += value }
  }

  /// Sum of an entry over all rows, shifted and scaled.
  func total(of entry: Int) -> Double {
    stride(from: entry * (entry + 1) / 2, to: classes.count, by: classSize).reduce(0) { $0 + classes[$1] }
  }

  private func requireMemory(cells count: Int) throws {
    try SQLModelQuery.requireMemory(cells: count, size: cellSize + classSize)
  }

  /// All that was taken in.
  func aggregates() throws -> Aggregates {
    guard cells.allSatisfy(\.isFinite), classes.allSatisfy(\.isFinite) else {
      throw StatsModelsError(
        .nonFiniteValues, "sums over the rows are not finite: leave rows out that hold nan or infinite values"
      )
    }
    var result = Aggregates(design: design)
    result.keys = keys
    result.sums.grow(classes: classOfCell, classCount: keys.classCount)
    result.sums.add(
      counts: counts, cellSums: cells, cells: counts.indices.map { Int32(truncatingIfNeeded: $0) },
      classSums: classes, classes: isPooled ? [0] : classOfCell)
    result.isPooled = isPooled
    return result
  }
}

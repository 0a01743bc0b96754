import SQLModels

/// The rows of a scan: which of them a model uses, and what is counted over all.
struct SQLScanRows {
  private let query: SQLModelQuery
  /// What the scan reads of each row.
  private(set) var arguments: [SQLFoldArgument]
  private let variables: [SQLColumn]
  /// Arguments of the variables, and of the weights.
  private var places: [Int] = []
  private var weights: Int?
  private var missing: [Int]
  private var isMixed: [Bool]
  private var leastWeight = Double.infinity
  private var largestWeight = -Double.infinity
  private(set) var totals = Aggregates.Totals()
  /// Number of rows that are used.
  private(set) var count = 0

  /// - Parameter arguments: what is read anyway.
  init(_ query: SQLModelQuery, arguments: [SQLFoldArgument]) throws {
    self.query = query
    self.arguments = arguments
    variables = query.variables
    missing = variables.map { _ in 0 }
    isMixed = variables.map { _ in false }
    for column in variables {
      let sql = try query.dialect.quoted(column.name)
      let isNumber = column.kind != .text && column.kind != .other
      let place =
        self.arguments.firstIndex { $0.sql == sql }
        ?? add(SQLFoldArgument(sql: sql, role: isNumber ? .number : .level))
      places.append(place)
      if column.name == query.arguments.weights {
        weights = add(SQLFoldArgument(sql: sql, role: .number))
      }
    }
  }

  private mutating func add(_ argument: SQLFoldArgument) -> Int {
    if let known = arguments.firstIndex(of: argument) { return known }
    arguments.append(argument)
    return arguments.count - 1
  }

  /// Whether some row has no value that needs one: what is summed then is of no use.
  var isLost: Bool { !query.arguments.drops && missing.contains { $0 > 0 } || isMixed.contains(true) }

  /// Counts a batch.
  ///
  /// - Returns: its rows that are used; nil for all.
  mutating func select(_ batch: SQLFoldBatch) -> [Int]? {
    totals.rows += batch.count
    for (position, place) in places.enumerated() {
      let column = batch.columns[place]
      missing[position] += column.nulls
      if Self.isMixed(column, variables[position].kind) { isMixed[position] = true }
    }
    var kept: [Int]?
    for place in places where batch.columns[place].nulls > 0 {
      let column = batch.columns[place]
      kept = (kept ?? Array(0..<batch.count)).filter { row in
        column.codes.isEmpty ? !column.numbers[row].isNaN : column.codes[row] >= 0
      }
    }
    if query.arguments.drops, let kept { totals.dropped += batch.count - kept.count }
    if let weights { kept = weighted(batch.columns[weights].numbers, among: kept) }
    count += kept?.count ?? batch.count
    return kept
  }

  private mutating func weighted(_ values: [Double], among rows: [Int]?) -> [Int]? {
    var zeros = 0
    for row in rows ?? Array(values.indices) {
      let weight = values[row]
      if weight == 0 {
        zeros += 1
        continue
      }
      leastWeight = min(leastWeight, weight)
      largestWeight = max(largestWeight, weight)
      totals.count(weight: weight)
    }
    totals.unweighted += zeros
    return zeros == 0 ? rows : (rows ?? Array(values.indices)).filter { values[$0] != 0 }
  }

  /// Whether a column holds values of a type that it should not.
  private static func isMixed(_ column: SQLFoldBatch.Column, _ kind: SQLColumn.Kind) -> Bool {
    if column.texts > 0 { return true }
    return column.newLevels.contains { value in
      if case .text = value { return kind != .text && kind != .other }
      return kind == .text
    }
  }

  /// The weights of rows.
  func weights(of batch: SQLFoldBatch, _ kept: [Int]?) -> [Double]? {
    weights.map { place in batch.columns[place].numbers.chosen(kept) }
  }

  /// Refuses rows that cannot be used, once all were counted.
  mutating func check() throws {
    try query.require(rows: totals.rows, mixed: isMixed)
    totals.missing = try query.missing(missing, of: totals.rows)
    try query.require(used: count)
    if weights == nil {
      totals.inverseWeights = Double(count)
    } else {
      try query.require(weights: [leastWeight, largestWeight, totals.logWeights, totals.inverseWeights])
    }
  }
}

extension Array {
  /// Some of the elements; nil for all.
  func chosen(_ places: [Int]?) -> [Element] { places.map { places in places.map { self[$0] } } ?? self }
}

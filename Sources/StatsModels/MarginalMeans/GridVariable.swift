import DataFrames
import Patsy

/// A variable of the fixed effects with the values at which means are taken.
struct GridVariable {
  let name: String
  /// The values, one row each.
  let values: Column
  /// Whether the values are levels, with frequencies in the data.
  let isLevelled: Bool
  /// The value of each row of the data, -1 where it is another one; empty unless levelled.
  let codes: [Int32]

  var count: Int { values.count }

  /// A variable at given values, at its levels, or of many numbers at their mean.
  ///
  /// - Throws: ``StatsModelsError`` for values that are no levels, and for no value.
  init(
    _ column: Column, isCategorical: Bool, levels order: [ColumnValue]?, at given: (any ColumnConvertible)?
  )
    throws
  {
    name = column.name
    let wanted = given.map {
      Column(name: column.name, storage: $0.columnStorage(broadcastTo: $0.columnCount ?? 1))
    }
    if let wanted, wanted.count == 0 || (0..<wanted.count).contains(where: { wanted[$0] == nil }) {
      throw StatsModelsError(
        .invalidArgument, "at: the values of '\(column.name)' are none or missing: give one at least",
        values: [column.name])
    }
    guard isCategorical || !column.isNumeric || Self.hasFewValues(column) else {
      isLevelled = false
      codes = []
      values = wanted ?? ReferenceCell.typical(column, isCategorical: false)
      guard values.isNumeric else {
        throw StatsModelsError(
          .invalidArgument, "at: '\(column.name)' is a number, and \(shortList(Self.texts(values))) are none",
          values: [column.name])
      }
      return
    }
    let (rowCodes, known) = column.factorized()
    var first = [Int?](repeating: nil, count: known.count)
    for (row, code) in rowCodes.enumerated() where code >= 0 && first[Int(code)] == nil {
      first[Int(code)] = row
    }
    let present = known.indices.filter { first[$0] != nil }
    var chosen =
      order.map { order in order.compactMap { level in present.first { known[$0] == level } } } ?? present
    if chosen.count != present.count { chosen = present }
    if let wanted {
      if !isCategorical, column.isNumeric, let numbers = wanted.doubles,
        !numbers.allSatisfy({ number in present.contains { known[$0].number == number } })
      {
        // A number with two values may stand elsewhere.
        isLevelled = false
        codes = []
        values = wanted
        return
      }
      chosen = try (0..<wanted.count).compactMap { wanted[$0] }.map { level in
        try Self.position(of: level, among: known, in: present, name: column.name)
      }
    }
    var place = [Int32](repeating: -1, count: known.count)
    for (position, level) in chosen.enumerated() { place[level] = Int32(position) }
    isLevelled = true
    codes = rowCodes.map { $0 < 0 ? -1 : place[Int($0)] }
    values = column.rows(chosen.compactMap { first[$0] })
  }

  /// The values as text.
  static func texts(_ column: Column) -> [String] {
    (0..<column.count).map { column[$0].map(PictureVariable.text) ?? "missing" }
  }

  /// A level by value, or by its text: a command's values are texts.
  private static func position(
    of level: ColumnValue, among known: [ColumnValue], in present: [Int], name: String
  ) throws
    -> Int
  {
    if let found = present.first(where: { known[$0] == level }) { return found }
    if let found = present.first(where: { known[$0].description == level.description }) { return found }
    throw StatsModelsError(
      .unknownLevel,
      "at: "
        + NearestNames.message(
          "level of '\(name)'", level.description, among: present.map { known[$0].description }),
      values: [level.description])
  }

  /// Whether a number has two values at most, which then are levels, as in emmeans.
  private static func hasFewValues(_ column: Column) -> Bool {
    var found: Set<Double> = []
    for value in column.doubles ?? [] where value.isFinite {
      found.insert(value)
      if found.count > 2 { return false }
    }
    return true
  }
}

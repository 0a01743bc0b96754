/// Totals of each group that keep the type of their column, and counts.
enum GroupTotals {
  /// The sums: whole numbers of whole numbers and truth values (wrapping around as numpy's do), texts joined.
  static func sum(_ column: Column, _ grouping: Grouping) throws(DataFrameError) -> Column.Storage {
    switch column.storage {
    case .integer(let values, let missing):
      return .integer(accumulated(values, missing, grouping, 0) { $0 &+ $1 }, missing: nil)
    case .boolean(let values, let missing):
      return .integer(accumulated(values, missing, grouping, 0) { $0 + ($1 ? 1 : 0) }, missing: nil)
    case .double(let values):
      return .double(GroupSums(values: values, codes: grouping.codes, count: grouping.count).sums())
    case .string(let texts):
      var joined = [String](repeating: "", count: grouping.count)
      for (row, code) in grouping.codes.enumerated() where code >= 0 && texts.codes[row] >= 0 {
        joined[Int(code)] += texts.pool[Int(texts.codes[row])]
      }
      return .string(StringColumn(joined))
    case .time, .categorical:
      throw column.typeError("sum()") ?? DataFrameError(.wrongType, "categories have no sum")
    }
  }

  /// The products, whole numbers of whole numbers and truth values.
  static func product(_ column: Column, _ grouping: Grouping) -> Column.Storage {
    switch column.storage {
    case .integer(let values, let missing):
      .integer(accumulated(values, missing, grouping, 1) { $0 &* $1 }, missing: nil)
    case .boolean(let values, let missing):
      .integer(accumulated(values, missing, grouping, 1) { $0 * ($1 ? 1 : 0) }, missing: nil)
    default:
      .double(
        GroupSums(values: Aggregation.numbers(column), codes: grouping.codes, count: grouping.count)
          .products())
    }
  }

  /// Whether some, or all, values are true, numbers other than 0 or texts that are not empty.
  static func truth(_ column: Column, _ grouping: Grouping, all: Bool) -> Column.Storage {
    let isTrue = column.mask { level in
      if case .string(let text) = level { return !text.isEmpty }
      return level.number != 0
    }
    let missing = column.missingRows
    return .boolean(
      accumulated(isTrue.values, missing, grouping, all) { all ? $0 && $1 : $0 || $1 }, missing: nil)
  }

  /// The numbers of values.
  static func counts(_ column: Column, _ grouping: Grouping) -> [Int] {
    guard let missing = column.missingRows else { return grouping.sizes }
    return accumulated(missing, nil, grouping, 0) { $0 + ($1 ? 0 : 1) }
  }

  /// The numbers of distinct values.
  static func distinct(_ column: Column, _ grouping: Grouping) -> [Int] {
    let (codes, levels) = column.factorized()
    let (rows, starts) = grouping.ordered()
    var lastGroup = [Int](repeating: -1, count: levels.count)
    return (0..<grouping.count).map { group in
      var number = 0
      for row in rows[starts[group]..<starts[group + 1]] {
        let code = Int(codes[row])
        if code < 0 || lastGroup[code] == group { continue }
        lastGroup[code] = group
        number += 1
      }
      return number
    }
  }

  @inline(__always)
  private static func accumulated<Value, State>(
    _ values: [Value], _ missing: [Bool]?, _ grouping: Grouping, _ start: State,
    _ add: (State, Value) -> State
  ) -> [State] {
    var states = [State](repeating: start, count: grouping.count)
    states.withUnsafeMutableBufferPointer { states in
      values.withUnsafeBufferPointer { values in
        for (row, code) in grouping.codes.enumerated() where code >= 0 && missing?[row] != true {
          states[Int(code)] = add(states[Int(code)], values[row])
        }
      }
    }
    return states
  }
}

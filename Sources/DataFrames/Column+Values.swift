// The values of a column as plain Swift arrays.

extension Column {
  /// The values, nil where one is missing.
  public var values: [ColumnValue?] { (0..<count).map { self[$0] } }

  /// The values as numbers, nan where one is missing; truth values are 0 and 1.
  ///
  /// Nil for texts, and for categories unless all levels are numbers.
  public var doubles: [Double]? {
    switch storage {
    case .double(let values): return values
    case .integer(let values, nil): return values.map(Double.init)
    case .integer(let values, let missing?):
      return zip(values, missing).map { $1 ? .nan : Double($0) }
    case .boolean(let values, nil): return values.map { $0 ? 1 : 0 }
    case .boolean(let values, let missing?):
      return zip(values, missing).map { $1 ? .nan : ($0 ? 1 : 0) }
    case .string, .time: return nil
    case .categorical(let column):
      let numbers = column.levels.compactMap(\.number)
      guard numbers.count == column.levels.count else { return nil }
      return column.codes.map { $0 < 0 ? .nan : numbers[Int($0)] }
    }
  }

  /// The values as whole numbers, nil where one is missing.
  ///
  /// Nil altogether when the column holds texts or a number that is not whole.
  public var integers: [Int?]? {
    if case .integer(let values, nil) = storage { return values }
    var result: [Int?] = []
    result.reserveCapacity(count)
    for position in 0..<count {
      guard let value = self[position] else {
        result.append(nil)
        continue
      }
      guard let whole = value.wholeNumber else { return nil }
      result.append(whole)
    }
    return result
  }

  /// The values as Python's `str` prints them, nil where one is missing.
  public var strings: [String?] {
    switch storage {
    case .string(let column): return column.codes.map { $0 < 0 ? nil : column.pool[Int($0)] }
    case .categorical(let column):
      let texts = column.levels.map(\.description)
      return column.codes.map { $0 < 0 ? nil : texts[Int($0)] }
    case .time(let times): return times.texts
    default: return (0..<count).map { self[$0]?.description }
    }
  }

  /// The truth values, nil where one is missing; nil altogether for another type.
  public var booleans: [Bool?]? {
    guard case .boolean(let values, let missing) = storage else { return nil }
    guard let missing else { return values }
    return zip(values, missing).map { $1 ? nil : $0 }
  }
}

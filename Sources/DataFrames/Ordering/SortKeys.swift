/// Values of a column as unsigned numbers in the same order, equal values with equal numbers.
struct SortKeys {
  /// The key of each row; ``missing`` where the value is missing.
  private(set) var keys: [UInt64]
  /// The greatest key of a value that is present.
  private let greatest: UInt64

  /// The key of a missing value: after all others.
  static let missing = UInt64.max

  /// The keys of a column: of numbers their bits, of texts and categories ranks.
  init(_ column: Column) {
    switch column.storage {
    case .double(let values):
      keys = values.map { $0.isNaN ? Self.missing : Self.ordered($0) }
      greatest = Self.missing - 1
    case .integer(let values, let missing):
      let low = values.min() ?? 0
      let widest = UInt64(truncatingIfNeeded: (values.max() ?? 0) &- low)
      if widest == Self.missing {
        // The widest range of integers reaches the mark of a missing value.
        keys = Self.ranks(column)
        greatest = Self.greatest(keys)
      } else {
        keys = Self.keys(values, missing) { UInt64(truncatingIfNeeded: $0 &- low) }
        greatest = widest
      }
    case .boolean(let values, let missing):
      keys = Self.keys(values, missing) { $0 ? 1 : 0 }
      greatest = 1
    case .time(let times):
      // The mark of a missing value is the least number: below all others, where one is left out.
      keys = times.microseconds.map {
        $0 == TimeColumn.missing ? Self.missing : UInt64(bitPattern: Int64($0)) &- (1 << 63) &- 1
      }
      greatest = Self.missing - 1
    case .string, .categorical:
      keys = Self.ranks(column)
      greatest = Self.greatest(keys)
    }
  }

  private static func greatest(_ keys: [UInt64]) -> UInt64 { keys.lazy.filter { $0 != missing }.max() ?? 0 }

  private static func ranks(_ column: Column) -> [UInt64] {
    column.factorized().codes.map { $0 < 0 ? missing : UInt64(truncatingIfNeeded: $0) }
  }

  private static func keys<Value>(_ values: [Value], _ missing: [Bool]?, _ key: (Value) -> UInt64) -> [UInt64]
  {
    guard let missing else { return values.map(key) }
    return values.indices.map { missing[$0] ? Self.missing : key(values[$0]) }
  }

  /// The bits of a number, changed so that they sort as the numbers do; both zeros are one.
  private static func ordered(_ value: Double) -> UInt64 {
    let bits = (value + 0).bitPattern
    return bits >> 63 == 1 ? ~bits : bits | (1 << 63)
  }

  /// Turns the order of the values around; missing ones stay last.
  mutating func reverse() {
    keys = keys.map { $0 == Self.missing ? $0 : greatest - $0 }
  }

  /// Puts missing values before all others.
  mutating func putMissingFirst() {
    // The greatest key is never used by a value that is present, so that all can move up by one.
    keys = keys.map { $0 == Self.missing ? 0 : $0 + 1 }
  }
}

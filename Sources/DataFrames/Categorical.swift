/// Values from a fixed list of levels, stored as positions in that list.
/// Python: pandas.Categorical
public struct Categorical: Sendable, Equatable {
  /// The levels, in their order; levels that no value uses are kept.
  public let levels: [ColumnValue]
  /// The position of each value's level, -1 where the value is missing.
  public let codes: [Int32]
  /// Whether the order of the levels carries meaning.
  public let ordered: Bool

  /// Values given by their codes; every code must be -1 or a position in `levels`, and levels must differ.
  public init(levels: [ColumnValue], codes: [Int32], ordered: Bool = false) {
    require(
      codes.allSatisfy { $0 >= -1 && Int($0) < levels.count },
      "Categorical: a code is neither -1 nor a position among \(levels.count) levels")
    require(Set(levels).count == levels.count, "Categorical: levels are repeated")
    self.init(uncheckedLevels: levels, codes: codes, ordered: ordered)
  }

  /// An array or a column over the given levels; a value that is none of them becomes missing, as in pandas.
  ///
  /// Without `levels` they are the sorted values; levels given twice count once.
  /// Python: pandas.Categorical
  public init(_ values: some ColumnConvertible, levels: [ColumnValue]? = nil, ordered: Bool = false) {
    let (codes, present) = Column(values).factorized()
    guard let levels else {
      self.init(uncheckedLevels: present, codes: codes, ordered: ordered)
      return
    }
    var order: [ColumnValue] = []
    var position: [ColumnValue: Int32] = [:]
    for level in levels where position[level] == nil {
      position[level] = Int32(truncatingIfNeeded: order.count)
      order.append(level)
    }
    let target = present.map { position[$0] ?? -1 }
    self.init(
      uncheckedLevels: order, codes: codes.map { $0 < 0 ? -1 : target[Int($0)] }, ordered: ordered)
  }

  /// Codes known to fit the levels.
  package init(uncheckedLevels levels: [ColumnValue], codes: [Int32], ordered: Bool) {
    self.levels = levels
    self.codes = codes
    self.ordered = ordered
  }

  /// Number of values.
  public var count: Int { codes.count }

  /// The value at a position, nil where it is missing; a position out of range stops with a message.
  public subscript(position: Int) -> ColumnValue? {
    require(position >= 0 && position < count, "Categorical: no position \(position) among \(count) values")
    let code = codes[position]
    return code < 0 ? nil : levels[Int(code)]
  }
}

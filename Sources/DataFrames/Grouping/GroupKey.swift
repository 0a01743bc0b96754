/// What the rows of a group have in common: one value, or several for several key columns.
///
/// Prints as its label (`5`, `a`; `('a', 5)` for several), compares with literals (`key == "a"`,
/// `key == ["a", 5]`) and is a collection of its values. A missing value is nan.
public struct GroupKey: Sendable, Hashable {
  private let levels: [ColumnValue]

  /// A key of given values, one for each key column.
  public init(_ levels: [ColumnValue]) { self.levels = levels }

  /// The first value, the only one of a single key column; nil for a missing one.
  public var value: ColumnValue? { levels.first?.level }

  /// The first value as a number, nil for a text.
  public var number: Double? { levels.first?.number }
}

extension GroupKey: RandomAccessCollection {
  /// 0.
  public var startIndex: Int { 0 }
  /// Number of key columns.
  public var endIndex: Int { levels.count }
  /// The value of a key column; a position out of range stops with a message.
  public subscript(position: Int) -> ColumnValue {
    require(
      levels.indices.contains(position), "GroupKey: no position \(position) among \(levels.count) key columns"
    )
    return levels[position]
  }
}

extension GroupKey: CustomStringConvertible {
  /// The label of a single value; several ones as a Python tuple.
  public var description: String {
    if levels.count == 1 { return levels[0].description }
    return "(" + levels.map(\.debugDescription).joined(separator: ", ") + ")"
  }
}

extension GroupKey: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
{
  /// A key of one text.
  public init(stringLiteral value: String) { levels = [.string(value)] }
  /// A key of one whole number.
  public init(integerLiteral value: Int) { levels = [.integer(value)] }
  /// A key of one number.
  public init(floatLiteral value: Double) { levels = [.double(value)] }
  /// A key of one truth value.
  public init(booleanLiteral value: Bool) { levels = [.boolean(value)] }
  /// A key of several values.
  public init(arrayLiteral elements: ColumnValue...) { levels = elements }
}

/// A truth value for each row, as comparisons give it; selects rows.
/// Python: a boolean pandas.Series
public struct Mask: Sendable, Equatable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The truth values.
  public let values: [Bool]

  /// A mask of given truth values.
  public init(_ values: [Bool]) { self.values = values }
  /// A mask of given truth values.
  public init(arrayLiteral elements: Bool...) { values = elements }

  /// Number of rows.
  public var count: Int { values.count }
  /// Number of rows for which the mask is true.
  /// Python: Series.sum
  public var trueCount: Int { values.reduce(0) { $0 + ($1 ? 1 : 0) } }
  /// The positions of the rows for which the mask is true.
  public var positions: [Int] { values.indices.filter { values[$0] } }
  /// Whether the mask is true for all rows.
  /// Python: Series.all
  public func all() -> Bool { !values.contains(false) }
  /// Whether the mask is true for some row.
  /// Python: Series.any
  public func any() -> Bool { values.contains(true) }
  /// `[True, False]`; of more than 60 values the first and last five.
  public var description: String {
    let texts = { (values: ArraySlice<Bool>) in values.map { PythonText.of($0) }.joined(separator: ", ") }
    // As many as a column shows.
    if count <= 60 { return "[\(texts(values[...]))]" }
    return "[\(texts(values.prefix(5))), ..., \(texts(values.suffix(5)))] (\(count) rows, \(trueCount) True)"
  }
  /// The truth value of the row at a position; one out of range stops with a message.
  public subscript(position: Int) -> Bool {
    require(position >= 0 && position < count, "Mask: no position \(position) among \(count) rows")
    return values[position]
  }

  /// Where both are true; masks of different lengths stop with a message.
  public static func & (a: Mask, b: Mask) -> Mask { combine(a, b) { $0 && $1 } }
  /// Where at least one is true; masks of different lengths stop with a message.
  public static func | (a: Mask, b: Mask) -> Mask { combine(a, b) { $0 || $1 } }
  /// Where exactly one is true; masks of different lengths stop with a message.
  public static func ^ (a: Mask, b: Mask) -> Mask { combine(a, b) { $0 != $1 } }
  /// Where the mask is false.
  public static prefix func ! (a: Mask) -> Mask { Mask(a.values.map { !$0 }) }
  /// Where the mask is false, in Python's spelling.
  public static prefix func ~ (a: Mask) -> Mask { !a }

  private static func combine(_ a: Mask, _ b: Mask, _ operation: (Bool, Bool) -> Bool) -> Mask {
    require(a.count == b.count, "masks of \(a.count) and \(b.count) rows cannot be combined")
    return Mask(zip(a.values, b.values).map { operation($0, $1) })
  }
}

// What columns have: a mask is a column of truth values.
extension Mask {
  /// The truth values as a column.
  public var column: Column { Bool.column(values) }
  /// The truth values as a column of another type, 0 and 1 as numbers.
  /// Python: Series.astype
  public func astype(_ type: ColumnType) -> Column { column.astype(type) }
  /// The share of rows for which the mask is true, nan without rows.
  /// Python: Series.mean
  public func mean() -> Double { column.mean() }
  /// Number of rows for which the mask is true.
  /// Python: Series.sum
  public func sum() -> Int { trueCount }
}

extension Mask: ColumnConvertible {
  /// Number of rows.
  public var columnCount: Int? { count }
  /// The truth values as a column.
  public func column(broadcastTo count: Int) -> Column { column }
}

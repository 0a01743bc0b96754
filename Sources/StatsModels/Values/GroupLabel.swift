import DataFrames

/// The label of a group: a number, a text or a truth value, with Python's equality and order.
///
/// `5` equals `5.0` and `true` equals `1`; numbers come before texts; texts compare by code point. Literals
/// convert by themselves: `results.randomEffects[5]`, `results.randomEffects["a"]`.
public typealias GroupLabel = ColumnValue

extension ColumnValue {
  /// A label from an integer.
  public init(_ value: Int) { self = .integer(value) }
  /// A label from a floating-point number.
  public init(_ value: Double) { self = .double(value) }
  /// A label from a text.
  public init(_ value: String) { self = .string(value) }
  /// A label from a truth value.
  public init(_ value: Bool) { self = .boolean(value) }
}

/// What can be the label of a group as it stands: numbers, texts, truth values. Not in statsmodels.
public protocol GroupLabelConvertible: Hashable {
  /// The label.
  var groupLabel: GroupLabel { get }
}

extension ColumnValue: GroupLabelConvertible {
  /// The label itself.
  public var groupLabel: GroupLabel { self }
}
extension Int: GroupLabelConvertible {
  /// The number as a label.
  public var groupLabel: GroupLabel { .integer(self) }
}
extension Double: GroupLabelConvertible {
  /// The number as a label.
  public var groupLabel: GroupLabel { .double(self) }
}
extension String: GroupLabelConvertible {
  /// The text as a label.
  public var groupLabel: GroupLabel { .string(self) }
}
extension Bool: GroupLabelConvertible {
  /// The truth value as a label.
  public var groupLabel: GroupLabel { .boolean(self) }
}

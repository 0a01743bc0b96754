import DataFrames

/// A Python object that formulas use only on the way to a column: it has attributes and, it may be, items.
public struct PythonObject: Sendable {
  /// Name of its class.
  let typeName: String
  /// The attribute of a name; nil when there is none.
  let attribute: @Sendable (_ name: String) throws -> Value?
  /// `object[index]`; nil when the object is not subscriptable.
  var item: (@Sendable (_ index: Value) throws -> Value)?
  /// What the object is as a categorical factor: Python's texts of its elements; nil when it cannot be one.
  var levels: StringColumn?
  /// The object's elements as numbers in the order in which they compare, nan where missing; nil: none to compare.
  var ranks: [Double]?
}

import DataFrames

/// A Python object that formulas use only on the way to a column: it has attributes and, it may be, items.
public struct FormulaObject: Sendable {
  /// Name of its class.
  let typeName: String
  /// The attribute of a name; nil when there is none.
  let attribute: @Sendable (_ name: String) throws -> FormulaValue?
  /// `object[index]`; nil when the object is not subscriptable.
  var item: (@Sendable (_ index: FormulaValue) throws -> FormulaValue)?
  /// What the object is as a categorical factor: Python's texts of its elements; nil when it cannot be one.
  var levels: StringColumn?
  /// The moments or spans of time that the object holds; nil for other objects.
  var time: TimeValue? { boxedTime?() }
  /// A closure, because the value holds values that may hold this object.
  private var boxedTime: (@Sendable () -> TimeValue)?

  /// Attaches moments or spans of time.
  mutating func hold(_ time: TimeValue) { boxedTime = { time } }

  /// An object with attributes and, it may be, items.
  init(
    typeName: String, attribute: @escaping @Sendable (_ name: String) throws -> FormulaValue?,
    item: (@Sendable (_ index: FormulaValue) throws -> FormulaValue)? = nil
  ) {
    self.typeName = typeName
    self.attribute = attribute
    self.item = item
  }
}

import DataFrames

/// Named values and functions that formulas may use, beside the data.
///
/// A name is looked up in the data first, then here, then among patsy's own functions: a user's `scale`
/// hides patsy's.
///
/// Python: patsy.EvalEnvironment
public struct EvalEnvironment: Sendable {
  /// The names and what they stand for.
  public private(set) var values: [String: FormulaValue] = [:]

  /// An environment without names.
  public init() {}

  /// No names beside the data and patsy's own: Python's `eval_env=-1`.
  public static let empty = EvalEnvironment()

  /// An environment of the given values.
  public init(_ values: [String: FormulaValue]) { self.values = values }

  /// Lets formulas use `value` under `name`.
  public mutating func define(_ name: String, _ value: FormulaValue) { values[name] = value }

  /// Lets formulas use an array under `name`; its length must be the data's.
  public mutating func define(_ name: String, _ values: any ColumnConvertible) {
    let isScalar = values.columnCount == nil
    let column = Column(storage: values.columnStorage(broadcastTo: values.columnCount ?? 1))
    self.values[name] = isScalar ? FormulaValue(column[0]) : .vector(FormulaVector(column.storage))
  }

  /// Lets formulas call a function with any arguments; it may return several columns.
  public mutating func define(
    _ name: String, function: @escaping @Sendable (FunctionArguments) throws -> FormulaValue
  ) {
    values[name] = .function(FormulaFunction(name, function))
  }

  /// Lets formulas call a function of one number on a column, element by element.
  public mutating func define(_ name: String, elementwise function: @escaping @Sendable (Double) -> Double) {
    values[name] = .function(ElementwiseFunctions.unary(name, function))
  }

  /// Lets formulas call a stateful transform; `make` gives a fresh one for each call in a formula.
  public mutating func define(_ name: String, transform make: @escaping @Sendable () -> any StatefulTransform)
  {
    values[name] = .transform(make)
  }
}

import DataFrames
import LinearAlgebra

extension FormulaValue {
  /// A list as an array; other values unchanged.
  func asArray() throws -> FormulaValue {
    switch self {
    case .list(let items), .tuple(let items): return try FormulaValue.array(items)
    case .vector(var vector):
      vector.isSeries = false
      vector.labels = nil
      return .vector(vector)
    default: return level != nil ? try FormulaValue.array([self]) : self
    }
  }

  /// Number of rows; nil for single values.
  var rowCount: Int? {
    switch self {
    case .list(let items), .tuple(let items): items.count
    case .vector(let vector): vector.count
    case .matrix(let matrix): matrix.rows
    default: nil
    }
  }
}

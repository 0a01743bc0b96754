import DataFrames
import LinearAlgebra

extension Value {
  /// A list as an array; other values unchanged.
  func asArray() throws -> Value {
    switch self {
    case .list(let items), .tuple(let items): return try Value.array(items)
    case .vector(var vector):
      vector.isSeries = false
      vector.labels = nil
      return .vector(vector)
    default: return level != nil ? try Value.array([self]) : self
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

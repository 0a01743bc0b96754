import LinearAlgebra

/// The coding that a formula asks for.
enum ContrastChoice {
  /// Treatment coding unless something else was given: a contrast, its class, a matrix, or a function.
  static func resolve(_ value: FormulaValue?, origin: Origin?) throws -> any Contrast {
    guard let value else { return Treatment() }
    switch value {
    case .contrast(let contrast): return contrast
    case .function(let function):
      do { return try resolve(function(FunctionArguments()), origin: origin) } catch let error
        as EvaluationError
      {
        throw PatsyError("Error evaluating factor: \(error)", origin: origin)
      }
    case .integer, .double, .boolean: throw PatsyError("tuple index out of range")
    default:
      if let rows = value.raggedRowCount {
        throw PatsyError(
          "setting an array element with a sequence. The requested array has an inhomogeneous shape after 1 "
            + "dimensions. The detected shape was (\(rows),) + inhomogeneous part.")
      }
      guard value.isSequence, let matrix = try? value.numericMatrix() else {
        throw PatsyError("'\(value.typeName)' object has no attribute 'code_without_intercept'")
      }
      guard value.isNested else { throw PatsyError("tuple index out of range") }
      return ContrastMatrix(matrix)
    }
  }
}

extension FormulaValue {
  /// Number of rows of a nested list whose rows differ in length; nil for anything else.
  fileprivate var raggedRowCount: Int? {
    guard let counts = elements?.map(\.rowCount), isNested else { return nil }
    return counts.allSatisfy { $0 == counts.first } ? nil : counts.count
  }

  /// Number of columns of numeric data.
  var columnCount: Int {
    switch self {
    case .matrix(let matrix): matrix.columns
    case .list, .tuple: (try? numericMatrix().columns) ?? 1
    default: 1
    }
  }
}

import DataFrames
import LinearAlgebra

/// Pandas' functions that make codes or frames of a column.
enum PandasMaking {
  static let functions: [FormulaFunction] = [
    FormulaFunction("factorize") { arguments in
      let bound = try arguments.bound(to: ["values", "sort"], in: "factorize")
      guard case .vector(let vector) = try (bound["values"] ?? .none).asArray() else {
        throw EvaluationError.type("factorize requires a column")
      }
      let (codes, levels) = vector.coded()
      let isSorted = try bound["sort"]?.truth() ?? false
      var order = isSorted ? Array(levels.indices) : []
      if !isSorted { order = codes.filter { $0 >= 0 }.uniqued().map(Int.init) }
      var place = [Int](repeating: -1, count: levels.count)
      for (position, level) in order.enumerated() { place[level] = position }
      return .tuple([
        .vector(FormulaVector(.integer(codes.map { $0 < 0 ? -1 : place[Int($0)] }, missing: nil))),
        .list(order.map { FormulaValue(levels[$0]) }),
      ])
    },
    FormulaFunction("DataFrame", isElementwise: true) { arguments in
      let value = try arguments.bound(to: ["data"], in: "DataFrame")["data"] ?? .none
      if case .dictionary(let pairs) = value { return beside(pairs.map(\.value)) }
      guard let matrix = try? value.numericMatrix() else { return .object(frame) }
      return .matrix(matrix)
    },
    FormulaFunction("concat", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["objs", "axis"], in: "concat")
      let parts = try PythonBuiltins.iterate(bound["objs"] ?? .none)
      if let axis = bound["axis"]?.wholeNumber, axis == 1 { return beside(parts) }
      let items = try parts.flatMap { try PythonBuiltins.iterate($0) }
      guard case .vector(let joined) = try FormulaValue.array(items) else { return .object(frame) }
      return .vector(FormulaVector(joined.storage, isSeries: true))
    },
    FormulaFunction("get_dummies") { arguments in
      let bound = try arguments.bound(to: ["data", "drop_first", "dtype"], in: "get_dummies")
      guard let type = bound["dtype"], !type.isNone, case .vector(let vector)? = bound["data"] else {
        return .object(frame)
      }
      let (codes, levels) = vector.coded()
      let skipped = try bound["drop_first"]?.truth() ?? false ? 1 : 0
      try FormulaLimits.requireMatrix(rows: codes.count, columns: levels.count)
      var matrix = Matrix(rows: codes.count, columns: max(0, levels.count - skipped))
      for (row, code) in codes.enumerated() where Int(code) >= skipped {
        matrix[row, Int(code) - skipped] = 1
      }
      return .matrix(matrix)
    },
  ]

  /// A frame of the given columns.
  private static func beside(_ columns: [FormulaValue]) -> FormulaValue {
    let isNumeric = columns.allSatisfy { column in
      Operand(column).map { !$0.isBoolean } ?? false && !column.isColumnOfObjects
    }
    guard isNumeric, let matrix = try? NumpyMaking.stack(.list(columns)) else { return .object(frame) }
    return matrix
  }

  /// A frame that is no numeric matrix: patsy takes it for categorical data of several dimensions.
  static let frame = FormulaObject(typeName: "DataFrame") { _ in nil }
}

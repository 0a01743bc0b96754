import DataFrames

/// `np.piecewise(x, conditions, functions)`: each condition's function, or value, where it holds.
enum NumpyPiecewise {
  static let function = FormulaFunction("piecewise", isElementwise: true) { arguments in
    let bound = try arguments.bound(to: ["x", "condlist", "funclist"], required: 3, in: "piecewise")
    guard case .vector(let x) = try (bound["x"] ?? .none).asArray() else {
      throw EvaluationError.type("piecewise() requires a column in formulas")
    }
    let conditions = try conditions(bound["condlist"] ?? .none, rows: x.count)
    guard let pieces = bound["funclist"]?.elements else {
      throw EvaluationError.type("object of type '\(bound["funclist"]?.typeName ?? "int")' has no len()")
    }
    guard pieces.count == conditions.count || pieces.count == conditions.count + 1 else {
      throw EvaluationError.value(
        "with \(conditions.count) condition(s), either \(conditions.count) or \(conditions.count + 1) functions are "
          + "expected")
    }
    var result = [Double](repeating: 0, count: x.count)
    var isFree = [Bool](repeating: true, count: x.count)
    for (condition, piece) in zip(conditions, pieces) {
      try fill(&result, x, piece, where: { condition[$0] })
      for row in condition.indices where condition[row] { isFree[row] = false }
    }
    if pieces.count > conditions.count {
      try fill(&result, x, pieces[conditions.count], where: { isFree[$0] })
    }
    // The result has the type of x.
    guard case .integer = x.storage else { return .vector(FormulaVector(result)) }
    return .vector(
      FormulaVector(.integer(result.map { Int(exactly: $0.rounded(.towardZero)) ?? 0 }, missing: nil)))
  }

  /// One truth value for each row and condition; a Series is no list of conditions for numpy.
  private static func conditions(_ value: FormulaValue, rows: Int) throws -> [[Bool]] {
    let items: [FormulaValue]
    switch value {
    case .list(let listed), .tuple(let listed): items = listed
    default: items = [value]
    }
    if case .vector(let first)? = items.first, first.isSeries {
      throw EvaluationError(
        "IndexError", "too many indices for array: array is 1-dimensional, but 2 were indexed")
    }
    return try items.map { item in
      let truths = try NumpyFunctions.truths(item)
      guard truths.count == rows else {
        throw EvaluationError("IndexError", "boolean index did not match indexed array along axis 0")
      }
      return truths
    }
  }

  /// Writes a piece, a number or a function of the rows concerned, where `holds`.
  private static func fill(
    _ result: inout [Double], _ x: FormulaVector, _ piece: FormulaValue, where holds: (Int) -> Bool
  ) throws {
    let rows = result.indices.filter(holds)
    let values: [Double]
    if case .function(let function) = piece {
      values = try function(FunctionArguments([.vector(FormulaVector(x.picking(rows).storage))])).doubles()
    } else {
      values = try piece.doubles()
    }
    guard values.count == rows.count || values.count == 1 else {
      throw EvaluationError.value(
        "NumPy boolean array indexing assignment cannot assign \(values.count) input values to the \(rows.count) "
          + "output values where the mask is true")
    }
    for (place, row) in rows.enumerated() { result[row] = values[values.count == 1 ? 0 : place] }
  }
}

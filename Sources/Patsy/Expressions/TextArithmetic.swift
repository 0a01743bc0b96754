import DataFrames

/// Operators on texts: `+` joins, `*` repeats; everything else is an error.
enum TextArithmetic {
  static func apply(_ operation: Expression.BinaryOperator, _ left: FormulaValue, _ right: FormulaValue)
    throws -> FormulaValue
  {
    switch (operation, left, right) {
    case (.add, .string(let a), .string(let b)): return .string(a + b)
    case (.add, .list(let a), .list(let b)): return .list(a + b)
    case (.add, .tuple(let a), .tuple(let b)): return .tuple(a + b)
    case (.multiply, .string(let text), .integer(let times)),
      (.multiply, .integer(let times), .string(let text)):
      return .string(try FormulaLimits.repeated(text, times))
    case (.add, .vector(let a), .string(let b)):
      if let column = a.texts {
        return .vector(FormulaVector(.string(column.mapPool { $0 + b }), isSeries: a.isSeries))
      }
    case (.add, .string(let a), .vector(let b)):
      if let column = b.texts {
        return .vector(FormulaVector(.string(column.mapPool { a + $0 }), isSeries: b.isSeries))
      }
    case (.add, .vector(let a), .vector(let b)):
      if let x = a.texts, let y = b.texts {
        return .vector(FormulaVector(.string(try joined(x, y)), isSeries: a.isSeries || b.isSeries))
      }
    case (.multiply, .vector(let vector), .integer(let times)),
      (.multiply, .integer(let times), .vector(let vector)):
      if let column = vector.texts {
        var next = try column.pool.map { try FormulaLimits.repeated($0, times) }[...]
        // `mapPool` visits the pool in order.
        let repeated = column.mapPool { _ in next.removeFirst() }
        return .vector(FormulaVector(.string(repeated), isSeries: vector.isSeries))
      }
    default: break
    }
    throw unsupported(operation, left, right)
  }

  /// Row by row `a + b`; each distinct pair is joined once.
  private static func joined(_ a: StringColumn, _ b: StringColumn) throws -> StringColumn {
    guard a.count == b.count else {
      throw EvaluationError.value(
        "operands could not be broadcast together with shapes (\(a.count),) (\(b.count),) ")
    }
    var positions: [Int64: Int32] = [:]
    var pool: [String] = []
    var codes = [Int32](repeating: -1, count: a.count)
    for row in 0..<a.count {
      let (x, y) = (a.codes[row], b.codes[row])
      if x < 0 || y < 0 { continue }
      let key = Int64(x) << 32 | Int64(y)
      if let code = positions[key] {
        codes[row] = code
      } else {
        codes[row] = Int32(truncatingIfNeeded: pool.count)
        positions[key] = codes[row]
        pool.append(a.pool[Int(x)] + b.pool[Int(y)])
      }
    }
    // Different pairs can make the same text.
    return StringColumn(pool: pool, codes: codes).mapPool { $0 }
  }

  private static func unsupported(
    _ operation: Expression.BinaryOperator, _ left: FormulaValue, _ right: FormulaValue
  ) -> EvaluationError {
    for case .vector(let vector) in [left, right] {
      if case .categorical = vector.storage {
        return .type("Object with dtype category cannot perform the numpy op \(operation.ufunc)")
      }
    }
    if let (a, b) = loopTypes(operation, left, right) {
      return EvaluationError(
        "UFuncTypeError",
        "ufunc '\(operation.ufunc)' did not contain a loop with signature matching types (dtype('\(a)'), "
          + "dtype('\(b)')) -> None")
    }
    if operation == .add {
      switch (left, right) {
      case (.string, _): return .type("can only concatenate str (not \"\(right.typeName)\") to str")
      case (.vector(let a), _) where a.texts != nil && (right.isScalar || Operand(right) != nil):
        return .type("can only concatenate str (not \"\(right.elementTypeName)\") to str")
      default: break
      }
    }
    if operation == .remainder, left.elementTypeName == "str" {
      return .type("not all arguments converted during string formatting")
    }
    if operation == .multiply {
      let other = [left, right].first { $0.elementTypeName != "str" } ?? right
      switch other.elementTypeName {
      case "bool": return .type("Cannot multiply StringArray by bools. Explicitly cast to integers instead.")
      case "float", "str":
        return .type("can't multiply sequence by non-int of type '\(other.elementTypeName)'")
      default: break
      }
    }
    let symbol = operation == .power ? "** or pow()" : operation.rawValue
    return .type(
      "unsupported operand type(s) for \(symbol): '\(left.elementTypeName)' and "
        + "'\(right.elementTypeName)'")
  }
}

extension TextArithmetic {
  /// The types of a text and a column of numbers where numpy looks for a loop over both and finds none.
  private static func loopTypes(
    _ operation: Expression.BinaryOperator, _ left: FormulaValue, _ right: FormulaValue
  ) -> (String, String)? {
    let isWhole = [left, right].contains { $0.elementTypeName == "int" }
    switch operation {
    case .add, .subtract: break
    case .multiply where !isWhole: break
    case .matrixMultiply where !left.isSeries && !right.isSeries: break
    default: return nil
    }
    func type(_ value: FormulaValue) -> String? {
      if case .string(let text) = value { return "<U\(max(1, text.unicodeScalars.count))" }
      guard case .vector(let vector) = value, Operand(value) != nil, !value.isColumnOfObjects else {
        return nil
      }
      return Column(storage: vector.storage).type.pandasName
    }
    guard let a = type(left), let b = type(right) else { return nil }
    return (a, b)
  }
}

extension Expression.BinaryOperator {
  /// Numpy's name of the operator.
  var ufunc: String {
    switch self {
    case .add: "add"
    case .subtract: "subtract"
    case .multiply: "multiply"
    case .divide: "true_divide"
    case .floorDivide: "floor_divide"
    case .remainder: "remainder"
    case .power: "power"
    case .and: "bitwise_and"
    case .or: "bitwise_or"
    case .xor: "bitwise_xor"
    case .shiftLeft: "left_shift"
    case .shiftRight: "right_shift"
    case .matrixMultiply: "matmul"
    }
  }
}

extension FormulaVector {
  /// The texts; nil for another type.
  var texts: StringColumn? {
    if case .string(let column) = storage { return column }
    return nil
  }
}

extension FormulaValue {
  /// The class of a column's elements, or of the value itself.
  var elementTypeName: String {
    guard case .vector(let vector) = self else { return typeName }
    switch vector.storage {
    case .double: return "float"
    case .integer: return "int"
    case .boolean: return "bool"
    case .string: return "str"
    case .categorical: return "Categorical"
    case .time(let times): return times.kind == .moment ? "Timestamp" : "Timedelta"
    }
  }
}

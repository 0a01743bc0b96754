import DataFrames
import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Numpy's universal functions: applied to single numbers, columns and matrices element by element.
enum ElementwiseFunctions {
  /// A function of one number.
  ///
  /// - Parameter integer: what it does to whole numbers when it keeps their type.
  static func unary(
    _ name: String, integer: (@Sendable (Int) -> Int)? = nil, _ kernel: @escaping @Sendable (Double) -> Double
  ) -> FormulaFunction {
    FormulaFunction(name, isElementwise: true) { arguments in
      let value = try only(arguments, name)
      guard let operand = Operand(value) else { throw noLoop(name, value) }
      if integer == nil, value.hasMissingTruths { throw noLoop(name, value) }
      if operand.isBoolean {
        switch name {
        case "absolute", "floor", "ceil", "trunc": return value
        case "sign", "positive":
          throw EvaluationError(
            "UFuncTypeError",
            "ufunc '\(name)' did not contain a loop with signature matching types "
              + "<class 'numpy.dtypes.BoolDType'> -> None")
        case "negative":
          if value.isSeries { return try Arithmetic.apply(.invert, value) }
          throw EvaluationError.type(
            "The numpy boolean negative, the `-` operator, is not supported, use the `~` operator or the "
              + "logical_not function instead.")
        default: break
        }
        if integer == nil {
          // numpy computes with 16-bit numbers here.
          return FormulaValue(
            operand.doubles.map { half(kernel($0)) }, like: operand.shape, isSeries: value.isSeries)
        }
      }
      if let integer, operand.isIntegral, !operand.isBoolean {
        return FormulaValue(operand.integers.map(integer), isSeries: value.isSeries)
      }
      return FormulaValue(operand.doubles.map(kernel), like: operand.shape, isSeries: value.isSeries)
    }
  }

  /// `value` rounded to the nearest number of half precision (IEEE 754 binary16).
  private static func half(_ value: Double) -> Double {
    guard value.isFinite, value != 0 else { return value }
    let step = scalbn(1, Int(max(value.exponent, -14)) - 10)
    let rounded = (value / step).rounded(.toNearestOrEven) * step
    return rounded.magnitude > 65504 ? (value < 0 ? -.infinity : .infinity) : rounded
  }

  /// A test of one number.
  static func test(_ name: String, _ kernel: @escaping @Sendable (Double) -> Bool) -> FormulaFunction {
    FormulaFunction(name, isElementwise: true) { arguments in
      let value = try only(arguments, name)
      guard let operand = Operand(value), !value.hasMissingTruths || name == "logical_not" else {
        throw EvaluationError.unsupportedInput(of: name)
      }
      return FormulaValue(operand.doubles.map(kernel), isSeries: value.isSeries)
    }
  }

  /// A function of two numbers.
  static func binary(
    _ name: String, integer: (@Sendable (Int, Int) -> Int)? = nil,
    _ kernel: @escaping @Sendable (Double, Double) -> Double
  ) -> FormulaFunction {
    FormulaFunction(name, isElementwise: true) { arguments in
      let (left, right) = try two(arguments, name)
      guard let a = Operand(left) else { throw noLoop(name, left) }
      guard let b = Operand(right) else { throw noLoop(name, right) }
      let shape = try Arithmetic.broadcast(a, b)
      let isSeries = left.isSeries || right.isSeries
      if let integer, a.isIntegral, b.isIntegral {
        return FormulaValue(a.integers.combine(b.integers, integer), isSeries: isSeries)
      }
      return FormulaValue(a.doubles.combine(b.doubles, kernel), like: shape, isSeries: isSeries)
    }
  }

  /// An arithmetic operator under its function name.
  static func arithmetic(_ operation: Expression.BinaryOperator, name: String) -> FormulaFunction {
    FormulaFunction(name, isElementwise: true) { arguments in
      let (left, right) = try two(arguments, name)
      return try Arithmetic.apply(operation, left, right)
    }
  }

  /// A comparison under its function name.
  static func comparison(_ operation: Expression.ComparisonOperator, name: String) -> FormulaFunction {
    FormulaFunction(name, isElementwise: true) { arguments in
      let (left, right) = try two(arguments, name)
      return try Comparison.apply(operation, left, right)
    }
  }

  /// A logical function of two truth values.
  static func logical(_ name: String, _ kernel: @escaping @Sendable (Bool, Bool) -> Bool) -> FormulaFunction {
    FormulaFunction(name, isElementwise: true) { arguments in
      let (left, right) = try two(arguments, name)
      guard let a = Operand(left) else { throw noLoop(name, left) }
      guard let b = Operand(right) else { throw noLoop(name, right) }
      _ = try Arithmetic.broadcast(a, b)
      return FormulaValue(
        a.doubles.combine(b.doubles) { kernel($0 != 0, $1 != 0) ? 1 : 0 }.map { $0 != 0 },
        isSeries: left.isSeries || right.isSeries)
    }
  }

  private static func only(_ arguments: FunctionArguments, _ name: String) throws -> FormulaValue {
    try inputs(1, of: arguments, name)[0]
  }

  private static func two(_ arguments: FunctionArguments, _ name: String) throws -> (
    FormulaValue, FormulaValue
  ) {
    let values = try inputs(2, of: arguments, name)
    return (values[0], values[1])
  }

  /// The inputs; one more argument is where numpy would put the result.
  private static func inputs(_ count: Int, of arguments: FunctionArguments, _ name: String) throws
    -> [FormulaValue]
  {
    let values = arguments.positional
    guard values.count == count || values.count == count + 1 else {
      throw EvaluationError.type(
        "\(name)() takes from \(count) to \(count + 1) positional arguments but \(values.count) were given")
    }
    if values.count > count {
      switch values[count] {
      case .vector, .matrix, .none: break
      default: throw EvaluationError.type("return arrays must be of ArrayType")
      }
    }
    if let keyword = arguments.keywords.first {
      throw EvaluationError.type("\(name)() got an unexpected keyword argument '\(keyword.name)'")
    }
    return Array(values.prefix(count))
  }

  private static func noLoop(_ name: String, _ value: FormulaValue) -> EvaluationError {
    if case .vector(let vector) = value, case .categorical = vector.storage {
      return .type("Object with dtype category cannot perform the numpy op \(name)")
    }
    if name == "absolute" { return .type("bad operand type for abs(): '\(value.elementTypeName)'") }
    return .type(
      "loop of ufunc does not support argument 0 of type \(value.elementTypeName) which has no callable "
        + "\(name) method")
  }
}

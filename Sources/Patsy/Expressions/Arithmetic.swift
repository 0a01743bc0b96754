import DataFrames
import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Python's and numpy's arithmetic on single values and on whole columns.
enum Arithmetic {
  typealias Operator = Expression.BinaryOperator

  /// `left operator right`.
  static func apply(_ operation: Operator, _ left: FormulaValue, _ right: FormulaValue) throws -> FormulaValue
  {
    if let result = try TimeArithmetic.apply(operation, left, right) { return result }
    let (left, right) = try FormulaValue.aligned(left, right)
    if let result = try ObjectArithmetic.apply(operation, left, right) { return result }
    return try numeric(operation, left, right).labelled(like: [left, right])
  }

  private static func numeric(_ operation: Operator, _ left: FormulaValue, _ right: FormulaValue) throws
    -> FormulaValue
  {
    if BitwiseOperators.handles(operation), left.isSeries || right.isSeries {
      return try BitwiseOperators.apply(operation, left, right)
    }
    guard let a = Operand(left), let b = Operand(right) else {
      return try TextArithmetic.apply(operation, left, right)
    }
    if case .list(let x) = left, case .list(let y) = right, operation == .add { return .list(x + y) }
    if a.isScalar && b.isScalar { return try scalar(operation, a, b) }
    let shape = try broadcast(a, b)
    let isSeries = left.isSeries || right.isSeries
    switch operation {
    case .and, .or, .xor, .shiftLeft, .shiftRight:
      return try BitwiseOperators.apply(operation, left, right)
    case .matrixMultiply:
      guard !a.isScalar, !b.isScalar else {
        if isSeries { throw EvaluationError("IndexError", "tuple index out of range") }
        throw EvaluationError.value("matmul: Input operand does not have enough dimensions")
      }
      guard case .many(let x) = a.doubles, case .many(let y) = b.doubles, x.count == y.count,
        shape?.columns == nil
      else { throw EvaluationError.value("matmul: these shapes are not supported in formulas") }
      return .double(Reductions.sum(zip(x, y).map { $0 * $1 }))
    default: break
    }
    if a.isIntegral && b.isIntegral && (operation != .divide || isSeries && a.isBoolean && b.isBoolean) {
      return try integral(operation, a, b, shape, isSeries)
    }
    return FormulaValue(floating(operation, a.doubles, b.doubles), like: shape, isSeries: isSeries)
  }

  /// A sign or `~` before a value.
  static func apply(_ operation: Expression.UnaryOperator, _ value: FormulaValue) throws -> FormulaValue {
    if let result = try ObjectArithmetic.apply(operation, value) ?? TimeArithmetic.apply(operation, value) {
      return result
    }
    guard let operand = Operand(value) else {
      throw EvaluationError.type(
        "bad operand type for unary \(operation.rawValue): '\(value.elementTypeName)'")
    }
    switch operation {
    case .plus:
      if case .boolean(let flag) = operand { return .integer(flag ? 1 : 0) }
      return value
    case .minus:
      if case .booleans(let flags) = operand {
        if value.isSeries { return FormulaValue(Elements.many(flags.map { !$0 }), isSeries: true) }
        throw EvaluationError.type(
          "The numpy boolean negative, the `-` operator, is not supported, use the `~` operator or the "
            + "logical_not function instead.")
      }
      if operand.isIntegral {
        return FormulaValue(operand.integers.map { 0 &- $0 }, isSeries: value.isSeries)
      }
      return FormulaValue(operand.doubles.map { -$0 }, like: operand.shape, isSeries: value.isSeries)
    case .invert:
      if case .booleans(let flags) = operand {
        return FormulaValue(Elements.many(flags.map { !$0 }), isSeries: value.isSeries)
      }
      guard operand.isIntegral else {
        guard operand.isScalar || value.hasMissingTruths else {
          throw EvaluationError.unsupportedInput(of: "invert")
        }
        throw EvaluationError.type("bad operand type for unary ~: 'float'")
      }
      return FormulaValue(operand.integers.map { ~$0 }, isSeries: value.isSeries)
    }
  }

  /// The common shape of two operands.
  static func broadcast(_ a: Operand, _ b: Operand) throws -> (rows: Int, columns: Int?)? {
    guard let x = a.shape else { return b.shape }
    guard let y = b.shape else { return x }
    if x.rows == y.rows && x.columns == y.columns { return x }
    if x.columns == nil && y.columns == nil && (x.rows == 1 || y.rows == 1) { return x.rows == 1 ? y : x }
    func text(_ shape: (rows: Int, columns: Int?)) -> String {
      shape.columns.map { "(\(shape.rows),\($0))" } ?? "(\(shape.rows),)"
    }
    throw EvaluationError.value(
      "operands could not be broadcast together with shapes \(text(x)) \(text(y)) ")
  }
}

// MARK: - Numbers of each kind

extension Arithmetic {
  private static func floating(
    _ operation: Operator, _ a: Elements<Double>, _ b: Elements<Double>
  ) -> Elements<Double> {
    switch operation {
    case .add: return a.combine(b) { $0 + $1 }
    case .subtract: return a.combine(b) { $0 - $1 }
    case .multiply: return a.combine(b) { $0 * $1 }
    case .divide: return a.combine(b) { $0 / $1 }
    case .floorDivide: return a.combine(b, floorQuotient)
    case .remainder: return a.combine(b, remainder)
    default: return power(a, b)
    }
  }

  /// Numpy's shortcuts for common exponents are also the most accurate.
  static func power(_ a: Elements<Double>, _ b: Elements<Double>) -> Elements<Double> {
    if case .one(let exponent) = b {
      switch exponent {
      case 1: return a
      case 2: return a.map { $0 * $0 }
      case 0.5: return a.map { $0.squareRoot() }
      case -1: return a.map { 1 / $0 }
      default: break
      }
    }
    return a.combine(b) { pow($0, $1) }
  }

  /// What pandas does not do with two columns of truth values.
  private static let refusedForTruthValues: [Operator: String] = [
    .divide: "truediv", .floorDivide: "floordiv", .power: "pow",
  ]

  private static func integral(
    _ operation: Operator, _ a: Operand, _ b: Operand, _ shape: (rows: Int, columns: Int?)?, _ isSeries: Bool
  ) throws -> FormulaValue {
    if a.isBoolean && b.isBoolean {
      switch operation {
      case .add: return FormulaValue(a.booleans.combine(b.booleans) { $0 || $1 }, isSeries: isSeries)
      case .multiply: return FormulaValue(a.booleans.combine(b.booleans) { $0 && $1 }, isSeries: isSeries)
      case .subtract:
        throw EvaluationError.type(
          "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` "
            + "operator, or the logical_xor function instead.")
      default: break
      }
    }
    if isSeries, a.isBoolean, b.isBoolean, let name = Self.refusedForTruthValues[operation] {
      throw EvaluationError(
        "NotImplementedError", "operator '\(name)' not implemented for bool dtypes")
    }
    let (x, y) = (a.integers, b.integers)
    switch operation {
    case .add: return FormulaValue(x.combine(y) { $0 &+ $1 }, isSeries: isSeries)
    case .subtract: return FormulaValue(x.combine(y) { $0 &- $1 }, isSeries: isSeries)
    case .multiply: return FormulaValue(x.combine(y) { $0 &* $1 }, isSeries: isSeries)
    case .floorDivide, .remainder:
      if isSeries && contains(y, { $0 == 0 }) && !(operation == .remainder && b.isBoolean) {
        // pandas turns a division by a whole number zero into inf or nan, numpy into 0.
        return FormulaValue(floating(operation, a.doubles, b.doubles), like: shape, isSeries: isSeries)
      }
      let kernel = operation == .floorDivide ? floorQuotientOfIntegers : remainderOfIntegers
      return FormulaValue(x.combine(y, kernel), isSeries: isSeries)
    default:
      if contains(y, { $0 < 0 }) {
        throw EvaluationError.value("Integers to negative integer powers are not allowed.")
      }
      return FormulaValue(x.combine(y, integerPower), isSeries: isSeries)
    }
  }

  private static func contains(_ elements: Elements<Int>, _ test: (Int) -> Bool) -> Bool {
    switch elements {
    case .one(let value): test(value)
    case .many(let values): values.contains(where: test)
    }
  }

  /// Python's rules for two single numbers.
  private static func scalar(_ operation: Operator, _ a: Operand, _ b: Operand) throws -> FormulaValue {
    func one<T>(_ elements: Elements<T>) -> T? { if case .one(let value) = elements { value } else { nil } }
    let isDivision = operation == .divide || operation == .floorDivide || operation == .remainder
    let x = one(a.doubles) ?? .nan
    let y = one(b.doubles) ?? .nan
    if a.isIntegral && b.isIntegral, let i = one(a.integers), let j = one(b.integers) {
      if isDivision && j == 0 {
        let text =
          operation == .divide
          ? "division by zero"
          : operation == .remainder ? "integer modulo by zero" : "integer division or modulo by zero"
        throw EvaluationError("ZeroDivisionError", text)
      }
      switch operation {
      case .add, .subtract, .multiply:
        let (value, overflow) =
          operation == .add
          ? i.addingReportingOverflow(j)
          : operation == .subtract ? i.subtractingReportingOverflow(j) : i.multipliedReportingOverflow(by: j)
        if !overflow { return .integer(value) }
      case .floorDivide: return .integer(floorQuotientOfIntegers(i, j))
      case .remainder: return .integer(remainderOfIntegers(i, j))
      case .power where j >= 0:
        let power = pow(x, y)
        if power.magnitude < 9e18 { return .integer(integerPower(i, j)) }
        guard power.isFinite else {
          throw EvaluationError("OverflowError", "int too large to convert to float")
        }
      case .shiftLeft where j < 0, .shiftRight where j < 0:
        throw EvaluationError.value("negative shift count")
      case .shiftLeft where i != 0 && (j > 62 || (i << j) >> j != i):
        throw EvaluationError("OverflowError", "\(i) << \(j) is beyond the whole numbers of 64 bits")
      case .and, .or, .xor, .shiftLeft, .shiftRight:
        let bits = one(BitwiseOperators.integers(operation, .one(i), .one(j))) ?? 0
        return a.isBoolean && b.isBoolean && operation != .shiftLeft && operation != .shiftRight
          ? .boolean(bits != 0) : .integer(bits)
      default: break
      }
    }
    if isDivision && y == 0 {
      let text = operation == .remainder ? "float modulo" : "float division by zero"
      throw EvaluationError("ZeroDivisionError", text)
    }
    switch operation {
    case .and, .or, .xor, .shiftLeft, .shiftRight, .matrixMultiply:
      throw EvaluationError.type(
        "unsupported operand type(s) for \(operation.rawValue): 'float' and 'float'")
    default: break
    }
    return .double(one(floating(operation, a.doubles, b.doubles)) ?? .nan)
  }
}

// MARK: - Kernels

extension Arithmetic {
  /// `a // b` for whole numbers: rounds towards minus infinity; 0 for a zero divisor, as numpy.
  static func floorQuotientOfIntegers(_ a: Int, _ b: Int) -> Int {
    if b == 0 { return 0 }
    let (quotient, overflow) = a.dividedReportingOverflow(by: b)
    if overflow { return a }
    return quotient &* b != a && (a < 0) != (b < 0) ? quotient - 1 : quotient
  }

  /// `a % b` for whole numbers: the sign is the divisor's; 0 for a zero divisor, as numpy.
  static func remainderOfIntegers(_ a: Int, _ b: Int) -> Int {
    if b == 0 || b == -1 { return 0 }
    let remainder = a % b
    return remainder != 0 && (remainder < 0) != (b < 0) ? remainder &+ b : remainder
  }

  /// `a // b` as numpy computes it for floating-point numbers.
  static func floorQuotient(_ a: Double, _ b: Double) -> Double {
    if b == 0 { return a / b }
    let modulus = fmod(a, b)
    let isBelow = modulus != 0 && (modulus < 0) != (b < 0)
    let quotient = (a - modulus) / b - (isBelow ? 1 : 0)
    if quotient == 0 { return copysign(0, a / b) }
    let floored = quotient.rounded(.down)
    return quotient - floored > 0.5 ? floored + 1 : floored
  }

  /// `a % b` for floating-point numbers: the sign is the divisor's.
  static func remainder(_ a: Double, _ b: Double) -> Double {
    let modulus = fmod(a, b)
    if modulus == 0 { return copysign(0, b) }
    return (modulus < 0) != (b < 0) ? modulus + b : modulus
  }

  /// `a ** b` for b ≥ 0, wrapping as numpy's 64-bit integers do.
  static func integerPower(_ a: Int, _ b: Int) -> Int {
    var (result, base, exponent) = (1, a, b)
    while exponent > 0 {
      if exponent & 1 == 1 { result = result &* base }
      base = base &* base
      exponent >>= 1
    }
    return result
  }
}

import DataFrames

/// `&`, `|`, `^`, `<<` and `>>` where a column or an array takes part: numpy's rules, or pandas' for a Series.
enum BitwiseOperators {
  typealias Operator = Expression.BinaryOperator

  /// Whether the operator is one of these.
  static func handles(_ operation: Operator) -> Bool { names[operation] != nil }

  /// The names of the Python methods behind the operators.
  private static let names: [Operator: String] = [
    .and: "and_", .or: "or_", .xor: "xor", .shiftLeft: "lshift", .shiftRight: "rshift",
  ]

  /// `left operator right`; at least one is a column, an array or a list.
  static func apply(_ operation: Operator, _ left: FormulaValue, _ right: FormulaValue) throws -> FormulaValue
  {
    let isShift = operation == .shiftLeft || operation == .shiftRight
    guard left.isSeries || right.isSeries else { return try arrays(operation, left, right, isSeries: false) }
    if isShift {
      guard left.isArray || right.isArray else { throw unsupported(operation, left.typeName, right.typeName) }
      return try arrays(operation, left, right, isSeries: true)
    }
    return try series(operation, left, right)
  }

  // MARK: pandas

  /// A logical operator on a Series: whole numbers with whole numbers stay numbers, all else becomes truth
  /// values, false where one is missing.
  private static func series(_ operation: Operator, _ left: FormulaValue, _ right: FormulaValue) throws
    -> FormulaValue
  {
    let isReflected = !left.isSeries
    let (own, other) = isReflected ? (right, left) : (left, right)
    switch other {
    case .list, .tuple:
      throw EvaluationError.type(
        "Logical ops (and, or, xor) between Pandas objects and dtype-less sequences (e.g. list, tuple) are no "
          + "longer supported. Wrap the object in a Series, Index, or np.array before operating instead.")
    default: break
    }
    if case .vector(let vector) = own, vector.texts != nil {
      let (a, b) = (arrayTypeName(left, beside: right), arrayTypeName(right, beside: left))
      throw unsupported(operation, a, b)
    }
    guard case .vector(let vector) = own, let kind = Truths.kind(own) else {
      return try TextArithmetic.apply(operation, left, right)
    }
    // Of single values pandas takes whole numbers and truth values.
    if other.isScalar, kind == .floating || other.wholeNumber == nil {
      throw refusal(operation, vector, other, isReflected)
    }
    if kind == .floating || (kind == .whole && !other.isScalar && Truths.kind(other) == .floating) {
      throw unsupported(operation, left.elementTypeName, right.elementTypeName)
    }
    let isWhole = own.isWholeNumbers && other.isWholeNumbers
    let asTruth = kind == .truth && !other.isWholeNumbers
    let result = try arrays(
      operation, Truths.filled(left, asTruth: asTruth), Truths.filled(right, asTruth: asTruth), isSeries: true
    )
    guard !isWhole, let operand = Operand(result), operand.isIntegral else { return result }
    let missing = Truths.missing(left, right)
    guard case .many(let values) = operand.integers else { return result }
    return .vector(
      FormulaVector(
        .boolean(values.indices.map { values[$0] != 0 && !(missing?[$0] ?? false) }, missing: nil),
        isSeries: true))
  }

  private static func refusal(
    _ operation: Operator, _ vector: FormulaVector, _ other: FormulaValue, _ isReflected: Bool
  ) -> EvaluationError {
    var type = Column(storage: vector.storage).type.pandasName
    if FormulaValue.vector(vector).hasMissingTruths { type = "object" }
    let name = (isReflected ? "r" : "") + (names[operation] ?? operation.rawValue)
    return .type(
      "Cannot perform '\(name)' with a dtyped [\(type)] array and scalar of type "
        + "[\(other.isNone ? "NoneType" : "bool")]")
  }

  /// Texts against texts or single values fail as arrays, against other arrays element by element.
  private static func arrayTypeName(_ value: FormulaValue, beside other: FormulaValue) -> String {
    guard case .vector(let vector) = value else { return value.typeName }
    if case .vector(let second) = other, second.texts == nil { return value.elementTypeName }
    return vector.texts == nil ? value.elementTypeName : "StringArray"
  }

  // MARK: numpy

  /// Element by element on truth values or whole numbers.
  private static func arrays(
    _ operation: Operator, _ left: FormulaValue, _ right: FormulaValue, isSeries: Bool
  ) throws -> FormulaValue {
    guard let a = Operand(left), let b = Operand(right) else {
      throw unsupported(operation, left.elementTypeName, right.elementTypeName)
    }
    guard a.isIntegral && b.isIntegral else {
      throw EvaluationError.unsupportedInput(of: operation.ufunc)
    }
    _ = try Arithmetic.broadcast(a, b)
    if a.isBoolean && b.isBoolean {
      let (x, y) = (a.booleans, b.booleans)
      switch operation {
      case .and: return FormulaValue(x.combine(y) { $0 && $1 }, isSeries: isSeries)
      case .or: return FormulaValue(x.combine(y) { $0 || $1 }, isSeries: isSeries)
      case .xor: return FormulaValue(x.combine(y) { $0 != $1 }, isSeries: isSeries)
      default: break
      }
    }
    return FormulaValue(integers(operation, a.integers, b.integers), isSeries: isSeries)
  }

  /// On whole numbers; also the rule for two single ones.
  static func integers(_ operation: Operator, _ x: Elements<Int>, _ y: Elements<Int>) -> Elements<Int> {
    switch operation {
    case .and: x.combine(y) { $0 & $1 }
    case .or: x.combine(y) { $0 | $1 }
    case .xor: x.combine(y) { $0 ^ $1 }
    case .shiftLeft: x.combine(y) { $0 << $1 }
    default: x.combine(y) { $0 >> $1 }
    }
  }

  private static func unsupported(_ operation: Operator, _ left: String, _ right: String) -> EvaluationError {
    .type("unsupported operand type(s) for \(operation.rawValue): '\(left)' and '\(right)'")
  }
}

/// Columns as pandas' logical operators see them.
private enum Truths {
  enum Kind { case truth, whole, floating }

  /// What a column holds; nil for texts, categories and single values that are no numbers.
  static func kind(_ value: FormulaValue) -> Kind? {
    if case .vector(let vector) = value, case .boolean = vector.storage { return .truth }
    guard let operand = Operand(value) else { return nil }
    return operand.isBoolean ? .truth : operand.isIntegral ? .whole : .floating
  }

  /// The column without missing values, these being false; as truth values if asked.
  static func filled(_ value: FormulaValue, asTruth: Bool) -> FormulaValue {
    guard case .vector(let vector) = value else {
      return asTruth ? value.wholeNumber.map { .boolean($0 != 0) } ?? value : value
    }
    let storage: Column.Storage
    switch vector.storage {
    case .boolean(let values, let missing?):
      storage = .boolean(zip(values, missing).map { $0 && !$1 }, missing: nil)
    case .double(let values) where asTruth:
      storage = .boolean(values.map { !$0.isNaN && $0 != 0 }, missing: nil)
    case .string(let texts) where asTruth:
      storage = .boolean(texts.codes.map { $0 < 0 || !texts.pool[Int($0)].isEmpty }, missing: nil)
    default: return value
    }
    return .vector(FormulaVector(storage, isSeries: vector.isSeries))
  }

  /// The rows in which the left column, a truth value, is missing.
  static func missing(_ left: FormulaValue, _ right: FormulaValue) -> [Bool]? {
    for case .vector(let vector) in [left, right] {
      if case .boolean(_, let missing?) = vector.storage { return missing }
      return nil
    }
    return nil
  }
}

extension FormulaValue {
  /// Whether this is an array without labels.
  fileprivate var isArray: Bool {
    if case .vector(let vector) = self { return !vector.isSeries }
    return false
  }

  /// Whether these are whole numbers, not truth values.
  fileprivate var isWholeNumbers: Bool {
    switch self {
    case .integer: true
    case .vector(let vector):
      if case .integer(_, missing: nil) = vector.storage { true } else { false }
    default: false
    }
  }
}

extension EvaluationError {
  /// Numpy's refusal of elements that a function has no loop for.
  static func unsupportedInput(of ufunc: String) -> EvaluationError {
    .type(
      "ufunc '\(ufunc)' not supported for the input types, and the inputs could not be safely coerced to any "
        + "supported types according to the casting rule ''safe''")
  }
}

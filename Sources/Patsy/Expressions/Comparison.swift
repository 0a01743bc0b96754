import DataFrames

/// Python's comparisons of single values and of whole columns.
enum Comparison {
  typealias Operator = Expression.ComparisonOperator

  /// `left operator right`.
  static func apply(_ operation: Operator, _ left: FormulaValue, _ right: FormulaValue) throws -> FormulaValue
  {
    switch operation {
    case .isSame: return .boolean(left.isNone && right.isNone)
    case .isNotSame: return .boolean(!(left.isNone && right.isNone))
    case .isIn, .isNotIn:
      return .boolean(try contains(right, left) == (operation == .isIn))
    default: break
    }
    if case .vector(let a) = left, case .vector(let b) = right, a.isSeries, b.isSeries, a.labels != b.labels {
      throw Self.differentLabels
    }
    if let (a, b) = try TimeArithmetic.comparable(left, right) { return try apply(operation, a, b) }
    if let a = Operand(left), let b = Operand(right) {
      let shape = try Arithmetic.broadcast(a, b)
      let isSeries = left.isSeries || right.isSeries
      if shape?.columns != nil {
        throw EvaluationError.value(
          "comparisons of arrays with several columns are not supported in formulas")
      }
      if a.isIntegral && b.isIntegral {
        return FormulaValue(compare(operation, a.integers, b.integers), isSeries: isSeries)
      }
      return FormulaValue(compare(operation, a.doubles, b.doubles), isSeries: isSeries)
    }
    switch (left, right) {
    case (.vector(let a), .vector(let b)): return try columns(operation, a, b)
    case (.vector(let vector), let other) where other.isScalar:
      return try column(operation, vector, other)
    case (let other, .vector(let vector)) where other.isScalar:
      return try column(operation.mirrored, vector, other)
    default: return .boolean(try scalars(operation, left, right))
    }
  }

  private static let differentLabels = EvaluationError.value(
    "Can only compare identically-labeled Series objects")

  @inline(__always)
  private static func compare<T: Comparable>(
    _ operation: Operator, _ a: Elements<T>, _ b: Elements<T>
  ) -> Elements<Bool> {
    switch operation {
    case .less: a.combine(b) { $0 < $1 }
    case .lessOrEqual: a.combine(b) { $0 <= $1 }
    case .greater: a.combine(b) { $0 > $1 }
    case .greaterOrEqual: a.combine(b) { $0 >= $1 }
    case .equal: a.combine(b) { $0 == $1 }
    default: a.combine(b) { $0 != $1 }
    }
  }

  /// Whether the order of two levels satisfies the operator.
  private static func holds(_ operation: Operator, _ a: ColumnValue, _ b: ColumnValue) -> Bool {
    switch operation {
    case .less: a < b
    case .lessOrEqual: a < b || a == b
    case .greater: b < a
    case .greaterOrEqual: b < a || a == b
    case .equal: a == b
    default: a != b
    }
  }

  private static func column(_ operation: Operator, _ vector: FormulaVector, _ other: FormulaValue) throws
    -> FormulaValue
  {
    let result: [Bool]
    switch vector.storage {
    case .string(let texts):
      try requireOrder(operation, vector, other) {
        if case .string = other { true } else { false }
      }
      result = table(operation, texts.pool.map(ColumnValue.string), texts.codes, other.level)
    case .categorical(let categories):
      if !operation.isEquality && !categories.ordered {
        throw EvaluationError.type("Unordered Categoricals can only compare equality or not")
      }
      if categories.ordered && !operation.isEquality {
        guard let level = other.level, let position = categories.levels.firstIndex(of: level) else {
          throw EvaluationError.type(
            "Cannot compare a Categorical with a scalar, which is not a category.")
        }
        let positions = categories.levels.indices.map { ColumnValue.integer($0) }
        result = table(operation, positions, categories.codes, .integer(position))
      } else {
        result = table(operation, categories.levels, categories.codes, other.level)
      }
    default:
      try requireOrder(operation, vector, other) { false }
      result = [Bool](repeating: operation == .notEqual, count: vector.count)
    }
    return .vector(FormulaVector(.boolean(result, missing: nil), isSeries: vector.isSeries))
  }

  private static func requireOrder(
    _ operation: Operator, _ vector: FormulaVector, _ other: FormulaValue, _ isOrdered: () -> Bool
  ) throws {
    guard operation.isEquality || isOrdered() else {
      let types = (column: FormulaValue.vector(vector), other: other.elementTypeName)
      throw EvaluationError.type(
        vector.texts == nil
          ? "Invalid comparison between dtype=\(types.column.dtypeName) and \(types.other)"
          : "'\(operation.rawValue)' not supported between instances of 'str' and '\(types.other)'")
    }
  }

  /// Compares each level once, then looks rows up; missing values are unequal to everything.
  private static func table(
    _ operation: Operator, _ levels: [ColumnValue], _ codes: [Int32], _ other: ColumnValue?
  ) -> [Bool] {
    let outcome = levels.map { level in
      other.map { holds(operation, level, $0) } ?? (operation == .notEqual)
    }
    return codes.map { $0 < 0 ? operation == .notEqual : outcome[Int($0)] }
  }

  private static func columns(_ operation: Operator, _ a: FormulaVector, _ b: FormulaVector) throws
    -> FormulaValue
  {
    let (x, y) = (Column(storage: a.storage), Column(storage: b.storage))
    guard a.count == b.count else { throw Self.differentLabels }
    if !operation.isEquality, (a.texts == nil) != (b.texts == nil) {
      throw EvaluationError.type(
        "'\(operation.rawValue)' not supported between instances of "
          + "'\(FormulaValue.vector(a).elementTypeName)' and '\(FormulaValue.vector(b).elementTypeName)'")
    }
    let result = (0..<a.count).map { row -> Bool in
      guard let left = x[row], let right = y[row] else { return operation == .notEqual }
      return holds(operation, left, right)
    }
    return .vector(FormulaVector(.boolean(result, missing: nil), isSeries: a.isSeries || b.isSeries))
  }

  private static func scalars(_ operation: Operator, _ left: FormulaValue, _ right: FormulaValue) throws
    -> Bool
  {
    if let a = left.level, let b = right.level {
      let comparable = (a.number == nil) == (b.number == nil)
      if comparable || operation.isEquality { return holds(operation, a, b) }
    } else if operation.isEquality {
      if left.isNone || right.isNone { return (left.isNone && right.isNone) == (operation == .equal) }
      if let a = left.elements, let b = right.elements {
        let same = try a.count == b.count && zip(a, b).allSatisfy { try scalars(.equal, $0, $1) }
        return same == (operation == .equal)
      }
      return operation == .notEqual
    }
    throw EvaluationError.type(
      "'\(operation.rawValue)' not supported between instances of '\(left.typeName)' and '\(right.typeName)'")
  }

  private static func contains(_ container: FormulaValue, _ item: FormulaValue) throws -> Bool {
    switch (container, item) {
    case (.string(let text), .string(let part)): return part.isEmpty || text.range(ofText: part) != nil
    case (.list(let items), _), (.tuple(let items), _):
      if case .vector = item { throw EvaluationError.ambiguousTruth(of: item) }
      return try items.contains { try scalars(.equal, $0, item) }
    default: throw EvaluationError.type("argument of type '\(container.typeName)' is not iterable")
    }
  }
}

extension Expression.ComparisonOperator {
  var isEquality: Bool { self == .equal || self == .notEqual }

  /// The operator with its sides exchanged.
  var mirrored: Self {
    switch self {
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    default: self
    }
  }
}

extension EvaluationError {
  /// The error of using a whole column as one truth value.
  static func ambiguousTruth(of value: FormulaValue) -> EvaluationError {
    if value.isSeries {
      return .value(
        "The truth value of a Series is ambiguous. Use a.empty, a.item(), a.any() or a.all().")
    }
    return .value(
      "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()")
  }
}

extension String {
  /// Where `part` first occurs, compared code point by code point.
  func range(ofText part: String) -> Range<String.Index>? {
    let (text, pattern) = (unicodeScalars, part.unicodeScalars)
    var start = text.startIndex
    while true {
      if text[start...].starts(with: pattern) {
        return start..<text.index(start, offsetBy: pattern.count)
      }
      guard start < text.endIndex else { return nil }
      start = text.index(after: start)
    }
  }
}

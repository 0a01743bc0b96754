import DataFrames
import LinearAlgebra

// Functions that choose among values element by element.

extension NumpyFunctions {
  /// `np.where(condition, x, y)`
  static func choose(_ arguments: FunctionArguments) throws -> FormulaValue {
    let bound = try arguments.bound(to: ["condition", "x", "y"], in: "where")
    let condition = bound["condition"] ?? .none
    guard let yes = bound["x"], let no = bound["y"] else {
      guard bound["x"] == nil, bound["y"] == nil else {
        throw EvaluationError.value("either both or neither of x and y should be given")
      }
      let positions = try truths(condition).enumerated().filter(\.element).map { Double($0.offset) }
      return .matrix(Matrix(rows: 1, columns: positions.count, columnMajor: positions))
    }
    if yes.isNone != no.isNone, let numbers = Operand(yes.isNone ? no : yes), !numbers.isScalar {
      // With `None` the array is one of objects.
      let absent = FormulaValue.double(.nan)
      return try select(
        truths(condition), condition.isScalar, yes.isNone ? absent : yes, no.isNone ? absent : no
      ).asObject
    }
    for case (.string, let other) in [(yes, no), (no, yes)] where Operand(other) != nil {
      throw EvaluationError(
        "DTypePromotionError",
        "The DType <class 'numpy.dtypes.StrDType'> could not be promoted by that of the numbers. This means that "
          + "no common DType exists for the given inputs.")
    }
    return try select(truths(condition), condition.isScalar, yes, no)
  }

  /// `yes` where the mask is true, `no` elsewhere, in their common type.
  static func select(_ mask: [Bool], _ maskIsScalar: Bool, _ yes: FormulaValue, _ no: FormulaValue) throws
    -> FormulaValue
  {
    let counts = [maskIsScalar ? nil : mask.count, yes.rowCount, no.rowCount].compactMap { $0 }
    guard let count = counts.max() else { return mask.first == true ? yes : no }
    guard counts.allSatisfy({ $0 == count || $0 == 1 }) else {
      throw EvaluationError.value(
        "operands could not be broadcast together with shapes "
          + counts.map { "(\($0),)" }.joined(separator: " ") + " ")
    }
    func flag(_ row: Int) -> Bool { mask[mask.count == 1 ? 0 : row] }
    if let a = Operand(yes), let b = Operand(no) {
      func pick<T>(_ a: Elements<T>, _ b: Elements<T>) -> [T] {
        func at(_ elements: Elements<T>, _ row: Int) -> T {
          switch elements {
          case .one(let value): value
          case .many(let values): values[values.count == 1 ? 0 : row]
          }
        }
        return (0..<count).map { flag($0) ? at(a, $0) : at(b, $0) }
      }
      if a.isBoolean && b.isBoolean {
        return FormulaValue(Elements.many(pick(a.booleans, b.booleans)), isSeries: false)
      }
      if a.isIntegral && b.isIntegral {
        return FormulaValue(Elements.many(pick(a.integers, b.integers)), isSeries: false)
      }
      return .vector(FormulaVector(pick(a.doubles, b.doubles)))
    }
    let left = TextColumn(yes)
    let right = TextColumn(no)
    return .vector(
      FormulaVector(.string(StringColumn((0..<count).map { flag($0) ? left[$0] : right[$0] }))))
  }

  /// Values limited to an interval; a limit may be `None` or a column.
  static func clip(_ value: FormulaValue, _ low: FormulaValue, _ high: FormulaValue) throws -> FormulaValue {
    guard let operand = Operand(value) else {
      throw EvaluationError.type("clip is not supported for '\(value.elementTypeName)' values")
    }
    func limit(_ value: FormulaValue) -> Operand? { value.isNone ? nil : Operand(value) }
    let (lower, upper) = (limit(low), limit(high))
    if operand.isIntegral, lower?.isIntegral ?? true, upper?.isIntegral ?? true {
      var result = operand.integers
      if let lower { result = result.combine(lower.integers) { max($0, $1) } }
      if let upper { result = result.combine(upper.integers) { min($0, $1) } }
      return FormulaValue(result, isSeries: value.isSeries)
    }
    var result = operand.doubles
    if let lower { result = result.combine(lower.doubles) { $0 < $1 ? $1 : $0 } }
    if let upper { result = result.combine(upper.doubles) { $0 > $1 ? $1 : $0 } }
    return FormulaValue(result, like: operand.shape, isSeries: value.isSeries)
  }

  /// The number of decimals that an argument of `round` gives.
  static func decimals(_ value: FormulaValue?) throws -> Int {
    guard let value, !value.isNone else { return 0 }
    guard let whole = value.wholeNumber else {
      throw EvaluationError.type("'\(value.typeName)' object cannot be interpreted as an integer")
    }
    return whole
  }

  /// Rounded to `decimals`, halves to even.
  static func round(_ value: FormulaValue, decimals: Int) throws -> FormulaValue {
    guard let operand = Operand(value) else {
      // pandas leaves texts as they are.
      if value.isSeries { return value }
      throw EvaluationError.type("Expected numeric dtype, got \(value.elementTypeName) instead.")
    }
    if operand.isIntegral && decimals >= 0 { return value }
    let scale = PythonBuiltins.powerOfTen(decimals.magnitude)
    let result = operand.doubles.map { number in
      decimals >= 0
        ? (number * scale).rounded(.toNearestOrEven) / scale
        : (number / scale).rounded(.toNearestOrEven) * scale
    }
    return FormulaValue(result, like: operand.shape, isSeries: value.isSeries)
  }

  /// Whether each value is among the given ones.
  static func isIn(_ value: FormulaValue, _ candidates: FormulaValue) throws -> FormulaValue {
    guard let items = candidates.elements else {
      throw EvaluationError.type(
        "only list-like objects are allowed to be passed to isin(), you passed a `\(candidates.typeName)`")
    }
    let wanted = Set(items.compactMap(\.level))
    guard case .vector(let vector) = try value.asArray() else { throw EvaluationError.type("isin") }
    let coded = Column(storage: vector.storage).factorized()
    let found = coded.levels.map(wanted.contains)
    return .vector(
      FormulaVector(
        .boolean(coded.codes.map { $0 >= 0 && found[Int($0)] }, missing: nil), isSeries: value.isSeries))
  }
}

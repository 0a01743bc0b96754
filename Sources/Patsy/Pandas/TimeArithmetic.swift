import DataFrames

/// Arithmetic and comparison of moments and spans of time.
enum TimeArithmetic {
  /// `left operator right`; nil when neither side is a time.
  ///
  /// - Throws: ``EvaluationError`` where pandas does not know the operation.
  static func apply(_ operation: Expression.BinaryOperator, _ left: FormulaValue, _ right: FormulaValue)
    throws -> FormulaValue?
  {
    guard TimeValue(left) != nil || TimeValue(right) != nil else { return nil }
    let (a, b) = (try side(left, beside: right), try side(right, beside: left))
    func result(_ kind: TimeValue.Kind?) throws -> FormulaValue {
      let value = try Arithmetic.apply(operation, a?.value ?? left, b?.value ?? right)
      return kind.map { TimeValue($0, value).object } ?? value
    }
    switch (operation, a?.kind, b?.kind) {
    case (.subtract, .moment, .moment): return try result(.span)
    case (.subtract, .moment, .span), (.add, .moment, .span), (.add, .span, .moment):
      return try result(.moment)
    case (.add, .span, .span), (.subtract, .span, .span), (.remainder, .span, .span): return try result(.span)
    case (.divide, .span, .span): return try result(nil)
    case (.floorDivide, .span, .span):
      let quotient = try result(nil)
      guard let numbers = try? quotient.doubles(), !numbers.contains(where: { !$0.isFinite }) else {
        return quotient
      }
      return try Conversions.convert(quotient, to: .string("int64"))
    case (.multiply, .span, nil) where Operand(right) != nil,
      (.multiply, nil, .span) where Operand(left) != nil,
      (.divide, .span, nil) where Operand(right) != nil,
      (.floorDivide, .span, nil) where Operand(right) != nil:
      return try result(.span)
    default:
      throw EvaluationError.type(
        "unsupported operand type(s) for \(operation.rawValue): \(name(left)) and \(name(right))"
          + (operation == .subtract || operation == .add
            ? "" : "; use .dt.days or / np.timedelta64(1, 'D') for numbers"))
    }
  }

  /// A sign before a span; nil for what is no time.
  static func apply(_ operation: Expression.UnaryOperator, _ value: FormulaValue) throws -> FormulaValue? {
    guard let time = TimeValue(value) else { return nil }
    guard time.kind == .span, operation != .invert else {
      throw EvaluationError.type("bad operand type for unary \(operation.rawValue): '\(name(value))'")
    }
    return TimeValue(.span, try Arithmetic.apply(operation, time.value)).object
  }

  /// Both sides of a comparison as numbers in the order of time; nil when neither is a time, or only one.
  ///
  /// - Throws: ``EvaluationError`` when a text beside moments is none.
  static func comparable(_ left: FormulaValue, _ right: FormulaValue) throws -> (FormulaValue, FormulaValue)?
  {
    guard TimeValue(left) != nil || TimeValue(right) != nil, let a = try side(left, beside: right),
      let b = try side(right, beside: left), a.kind == b.kind
    else { return nil }
    if case .vector(let x) = a.value, case .vector(let y) = b.value, x.count != y.count {
      throw EvaluationError.value("Can only compare identically-labeled Series objects")
    }
    return (a.value, b.value)
  }

  /// A side as a time: a text beside moments is read as one.
  private static func side(_ value: FormulaValue, beside other: FormulaValue) throws -> TimeValue? {
    if let time = TimeValue(value) { return time }
    guard case .string(let text) = value, let other = TimeValue(other) else { return nil }
    if other.kind == .span { return TimeUnits.span(text).map { TimeValue(.span, .double($0)) } }
    guard let moment = Moment(text) else { throw TimeValue.unknownFormat(text) }
    return TimeValue(.moment, .double(moment.microseconds))
  }

  private static func name(_ value: FormulaValue) -> String {
    guard let time = TimeValue(value) else { return value.typeName }
    return time.value.isScalar
      ? (time.kind == .moment ? "Timestamp" : "Timedelta")
      : (time.kind == .moment ? "DatetimeArray" : "TimedeltaArray")
  }
}

import DataFrames

/// Moments or spans of time, one for each row or a single one: pandas' datetime64 and timedelta64 columns, its
/// Timestamp and Timedelta, and numpy's.
struct TimeValue: Sendable {
  /// What the numbers stand for.
  enum Kind: Sendable {
    /// Microseconds since 1970 began.
    case moment
    /// Microseconds.
    case span
  }

  /// What the numbers stand for.
  let kind: Kind
  /// Numbers, nan where missing: a column, an array or a single number.
  let value: FormulaValue
  /// How many units of the type, pandas' microseconds unless it was converted, make up a microsecond.
  var unitsPerMicrosecond = 1.0

  /// The column of moments of texts; a text that is none is missing, or an error.
  init(_ texts: StringColumn, like vector: FormulaVector, dayFirst: Bool = false, coerces: Bool = false)
    throws
  {
    let pool = try texts.pool.map { text throws -> Double in
      if let moment = Moment(text, dayFirst: dayFirst) { return moment.microseconds }
      if coerces { return .nan }
      throw Self.unknownFormat(text)
    }
    var column = vector
    column.storage = .double(texts.codes.map { $0 < 0 ? .nan : pool[Int($0)] })
    self.init(.moment, .vector(column))
  }

  init(_ kind: Kind, _ value: FormulaValue, unitsPerMicrosecond: Double = 1) {
    self.kind = kind
    self.value = value
    self.unitsPerMicrosecond = unitsPerMicrosecond
  }

  /// A column of moments or spans.
  init(_ times: TimeColumn) {
    let numbers = times.microseconds.map { $0 == TimeColumn.missing ? .nan : Double($0) }
    self.init(
      times.kind == .moment ? .moment : .span, .vector(FormulaVector(.double(numbers), isSeries: true)))
  }

  /// What stands behind a Python object; nil for other values.
  init?(_ value: FormulaValue) {
    guard case .object(let object) = value, let time = object.time else { return nil }
    self = time
  }

  static func unknownFormat(_ text: String) -> EvaluationError {
    EvaluationError("DateParseError", "Unknown datetime string format, unable to parse: \(text)")
  }

  /// The numbers as a column of one row or many.
  var numbers: [Double] { (try? value.doubles()) ?? [] }

  private var isSingle: Bool { value.isScalar }

  /// The value as Python sees it.
  var object: FormulaValue {
    let typeName = isSingle ? (kind == .moment ? "Timestamp" : "Timedelta") : value.typeName
    var object = FormulaObject(typeName: typeName, attribute: attribute)
    object.hold(self)
    if value.isSeries { object.item = { index in try wrapped(Subscripts.item(index, of: value)) } }
    if kind == .moment {
      object.levels = StringColumn(
        numbers.map { Moment(microseconds: $0).map { "Timestamp('\($0.formatted("%Y-%m-%d %H:%M:%S"))')" } })
    }
    return .object(object)
  }

  /// A part of each moment or span, whole numbers where none is missing.
  private func part(_ part: (Double) -> Double) -> FormulaValue {
    guard case .vector(var vector) = value else { return Self.whole(part(numbers.first ?? .nan)) }
    let values = numbers.map { $0.isNaN ? .nan : part($0) }
    let whole = values.compactMap { Int(exactly: $0) }
    vector.storage = whole.count == values.count ? .integer(whole, missing: nil) : .double(values)
    return .vector(vector)
  }

  private static func whole(_ number: Double) -> FormulaValue {
    Int(exactly: number).map(FormulaValue.integer) ?? .double(number)
  }

  private func momentPart(_ part: (Moment) -> Int) -> FormulaValue {
    self.part { Moment(microseconds: $0).map { Double(part($0)) } ?? .nan }
  }

  private func texts(_ name: String, _ text: @escaping @Sendable (Moment) -> String) -> FormulaValue {
    .function(
      FormulaFunction(name) { _ in
        let texts = numbers.map { Moment(microseconds: $0).map(text) }
        guard case .vector(var vector) = value else { return texts.first?.map(FormulaValue.string) ?? .none }
        vector.storage = .string(StringColumn(texts))
        return .vector(vector)
      })
  }

  @Sendable private func attribute(_ name: String) throws -> FormulaValue? {
    if isSingle { return try properties(name) }
    switch name {
    case "dt" where value.isSeries:
      return .object(
        FormulaObject(typeName: kind == .moment ? "DatetimeProperties" : "TimedeltaProperties") {
          try properties($0)
        })
    case "astype": return .function(FormulaFunction(name) { try converted(to: $0.positional.first ?? .none) })
    case "isna", "isnull", "notna", "notnull", "count", "nunique", "rank":
      return try Attributes.attribute(name, of: value)
    default:
      if let operation = Self.operators[name] {
        return .function(
          FormulaFunction(name) { try Arithmetic.apply(operation, object, $0.positional.first ?? .none) })
      }
      return try ColumnMethods.attribute(name, of: vector).map(wrapped)
    }
  }

  private var vector: FormulaVector {
    if case .vector(let vector) = value { return vector }
    return FormulaVector(numbers)
  }

  private static let operators: [String: Expression.BinaryOperator] = [
    "add": .add, "sub": .subtract, "mul": .multiply, "div": .divide, "truediv": .divide,
    "floordiv": .floorDivide,
  ]

  /// The lengths of spans without their signs.
  func magnitude() throws -> FormulaValue {
    guard let function = NumpyUfuncs.table["absolute"] else { return object }
    return TimeValue(.span, try function(FunctionArguments([value]))).object
  }

  /// What a method of the numbers gives, as moments or spans again.
  private func wrapped(_ result: FormulaValue) -> FormulaValue {
    switch result {
    case .function(let function):
      return .function(
        FormulaFunction(function.name) { arguments in
          let bare = arguments.positional.map { TimeValue($0)?.value ?? $0 }
          let result = try function(FunctionArguments(bare, keywords: arguments.keywords))
          // The difference of moments is a span.
          let isSpan = kind == .span || ["diff", "std", "sem", "ptp"].contains(function.name)
          return TimeValue(isSpan ? .span : kind, value).wrapped(result)
        })
    case .object(let inner):
      var outer = FormulaObject(typeName: inner.typeName) { try inner.attribute($0).map(wrapped) }
      if let item = inner.item { outer.item = { wrapped(try item($0)) } }
      return .object(outer)
    case .vector(let vector) where vector.doubles != nil:
      if case .boolean = vector.storage { return result }
      return TimeValue(kind, result, unitsPerMicrosecond: unitsPerMicrosecond).object
    case .double, .integer: return TimeValue(kind, result, unitsPerMicrosecond: unitsPerMicrosecond).object
    default: return result
    }
  }

  private func properties(_ name: String) throws -> FormulaValue? {
    kind == .moment ? try momentProperty(name) : spanProperty(name)
  }

  private func momentProperty(_ name: String) throws -> FormulaValue? {
    @Sendable func rounded(to length: Double) -> FormulaValue {
      TimeValue(kind, part { ($0 / length).rounded(.down) * length }).object
    }
    switch name {
    case "year": return momentPart(\.year)
    case "month": return momentPart(\.month)
    case "day": return momentPart(\.day)
    case "hour": return momentPart(\.hour)
    case "minute": return momentPart(\.minute)
    case "second": return momentPart(\.second)
    case "microsecond": return momentPart(\.microsecond)
    case "quarter": return momentPart(\.quarter)
    case "weekday" where isSingle:
      let day = momentPart(\.weekday)
      return .function(FormulaFunction(name) { _ in day })
    case "dayofweek", "day_of_week", "weekday": return momentPart(\.weekday)
    case "dayofyear", "day_of_year": return momentPart(\.dayOfYear)
    case "isocalendar":
      let week = momentPart(\.isoWeek)
      return .function(
        FormulaFunction(name) { _ in
          .object(FormulaObject(typeName: "DataFrame") { $0 == "week" ? week : nil })
        })
    case "month_name": return texts(name) { Moment.monthNames[$0.month - 1] }
    case "day_name": return texts(name) { Moment.dayNames[$0.weekday] }
    case "date" where !isSingle: return rounded(to: Moment.day)
    case "normalize": return .function(FormulaFunction(name) { _ in rounded(to: Moment.day) })
    case "floor":
      return .function(
        FormulaFunction(name) { arguments in
          rounded(to: try TimeUnits.length(arguments.positional.first ?? .none))
        })
    case "toordinal" where isSingle:
      let days = momentPart { $0.daysSinceEpoch + 719_163 }
      return .function(FormulaFunction(name) { _ in days })
    case "timestamp" where isSingle:
      return .function(FormulaFunction(name) { _ in .double((numbers.first ?? .nan) / Moment.second) })
    case "strftime":
      return .function(
        FormulaFunction(name) { arguments in
          guard case .string(let format)? = arguments.positional.first else {
            throw EvaluationError.type("strftime() takes a format")
          }
          guard case .function(let function) = texts(name, { $0.formatted(format) }) else { return .none }
          return try function(FunctionArguments())
        })
    default: return nil
    }
  }

  private func spanProperty(_ name: String) -> FormulaValue? {
    func within(_ number: Double) -> Double { number - (number / Moment.day).rounded(.down) * Moment.day }
    switch name {
    case "days": return part { ($0 / Moment.day).rounded(.down) }
    case "seconds": return part { (within($0) / Moment.second).rounded(.down) }
    case "microseconds": return part { within($0).truncatingRemainder(dividingBy: Moment.second) }
    case "total_seconds":
      return .function(
        FormulaFunction(name) { _ in
          guard case .vector(var vector) = value else {
            return .double((numbers.first ?? .nan) / Moment.second)
          }
          vector.storage = .double(numbers.map { $0 / Moment.second })
          return .vector(vector)
        })
    default: return nil
    }
  }

  /// `astype`: whole numbers in units of the type, texts, or another unit.
  private func converted(to type: FormulaValue) throws -> FormulaValue {
    if case .string(let name) = type, let unit = TimeUnits.ofType(name) {
      guard unit.kind == kind else {
        throw EvaluationError.type(
          "Cannot cast \(kind == .moment ? "DatetimeArray" : "TimedeltaArray") to dtype \(name)")
      }
      return TimeValue(kind, value, unitsPerMicrosecond: unit.perMicrosecond).object
    }
    let target = try Conversions.convert(.integer(0), to: type)
    switch target {
    case .integer:
      let units = try Arithmetic.apply(.multiply, value, .double(unitsPerMicrosecond))
      return try Conversions.convert(units, to: type)
    case .string:
      let isWhole = numbers.allSatisfy { $0.isNaN || $0.truncatingRemainder(dividingBy: Moment.day) == 0 }
      let format = isWhole ? "%Y-%m-%d" : "%Y-%m-%d %H:%M:%S"
      guard case .function(let function)? = try momentProperty("strftime") else { return .none }
      return try function(FunctionArguments([.string(format)]))
    case .double where !value.isSeries:
      return try Arithmetic.apply(.multiply, value, .double(unitsPerMicrosecond))
    default:
      throw EvaluationError.type(
        "Cannot cast \(kind == .moment ? "DatetimeArray" : "TimedeltaArray") to dtype \(type.pythonText); "
          + "use .astype('int64'), or .dt.days of a difference")
    }
  }
}

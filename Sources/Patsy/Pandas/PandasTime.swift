import DataFrames

/// The functions of pandas and numpy that make moments and spans of time.
enum PandasTime {
  /// `pd.to_datetime` and the like.
  static let pandas: [FormulaFunction] = [
    FormulaFunction("to_datetime", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["arg", "errors", "dayfirst", "format", "unit"], in: "to_datetime")
      let value = bound["arg"] ?? .none
      if TimeValue(value) != nil { return value }
      let dayFirst = try bound["dayfirst"]?.truth() ?? false
      if case .string(let text) = value { return try moment(text, dayFirst: dayFirst) }
      var coerces = false
      if case .string("coerce")? = bound["errors"] { coerces = true }
      guard case .vector(let vector) = try column(value) else {
        throw EvaluationError.type("to_datetime() takes a text, a column of texts, or numbers with a unit")
      }
      if let texts = vector.textColumn {
        return try TimeValue(texts, like: vector, dayFirst: dayFirst, coerces: coerces).object
      }
      let length = try TimeUnits.length(bound["unit"] ?? .string("ns"))
      return TimeValue(.moment, try Arithmetic.apply(.multiply, .vector(vector), .double(length))).object
    },
    FormulaFunction("Timestamp", isElementwise: true) { arguments in
      let parts = ["year", "month", "day", "hour", "minute", "second", "microsecond"]
      if case .string(let text)? = arguments.positional.first { return try moment(text) }
      if let first = arguments.positional.first, TimeValue(first) != nil { return first }
      let bound = try arguments.bound(to: parts, required: 3, in: "Timestamp")
      let numbers = parts.map { bound[$0]?.wholeNumber ?? (bound[$0] == nil ? 0 : -1) }
      guard
        let moment = Moment(
          year: numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3], minute: numbers[4],
          second: numbers[5], microsecond: numbers[6])
      else { throw EvaluationError.value("Timestamp(): the calendar has no such day or time") }
      return TimeValue(.moment, .double(moment.microseconds)).object
    },
    FormulaFunction("Timedelta", isElementwise: true) { arguments in
      if let first = arguments.positional.first, TimeValue(first)?.kind == .span { return first }
      if case .string(let text)? = arguments.positional.first { return try span(text) }
      let unit =
        arguments.keywords.first { $0.name == "unit" }?.value ?? arguments.positional.dropFirst().first
      var total = 0.0
      if let number = arguments.positional.first?.number {
        total = number * (try TimeUnits.length(unit ?? .string("ns")))
      }
      for (name, value) in arguments.keywords where name != "unit" {
        guard let number = value.number else {
          throw EvaluationError.type("Timedelta(): \(name) must be a number")
        }
        total += number * (try TimeUnits.length(name == "value" ? unit ?? .string("ns") : .string(name)))
      }
      return TimeValue(.span, .double(total)).object
    },
    FormulaFunction("to_timedelta", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["arg", "unit", "errors"], in: "to_timedelta")
      let value = bound["arg"] ?? .none
      if TimeValue(value)?.kind == .span { return value }
      if case .string(let text) = value { return try span(text) }
      let length = try TimeUnits.length(bound["unit"] ?? .string("ns"))
      if let number = value.number, value.isScalar {
        return TimeValue(.span, .double(number * length)).object
      }
      let array = try column(value)
      guard case .vector(var vector) = array, let texts = vector.textColumn else {
        return TimeValue(.span, try Arithmetic.apply(.multiply, array, .double(length))).object
      }
      let pool = try texts.pool.map { text throws -> Double in
        guard let span = TimeUnits.span(text) else { throw unknownSpan(text) }
        return span
      }
      vector.storage = .double(texts.codes.map { $0 < 0 ? .nan : pool[Int($0)] })
      return TimeValue(.span, .vector(vector)).object
    },
  ]

  /// `np.datetime64` and `np.timedelta64`.
  static let numpy: [FormulaFunction] = [
    FormulaFunction("datetime64", isElementwise: true) { arguments in
      guard case .string(let text)? = arguments.positional.first else {
        throw EvaluationError.value("Could not convert object to NumPy datetime")
      }
      return try moment(text)
    },
    FormulaFunction("timedelta64", isElementwise: true) { arguments in
      let bound = try arguments.bound(to: ["value", "unit"], in: "timedelta64")
      guard let number = bound["value"]?.wholeNumber else {
        throw EvaluationError.value("Could not convert object to NumPy timedelta")
      }
      return TimeValue(.span, .double(Double(number) * (try TimeUnits.length(bound["unit"] ?? .none)))).object
    },
  ]

  /// A column as it is, other sequences as arrays.
  private static func column(_ value: FormulaValue) throws -> FormulaValue {
    if case .vector = value { return value }
    return try value.asArray()
  }

  private static func moment(_ text: String, dayFirst: Bool = false) throws -> FormulaValue {
    // A year, or a year and a month, stands for its first day.
    let padded = [4: "-01-01", 7: "-01"][text.count].map { text + $0 }
    guard let moment = Moment(text, dayFirst: dayFirst) ?? padded.flatMap({ Moment($0) }) else {
      throw TimeValue.unknownFormat(text)
    }
    return TimeValue(.moment, .double(moment.microseconds)).object
  }

  private static func span(_ text: String) throws -> FormulaValue {
    guard let span = TimeUnits.span(text) else { throw unknownSpan(text) }
    return TimeValue(.span, .double(span)).object
  }

  private static func unknownSpan(_ text: String) -> EvaluationError {
    .value("unit abbreviation w/o a number, or unknown: \(PythonText.quoted(text))")
  }
}

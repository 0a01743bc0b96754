import DataFrames

/// A column of dates: `.dt` gives the parts, comparisons know their order, and patsy takes it for categorical.
struct CalendarColumn: Sendable {
  private struct Moment: Sendable {
    var year: Int
    var month: Int
    var day: Int
    var hour = 0
    var minute = 0
    var second = 0
  }

  private let moments: [Moment?]

  /// Reads `2020-03-31`, `2020-03-31 12:30:00`, `2020/3/31`, `3/31/2020`.
  init(_ texts: StringColumn, dayFirst: Bool, coerces: Bool) throws {
    let pool = try texts.pool.map { text throws -> Moment? in
      if let moment = Self.moment(text, dayFirst: dayFirst) { return moment }
      if coerces { return nil }
      throw EvaluationError(
        "DateParseError", "Unknown datetime string format, unable to parse: \(text)")
    }
    moments = texts.codes.map { $0 < 0 ? nil : pool[Int($0)] }
  }

  private static func moment(_ text: String, dayFirst: Bool) -> Moment? {
    let parts = text.split(whereSeparator: { !$0.isASCII || !$0.isNumber })
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == parts.count, (3...7).contains(numbers.count) else { return nil }
    let (year, month, day): (Int, Int, Int)
    if parts[0].count == 4 {
      (year, month, day) = (numbers[0], numbers[1], numbers[2])
    } else if parts[2].count == 4 {
      let isDayFirst = dayFirst || numbers[0] > 12
      (year, month, day) = (numbers[2], numbers[isDayFirst ? 1 : 0], numbers[isDayFirst ? 0 : 1])
    } else {
      return nil
    }
    guard (1...12).contains(month), (1...days(in: month, of: year)).contains(day) else { return nil }
    var moment = Moment(year: year, month: month, day: day)
    if numbers.count > 3 { moment.hour = numbers[3] }
    if numbers.count > 4 { moment.minute = numbers[4] }
    if numbers.count > 5 { moment.second = numbers[5] }
    return moment.hour < 24 && moment.minute < 60 && moment.second < 60 ? moment : nil
  }

  private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  private static func days(in month: Int, of year: Int) -> Int {
    month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  private static func dayOfYear(_ moment: Moment) -> Int {
    (1..<moment.month).reduce(moment.day) { $0 + days(in: $1, of: moment.year) }
  }

  /// Monday is 0.
  private static func weekday(_ moment: Moment) -> Int {
    let past = moment.year - 1
    return (past * 365 + past / 4 - past / 100 + past / 400 + dayOfYear(moment) - 1) % 7
  }

  private static let monthNames = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November",
    "December",
  ]
  private static let dayNames = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]

  /// The column as Python sees it.
  var object: PythonObject {
    let moments = moments
    @Sendable func numbers(_ part: (Moment) -> Int) -> Value {
      let values = moments.map { $0.map(part) }
      guard values.contains(where: { $0 == nil }) else {
        return .vector(Vector(.integer(values.compactMap { $0 }, missing: nil), isSeries: true))
      }
      return .vector(Vector(values.map { $0.map(Double.init) ?? .nan }, isSeries: true))
    }
    @Sendable func names(_ name: String, _ part: @escaping @Sendable (Moment) -> String) -> Value {
      .function(
        Function(name) { _ in
          .vector(Vector(.string(StringColumn(moments.map { $0.map(part) })), isSeries: true))
        })
    }
    let parts = PythonObject(typeName: "DatetimeProperties") { name in
      switch name {
      case "year": numbers { $0.year }
      case "month": numbers { $0.month }
      case "day": numbers { $0.day }
      case "hour": numbers { $0.hour }
      case "minute": numbers { $0.minute }
      case "second": numbers { $0.second }
      case "quarter": numbers { ($0.month + 2) / 3 }
      case "dayofweek", "day_of_week", "weekday": numbers { Self.weekday($0) }
      case "dayofyear", "day_of_year": numbers { Self.dayOfYear($0) }
      case "month_name": names(name) { Self.monthNames[$0.month - 1] }
      case "strftime":
        .function(
          Function(name) { arguments in
            guard case .string(let format)? = arguments.positional.first else {
              throw EvaluationError.type("strftime() takes a format")
            }
            let texts = moments.map { $0.map { Self.formatted($0, format) } }
            return .vector(Vector(.string(StringColumn(texts)), isSeries: true))
          })
      case "day_name": names(name) { Self.dayNames[Self.weekday($0)] }
      default: nil
      }
    }
    var object = PythonObject(typeName: "Series") { $0 == "dt" ? .object(parts) : nil }
    object.levels = StringColumn(moments.map { $0.map { "Timestamp('\(Self.text($0, separator: " "))')" } })
    object.ranks = moments.map { $0.map(Self.rank) ?? .nan }
    return object
  }

  /// Both sides of a comparison as numbers in the order of time; nil unless one side is a column of dates and the
  /// other is one too or a date's text.
  ///
  /// - Throws: ``EvaluationError`` when the text is no date.
  static func ranks(_ left: Value, _ right: Value) throws -> (Elements<Double>, Elements<Double>)? {
    func column(_ value: Value) -> [Double]? {
      if case .object(let object) = value { object.ranks } else { nil }
    }
    func side(_ value: Value) throws -> Elements<Double>? {
      if let ranks = column(value) { return .many(ranks) }
      guard case .string(let text) = value else { return nil }
      guard let moment = moment(text, dayFirst: false) else {
        throw EvaluationError("DateParseError", "Unknown datetime string format, unable to parse: \(text)")
      }
      return .one(rank(moment))
    }
    guard column(left) != nil || column(right) != nil, let a = try side(left), let b = try side(right) else {
      return nil
    }
    if case .many(let x) = a, case .many(let y) = b, x.count != y.count {
      throw EvaluationError.value("Can only compare identically-labeled Series objects")
    }
    return (a, b)
  }

  /// The moment as a number that grows with time.
  private static func rank(_ moment: Moment) -> Double {
    let days = (moment.year * 12 + moment.month) * 31 + moment.day
    return Double(((days * 24 + moment.hour) * 60 + moment.minute) * 60 + moment.second)
  }

  private static func text(_ moment: Moment, separator: String) -> String {
    formatted(moment, "%Y-%m-%d\(separator)%H:%M:%S")
  }

  /// The text of C's `strftime`, in English; a directive that is not known stays as it is.
  private static func formatted(_ moment: Moment, _ format: String) -> String {
    func digits(_ number: Int, _ width: Int = 2) -> String {
      String(repeating: "0", count: max(0, width - String(number).count)) + String(number)
    }
    var result = ""
    var rest = Substring(format)
    while let character = rest.popFirst() {
      guard character == "%", let directive = rest.popFirst() else {
        result.append(character)
        continue
      }
      switch directive {
      case "Y": result += digits(moment.year, 4)
      case "y": result += digits(moment.year % 100)
      case "m": result += digits(moment.month)
      case "d": result += digits(moment.day)
      case "H": result += digits(moment.hour)
      case "M": result += digits(moment.minute)
      case "S": result += digits(moment.second)
      case "j": result += digits(dayOfYear(moment), 3)
      case "B": result += monthNames[moment.month - 1]
      case "b": result += monthNames[moment.month - 1].prefix(3)
      case "A": result += dayNames[weekday(moment)]
      case "a": result += dayNames[weekday(moment)].prefix(3)
      case "%": result += "%"
      default: result += "%\(directive)"
      }
    }
    return result
  }
}

import Foundation

extension Column {
  /// The column as points in time.
  ///
  /// - Parameters:
  ///   - format: the form of the texts as `strftime` writes it, `%d.%m.%Y`; numbers are read by it, too. Nil for ISO 8601
  ///     and common forms, where the first value tells whether the day comes before the month in all of them.
  ///   - dayfirst: whether `1/2/2020` is the first of February.
  ///   - errors: whether a text that is no date is an error or becomes missing.
  ///   - utc: whether offsets from universal time, `+02:00` or `%z`, turn clocks into it. Otherwise values show the clock as
  ///     it is written, which has one offset for all of them: columns keep no time zones.
  ///   - unit: what numbers count since 1970 began, without a `format`: `D`, `h`, `min`, `s`, `ms`, `us`, `ns`.
  /// - Throws: ``DataFrameError`` that names the first text that is no date, for different offsets without `utc`, for a
  ///   directive that cannot be read, and for an unknown unit.
  ///
  /// Python: pandas.to_datetime
  public func toDatetime(
    format: String? = nil, dayfirst: Bool = false, errors: ConversionErrors = .raise, utc: Bool = false,
    unit: String = "ns"
  ) throws(DataFrameError) -> Column {
    if case .time(let times) = storage, times.kind == .moment { return self }
    guard format == nil, type == .integer || type == .double else {
      return try writtenDates(format: format, dayfirst: dayfirst, errors: errors, utc: utc)
    }
    let factor = try DateReader.unit(unit, for: "toDatetime")
    let values = Aggregation.numbers(self).map { number in
      Int(exactly: (number * factor).rounded()) ?? TimeColumn.missing
    }
    return Column(name: name, storage: .time(TimeColumn(.moment, microseconds: values)))
  }

  /// The dates that texts write, and numbers such as 20200131.
  ///
  /// - Throws: ``DataFrameError`` that names the first value that is no date.
  package func writtenDates(
    format: String? = nil, dayfirst: Bool = false, errors: ConversionErrors = .raise, utc: Bool = false
  ) throws(DataFrameError) -> Column {
    let readable = try format.map { form throws(DataFrameError) in try DateReader.readable(form) }
    let (codes, levels) = factorized()
    let texts = levels.map { level in
      (level.number.flatMap { Int(exactly: $0) }.map(String.init) ?? level.description).trimmingBlanks
    }
    let orders = format == nil ? texts.map { DateReader.isDayFirst($0, preferred: dayfirst) } : []
    let first = orders.isEmpty ? nil : codes.lazy.compactMap { $0 < 0 ? nil : orders[Int($0)] }.first
    let values = texts.map { text in
      readable.map { DateReader.written(text, format: $0) }
        ?? DateReader.written(text, isDayFirst: first ?? dayfirst)
    }
    if errors == .raise, let row = codes.firstIndex(where: { $0 >= 0 && values[Int($0)] == nil }) {
      throw DataFrameError(
        .wrongType,
        "column \(PythonText.quoted(name)): \(levels[Int(codes[row])].debugDescription) in row \(row) is no date"
          + (format.map { " of the form \(PythonText.quoted($0))" }
            ?? first.map {
              $0
                ? ", the day being first as in the first value"
                : ", the month being first as in the first value"
            }
            ?? "")
          + (format == nil ? "; format: names the form" : "")
          + "; errors: .coerce makes such values missing")
    }
    if !utc { try requireOneOffset(values, codes, texts) }
    let moments = codes.map { code -> Int in
      guard code >= 0, let value = values[Int(code)] else { return TimeColumn.missing }
      return utc ? value.universal : value.clock
    }
    return Column(name: name, storage: .time(TimeColumn(.moment, microseconds: moments)))
  }

  /// Throws for values whose clocks differ in their offsets from universal time.
  private func requireOneOffset(
    _ values: [WrittenMoment?], _ codes: [Int32], _ texts: [String]
  ) throws(DataFrameError) {
    let rows = codes.indices.filter { codes[$0] >= 0 && values[Int(codes[$0])] != nil }
    func offset(_ row: Int) -> Int { values[Int(codes[row])]?.offset ?? 0 }
    guard let first = rows.first, let other = rows.first(where: { offset($0) != offset(first) }) else {
      return
    }
    func place(_ row: Int) -> String { "\(PythonText.quoted(texts[Int(codes[row])])) in row \(row)" }
    throw DataFrameError(
      .wrongType,
      "column \(PythonText.quoted(name)): \(place(first)) and \(place(other)) have different offsets from universal "
        + "time: toDatetime(utc: true) turns all into it")
  }

  /// The column as spans of time: texts as `5 days 02:30:00`, or numbers of a unit.
  ///
  /// - Throws: ``DataFrameError`` that names the first text that is no span, and for an unknown unit.
  ///
  /// Python: pandas.to_timedelta
  public func toTimedelta(unit: String = "ns") throws(DataFrameError) -> Column {
    if case .time(let times) = storage, times.kind == .span { return self }
    let factor = try DateReader.unit(unit, for: "toTimedelta")
    let (codes, levels) = factorized()
    let values = levels.map { level in
      level.number.map { Int(exactly: ($0 * factor).rounded()) } ?? DateReader.span(level.description)
    }
    if let row = codes.firstIndex(where: { $0 >= 0 && values[Int($0)] == nil }) {
      throw DataFrameError(
        .wrongType,
        "column \(PythonText.quoted(name)): \(levels[Int(codes[row])].debugDescription) in row \(row) is no span of time"
      )
    }
    let spans = codes.map { $0 < 0 ? TimeColumn.missing : values[Int($0)] ?? TimeColumn.missing }
    return Column(name: name, storage: .time(TimeColumn(.span, microseconds: spans)))
  }

  /// The parts of points in time, or of spans; a column of another type stops with a message: `toDatetime()` first.
  /// Python: Series.dt
  public var dt: DatetimeProperties {
    guard case .time(let times) = storage else {
      stop(
        "column \(PythonText.quoted(name)) of type \(type.pandasName) holds no dates: dt needs toDatetime() before it"
      )
    }
    return DatetimeProperties(name: name, times: times)
  }
}

extension Date: ColumnElement, ColumnScalar {
  /// The moment in universal time as text.
  public var level: ColumnValue? { .string(TimeColumn.text(.moment, microseconds, short: false)) }
  /// Points in universal time.
  public static func column(_ values: [Date?]) -> Column {
    Column(
      storage: .time(
        TimeColumn(.moment, microseconds: values.map { $0?.microseconds ?? TimeColumn.missing })))
  }
  /// The moment `count` times.
  public func column(broadcastTo count: Int) -> Column {
    Column(storage: .time(TimeColumn(.moment, microseconds: [Int](repeating: microseconds, count: count))))
  }
  private var microseconds: Int {
    Int(exactly: (timeIntervalSince1970 * Double(CalendarTime.second)).rounded()) ?? TimeColumn.missing
  }
}

/// The parts of the points in time, or of the spans, of a column.
/// Python: pandas.core.indexes.accessors.DatetimeProperties
public struct DatetimeProperties: Sendable {
  let name: String
  let times: TimeColumn

  private func part(_ part: (CalendarTime) -> Int) -> Column {
    require(
      times.kind == .moment,
      "column \(PythonText.quoted(name)) holds spans of time: they have days and totalSeconds()")
    return whole { part(CalendarTime(microseconds: $0)) }
  }

  /// A whole number for each value; floating-point numbers where some are missing.
  private func whole(_ part: (Int) -> Int) -> Column {
    let values = times.microseconds
    guard values.contains(TimeColumn.missing) else {
      return Column(name: name, storage: .integer(values.map(part), missing: nil))
    }
    return Column(
      name: name, storage: .double(values.map { $0 == TimeColumn.missing ? .nan : Double(part($0)) }))
  }

  private func texts(_ text: (CalendarTime) -> String) -> Column {
    Column(
      name: name,
      times.microseconds.map { $0 == TimeColumn.missing ? nil : text(CalendarTime(microseconds: $0)) })
  }

  private func test(_ test: (CalendarTime) -> Bool) -> Mask {
    Mask(times.microseconds.map { $0 != TimeColumn.missing && test(CalendarTime(microseconds: $0)) })
  }

  /// The year. Python: Series.dt.year
  public var year: Column { part(\.year) }
  /// The month, from 1. Python: Series.dt.month
  public var month: Column { part(\.month) }
  /// The day of the month. Python: Series.dt.day
  public var day: Column { part(\.day) }
  /// The hour. Python: Series.dt.hour
  public var hour: Column { part(\.hour) }
  /// The minute. Python: Series.dt.minute
  public var minute: Column { part(\.minute) }
  /// The second. Python: Series.dt.second
  public var second: Column { part(\.second) }
  /// The microsecond. Python: Series.dt.microsecond
  public var microsecond: Column { part(\.microsecond) }
  /// The day of the week, Monday being 0. Python: Series.dt.dayofweek
  public var dayofweek: Column { part(\.weekday) }
  /// The day of the week, Monday being 0. Python: Series.dt.weekday
  public var weekday: Column { part(\.weekday) }
  /// The day of the year, from 1. Python: Series.dt.dayofyear
  public var dayofyear: Column { part(\.dayOfYear) }
  /// The quarter of the year, from 1. Python: Series.dt.quarter
  public var quarter: Column { part(\.quarter) }
  /// The week of ISO 8601. Python: Series.dt.isocalendar().week
  public var week: Column { part(\.isoWeek) }
  /// The number of days of the month. Python: Series.dt.days_in_month
  public var daysInMonth: Column { part { CalendarTime.days(in: $0.month, of: $0.year) } }
  /// Whether the day is the first of its month. Python: Series.dt.is_month_start
  public var isMonthStart: Mask { test { $0.day == 1 } }
  /// Whether the day is the last of its month. Python: Series.dt.is_month_end
  public var isMonthEnd: Mask { test { $0.day == CalendarTime.days(in: $0.month, of: $0.year) } }

  /// The name of the month in English. Python: Series.dt.month_name
  public func monthName() -> Column { texts { CalendarTime.monthNames[$0.month - 1] } }
  /// The name of the day of the week in English. Python: Series.dt.day_name
  public func dayName() -> Column { texts { CalendarTime.dayNames[$0.weekday] } }
  /// The text of C's `strftime` in English. Python: Series.dt.strftime
  public func strftime(_ format: String) -> Column { texts { $0.formatted(format) } }

  /// Midnight of the day. Python: Series.dt.normalize
  public func normalize() -> Column { rounded(to: CalendarTime.day) }
  /// Midnight of the day. Python: Series.dt.date
  public var date: Column { normalize() }

  /// The last moment before that is a multiple of a unit: `D`, `h`, `min`, `s`, `15min`.
  ///
  /// - Throws: ``DataFrameError`` for an unknown unit.
  ///
  /// Python: Series.dt.floor
  public func floor(_ frequency: String) throws(DataFrameError) -> Column {
    let digits = frequency.prefix { $0.isASCII && $0.isNumber }
    guard let unit = DateReader.unitLength(String(frequency.dropFirst(digits.count))),
      let count = digits.isEmpty ? 1 : Int(digits), count > 0, count < 1_000_000
    else {
      throw DataFrameError(
        .invalidArgument, "floor: no unit \(PythonText.quoted(frequency)): D, h, min, s, 15min")
    }
    return rounded(to: unit * count)
  }

  private func rounded(to length: Int) -> Column {
    Column(name: name, storage: .time(times.map { CalendarTime.floorDivided($0, length) * length }))
  }

  /// The whole days of spans, towards the past. Python: Series.dt.days
  public var days: Column {
    require(
      times.kind == .span, "column \(PythonText.quoted(name)) holds moments: days are those of a difference")
    return whole { CalendarTime.floorDivided($0, CalendarTime.day) }
  }
  /// The seconds of spans beyond their whole days. Python: Series.dt.seconds
  public var seconds: Column {
    require(
      times.kind == .span,
      "column \(PythonText.quoted(name)) holds moments: seconds are those of a difference")
    return whole {
      ($0 - CalendarTime.floorDivided($0, CalendarTime.day) * CalendarTime.day) / CalendarTime.second
    }
  }
  /// The length of spans in seconds. Python: Series.dt.total_seconds
  public func totalSeconds() -> Column {
    Column(
      name: name,
      storage: .double(
        times.microseconds.map { $0 == TimeColumn.missing ? .nan : Double($0) / Double(CalendarTime.second) })
    )
  }

  /// The first moment, or the shortest span, as text; nil without values. Python: Series.min
  public func min() -> String? { Column(storage: .time(times)).argmin().flatMap(times.text) }
  /// The last moment, or the longest span, as text; nil without values. Python: Series.max
  public func max() -> String? { Column(storage: .time(times)).argmax().flatMap(times.text) }

  /// The mean moment or span as text; nil without values. Python: Series.mean
  public func mean() -> String? {
    let known = times.microseconds.filter { $0 != TimeColumn.missing }
    guard let origin = known.first else { return nil }
    let sum = known.reduce(0.0) { $0 + Double($1 - origin) }
    let mean = origin + Int((sum / Double(known.count)).rounded(.down))
    return TimeColumn(times.kind, microseconds: [mean]).text(0)
  }

  /// The days from a moment, or from the first one, with fractions.
  ///
  /// - Throws: ``DataFrameError`` for a text that is no date.
  ///
  /// Not in pandas: `(d - d.min()) / pd.Timedelta(days=1)`.
  public func days(since start: String? = nil) throws(DataFrameError) -> Column {
    guard let text = start ?? min() else {
      return Column(name: name, [Double](repeating: .nan, count: times.count))
    }
    guard let origin = DateReader.moment(text) else {
      throw DataFrameError(.invalidArgument, "days(since:): \(PythonText.quoted(text)) is no date")
    }
    return Column(
      name: name,
      storage: .double(
        times.microseconds.map {
          $0 == TimeColumn.missing ? .nan : Double($0 - origin) / Double(CalendarTime.day)
        }))
  }
}

// Arithmetic of moments and spans: moment - moment is a span, moment ± span a moment, span ± span a span, span * number
// and span / number a span, span / span a number; // and % of spans as of numbers.

extension Column {
  /// The result of an operation of which an operand is a time; nil where neither is.
  ///
  /// - Throws: ``DataFrameError`` for operands that do not go together.
  func timeArithmetic(_ b: Column, _ symbol: String, name: String) throws(DataFrameError) -> Column? {
    guard case (let x?, let y?) = Self.timed(self, b) else { return nil }
    func result(_ kind: TimeColumn.Kind, _ operation: (Int, Int) -> Int) -> Column {
      let values = zip(x.values, y.values).map { a, b in
        a == TimeColumn.missing || b == TimeColumn.missing ? TimeColumn.missing : operation(a, b)
      }
      return Column(name: name, storage: .time(TimeColumn(kind, microseconds: values)))
    }
    switch (x.kind, symbol, y.kind) {
    case (.moment?, "-", .moment?), (.span?, "-", .span?): return result(.span) { $0 &- $1 }
    case (.moment?, "-", .span?): return result(.moment) { $0 &- $1 }
    case (.moment?, "+", .span?), (.span?, "+", .moment?): return result(.moment) { $0 &+ $1 }
    case (.span?, "+", .span?): return result(.span) { $0 &+ $1 }
    case (.span?, "%", .span?):
      return result(.span) { $1 == 0 ? TimeColumn.missing : FloorDivision.divided($0, $1).remainder }
    case (.span?, "/", .span?), (.span?, "//", .span?):
      let quotients = zip(x.values, y.values).map { a, b -> Double in
        if a == TimeColumn.missing || b == TimeColumn.missing { return .nan }
        let isExact = symbol == "/" || b == 0
        return isExact ? Double(a) / Double(b) : Double(FloorDivision.divided(a, b).quotient)
      }
      return Column(name: name, storage: .double(quotients))
    case (.span?, "*", nil), (.span?, "/", nil), (nil, "*", .span?):
      let (spans, numbers) = x.kind == nil ? (y, doubles) : (x, b.doubles)
      guard let numbers else { break }
      let values = zip(spans.values, numbers).map { span, number -> Int in
        let product = symbol == "*" ? Double(span) * number : Double(span) / number
        return span == TimeColumn.missing
          ? span : Int(exactly: product.rounded(.toNearestOrEven)) ?? TimeColumn.missing
      }
      return Column(name: name, storage: .time(TimeColumn(.span, microseconds: values)))
    default: break
    }
    throw DataFrameError(
      .wrongType,
      "'\(symbol)' of columns of types \(type.pandasName) and \(b.type.pandasName): moments have differences, spans can be "
        + "added to them; dt.days makes whole numbers of spans, Timedelta(days: 3) a span of a number")
  }

  private typealias Operand = (kind: TimeColumn.Kind?, values: [Int])

  /// Both operands if one is a time; texts beside a time are read as times.
  private static func timed(_ a: Column, _ b: Column) -> (Operand?, Operand?) {
    func operand(_ column: Column, beside other: Column) -> Operand? {
      if case .time(let times) = column.storage { return (times.kind, times.microseconds) }
      guard case .time(let times) = other.storage else { return nil }
      if case .string(let texts) = column.storage {
        let isSpan = texts.pool.allSatisfy { DateReader.span($0) != nil }
        let kind: TimeColumn.Kind = times.kind == .span || isSpan ? .span : .moment
        let parser = TimeColumn(kind, microseconds: [])
        let pool = texts.pool.map { parser.parse($0) ?? TimeColumn.missing }
        if !pool.contains(TimeColumn.missing) {
          return (kind, texts.codes.map { $0 < 0 ? TimeColumn.missing : pool[Int($0)] })
        }
      }
      return (nil, [])
    }
    return (operand(a, beside: b), operand(b, beside: a))
  }
}

/// A span of time, to be added to a column of moments or compared with a column of spans.
/// Python: pandas.Timedelta
public struct Timedelta: ColumnScalar, Sendable, Hashable {
  /// The length.
  public let microseconds: Int

  /// A span of days, hours, minutes and seconds; one beyond 292,000 years stops with a message.
  public init(days: Double = 0, hours: Double = 0, minutes: Double = 0, seconds: Double = 0) {
    let length =
      days * Double(CalendarTime.day) + hours * Double(CalendarTime.hour) + minutes
      * Double(CalendarTime.minute)
      + seconds * Double(CalendarTime.second)
    guard let whole = Int(exactly: length.rounded()) else {
      stop("Timedelta: \(length) microseconds are too many")
    }
    microseconds = whole
  }

  /// The span as pandas prints it: `5 days 02:30:00`.
  public var level: ColumnValue? { .string(TimeColumn.text(.span, microseconds, short: false)) }
  /// The span `count` times.
  public func column(broadcastTo count: Int) -> Column {
    Column(storage: .time(TimeColumn(.span, microseconds: [Int](repeating: microseconds, count: count))))
  }
}

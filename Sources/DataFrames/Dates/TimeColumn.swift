/// Points in time, or spans of time, of one column: pandas' `datetime64` and `timedelta64`.
package struct TimeColumn: Sendable, Equatable {
  /// What the numbers stand for.
  package enum Kind: String, Sendable {
    /// Microseconds since 1970 began, without time zones.
    case moment
    /// Microseconds.
    case span
  }

  /// What the numbers stand for.
  package let kind: Kind
  /// Microseconds; ``missing`` where a value is missing.
  package let microseconds: [Int]

  /// Marks a missing value.
  package static let missing = Int.min

  /// Values in microseconds.
  package init(_ kind: Kind, microseconds: [Int]) {
    self.kind = kind
    self.microseconds = microseconds
  }

  /// Number of values.
  package var count: Int { microseconds.count }

  /// The value at a position as text, nil where it is missing: `2020-03-31`, with a time unless it is midnight.
  func text(_ position: Int) -> String? {
    let value = microseconds[position]
    if value == Self.missing { return nil }
    return Self.text(kind, value, short: value % CalendarTime.day == 0)
  }

  /// A moment as `2020-03-31` or with its time, a span as `5 days` or `5 days 02:30:00`.
  static func text(_ kind: Kind, _ value: Int, short: Bool) -> String {
    if kind == .moment { return CalendarTime(microseconds: value).text(withTime: !short) }
    let days = CalendarTime.floorDivided(value, CalendarTime.day)
    if short { return "\(days) days" }
    let sign = days < 0 ? "+" : ""
    return "\(days) days \(sign)\(CalendarTime.clock(value - days * CalendarTime.day))"
  }

  /// The values as texts of one form: with times unless all are whole days.
  var texts: [String?] {
    let isShort = microseconds.allSatisfy { $0 == Self.missing || $0 % CalendarTime.day == 0 }
    return microseconds.map { $0 == Self.missing ? nil : Self.text(kind, $0, short: isShort) }
  }

  /// The value that a text stands for, nil for none.
  func parse(_ text: String) -> Int? { kind == .moment ? DateReader.moment(text) : DateReader.span(text) }

  /// The distinct values in order, and each row's position among them.
  func factorized() -> (codes: [Int32], levels: [ColumnValue]) {
    let isMissing = microseconds.map { $0 == Self.missing }
    let whole = Column(storage: .integer(microseconds, missing: isMissing.contains(true) ? isMissing : nil))
    let (codes, levels) = whole.factorized()
    return (
      codes,
      levels.map { level in
        let value = level.wholeNumber ?? 0
        return .string(Self.text(kind, value, short: value % CalendarTime.day == 0))
      }
    )
  }

  /// The values made by a function of those that are present.
  func map(_ transform: (Int) -> Int) -> TimeColumn {
    TimeColumn(kind, microseconds: microseconds.map { $0 == Self.missing ? $0 : transform($0) })
  }

  /// The values at positions, missing where one is -1.
  func rows(withGaps positions: [Int]) -> TimeColumn {
    TimeColumn(kind, microseconds: positions.map { $0 < 0 ? Self.missing : microseconds[$0] })
  }
}

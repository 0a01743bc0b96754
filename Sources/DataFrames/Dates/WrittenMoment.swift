/// A point in time as a text writes it.
struct WrittenMoment {
  /// The microseconds since 1970 began that the clock shows.
  let clock: Int
  /// The microseconds by which the clock is ahead of universal time; nil where the text does not say.
  let offset: Int?

  /// The microseconds in universal time, which a clock without an offset shows.
  var universal: Int { clock - (offset ?? 0) }
}

/// An offset from universal time at the end of a text: `Z`, `UTC`, `GMT`, `+02:00`, `-0530`, `+02`.
struct WrittenOffset {
  /// What stands before it.
  let clock: String
  /// The microseconds ahead of universal time.
  let microseconds: Int

  /// Nil where a text has no offset after a time.
  init?(_ text: String) {
    if let name = ["Z", "UTC", "GMT"].first(where: text.hasSuffix) {
      (clock, microseconds) = (String(text.dropLast(name.count)).trimmingBlanks, 0)
    } else {
      guard let sign = text.lastIndex(where: { $0 == "+" || $0 == "-" }),
        let length = Self.microseconds(text[sign...])
      else { return nil }
      (clock, microseconds) = (String(text[..<sign]).trimmingBlanks, length)
    }
    // 2020-01-31 has no offset of 31 hours.
    guard clock.contains(":") else { return nil }
  }

  /// The microseconds of `+02:00`, `-0530` or `+02`; nil for others.
  static func microseconds(_ text: Substring) -> Int? {
    let digits = text.dropFirst().filter { $0 != ":" }
    let hasForm = text.dropFirst().split(separator: ":").allSatisfy { $0.count == 2 } || !text.contains(":")
    guard [2, 4].contains(digits.count), hasForm, digits.allSatisfy({ $0.isASCII && $0.isNumber }),
      let hours = Int(digits.prefix(2)), let minutes = Int("0" + digits.dropFirst(2)), hours < 24,
      minutes < 60
    else { return nil }
    let length = hours * CalendarTime.hour + minutes * CalendarTime.minute
    return text.hasPrefix("-") ? -length : length
  }
}

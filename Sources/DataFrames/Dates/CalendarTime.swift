/// A point in time of the Gregorian calendar without time zones, by its parts.
struct CalendarTime {
  /// Microseconds of a second, minute, hour and day.
  static let second = 1_000_000
  static let minute = 60 * second
  static let hour = 60 * minute
  static let day = 24 * hour

  let year: Int
  let month: Int
  let day: Int
  /// Microseconds since midnight.
  let sinceMidnight: Int

  /// The parts of a number of microseconds since 1970 began.
  ///
  /// Days to a date by eras of 400 years that begin in March: H. Hinnant, chrono-compatible low-level date algorithms.
  init(microseconds: Int) {
    let days = Self.floorDivided(microseconds, Self.day)
    sinceMidnight = microseconds - days * Self.day
    let shifted = days + 719_468
    let era = Self.floorDivided(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// A date and the time since midnight; nil when the calendar has none such, or beyond the years 1 to 9999.
  init?(year: Int, month: Int, day: Int, sinceMidnight: Int = 0) {
    guard (1...9999).contains(year), (1...12).contains(month),
      (1...Self.days(in: month, of: year)).contains(day), (0..<Self.day).contains(sinceMidnight)
    else { return nil }
    (self.year, self.month, self.day, self.sinceMidnight) = (year, month, day, sinceMidnight)
  }

  /// The greatest whole number not above a quotient.
  static func floorDivided(_ a: Int, _ b: Int) -> Int {
    let quotient = a / b
    return a % b < 0 ? quotient - 1 : quotient
  }

  /// Microseconds since 1970 began.
  var microseconds: Int { daysSinceEpoch * Self.day + sinceMidnight }

  private var daysSinceEpoch: Int {
    let past = year - 1
    return past * 365 + past / 4 - past / 100 + past / 400 + dayOfYear - 1 - 719_162
  }

  static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  static func days(in month: Int, of year: Int) -> Int {
    month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  var hour: Int { sinceMidnight / Self.hour }
  var minute: Int { sinceMidnight / Self.minute % 60 }
  var second: Int { sinceMidnight / Self.second % 60 }
  var microsecond: Int { sinceMidnight % Self.second }

  /// 1 for the first of January.
  var dayOfYear: Int {
    let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month - 1]
    return before + day + (month > 2 && Self.isLeap(year) ? 1 : 0)
  }
  /// Monday is 0.
  var weekday: Int { ((daysSinceEpoch + 3) % 7 + 7) % 7 }
  /// The quarter of the year, from 1.
  var quarter: Int { (month + 2) / 3 }

  /// The week of ISO 8601, from 1.
  var isoWeek: Int { isoDate.week }

  /// Year and week of ISO 8601: the week belongs to the year in which its Thursday lies.
  private var isoDate: (year: Int, week: Int) {
    let week = (dayOfYear - weekday + 9) / 7
    func weeks(_ year: Int) -> Int {
      let last = CalendarTime(year: year, month: 12, day: 31)?.weekday ?? 0
      return last == 3 || (last == 4 && Self.isLeap(year)) ? 53 : 52
    }
    if week == 0 { return (year - 1, weeks(Swift.max(year - 1, 1))) }
    return week > weeks(year) ? (year + 1, 1) : (year, week)
  }

  static let monthNames = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
  ]
  static let dayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

  /// `2020-03-31`, or `2020-03-31 12:30:00.500000` with a time.
  func text(withTime: Bool) -> String {
    let date = "\(Self.digits(year, 4))-\(Self.digits(month))-\(Self.digits(day))"
    return withTime ? "\(date) \(Self.clock(sinceMidnight))" : date
  }

  /// `12:30:00`, with six decimals of a second where these are not 0.
  static func clock(_ microseconds: Int) -> String {
    let fraction = microseconds % second
    let whole =
      "\(digits(microseconds / hour)):\(digits(microseconds / minute % 60)):\(digits(microseconds / second % 60))"
    return fraction == 0 ? whole : "\(whole).\(digits(fraction, 6))"
  }

  private static func digits(_ number: Int, _ width: Int = 2, pad: Character = "0") -> String {
    let text = String(number)
    return String(repeating: pad, count: Swift.max(0, width - text.count)) + text
  }

  /// The text of C's `strftime`, in English; a directive that is not known stays as it is.
  func formatted(_ format: String) -> String {
    var result = ""
    var rest = Substring(format)
    while let character = rest.popFirst() {
      guard character == "%", var directive = rest.popFirst() else {
        result.append(character)
        continue
      }
      // %-d and %_d: no zeros before a number, and blanks in their place.
      let flag = directive
      if "-_".contains(flag), let next = rest.popFirst() { directive = next }
      guard let text = written(directive) else {
        result += "%" + (flag == directive ? "" : String(flag)) + String(directive)
        continue
      }
      let zeros = flag == directive || Int(text) == nil ? "" : text.dropLast().prefix { $0 == "0" }
      result +=
        (flag == "_" ? String(repeating: " ", count: zeros.count) : "") + text.dropFirst(zeros.count)
    }
    return result
  }

  /// What a directive of `strftime` stands for; nil for one that is not known.
  private func written(_ directive: Character) -> String? {
    switch directive {
    case "Y": Self.digits(year, 4)
    case "C": Self.digits(year / 100)
    case "y": Self.digits(year % 100)
    case "m": Self.digits(month)
    case "d": Self.digits(day)
    case "e": Self.digits(day, pad: " ")
    case "H": Self.digits(hour)
    case "k": Self.digits(hour, pad: " ")
    case "I": Self.digits((hour + 11) % 12 + 1)
    case "l": Self.digits((hour + 11) % 12 + 1, pad: " ")
    case "p": hour < 12 ? "AM" : "PM"
    case "M": Self.digits(minute)
    case "S": Self.digits(second)
    case "f": Self.digits(microsecond, 6)
    case "j": Self.digits(dayOfYear, 3)
    case "B": Self.monthNames[month - 1]
    case "b", "h": String(Self.monthNames[month - 1].prefix(3))
    case "A": Self.dayNames[weekday]
    case "a": String(Self.dayNames[weekday].prefix(3))
    case "u": String(weekday + 1)
    case "w": String((weekday + 1) % 7)
    // Weeks that begin on Sundays, and on Mondays; days before the first are in week 0.
    case "U": Self.digits((dayOfYear + 6 - (weekday + 1) % 7) / 7)
    case "W": Self.digits((dayOfYear + 6 - weekday) / 7)
    case "V": Self.digits(isoDate.week)
    case "G": Self.digits(isoDate.year, 4)
    case "g": Self.digits(isoDate.year % 100)
    case "s": String(Self.floorDivided(microseconds, Self.second))
    case "F": formatted("%Y-%m-%d")
    case "D", "x": formatted("%m/%d/%y")
    case "T", "X": formatted("%H:%M:%S")
    case "R": formatted("%H:%M")
    case "r": formatted("%I:%M:%S %p")
    case "c": formatted("%a %b %e %H:%M:%S %Y")
    case "n": "\n"
    case "t": "\t"
    case "%": "%"
    default: nil
    }
  }
}

import DataFrames

/// A point in time of the calendar that pandas uses, without time zones.
struct Moment: Sendable {
  /// Microseconds from the start of a second, minute, hour and day to the next.
  static let second = 1e6
  static let minute = 60e6
  static let hour = 3600e6
  static let day = 86_400e6

  var year: Int
  var month: Int
  var day: Int
  var hour = 0
  var minute = 0
  var second = 0
  var microsecond = 0

  /// A point in time; nil when the calendar has none such.
  init?(
    year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, microsecond: Int = 0
  ) {
    guard (1...9999).contains(year), (1...12).contains(month),
      (1...Self.days(in: month, of: year)).contains(day),
      (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second),
      (0..<1_000_000).contains(microsecond)
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
    (self.hour, self.minute, self.second, self.microsecond) = (hour, minute, second, microsecond)
  }

  /// Reads `2020-03-31`, `2020-03-31 12:30:00.5`, `2020/3/31`, `3/31/2020`; nil for other texts.
  init?(_ text: String, dayFirst: Bool = false) {
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
    let time = numbers[3...] + [Int](repeating: 0, count: 6 - min(numbers.count, 6))
    let fraction = parts.count > 6 ? String(parts[6].prefix(6)) : "0"
    let scale = [100_000, 10_000, 1000, 100, 10, 1][fraction.count - 1]
    self.init(
      year: year, month: month, day: day, hour: time[3], minute: time[4], second: time[5],
      microsecond: (Int(fraction) ?? 0) * scale)
  }

  /// The moment a number of microseconds after 1970 began; nil beyond the years 1 to 9999.
  init?(microseconds: Double) {
    let days = (microseconds / Self.day).rounded(.down)
    guard days.magnitude < 4_000_000 else { return nil }
    // Days to a date by eras of 400 years that begin in March: H. Hinnant, chrono-compatible low-level date
    // algorithms.
    let shifted = Int(days) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let rest = Int(microseconds - days * Self.day)
    self.init(
      year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
      day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, hour: rest / 3_600_000_000,
      minute: rest / 60_000_000 % 60, second: rest / 1_000_000 % 60, microsecond: rest % 1_000_000)
  }

  /// Days from the start of 1970.
  var daysSinceEpoch: Int {
    let past = year - 1
    return past * 365 + past / 4 - past / 100 + past / 400 + dayOfYear - 1 - 719_162
  }

  /// Microseconds from the start of 1970; exact between the years 1684 and 2255.
  var microseconds: Double {
    let seconds = (hour * 60 + minute) * 60 + second
    return Double(daysSinceEpoch) * Self.day + Double(seconds) * Self.second + Double(microsecond)
  }

  private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  private static func days(in month: Int, of year: Int) -> Int {
    month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  /// 1 for the first of January.
  var dayOfYear: Int { (1..<month).reduce(day) { $0 + Self.days(in: $1, of: year) } }

  /// Monday is 0.
  var weekday: Int { (daysSinceEpoch + 719_162) % 7 }
  /// The quarter of the year, from 1.
  var quarter: Int { (month + 2) / 3 }
  /// The week of ISO 8601, from 1.
  var isoWeek: Int {
    let week = (dayOfYear - weekday + 9) / 7
    func weeks(_ year: Int) -> Int {
      let lastDay = Moment(year: year, month: 12, day: 31)?.weekday ?? 0
      return lastDay == 3 || (lastDay == 4 && Self.isLeap(year)) ? 53 : 52
    }
    if week == 0 { return weeks(year - 1) }
    return week > weeks(year) ? 1 : week
  }

  static let monthNames = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November",
    "December",
  ]
  static let dayNames = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]

  /// The text of C's `strftime`, in English; a directive that is not known stays as it is.
  func formatted(_ format: String) -> String {
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
      case "Y": result += digits(year, 4)
      case "y": result += digits(year % 100)
      case "m": result += digits(month)
      case "d": result += digits(day)
      case "H": result += digits(hour)
      case "M": result += digits(minute)
      case "S": result += digits(second)
      case "f": result += digits(microsecond, 6)
      case "j": result += digits(dayOfYear, 3)
      case "B": result += Self.monthNames[month - 1]
      case "b": result += Self.monthNames[month - 1].prefix(3)
      case "A": result += Self.dayNames[weekday]
      case "a": result += Self.dayNames[weekday].prefix(3)
      case "%": result += "%"
      default: result += "%\(directive)"
      }
    }
    return result
  }
}

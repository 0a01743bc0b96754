/// Reads points in time.
enum DateReader {
  /// The microseconds since 1970 began of a text: `2020-03-31`, `2020-03-31T12:30:00.5`, `2020/3/31`, `3/31/2020`,
  /// `20200331`, `31 March 2020`, `Mar 31, 2020`; nil for others.
  ///
  /// - Parameter isDayFirst: whether `1/2/2020` is the first of February; nil takes the order in which there is such a
  ///   date, the month being first where both are.
  static func moment(_ text: String, isDayFirst: Bool? = nil) -> Int? {
    let parts = parts(text)
    guard parts.count >= 3, parts.count <= 8, let date = date(parts[0], parts[1], parts[2], isDayFirst) else {
      return nil
    }
    guard let time = clock(Array(parts[3...])) else { return nil }
    return CalendarTime(year: date.year, month: date.month, day: date.day, sinceMidnight: time)?.microseconds
  }

  /// The point in time of a text that may end in an offset from universal time; nil for texts that are none.
  static func written(_ text: String, isDayFirst: Bool?) -> WrittenMoment? {
    let offset = WrittenOffset(text)
    return moment(offset?.clock ?? text, isDayFirst: isDayFirst).map {
      WrittenMoment(clock: $0, offset: offset?.microseconds)
    }
  }

  /// Whether a text writes the day before the month; nil where the text leaves no choice, as `2020-03-31`.
  ///
  /// - Parameter preferred: the answer where both would be dates.
  static func isDayFirst(_ text: String, preferred: Bool) -> Bool? {
    let parts = parts(WrittenOffset(text)?.clock ?? text)
    guard parts.count >= 3, parts[0].count < 4, [2, 4].contains(parts[2].count), let x = number(parts[0]),
      let y = number(parts[1])
    else { return nil }
    return x > 12 || (preferred && y <= 12)
  }

  /// Year, month, day and what follows, as texts in the order written.
  private static func parts(_ text: String) -> [[UInt8]] {
    var parts = text.utf8.split { !(48...57).contains($0) && !isLetter($0) }.map(Array.init)
    // 2020-03-31T12:30 and 12:30:00Z.
    parts = parts.flatMap { part -> [[UInt8]] in
      let pieces = part.split(whereSeparator: { $0 == UInt8(ascii: "T") || $0 == UInt8(ascii: "Z") }).map(
        Array.init)
      return pieces.allSatisfy { $0.allSatisfy { (48...57).contains($0) } } ? pieces : [part]
    }
    // 10:20:30 is no date of 2030.
    let separator = text.utf8.first { !(48...57).contains($0) && !isLetter($0) }
    if separator == UInt8(ascii: ":") || text.utf8.contains(where: { $0 >= 128 || $0 == UInt8(ascii: "+") }) {
      return []
    }
    if parts.count == 1, parts[0].count == 8 {
      parts = [Array(parts[0][..<4]), Array(parts[0][4..<6]), Array(parts[0][6...])]
    }
    if parts.count == 2, month(parts[0]) != nil, parts[1].count == 4 { parts.insert([49], at: 1) }
    // A year, or a year and a month, stands for its first day.
    while parts.count < 3, parts.first?.count == 4 { parts.append([48, 49]) }
    return parts
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte & 0xDF) }

  private static func number(_ digits: [UInt8]) -> Int? {
    guard !digits.isEmpty, digits.count <= 6, digits.allSatisfy({ (48...57).contains($0) }) else {
      return nil
    }
    return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
  }

  private static func month(_ name: [UInt8]) -> Int? {
    let text = String(decoding: name, as: UTF8.self).lowercased()
    guard text.count >= 3 else { return nil }
    return CalendarTime.monthNames.firstIndex { $0.lowercased().hasPrefix(text) }.map { $0 + 1 }
  }

  private static func date(
    _ a: [UInt8], _ b: [UInt8], _ c: [UInt8], _ isDayFirst: Bool?
  ) -> (year: Int, month: Int, day: Int)? {
    if let month = month(a), let day = number(b), let year = year(c) { return (year, month, day) }
    if let month = month(b), let first = number(a) {
      if a.count == 4 { return number(c).map { (first, month, $0) } }
      return year(c).map { ($0, month, first) }
    }
    guard let x = number(a), let y = number(b) else { return nil }
    if a.count == 4 { return number(c).map { (x, y, $0) } }
    guard let z = year(c) else { return nil }
    return isDayFirst ?? (x > 12) ? (z, y, x) : (z, x, y)
  }

  /// A year of four digits, or of two: from 1969 to 2068.
  private static func year(_ digits: [UInt8]) -> Int? {
    guard [2, 4].contains(digits.count), let year = number(digits) else { return nil }
    return digits.count == 4 ? year : century(year)
  }

  private static func century(_ year: Int) -> Int { year < 69 ? 2000 + year : 1900 + year }

  /// Microseconds since midnight of the parts of a time, after which AM or PM may stand.
  private static func clock(_ parts: [[UInt8]]) -> Int? {
    guard let last = parts.last.map({ String(decoding: $0, as: UTF8.self).uppercased() }),
      ["AM", "PM"].contains(last)
    else { return parts.count > 4 ? nil : time(parts) }
    guard parts.count > 1, let time = time(Array(parts.dropLast())), time < 13 * CalendarTime.hour else {
      return nil
    }
    let morning = time % (12 * CalendarTime.hour)
    return last == "AM" ? morning : morning + 12 * CalendarTime.hour
  }

  /// Microseconds since midnight of hours, minutes, seconds and decimals of seconds.
  private static func time(_ parts: [[UInt8]]) -> Int? {
    let isWithin = zip(parts, [24, 60, 60]).allSatisfy { part, limit in
      number(part).map { $0 < limit } ?? false
    }
    return isWithin ? length(parts) : nil
  }

  /// Microseconds of hours, minutes, seconds and decimals of seconds, of which there may be any number.
  private static func length(_ parts: [[UInt8]]) -> Int? {
    if parts.isEmpty { return 0 }
    var decimals = parts.count > 3 ? parts[3] : []
    decimals = Array(decimals.prefix(6)) + [UInt8](repeating: 48, count: Swift.max(0, 6 - decimals.count))
    let numbers = (parts.prefix(3) + [decimals]).compactMap(number)
    guard numbers.count == Swift.min(parts.count, 3) + 1 else { return nil }
    let (minute, second) = (numbers.count > 2 ? numbers[1] : 0, numbers.count > 3 ? numbers[2] : 0)
    return numbers[0] * CalendarTime.hour + minute * CalendarTime.minute + second * CalendarTime.second
      + (numbers.last ?? 0)
  }

  /// The directives of `strftime` that can be read.
  static let directives = "YymdjHIMSfpbBaAzZ%"

  /// A format with directives for several parts in place of which there are those of the parts.
  ///
  /// - Throws: ``DataFrameError`` that names a directive that cannot be read.
  static func readable(_ format: String) throws(DataFrameError) -> String {
    let wholes: [Character: String] = ["c": "%a %b %d %H:%M:%S %Y", "x": "%m/%d/%y", "X": "%H:%M:%S"]
    var (result, rest) = ("", Substring(format))
    while let character = rest.popFirst() {
      guard character == "%" else {
        result.append(character)
        continue
      }
      let directive = rest.popFirst()
      guard let directive, directives.contains(directive) || wholes[directive] != nil else {
        throw DataFrameError(
          .invalidArgument,
          "toDatetime: the format \(PythonText.quoted(format)) has \(PythonText.quoted("%" + (directive.map { String($0) } ?? ""))), "
            + "which cannot be read; what can: \((directives + "cxX").map { "%\($0)" }.joined(separator: " "))"
        )
      }
      result += wholes[directive] ?? "%\(directive)"
    }
    return result
  }

  /// The point in time of a text of the form that `strftime` would write; nil for others.
  static func written(_ text: String, format: String) -> WrittenMoment? {
    var (rest, pattern) = (Substring(text), Substring(format))
    var (year, month, day) = (1900, 1, 1)
    var (hour, minute, second, fraction) = (0, 0, 0, 0)
    var isAfternoon: Bool?
    var dayOfYear: Int?
    var offset: Int?
    func digits(_ most: Int) -> Int? {
      let found = rest.prefix(most).prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(found.count)
      return Int(found)
    }
    func name(_ names: [String], short: Bool) -> Int? {
      let words = names.map { short ? String($0.prefix(3)) : $0 }
      guard let index = words.firstIndex(where: { rest.lowercased().hasPrefix($0.lowercased()) }) else {
        return nil
      }
      rest = rest.dropFirst(words[index].count)
      return index
    }
    while let character = pattern.popFirst() {
      guard character == "%", let directive = pattern.popFirst() else {
        guard rest.popFirst() == character else { return nil }
        continue
      }
      switch directive {
      case "Y": guard let found = digits(4) else { return nil }; year = found
      case "y":
        guard let found = digits(2) else { return nil }; year = century(found)
      case "m": guard let found = digits(2) else { return nil }; month = found
      case "d": guard let found = digits(2) else { return nil }; day = found
      case "H", "I": guard let found = digits(2) else { return nil }; hour = found
      case "M": guard let found = digits(2) else { return nil }; minute = found
      case "S": guard let found = digits(2) else { return nil }; second = found
      case "j": guard let found = digits(3) else { return nil }; dayOfYear = found
      case "f":
        let before = rest.count
        guard let found = digits(6) else { return nil }
        fraction = (before - rest.count..<6).reduce(found) { value, _ in value * 10 }
      case "b":
        guard let found = name(CalendarTime.monthNames, short: true) else { return nil }; month = found + 1
      case "B":
        guard let found = name(CalendarTime.monthNames, short: false) else { return nil }; month = found + 1
      case "a": guard name(CalendarTime.dayNames, short: true) != nil else { return nil }
      case "A": guard name(CalendarTime.dayNames, short: false) != nil else { return nil }
      case "p":
        guard let found = name(["AM", "PM"], short: false) else { return nil }; isAfternoon = found == 1
      case "Z":
        guard name(["UTC", "GMT"], short: false) != nil else { return nil }; offset = 0
      case "z":
        let zone = rest.hasPrefix("Z") ? rest.prefix(1) : rest.prefix { "+-:".contains($0) || $0.isNumber }
        guard let found = zone == "Z" ? 0 : zone.count > 3 ? WrittenOffset.microseconds(zone) : nil else {
          return nil
        }
        rest = rest.dropFirst(zone.count)
        offset = found
      case "%": guard rest.popFirst() == "%" else { return nil }
      default: return nil
      }
    }
    if let isAfternoon { hour = hour % 12 + (isAfternoon ? 12 : 0) }
    guard rest.isEmpty, minute < 60, second < 60, hour < 24 else { return nil }
    let time =
      hour * CalendarTime.hour + minute * CalendarTime.minute + second * CalendarTime.second + fraction
    let monthAndDay = dayOfYear == nil ? (month, day) : (1, 1)
    guard
      let first = CalendarTime(year: year, month: monthAndDay.0, day: monthAndDay.1, sinceMidnight: time),
      (1...(CalendarTime.isLeap(year) ? 366 : 365)).contains(dayOfYear ?? 1)
    else { return nil }
    return WrittenMoment(
      clock: first.microseconds + ((dayOfYear ?? 1) - 1) * CalendarTime.day, offset: offset)
  }

  /// The microseconds of a span: `5 days`, `-1 days +02:00:00`, `3 days 02:30:00.5`, `36:30:00`, `36 h`; nil for others.
  static func span(_ text: String) -> Int? {
    let words = text.split(whereSeparator: { $0 == " " || $0 == "," })
    var total = 0
    var position = 0
    while position < words.count {
      let word = words[position]
      if word.contains(":") {
        let isNegative = word.hasPrefix("-")
        let parts = word.drop { $0 == "+" || $0 == "-" }.split(whereSeparator: { $0 == ":" || $0 == "." }).map
        { Array($0.utf8) }
        guard let time = length(parts) else { return nil }
        total += isNegative ? -time : time
        position += 1
      } else {
        guard let number = Double(word), position + 1 < words.count,
          let unit = unitLength(String(words[position + 1])),
          let length = Int(exactly: (number * Double(unit)).rounded())
        else { return nil }
        total += length
        position += 2
      }
    }
    return words.isEmpty ? nil : total
  }

  /// Microseconds of a unit, `ns` included, that an argument names.
  static func unit(_ name: String, for function: String) throws(DataFrameError) -> Double {
    if name == "ns" { return 1e-3 }
    guard let length = unitLength(name) else {
      throw DataFrameError(
        .invalidArgument, "\(function): no unit \(PythonText.quoted(name)): D, h, min, s, ms, us, ns")
    }
    return Double(length)
  }

  /// The microseconds of a unit that pandas knows: `D`, `day`, `h`, `min`, `s`, `ms`, `us`, `W`; nil for others.
  static func unitLength(_ name: String) -> Int? {
    switch name {
    case "W", "w", "week", "weeks": 7 * CalendarTime.day
    case "D", "d", "day", "days": CalendarTime.day
    case "h", "H", "hr", "hour", "hours": CalendarTime.hour
    case "m", "min", "T", "minute", "minutes": CalendarTime.minute
    case "s", "S", "sec", "second", "seconds": CalendarTime.second
    case "ms", "milli", "millisecond", "milliseconds": 1000
    case "us", "micro", "microsecond", "microseconds": 1
    default: nil
    }
  }
}

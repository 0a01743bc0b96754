/// The units in which pandas and numpy count time.
enum TimeUnits {
  /// Microseconds of a unit by pandas' and numpy's names; nil for one without a fixed length.
  static func length(named name: String) -> Double? {
    switch name {
    case "W", "w", "week", "weeks": 7 * Moment.day
    case "D", "d", "day", "days": Moment.day
    case "h", "H", "hr", "hour", "hours": Moment.hour
    case "m", "min", "T", "minute", "minutes": Moment.minute
    case "s", "S", "sec", "second", "seconds": Moment.second
    case "ms", "milli", "millisecond", "milliseconds": 1e3
    case "us", "micro", "microsecond", "microseconds": 1
    case "ns", "nano", "nanosecond", "nanoseconds": 1e-3
    default: nil
    }
  }

  /// Microseconds of a unit given as an argument.
  static func length(_ unit: FormulaValue) throws -> Double {
    guard case .string(let name) = unit, let length = length(named: name) else {
      throw EvaluationError.value("invalid unit abbreviation: \(unit.pythonText)")
    }
    return length
  }

  /// Kind and units per microsecond of a type such as `datetime64[ns]`; nil for other names.
  static func ofType(_ name: String) -> (kind: TimeValue.Kind, perMicrosecond: Double)? {
    let parts = name.split(separator: "[")
    let kinds: [Substring: TimeValue.Kind] = ["datetime64": .moment, "timedelta64": .span]
    guard let kind = parts.first.flatMap({ kinds[$0] }) else { return nil }
    if parts.count == 1 { return (kind, 1) }
    guard parts.count == 2, parts[1].last == "]", let length = length(named: String(parts[1].dropLast())),
      length <= Moment.second
    else { return nil }
    return (kind, 1 / length)
  }

  /// Microseconds that a text such as `1D`, `2 days`, `1 day 12:00:00` or `-3h` says; nil for others.
  static func span(_ text: String) -> Double? {
    var total = 0.0
    var number = ""
    var unit = ""
    var found = false
    func take() -> Bool {
      defer { (number, unit) = ("", "") }
      if number.isEmpty { return unit.isEmpty }
      if number.contains(":") {
        let parts = number.split(separator: ":").map { Double($0) ?? .nan }
        guard parts.count == 2 || parts.count == 3, unit.isEmpty else { return false }
        total +=
          parts[0] * Moment.hour + parts[1] * Moment.minute + (parts.count == 3 ? parts[2] : 0)
          * Moment.second
      } else {
        guard let value = Double(number), let length = length(named: unit) else { return false }
        total += value * length
      }
      found = true
      return true
    }
    let isNegative = text.hasPrefix("-")
    for character in text.drop(while: { $0 == "-" || $0 == "+" || $0 == " " }) {
      if character.isASCII, character.isNumber || character == "." || character == ":" {
        if !unit.isEmpty, !take() { return nil }
        number.append(character)
      } else if character.isLetter {
        unit.append(character)
      } else if character != " " && character != "," {
        return nil
      }
    }
    guard take(), found, total.isFinite else { return nil }
    return isNegative ? -total : total
  }
}

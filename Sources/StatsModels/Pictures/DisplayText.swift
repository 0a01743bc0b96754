/// Names and counts as people read them in pictures.
enum DisplayText {
  /// A name of a formula without patsy's quoting: `Q("test score")` is `test score`.
  static func name(_ name: String) -> String {
    guard name.contains("Q(") else { return name }
    var result = ""
    var rest = Substring(name)
    while let start = rest.firstRange(of: "Q(") {
      let before = rest[..<start.lowerBound]
      result += before
      let isCall = before.last.map { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") } ?? true
      if isCall, let (text, end) = quoted(rest[start.upperBound...]) {
        result += text
        rest = rest[end...]
      } else {
        result += "Q("
        rest = rest[start.upperBound...]
      }
    }
    return result + rest
  }

  /// The text of a quoted argument that a bracket closes, and where what follows it begins.
  private static func quoted(_ text: Substring) -> (String, String.Index)? {
    guard let quote = text.first, quote == "'" || quote == "\"" else { return nil }
    var result = ""
    var position = text.index(after: text.startIndex)
    while position < text.endIndex, text[position] != quote {
      if text[position] == "\\", text.index(after: position) < text.endIndex {
        position = text.index(after: position)
      }
      result.append(text[position])
      position = text.index(after: position)
    }
    guard position < text.endIndex else { return nil }
    position = text.index(after: position)
    guard position < text.endIndex, text[position] == ")" else { return nil }
    return (result, text.index(after: position))
  }

  /// The levels in a column's name: `C(class)[5]:C(year)[T.2]` is `5:2`; names without a level stay.
  static func levels(ofColumn name: String) -> String {
    var pieces: [Substring] = []
    var depth = 0
    var start = name.startIndex
    for position in name.indices {
      switch name[position] {
      case "[", "(": depth += 1
      case "]", ")": depth -= 1
      case ":" where depth == 0:
        pieces.append(name[start..<position])
        start = name.index(after: position)
      default: break
      }
    }
    pieces.append(name[start...])
    let levels = pieces.compactMap { piece -> Substring? in
      guard piece.last == "]", let open = opening(of: piece) else { return nil }
      let level = piece[piece.index(after: open)...].dropLast()
      return level.hasPrefix("T.") || level.hasPrefix("S.") ? level.dropFirst(2) : level
    }
    return levels.isEmpty ? self.name(name) : levels.joined(separator: ":")
  }

  /// The bracket that the last character closes.
  private static func opening(of text: Substring) -> String.Index? {
    var depth = 0
    for position in text.indices.reversed() {
      if text[position] == "]" { depth += 1 }
      if text[position] == "[" {
        depth -= 1
        if depth == 0 { return position }
      }
    }
    return nil
  }

  /// A count with commas between thousands.
  static func count(_ count: Int) -> String { grouped(String(count)) }

  /// "1 row", "2,000 rows".
  static func count(_ count: Int, _ noun: String) -> String {
    "\(self.count(count)) \(noun)\(count == 1 ? "" : "s")"
  }

  /// Digits with commas between thousands, from the right.
  static func grouped(_ digits: String) -> String {
    var result = ""
    for (position, digit) in digits.reversed().enumerated() {
      if position > 0, position % 3 == 0, digit != "-" { result.append(",") }
      result.append(digit)
    }
    return String(result.reversed())
  }

  /// A number to four digits, with a true minus sign.
  static func number(_ value: Double) -> String {
    let text = PythonFormat.general(value, 4)
    return text.hasPrefix("-") ? "\u{2212}" + text.dropFirst() : text
  }

  /// Up to `limit` texts, then how many more.
  static func list(_ texts: [String], limit: Int = 8) -> String {
    let head = texts.prefix(limit).joined(separator: ", ")
    return texts.count > limit ? "\(head), … (\(texts.count - limit) more)" : head
  }
}

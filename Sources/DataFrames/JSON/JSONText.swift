/// Values as JSON writes them.
enum JSONText {
  static func cells(_ column: Column) -> [String] {
    let (codes, levels) = column.factorized()
    let texts = levels.map { level -> String in
      switch level {
      case .string(let text): quoted(text)
      case .boolean(let truth): truth ? "true" : "false"
      case .integer(let value): String(value)
      case .double(let value): value.isFinite ? PythonText.of(value) : "null"
      }
    }
    return codes.map { $0 < 0 ? "null" : texts[Int($0)] }
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// A document without blanks.
  static func compact(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .boolean(let truth): truth ? "true" : "false"
    case .integer(let whole): String(whole)
    case .number(let number): number.isFinite ? PythonText.of(number) : "null"
    case .string(let text): quoted(text)
    case .array(let elements): "[" + elements.map(compact).joined(separator: ",") + "]"
    case .numbers(let numbers): "[" + numbers.map { compact(.number($0)) }.joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { quoted($0.key) + ":" + compact($0.value) }.joined(separator: ",") + "}"
    }
  }
}

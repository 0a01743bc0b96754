/// The values of Python's number and string literals.
enum PythonLiteral {
  /// The value of a number token.
  static func number(_ text: String) throws -> FormulaValue {
    let lower = text.lowercased()
    if lower.hasSuffix("j") && !lower.hasPrefix("0x") {
      throw EvaluationError("TypeError", "complex numbers are not supported in formulas")
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where lower.hasPrefix(prefix) {
      let digits = lower.dropFirst(2).filter { $0 != "_" }
      guard let value = Int(digits, radix: radix) else {
        throw EvaluationError("OverflowError", "Python int too large to convert to C long")
      }
      return .integer(value)
    }
    let plain = lower.filter { $0 != "_" }
    if plain.allSatisfy(\.isNumber) {
      return Int(plain).map { .integer($0) } ?? .double(PythonNumber.double(plain) ?? .infinity)
    }
    guard let value = PythonNumber.double(plain) else {
      throw EvaluationError("SyntaxError", "invalid decimal literal (<unknown>, line 1)")
    }
    return .double(value)
  }

  /// The text of a string token, its quotes removed and escapes replaced.
  static func string(_ token: String) throws -> String {
    let scalars = Array(token.unicodeScalars)
    guard let quote = scalars.firstIndex(where: { $0 == "'" || $0 == "\"" }) else { return token }
    let prefix = String(String.UnicodeScalarView(scalars[..<quote])).lowercased()
    if prefix.contains("b") || prefix.contains("f") && scalars.contains(where: { $0 == "{" || $0 == "}" }) {
      throw EvaluationError("SyntaxError", "bytes and values in f-strings are not supported in formulas")
    }
    let isTriple =
      quote + 5 < scalars.count && scalars[quote + 1] == scalars[quote]
      && scalars[quote + 2] == scalars[quote]
    let width = isTriple ? 3 : 1
    guard scalars.count >= quote + 2 * width else { return "" }
    let body = Array(scalars[(quote + width)..<(scalars.count - width)])
    return String(prefix.contains("r") ? String.UnicodeScalarView(body) : try unescaped(body))
  }

  private static let simpleEscapes: [Unicode.Scalar: Unicode.Scalar] = [
    "\\": "\\", "'": "'", "\"": "\"", "a": "\u{07}", "b": "\u{08}", "f": "\u{0C}", "n": "\n", "r": "\r",
    "t": "\t", "v": "\u{0B}",
  ]

  private static func unescaped(_ body: [Unicode.Scalar]) throws -> String.UnicodeScalarView {
    var result = String.UnicodeScalarView()
    var index = 0
    while index < body.count {
      guard body[index] == "\\", index + 1 < body.count else {
        result.append(body[index])
        index += 1
        continue
      }
      let escape = body[index + 1]
      index += 2
      if let simple = simpleEscapes[escape] {
        result.append(simple)
        continue
      }
      let width: Int
      switch escape {
      case "x": width = 2
      case "u": width = 4
      case "U": width = 8
      case "0"..."7":
        index -= 1
        let digits = body[index...].prefix(3).prefix { $0.value >= 48 && $0.value <= 55 }
        index += digits.count
        if let scalar = scalar(Array(digits), radix: 8) { result.append(scalar) }
        continue
      default:
        result.append("\\")
        result.append(escape)
        continue
      }
      let digits = Array(body[min(index, body.count)..<min(index + width, body.count)])
      guard digits.count == width, let scalar = scalar(digits, radix: 16) else {
        throw EvaluationError(
          "SyntaxError", "(unicode error) 'unicodeescape' codec can't decode bytes (<unknown>, line 1)")
      }
      result.append(scalar)
      index += width
    }
    return result
  }

  private static func scalar(_ digits: [Unicode.Scalar], radix: Int) -> Unicode.Scalar? {
    UInt32(String(String.UnicodeScalarView(digits)), radix: radix).flatMap(Unicode.Scalar.init)
  }
}

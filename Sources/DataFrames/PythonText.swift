/// Text of values as Python's `str` and `repr` print them.
package enum PythonText {
  /// The shortest decimal text that reads back as `value`, in Python's layout: `5.0`, `1e-05`, `1e+16`,
  /// `nan`.
  package static func of(_ value: Double) -> String {
    // Most elements of a design are indicators.
    if value == 1 { return "1.0" }
    if value.bitPattern == 0 { return "0.0" }
    let magnitude = value.magnitude
    // Swift turns to exponents from 2^53, Python from 1e16; all doubles between are whole numbers.
    if magnitude >= 9_007_199_254_740_992, magnitude < 1e16 { return "\(Int64(value)).0" }
    return value.isNaN ? "nan" : value.description
  }

  /// `True` or `False`.
  package static func of(_ value: Bool) -> String { value ? "True" : "False" }

  /// `text` between quotes, as Python's `repr` writes it: `'a'`, `"it's"`, `'a\nb'`.
  package static func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
    var result = String(quote)
    for scalar in scalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "'" where quote == "'": result += "\\'"
      case _ where !isPrintable(scalar): result += escaped(scalar)
      default: result.unicodeScalars.append(scalar)
      }
    }
    result.unicodeScalars.append(quote)
    return result
  }

  /// Whether Python prints the character as it is.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value >= 0x20 && scalar.value < 0x7F }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
      .spaceSeparator:
      return false
    default: return true
    }
  }

  /// `\x1f`, `\u200b` or `\U0001f600`.
  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    let (letter, width) = scalar.value < 0x100 ? ("x", 2) : (scalar.value < 0x10000 ? ("u", 4) : ("U", 8))
    return "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
  }
}

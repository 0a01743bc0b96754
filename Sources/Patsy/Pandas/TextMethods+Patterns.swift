import DataFrames

// Methods of texts that search for a pattern, or fill up to a width.
extension TextMethods {
  /// `contains`, `match` and `fullmatch`.
  static func pattern(_ name: String, _ arguments: FunctionArguments) throws -> Change {
    let bound = try arguments.bound(to: ["pat", "case", "flags", "na", "regex"], in: name)
    guard case .string(let pattern)? = bound["pat"] else {
      throw EvaluationError.type("first argument must be string or compiled pattern")
    }
    let isPlain = pattern.allSatisfy { !"\\^$.|?*+()[]{}".contains($0) }
    let isRegex = try bound["regex"]?.truth() ?? true
    let ignoresCase = try !(bound["case"]?.truth() ?? true)
    if name == "contains" && (isPlain || !isRegex) {
      return { text in
        let (text, part) = ignoresCase ? (text.lowercased(), pattern.lowercased()) : (text, pattern)
        return .boolean(text.range(ofText: part) != nil)
      }
    }
    _ = try regex(pattern)
    return { text in
      guard let regex = try? regex(pattern).ignoresCase(ignoresCase) else { return nil }
      switch name {
      case "contains": return .boolean((try? regex.firstMatch(in: text)) != nil)
      case "match": return .boolean((try? regex.prefixMatch(in: text)) != nil)
      default: return .boolean((try? regex.wholeMatch(in: text)) != nil)
      }
    }
  }

  /// The compiled pattern.
  static func regex(_ pattern: String) throws -> Regex<AnyRegexOutput> {
    do { return try Regex(pattern) } catch {
      throw EvaluationError("PatternError", "invalid pattern \(PythonText.quoted(pattern))")
    }
  }

  /// `extract(pattern, expand=False)`: the first group of the first match; a frame in other cases.
  static func extraction(_ arguments: FunctionArguments) throws -> Change {
    let bound = try arguments.bound(to: ["pat", "flags", "expand"], in: "extract")
    guard case .string(let pattern)? = bound["pat"] else {
      throw EvaluationError.type("first argument must be string or compiled pattern")
    }
    _ = try regex(pattern)
    return { text in
      guard let match = try? regex(pattern).firstMatch(in: text), match.output.count > 1 else { return nil }
      return match.output[1].substring.map { .string(String($0)) }
    }
  }

  /// `pad(width, side, fillchar)` and its kin.
  static func padding(_ name: String, _ arguments: FunctionArguments) throws -> Change {
    let parameters = name == "pad" ? ["width", "side", "fillchar"] : ["width", "fillchar"]
    let bound = try arguments.bound(to: parameters, in: name)
    guard let asked = bound["width"]?.wholeNumber else {
      throw EvaluationError.type(
        "width must be of integer type, not \(bound["width"]?.typeName ?? "NoneType")")
    }
    let width = try FormulaLimits.width(asked)
    let filler = if case .string(let text)? = bound["fillchar"] { text } else { " " }
    guard filler.unicodeScalars.count == 1 else {
      throw EvaluationError.type("fillchar must be a character, not str")
    }
    let usual = ["ljust": "right", "rjust": "left", "center": "both"][name] ?? "left"
    let side = if case .string(let text)? = bound["side"] { text } else { usual }
    return { text in
      let room = max(0, width - text.unicodeScalars.count)
      let left = side == "left" ? room : side == "right" ? 0 : room / 2 + (room & width & 1)
      return .string(
        String(repeating: filler, count: left) + text + String(repeating: filler, count: room - left))
    }
  }
}

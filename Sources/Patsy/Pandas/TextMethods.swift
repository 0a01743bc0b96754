import DataFrames

/// Methods of texts, and of columns of texts behind `.str`.
enum TextMethods {
  typealias Change = @Sendable (String) throws -> ColumnValue?

  /// `column.str.name`
  static func method(_ name: String, of vector: FormulaVector) -> FormulaValue? {
    guard let texts = vector.textColumn else { return nil }
    if name == "split" {
      return .function(
        FormulaFunction(name) { arguments in
          let bound = try arguments.bound(to: ["pat", "n", "expand"], required: 0, in: name)
          var separator: String?
          if case .string(let text)? = bound["pat"] { separator = text }
          if try bound["expand"]?.truth() ?? false { return .object(PandasMaking.frame) }
          return SplitTexts.split(texts, separator, limit: bound["n"]?.wholeNumber ?? -1)
        })
    }
    if name == "extract" {
      return .function(
        FormulaFunction(name) { arguments in
          let expands = try arguments.keywords.last { $0.name == "expand" }?.value.truth() ?? true
          return try expands ? .object(PandasMaking.frame) : mapped(texts, extraction(arguments))
        })
    }
    if name == "cat" {
      return .function(
        FormulaFunction(name) { arguments in
          let bound = try arguments.bound(to: ["others", "sep"], in: name)
          var joined = FormulaValue.vector(FormulaVector(.string(texts), isSeries: true))
          if let separator = bound["sep"], !separator.isNone {
            joined = try Arithmetic.apply(.add, joined, separator)
          }
          return try Arithmetic.apply(.add, joined, bound["others"] ?? .none)
        })
    }
    return .function(
      FormulaFunction(name) { arguments in
        guard let change = try change(name, arguments) else {
          throw EvaluationError.attribute("'StringMethods' object has no attribute '\(name)'")
        }
        return try mapped(texts, change)
      })
  }

  /// `str.name`, a function of a text.
  static func unbound(_ name: String) -> FormulaValue? {
    .function(
      FormulaFunction(name, isElementwise: true) { arguments in
        guard case .string(let text)? = arguments.positional.first,
          case .function(let function)? = method(name, of: text)
        else { throw EvaluationError.type("unbound method str.\(name)() needs an argument") }
        return try function(
          FunctionArguments(Array(arguments.positional.dropFirst()), keywords: arguments.keywords))
      })
  }

  /// `text.name`
  static func method(_ name: String, of text: String) -> FormulaValue? {
    .function(
      FormulaFunction(name) { arguments in
        guard name != "contains", let change = try change(name, arguments) else {
          throw EvaluationError.attribute("'str' object has no attribute '\(name)'")
        }
        return FormulaValue(try change(text))
      })
  }

  /// `column.str[index]`
  static func item(_ index: FormulaValue, of vector: FormulaVector) throws -> FormulaValue {
    guard let texts = vector.textColumn else { throw EvaluationError.type("not a column of texts") }
    return try mapped(texts) { text in
      (try? Subscripts.item(index, of: .string(text)))?.level
    }
  }

  /// Each distinct text is changed once.
  private static func mapped(_ texts: StringColumn, _ change: Change) throws -> FormulaValue {
    let target = try texts.pool.map(change)
    if target.allSatisfy({ if case .string? = $0 { true } else { $0 == nil } }) {
      var next = target[...]
      // `mapPool` visits the pool in order.
      let column = texts.mapPool { _ in next.removeFirst()?.description }
      return .vector(FormulaVector(.string(column), isSeries: true))
    }
    let values = texts.codes.map { $0 < 0 ? nil : target[Int($0)] }
    // A test is false for a missing text.
    if target.allSatisfy({ if case .boolean? = $0 { true } else { false } }) {
      return .vector(
        FormulaVector(.boolean(values.map { $0 == .boolean(true) }, missing: nil), isSeries: true))
    }
    return .vector(FormulaVector(ColumnValue.columnStorage(values), isSeries: true))
  }

  private static func change(_ name: String, _ arguments: FunctionArguments) throws -> Change? {
    func text(_ position: Int) -> String? {
      guard position < arguments.positional.count, case .string(let text) = arguments.positional[position]
      else { return nil }
      return text
    }
    func number(_ position: Int) -> Int? {
      position < arguments.positional.count ? arguments.positional[position].wholeNumber : nil
    }
    switch name {
    case "upper": return { .string($0.uppercased()) }
    case "lower", "casefold": return { .string($0.lowercased()) }
    case "len": return { .integer($0.unicodeScalars.count) }
    case "strip", "lstrip", "rstrip":
      let characters = text(0)
      return { .string(stripped($0, characters, left: name != "rstrip", right: name != "lstrip")) }
    case "title": return { .string(capitalized($0, everyWord: true)) }
    case "capitalize": return { .string(capitalized($0, everyWord: false)) }
    case "startswith", "endswith":
      guard let part = text(0) else { throw EvaluationError.type("expected a string object, not int") }
      return {
        .boolean(
          name == "startswith"
            ? $0.unicodeScalars.starts(with: part.unicodeScalars)
            : $0.unicodeScalars.reversed().starts(with: part.unicodeScalars.reversed()))
      }
    case "contains", "match", "fullmatch": return try pattern(name, arguments)
    case "replace":
      let bound = try arguments.bound(
        to: ["pat", "repl", "n", "case", "flags", "regex"], required: 2, in: name)
      guard case .string(let old)? = bound["pat"], case .string(let new)? = bound["repl"], !old.isEmpty else {
        throw EvaluationError.type("replace() requires two texts")
      }
      guard try bound["regex"]?.truth() ?? false else { return { .string(replaced($0, old, new)) } }
      _ = try regex(old)
      return { text in (try? regex(old)).map { .string(text.replacing($0, with: new)) } }
    case "slice":
      let bound = try arguments.bound(to: ["start", "stop", "step"], required: 0, in: name)
      let slice = FormulaValue.slice(bound["start"] ?? .none, bound["stop"] ?? .none, bound["step"] ?? .none)
      return { (try? Subscripts.item(slice, of: .string($0)))?.level }
    case "get":
      let index = FormulaValue.integer(number(0) ?? 0)
      return { (try? Subscripts.item(index, of: .string($0)))?.level }
    case "count":
      guard let part = text(0), !part.isEmpty else { throw EvaluationError.type("count() requires a text") }
      return { .integer(occurrences(of: part, in: $0)) }
    case "find":
      guard let part = text(0) else { throw EvaluationError.type("expected a string object, not int") }
      return { text in
        .integer(
          text.range(ofText: part).map {
            text.unicodeScalars.distance(from: text.startIndex, to: $0.lowerBound)
          } ?? -1)
      }
    case "swapcase":
      return { text in
        .string(text.map { $0.isUppercase ? $0.lowercased() : $0.uppercased() }.joined())
      }
    case "zfill":
      let width = try FormulaLimits.width(number(0) ?? 0)
      return { text in
        let sign = text.prefix { $0 == "-" || $0 == "+" }.prefix(1)
        let room = max(0, width - text.unicodeScalars.count)
        return .string(sign + String(repeating: "0", count: room) + text.dropFirst(sign.count))
      }
    case "isdigit", "isnumeric", "isdecimal": return { .boolean(!$0.isEmpty && $0.allSatisfy(\.isNumber)) }
    case "isupper":
      return { text in .boolean(text.contains(where: \.isUppercase) && !text.contains(where: \.isLowercase)) }
    case "islower":
      return { text in .boolean(text.contains(where: \.isLowercase) && !text.contains(where: \.isUppercase)) }
    case "isspace": return { .boolean(!$0.isEmpty && $0.unicodeScalars.allSatisfy(\.isPythonSpace)) }
    case "isalnum": return { .boolean(!$0.isEmpty && $0.allSatisfy { $0.isLetter || $0.isNumber }) }
    case "removeprefix", "removesuffix":
      guard let part = text(0) else { throw EvaluationError.type("\(name)() argument must be str") }
      return { .string(name == "removeprefix" ? $0.removing(prefix: part) : $0.removing(suffix: part)) }
    case "pad", "ljust", "rjust", "center": return try padding(name, arguments)
    case "repeat":
      let times = number(0) ?? 1
      return { .string(try FormulaLimits.repeated($0, times)) }
    case "isalpha": return { .boolean(!$0.isEmpty && $0.allSatisfy(\.isLetter)) }
    default: return nil
    }
  }

  private static func stripped(_ text: String, _ characters: String?, left: Bool, right: Bool) -> String {
    var view = text.unicodeScalars[...]
    func drops(_ scalar: Unicode.Scalar) -> Bool {
      characters?.unicodeScalars.contains(scalar) ?? scalar.isPythonSpace
    }
    while left, let first = view.first, drops(first) { view.removeFirst() }
    while right, let last = view.last, drops(last) { view.removeLast() }
    return String(view)
  }

  private static func capitalized(_ text: String, everyWord: Bool) -> String {
    var result = ""
    var atStart = true
    for character in text {
      result += atStart ? character.uppercased() : character.lowercased()
      atStart = everyWord && !character.isLetter
    }
    return result
  }

  private static func occurrences(of part: String, in text: String) -> Int {
    var count = 0
    var rest = text
    while let range = rest.range(ofText: part) {
      count += 1
      rest = String(rest[range.upperBound...])
    }
    return count
  }

  private static func replaced(_ text: String, _ old: String, _ new: String) -> String {
    var result = ""
    var rest = text
    while let range = rest.range(ofText: old) {
      result += rest[..<range.lowerBound] + new
      rest = String(rest[range.upperBound...])
    }
    return result + rest
  }
}

extension String {
  fileprivate func removing(prefix: String) -> String {
    unicodeScalars.starts(with: prefix.unicodeScalars)
      ? String(unicodeScalars.dropFirst(prefix.unicodeScalars.count)) : self
  }

  fileprivate func removing(suffix: String) -> String {
    unicodeScalars.reversed().starts(with: suffix.unicodeScalars.reversed())
      ? String(unicodeScalars.dropLast(suffix.unicodeScalars.count)) : self
  }
}

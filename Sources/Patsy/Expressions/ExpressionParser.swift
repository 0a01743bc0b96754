/// Parses a Python expression by recursive descent.
///
/// Nesting is limited: deeper expressions are an error, as in Python, and never a stack overflow.
struct ExpressionParser {
  private static let maximumDepth = 300
  private static let maximumBrackets = 200

  private let tokens: [PythonToken]
  private var index = 0
  private var depth = 0
  private var callSites = 0

  /// The expression that `code` spells.
  ///
  /// - Throws: `SyntaxError`, or ``PatsyError`` for the constructs that patsy refuses.
  static func parse(_ code: String) throws -> Expression {
    let tokens = try Tokenizer.tokenize(code)
    var level = 0
    for token in tokens {
      if ["(", "[", "{"].contains(token.text) { level += 1 }
      if [")", "]", "}"].contains(token.text) { level -= 1 }
      if level > maximumBrackets { throw EvaluationError("SyntaxError", "too many nested parentheses") }
      if token.kind == .name, let bad = token.text.unicodeScalars.first(where: { !isIdentifierPart($0) }) {
        let code = String(bad.value, radix: 16, uppercase: true)
        let padded = String(repeating: "0", count: max(0, 4 - code.utf8.count)) + code
        throw EvaluationError(
          "SyntaxError", "invalid character '\(bad)' (U+\(padded)) (<unknown>, line 1)")
      }
    }
    var parser = ExpressionParser(tokens: tokens)
    let expression = try parser.expressionOrTuple()
    // A statement parses in Python but does not evaluate: another place is named.
    if parser.at("=") || parser.at(";") {
      throw EvaluationError("SyntaxError", "invalid syntax (<string>, line 1)")
    }
    guard parser.current == nil else { throw parser.syntaxError() }
    return expression
  }

  private init(tokens: [PythonToken]) { self.tokens = tokens }

  private static func isIdentifierPart(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isXIDContinue
  }

  /// patsy refuses everything that makes new names.
  private func refuseBindings() throws(PatsyError) {
    let isLambda = at("lambda") && tokens[index...].contains { $0.text == ":" }
    if isLambda || (at("for") && tokens[index...].contains { $0.text == "in" }) {
      throw PatsyError(
        "Lambda, list/dict/set comprehension, generator expression in patsy formula not currently supported.")
    }
  }

  private var current: PythonToken? { index < tokens.count ? tokens[index] : nil }

  private func syntaxError() -> EvaluationError {
    EvaluationError("SyntaxError", "invalid syntax (<unknown>, line 1)")
  }

  /// Whether the current token is the operator or keyword `text`.
  private func at(_ text: String) -> Bool {
    guard let token = current else { return false }
    return token.text == text && (token.kind == .op || token.kind == .name)
  }

  private mutating func take(_ text: String) -> Bool {
    guard at(text) else { return false }
    index += 1
    return true
  }

  private mutating func expect(_ text: String) throws {
    guard take(text) else { throw syntaxError() }
  }

  private mutating func nested<T>(_ body: (inout ExpressionParser) throws -> T) throws -> T {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else {
      throw EvaluationError("RecursionError", "maximum recursion depth exceeded during compilation")
    }
    return try body(&self)
  }

  /// Long chains such as `a + b + c` nest to the left without recursion in the parser; evaluation recurses.
  private func checkChain(_ length: Int) throws {
    if length > Self.maximumDepth {
      throw EvaluationError("RecursionError", "maximum recursion depth exceeded during compilation")
    }
  }
}

// MARK: - Operators, from loose to tight

extension ExpressionParser {
  private mutating func expressionOrTuple() throws -> Expression {
    let first = try expression()
    guard at(",") else { return first }
    var items = [first]
    while take(",") {
      guard let token = current, ![")", "]", "}", "="].contains(token.text) else { break }
      items.append(try expression())
    }
    return .tuple(items)
  }

  private mutating func expression() throws -> Expression {
    try nested { parser in
      try parser.refuseBindings()
      let value = try parser.disjunction()
      try parser.refuseBindings()
      guard parser.take("if") else { return value }
      let condition = try parser.disjunction()
      try parser.expect("else")
      return .conditional(condition: condition, then: value, else: try parser.expression())
    }
  }

  private mutating func disjunction() throws -> Expression {
    var items = [try conjunction()]
    while take("or") { items.append(try conjunction()) }
    return items.count == 1 ? items[0] : .logical(isAnd: false, items)
  }

  private mutating func conjunction() throws -> Expression {
    var items = [try inversion()]
    while take("and") { items.append(try inversion()) }
    return items.count == 1 ? items[0] : .logical(isAnd: true, items)
  }

  private mutating func inversion() throws -> Expression {
    guard take("not") else { return try comparison() }
    return try nested { .not(try $0.inversion()) }
  }

  private mutating func comparisonOperator() -> Expression.ComparisonOperator? {
    if at("not"), index + 1 < tokens.count, tokens[index + 1].text == "in" {
      index += 2
      return .isNotIn
    }
    if take("is") { return take("not") ? .isNotSame : .isSame }
    guard let token = current, token.kind != .string,
      let operation = Expression.ComparisonOperator(rawValue: token.text)
    else { return nil }
    index += 1
    return operation
  }

  private mutating func comparison() throws -> Expression {
    let first = try binary(level: 0)
    var rest: [(Expression.ComparisonOperator, Expression)] = []
    while let operation = comparisonOperator() { rest.append((operation, try binary(level: 0))) }
    return rest.isEmpty ? first : .comparison(first, rest)
  }

  private static let levels: [Set<String>] = [
    ["|"], ["^"], ["&"], ["<<", ">>"], ["+", "-"], ["*", "/", "//", "%", "@"],
  ]

  private mutating func binary(level: Int) throws -> Expression {
    guard level < Self.levels.count else { return try signed() }
    var left = try binary(level: level + 1)
    var length = 0
    while let token = current, token.kind == .op, Self.levels[level].contains(token.text),
      let operation = Expression.BinaryOperator(rawValue: token.text)
    {
      index += 1
      length += 1
      try checkChain(length)
      left = .binary(operation, left, try binary(level: level + 1))
    }
    return left
  }

  private mutating func signed() throws -> Expression {
    guard let token = current, token.kind == .op, let sign = Expression.UnaryOperator(rawValue: token.text)
    else { return try power() }
    index += 1
    return try nested { .unary(sign, try $0.signed()) }
  }

  private mutating func power() throws -> Expression {
    let base = try primary()
    guard take("**") else { return base }
    return .binary(.power, base, try nested { try $0.signed() })
  }
}

// MARK: - Calls, subscripts, atoms

extension ExpressionParser {
  private mutating func primary() throws -> Expression {
    var value = try atom()
    var length = 0
    while let token = current, token.kind == .op {
      length += 1
      try checkChain(length)
      if take(".") {
        guard let name = current, name.kind == .name else { throw syntaxError() }
        index += 1
        value = .attribute(value, name.text)
      } else if at("(") {
        value = try call(of: value)
      } else if take("[") {
        value = .item(value, try nested { try $0.subscriptIndex() })
        try expect("]")
      } else {
        break
      }
    }
    return value
  }

  private mutating func call(of function: Expression) throws -> Expression {
    var site = -1
    if case .name = function {
      site = callSites
      callSites += 1
    }
    try expect("(")
    var positional: [Expression] = []
    var keywords: [(name: String, value: Expression)] = []
    while !at(")") {
      if at("*") || at("**") {
        throw EvaluationError("SyntaxError", "starred arguments are not supported in formulas")
      }
      if let name = current, name.kind == .name, index + 1 < tokens.count, tokens[index + 1].text == "=",
        tokens[index + 1].kind == .op
      {
        index += 2
        if keywords.contains(where: { $0.name == name.text }) {
          throw EvaluationError(
            "SyntaxError", "keyword argument repeated: \(name.text) (<unknown>, line 1)")
        }
        keywords.append((name.text, try expression()))
      } else {
        guard keywords.isEmpty else {
          throw EvaluationError(
            "SyntaxError", "positional argument follows keyword argument (<unknown>, line 1)")
        }
        positional.append(try expression())
      }
      if !take(",") { break }
    }
    try expect(")")
    return .call(.init(function: function, positional: positional, keywords: keywords, site: site))
  }

  private mutating func subscriptIndex() throws -> Expression {
    var items = [try sliceOrExpression()]
    guard at(",") else { return items[0] }
    while take(","), !at("]") { items.append(try sliceOrExpression()) }
    return .tuple(items)
  }

  private mutating func sliceOrExpression() throws -> Expression {
    let start = at(":") ? nil : try expression()
    guard take(":") else {
      guard let start else { throw syntaxError() }
      return start
    }
    func ends(_ parser: ExpressionParser) -> Bool { parser.at(":") || parser.at("]") || parser.at(",") }
    let stop = ends(self) ? nil : try expression()
    guard take(":") else { return .slice(start, stop, nil) }
    return .slice(start, stop, ends(self) ? nil : try expression())
  }

  private static let keywords: Set<String> = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
  ]

  private mutating func atom() throws -> Expression {
    guard let token = current else { throw syntaxError() }
    index += 1
    switch token.kind {
    case .number: return .literal(try PythonLiteral.number(token.text))
    case .string:
      var text = try PythonLiteral.string(token.text)
      while let next = current, next.kind == .string {
        text += try PythonLiteral.string(next.text)
        index += 1
      }
      return .literal(.string(text))
    case .name:
      switch token.text {
      case "True": return .literal(.boolean(true))
      case "False": return .literal(.boolean(false))
      case "None": return .literal(.none)
      default:
        guard !Self.keywords.contains(token.text) else { throw syntaxError() }
        return .name(token.text)
      }
    case .op:
      switch token.text {
      case "(": return try nested { try $0.parenthesized() }
      case "[": return try nested { .list(try $0.items(until: "]")) }
      case "{": return try nested { try $0.dictionaryOrSet() }
      default: throw syntaxError()
      }
    }
  }

  private mutating func parenthesized() throws -> Expression {
    if take(")") { return .tuple([]) }
    let value = try expressionOrTuple()
    try expect(")")
    return value
  }

  private mutating func items(until end: String) throws -> [Expression] {
    var items: [Expression] = []
    while !at(end) {
      items.append(try expression())
      if !take(",") { break }
    }
    try expect(end)
    return items
  }

  private mutating func dictionaryOrSet() throws -> Expression {
    if take("}") { return .dictionary([]) }
    let first = try expression()
    guard take(":") else {
      _ = take(",")
      return .list([first] + (try items(until: "}")))
    }
    var pairs = [(key: first, value: try expression())]
    while take(","), !at("}") {
      let key = try expression()
      try expect(":")
      pairs.append((key, try expression()))
    }
    try expect("}")
    return .dictionary(pairs)
  }
}

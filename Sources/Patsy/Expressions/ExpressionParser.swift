/// Parses a Python expression by recursive descent.
///
/// Nesting is limited: deeper expressions are an error, as in Python, and never a stack overflow.
struct ExpressionParser {
  private static let maximumDepth = 300
  private static let maximumBrackets = 200

  let tokens: [PythonToken]
  var index = 0
  private var depth = 0
  var callSites = 0
  /// Whether this only finds out if an expression stands here, so that errors need no cause.
  private var isTrial = false

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
    do { return try parser.whole() } catch let error as EvaluationError
      where error == invalidSyntax
    {
      // Python reads on to the end, and prefers to name brackets that do not match.
      throw mismatchedBrackets(tokens) ?? error
    }
  }

  private mutating func whole() throws -> Expression {
    let expression = try expressionOrTuple()
    // A statement parses in Python but does not evaluate: another place is named.
    if at("=") || at(";") { throw EvaluationError("SyntaxError", "invalid syntax (<string>, line 1)") }
    guard current == nil else { throw syntaxError() }
    return expression
  }

  private static let invalidSyntax = EvaluationError("SyntaxError", "invalid syntax (<unknown>, line 1)")

  private static let closers = ["(": ")", "[": "]", "{": "}"]

  /// The error of the first closing bracket of another kind than the one that it closes; nil when all match.
  private static func mismatchedBrackets(_ tokens: [PythonToken]) -> EvaluationError? {
    var open: [String] = []
    for token in tokens where token.kind == .op {
      if closers[token.text] != nil { open.append(token.text) }
      guard closers.values.contains(token.text), let opener = open.popLast(), closers[opener] != token.text
      else { continue }
      return EvaluationError(
        "SyntaxError",
        "closing parenthesis '\(token.text)' does not match opening parenthesis '\(opener)' (<unknown>, line 1)"
      )
    }
    return nil
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

  var current: PythonToken? { index < tokens.count ? tokens[index] : nil }

  func syntaxError() -> EvaluationError { Self.invalidSyntax }

  /// The error where a bracket should close: Python asks about a comma when another expression follows the last.
  private func closingError() -> EvaluationError {
    guard !isTrial, index > 0, endsExpression(index - 1), !isNamedText else { return syntaxError() }
    var trial = self
    trial.isTrial = true
    guard (try? trial.expression()) != nil else { return syntaxError() }
    return EvaluationError("SyntaxError", "invalid syntax. Perhaps you forgot a comma? (<unknown>, line 1)")
  }

  /// Whether the token at `position` can be the last one of an expression.
  private func endsExpression(_ position: Int) -> Bool {
    let token = tokens[position]
    switch token.kind {
    case .number, .string: return true
    case .name: return !Self.keywords.contains(token.text) || ["True", "False", "None"].contains(token.text)
    case .op: return Self.closers.values.contains(token.text)
    }
  }

  /// Whether a text follows a bare name, as a prefix would stand before it.
  private var isNamedText: Bool {
    guard current?.kind == .string, tokens[index - 1].kind == .name else { return false }
    return index < 2 || ["(", "[", "{", ",", "=", ":"].contains(tokens[index - 2].text)
  }

  /// Whether the current token is the operator or keyword `text`.
  func at(_ text: String) -> Bool {
    guard let token = current else { return false }
    return token.text == text && (token.kind == .op || token.kind == .name)
  }

  mutating func take(_ text: String) -> Bool {
    guard at(text) else { return false }
    index += 1
    return true
  }

  mutating func expect(_ text: String) throws {
    guard take(text) else { throw Self.closers.values.contains(text) ? closingError() : syntaxError() }
  }

  mutating func nested<T>(_ body: (inout ExpressionParser) throws -> T) throws -> T {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else {
      throw EvaluationError("RecursionError", "maximum recursion depth exceeded during compilation")
    }
    return try body(&self)
  }

  /// Long chains such as `a + b + c` nest to the left without recursion in the parser; evaluation recurses.
  func checkChain(_ length: Int) throws {
    if length > Self.maximumDepth {
      throw EvaluationError("RecursionError", "maximum recursion depth exceeded during compilation")
    }
  }
}

// MARK: - Operators, from loose to tight

extension ExpressionParser {
  mutating func expressionOrTuple() throws -> Expression {
    let first = try expression()
    guard at(",") else { return first }
    var items = [first]
    while take(",") {
      guard let token = current, ![")", "]", "}", "="].contains(token.text) else { break }
      items.append(try expression())
    }
    return .tuple(items)
  }

  mutating func expression() throws -> Expression {
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

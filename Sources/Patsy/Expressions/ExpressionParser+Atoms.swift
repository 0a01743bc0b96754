// Calls, subscripts and atoms: what operators stand between.

extension ExpressionParser {
  mutating func primary() throws -> Expression {
    var value = try atom()
    var length = 0
    while let token = current, token.kind == .op {
      length += 1
      try checkChain(length)
      if take(".") {
        guard let name = current, name.kind == .name, !Self.keywords.contains(name.text) else {
          throw syntaxError()
        }
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

  static let keywords: Set<String> = [
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

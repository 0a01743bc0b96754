/// Parses the formula language: operators between Python expressions.
package enum FormulaParser {
  /// Classes of atoms in a formula.
  package enum Atom {
    /// A Python expression: a factor.
    package static let expression = "PYTHON_EXPR"
    /// The literal `0`.
    package static let zero = "ZERO"
    /// The literal `1`.
    package static let one = "ONE"
    /// Any other number, legal only as an exponent.
    package static let number = "NUMBER"
  }

  private static let operators: [InfixOperator] = [
    InfixOperator("~", arity: 1, precedence: -100),
    InfixOperator("~", arity: 2, precedence: -100),
    InfixOperator("+", arity: 2, precedence: 100),
    InfixOperator("-", arity: 2, precedence: 100),
    InfixOperator("*", arity: 2, precedence: 200),
    InfixOperator("/", arity: 2, precedence: 200),
    InfixOperator(":", arity: 2, precedence: 300),
    InfixOperator("**", arity: 2, precedence: 500),
    InfixOperator("+", arity: 1, precedence: 100),
    InfixOperator("-", arity: 1, precedence: 100),
  ]

  /// The parse tree of a formula; its top is always `~`.
  ///
  /// - Parameters:
  ///   - code: the formula.
  ///   - shown: text of the same length that errors show and point into, when parts of the formula the
  ///     user wrote were blanked out of `code`.
  package static func parse(_ code: String, shown: String? = nil) throws(PatsyError) -> ParseTree {
    let blank = code.unicodeScalars.allSatisfy(\.isPythonSpace)
    let (tokens, failure) = blank ? tokenize("~ 1") : tokenize(code, shown: shown)
    var tree = try InfixParser.parse(
      tokens, failure: failure, operators: operators,
      atoms: [Atom.expression, Atom.zero, Atom.one, Atom.number])
    let top = tree[tree.root]
    if top.type != "~" {
      _ = tree.append(.init(type: "~", token: nil, arguments: [tree.root], origin: top.origin))
    }
    return tree
  }

  /// The formula's tokens up to the first error, and that error: operators, parentheses, and whole Python
  /// expressions.
  static func tokenize(
    _ code: String, shown: String? = nil
  ) -> (tokens: [InfixToken], failure: PatsyError?) {
    let (source, failure) = Tokenizer.prefix(code, shown: shown)
    let symbols = Set(operators.map(\.type)).union(["(", ")"])
    var tokens: [InfixToken] = []
    var index = 0
    while index < source.count {
      let token = source[index]
      if symbols.contains(token.text) {
        tokens.append(InfixToken(token.text, origin: token.origin))
        index += 1
      } else {
        do throws(PatsyError) {
          let expression = try readExpression(source, failure, &index, symbols)
          tokens.append(expression)
        } catch {
          return (tokens, error)
        }
      }
    }
    return (tokens, failure)
  }

  /// Reads a Python expression up to a formula operator outside brackets. "(" does not end it.
  private static func readExpression(
    _ source: [PythonToken], _ failure: PatsyError?, _ index: inout Int, _ symbols: Set<String>
  ) throws(PatsyError) -> InfixToken {
    let first = index
    var depth = 0
    while index < source.count {
      let token = source[index]
      if depth == 0 && token.text != "(" && symbols.contains(token.text) { break }
      switch token.text {
      case "(", "[", "{": depth += 1
      case ")", "]", "}": depth -= 1
      default: break
      }
      if depth < 0 { throw PatsyError("unmatched close bracket", origin: token.origin) }
      index += 1
    }
    if index == source.count, let failure { throw failure }
    let tokens = source[first..<index]
    let origin = Origin.combine([tokens.first?.origin, tokens.last?.origin]) ?? source[first].origin
    if depth > 0 { throw PatsyError("unclosed bracket in embedded Python expression", origin: origin) }
    let text = TokenSpacing.join(tokens)
    let type: String
    switch text {
    case "0": type = Atom.zero
    case "1": type = Atom.one
    default: type = PythonNumber.isNumber(text) ? Atom.number : Atom.expression
    }
    return InfixToken(type, origin: origin, text: text)
  }
}

/// Reads numbers as Python's `int` and `float` do.
enum PythonNumber {
  /// The value of `int(text)`, limited to the range of Int; nil when Python raises ValueError.
  static func integer(_ text: String) -> Int? {
    let body = trimmed(text)
    let digits = body.drop { $0 == "+" || $0 == "-" }
    guard body.count - digits.count <= 1, let plain = withoutUnderscores(digits),
      plain.allSatisfy({ $0.isASCII && $0.isNumber }), !plain.isEmpty
    else { return nil }
    let negative = body.first == "-"
    guard let magnitude = Int(plain) else { return negative ? .min : .max }
    return negative ? -magnitude : magnitude
  }

  /// The value of `float(text)`; nil when Python raises ValueError.
  static func double(_ text: String) -> Double? {
    let body = trimmed(text)
    let unsigned = body.drop { $0 == "+" || $0 == "-" }
    guard body.count - unsigned.count <= 1 else { return nil }
    let sign: Double = body.first == "-" ? -1 : 1
    switch unsigned.lowercased() {
    case "nan": return .nan
    case "inf", "infinity": return sign * .infinity
    default: break
    }
    guard let plain = withoutUnderscores(unsigned),
      plain.allSatisfy({ $0.isASCII && ($0.isNumber || ".eE+-".contains($0)) }),
      let first = plain.first, first.isNumber || first == ".", plain.contains(where: \.isNumber)
    else { return nil }
    return Double(plain).map { sign * $0 } ?? Double(plain + "0").map { sign * $0 }
  }

  static func isNumber(_ text: String) -> Bool { integer(text) != nil || double(text) != nil }

  private static func trimmed(_ text: String) -> Substring {
    var view = text.unicodeScalars[...]
    while let first = view.first, first.isPythonSpace { view.removeFirst() }
    while let last = view.last, last.isPythonSpace { view.removeLast() }
    return Substring(view)
  }

  /// Underscores may stand between two digits only.
  private static func withoutUnderscores(_ text: Substring) -> String? {
    guard text.contains("_") else { return String(text) }
    let characters = Array(text)
    for (i, character) in characters.enumerated() where character == "_" {
      guard i > 0, i + 1 < characters.count, characters[i - 1].isNumber, characters[i + 1].isNumber
      else { return nil }
    }
    return String(characters.filter { $0 != "_" })
  }
}

/// A token of an infix language: formulas, and linear constraints.
package struct InfixToken: Sendable, Hashable {
  /// What the token is: an operator's symbol, the name of an atom's class, or a parenthesis.
  package let type: String
  /// Where it stands.
  package let origin: Origin
  /// The text of an atom.
  package let text: String

  /// Type of an opening parenthesis.
  package static let openParenthesis = "("
  /// Type of a closing parenthesis.
  package static let closeParenthesis = ")"

  /// A token of class `type` at `origin`.
  package init(_ type: String, origin: Origin, text: String = "") {
    self.type = type
    self.origin = origin
    self.text = text
  }
}

/// An operator of an infix language.
package struct InfixOperator: Sendable, Hashable {
  /// The type of its token.
  package let type: String
  /// One or two operands.
  package let arity: Int
  /// Higher binds tighter; operators of equal precedence associate to the left.
  package let precedence: Int

  /// An operator with one (prefix) or two (infix) operands.
  package init(_ type: String, arity: Int, precedence: Int) {
    self.type = type
    self.arity = arity
    self.precedence = precedence
  }
}

/// A parse tree in an array: operands stand before their operator, so that no walk needs recursion.
package struct ParseTree: Sendable {
  /// An operator with its operands, or an atom with none.
  package struct Node: Sendable {
    /// The operator's symbol or the atom's class.
    package let type: String
    /// The operator's or atom's own token; nil for an implied `~`.
    package let token: InfixToken?
    /// Positions of the operands in ``ParseTree/nodes``.
    package let arguments: [Int]
    /// The span of the whole subtree, with parentheses around it.
    package var origin: Origin?
  }

  /// All nodes; operands come before operators.
  package private(set) var nodes: [Node] = []
  /// Position of the top node.
  package private(set) var root = 0

  /// The node at `index`.
  package subscript(index: Int) -> Node { nodes[index] }

  mutating func append(_ node: Node) -> Int {
    nodes.append(node)
    root = nodes.count - 1
    return root
  }

  mutating func widen(_ index: Int, to origin: Origin?) { nodes[index].origin = origin }
}

/// Shunting-yard parser for infix languages with parentheses.
///
/// Source: E. W. Dijkstra, "Algol 60 translation", Mathematisch Centrum report MR 34/61 (1961).
package struct InfixParser {
  private struct Pending {
    let operation: InfixOperator
    let token: InfixToken
    var isParenthesis: Bool { operation.type == InfixToken.openParenthesis }
  }

  private static let parenthesis = InfixOperator(
    InfixToken.openParenthesis, arity: 0, precedence: .min)

  private let unary: [String: InfixOperator]
  private let binary: [String: InfixOperator]
  private let atoms: Set<String>
  private var pending: [Pending] = []
  private var nouns: [Int] = []
  private var tree = ParseTree()

  /// The tree of `tokens` in the language of `operators` and classes of `atoms`.
  ///
  /// - Parameter failure: what is wrong with the text after the last token; it is thrown unless the tokens
  ///   before it are wrong themselves.
  package static func parse(
    _ tokens: [InfixToken], failure: PatsyError? = nil, operators: [InfixOperator], atoms: Set<String>
  ) throws(PatsyError) -> ParseTree {
    var parser = InfixParser(operators: operators, atoms: atoms)
    var wantsNoun = true
    for token in tokens {
      wantsNoun = wantsNoun ? try parser.readNoun(token) : try parser.readOperator(token)
    }
    if let failure { throw failure }
    if wantsNoun {
      throw PatsyError(
        "expected a noun, but instead the expression ended", origin: parser.pending.last?.token.origin)
    }
    while let top = parser.pending.last {
      if top.isParenthesis { throw PatsyError("Unmatched '('", origin: top.token.origin) }
      parser.reduce()
    }
    return parser.tree
  }

  private init(operators: [InfixOperator], atoms: Set<String>) {
    var unary: [String: InfixOperator] = [:]
    var binary: [String: InfixOperator] = [:]
    for operation in operators {
      if operation.arity == 1 {
        unary[operation.type] = operation
      } else {
        binary[operation.type] = operation
      }
    }
    self.unary = unary
    self.binary = binary
    self.atoms = atoms
  }

  private mutating func readNoun(_ token: InfixToken) throws(PatsyError) -> Bool {
    if token.type == InfixToken.openParenthesis {
      pending.append(Pending(operation: Self.parenthesis, token: token))
      return true
    }
    if let operation = unary[token.type] {
      pending.append(Pending(operation: operation, token: token))
      return true
    }
    guard atoms.contains(token.type) else {
      throw PatsyError("expected a noun, not '\(token.origin.relevantCode())'", origin: token.origin)
    }
    nouns.append(
      tree.append(.init(type: token.type, token: token, arguments: [], origin: token.origin)))
    return false
  }

  private mutating func readOperator(_ token: InfixToken) throws(PatsyError) -> Bool {
    if token.type == InfixToken.closeParenthesis {
      while let top = pending.last, !top.isParenthesis { reduce() }
      guard let open = pending.popLast(), let noun = nouns.last else {
        throw PatsyError("missing '(' or extra ')'", origin: token.origin)
      }
      tree.widen(noun, to: Origin.combine([open.token.origin, tree[noun].token?.origin, token.origin]))
      return false
    }
    guard let operation = binary[token.type] else {
      throw PatsyError(
        "expected an operator, not '\(token.origin.relevantCode())'", origin: token.origin)
    }
    while let top = pending.last, operation.precedence <= top.operation.precedence { reduce() }
    pending.append(Pending(operation: operation, token: token))
    return true
  }

  private mutating func reduce() {
    guard let top = pending.popLast() else { return }
    let count = min(top.operation.arity, nouns.count)
    let arguments = Array(nouns.suffix(count))
    nouns.removeLast(count)
    let origin = Origin.combine([top.token.origin] + arguments.map { tree[$0].origin })
    nouns.append(
      tree.append(.init(type: top.operation.type, token: top.token, arguments: arguments, origin: origin)))
  }
}

import DataFrames
import LinearAlgebra

/// Reads equations between linear combinations of named coefficients.
///
/// `,` binds weakest, then `=`, then `+` and `-` (also as signs), then `*` and `/`; parentheses group.
/// A chain `a = b = c` is two equations.
struct ConstraintParser {
  private static let operators = [
    InfixOperator(",", arity: 2, precedence: -100),
    InfixOperator("=", arity: 2, precedence: 0),
    InfixOperator("+", arity: 1, precedence: 100),
    InfixOperator("-", arity: 1, precedence: 100),
    InfixOperator("+", arity: 2, precedence: 100),
    InfixOperator("-", arity: 2, precedence: 100),
    InfixOperator("*", arity: 2, precedence: 200),
    InfixOperator("/", arity: 2, precedence: 200),
  ]

  private let names: [String]
  /// Names as scalars, longest first, with their position in `names`.
  private let sortedNames: [(scalars: [Unicode.Scalar], index: Int)]

  init(_ names: [String]) {
    self.names = names
    sortedNames = names.enumerated()
      .map { (scalars: Array($1.unicodeScalars), index: $0) }
      .sorted {
        $0.scalars.count > $1.scalars.count || ($0.scalars.count == $1.scalars.count && $0.index < $1.index)
      }
  }

  /// The constraints a text stands for.
  func parse(_ text: String) throws -> LinearConstraint {
    let tree = try InfixParser.parse(
      try tokens(text), operators: Self.operators, atoms: ["NUMBER", "VARIABLE"])
    return try ConstraintEvaluator(names: names, tree: tree).constraint(tree.root)
  }

  /// Tokens by first match in a fixed order: parentheses, operators, names, numbers, blanks.
  ///
  /// Operators come before names: a name that starts with one is never found.
  private func tokens(_ text: String) throws -> [InfixToken] {
    let scalars = Array(text.unicodeScalars)
    var tokens: [InfixToken] = []
    var position = 0
    while position < scalars.count {
      let scalar = scalars[position]
      let type: String?
      let length: Int
      if "()".unicodeScalars.contains(scalar) {
        (type, length) = (scalar == "(" ? InfixToken.openParenthesis : InfixToken.closeParenthesis, 1)
      } else if ",=+-*/".unicodeScalars.contains(scalar) {
        (type, length) = (String(scalar), 1)
      } else if let name = sortedNames.first(where: { scalars[position...].starts(with: $0.scalars) }),
        !name.scalars.isEmpty
      {
        (type, length) = ("VARIABLE", name.scalars.count)
      } else if let count = Self.numberLength(scalars[position...]) {
        (type, length) = ("NUMBER", count)
      } else if scalar.isBlank {
        (type, length) = (nil, 1)
      } else {
        throw PatsyError(
          "unrecognized token in constraint",
          origin: Origin(code: text, start: position, end: position + 1))
      }
      if let type {
        var token = String.UnicodeScalarView()
        token.append(contentsOf: scalars[position..<position + length])
        tokens.append(
          InfixToken(
            type, origin: Origin(code: text, start: position, end: position + length), text: String(token)))
      }
      position += length
    }
    return tokens
  }

  /// Length of the number at the start: digits, a fraction, an exponent; nil when there is none.
  private static func numberLength(_ scalars: ArraySlice<Unicode.Scalar>) -> Int? {
    func digits(from start: Int) -> Int {
      var end = start
      while end < scalars.endIndex, ("0"..."9").contains(scalars[end]) { end += 1 }
      return end
    }
    var end = digits(from: scalars.startIndex)
    if end < scalars.endIndex, scalars[end] == "." {
      let fraction = digits(from: end + 1)
      if fraction > end + 1 { end = fraction }
    }
    guard end > scalars.startIndex else { return nil }
    if end < scalars.endIndex, scalars[end] == "e" || scalars[end] == "E" {
      var exponent = end + 1
      if exponent < scalars.endIndex, scalars[exponent] == "+" || scalars[exponent] == "-" { exponent += 1 }
      let last = digits(from: exponent)
      if last > exponent { end = last }
    }
    return end - scalars.startIndex
  }
}

/// Evaluates the tree of a constraint from its leaves up, without recursion.
///
/// A node is a linear combination (the coefficients, then the constant), a set of constraints, or the error
/// its evaluation met. An error surfaces only when its parent asks for the value: the leftmost comes first.
private struct ConstraintEvaluator {
  private enum Value {
    case combination([Double])
    case constraints([[Double]])
  }

  private let names: [String]
  private let tree: ParseTree
  private var values: [Result<Value, any Error>] = []

  init(names: [String], tree: ParseTree) {
    self.names = names
    self.tree = tree
    values.reserveCapacity(tree.nodes.count)
    for node in tree.nodes {
      values.append(Result { try evaluate(node) })
    }
  }

  /// The constraints at a node; a linear combination is set to zero.
  func constraint(_ index: Int) throws -> LinearConstraint {
    let rows = try constraints(index)
    var coefs = Matrix(rows: rows.count, columns: names.count)
    for (i, row) in rows.enumerated() {
      for j in 0..<names.count { coefs[i, j] = row[j] }
    }
    return try LinearConstraint(variableNames: names, coefs: coefs, constants: rows.map { $0[names.count] })
  }

  /// Rows (coefficients, right-hand side) of the constraints at a node.
  private func constraints(_ index: Int) throws -> [[Double]] {
    switch try values[index].get() {
    case .constraints(let rows): return rows
    case .combination(var row):
      if isConstant(row) {
        throw PatsyError("term is constant, with no variables", origin: tree[index].origin)
      }
      row[names.count] = -row[names.count]
      return [row]
    }
  }

  /// The linear combination at a node, which may not be an equation.
  private func combination(_ index: Int) throws -> [Double] {
    guard case .combination(let row) = try values[index].get() else {
      throw PatsyError("unexpected constraint object", origin: tree[index].origin)
    }
    return row
  }

  private func isConstant(_ row: [Double]) -> Bool { row.prefix(names.count).allSatisfy { $0 == 0 } }

  private func evaluate(_ node: ParseTree.Node) throws -> Value {
    switch (node.type, node.arguments.count) {
    case ("VARIABLE", _):
      var row = [Double](repeating: 0, count: names.count + 1)
      if let name = node.token?.text, let index = names.firstIndex(of: name) { row[index] = 1 }
      return .combination(row)
    case ("NUMBER", _):
      var row = [Double](repeating: 0, count: names.count + 1)
      row[names.count] = Double(node.token?.text ?? "") ?? .nan
      return .combination(row)
    case ("=", 2):
      return .constraints(try equation(node))
    case (",", 2):
      return .constraints(try constraints(node.arguments[0]) + constraints(node.arguments[1]))
    case ("+", 1):
      return .combination(try combination(node.arguments[0]))
    case ("-", 1):
      return .combination(try combination(node.arguments[0]).map { -1 * $0 })
    default:
      return .combination(try arithmetic(node))
    }
  }

  private func arithmetic(_ node: ParseTree.Node) throws -> [Double] {
    let left = try combination(node.arguments[0])
    let right = try combination(node.arguments[1])
    switch node.type {
    case "+": return zip(left, right).map(+)
    case "-": return zip(left, right).map(-)
    case "/":
      guard isConstant(right) else {
        throw PatsyError(
          "Can't divide by a variable in a linear constraint", origin: tree[node.arguments[1]].origin)
      }
      return left.map { $0 / right[names.count] }
    default:
      if isConstant(left) { return right.map { left[names.count] * $0 } }
      if isConstant(right) { return left.map { $0 * right[names.count] } }
      throw PatsyError(
        "Can't multiply one variable by another in a linear constraint", origin: node.origin)
    }
  }

  /// An equation; an operand that is itself one stands with it, and with its nearer side for this one.
  private func equation(_ node: ParseTree.Node) throws -> [[Double]] {
    var rows: [[Double]] = []
    var sides = node.arguments
    for (i, side) in node.arguments.enumerated() where tree[side].type == "=" {
      rows += try constraints(side)
      sides[i] = tree[side].arguments[1 - i]
    }
    let difference = zip(try combination(sides[0]), try combination(sides[1])).map(-)
    if isConstant(difference) {
      throw PatsyError("no variables appear in constraint", origin: node.origin)
    }
    var row = difference
    row[names.count] = -difference[names.count]
    return rows + [row]
  }
}

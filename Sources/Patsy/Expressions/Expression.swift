/// A parsed Python expression, the part of Python that a factor may use.
package indirect enum Expression: Sendable {
  /// A constant.
  case literal(FormulaValue)
  /// A variable.
  case name(String)
  /// `value.name`
  case attribute(Expression, String)
  /// A call. Calls of bare names are numbered: one of them may be a stateful transform.
  case call(Call)
  /// `value[index]`
  case item(Expression, Expression)
  /// `start:stop:step` inside a subscript.
  case slice(Expression?, Expression?, Expression?)
  /// `[a, b]`
  case list([Expression])
  /// `(a, b)`
  case tuple([Expression])
  /// `{a: b}`
  case dictionary([(key: Expression, value: Expression)])
  /// A sign or `~`.
  case unary(UnaryOperator, Expression)
  /// `not a`
  case not(Expression)
  /// An arithmetic operator.
  case binary(BinaryOperator, Expression, Expression)
  /// `a < b <= c`
  case comparison(Expression, [(ComparisonOperator, Expression)])
  /// `a and b`, `a or b`: the flag is true for `and`.
  case logical(isAnd: Bool, [Expression])
  /// `a if condition else b`
  case conditional(condition: Expression, then: Expression, else: Expression)

  /// A call with its arguments.
  package struct Call: Sendable {
    package let function: Expression
    package let positional: [Expression]
    package let keywords: [(name: String, value: Expression)]
    /// Number of the call among the calls of bare names, from 0; -1 for any other call.
    package let site: Int

    /// The bare name that is called, if it is one.
    package var bareName: String? {
      if case .name(let name) = function { return name }
      return nil
    }
  }

  /// Operators with one operand.
  package enum UnaryOperator: String, Sendable {
    case plus = "+"
    case minus = "-"
    case invert = "~"
  }

  /// Operators with two operands.
  package enum BinaryOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case remainder = "%"
    case power = "**"
    case and = "&"
    case or = "|"
    case xor = "^"
    case shiftLeft = "<<"
    case shiftRight = ">>"
    case matrixMultiply = "@"
  }

  /// Comparisons.
  package enum ComparisonOperator: String, Sendable {
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case equal = "=="
    case notEqual = "!="
    case isIn = "in"
    case isNotIn = "not in"
    case isSame = "is"
    case isNotSame = "is not"
  }

  /// The operands, in the order of evaluation.
  package var children: [Expression] {
    switch self {
    case .literal, .name: []
    case .attribute(let value, _), .unary(_, let value), .not(let value): [value]
    case .call(let call): [call.function] + call.positional + call.keywords.map(\.value)
    case .item(let value, let index): [value, index]
    case .slice(let start, let stop, let step): [start, stop, step].compactMap { $0 }
    case .list(let items), .tuple(let items), .logical(_, let items): items
    case .dictionary(let pairs): pairs.flatMap { [$0.key, $0.value] }
    case .binary(_, let left, let right): [left, right]
    case .comparison(let first, let rest): [first] + rest.map(\.1)
    case .conditional(let condition, let then, let otherwise): [condition, then, otherwise]
    }
  }

  /// Calls `visit` on this expression and all below it, outer before inner.
  package func walk(_ visit: (Expression) -> Void) {
    visit(self)
    for child in children { child.walk(visit) }
  }
}

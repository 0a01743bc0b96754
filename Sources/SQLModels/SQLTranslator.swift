import DataFrames
import Patsy

/// Turns Python expressions of formulas into SQL that computes the same numbers.
package struct SQLTranslator: Sendable {
  /// A translated expression.
  package struct Translation: Sendable {
    package enum Kind: Sendable { case number, truth, text }
    package let sql: String
    package let kind: Kind
  }

  package let dialect: SQLDialect
  private let columns: [String: SQLColumn]
  /// Means and standard deviations that transforms subtract and divide by, by the text of their argument.
  package var moments: [String: Moments] = [:]
  /// Arguments of transforms that were met.
  package struct Moments: Sendable {
    package let mean: Double
    package let deviation: Double
    /// What stands for mean and deviation in a text that is printed before they are known.
    package let parameters: [String]?

    package init(mean: Double, deviation: Double, parameters: [String]? = nil) {
      self.mean = mean
      self.deviation = deviation
      self.parameters = parameters
    }
  }

  package init(dialect: SQLDialect, columns: [SQLColumn]) {
    self.dialect = dialect
    self.columns = Dictionary(columns.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The column of a name; nil where there is none.
  package func column(_ name: String) -> SQLColumn? { columns[name] }

  /// Names of all columns.
  package var columnNames: [String] { columns.keys.sorted() }

  /// The value of a whole expression.
  package func translate(_ expression: Expression) throws -> Translation {
    switch expression {
    case .literal(let value): return try literal(value)
    case .name(let name): return try variable(name)
    case .attribute(.name(let module), let name) where ["np", "numpy"].contains(module):
      let constants = ["pi": Double.pi, "e": 2.718281828459045]
      guard let value = constants[name] else { throw unknown("np.\(name)") }
      return number(dialect.number(value))
    case .unary(let sign, let operand): return try unary(sign, operand)
    case .binary(let operation, let left, let right): return try binary(operation, left, right)
    case .comparison(let first, let rest): return try comparison(first, rest)
    case .call(let call): return try self.call(call)
    case .logical(let isAnd, _):
      throw SQLError("'\(isAnd ? "and" : "or")' joins no columns in Python: write '\(isAnd ? "&" : "|")'")
    case .not: throw SQLError("'not' negates no column in Python: write '~'")
    default: throw SQLError("subscripts, lists and methods have no counterpart in SQL")
    }
  }

  private func number(_ sql: String) -> Translation { Translation(sql: sql, kind: .number) }

  private func literal(_ value: FormulaValue) throws -> Translation {
    switch value {
    case .integer(let whole):
      guard abs(whole) <= 1 << 53 else {
        throw SQLError("\(whole) is no double: write it with a decimal point")
      }
      return number(dialect.number(Double(whole)))
    case .double(let value):
      guard value.isFinite else { throw SQLError("\(value) is no finite number") }
      return number(dialect.number(value))
    case .string(let text): return Translation(sql: try dialect.text(text), kind: .text)
    case .boolean(let truth): return Translation(sql: dialect.truth(truth), kind: .truth)
    default: throw SQLError("'\(value)' has no counterpart in SQL")
    }
  }

  /// A column by name, as doubles where it holds numbers.
  package func variable(_ name: String) throws -> Translation {
    guard let column = columns[name] else {
      throw SQLError(noColumn: name, among: columnNames)
    }
    let quoted = try dialect.quoted(name)
    switch column.kind {
    case .integer, .double: return number(dialect.double(quoted))
    case .text:
      return Translation(sql: dialect.binary(quoted, isCollated: column.isCollated), kind: .text)
    case .boolean: return Translation(sql: dialect == .sqlite ? "\(quoted) <> 0" : quoted, kind: .truth)
    case .other:
      throw SQLError(
        "the column '\(name)' holds neither numbers, texts nor truth values: cast it in a query or view")
    }
  }

  /// A value as a number: truth values count as 1 and 0.
  private func numeric(_ expression: Expression) throws -> String {
    let value = try translate(expression)
    switch value.kind {
    case .number: return value.sql
    case .truth: return zeroOne(value.sql)
    case .text: throw SQLError("a text is no number")
    }
  }

  private func zeroOne(_ condition: String) -> String {
    "CASE WHEN \(condition) THEN \(dialect.number(1)) WHEN NOT (\(condition)) THEN \(dialect.number(0)) END"
  }

  private func truth(_ expression: Expression) throws -> String {
    let value = try translate(expression)
    guard value.kind == .truth else { throw SQLError("a truth value is needed here, such as x > 0") }
    return value.sql
  }

  // MARK: - Operators

  private func unary(_ sign: Expression.UnaryOperator, _ operand: Expression) throws -> Translation {
    switch sign {
    case .plus: return number("(\(try numeric(operand)))")
    case .minus: return number("(-(\(try numeric(operand))))")
    case .invert: return Translation(sql: "NOT (\(try truth(operand)))", kind: .truth)
    }
  }

  private func binary(
    _ operation: Expression.BinaryOperator, _ left: Expression, _ right: Expression
  ) throws -> Translation {
    switch operation {
    case .and, .or, .xor:
      let (a, b) = (try truth(left), try truth(right))
      let word = operation == .and ? "AND" : operation == .or ? "OR" : "<>"
      return Translation(sql: "((\(a)) \(word) (\(b)))", kind: .truth)
    case .add, .subtract, .multiply, .divide, .power:
      if try translate(left).kind == .truth, try translate(right).kind == .truth {
        throw SQLError("arithmetic of two truth values means something else in Python: write 1 * (…)")
      }
      let (a, b) = (try numeric(left), try numeric(right))
      switch operation {
      case .add: return number("(\(a) + \(b))")
      case .subtract: return number("(\(a) - \(b))")
      case .multiply: return number("(\(a) * \(b))")
      case .divide: return number("(\(a) / NULLIF(\(b), \(dialect.number(0))))")
      default: return number(power(a, right, b))
      }
    case .floorDivide, .remainder:
      throw SQLError(
        "'\(operation.rawValue)' of negative numbers differs between Python and databases: compute it in a view"
      )
    default: throw SQLError("'\(operation.rawValue)' has no counterpart in SQL")
    }
  }

  /// A power; of a small whole exponent by products.
  private func power(_ base: String, _ exponent: Expression, _ sql: String) -> String {
    if case .literal(.integer(let whole)) = exponent, (0...8).contains(whole) {
      return whole == 0
        ? dialect.number(1) : "(\([String](repeating: base, count: whole).joined(separator: " * ")))"
    }
    return "POWER(\(base), \(sql))"
  }

  private func comparison(
    _ first: Expression, _ rest: [(Expression.ComparisonOperator, Expression)]
  ) throws -> Translation {
    guard rest.count == 1 else {
      throw SQLError("Python compares columns one at a time: write (a < b) & (b < c)")
    }
    let (operation, second) = rest[0]
    let words: [Expression.ComparisonOperator: String] = [
      .less: "<", .lessOrEqual: "<=", .greater: ">", .greaterOrEqual: ">=", .equal: "=", .notEqual: "<>",
    ]
    guard let word = words[operation] else {
      throw SQLError(
        "'\(operation.rawValue)' has no counterpart for columns: write several comparisons with '|'")
    }
    let (a, b) = (try translate(first), try translate(second))
    if a.kind == .text || b.kind == .text {
      guard a.kind == b.kind else { throw SQLError("a text and a number are never equal") }
      guard operation == .equal || operation == .notEqual else {
        throw SQLError("the order of texts depends on the database: compare them by == and != only")
      }
      return Translation(sql: "(\(a.sql) \(word) \(b.sql))", kind: .truth)
    }
    return Translation(sql: "(\(try numeric(first)) \(word) \(try numeric(second)))", kind: .truth)
  }

  // MARK: - Calls

  private func call(_ call: Expression.Call) throws -> Translation {
    let arguments = call.positional
    if let name = call.bareName {
      switch name {
      case "I" where arguments.count == 1 && call.keywords.isEmpty: return try translate(arguments[0])
      case "Q":
        guard arguments.count == 1, case .literal(.string(let name)) = arguments[0] else {
          throw SQLError("Q takes a name in quotes")
        }
        return try variable(name)
      case "abs" where arguments.count == 1: return try function("abs", arguments)
      case "pow" where arguments.count == 2: return try function("power", arguments)
      case "center", "standardize", "scale": return try moment(name, call)
      default: throw refusal(of: name)
      }
    }
    if case .attribute(.name(let module), let name) = call.function, ["np", "numpy"].contains(module) {
      guard call.keywords.isEmpty else { throw SQLError("np.\(name) takes no options in SQL") }
      return try function(name, arguments)
    }
    throw SQLError("methods of columns have no counterpart in SQL: compute the column in a view")
  }

  /// Why a function cannot be computed by SQL.
  private func refusal(of name: String) -> SQLError {
    switch name {
    case "bs", "cr", "cc", "te": SQLError("its knots are quantiles of the data")
    case "C": SQLError("C() stands at the outside of a factor only")
    case "poly": SQLError("its columns depend on all rows")
    default: unknown(name)
    }
  }

  private func unknown(_ name: String) -> SQLError {
    SQLError("'\(name)' is no function that databases have")
  }

  /// `center(x)` and `standardize(x)`, from moments that were asked for before.
  private func moment(_ name: String, _ call: Expression.Call) throws -> Translation {
    guard call.positional.count == 1, call.keywords.isEmpty else {
      throw SQLError("\(name) takes one argument and no options in SQL")
    }
    let inner = try numeric(call.positional[0])
    guard let moments = moments[inner] else { throw SQLMomentsNeeded(argument: inner) }
    let known = moments.parameters ?? [dialect.number(moments.mean), dialect.number(moments.deviation)]
    let centred = "(\(inner) - \(known[0]))"
    return number(name == "center" ? centred : "(\(centred) / \(known[1]))")
  }

  private func function(_ name: String, _ arguments: [Expression]) throws -> Translation {
    if name == "where", arguments.count == 3 {
      let (a, b) = (try numeric(arguments[1]), try numeric(arguments[2]))
      let condition = try truth(arguments[0])
      return number("CASE WHEN \(condition) THEN \(a) WHEN NOT (\(condition)) THEN \(b) END")
    }
    let values = try arguments.map(numeric)
    if values.count == 2 {
      let (a, b) = (values[0], values[1])
      switch name {
      case "minimum": return number("CASE WHEN \(a) <= \(b) THEN \(a) WHEN \(b) < \(a) THEN \(b) END")
      case "maximum": return number("CASE WHEN \(a) >= \(b) THEN \(a) WHEN \(b) > \(a) THEN \(b) END")
      case "power", "float_power": return number(power(a, arguments[1], b))
      case "add": return number("(\(a) + \(b))")
      case "subtract": return number("(\(a) - \(b))")
      case "multiply": return number("(\(a) * \(b))")
      case "divide", "true_divide": return number("(\(a) / NULLIF(\(b), \(dialect.number(0))))")
      case "arctan2", "atan2": return number("ATAN2(\(a), \(b))")
      default: throw unknown("np.\(name)")
      }
    }
    guard values.count == 1 else { throw unknown("np.\(name)") }
    return number(try unaryFunction(name, values[0]))
  }

  /// Functions outside of whose domain there is no value, as Python has nan there.
  private func unaryFunction(_ name: String, _ x: String) throws -> String {
    let zero = dialect.number(0)
    let one = dialect.number(1)
    switch name {
    case "log": return "CASE WHEN \(x) > \(zero) THEN LN(\(x)) END"
    case "log2":
      return "CASE WHEN \(x) > \(zero) THEN LN(\(x)) / \(dialect.number(0.6931471805599453)) END"
    case "log10": return "CASE WHEN \(x) > \(zero) THEN \(dialect.logarithm10(x)) END"
    case "log1p":
      // W. Kahan: the rounding of 1 + x cancels in the quotient.
      return
        "CASE WHEN \(x) <= \(dialect.number(-1)) THEN NULL WHEN (\(one) + \(x)) = \(one) THEN \(x) "
        + "ELSE LN(\(one) + \(x)) * (\(x) / ((\(one) + \(x)) - \(one))) END"
    case "expm1":
      return
        "CASE WHEN EXP(\(x)) = \(one) THEN \(x) WHEN ABS(\(x)) > \(one) THEN EXP(\(x)) - \(one) "
        + "ELSE (EXP(\(x)) - \(one)) * (\(x) / LN(EXP(\(x)))) END"
    case "sqrt": return "CASE WHEN \(x) >= \(zero) THEN SQRT(\(x)) END"
    case "exp": return "EXP(\(x))"
    case "abs", "absolute", "fabs": return "ABS(\(x))"
    case "square": return "(\(x) * \(x))"
    case "negative": return "(-(\(x)))"
    case "reciprocal": return "(\(one) / NULLIF(\(x), \(zero)))"
    case "sign":
      return
        "CASE WHEN \(x) > \(zero) THEN \(one) WHEN \(x) < \(zero) THEN \(dialect.number(-1)) WHEN \(x) = \(zero) THEN \(zero) END"
    case "floor": return dialect.double("FLOOR(\(x))")
    case "ceil": return dialect.double("CEIL(\(x))")
    case "sin", "cos", "tan", "sinh", "cosh", "tanh": return "\(name.uppercased())(\(x))"
    case "arctan", "atan": return "ATAN(\(x))"
    case "arcsin", "asin": return "CASE WHEN ABS(\(x)) <= \(one) THEN ASIN(\(x)) END"
    case "arccos", "acos": return "CASE WHEN ABS(\(x)) <= \(one) THEN ACOS(\(x)) END"
    default: throw unknown("np.\(name)")
    }
  }
}

/// A transform needs the mean and standard deviation of its argument first.
package struct SQLMomentsNeeded: Error {
  package let argument: String
}

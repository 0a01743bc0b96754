import DataFrames
import LinearAlgebra

/// Linear constraints A b = c on named coefficients.
///
/// Python: patsy.LinearConstraint
public struct LinearConstraint: Sendable, Equatable {
  /// The coefficients' names, one for each column of ``coefs``.
  ///
  /// Python: LinearConstraint.variable_names
  public let variableNames: [String]
  /// A: one row a constraint.
  ///
  /// Python: LinearConstraint.coefs
  public let coefs: Matrix
  /// c: one element a constraint.
  ///
  /// Python: LinearConstraint.constants
  public let constants: [Double]

  /// Constraints from their matrix; nil `constants` are zeros.
  ///
  /// - Throws: ``PatsyError`` when the shapes do not fit or there is no row.
  ///
  /// Python: patsy.LinearConstraint(variable_names, coefs, constants=None)
  public init(variableNames: [String], coefs: Matrix, constants: [Double]? = nil) throws {
    guard coefs.columns == variableNames.count else { throw PatsyError("wrong shape for coefs") }
    guard coefs.rows > 0 else {
      throw PatsyError("must have at least one row in constraint matrix")
    }
    let constants = constants ?? [Double](repeating: 0, count: coefs.rows)
    guard coefs.rows == constants.count else {
      throw PatsyError("shape mismatch between coefs and constants")
    }
    self.variableNames = variableNames
    self.coefs = coefs
    self.constants = constants
  }

  /// Constraints that hold together: the rows of all, in order.
  ///
  /// - Throws: ``PatsyError`` when there is none or the variable names differ.
  ///
  /// Python: LinearConstraint.combine
  public static func combine(_ constraints: [LinearConstraint]) throws -> LinearConstraint {
    guard let first = constraints.first else { throw PatsyError("no constraints specified") }
    guard constraints.allSatisfy({ $0.variableNames == first.variableNames }) else {
      throw PatsyError("variable names don't match")
    }
    var coefs = Matrix(
      rows: constraints.reduce(0) { $0 + $1.coefs.rows }, columns: first.coefs.columns)
    var top = 0
    for constraint in constraints {
      for j in 0..<coefs.columns {
        for i in 0..<constraint.coefs.rows { coefs[top + i, j] = constraint.coefs[i, j] }
      }
      top += constraint.coefs.rows
    }
    return try LinearConstraint(
      variableNames: first.variableNames, coefs: coefs, constants: constraints.flatMap(\.constants))
  }
}

/// What may stand for linear constraints where coefficients are named.
///
/// A text literal is ``text(_:)``, a list of texts ``texts(_:)``, a dictionary literal ``values(_:)``:
/// `"x1 = x2, x3 = 0"`, `["x1 = x2", "x3 = 0"]`, `["x1": 2, "x3": 0]`.
///
/// Python: the argument of DesignInfo.linear_constraint
public enum ConstraintLike: Sendable {
  /// Equations such as `"x1 = x2, x3 = 0"` or `"2*x1 = x2/3 + 1"`; a term without `=` is set to zero.
  case text(String)
  /// Equations, all of which hold.
  case texts([String])
  /// A value for each named coefficient; the name may be the position in the model.
  case values([(name: ColumnValue, value: Double)])
  /// A matrix and right-hand sides; nil: zeros.
  case matrix(Matrix, constants: [Double]? = nil)
  /// Constraints already built.
  case constraint(LinearConstraint)
}

extension ConstraintLike: ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// Equations in a text.
  public init(stringLiteral value: String) { self = .text(value) }
  /// Equations in a list of texts.
  public init(arrayLiteral elements: String...) { self = .texts(elements) }
  /// A value for each named coefficient.
  public init(dictionaryLiteral elements: (ColumnValue, Double)...) {
    self = .values(elements.map { (name: $0.0, value: $0.1) })
  }
}

extension LinearConstraint {
  /// The constraints on `variableNames` that `like` stands for.
  ///
  /// - Throws: ``PatsyError``; for a text it points at the part that is wrong.
  ///
  /// Python: DesignInfo.linear_constraint
  public init(_ like: ConstraintLike, variableNames names: [String]) throws {
    switch like {
    case .text(let text):
      self = try ConstraintParser(names).parse(text)
    case .texts(let texts):
      let parser = ConstraintParser(names)
      self = try .combine(texts.map(parser.parse))
    case .values(let values):
      self = try .init(values: values, variableNames: names)
    case .matrix(let coefs, let constants):
      self = try .init(variableNames: names, coefs: coefs, constants: constants)
    case .constraint(let constraint):
      guard constraint.variableNames == names else {
        throw PatsyError(
          "LinearConstraint has wrong variable_names (got \(Self.list(constraint.variableNames)), "
            + "expected \(Self.list(names)))")
      }
      self = constraint
    }
  }

  /// One row for each value: the named coefficient equals it.
  private init(values: [(name: ColumnValue, value: Double)], variableNames names: [String]) throws {
    var coefs = Matrix(rows: values.count, columns: names.count)
    var used: Set<Int> = []
    for (row, entry) in values.enumerated() {
      let index: Int
      switch entry.name {
      case .string(let name):
        guard let found = names.firstIndex(of: name) else { throw Self.unknown(entry.name) }
        index = found
      case .integer(let given):
        index = given < 0 ? given + names.count : given
        guard names.indices.contains(index) else { throw Self.unknown(entry.name) }
      default:
        throw Self.unknown(entry.name)
      }
      guard used.insert(index).inserted else {
        throw PatsyError("duplicated constraint on \(ColumnValue.string(names[index]).debugDescription)")
      }
      coefs[row, index] = 1
    }
    try self.init(variableNames: names, coefs: coefs, constants: values.map(\.value))
  }

  private static func unknown(_ name: ColumnValue) -> PatsyError {
    PatsyError("unrecognized variable name/index \(name.debugDescription)")
  }

  /// A list of texts as Python prints it.
  private static func list(_ names: [String]) -> String {
    "[" + names.map { ColumnValue.string($0).debugDescription }.joined(separator: ", ") + "]"
  }
}

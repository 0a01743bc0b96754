import LinearAlgebra
import Patsy

/// Linear hypotheses: equations in text, rows of coefficients, or values for named parameters.
///
/// | Python | Swift |
/// |---|---|
/// | `"Time = 7"`, `"a = b, c = 0"` | the same |
/// | `["Time = 7", "Intercept = 15"]` | the same |
/// | `np.eye(3)` | `Matrix.identity(3)` |
/// | `[[1, 0], [0, 1]]`, `[0, 1]` | the same |
/// | `{"Time": 7}` | `["Time": 7]` |
/// | `(R, q)` | the same, with a ``/LinearAlgebra/Matrix`` and an array |
///
/// Python: the `r_matrix` argument of t_test, f_test and wald_test
public protocol HypothesisConvertible {
  /// The constraints in patsy's form.
  var constraintLike: ConstraintLike { get }
}

extension ConstraintLike: HypothesisConvertible {
  /// The constraints themselves.
  public var constraintLike: ConstraintLike { self }
}
extension String: HypothesisConvertible {
  /// Equations in a text.
  public var constraintLike: ConstraintLike { .text(self) }
}
extension Matrix: HypothesisConvertible {
  /// Each row times the parameters is zero.
  public var constraintLike: ConstraintLike { .matrix(self) }
}
extension LinearConstraint: HypothesisConvertible {
  /// The constraint itself.
  public var constraintLike: ConstraintLike { .constraint(self) }
}
extension Array: HypothesisConvertible where Element: HypothesisElement {
  /// What a list of these elements means.
  public var constraintLike: ConstraintLike { Element.constraintLike(self) }
}
extension Dictionary: HypothesisConvertible where Key == String, Value: HypothesisNumber {
  /// A value for each named parameter.
  public var constraintLike: ConstraintLike {
    .values(sorted { $0.key < $1.key }.map { (name: .string($0.key), value: $0.value.coefficient) })
  }
}

/// What lists of hypotheses can hold: equations, numbers (one hypothesis), rows of numbers.
public protocol HypothesisElement {
  /// What a list of these elements means.
  static func constraintLike(_ list: [Self]) -> ConstraintLike
}

/// Numbers that can be coefficients of hypotheses: floating-point and whole ones.
public protocol HypothesisNumber: HypothesisElement {
  /// The number.
  var coefficient: Double { get }
}

extension HypothesisNumber {
  /// One row of coefficients.
  public static func constraintLike(_ list: [Self]) -> ConstraintLike {
    .matrix(Matrix(rows: 1, columns: list.count, columnMajor: list.map(\.coefficient)))
  }
}

extension Double: HypothesisNumber {
  /// The number itself.
  public var coefficient: Double { self }
}
extension Int: HypothesisNumber {
  /// The number as a floating-point one.
  public var coefficient: Double { Double(self) }
}
extension String: HypothesisElement {
  /// Equations, all of which hold.
  public static func constraintLike(_ list: [String]) -> ConstraintLike { .texts(list) }
}
extension Array: HypothesisElement where Element: HypothesisNumber {
  /// Rows of coefficients; a ragged list gives a matrix without columns, which no model accepts.
  public static func constraintLike(_ list: [[Element]]) -> ConstraintLike {
    .matrix(
      (try? Matrix(rowsOf: list.map { $0.map(\.coefficient) })) ?? Matrix(rows: list.count, columns: 0))
  }
}

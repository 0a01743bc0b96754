import MixedModels

/// How the effects of a level vary together: the form of their covariance matrix.
///
/// The article <doc:CovarianceForms> says what each is for.
/// Not in statsmodels.
public struct CovarianceStructure: Sendable, Hashable {
  let form: RandomTerm.Covariance

  /// A variance for each effect and a covariance for each pair: `us(x | g)`, and what a plain bar means.
  public static let unstructured = Self(form: .unstructured)
  /// A variance for each effect, no correlations: `diag(x | g)`.
  public static let diagonal = Self(form: .diagonal)
  /// One variance, and one correlation of any two effects: `cs(0 + f | g)`.
  public static let compoundSymmetry = Self(form: .compoundSymmetry)
  /// A variance for each effect, and one correlation of any two: `hetcs(0 + f | g)`.
  public static let heterogeneousCompoundSymmetry = Self(form: .heterogeneousCompoundSymmetry)
  /// One variance, and correlations ρ^|i−j| of the levels i and j of an ordered factor: `ar1(0 + t | g)`.
  public static let autoregressive = Self(form: .autoregressive)
  /// A variance for each effect, and correlations ρ^|i−j|: `hetar1(0 + t | g)`.
  public static let heterogeneousAutoregressive = Self(form: .heterogeneousAutoregressive)
}

extension CovarianceStructure: CustomStringConvertible {
  /// The function that asks for the form in formulas.
  public var description: String { form.form.spelling ?? form.form.key }
}

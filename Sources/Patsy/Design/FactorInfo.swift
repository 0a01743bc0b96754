import DataFrames

/// What is known about a factor of a design: its kind, and what is needed to evaluate it on new data.
///
/// Python: patsy.FactorInfo
public struct FactorInfo: Sendable {
  /// Kinds of factors.
  public enum Kind: String, Sendable {
    /// The factor's columns are used as they are.
    case numerical
    /// The factor's levels are coded by a contrast.
    case categorical
  }

  /// The factor.
  ///
  /// Python: FactorInfo.factor
  public let factor: EvalFactor
  /// Whether the factor is numerical or categorical.
  ///
  /// Python: FactorInfo.type
  public let type: Kind
  /// Number of columns of a numerical factor, nil for a categorical one.
  ///
  /// Python: FactorInfo.num_columns
  public let numColumns: Int?
  /// Levels of a categorical factor in order, nil for a numerical one.
  ///
  /// Python: FactorInfo.categories
  public let categories: [ColumnValue]?
  let state: FactorState
  /// Distinguishes the same expression learned on different data.
  let identity = Identity()

  final class Identity: Sendable {}
}

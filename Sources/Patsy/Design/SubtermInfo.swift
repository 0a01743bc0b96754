/// One block of columns of a term: which factors take part, and how the categorical ones are coded.
///
/// Python: patsy.SubtermInfo
public struct SubtermInfo: Sendable {
  /// The factors, in the term's order.
  ///
  /// Python: SubtermInfo.factors
  public let factors: [EvalFactor]
  /// The coding of each categorical factor.
  ///
  /// Python: SubtermInfo.contrast_matrices
  public let contrastMatrices: [EvalFactor: ContrastMatrix]
  /// Number of columns.
  ///
  /// Python: SubtermInfo.num_columns
  public let numColumns: Int
}

/// Something a fit wants its user to know; `results.warnings` collects them, nothing is printed.
public struct FitWarning: Sendable, Hashable, CustomStringConvertible {
  /// What a warning is about.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The optimiser stopped before it reached an optimum.
    case convergence
    /// A variance is estimated as zero, or a correlation as ±1.
    case boundary
    /// The covariance matrix of the random effects is singular.
    case singular
    /// Columns of the fixed design depend on others and were dropped.
    case rankDeficient
    /// The data cannot tell a term from another one; it is held at zero.
    case notIdentifiable
    /// Rows with missing values were dropped.
    case droppedRows
    /// An argument has no effect here.
    case ignoredArgument
    /// Arithmetic lost more digits than usual.
    case numerical

    /// The class of the warning in statsmodels.
    public var category: String {
      switch self {
      case .convergence, .boundary: "ConvergenceWarning"
      case .singular: "SingularMatrixWarning"
      case .ignoredArgument: "ValueWarning"
      case .rankDeficient, .notIdentifiable, .droppedRows, .numerical: "ModelWarning"
      }
    }
  }

  /// What the warning is about.
  public let kind: Kind
  /// The warning's text, statsmodels' own where it has one.
  public let message: String
  /// The class of the warning in statsmodels, such as `ConvergenceWarning`.
  public let category: String

  /// A warning; `category` defaults to the one of its kind.
  public init(kind: Kind, message: String, category: String? = nil) {
    self.kind = kind
    self.message = message
    self.category = category ?? kind.category
  }

  /// Category and message as Python prints them: `ConvergenceWarning: …`.
  public var description: String { "\(category): \(message)" }
}

/// What went wrong with data, names or options given to a model.
///
/// The message names the column, the offending values and what to do about them. Errors in a formula are
/// `PatsyError`, which carry the formula and the place in it.
public struct StatsModelsError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of error; compare with the constants, and keep a default branch: more may come.
  public struct Code: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The code's name, such as `missingColumn`.
    public let rawValue: String

    /// A code by its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The code's name.
    public var description: String { rawValue }

    /// A column that the data do not have.
    public static let missingColumn = Code(rawValue: "missingColumn")
    /// Arrays, rows or name lists whose lengths do not fit together.
    public static let lengthMismatch = Code(rawValue: "lengthMismatch")
    /// A formula that parses but that a mixed model cannot use.
    public static let unsupportedFormula = Code(rawValue: "unsupportedFormula")
    /// An option or parameter outside of what is allowed.
    public static let invalidArgument = Code(rawValue: "invalidArgument")
    /// Arguments that contradict each other.
    public static let contradictoryArguments = Code(rawValue: "contradictoryArguments")
    /// No grouping was given: neither `groups` nor bars nor a dictionary of terms.
    public static let noGroups = Code(rawValue: "noGroups")
    /// Missing values where none are allowed.
    public static let missingValues = Code(rawValue: "missingValues")
    /// Infinite values in the data.
    public static let nonFiniteValues = Code(rawValue: "nonFiniteValues")
    /// A response that is not one numeric column.
    public static let nonNumericResponse = Code(rawValue: "nonNumericResponse")
    /// Data without a row, or with too few of them.
    public static let notEnoughData = Code(rawValue: "notEnoughData")
    /// A response that is constant, or that the fixed effects reproduce exactly.
    public static let perfectFit = Code(rawValue: "perfectFit")
    /// Data that say nothing about any of the variances asked for.
    public static let notIdentifiable = Code(rawValue: "notIdentifiable")
    /// A level of a grouping factor that the model has not seen.
    public static let unknownLevel = Code(rawValue: "unknownLevel")
    /// A hypothesis that does not fit the parameters.
    public static let invalidHypothesis = Code(rawValue: "invalidHypothesis")
    /// A quantity that this model or these results do not have.
    public static let notAvailable = Code(rawValue: "notAvailable")
    /// A model that takes more memory than there is.
    public static let insufficientMemory = Code(rawValue: "insufficientMemory")
    /// Arithmetic that broke down.
    public static let numerical = Code(rawValue: "numerical")
    /// A file that cannot be read or written.
    public static let file = Code(rawValue: "file")
    /// The task was cancelled before the fit was done.
    public static let cancelled = Code(rawValue: "cancelled")
  }

  /// The kind of error.
  public let code: Code
  /// What happened, where, and what to do.
  public let message: String
  /// The offending values as text (column names, labels, lengths), in the order the message mentions them.
  public let values: [String]

  /// An error of the given kind.
  public init(_ code: Code, _ message: String, values: [String] = []) {
    self.code = code
    self.message = message
    self.values = values
  }

  /// The message.
  public var description: String { message }
}

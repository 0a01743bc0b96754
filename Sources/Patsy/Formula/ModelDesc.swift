/// What a formula says: the terms of its left and right side.
///
/// Python: patsy.ModelDesc
public struct ModelDesc: Sendable, Hashable, CustomStringConvertible {
  /// The outcome's terms.
  ///
  /// Python: ModelDesc.lhs_termlist
  public let lhsTermlist: [Term]
  /// The predictors' terms, the intercept among them unless it was removed.
  ///
  /// Python: ModelDesc.rhs_termlist
  public let rhsTermlist: [Term]

  /// A model of the given terms; repetitions are dropped.
  ///
  /// Python: ModelDesc.__init__
  public init(lhsTermlist: [Term], rhsTermlist: [Term]) {
    self.lhsTermlist = lhsTermlist.uniqued()
    self.rhsTermlist = rhsTermlist.uniqued()
  }

  /// The model that `formula` describes.
  ///
  /// - Throws: ``PatsyError`` that points into the formula.
  ///
  /// Python: ModelDesc.from_formula
  public static func fromFormula(_ formula: String) throws(PatsyError) -> ModelDesc {
    try ParsedFormulas.shared.model(formula, shown: formula)
  }

  /// The model that `code` describes, where errors show and point into `shown`, a text of the same length.
  package static func fromFormula(_ code: String, shown: String) throws(PatsyError) -> ModelDesc {
    try ParsedFormulas.shared.model(code, shown: shown)
  }

  /// The model in the notation of formulas.
  ///
  /// Python: ModelDesc.describe
  public func describe() -> String {
    func code(_ term: Term) -> String { term == .intercept ? "1" : term.name }
    let left = lhsTermlist.map(code).joined(separator: " + ")
    let prefix = left.isEmpty ? "~ " : left + " ~ "
    if rhsTermlist == [.intercept] { return prefix + "1" }
    var names = rhsTermlist.contains(.intercept) ? [] : ["0"]
    names += rhsTermlist.filter { $0 != .intercept }.map(code)
    return prefix + names.joined(separator: " + ")
  }

  /// The same as ``describe()``.
  public var description: String { describe() }
}

/// A Python expression in a formula, evaluated on data to a column or several.
///
/// Two factors are the same when their texts are the same up to blanks.
///
/// Python: patsy.EvalFactor
public struct EvalFactor: Sendable, Hashable, CustomStringConvertible {
  /// The expression with canonical blanks.
  ///
  /// Python: EvalFactor.code
  public let code: String
  /// Where the expression stands in the formula.
  public let origin: Origin?

  /// The factor that `code` describes.
  ///
  /// - Throws: ``PatsyError`` when `code` cannot be split into Python's tokens.
  ///
  /// Python: EvalFactor.__init__
  public init(_ code: String, origin: Origin? = nil) throws {
    self.code = try TokenSpacing.normalize(code)
    self.origin = origin
  }

  init(normalized code: String, origin: Origin?) {
    self.code = code
    self.origin = origin
  }

  /// The factor's name in terms and columns.
  ///
  /// Python: EvalFactor.name
  public var name: String { code }

  /// The factor's name.
  public var description: String { code }

  /// Equality of the texts; the places in the formula do not matter.
  public static func == (a: EvalFactor, b: EvalFactor) -> Bool { a.code == b.code }

  /// Hashes the text.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}

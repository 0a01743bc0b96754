/// The error of every function of this module: a message, and where in the formula the cause stands.
///
/// Python: patsy.PatsyError
public struct PatsyError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What went wrong, without the formula.
  ///
  /// Python: PatsyError.message
  public let message: String
  /// The part of the formula to point at, when there is one.
  ///
  /// Python: PatsyError.origin
  public private(set) var origin: Origin?
  /// What can be done about it, from a caller who knows the data; nil for patsy's own errors. Not in patsy.
  public private(set) var remedy: String?
  /// The name that stands for nothing, when that is the cause.
  package private(set) var undefinedName: String?

  /// An error with a message and, if known, the span of the formula that caused it.
  ///
  /// Python: PatsyError.__init__
  public init(_ message: String, origin: Origin? = nil) {
    self.message = message
    self.origin = origin
  }

  /// What evaluating a factor threw, as patsy words it.
  init(evaluating error: any Error, origin: Origin?) {
    let text = (error as? PatsyError).map { "PatsyError: \($0)" } ?? "\(error)"
    self.init("Error evaluating factor: \(text)", origin: origin)
    undefinedName = (error as? EvaluationError)?.undefinedName
  }

  /// The message, then the formula with carets under the span when there is one, then the remedy.
  public var description: String {
    [message, origin?.caretize(indent: 4), remedy].compactMap { $0 }.joined(separator: "\n")
  }

  /// The same error pointing at `origin`, unless it already points somewhere.
  ///
  /// Python: PatsyError.set_origin
  public func withOrigin(_ origin: Origin?) -> PatsyError {
    guard self.origin == nil else { return self }
    var result = self
    result.origin = origin
    return result
  }

  /// The same error with a remedy, unless it has one. Not in patsy.
  public func withRemedy(_ remedy: String?) -> PatsyError {
    guard self.remedy == nil else { return self }
    var result = self
    result.remedy = remedy
    return result
  }
}

/// An exception that Python, numpy or pandas would raise while a factor is evaluated.
///
/// It never leaves the module: the factor's evaluation wraps it in a ``PatsyError``. Functions that a
/// caller puts into an ``EvalEnvironment`` may throw it to choose the class name in the message.
public struct EvaluationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Class of the Python exception, such as `TypeError`.
  public let kind: String
  /// Its text.
  public let message: String
  /// Of a NameError, the name.
  private(set) var undefinedName: String?

  /// An exception of class `kind`.
  public init(_ kind: String, _ message: String) {
    self.kind = kind
    self.message = message
  }

  /// `kind: message`, as Python prints an exception.
  public var description: String { "\(kind): \(message)" }

  static func type(_ message: String) -> EvaluationError { EvaluationError("TypeError", message) }
  static func value(_ message: String) -> EvaluationError { EvaluationError("ValueError", message) }
  static func attribute(_ message: String) -> EvaluationError {
    EvaluationError("AttributeError", message)
  }
  static func name(_ name: String) -> EvaluationError {
    undefined(name, "name '\(name)' is not defined")
  }
  /// `Q("name")` without such data.
  static func dataName(_ name: String) -> EvaluationError {
    undefined(name, "no data named \(FormulaValue.string(name).pythonRepr) found")
  }
  private static func undefined(_ name: String, _ message: String) -> EvaluationError {
    var result = EvaluationError("NameError", message)
    result.undefinedName = name
    return result
  }
}

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

  /// An error with a message and, if known, the span of the formula that caused it.
  ///
  /// Python: PatsyError.__init__
  public init(_ message: String, origin: Origin? = nil) {
    self.message = message
    self.origin = origin
  }

  /// The message, then the formula with carets under the span when there is one.
  public var description: String {
    guard let origin else { return message }
    return message + "\n" + origin.caretize(indent: 4)
  }

  /// The same error pointing at `origin`, unless it already points somewhere.
  ///
  /// Python: PatsyError.set_origin
  public func withOrigin(_ origin: Origin?) -> PatsyError {
    self.origin == nil ? PatsyError(message, origin: origin) : self
  }
}

/// An exception that Python, numpy or pandas would raise while a factor is evaluated.
///
/// It never leaves the module: the factor's evaluation wraps it in a ``PatsyError``. Functions that a
/// caller puts into an ``Environment`` may throw it to choose the class name in the message.
public struct EvaluationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Class of the Python exception, such as `TypeError`.
  public let kind: String
  /// Its text.
  public let message: String

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
    EvaluationError("NameError", "name '\(name)' is not defined")
  }
}

/// The span of a formula that an object came from, so that an error can point at it.
///
/// Positions count Unicode scalars, as Python's string indices do.
///
/// Python: patsy.Origin
public struct Origin: Sendable, Hashable {
  /// The whole formula text, on one line.
  public let code: String
  /// Position of the first character of the span.
  public let start: Int
  /// Position just after the last character of the span.
  public let end: Int

  /// The span `start..<end` of `code`.
  ///
  /// Python: Origin.__init__
  public init(code: String, start: Int, end: Int) {
    self.code = code
    self.start = max(0, start)
    self.end = max(self.start, end)
  }

  /// The smallest span that covers all given ones; nil when there is none.
  ///
  /// Python: Origin.combine
  public static func combine(_ origins: [Origin?]) -> Origin? {
    var result: Origin?
    for case .some(let origin) in origins {
      guard let seen = result else {
        result = origin
        continue
      }
      result = Origin(
        code: seen.code, start: min(seen.start, origin.start), end: max(seen.end, origin.end))
    }
    return result
  }

  /// The text of the span.
  ///
  /// Python: Origin.relevant_code
  public func relevantCode() -> String {
    String(scalars: Array(code.unicodeScalars.prefix(max(end, 0)).dropFirst(max(start, 0))))
  }

  /// Two lines, the formula and carets under the span, both indented by `indent` blanks.
  ///
  /// Python: Origin.caretize
  public func caretize(indent: Int = 0) -> String {
    let margin = String(repeating: " ", count: max(0, indent))
    return margin + code + "\n" + margin + String(repeating: " ", count: start)
      + String(repeating: "^", count: end - start)
  }
}

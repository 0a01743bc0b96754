import Foundation

/// Formulas that were parsed lately. A program that fits one formula to many small data sets parses it once: parsing
/// takes as long as fitting a few hundred rows.
final class ParsedFormulas: @unchecked Sendable {
  static let shared = ParsedFormulas()

  /// Bytes, since strings that differ in the composition of accents are equal, and names in formulas are not.
  private struct Key: Hashable {
    var code: [UInt8]
    /// Errors that arise later point into this text.
    var shown: [UInt8]
  }

  private static let capacity = 64
  private static let longest = 1_000
  private let lock = NSLock()
  private var models: [Key: ModelDesc] = [:]

  /// The model that `code` describes, where errors show and point into `shown`.
  func model(_ code: String, shown: String) throws(PatsyError) -> ModelDesc {
    let key = Key(code: Array(code.utf8), shown: Array(shown.utf8))
    if let known = lock.withLock({ models[key] }) { return known }
    let model = try FormulaEvaluator.evaluate(FormulaParser.parse(code, shown: shown))
    if shown.utf8.count <= Self.longest {
      lock.withLock {
        if models.count >= Self.capacity { models.removeAll(keepingCapacity: true) }
        models[key] = model
      }
    }
    return model
  }
}

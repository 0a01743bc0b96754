import Foundation
import StatsModels
import TestSupport

/// The cases of a file in compat-fixtures/text.
func textCases(_ name: String) -> [JSONValue] {
  document(name)["cases"]?.elements ?? []
}

/// A file in compat-fixtures/text; an empty object when it cannot be read, which the tests' counts notice.
func document(_ name: String) -> JSONValue {
  let file = URL(fileURLWithPath: Fixtures.path("text/\(name).json"))
  guard let text = try? String(contentsOf: file, encoding: .utf8), let value = try? JSONValue(parsing: text)
  else { return [:] }
  return value
}

extension JSONValue {
  /// The member's elements as texts.
  func texts(_ key: String) -> [String] { self[key]?.elements?.compactMap(\.text) ?? [] }
  /// The member's elements as numbers.
  func doubles(_ key: String) -> [Double] { self[key]?.doubles ?? [] }
  /// The member's text, empty when there is none.
  func string(_ key: String) -> String { self[key]?.text ?? "" }
}

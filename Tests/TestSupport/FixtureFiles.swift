import Foundation

/// Finds and reads the saved reference outputs under `compat-fixtures`.
package enum Fixtures {
  /// The folder `compat-fixtures` of this checkout.
  package static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("compat-fixtures")

  /// The absolute path of a file below `compat-fixtures`.
  package static func path(_ relative: String) -> String {
    root.appendingPathComponent(relative).path
  }

  /// The absolute path of the CSV file of a data set.
  package static func data(_ name: String) -> String { path("data/\(name).csv") }

  /// The names, without extension, of the JSON files in a folder, sorted.
  package static func names(in folder: String) -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []
    return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
  }

  /// Reads one JSON file; snake_case keys become camelCase, "nan", "inf" and "-inf" become numbers.
  package static func load<Value: Decodable>(_ type: Value.Type = Value.self, _ relative: String) throws
    -> Value
  {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let url = root.appendingPathComponent(relative)
    return try decoder.decode(type, from: Data(contentsOf: url))
  }
}

/// A vector with a name for each value.
package struct LabelledValues: Decodable, Sendable {
  package var names: [String]
  package var values: [Double]
}

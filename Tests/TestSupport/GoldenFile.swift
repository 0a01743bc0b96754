import Foundation

/// Numbers of this code's own at one thread, bit by bit: what a change of rooms must not change.
///
/// `GOLDEN=bits` in the environment asks for the same bits, which other processors' linear algebra does not give;
/// without it log-likelihoods are compared to ``tolerance``. `GOLDEN=write` writes the file anew.
package struct GoldenFile {
  /// Relative difference of log-likelihoods that another processor may make.
  package static let tolerance = 1e-8

  private let path: String
  private let known: [String: [UInt64]]
  private static var mode: String? { ProcessInfo.processInfo.environment["GOLDEN"] }

  /// The file of a name below `compat-fixtures/golden`.
  package init(_ name: String) {
    path = Fixtures.path("golden/\(name).tsv")
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    known = Dictionary(
      uniqueKeysWithValues: text.split(separator: "\n").map { line in
        let fields = line.split(separator: "\t")
        return (String(fields[0]), fields.dropFirst().compactMap { UInt64($0, radix: 16) })
      })
  }

  /// Compares models, each with its log-likelihood first and its parameters after; returns what differs.
  package func differences(_ models: [(name: String, values: [Double])]) throws -> [String] {
    if Self.mode == "write" {
      let lines = models.map { model in
        ([model.name] + model.values.map { String($0.bitPattern, radix: 16) }).joined(separator: "\t")
      }
      try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
      return []
    }
    var found = models.count == known.count ? [] : ["\(models.count) models, \(known.count) in the file"]
    for (name, values) in models {
      guard let expected = known[name] else {
        found.append("\(name) is not in the file")
        continue
      }
      let likelihood = expected.first.map { Double(bitPattern: $0) } ?? .nan
      let isSame =
        Self.mode == "bits"
        ? values.map(\.bitPattern) == expected
        : abs((values.first ?? .nan) - likelihood) <= Self.tolerance * max(1, abs(likelihood))
      if !isSame { found.append("\(name): \(values), was \(expected.map { Double(bitPattern: $0) })") }
    }
    return found
  }
}

import Foundation
import StatsModels
import TestSupport

/// Damages files of saved results and uses whatever still loads.
package struct SavedDriver: FuzzDriver {
  /// The bytes of each saved result.
  private let files: [[UInt8]]

  /// Fits and saves the models whose files are damaged.
  package init() throws {
    let data = try DataFrame([
      "y": [1.0, 2, 4, 3, 5, 7], "x": [1.0, 2, 3, 1, 2, 3], "g": [1, 1, 2, 2, 3, 3],
    ])
    files = try [mixedlm("y ~ x", data, groups: "g").fit()].map { results in
      let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      try results.save(path)
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }
  }

  package func input(using generator: inout SeededGenerator) -> [UInt8] {
    var bytes = files[Int.random(in: 0..<files.count, using: &generator)]
    let place = Int.random(in: 0..<bytes.count, using: &generator)
    bytes[place] = UInt8.random(in: 32..<127, using: &generator)
    return bytes
  }

  package func use(_ input: [UInt8]) -> FuzzOutcome {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    do {
      try Data(input).write(to: URL(fileURLWithPath: path))
      let results = try MixedLMResults.load(path)
      _ = try results.summary().description
      return .served
    } catch {
      return .refused
    }
  }

  package func describe(_ input: [UInt8]) -> String { String(decoding: input, as: UTF8.self) }
}

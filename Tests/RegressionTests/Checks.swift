import Foundation
import StatsModels
import TestSupport

/// Collects what differs from a reference, in words.
struct Checks {
  private(set) var failures: [String] = []
  private var label = ""

  /// Names what is checked next.
  mutating func about(_ text: String) { label = text }

  mutating func fail(_ text: String) { failures.append("\(label): \(text)") }

  mutating func require(_ condition: Bool, _ text: String) { if !condition { fail(text) } }

  /// Numbers within a relative tolerance, those below `floor` within its size; nan equals nan.
  mutating func near(
    _ name: String, _ actual: [Double], _ expected: [Double], _ tolerance: Double = 1e-8,
    floor: Double = 1e-12
  ) {
    let gap = relativeDistance(actual, expected, floor: floor)
    if !(gap <= tolerance) { fail("\(name) \(gap): \(actual.prefix(12)), not \(expected.prefix(12))") }
  }

  mutating func near(
    _ name: String, _ actual: LabeledMatrix, _ expected: Table, _ tolerance: Double = 1e-8,
    floor: Double = 1e-12
  ) {
    require(actual.index == expected.index, "\(name) rows \(actual.index), not \(expected.index)")
    require(actual.columns == expected.columns, "\(name) columns \(actual.columns), not \(expected.columns)")
    near(
      name, (0..<actual.values.rows).flatMap(actual.values.row), expected.values.flatMap { $0 }, tolerance,
      floor: floor)
  }

  /// Texts to the character, up to numbers that are rounded to either of two neighbours.
  mutating func same(_ name: String, _ actual: String, _ expected: String) {
    guard !sameTable(actual, expected) else { return }
    let lines = (
      actual.split(separator: "\n", omittingEmptySubsequences: false),
      expected.split(separator: "\n", omittingEmptySubsequences: false)
    )
    let first = zip(lines.0, lines.1).first { $0.0 != $0.1 }
    fail("\(name):\n|\(first?.0 ?? "")|\n|\(first?.1 ?? "")| (\(lines.0.count) and \(lines.1.count) lines)")
  }
}

/// A saved data frame of numbers.
struct Table: Decodable {
  let index, columns: [String]
  let values: [[Double]]
}

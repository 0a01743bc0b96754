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

  /// A text without the numbers that only rounding decides, which differ between the BLAS kernels of processors: condition
  /// numbers of singular designs, the length of a search, and what is made of residuals where no degrees of freedom are left.
  private static func determined(_ text: String) -> String {
    var result =
      text
      .replacing(/(Cond\. No\.|Condition No\.:) +([0-9.]+e\+(1[5-9]|[2-9][0-9])|[0-9]{16,})/) {
        "\($0.1) singular"
      }
      .replacing(/(Num\. iterations:) +[0-9]+/) { "\($0.1) some" }
      .replacing(/(eigenvalue\s+is) +[0-9.]+e-[0-9]+/) { "\($0.1) tiny" }
    if result.contains(#/Df Residuals: +0 /#) {
      result.replace(
        /(Log-Likelihood|AIC|BIC|Durbin-Watson|Jarque-Bera \(JB\)|Prob\(JB\)|Skew|Kurtosis): +\S+/
      ) {
        "\($0.1): some"
      }
    }
    return result
  }

  /// Texts to the character, up to numbers that are rounded to either of two neighbours, or are nothing but rounding.
  mutating func same(_ name: String, _ actual: String, _ expected: String) {
    guard !sameTable(Self.determined(actual), Self.determined(expected)) else { return }
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

import Foundation
import StatsModels
import TestSupport

/// A model of a few rows: numbers of every size, and every kind of random effect.
package struct SmallModel: Sendable {
  /// Columns of numbers and of levels, by name.
  var numbers: [(name: String, values: [Double])]
  var levels: [(name: String, values: [String])]
  var formula: String
  /// Variance components within `g`, in place of bars.
  var components: [String: String]?
  var reml: Bool
  /// Whether the numbers are such as measurements have, so that double precision can tell them apart.
  var isModerate: Bool

  private static let fixed = ["1", "x", "x", "x + z", "f", "x * z", "0 + x", "x + f", "x + I(2 * x)"]
  private static let random = [
    "(1 | g)", "(x | g)", "(0 + x | g)", "(x || g)", "(1 | g) + (0 + x | g)", "(x + z | g)", "(0 + f | g)",
    "(f | g)",
    "(1 | g) + (1 | h)", "(x | g) + (1 | h)", "(0 + x | g) + (0 + z | h)", "(1 | g / h)", "(x | g) + (z | g)",
    "(1 | g) + (1 | g)",
  ]
  private static let componentFormulas = ["0 + x", "0 + C(h)", "C(f) * x", "x", "0 + z"]

  init(using generator: inout SeededGenerator) {
    func count(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    func chance(_ one: Int) -> Bool { count(1...one) == 1 }
    let n = chance(30) ? count(1...4) : count(5...30)
    isModerate = !chance(3)
    func labels(_ name: String) -> [String] {
      let most = chance(8) ? n : count(1...max(n / 3, 1))
      return (0..<n).map { _ in "\(name)\(count(1...most))" }
    }
    let g = labels("g")
    levels = [("g", g), ("h", labels("h")), ("f", (0..<n).map { _ in "f\(count(1...3))" })]
    let style = isModerate ? count(0...3) : count(4...8)
    var numbers = [("x", Self.column(n, style, &generator)), ("z", Self.column(n, style, &generator))]
    var y = Self.column(n, style, &generator)
    if isModerate {
      let size = [0, 0.1, 1, 10.0][count(0...3)]
      let effects = Dictionary(
        uniqueKeysWithValues: Set(g).sorted().map { ($0, Self.normal(&generator) * size) })
      for i in 0..<n { y[i] += (effects[g[i]] ?? 0) * (chance(2) ? 1 : numbers[0].1[i]) }
    }
    numbers.insert(("y", y), at: 0)
    self.numbers = numbers
    let right = Self.fixed[count(0...(Self.fixed.count - 1))]
    if chance(5) {
      formula = "y ~ \(right)"
      let pair = (0..<count(1...2)).map { _ in
        Self.componentFormulas[count(0...(Self.componentFormulas.count - 1))]
      }
      components = Dictionary(uniqueKeysWithValues: zip(["a", "b"], pair))
    } else {
      formula = "y ~ \(right) + \(Self.random[count(0...(Self.random.count - 1))])"
    }
    reml = chance(2)
  }

  private static let extremes = [0, 1, -1, 1e300, -1e300, .leastNonzeroMagnitude, 1e-300]

  private static func normal(_ generator: inout SeededGenerator) -> Double {
    let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &generator))).squareRoot()
    return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &generator))
  }

  private static func column(_ n: Int, _ style: Int, _ generator: inout SeededGenerator) -> [Double] {
    let constant = Double(Int.random(in: -3...3, using: &generator))
    return (0..<n).map { _ in
      let value = normal(&generator)
      return switch style {
      case 0: (100 * value).rounded() / 100
      case 1: Double(Int.random(in: 0...6, using: &generator))
      case 2: (1000 * value).rounded() / 100 + 20
      case 3: Int.random(in: 0...9, using: &generator) == 0 ? value.rounded() : constant
      case 4: value * 1e308
      case 5: value * 0x1p-1030
      case 6: exp(20 * value)
      case 7: 9_007_199_254_740_992 + Double(Int.random(in: -2...2, using: &generator))
      default: extremes[Int.random(in: extremes.indices, using: &generator)]
      }
    }
  }

  /// The data as a frame; perhaps its rows in another order, or its predictor moved and stretched.
  func frame(reversed: Bool = false, shift: Double = 0, unit: Double = 1) throws -> DataFrame {
    let columns =
      levels.map { Column(name: $0.name, reversed ? $0.values.reversed() : $0.values) }
      + numbers.map { name, values in
        let moved = name == "x" ? values.map { ($0 + shift) * unit } : values
        return Column(name: name, reversed ? moved.reversed() : moved)
      }
    return try DataFrame(columns: columns)
  }

  func fitted(_ data: DataFrame, reml: Bool) throws -> MixedLMResults {
    try mixedlm(formula, data, groups: components == nil ? nil : "g", vcFormula: components)
      .fit(reml: reml, threads: 1)
  }

  /// The model as a file and the options of `mixedlm fit`.
  var description: String {
    let parts = (components ?? [:]).sorted { $0.key < $1.key }.map {
      " --vc-formula \"\($0.key)=\($0.value)\""
    }
    let header = (levels.map(\.name) + numbers.map(\.name)).joined(separator: ",")
    let rows = numbers[0].values.indices.map { i in
      (levels.map { $0.values[i] } + numbers.map { "\($0.values[i])" }).joined(separator: ",")
    }
    let options =
      "--formula \"\(formula)\"" + (parts.isEmpty ? "" : " --groups g" + parts.joined())
      + (reml ? "" : " --ml")
    return ([options, header] + rows).joined(separator: "\n")
  }
}

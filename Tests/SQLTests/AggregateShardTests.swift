import Foundation
import StatsModels
import TestSupport
import Testing

/// Shards of random data: any division gives the same fit, and files keep all digits.
struct AggregateShardTests {
  /// Formulas over the columns of ``RandomTable``.
  static let formulas = [
    "y ~ x + (1 + x | g)", "y ~ x + (1 | g) + (1 | h)", "y ~ f * x + (1 | g/k)",
    "y ~ x + (1 + x | g) + (1 + x | h)",
    "y ~ 0 + f + x:z + (0 + x | g) + (1 | h)", "np.log(y + 40) ~ center(x) + I(x**2) + C(k, Sum) + (1 | g)",
    "y ~ bs(x, df=4) + (1 | g)", "y ~ x + cs(0 + f | g)", "y ~ f + (1 | g) + (0 + z | g)",
    "y ~ standardize(z) + (x || h)",
    "y ~ x + z + x:z + (1 | g:h) + (1 | g)", "y ~ (x > 0) + (1 | g)",
  ]

  @Test(arguments: formulas, [UInt64(1), 2])
  func anyDivisionGivesTheSameFit(formula: String, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let data = RandomTable.make(rows: 240, using: &generator)
    let rows = try mixedlm(formula, data).fit()
    let design = try AggregateDesign(formula: formula, data: data)
    let whole = try Aggregates(design: design, data: data)
    try expectSameFit(MixedLM(aggregates: whole).fit(), rows, formula, tolerance: 2e-12)
    for parts in [2, 7, 240] {
      let owners = (0..<data.rowCount).map { _ in Int.random(in: 0..<parts, using: &generator) }
      var shards = try (0..<parts).map { part in
        try Aggregates(design: design, data: data.rows(owners.indices.filter { owners[$0] == part }))
      }
      shards.shuffle(using: &generator)
      // Two levels of merging, and one part by way of a file.
      let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).mlx").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      try shards[0].write(to: path)
      shards[0] = try Aggregates(contentsOf: path)
      let middle = shards.count / 2
      let halves = [shards[..<middle], shards[middle...]].filter { !$0.isEmpty }
      let merged = try Aggregates(merging: halves.map { try Aggregates(merging: Array($0)) })
      #expect(merged.nobs == whole.nobs && merged.cellCount == whole.cellCount)
      let (a, b) = (try MixedLM(aggregates: merged).fit(), try MixedLM(aggregates: whole).fit())
      let point = b.paramsObject
      #expect(
        distance([try a.model.loglike(point)], [try b.model.loglike(point)]) < 1e-13,
        "\(formula), \(parts) parts")
      #expect(distance([a.llf], [b.llf]) < 1e-12, "\(formula), \(parts) parts")
    }
  }

  @Test func weightsOffsetsAndMissingValues() throws {
    var generator = SeededGenerator(seed: 5)
    let data = RandomTable.make(rows: 300, missing: true, using: &generator)
    let formula = "y ~ x + f + (1 | g) + (1 | h)"
    let rows = try mixedlm(formula, data, weights: "w", offset: "o", missing: .drop).fit()
    let sums = try Aggregates(formula: formula, data: data, weights: "w", offset: "o", missing: .drop)
    let fit = try MixedLM(aggregates: sums).fit()
    try expectSameFit(fit, rows, formula)
    #expect(fit.warnings.map(\.message) == rows.warnings.map(\.message))
    let new = data.head(7)
    #expect(
      distance(
        try fit.predict(new, randomEffects: .all).values, try rows.predict(new, randomEffects: .all).values)
        < 1e-6)
    #expect(throws: (any Error).self) {
      try Aggregates(formula: formula, data: data, weights: "w", offset: "o")
    }
  }

  @Test(arguments: [0, 1e3, 1e6, 1e9])
  func farOriginsCostNoDigits(_ origin: Double) throws {
    var generator = SeededGenerator(seed: 3)
    var data = RandomTable.make(rows: 400, using: &generator)
    data["y"] = data["y"] + origin
    data["x"] = data["x"] + origin / 100
    let formula = "y ~ x + (1 + x | g)"
    let rows = try mixedlm(formula, data).fit()
    let fit = try MixedLM(aggregates: Aggregates(formula: formula, data: data)).fit()
    #expect(distance([fit.llf], [rows.llf]) < 1e-11, "\(fit.llf) \(rows.llf)")
  }

  @Test(arguments: [1e2, 1e4, 1e6, 1e8])
  func smallResidualsCostNoDigits(_ slope: Double) throws {
    var generator = SeededGenerator(seed: 4)
    var data = RandomTable.make(rows: 400, using: &generator)
    data["y"] = data["y"] + data["x"] * slope
    let formula = "y ~ x + z + (1 | g)"
    let rows = try mixedlm(formula, data).fit()
    let fit = try MixedLM(aggregates: Aggregates(formula: formula, data: data)).fit()
    #expect(distance([fit.llf], [rows.llf]) < 1e-11, "\(fit.llf) \(rows.llf)")
  }

  @Test func hugeAndTinyScales() throws {
    var generator = SeededGenerator(seed: 6)
    let data = RandomTable.make(rows: 200, using: &generator)
    for (a, b) in [(1e-120, 1e-120), (1e120, 1e120), (1e-70, 1)] {
      var scaled = data
      scaled["x"] = data["x"] * a
      scaled["y"] = data["y"] * b
      let rows = try mixedlm("y ~ x + (1 | g)", scaled).fit()
      let fit = try MixedLM(aggregates: Aggregates(formula: "y ~ x + (1 | g)", data: scaled)).fit()
      #expect(distance([fit.llf], [rows.llf]) < 1e-10)
    }
  }
}

/// Small random data with every kind of column.
enum RandomTable {
  static func make(
    rows: Int, missing: Bool = false, using generator: inout SeededGenerator
  ) -> DataFrame {
    func normal() -> Double {
      (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
    }
    let (levels, others) = (14, 9)
    let g = (0..<rows).map { _ in Int.random(in: 0..<levels, using: &generator) }
    let h = (0..<rows).map { _ in Int.random(in: 0..<others, using: &generator) }
    let k = (0..<rows).map { _ in Int.random(in: 0..<3, using: &generator) }
    let f = (0..<rows).map { _ in ["low", "mid", "high"].randomElement(using: &generator) ?? "low" }
    let (x, z) = ((0..<rows).map { _ in normal() }, (0..<rows).map { _ in normal() })
    let (u, s) = ((0..<levels).map { _ in 1.5 * normal() }, (0..<levels).map { _ in 0.5 * normal() })
    let v = (0..<others).map { _ in normal() }
    let y = (0..<rows).map { i in 3 + x[i] + u[g[i]] + s[g[i]] * x[i] + v[h[i]] + Double(k[i]) + normal() }
    func lacking(_ values: [Double]) -> [Double] {
      missing ? values.map { Int.random(in: 0..<25, using: &generator) == 0 ? .nan : $0 } : values
    }
    let frame: KeyValuePairs<String, any ColumnConvertible> = [
      "y": lacking(y), "x": lacking(x), "z": z, "f": f, "k": k, "g": g, "h": h.map { "h\($0)" },
      "w": (0..<rows).map { _ in Double.random(in: 0.2..<3, using: &generator) }, "o": z.map { $0 * 2 },
    ]
    return (try? DataFrame(frame)) ?? DataFrame()
  }
}

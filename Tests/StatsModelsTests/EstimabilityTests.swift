import StatsModels
import Testing

/// Predictions where a rank-deficient design determines none.
struct EstimabilityTests {
  /// Two crossed factors of three levels without the cell (2, 2), and a copy of a number.
  static func frame() throws -> DataFrame {
    var noise = SyntheticData.Noise(17)
    let cells = (0..<90).map { ($0 % 3, $0 / 3 % 3) }.filter { $0 != (2, 2) }
    let x = cells.map { _ in noise.next() }
    return try DataFrame([
      "a": cells.map { "a\($0.0)" }, "b": cells.map { "b\($0.1)" }, "g": cells.indices.map { $0 % 8 }, "x": x,
      "twice": x.map { 2 * $0 - 1 }, "y": cells.map { Double($0.0 * $0.1) + noise.next() },
    ])
  }

  @Test func emptyCellsHaveNoMean() throws {
    let results = try mixedlm("y ~ C(a) * C(b)", Self.frame(), groups: "g").fit()
    #expect(
      results.warnings.contains {
        $0.kind == .rankDeficient && $0.message.contains("'C(a)[T.a2]:C(b)[T.b2]'")
      })
    let new = try DataFrame([
      "a": ["a0", "a2", "a2", "a1"], "b": ["b0", "b2", "b1", "b2"], "g": [1, 1, 2, 3],
    ])
    #expect(try results.estimable(new).values == [true, false, true, true])
    let (means, table) = (try results.predict(new), try results.predict(new, interval: .confidence))
    for values in [means, table.predictions, table.se, table.lower, table.upper] {
      #expect(values.values.map(\.isNaN) == [false, true, false, false])
    }
    let conditional = try results.predict(new, randomEffects: .all)
    #expect(conditional[1].isNaN && conditional[2].isFinite)
  }

  /// A copy of a column makes no row of new data undefined as long as it copies there too.
  @Test func dependentColumnsMustDependInNewRows() throws {
    let results = try mixedlm("y ~ x + twice", Self.frame(), groups: "g").fit()
    let new = try DataFrame(["x": [0.5, 0.5, Double.nan], "twice": [0.0, 0.1, 1.0], "g": [1, 1, 1]])
    #expect(try results.estimable(new).values == [true, false, true])
    #expect(try results.predict(new).values.map(\.isNaN) == [false, true, true])
    let fitted = results.predict()
    #expect(!fitted.values.contains { $0.isNaN })
  }

  /// What rows the data have is determined, whichever cells are empty, and a cell without rows is not.
  @Test(arguments: 0..<24)
  func onlyEmptyCellsAreUndetermined(_ seed: Int) throws {
    var noise = SyntheticData.Noise(UInt64(seed))
    let (rows, columns) = (2 + seed % 3, 2 + seed / 3 % 3)
    let all = (0..<rows * columns).map { ($0 / columns, $0 % columns) }
    let empty = Set((0...seed % 3).map { (7 * seed + 5 * $0) % all.count })
    let cells = all.indices.filter { !empty.contains($0) }
    let data = cells.flatMap { cell in (0..<5).map { _ in all[cell] } }
    let frame = try DataFrame([
      "a": data.map { "a\($0.0)" }, "b": data.map { "b\($0.1)" }, "x": data.map { _ in noise.next() },
      "g": data.indices.map { $0 % 6 }, "y": data.map { _ in noise.next() },
    ])
    let results = try mixedlm("y ~ a * b + a * x + (1 | g)", frame).fit()
    #expect(try results.estimable(frame).values.allSatisfy(\.self), "\(seed)")
    #expect(try results.predict(frame).values.allSatisfy(\.isFinite))
    let levels = (Set(data.map(\.0)), Set(data.map(\.1)))
    let others = empty.sorted().map { all[$0] }.filter { levels.0.contains($0.0) && levels.1.contains($0.1) }
    let new = try DataFrame([
      "a": others.map { "a\($0.0)" }, "b": others.map { "b\($0.1)" }, "x": others.map { _ in 0.5 },
      "g": others.map { _ in 1 },
    ])
    #expect(try !results.estimable(new).values.contains(true), "\(seed)")
  }

  @Test func fullRankDesignsPredictEverywhere() throws {
    let results = try mixedlm("y ~ x", Self.frame(), groups: "g").fit()
    #expect(try results.estimable(DataFrame(["x": [1e6], "g": [1]])).values == [true])
  }
}

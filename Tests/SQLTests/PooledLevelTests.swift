#if SQLite
  import GRDB
  import SQLiteSource
  import StatsModels
  import TestSupport
  import Testing

  /// Levels of a lone random intercept that travel by their numbers of rows.
  struct PooledLevelTests {
    @Test(arguments: [
      ("y ~ 1 + (1 | g)", 60), ("y ~ x + z + (1 | g)", 300), ("y ~ x + I(x**2) + z + (1 | h)", 40),
      ("far ~ distant + (1 | g)", 200), ("I(y + 1000 * x) ~ x + z + (1 | g)", 150),
      ("y ~ 0 + x + (1 | g)", 80),
    ])
    func fitsAreThoseOfTheRows(_ formula: String, rows: Int) async throws {
      for seed: UInt64 in [1, 2, 3] {
        var generator = SeededGenerator(seed: seed)
        var data = RandomTable.make(rows: rows, using: &generator)
        data["far"] = data["y"] + 1e8
        data["distant"] = data["x"] + 1e5
        let executor = try SQLiteExecutor(SQLiteTests.database(data))
        let sums = try await Aggregates.fromSQL(
          formula: formula, source: .table("t"), on: executor, poolsLevels: true)
        let (pooled, whole) = (
          try await MixedLM(aggregates: sums).fit(), try await mixedlm(formula, data).fit()
        )
        #expect(pooled.nobs == rows && pooled.model.nGroups == whole.model.nGroups)
        #expect(distance([pooled.llf], [whole.llf]) < 1e-11, "\(formula): \(pooled.llf) \(whole.llf)")
        #expect(distance(pooled.feParams.values, whole.feParams.values) < 1e-6, "\(formula)")
        #expect(distance(pooled.bseFe.values, whole.bseFe.values) < 1e-6, "\(formula)")
        #expect(distance([pooled.scale], [whole.scale]) < 1e-6, "\(formula)")
        #expect(distance([pooled.covRe.values[0, 0]], [whole.covRe.values[0, 0]]) < 1e-5, "\(formula)")
      }
    }

    @Test func asManyRowsTravelAsLevelsHaveSizes() async throws {
      let levels = 5000
      var generator = SeededGenerator(seed: 4)
      let g = (0..<4 * levels).map { _ in Int.random(in: 0..<levels, using: &generator) }
      let y = g.map { Double($0 % 7) + Double.random(in: -1...1, using: &generator) }
      let counter = CountingExecutor(
        inner: try SQLiteExecutor(SQLiteTests.database(DataFrame(["y": y, "g": g]))))
      let model = try await MixedLM.fromSQL(
        formula: "y ~ 1 + (1 | g)", source: .table("t"), on: counter, poolsLevels: true)
      #expect(await counter.rows.total < 30)
      #expect(
        try await distance(
          [model.fit().llf], [mixedlm("y ~ 1 + (1 | g)", DataFrame(["y": y, "g": g])).fit().llf]) < 1e-12)
    }

    @Test func whatTakesLevelsIsAnError() async throws {
      var generator = SeededGenerator(seed: 5)
      let data = RandomTable.make(rows: 90, using: &generator)
      let executor = try SQLiteExecutor(SQLiteTests.database(data))
      let sums = try await Aggregates.fromSQL(
        formula: "y ~ x + (1 | g)", source: .table("t"), on: executor, poolsLevels: true)
      let fit = try await MixedLM(aggregates: sums).fit()
      #expect(fit.randomEffects.isEmpty && fit.randomEffectsCov.isEmpty && fit.model.groupLabels.isEmpty)
      #expect(fit.randomEffects(for: 3) == nil)
      #expect(throws: StatsModelsError.self) { try fit.randomEffects(of: "g") }
      #expect(throws: StatsModelsError.self) { try fit.predict(data, randomEffects: .all) }
      #expect(throws: StatsModelsError.self) { try fit.predict(data, exogRe: data[["g"]]) }
      #expect(throws: StatsModelsError.self) { try fit.save("/nowhere/fit") }
      #expect(throws: StatsModelsError.self) { try sums.write(to: "/nowhere/sums") }
      #expect(throws: StatsModelsError.self) { try Aggregates(merging: [sums, sums]) }
      #expect(try fit.predict(data).count == 90)
      // Models with more than a lone intercept keep their levels.
      let slopes = try await MixedLM.fromSQL(
        formula: "y ~ x + (1 + x | g)", source: .table("t"), on: executor, poolsLevels: true)
      #expect(try await slopes.fit().randomEffects.count == slopes.nGroups)
    }
  }

  /// An executor that counts the rows it gives.
  private struct CountingExecutor: SQLExecutor {
    actor Counter {
      private(set) var total = 0
      func add(_ count: Int) { total += count }
    }
    let inner: SQLiteExecutor
    let rows = Counter()
    var dialect: SQLDialect { .sqlite }

    func columns(of statement: String) async throws -> [SQLColumn] { try await inner.columns(of: statement) }
    func run(_ statement: String, row: ([SQLValue]) throws -> Void) async throws {
      var count = 0
      try await inner.run(statement) {
        count += 1
        try row($0)
      }
      await rows.add(count)
    }
  }
#endif

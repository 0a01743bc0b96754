#if SQLite
  import Foundation
  import GRDB
  import SQLiteSource
  import StatsModels
  import TestSupport
  import Testing

  /// Effects as tables of SQLite, and what the database then computes of its rows, against models of the same rows.
  struct EffectTableTests {
    /// A model, and the factors whose effects are written.
    private struct Case: Sendable, CustomStringConvertible {
      let formula: String
      let effects: [String]
      var groups: String?
      var reFormula: ReFormula?
      var vcFormula: [String: String]?
      var weights: String?
      var offset: String?
      var description: String { "\(formula) \(effects) \(groups ?? "") \(vcFormula ?? [:])" }

      /// The tables of the effects, and others that are named.
      func tables(_ others: [String] = []) -> [String: SQLSource] {
        Dictionary(
          (effects + others).map { ($0, SQLSource.table("effects of \($0)")) },
          uniquingKeysWith: { a, _ in a })
      }

      func rows(_ data: DataFrame) throws -> MixedLM {
        try mixedlm(
          formula, data, groups: groups == "" ? [Int](repeating: 1, count: data.rowCount) : groups,
          reFormula: reFormula, vcFormula: vcFormula, weights: weights, offset: offset, missing: .drop)
      }

      func database(_ executor: some SQLExecutor) async throws -> MixedLM {
        try await MixedLM.fromSQL(
          formula: formula, source: .table("t"), on: executor, groups: groups, reFormula: reFormula,
          vcFormula: vcFormula, weights: weights, offset: offset, missing: .drop)
      }
    }

    private static let cases = [
      Case(formula: "y ~ f * x + C(k, Sum) + (1 + x | g)", effects: ["g"]),
      Case(formula: "y ~ x + (x || g)", effects: ["g"]),
      Case(formula: "y ~ x + (1 | g/k)", effects: ["g", "g:k"]),
      Case(
        formula: "y ~ x + (1 + z | h) + (1 | g)", effects: ["g", "h"], weights: "w", offset: "o"),
      Case(formula: "y ~ x + (1 + z | h)", effects: ["h"], weights: "w", offset: "o"),
      Case(formula: "y ~ 0 + f + x + (1 | g) + (0 + z | g:k)", effects: ["g", "g:k"]),
      Case(formula: "y ~ center(x) + standardize(x + z) + (1 + center(x) | h)", effects: ["h"]),
      Case(
        formula: "y ~ f + (0 + f | g) + (1 | Q('h'):C(k))", effects: ["g", "Q('h'):C(k)"]),
      Case(formula: "np.log(y + 60) ~ I(x ** 2) + (1 | g) + (0 + x | g)", effects: ["g"]),
      Case(formula: "y ~ x + (1 | I(z > 0))", effects: ["I(z > 0)"]),
      Case(
        formula: "y ~ x + f", effects: ["g", "c", "d"], groups: "g", reFormula: "~x",
        vcFormula: ["c": "0 + C(h)", "d": "0 + C(k)"]),
      Case(
        formula: "y ~ x + f", effects: ["g", "c"], groups: "g", reFormula: "~x",
        vcFormula: ["c": "0 + C(k):z"]),
      Case(
        formula: "y ~ x", effects: ["a", "b"], groups: "", vcFormula: ["a": "0 + C(g)", "b": "0 + C(h)"]),
      // Many fixed effects.
      Case(formula: "y ~ C(g) + C(g):x + f + (1 | h)", effects: ["h"], weights: "w"),
      // Crossed with slopes, three crossed, nested within crossed, one variable in both of a pair.
      Case(formula: "y ~ f * x + (1 + x | g) + (1 + z | h)", effects: ["g", "h"]),
      Case(formula: "y ~ x + (1 | g) + (1 | h) + (1 | k)", effects: ["g", "h", "k"], weights: "w"),
      Case(formula: "y ~ x + (1 + z | g/k) + (x || h)", effects: ["g", "g:k", "h"]),
      Case(formula: "y ~ x + (1 | g:k) + (0 + x | h:k) + (1 | h:k)", effects: ["g:k", "h:k"]),
      Case(
        formula: "y ~ x", effects: ["a", "b", "c"], groups: "k",
        vcFormula: ["a": "0 + C(g)", "b": "0 + C(h):z", "c": "0 + C(f)"]),
    ]

    private static func scored(
      _ results: MixedLMResults, _ model: Case, _ queue: DatabaseQueue, residuals: Bool = true
    ) async throws -> DataFrame {
      let executor = SQLiteExecutor(writer: queue)
      let tables = try model.tables(results.leverageTables())
      try await results.writeEffects(tables, on: executor, replacing: true, leverage: true)
      let sql = try results.scoringSQL(
        source: .table("t"), schema: await executor.columns(of: "SELECT * FROM t"), dialect: .sqlite,
        effects: tables, residuals: residuals, leverage: true)
      return try await DataFrame(query: sql, on: SQLiteExecutor(queue))
    }

    @Test(arguments: cases)
    private func databasesComputeFittedValues(_ model: Case) async throws {
      var generator = SeededGenerator(seed: 41)
      let data = RandomTable.make(rows: 200, missing: true, using: &generator)
      let queue = try SQLiteTests.database(data)
      let rows = try await model.rows(data).fit()
      let scored = try await Self.scored(rows, model, queue)
      #expect(scored.rowCount == data.rowCount)
      // Rows that lack a response have a fitted value all the same.
      let used = Set(rows.resid.index.compactMap { Int($0) })
      let kept = (0..<data.rowCount).filter(used.contains)
      let (fitted, resid) = (scored["fitted"].doubles ?? [], scored["resid"].doubles ?? [])
      #expect(distance(kept.map { fitted[$0] }, rows.fittedvalues.values) < 1e-12)
      #expect(distance(kept.map { resid[$0] }, rows.resid.values) < 1e-12)
      #expect(fitted.indices.allSatisfy { used.contains($0) || resid[$0].isNaN })
      let (leverage, standardized) = (
        scored["leverage"].doubles ?? [], scored["standardized"].doubles ?? []
      )
      #expect(try distance(kept.map { leverage[$0] }, rows.leverage().values) < 1e-12)
      #expect(try distance(kept.map { standardized[$0] }, rows.residuals(.standardized).values) < 1e-11)
      #expect(fitted.indices.allSatisfy { used.contains($0) || leverage[$0].isNaN })
      // The same of a fit that saw no rows, and of one that was saved.
      let sums = try await model.database(SQLiteExecutor(queue)).fit()
      let expected = try sums.predict(data, randomEffects: .all, newLevels: .population).values
      let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).fit").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      try sums.save(path)
      for results in [sums, try MixedLMResults.load(path)] {
        let own = try await Self.scored(results, model, queue)
        #expect(distance(own["fitted"].doubles ?? [], expected) < 1e-12)
        // Their variances are optimised anew.
        let leverage = own["leverage"].doubles ?? []
        #expect(try distance(kept.map { leverage[$0] }, rows.leverage().values) < 1e-5)
      }
    }

    /// A predictor far from zero, and levels that are nested though no name says so.
    @Test(arguments: [
      ("y ~ far + (1 | g)", 1e3, 1e-12), ("y ~ far + (1 | g)", 1e9, 1e-12),
      ("y ~ far * f + (1 | c) + (1 | g)", 1e6, 1e-9), ("y ~ far + (1 + far | g)", 1e3, 1e-9),
      ("I(y * 1e-3 + 1e6) ~ far + (1 | g)", 1e6, 1e-12), ("y ~ far + (1 | g) + (1 | h)", 1e6, 1e-11),
      ("y ~ far + (1 + far | g) + (1 + far | h)", 1e3, 1e-9),
    ])
    func leveragesFarFromZero(_ formula: String, origin: Double, tolerance: Double) async throws {
      var generator = SeededGenerator(seed: 46)
      var data = RandomTable.make(rows: 300, using: &generator)
      data["far"] = data["x"] + origin
      data["c"] = data["g"] * 3 + data["k"]
      let queue = try SQLiteTests.database(data)
      let model = Case(formula: formula, effects: ["c", "g", "h"].filter { formula.contains("| \($0))") })
      let results = try await model.rows(data).fit()
      let scored = try await Self.scored(results, model, queue)
      #expect(try distance(scored["leverage"].doubles ?? [], results.leverage().values) < tolerance)
    }

    /// A predictor that depends on others has no part in a leverage, and yet its gaps keep rows out of the fit.
    @Test func onlyRowsOfTheFitHaveLeverages() async throws {
      var generator = SeededGenerator(seed: 48)
      var data = RandomTable.make(rows: 120, using: &generator)
      data["p"] = (data["z"].doubles ?? []).enumerated().map { $0 == 5 ? .nan : 2 * $1 }
      let queue = try SQLiteTests.database(data)
      let model = Case(formula: "y ~ z + p + (1 | g)", effects: ["g"])
      let results = try await model.rows(data).fit()
      var leverage = try await Self.scored(results, model, queue)["leverage"].doubles ?? []
      #expect(leverage.remove(at: 5).isNaN)
      #expect(try distance(leverage, results.leverage().values) < 1e-12)
    }

    @Test func leveragesThatCannotBeHadSayWhy() async throws {
      var generator = SeededGenerator(seed: 47)
      let data = RandomTable.make(rows: 120, using: &generator)
      let queue = try SQLiteTests.database(data)
      let schema = try await SQLiteExecutor(queue).columns(of: "SELECT * FROM t")
      func expectError(
        _ word: String, _ results: MixedLMResults, effects: [String: SQLSource] = ["g": .table("e")],
        schema: [SQLColumn]
      ) {
        #expect(throws: StatsModelsError.self, "\(word)") {
          try results.scoringSQL(
            source: .table("t"), schema: schema, dialect: .sqlite, effects: effects, residuals: true,
            leverage: true)
        }
        do {
          _ = try results.scoringSQL(
            source: .table("t"), schema: schema, dialect: .sqlite, effects: effects, residuals: true,
            leverage: true)
        } catch { #expect("\(error)".lowercased().contains(word), "\(error)") }
      }
      let plain = try await mixedlm("y ~ x + (1 | g)", data).fit()
      expectError("effects of 'g'", plain, effects: [:], schema: schema)
      for name in ["leverage", "standardized"] {
        expectError(name, plain, schema: schema + [SQLColumn(name: name.uppercased(), kind: .double)])
      }
      let weighted = try await mixedlm(
        "y ~ x + (1 | g)", data, weights: [Double](repeating: 2, count: data.rowCount)
      ).fit()
      expectError("weights", weighted, schema: schema)
      let pooled = try await MixedLM.fromSQL(
        formula: "y ~ x + (1 | g)", source: .table("t"), on: SQLiteExecutor(queue), poolsLevels: true)
      expectError("level", try await pooled.fit(), effects: [:], schema: schema)
      let series = try await mixedlm("y ~ x + (1 | g)", data, residuals: .autoregressive()).fit()
      expectError("correlated", series, schema: schema)
    }

    @Test func tablesOfPairs() async throws {
      var generator = SeededGenerator(seed: 49)
      let data = RandomTable.make(rows: 150, using: &generator)
      let queue = try SQLiteTests.database(data)
      let schema = try await SQLiteExecutor(queue).columns(of: "SELECT * FROM t")
      let results = try await mixedlm("y ~ x + (1 + x | g/k) + (1 | h)", data).fit()
      #expect(try results.leverageTables() == ["g:k", "h", "g:k x h"])
      // Either order names them, and each pair of levels that occurs is a row.
      let tables = ["g:k", "h", "h x g:k"].map { ($0, SQLSource.table($0)) }
      let executor = SQLiteExecutor(writer: queue)
      let effects = Dictionary(uniqueKeysWithValues: tables)
      try await results.writeEffects(effects, on: executor, leverage: true)
      let pairs = try await DataFrame(
        query: "SELECT * FROM \"h x g:k\" ORDER BY g, k, h", on: executor)
      let occurring = try data[["g", "k", "h"]].dropDuplicates().sortValues(by: ["g", "k", "h"])
      #expect(pairs.columnNames == ["g", "k", "h", "h0", "h1", "h2", "h3"])
      for name in occurring.columnNames { #expect(pairs[name].strings == occurring[name].strings) }
      func score(_ names: [String], leverage: Bool = true) throws -> String {
        try results.scoringSQL(
          source: .table("t"), schema: schema, dialect: .sqlite,
          effects: effects.filter { names.contains($0.key) },
          leverage: leverage)
      }
      let scored = try await DataFrame(query: try score(["g:k", "h", "h x g:k"]), on: executor)
      #expect(try distance(scored["leverage"].doubles ?? [], results.leverage().values) < 1e-12)
      #expect(try score(["g:k", "h", "h x g:k"], leverage: false) == score(["g:k", "h"], leverage: false))
      #expect { try score(["g:k", "h"]) } throws: { "\($0)".contains("pairs 'g:k x h'") }
      #expect { try score(["g:k", "h x g:k"]) } throws: { "\($0)".contains("effects of 'h'") }
      func statements(_ name: String, leverage: Bool = true) throws -> [String] {
        try results.effectsSQL(of: name, table: .table("e"), dialect: .spark, leverage: leverage)
      }
      #expect { try statements("h x g") } throws: { "\($0)".contains("'g:k x h'") }
      #expect { try statements("h x g:k", leverage: false) } throws: { "\($0)".contains("leverage: true") }
      #expect { try statements("h x x") } throws: { "\($0)".contains("no random effects of 'h x x'") }

      // A factor without variance has no part in leverages: nothing stands in the tables of its pairs.
      let flat = try DataFrame([
        "y": (0..<120).map { Double($0 / 12) + [1, -1, 2, -2][$0 % 12 / 3] }, "g": (0..<120).map { $0 / 12 },
        "h": (0..<120).map { "h\($0 % 3)" },
      ])
      let model = Case(formula: "y ~ 1 + (1 | g) + (1 | h)", effects: ["g", "h", "h x g"])
      let plain = try await model.rows(flat).fit()
      #expect(try plain.leverageTables() == ["g"])
      let own = try await Self.scored(plain, model, SQLiteTests.database(flat))
      #expect(try distance(own["leverage"].doubles ?? [], plain.leverage().values) < 1e-12)
    }

    @Test func levelsThatTheTableLacksHaveNoEffect() async throws {
      var generator = SeededGenerator(seed: 42)
      let data = RandomTable.make(rows: 120, using: &generator)
      let queue = try SQLiteTests.database(data)
      let model = Case(formula: "y ~ x + (1 + x | g) + (1 | h)", effects: ["g", "h"])
      let results = try await model.rows(data).fit()
      try await queue.write { database in
        try database.execute(
          sql: """
            INSERT INTO t (x, g, h) VALUES (1.5, 99, 'h1'), (1.5, NULL, NULL), (NULL, 1, 'h1'), (1.5, 1, 'H1'), (1.5, 1, 'h1 ')
            """)
      }
      let scored = try await Self.scored(results, model, queue)
      let new = scored.tail(5)
      let fitted = new["fitted"].doubles ?? []
      let fixed = results.feParams["Intercept"] + 1.5 * results.feParams["x"]
      let (g, h) = (
        try #require(results.randomEffects(of: "g")[1]), try #require(results.randomEffects(of: "h")["h1"])
      )
      #expect(
        distance(fitted, [fixed + h[0], fixed, .nan, fixed + g[0] + 1.5 * g[1], fixed + g[0] + 1.5 * g[1]])
          < 1e-12)
      #expect((0..<5).allSatisfy { new["resid"][$0] == nil })
    }

    @Test func hostileNamesAndLevels() async throws {
      var generator = SeededGenerator(seed: 43)
      let plain = RandomTable.make(rows: 120, using: &generator)
      let names = [
        "a\"b; DROP TABLE t; --", "größe", "fitted values", "SELECT", "`x`", "effect0_u0", "e\\'", "z s",
        String(repeating: "n", count: 300),
      ]
      let levels = [
        "it's", "'); DROP TABLE t; --", "a", "A", "a ", "\\", "\n", "", "\u{E9}", "e\u{301}", "NULL", "${x}",
        "1",
      ]
      let texts = (0..<plain.rowCount).map { levels[$0 % levels.count] }
      for name in names {
        var data = try DataFrame(
          columns: plain.columns.map { $0.name == "x" ? $0.renamed(name) : $0 })
        data[name + "g"] = texts
        let queue = try SQLiteTests.database(data)
        let code = "\"" + name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let model = Case(
          formula: "y ~ Q(\(code)\") + (1 | Q(\(code)g\"):k)", effects: ["Q(\(code)g\"):k"])
        let results = try await model.rows(data).fit()
        let scored = try await Self.scored(results, model, queue)
        #expect(distance(scored["fitted"].doubles ?? [], results.fittedvalues.values) < 1e-12, "\(name)")
        #expect(
          try distance(scored["leverage"].doubles ?? [], results.leverage().values) < 1e-12, "\(name)")
      }
    }

    @Test func nothingIsWrittenThatWasNotAskedFor() async throws {
      var generator = SeededGenerator(seed: 44)
      let data = RandomTable.make(rows: 120, using: &generator)
      let model = Case(formula: "y ~ x + (1 | g) + (1 | h)", effects: ["g", "h"])
      let results = try await model.rows(data).fit()
      let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).db").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      try SQLiteTests.database(data).backup(to: DatabaseQueue(path: path))
      let (reading, writing) = (
        try SQLiteExecutor(path: path), try SQLiteExecutor(path: path, access: .write)
      )
      func tables() async throws -> [String] {
        try await DataFrame(
          query: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name", on: reading)[
            "name"
          ].strings.compactMap(\.self)
      }
      for executor in [reading, SQLiteExecutor(try DatabaseQueue(path: path) as any DatabaseReader)] {
        await #expect(throws: StatsModelsError.self) {
          try await results.writeEffects(model.tables(), on: executor)
        }
      }
      await #expect(throws: (any Error).self) { try await writing.run("DROP TABLE t") { _ in } }
      // The second table is there: the first is not made either.
      try await writing.write(["CREATE TABLE \"effects of h\" (h, u0)"])
      await #expect(throws: DatabaseError.self) {
        try await results.writeEffects(model.tables(), on: writing)
      }
      #expect(try await tables() == ["effects of h", "t"])
      try await results.writeEffects(model.tables(), on: writing, replacing: true)
      #expect(try await tables() == ["effects of g", "effects of h", "t"])
      // What is replaced are tables of effects, and no others: neither the rows, however their name is written, nor …
      try await writing.write(["CREATE TABLE others (u0, a)"])
      for target in [["T"], ["main", "t"], ["others"]] {
        await #expect {
          try await results.writeEffects(["g": .table(parts: target)], on: writing, replacing: true)
        } throws: { "\($0)".contains("no effects") }
      }
      try await writing.write(["DROP TABLE others"])
      #expect(try await tables() == ["effects of g", "effects of h", "t"])
      for (factor, target) in [
        ("nosuch", SQLSource.table("e")), ("g", .query(trusted: "SELECT 1")), ("g", .file("e.parquet")),
      ] {
        await #expect(throws: StatsModelsError.self) {
          try await results.writeEffects([factor: target], on: writing)
        }
      }
      let schema = try await reading.columns(of: "SELECT *, 1 AS Fitted FROM t")
      #expect(throws: StatsModelsError.self) {
        try results.scoringSQL(source: .table("t"), schema: schema, dialect: .sqlite)
      }
      let numbers = schema.dropLast().map {
        $0.name == "h" ? SQLColumn(name: "h", kind: .integer) : $0
      }
      #expect(throws: StatsModelsError.self) {
        try results.scoringSQL(
          source: .table("t"), schema: numbers, dialect: .duckDB, effects: ["h": .table("e")])
      }
    }

    @Test(arguments: [
      (SQLDialect.sqlite, "\"h\" TEXT NOT NULL, u0 REAL NOT NULL, PRIMARY KEY (\"h\")", "'it''s'", "'\\'"),
      (
        .postgreSQL, "\"h\" TEXT NOT NULL, u0 DOUBLE PRECISION NOT NULL, PRIMARY KEY (\"h\")", "'it''s'",
        "E'\\\\'"
      ),
      (.duckDB, "\"h\" VARCHAR NOT NULL, u0 DOUBLE NOT NULL, PRIMARY KEY (\"h\")", "'it''s'", "'\\'"),
      (
        .spark, "`h` STRING NOT NULL, u0 DOUBLE NOT NULL", "CAST(X'69742773' AS STRING)",
        "CAST(X'5c' AS STRING)"
      ),
      (
        .bigQuery, "`h` STRING NOT NULL, u0 FLOAT64 NOT NULL", "CAST(FROM_HEX('69742773') AS STRING)",
        "CAST(FROM_HEX('5c') AS STRING)"
      ),
      (
        .snowflake, "\"h\" VARCHAR NOT NULL, u0 DOUBLE NOT NULL", "HEX_DECODE_STRING('69742773')",
        "HEX_DECODE_STRING('5c')"
      ),
    ])
    func tablesOfEachDialect(_ dialect: SQLDialect, columns: String, quote: String, backslash: String)
      async throws
    {
      var generator = SeededGenerator(seed: 45)
      var data = RandomTable.make(rows: 90, using: &generator)
      data["h"] = (0..<90).map { ["it's", "\\", "a"][$0 % 3] }
      data["y"] = (data["y"].doubles ?? []).enumerated().map { $1 + Double(4 * ($0 % 3)) }
      let results = try await mixedlm("y ~ x + (1 | h)", data).fit()
      let statements = try results.effectsSQL(of: "h", table: .table("a", "e"), dialect: dialect)
      let table = try "\(dialect.quoted("a")).\(dialect.quoted("e"))"
      #expect(statements.first == "CREATE TABLE \(table) (\(columns))")
      #expect(statements.count == 2)
      let rows = try #require(statements.last)
      let head = try "INSERT INTO \(table) (\(dialect.quoted("h")), u0) VALUES ("
      #expect(rows.hasPrefix(head))
      #expect(rows.contains("(\(quote), ") && rows.contains("(\(backslash), ") && rows.contains("('a', "))
      let again = try results.effectsSQL(of: "h", table: .table("a", "e"), dialect: dialect, replacing: true)
      #expect(again.first == "DROP TABLE IF EXISTS \(table)" && Array(again.dropFirst()) == statements)
      let wide = try results.effectsSQL(of: "h", table: .table("e"), dialect: dialect, leverage: true)
      #expect(wide[0].contains("u0") && wide[0].contains("h2") && !wide[0].contains("h3"))
    }

    /// A database limits the length of a statement.
    @Test func manyLevelsTakeSeveralStatements() async throws {
      let count = 12000
      let data = try DataFrame([
        "y": (0..<2 * count).map { Double($0 * $0 % 101) }, "g": (0..<2 * count).map { "level \($0 / 2)" },
      ])
      let results = try await mixedlm("y ~ 1 + (1 | g)", data).fit()
      let statements = try results.effectsSQL(of: "g", table: .table("e"), dialect: .postgreSQL)
      #expect(statements.count > 3 && statements.allSatisfy { $0.utf8.count < 210_000 })
      let queue = try DatabaseQueue()
      let executor = SQLiteExecutor(writer: queue)
      try await results.writeEffects(["g": .table("e")], on: executor)
      let written = try await DataFrame(query: "SELECT * FROM e ORDER BY g", on: executor)
      let expected = try results.randomEffects(of: "g").values.column(0)
      // SQLite reads some decimals one unit in the last place off
      let read = try #require(written["u0"].doubles)
      #expect(zip(read, expected).allSatisfy { abs($0 - $1) <= $1.ulp } && read.count == expected.count)
    }
  }
#endif

#if SQLite
  import Foundation
  import GRDB
  import SQLiteSource
  import StatsModels
  import TestSupport
  import Testing

  /// Models of tables of SQLite against models of the same rows.
  struct SQLiteTests {
    /// A database in memory with a data frame as the table `t`.
    static func database(_ data: DataFrame, table: String = "t") throws -> DatabaseQueue {
      let queue = try DatabaseQueue()
      try queue.write { database in
        let columns = try data.columns.map { column in
          let type = column.type == .string ? "TEXT" : column.type == .integer ? "INTEGER" : "DOUBLE"
          return "\(try SQLDialect.sqlite.quoted(column.name)) \(type)"
        }
        let name = try SQLDialect.sqlite.quoted(table)
        try database.execute(sql: "CREATE TABLE \(name) (\(columns.joined(separator: ", ")))")
        let marks = data.columns.map { _ in "?" }.joined(separator: ", ")
        let insert = try database.makeStatement(sql: "INSERT INTO \(name) VALUES (\(marks))")
        for row in 0..<data.rowCount {
          let values = data.columns.map { column -> (any DatabaseValueConvertible)? in
            switch column[row] {
            case nil: nil
            case .integer(let value)?: value
            case .double(let value)?: value
            case .string(let value)?: value
            case .boolean(let value)?: value
            }
          }
          try insert.execute(arguments: StatementArguments(values))
        }
      }
      return queue
    }

    @Test(arguments: [
      "y ~ x + (1 + x | g)", "y ~ x + (1 | g) + (1 | h)", "y ~ f * x + (1 | g/k)",
      "y ~ x + (1 + x | g) + (1 + x | h)",
      "y ~ 0 + f + x:z + (0 + x | g) + (1 | h)", "np.log(y + 40) ~ center(x) + I(x**2) + C(k, Sum) + (1 | g)",
      "y ~ standardize(np.exp(z)) + (x || h)", "y ~ x + cs(0 + f | g)", "y ~ (x > 0) * z + (1 | g)",
      "y ~ C(f, Helmert) + C(k):x + (1 | g:h)", "y ~ np.where(x > z, x, 0) + np.minimum(x, z) + (1 | g)",
      "y ~ C(f, Treatment('mid')) + (1 | g) + (0 + z | g)",
    ])
    func fitsAreThoseOfTheRows(_ formula: String) async throws {
      var generator = SeededGenerator(seed: 8)
      let data = RandomTable.make(rows: 240, using: &generator)
      let model = try await MixedLM.fromSQL(
        formula: formula, source: .table("t"), on: SQLiteExecutor(Self.database(data)))
      try await expectSameFit(model.fit(), mixedlm(formula, data).fit(), formula, tolerance: 1e-11)
    }

    @Test func groupsComponentsWeightsAndMissingValues() async throws {
      var generator = SeededGenerator(seed: 9)
      let data = RandomTable.make(rows: 300, missing: true, using: &generator)
      let executor = try SQLiteExecutor(Self.database(data))
      let model = try await MixedLM.fromSQL(
        formula: "y ~ x + f", source: .table("t"), on: executor, groups: "g", reFormula: "~x",
        vcFormula: ["h": "0 + C(h)"], weights: "w", offset: "o", missing: .drop)
      let rows = try mixedlm(
        "y ~ x + f", data, groups: "g", reFormula: "~x", vcFormula: ["h": "0 + C(h)"], weights: "w",
        offset: "o",
        missing: .drop)
      try await expectSameFit(model.fit(), rows.fit(), "all", tolerance: 1e-11)
      await #expect(throws: StatsModelsError.self) {
        try await MixedLM.fromSQL(formula: "y ~ x + (1 | g)", source: .table("t"), on: executor)
      }
      let part = try await MixedLM.fromSQL(
        formula: "y ~ z + (1 | g)", source: .table("t"), on: executor,
        whereClause: SQLCondition(trusted: "k = 1"), missing: .drop)
      let chosen = data.rows((0..<data.rowCount).filter { data["k"][$0] == .integer(1) })
      try await expectSameFit(part.fit(), mixedlm("y ~ z + (1 | g)", chosen, missing: .drop).fit(), "where")
    }

    @Test(arguments: [1e3, 1e6, 1e9])
    func farOriginsCostNoDigits(_ origin: Double) async throws {
      var generator = SeededGenerator(seed: 3)
      var data = RandomTable.make(rows: 400, using: &generator)
      data["y"] = data["y"] + origin
      data["x"] = data["x"] + origin / 100
      let formula = "y ~ x + (1 + x | g)"
      let fit = try await MixedLM.fromSQL(
        formula: formula, source: .table("t"), on: SQLiteExecutor(Self.database(data))
      ).fit()
      let rows = try await mixedlm(formula, data).fit()
      #expect(distance([fit.llf], [rows.llf]) < 1e-11, "\(fit.llf) \(rows.llf)")
    }

    @Test(arguments: [(1e2, 1e-11), (1e4, 1e-11), (1e6, 1e-11), (1e8, 1e-9)])
    func smallResidualsAreSummedInASecondPass(_ slope: Double, _ tolerance: Double) async throws {
      var generator = SeededGenerator(seed: 4)
      var data = RandomTable.make(rows: 400, using: &generator)
      data["y"] = data["y"] + data["x"] * slope
      let formula = "y ~ x + z + (1 | g)"
      let fit = try await MixedLM.fromSQL(
        formula: formula, source: .table("t"), on: SQLiteExecutor(Self.database(data))
      ).fit()
      let rows = try await mixedlm(formula, data).fit()
      #expect(distance([fit.llf], [rows.llf]) < tolerance, "\(fit.llf) \(rows.llf)")
      #expect(distance(fit.feParams.values, rows.feParams.values) < 1e-9)
    }

    @Test func hostileNamesAreNames() async throws {
      var generator = SeededGenerator(seed: 10)
      let data = RandomTable.make(rows: 120, using: &generator)
      let names = [
        "a\"b; DROP TABLE t; --", "x'); DELETE FROM t; --", "größe", "a b", "--", "SELECT", "`x`", "x\\y",
        String(repeating: "n", count: 300),
      ]
      for name in names {
        let renamed = try DataFrame(
          columns: data.columns.map {
            $0.name == "x" ? $0.renamed(name) : $0.name == "g" ? $0.renamed(name + "g") : $0
          })
        let formula = "y ~ Q(\(python(name))) + (1 | Q(\(python(name + "g"))))"
        let queue = try Self.database(renamed, table: name)
        let fit = try await MixedLM.fromSQL(
          formula: formula, source: .table(name), on: SQLiteExecutor(queue)
        ).fit()
        let rows = try await mixedlm("y ~ x + (1 | g)", data).fit()
        #expect(distance([fit.llf], [rows.llf]) < 1e-11, "\(name)")
        let left = try await queue.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM sqlite_master") }
        #expect(left == 1)
      }
    }

    private func python(_ name: String) -> String {
      "\"" + name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    @Test func onlySumsAreSelected() async throws {
      var generator = SeededGenerator(seed: 11)
      let log = StatementLog(
        inner: try SQLiteExecutor(Self.database(RandomTable.make(rows: 90, using: &generator))))
      _ = try await Aggregates.fromSQL(
        formula: "y ~ x * f + (1 + x | g) + (1 | h)", source: .table("t"), on: log)
      let statements = await log.statements.all
      #expect(statements.count == 4)
      for statement in statements {
        #expect(statement.contains("COUNT(*)") && !statement.contains(";"), "\(statement)")
        let result = statement.components(separatedBy: " SELECT ").last ?? ""
        #expect(!statement.contains("SUM(") || result.contains("SUM(") || result.contains("COUNT("))
      }
    }

    /// Values of expressions, row by row, as SQLite and as Patsy compute them.
    @Test func expressionsHavePythonsValues() async throws {
      var generator = SeededGenerator(seed: 12)
      let data = RandomTable.make(rows: 60, using: &generator)
      let queue = try Self.database(data)
      let columns = try await SQLiteExecutor(queue).columns(of: "SELECT * FROM t")
      for _ in 0..<150 {
        // An expression without a variable has one row in Python.
        let code = "x * 0 + \(RandomExpression.number(depth: 3, using: &generator))"
        let plan = try SQLPlan(
          formula: "y ~ I(\(code)) + (1 | g)", source: .table("t"), schema: columns, dialect: .sqlite)
        let statement = try #require(plan.statements.last)
        // The entry as the statement computes it, less its shift.
        let head = try #require(statement.components(separatedBy: ") SELECT ").first)
        let sql =
          head.replacing(":shift_1", with: "0.0").replacing(":shift_2", with: "0.0") + ") SELECT m1 FROM v"
        let values = try await queue.read { try Double?.fetchAll($0, sql: sql) }
        let expected = try dmatrix("0 + I(\(code))", data, NAAction: NAAction(onNA: .drop, NATypes: []))
          .matrix
        for (row, value) in values.enumerated() {
          let reference = expected[row, 0]
          guard reference.isFinite else { continue }
          #expect(
            value.map { abs($0 - reference) <= 1e-13 * max(abs(reference), 1) } ?? false,
            "\(code): \(value ?? .nan) and \(reference)")
        }
      }
    }

    @Test func databasesComputeFittedValues() async throws {
      var generator = SeededGenerator(seed: 14)
      let data = RandomTable.make(rows: 80, using: &generator)
      let queue = try Self.database(data)
      let schema = try await SQLiteExecutor(queue).columns(of: "SELECT * FROM t")
      let results = try await mixedlm("y ~ f * x + C(k, Sum) + (1 + x | g)", data).fit()
      try await queue.write { database in
        try database.execute(sql: "CREATE TABLE e (g INTEGER, u0 DOUBLE, u1 DOUBLE)")
        for (label, effects) in results.randomEffects {
          try database.execute(
            sql: "INSERT INTO e VALUES (?, ?, ?)",
            arguments: [label.number.map(Int.init) ?? 0, effects.values[0], effects.values[1]])
        }
      }
      let sql = try results.scoringSQL(
        source: .table("t"), schema: schema, dialect: .sqlite, effects: ["g": .table("e")])
      let fitted = try await DataFrame(query: sql, on: SQLiteExecutor(queue))["fitted"].doubles ?? []
      #expect(distance(fitted, results.fittedvalues.values) < 1e-12)
    }

    @Test func queriesAreDataFrames() async throws {
      var generator = SeededGenerator(seed: 13)
      let data = RandomTable.make(rows: 40, missing: true, using: &generator)
      let read = try await DataFrame(
        query: "SELECT * FROM t", on: SQLiteExecutor(Self.database(data)))
      #expect(read.columnNames == data.columnNames && read.rowCount == data.rowCount)
      for name in data.columnNames {
        #expect((0..<40).allSatisfy { read[name][$0] == data[name][$0] }, "\(name)")
      }
    }

    @Test func whatCannotBeReadIsSaid() async throws {
      #expect(throws: (any Error).self) { try SQLiteExecutor(path: "/nowhere/at/all.db") }
      let queue = try DatabaseQueue()
      try await queue.write { database in
        try database.execute(
          sql:
            "CREATE TABLE t (y DOUBLE, x, g TEXT); INSERT INTO t VALUES (1, 'a', 'u'), (2, 3, 'v'), (3, 4, 'w')"
        )
        try database.execute(sql: "CREATE TABLE e (y DOUBLE, x DOUBLE, g TEXT)")
      }
      let executor = SQLiteExecutor(queue)
      for (table, formula) in [
        ("t", "y ~ x + (1 | g)"), ("e", "y ~ x + (1 | g)"), ("t", "y ~ nosuch + (1 | g)"),
      ] {
        await #expect(throws: (any Error).self) {
          try await MixedLM.fromSQL(formula: formula, source: .table(table), on: executor)
        }
      }
      for (rows, condition, word) in [
        ("(1, 2, CAST(x'ff61' AS TEXT)), (2, 3, CAST(x'fe61' AS TEXT))", nil, "no UTF-8"),
        ("(1, 2, x'ff')", nil, "'g' holds binary data: cast"), ("(1, 2, 'nan')", nil, "missing value"),
        ("(NULL, NULL, NULL)", "x IS NULL", "no value in 1"),
        ("(1, 2, 'a')", "", "condition on rows is empty"),
        ("(1, 2, 'a')", " \n", "condition on rows is empty"), ("(1, 2, 'a')", "0 --", "no rows"),
        ("(1, 2, 'a')", "1) --", "syntax error"),
      ] as [(String, String?, String)] {
        let queue = try DatabaseQueue()
        try await queue.write { database in
          try database.execute(
            sql:
              "CREATE TABLE t (y DOUBLE, x DOUBLE, g TEXT); INSERT INTO t VALUES (1.5, 2, 'b'), (2.5, 3, 'c'), \(rows)"
          )
          try database.execute(sql: "CREATE VIEW v AS SELECT y + 0 AS y, x + 0 AS x, g FROM t")
        }
        let formula = word == "missing value" ? "y ~ x + g + (1 | k)" : "y ~ x + (1 | g)"
        let source = SQLSource.query(
          trusted: "SELECT y, x, \(rows.contains("NULL") ? "NULL AS g" : "g"), 1 AS k FROM v")
        await #expect {
          try await MixedLM.fromSQL(
            formula: formula, source: source, on: SQLiteExecutor(queue),
            whereClause: condition.map { SQLCondition(trusted: $0) })
        } throws: { "\($0)".contains(word) }
      }
      #expect { try SQLiteExecutor(path: "/tmp") } throws: { "\($0)".contains("folder") }
      await #expect(throws: (any Error).self) {
        try await executor.run("DELETE FROM t") { _ in }
      }
      await #expect(throws: (any Error).self) {
        try await executor.run("SELECT 1; DELETE FROM t") { _ in }
      }
    }
  }

  /// An executor that keeps what it was asked.
  private struct StatementLog: SQLExecutor {
    actor Statements {
      private(set) var all: [String] = []
      func append(_ statement: String) { all.append(statement) }
    }
    let inner: SQLiteExecutor
    let statements = Statements()
    var dialect: SQLDialect { .sqlite }

    func columns(of statement: String) async throws -> [SQLColumn] { try await inner.columns(of: statement) }
    func run(_ statement: String, row: ([SQLValue]) throws -> Void) async throws {
      await statements.append(statement)
      try await inner.run(statement, row: row)
    }
  }

  /// Random Python expressions over the columns x, z, k and f.
  enum RandomExpression {
    static func number(depth: Int, using generator: inout SeededGenerator) -> String {
      func inner() -> String { number(depth: depth - 1, using: &generator) }
      if depth == 0 {
        return ["x", "z", "k", "1.5", "-0.25", "2"].randomElement(using: &generator) ?? "x"
      }
      switch Int.random(in: 0..<12, using: &generator) {
      case 0: return "(\(inner()) + \(inner()))"
      case 1: return "(\(inner()) - \(inner()))"
      case 2: return "(\(inner()) * \(inner()))"
      case 3: return "(\(inner()) / (np.abs(\(inner())) + 1))"
      case 4: return "(\(inner()))**2"
      case 5: return "np.exp(np.minimum(\(inner()), 3))"
      case 6: return "np.log(np.abs(\(inner())) + 0.5)"
      case 7: return "np.sqrt(np.abs(\(inner())))"
      case 8: return "np.where(\(condition(depth: depth - 1, using: &generator)), \(inner()), \(inner()))"
      case 9: return "np.maximum(\(inner()), \(inner()))"
      case 10: return "np.log1p(np.abs(\(inner())))"
      default: return "-\(inner())"
      }
    }

    static func condition(depth: Int, using generator: inout SeededGenerator) -> String {
      let (a, b) = (number(depth: depth, using: &generator), number(depth: depth, using: &generator))
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: return "(\(a) > \(b))"
      case 1: return "((\(a) <= \(b)) & (f == 'low'))"
      case 2: return "((k == 1) | (\(a) < \(b)))"
      default: return "~(f != 'high')"
      }
    }
  }
#endif

#if SQLite
  import Foundation
  import GRDB
  import SQLModels
  import SQLiteSource
  import StatsModels
  import TestSupport
  import Testing

  /// Texts that databases take for the same, and rows do not.
  struct TextLevelTests {
    /// The driver without its aggregate function.
    private struct Grouping: SQLExecutor {
      let inner: SQLiteExecutor
      var dialect: SQLDialect { .sqlite }
      func columns(of statement: String) async throws -> [SQLColumn] {
        try await inner.columns(of: statement)
      }
      func run(_ statement: String, row: ([SQLValue]) throws -> Void) async throws {
        try await inner.run(statement, row: row)
      }
    }

    private static let levels = [
      "a", "A", "a ", "a\t", "A  ", "\u{E9}", "e\u{301}", "É", "ß", "SS", "1", "01", "1.0", "", " ",
      "\u{FEFF}a",
      String(repeating: "long", count: 20_000) + "a", String(repeating: "long", count: 20_000) + "A",
    ]

    @Test(
      arguments: ["BINARY", "NOCASE", "RTRIM"],
      [
        "y ~ x + (1 | c)", "y ~ c + (1 | g)", "y ~ I(1 * (c == 'a')) + (1 | g)",
        "y ~ C(c, Sum):x + (1 | g:c)",
      ])
    func levelsAreThoseOfTheRows(_ collation: String, _ formula: String) async throws {
      let queue = try DatabaseQueue()
      try await queue.write { database in
        try database.execute(
          sql: "CREATE TABLE t (y DOUBLE, x DOUBLE, g INTEGER, c TEXT COLLATE \(collation))")
        let insert = try database.makeStatement(sql: "INSERT INTO t VALUES (?, ?, ?, ?)")
        for row in 0..<360 {
          try insert.execute(arguments: [
            Double(row * row % 97), Double(row * 31 % 41), row % 7, Self.levels[row * 7 % 18],
          ])
        }
      }
      let executor = SQLiteExecutor(writer: queue)
      let data = try await DataFrame(query: "SELECT * FROM t", on: executor)
      let rows = try await mixedlm(formula, data).fit()
      let sums: [Aggregates] = [
        try await .fromSQL(formula: formula, source: .table("t"), on: executor),
        try await .fromSQL(formula: formula, source: .table("t"), on: Grouping(inner: executor)),
      ]
      #expect(sums[0].cellCount == sums[1].cellCount)
      for own in sums {
        let fit = try await MixedLM(aggregates: own).fit()
        #expect(distance([fit.llf], [rows.llf], scale: abs(rows.llf)) < 1e-11)
      }
      let factor = try #require(rows.terms.first).group
      try await rows.writeEffects([factor: .table("e")], on: executor)
      let sql = try rows.scoringSQL(
        source: .table("t"), schema: await executor.columns(of: "SELECT * FROM t"), dialect: .sqlite,
        effects: [factor: .table("e")])
      let fitted = try await DataFrame(query: sql, on: executor)["fitted"].doubles ?? []
      #expect(distance(fitted, rows.fittedvalues.values) < 1e-12)
    }

    /// Statements that wait for a database leave the threads to others that tasks share.
    @Test(.timeLimit(.minutes(1))) func waitingStatementsHoldNobodyUp() async throws {
      let queue = try DatabaseQueue()
      let (isHeld, isFree) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
      let outcome = Outcome()
      Thread.detachNewThread {
        queue.inDatabase { _ in
          isHeld.signal()
          // Until other tasks have run while all statements wait.
          outcome.wasFreed = isFree.wait(timeout: .now() + 20) == .success
        }
      }
      await withCheckedContinuation { continuation in
        Thread.detachNewThread {
          isHeld.wait()
          continuation.resume()
        }
      }
      let executor = SQLiteExecutor(queue)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<(2 * ProcessInfo.processInfo.activeProcessorCount + 2) {
          group.addTask { try await executor.run("SELECT 1") { _ in } }
        }
        group.addTask {
          try await Task.sleep(for: .milliseconds(200))
          isFree.signal()
        }
        try await group.waitForAll()
      }
      #expect(outcome.wasFreed)
    }

    private final class Outcome: @unchecked Sendable {
      var wasFreed = false
    }
  }
#endif

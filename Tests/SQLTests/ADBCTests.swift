import ADBCSource
import Foundation
import StatsModels
import TestSupport
import Testing

/// Drivers of Arrow Database Connectivity. `ADBC_DUCKDB` names DuckDB's library, `ADBC_PRELOAD` what it takes for loaded.
struct ADBCTests {
  private static let library = ProcessInfo.processInfo.environment["ADBC_DUCKDB"]

  private static func executor() throws -> ADBCExecutor {
    let preload = ProcessInfo.processInfo.environment["ADBC_PRELOAD"].map { [$0] } ?? []
    return try ADBCExecutor(
      driver: try #require(library), entry: "duckdb_adbc_init", dialect: .duckDB, preload: preload)
  }

  @Test func whatIsNoDriverIsRefused() {
    for path in ["relative/libduckdb.so", "/nowhere/libduckdb.so", "/etc/passwd"] {
      #expect(throws: SQLError.self, "\(path)") { try ADBCExecutor(driver: path, dialect: .duckDB) }
    }
    #expect(throws: SQLError.self) { try ADBCExecutor(driver: "/nowhere/libother.so") }
  }

  @Test(.enabled(if: library != nil, "ADBC_DUCKDB is not set"))
  func filesAreSummedByDuckDB() async throws {
    let executor = try Self.executor()
    for formula in [
      "y ~ x * f + (1 + x | g)", "y ~ center(x) + np.log1p(np.abs(z)) + C(k, Sum) + (1 | g) + (1 | h)",
    ] {
      var generator = SeededGenerator(seed: 21)
      let data = RandomTable.make(rows: 300, missing: true, using: &generator)
      let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).csv").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      try data.toCsv(path)
      let fit = try await MixedLM.fromSQL(
        formula: formula, source: .file(path), on: executor, missing: .drop
      ).fit()
      try await expectSameFit(
        fit, mixedlm(formula, DataFrame(csv: path), missing: .drop).fit(), formula, tolerance: 1e-11)
    }
    let values = try await DataFrame(
      query:
        "SELECT 1 AS i, 2.5::DECIMAL(9,2) AS d, NULL::DOUBLE AS n, 'ä' AS t, true AS b, 170141183460469231731::HUGEINT AS h",
      on: executor)
    #expect(values["i"][0] == 1 && values["d"][0] == 2.5 && values["n"][0] == nil && values["t"][0] == "ä")
    #expect(values["b"][0] == true && values["h"][0]?.number == 170141183460469231731)
    await #expect(throws: SQLError.self) { try await executor.run("SELECT nosuch") { _ in } }
  }

  @Test(.enabled(if: library != nil, "ADBC_DUCKDB is not set"), .timeLimit(.minutes(1)))
  func cancelledTasksEndStatements() async throws {
    let executor = try Self.executor()
    // 10¹³ rows.
    let rows =
      "SELECT 1.5 * (a.range % 7) AS y, b.range AS x, a.range % 5 AS g FROM range(10000000) a, range(1000000) b"
    await expectCancellation("sums") {
      _ = try await Aggregates.fromSQL(
        formula: "y ~ x + (1 | g)", source: .query(trusted: rows), on: executor)
    }
    // The transaction has ended, and the connection goes on.
    var count = 0
    try await executor.run("SELECT 1") { _ in count += 1 }
    #expect(count == 1)
  }
}

/// Endless work that ends when its task is cancelled, and says why.
func expectCancellation(
  _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: @escaping @Sendable () async throws -> Void
) async {
  let task = Task.detached { try await body() }
  // From a thread of its own: statements may keep all those that tasks share.
  Thread.detachNewThread {
    Thread.sleep(forTimeInterval: 0.2)
    task.cancel()
  }
  let error = await #expect(throws: (any Error).self, sourceLocation: sourceLocation) { try await task.value }
  let isCancellation = error is CancellationError || (error as? StatsModelsError)?.code == .cancelled
  #expect(isCancellation, "\(what): \(error.map { "\($0)" } ?? "")", sourceLocation: sourceLocation)
}

import ADBCSource
import Foundation
import StatsModels
import TestSupport
import Testing

/// Drivers of Arrow Database Connectivity. `ADBC_DUCKDB` names DuckDB's library, `ADBC_PRELOAD` what it takes for loaded.
struct ADBCTests {
  private static let library = ProcessInfo.processInfo.environment["ADBC_DUCKDB"]

  @Test func whatIsNoDriverIsRefused() {
    for path in ["relative/libduckdb.so", "/nowhere/libduckdb.so", "/etc/passwd"] {
      #expect(throws: SQLError.self, "\(path)") { try ADBCExecutor(driver: path, dialect: .duckDB) }
    }
    #expect(throws: SQLError.self) { try ADBCExecutor(driver: "/nowhere/libother.so") }
  }

  @Test(.enabled(if: library != nil, "ADBC_DUCKDB is not set"))
  func filesAreSummedByDuckDB() async throws {
    let preload = ProcessInfo.processInfo.environment["ADBC_PRELOAD"].map { [$0] } ?? []
    let executor = try ADBCExecutor(
      driver: try #require(Self.library), entry: "duckdb_adbc_init", dialect: .duckDB, preload: preload)
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
}

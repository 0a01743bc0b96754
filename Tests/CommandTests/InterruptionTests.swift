#if SQLite
  import Foundation
  import GRDB
  import TestSupport
  import Testing

  /// Ctrl-C while a database sums up.
  @Suite struct InterruptionTests {
    @Test(.timeLimit(.minutes(2))) func interruptsReachTheDatabase() throws {
      let folder = try Scratch()
      let path = folder.path("long.db")
      let queue = try DatabaseQueue(path: path)
      try queue.write { database in
        // 10¹² rows.
        try database.execute(
          sql: """
            CREATE TABLE d (y DOUBLE, x DOUBLE, g INTEGER);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
            INSERT INTO d SELECT i * i % 17, i % 13, i % 20 FROM n;
            CREATE VIEW t AS SELECT a.y, a.x, a.g FROM d AS a, d AS b, d AS c, d AS e
            """)
      }
      try queue.close()
      // Jobs of a shell without job control would ignore the signal.
      let outcome = try Mixedlm.shell(
        "set -m; $MIXEDLM fit --from sqlite:\(path) --table t --formula 'y ~ x + (1 | g)' & "
          + "sleep 1; kill -INT $!; wait $!")
      #expect(outcome.status == 130 && outcome.output.isEmpty, "\(outcome)")
      #expect(outcome.errors.hasPrefix("interrupted: "), "\(outcome.errors)")
    }
  }
#endif

#if SQLite
  import Foundation
  import GRDB
  import StatsModels
  import TestSupport
  import Testing

  /// Effects that the command writes into a database, and the statement by which the database computes fitted values.
  @Suite struct DatabaseCommandTests {
    private static let formula = "Reaction ~ center(Days) + (1 + Days | Subject)"

    /// A database with the table `sleep.study`.
    private func database(_ folder: Scratch) throws -> (path: String, rows: DataFrame) {
      let rows = try DataFrame(csv: Fixtures.data("sleepstudy"))
      let path = folder.path("sleep.db")
      let queue = try DatabaseQueue(path: path)
      try queue.write { database in
        try database.execute(
          sql: "CREATE TABLE \"sleep.study\" (Reaction DOUBLE, Days INTEGER, Subject TEXT)")
        for row in 0..<rows.rowCount {
          try database.execute(
            sql: "INSERT INTO \"sleep.study\" VALUES (?, ?, ?)",
            arguments: [
              rows["Reaction"][row]?.number, rows["Days"][row]?.number, rows["Subject"][row]?.description,
            ])
        }
      }
      try queue.close()
      return (path, rows)
    }

    @Test func fittedValuesComeFromTheDatabase() throws {
      let folder = try Scratch()
      let (path, rows) = try database(folder)
      let fit = folder.path("sleep.fit")
      let source = ["--from", "sqlite:\(path)", "--table", "\"sleep.study\""]
      let fitting =
        ["fit"] + source + [
          "--formula", Self.formula, "--write-effects", "Subject=main.subjects", "--leverage",
        ]
      var outcome = try Mixedlm.run(fitting + ["--save", fit, "--format", "json"])
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
      // The table is there now, and dropped on request only.
      outcome = try Mixedlm.run(fitting)
      #expect(outcome.status == 1 && outcome.output.isEmpty && outcome.errors.contains("already exists"))
      outcome = try Mixedlm.run(fitting + ["--replace-effects"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      outcome = try Mixedlm.run(
        ["sql"] + source + ["--model", fit, "--effects", "Subject=subjects", "--residuals", "--leverage"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let sql = String(outcome.output.drop { $0.isNewline }.prefix { $0 != ";" })
      let values = try DatabaseQueue(path: path).read { try Row.fetchAll($0, sql: sql) }
      let expected = try mixedlm(Self.formula, rows).fit()
      #expect(distance(values.map { $0["fitted"] }, expected.fittedvalues.values) < 1e-7)
      #expect(distance(values.map { $0["resid"] }, expected.resid.values) < 1e-5)
      #expect(try distance(values.map { $0["leverage"] }, expected.leverage().values) < 1e-6)
      #expect(
        try distance(values.map { $0["standardized"] }, expected.residuals(.standardized).values) < 1e-5)
    }

    /// Parts of names in quotes may hold dots and quotes; quotes elsewhere are part of a name.
    @Test(arguments: ["a\"b", "\"a\"\"b\"", "main.a\"b", "main.\"a\"\"b\""]) func namesWithQuotes(
      _ table: String
    ) throws {
      let folder = try Scratch()
      let (path, _) = try database(folder)
      try DatabaseQueue(path: path).write {
        try $0.execute(sql: "CREATE VIEW \"a\"\"b\" AS SELECT * FROM \"sleep.study\"")
      }
      let outcome = try Mixedlm.run([
        "fit", "--from", "sqlite:\(path)", "--table", table, "--formula", Self.formula, "--where",
        "Days > 1 -- late",
        "--format", "json",
      ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try outcome.json()["nobs"]?.double == 144)
    }

    @Test(arguments: ["e", "a\"b", "\"a=b\"", "main.\"a\"\"=b\""]) func namesWithEqualsSigns(_ table: String)
      throws
    {
      let folder = try Scratch()
      let (path, _) = try database(folder)
      let outcome = try Mixedlm.run([
        "fit", "--from", "sqlite:\(path)", "--table", "\"sleep.study\"", "--formula",
        "Reaction ~ Days + (1 | Q(\"Subject\"):I(Days == 3))", "--write-effects",
        "Q(\"Subject\"):I(Days == 3)=\(table)", "--quiet",
      ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let found = try DatabaseQueue(path: path).read {
        try String.fetchOne(
          $0, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'sleep.study'")
      }
      #expect(
        found
          == table.replacing("main.", with: "").replacing("\"\"", with: "'").replacing(/^"|"$/, with: "")
          .replacing("'", with: "\""))
    }

    @Test func leveragesOfCrossedFactors() throws {
      let folder = try Scratch()
      let (path, _) = try database(folder)
      let fit = folder.path("crossed.fit")
      let source = ["--from", "sqlite:\(path)", "--table", "\"sleep.study\""]
      let fitting =
        ["fit"] + source + [
          "--formula", "Reaction ~ 1 + (1 | Subject) + (1 | Days)", "--leverage", "--save", fit,
          "--write-effects",
          "Subject=s", "--write-effects", "Days=d",
        ]
      var outcome = try Mixedlm.run(fitting)
      #expect(outcome.status == 1 && outcome.errors.contains("--write-effects \"Subject x Days=T\""))
      outcome = try Mixedlm.run(fitting + ["--write-effects", "Subject x Days=pairs"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      outcome = try Mixedlm.run(
        ["sql"] + source + [
          "--model", fit, "--leverage", "--effects", "Subject=s", "--effects", "Days=d", "--effects",
          "Days x Subject=pairs",
        ])
      let sql = String(outcome.output.drop { $0.isNewline }.prefix { $0 != ";" })
      let values = try DatabaseQueue(path: path).read { try Row.fetchAll($0, sql: sql) }
      var rows = try DataFrame(csv: Fixtures.data("sleepstudy"))
      rows["Subject"] = rows["Subject"].astype(.string)
      let expected = try mixedlm("Reaction ~ 1 + (1 | Subject) + (1 | Days)", rows).fit()
      #expect(try distance(values.map { $0["leverage"] }, expected.leverage().values) < 1e-6)
    }

    /// With many predictors a statement names the columns, in the schema's order.
    @Test func columnsKeepTheirOrder() throws {
      let folder = try Scratch()
      let fit = folder.path("sleep.fit")
      let formula = "Reaction ~ C(Subject) + (1 | Days)"
      _ = try Mixedlm.run([
        "fit", Fixtures.data("sleepstudy"), "--formula", formula, "--save", fit, "--quiet",
      ])
      for (text, status, word) in [
        (
          "{\"Subject\": \"int\", \"Reaction\": \"double\", \"Days\": \"int\"}", Int32(0),
          "Subject\", s.\"Reaction\", s.\"Days"
        ),
        ("{\"Days\": 1}", 1, "no schema"), ("{\"Days\": \"int\", \"Days\": \"int\"}", 1, "no schema"),
        ("[]", 1, "no schema"),
      ] {
        let schema = try folder.write("s.json", text)
        let outcome = try Mixedlm.run([
          "sql", "--dialect", "duckdb", "--schema", schema, "--table", "t", "--model", fit, "--leverage",
          "--effects",
          "Days=e",
        ])
        #expect(
          outcome.status == status && (outcome.output + outcome.errors).contains(word), "\(outcome.errors)")
      }
    }

    @Test(arguments: SQLDialect.all) func statementsForOtherDatabases(_ dialect: SQLDialect) throws {
      let folder = try Scratch()
      let fit = folder.path("sleep.fit")
      let data = Fixtures.data("sleepstudy")
      #expect(
        try Mixedlm.run(["fit", data, "--formula", Self.formula, "--save", fit, "--quiet"]).status == 0)
      let schema = try folder.write(
        "s.json", "{\"Reaction\": \"double\", \"Days\": \"int\", \"Subject\": \"int\"}")
      let outcome = try Mixedlm.run([
        "sql", "--dialect", dialect.name, "--schema", schema, "--table", "a.b", "--model", fit, "--effects",
        "Subject=e", "--create-effects", "--leverage",
      ])
      let statements = outcome.output.split(separator: ";\n").map { $0.drop { $0.isNewline } }
      #expect(statements.count == 3, "\(outcome.errors)")
      #expect(statements.map { $0.prefix { $0 != " " } } == ["CREATE", "INSERT", "SELECT"])
    }

    @Test func mistakes() throws {
      let folder = try Scratch()
      let (path, _) = try database(folder)
      let data = Fixtures.data("sleepstudy")
      let source = ["--from", "sqlite:\(path)", "--table", "\"sleep.study\""]
      for (arguments, status, word) in [
        (["fit", data, "--formula", Self.formula, "--write-effects", "Subject=e"], Int32(64), "--from"),
        (["fit"] + source + ["--formula", Self.formula, "--replace-effects"], 64, "--write-effects"),
        (["fit"] + source + ["--formula", Self.formula, "--leverage"], 64, "--write-effects"),
        (
          ["fit"] + source + [
            "--formula", Self.formula, "--write-effects", "Subject=\"sleep.study\"", "--replace-effects",
          ],
          64, "that of the rows"
        ),
        (
          ["fit"] + source + [
            "--formula", Self.formula, "--write-effects", "Subject=main.\"Sleep.Study\"", "--replace-effects",
          ],
          64, "that of the rows"
        ),
        (["fit"] + source + ["--formula", Self.formula, "--write-effects", "Subjct=e"], 1, "Subjct"),
        (["sql"] + source + ["--model", data], 1, "sleepstudy"),
        (["sql"] + source + ["--model", data, "--formula", Self.formula], 64, "--model"),
        (["sql"] + source + ["--formula", Self.formula, "--residuals"], 64, "--model"),
        (["sql"] + source + ["--formula", Self.formula, "--leverage"], 64, "--model"),
        (["sql"] + source + ["--dialect", "duckdb", "--formula", Self.formula], 64, "--from"),
        (["sql", "--table", "t", "--formula", Self.formula], 64, "--dialect"),
      ] {
        let outcome = try Mixedlm.run(arguments)
        #expect(
          outcome.status == status && outcome.errors.contains(word) && outcome.output.isEmpty,
          "\(arguments): \(outcome.errors)")
      }
    }
  }
#endif

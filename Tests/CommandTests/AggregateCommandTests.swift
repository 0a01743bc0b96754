import Foundation
import StatsModels
import TestSupport
import Testing

/// `aggregate`, `fit --aggregates`, `sql` and `fit --from`.
@Suite struct AggregateCommandTests {
  private let formula = "Weight ~ Time + C(Evit) + (1 + Time | Pig)"

  /// Two parts of a file give the numbers of the whole.
  @Test func partsGiveTheFitOfTheWhole() throws {
    let folder = try Scratch()
    let lines = try String(contentsOfFile: Fixtures.data("dietox"), encoding: .utf8).split(separator: "\n")
    let parts = [lines[1...300], lines[301...]].enumerated().map { number, rows in
      ("part\(number)", ([lines[0]] + rows).joined(separator: "\n") + "\n")
    }
    let shifts = folder.path("model.shifts")
    let stats = try Mixedlm.run(
      [
        "aggregate", Fixtures.data("dietox"), "--formula", formula, "--missing", "drop", "--stats", "-o",
        shifts,
      ])
    #expect(stats.status == 0, "\(stats.errors)")
    var files: [String] = []
    for (name, text) in parts {
      let data = try folder.write("\(name).csv", text)
      files.append(folder.path("\(name).mlx"))
      let line = "cat \(data) | $MIXEDLM aggregate - --shifts \(shifts) -o \(files[files.count - 1])"
      #expect(try Mixedlm.shell(line).status == 0)
    }
    let sums = try Mixedlm.run(["fit", "--format", "json", "--all", "--aggregates"] + files).json()
    let rows = try Mixedlm.run(
      [
        "fit", Fixtures.data("dietox"), "--formula", formula, "--missing", "drop", "--format", "json",
        "--all",
      ]
    ).json()
    for key in ["llf", "scale", "nobs", "n_groups"] {
      let (a, b) = (sums[key]?.double ?? .nan, rows[key]?.double ?? 0)
      #expect(abs(a - b) <= 1e-7 * max(abs(b), 1), "\(key): \(a) and \(b)")
    }
    #expect(sums["fittedvalues"] == nil && sums["resid"] == nil && sums["random_effects"] != nil)
  }

  /// Options that sums know nothing of are refused, not passed over.
  @Test(arguments: [["--variance-by", "Evit"], ["--residuals", "cs"], ["--sep", ";"]])
  func optionsOfRows(_ options: [String]) throws {
    for source in [
      ["--from", "sqlite:a.db", "--table", "t", "--formula", formula], ["--aggregates", "a.mlx"],
    ] {
      let outcome = try Mixedlm.run(["fit"] + source + options)
      #expect(outcome.status == 64 && outcome.errors.contains(options[0]), "\(outcome.errors)")
    }
  }

  @Test func statementsArePrinted() throws {
    let folder = try Scratch()
    let schema = try folder.write("s.json", "{\"y\": \"double\", \"x\": \"bigint\", \"g\": \"varchar(9)\"}")
    for dialect in SQLDialect.all.map(\.name) {
      let outcome = try Mixedlm.run(
        ["sql", "--dialect", dialect, "--table", "a.b", "--schema", schema, "--formula", "y ~ x + (1 | g)"])
      #expect(outcome.status == 0 && outcome.output.contains("GROUP BY k0"), "\(dialect): \(outcome.errors)")
    }
  }

  @Test func mistakes() throws {
    let folder = try Scratch()
    let bad = try folder.write("bad.mlx", "no sums")
    let out = folder.path("o.mlx")
    for (arguments, status, word) in [
      (["fit", "--aggregates", bad], Int32(1), "no file of sums"),
      (["fit", "--aggregates", folder.path("none.mlx")], 1, "no such file"),
      (["fit", "--aggregates", folder.path(".")], 1, "a folder"),
      (["aggregate", "-", "--formula", formula, "-o", out], 1, "standard input: no header"),
      (["fit", "--aggregates", bad, "--formula", "y ~ x"], 64, "brings formula"),
      (["aggregate", Fixtures.data("dietox"), "-o", out], 64, "--formula"),
      (
        ["aggregate", Fixtures.data("dietox"), "--formula", formula, "--stats", "--shifts", bad, "-o", out],
        64, "contradict"
      ),
      (
        ["aggregate", Fixtures.data("dietox"), "--formula", "Weigth ~ Time + (1 | Pig)", "-o", out], 1,
        "Weight"
      ),
      (
        [
          "aggregate", Fixtures.data("sleepstudy"), "--formula", "Reaction ~ Days + (1 | Subject)",
          "--minimum-cell",
          "50", "-o", out,
        ], 1, "--minimum-cell"
      ),
      (["fit", "--from", "sqlite:x.db", "--formula", "y ~ x"], 64, "--table"),
      (["fit", "--from", "nosuch:x", "--table", "t", "--formula", "y ~ x"], 64, "sqlite:"),
      (["fit", "--from", "adbc:/x.so?password=a", "--table", "t", "--formula", "y ~ x"], 64, "secret"),
      (
        ["fit", "--from", "sqlite:/nowhere/x.db", "--table", "t", "--formula", "y ~ x + (1 | g)"], 1,
        "no database"
      ),
    ] {
      let outcome = try Mixedlm.run(arguments)
      #expect(outcome.status == status && outcome.errors.contains(word), "\(arguments): \(outcome.errors)")
    }
  }
}

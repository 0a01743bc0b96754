import StatsModels
import TestSupport
import Testing

/// `mixedlm anova`, `mixedlm means` and `mixedlm fit --ddf`.
struct InferenceCommandTests {
  private let machines = [Fixtures.data("Machines"), "--formula", "score ~ Machine + (1 | Worker/Machine)"]

  @Test func fitAddsInference() throws {
    let report = try Mixedlm.run(["fit"] + machines + ["--ddf", "kenward-roger", "--format", "json"]).json()
    let inference = try #require(report["inference"])
    #expect(inference.members?.map(\.key) == ["ddf", "estimate", "se", "df", "t", "p", "conf_int"])
    #expect(inference["ddf"]?.text == "kenward-roger")
    #expect(abs(try #require(inference["df"]?["Machine[T.B]"]?.double) - 10) < 1e-6)
    let limits = try #require(inference["conf_int"]?["Machine[T.C]"]?.doubles)
    #expect(limits.count == 2 && limits[0] < limits[1])
    let none = try Mixedlm.run(["fit"] + machines + ["--ddf", "none", "--format", "json"]).json()
    #expect(none["inference"]?["df"]?["Intercept"].map { if case .null = $0 { true } else { false } } == true)
    let text = try Mixedlm.run(["fit"] + machines + ["--ddf", "satterthwaite"]).output
    #expect(text.contains("DF") && text.contains("P>|t|"))
    #expect(try !Mixedlm.run(["fit"] + machines).output.contains("P>|t|"))
    let refitted = try Mixedlm.run(["fit"] + machines + ["--ml", "--ddf", "kenward-roger"])
    #expect(refitted.errors.contains("Refitted by REML") && refitted.output.contains("REML"))
  }

  /// Options without an effect are named, and contradictions refused.
  @Test func optionsThatChangeNothing() throws {
    let smaller = ["--null", "score ~ 1 + (1 | Worker/Machine)"]
    for (arguments, note) in [
      (["compare"] + machines + smaller + ["--seed", "3"], "--seed changes nothing without --bootstrap"),
      (
        ["means"] + machines + ["--of", "Machine", "--adjust", "holm"],
        "--adjust changes nothing without --pairwise"
      ),
      (["fit"] + machines + ["--all"], "--all changes nothing without --format json"),
    ] {
      let outcome = try Mixedlm.run(arguments)
      #expect(outcome.status == 0 && outcome.errors.contains("note: \(note)"), "\(outcome.errors)")
      #expect(try !Mixedlm.run(arguments + ["--quiet"]).errors.contains("changes nothing"))
    }
    let both = try Mixedlm.run(["anova"] + machines + ["--random", "--type", "2"])
    #expect(both.status == 64 && both.errors.contains("leave them out with --random"))
    let short = try Mixedlm.run(["fit"] + machines + ["-o", "x"])
    #expect(short.status == 64 && short.errors.contains("Unknown option '-o'."))
  }

  /// The least squares fit of a weighted model is the one with its weights, and a ratio of zero has no tail.
  @Test func weightedNull() throws {
    let folder = try Scratch()
    var text = "y,g,w\n"
    for i in 0..<24 { text += "\([3, 1, 4, 1][i % 4]),\(i / 4),\(1 + i % 3)\n" }
    let data = try folder.write("data.csv", text)
    let outcome = try Mixedlm.run([
      "compare", data, "--formula", "y ~ 1 + (1 | g)", "--null", "y ~ 1", "--weights", "w", "--format",
      "json",
    ])
    let rows = try #require(outcome.json()["rows"]?.elements)
    let (a, b) = (try #require(rows[0]["llf"]?.double), try #require(rows[1]["llf"]?.double))
    #expect(abs(a - b) < 1e-9 && rows[1]["p"]?.double ?? 0 > 0.999)
  }

  @Test func anovaTables() throws {
    let report = try Mixedlm.run(["anova"] + machines + ["--ddf", "kenward-roger", "--format", "json"]).json()
    #expect(report.members?.map(\.key) == ["type", "ddf", "rows"])
    let row = try #require(report["rows"]?.elements?.first)
    #expect(
      row.members?.map(\.key) == ["term", "sum_sq", "mean_sq", "num_df", "den_df", "f", "p"])
    #expect(row["term"]?.text == "Machine" && row["num_df"]?.double == 2)
    let csv = try Mixedlm.run(["anova"] + machines + ["--format", "csv", "--type", "1"]).output
    #expect(csv.hasPrefix("term,sum_sq,mean_sq,num_df,den_df,f,p\nMachine,"))
    let random = try Mixedlm.run(["anova"] + machines + ["--random", "--format", "json"]).json()
    #expect(random["rows"]?.elements?.count == 2)
    #expect(try Mixedlm.run(["anova"] + machines + ["--type", "4"]).status == 64)
  }

  @Test func meansAndPairs() throws {
    let arguments = ["means"] + machines + ["--of", "Machine", "--ddf", "kenward-roger", "--format", "json"]
    let report = try Mixedlm.run(arguments + ["--pairwise", "--adjust", "holm"]).json()
    #expect(report.members?.map(\.key) == ["means", "pairs"])
    let mean = try #require(report["means"]?.elements?.first)
    #expect(mean.members?.map(\.key) == ["Machine", "mean", "se", "df", "lower", "upper"])
    #expect(mean["Machine"]?.text == "A")
    let pair = try #require(report["pairs"]?.elements?.first)
    #expect(
      pair.members?.map(\.key) == ["contrast", "estimate", "se", "df", "t", "p", "lower", "upper"])
    #expect(pair["contrast"]?.text == "A - B")
    #expect(try Mixedlm.run(arguments).json().members?.map(\.key) == ["means"])
    let unknown = try Mixedlm.run(["means"] + machines + ["--of", "Machines"])
    #expect(unknown.status == 1 && unknown.errors.contains("did you mean 'Machine'?"))
    let notFixed = try Mixedlm.run(["means"] + machines + ["--of", "Worker"])
    #expect(notFixed.status == 1 && notFixed.errors.contains("variable of the fixed effects"))
    let level = try Mixedlm.run(["means"] + machines + ["--of", "Machine", "--at", "Machine=Z"])
    #expect(level.status == 1 && level.errors.contains("'A', 'B', 'C'"))
    #expect(try Mixedlm.run(["means"] + machines).status == 64)
  }
}

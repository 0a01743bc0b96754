import StatsModels
import TestSupport
import Testing

/// `mixedlm predict`.
struct PredictCommandTests {
  private let predict = [
    "predict", Fixtures.data("dietox"), "--formula", "Weight ~ Time", "--groups", "Pig", "--new",
  ]

  private func new(_ scratch: Scratch, _ pig: String = "4601") throws -> String {
    try scratch.write("new.csv", "Time,Pig\n1,\(pig)\n12,4756\n")
  }

  @Test func populationByDefault() throws {
    let scratch = try Scratch()
    let report = try Mixedlm.run(predict + [new(scratch), "--format", "json"]).json()
    #expect(report.members?.map(\.key) == ["predictions"])
    let values = try #require(report["predictions"]?.doubles)
    #expect(abs(values[0] - 22.66603) < 1e-4 && abs(values[1] - 99.03359) < 1e-4)
    let csv = try Mixedlm.run(predict + [new(scratch)]).output.split(separator: "\n")
    #expect(csv.first == "predictions" && csv.count == 3 && csv[1].hasPrefix("22.666"))
  }

  @Test func effectsAndIntervals() throws {
    let scratch = try Scratch()
    let arguments =
      predict + [try new(scratch), "--exog-re", "Pig", "--interval", "prediction", "--format", "json"]
    let report = try Mixedlm.run(arguments).json()
    #expect(report.members?.map(\.key) == ["predictions", "se", "lower", "upper"])
    let columns = try ["predictions", "se", "lower", "upper"].map { try #require(report[$0]?.doubles) }
    let data = try DataFrame(csv: Fixtures.data("dietox"))
    let effect = try #require(
      try mixedlm("Weight ~ Time", data, groups: "Pig").fit().randomEffects(for: 4601))
    #expect(abs(columns[0][0] - 22.66603 - effect[0]) < 1e-4)
    for i in 0..<2 {
      #expect(columns[1][i] > 3.37)
      #expect(abs(columns[3][i] - columns[0][i] - 1.959964 * columns[1][i]) < 1e-5)
    }
    let narrow = try Mixedlm.run(arguments + ["--level", "0.5"]).json()
    #expect(try #require(narrow["upper"]?.doubles)[0] < columns[3][0])
  }

  @Test func newLevels() throws {
    let scratch = try Scratch()
    let arguments = predict + [try new(scratch, "1"), "--exog-re", "Pig", "--format", "json"]
    let refused = try Mixedlm.run(arguments)
    #expect(refused.status == 1 && refused.output.isEmpty && refused.errors.contains("1"))
    #expect(refused.errors.contains("--new-levels population"))
    let values = try Mixedlm.run(arguments + ["--new-levels", "population"]).json()["predictions"]?.doubles
    #expect(abs((values?.first ?? 0) - 22.66603) < 1e-4)
    // A label that is missing is treated alike.
    let missing = predict + [try new(scratch, ""), "--exog-re", "Pig", "--format", "json"]
    let message = try Mixedlm.run(missing).errors
    #expect(message.contains("'Pig' has missing values") && message.contains("--new-levels population"))
    #expect(
      try Mixedlm.run(missing + ["--new-levels", "population"]).json()["predictions"]?.doubles == values)
  }

  /// A column's type depends on all its rows: labels and categories of new rows are read as those of the data.
  @Test func newColumnsAreReadAsTheOldOnes() throws {
    let scratch = try Scratch()
    let rows = (0..<60).map {
      "\(Double($0 * 37 % 11)),\($0 % 7),\(["1", "02", "3b", "4"][$0 % 4]),\($0 % 5)"
    }
    let data = try scratch.write("old.csv", "y,x,g,h\n" + rows.joined(separator: "\n") + "\n")
    let new = try scratch.write("new.csv", "x,g,h\n1,1,2\n2,02,4\n")
    let mixed = try scratch.write("mixed.csv", "x,g,h\n1,1,2\n2,02,4\n3,1,other\n")
    let arguments = [
      "predict", data, "--formula", "y ~ x + (1|g) + (1|h)", "--exog-re", "g", "--exog-re", "h",
    ]
    let few = try Mixedlm.run(arguments + ["--new", new, "--quiet"])
    #expect(few.status == 0 && few.errors.isEmpty, "\(few.errors)")
    let more = try Mixedlm.run(arguments + ["--new", mixed, "--quiet", "--new-levels", "population"])
    #expect(more.output.hasPrefix(few.output) && more.output.split(separator: "\n").count == 4)
    let design = try Mixedlm.run(["design", data, "--formula", "x + g", "--new", new])
    #expect(design.output == "Intercept,g[T.1],g[T.3b],g[T.4],x\n1.0,1.0,0.0,0.0,1.0\n1.0,0.0,0.0,0.0,2.0\n")
  }

  @Test(arguments: [
    (["--level", "1.5"], 64), (["--level", "many"], 64), (["--interval", "wide"], 64),
    (["--new-levels", "x"], 64),
    (["--exog-re", "Pork"], 1), (["--exog-re", "Time"], 1),
  ])
  func wrongOptions(options: [String], status: Int) throws {
    let scratch = try Scratch()
    let outcome = try Mixedlm.run(predict + [new(scratch)] + options)
    #expect(Int(outcome.status) == status && outcome.output.isEmpty && !outcome.errors.isEmpty)
  }
}

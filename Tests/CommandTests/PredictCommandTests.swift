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

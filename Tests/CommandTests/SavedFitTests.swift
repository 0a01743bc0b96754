import Foundation
import StatsModels
import TestSupport
import Testing

/// `fit --save FILE` and `predict --model FILE`.
@Suite struct SavedFitTests {
  private let fit = ["--formula", "Weight ~ Time + Evit", "--groups", "Pig", "--re-formula", "~Time"]

  /// A saved fit predicts what the fit itself does, to the last digit, without the data.
  @Test(
    arguments: [
      [], ["--interval", "prediction"], ["--exog-re", "Pig"],
      ["--exog-re", "Pig", "--interval", "confidence"],
    ])
  func predictsAsTheFit(_ options: [String]) throws {
    let folder = try Scratch()
    let new = try folder.write("new.csv", "Pig,Time,Evit\n4601,3,Evit000\n4757,7,Evit200\n")
    let saved = try Mixedlm.run(
      ["fit", Fixtures.data("dietox")] + fit + ["--save", folder.path("pigs.fit"), "--quiet"])
    #expect(saved.status == 0 && saved.output.contains("Mixed Linear Model"))
    #expect(folder.files == ["new.csv", "pigs.fit"])
    let there = try Mixedlm.run(["predict", "--model", folder.path("pigs.fit"), "--new", new] + options)
    let here = try Mixedlm.run(["predict", Fixtures.data("dietox"), "--new", new, "--quiet"] + fit + options)
    #expect(there.status == 0 && there.output == here.output, "\(there.errors)")
  }

  @Test func repeatsColumns() throws {
    let folder = try Scratch()
    let new = try folder.write("new.csv", "Pig,Time,Evit,tag\n4601,3,Evit000,007\n4757,7,Evit200,b\n")
    _ = try Mixedlm.run(
      ["fit", Fixtures.data("dietox")] + fit + ["--save", folder.path("pigs.fit"), "--no-rows", "--quiet"])
    let predict = ["predict", "--model", folder.path("pigs.fit"), "--new", new, "--id", "tag", "--id", "Pig"]
    let lines = try Mixedlm.run(predict).output.split(separator: "\n")
    #expect(lines[0] == "tag,Pig,predictions" && lines[1].hasPrefix("007,4601,"))
    let json = try Mixedlm.run(predict + ["--format", "json"]).json()
    #expect(json["tag"]?.elements?.map(\.text) == ["007", "b"])
    #expect(json["Pig"]?.elements?.map(\.whole) == [4601, 4757])
  }

  @Test func mistakes() throws {
    let folder = try Scratch()
    let new = try folder.write("new.csv", "Pig,Time,Evit\n4601,3,Evit000\n")
    let report = folder.path("report.json")
    _ = try Mixedlm.run(
      ["fit", Fixtures.data("dietox")] + fit + ["--format", "json", "--output", report, "--quiet"])
    for (arguments, status, word) in [
      (["predict", "--model", report, "--new", new], Int32(1), "--save"),
      (["predict", "--model", folder.path("none"), "--new", new], 1, "cannot read"),
      (["predict", "--model", report, Fixtures.data("dietox"), "--new", new], 64, "leave out DATA.csv"),
      (["predict", "--new", new], 64, "DATA.csv"),
      (["fit", Fixtures.data("dietox")], 64, "--formula"),
      (["fit", Fixtures.data("dietox")] + fit + ["--no-rows"], 64, "--save"),
      (["fit", Fixtures.data("dietox")] + fit + ["--save", "/nowhere/a.fit"], 1, "no folder"),
    ] {
      let outcome = try Mixedlm.run(arguments)
      #expect(outcome.status == status && outcome.errors.contains(word), "\(arguments): \(outcome.errors)")
    }
  }
}

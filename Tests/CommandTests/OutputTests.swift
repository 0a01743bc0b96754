import Foundation
import TestSupport
import Testing

/// `--output` and pipes.
struct OutputTests {
  private let fit = ["fit", Fixtures.data("dietox"), "--formula", "Weight ~ Time", "--groups", "Pig"]

  @Test func aFileAppearsCompleteAndAlone() throws {
    let scratch = try Scratch()
    let outcome = try Mixedlm.run(fit + ["--output", scratch.path("fit.txt")])
    #expect(outcome.status == 0 && outcome.output.isEmpty)
    #expect(scratch.files == ["fit.txt"])
    #expect(try scratch.read("fit.txt") == Mixedlm.run(fit).output)
  }

  @Test func aFailureLeavesTheOldFile() throws {
    let scratch = try Scratch()
    _ = try scratch.write("fit.txt", "old")
    let outcome = try Mixedlm.run([
      "fit", Fixtures.data("dietox"), "--formula", "Weight ~ Thyme", "--groups", "Pig", "--output",
      scratch.path("fit.txt"),
    ])
    #expect(outcome.status == 1 && scratch.files == ["fit.txt"])
    #expect(try scratch.read("fit.txt") == "old")
  }

  @Test func anOldFileIsReplacedAndKeepsItsMode() throws {
    let scratch = try Scratch()
    let target = try scratch.write("fit.txt", "old")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: target)
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path("link"), withDestinationPath: target)
    #expect(try Mixedlm.run(fit + ["--output", scratch.path("link")]).status == 0)
    #expect(scratch.files == ["fit.txt", "link"])
    #expect(try scratch.read("fit.txt").contains("Mixed Linear Model"))
    let mode = try FileManager.default.attributesOfItem(atPath: target)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scratch.path("link")) == target)
  }

  @Test(arguments: [
    ["residuals"], ["residuals", "--along", "Litter"], ["qq", "--theme", "auto"],
    ["random-effects", "--of", "Pig"],
    ["random-effect-quantiles", "--of", "Pig", "--theme", "dark"], ["fitted"],
    ["fitted", "--along", "Time", "--of", "Pig", "--size", "900x600", "--title", "-<Pigs>"], ["profile"],
  ])
  func picturesAreSVG(kind: [String]) throws {
    let outcome = try Mixedlm.run(["plot"] + fit.dropFirst() + ["--kind"] + kind)
    #expect(outcome.status == 0 && outcome.output.hasPrefix("<svg ") && outcome.output.hasSuffix("</svg>\n"))
  }

  @Test(arguments: [
    ["pie"], ["qq", "--along", "Time"], ["qq", "--theme", "blue"], ["qq", "--size", "900"],
    ["residuals", "--of", "Pig"],
    ["random-effects", "--by", "Cu"],
  ])
  func optionsThatDoNotGoWithAPictureAreUsageErrors(kind: [String]) throws {
    let outcome = try Mixedlm.run(["plot"] + fit.dropFirst() + ["--kind"] + kind)
    #expect(outcome.status == 64 && outcome.output.isEmpty && !outcome.errors.isEmpty)
  }

  @Test(arguments: [
    (["fitted", "--along", "Tim"], "no column 'Tim'; did you mean 'Time'"),
    (["fitted", "--along", "Start"], "'Start' is in no effect of the model"),
    (["fitted", "--by", "Pigg"], "did you mean 'Pig'"),
    (["random-effects", "--of", "Pigg"], "did you mean 'Pig'"),
    (["random-effect-quantiles", "--of", "Pigg"], "did you mean 'Pig'"),
    (["profile", "--of", "Pigg"], "did you mean 'Pig'"),
    (["qq", "--size", "10x10"], "between 240 and 20000"),
  ])
  func picturesOfUnknownNamesAreNotWritten(kind: [String], message: String) throws {
    let scratch = try Scratch()
    let target = scratch.path("picture.svg")
    let outcome = try Mixedlm.run(
      ["plot"] + fit.dropFirst() + ["--output", target, "--kind"] + kind)
    #expect(outcome.status == 1 && outcome.errors.contains(message), "\(outcome.errors)")
    #expect(scratch.files.isEmpty && outcome.output.isEmpty)
  }

  @Test func devicesAreWrittenTo() throws {
    #expect(try Mixedlm.run(fit + ["--output", "/dev/null"]).status == 0)
    let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
    #expect(type == .typeCharacterSpecial)
    #expect(
      try Mixedlm.shell("$MIXEDLM fit \(fit[1]) --formula 'Weight ~ 1' --groups Pig > /dev/full").status == 1)
  }

  @Test(arguments: ["", "trap '' PIPE; "])
  func aClosedPipeEndsQuietly(prelude: String) throws {
    let command = "$MIXEDLM fit \(fit[1]) --formula 'Weight ~ Time' --groups Pig --format json --all"
    let line = "\(prelude)(sleep 0.1; \(command)) | head -c 1 > /dev/null; echo ${PIPESTATUS[0]}"
    let outcome = try Mixedlm.shell(line)
    let status = Int(outcome.output.trimmingCharacters(in: .whitespacesAndNewlines))
    #expect([0, 1, 141].contains(status), "\(outcome.output)")
    #expect(outcome.errors.isEmpty)
  }
}

import Foundation
import TestSupport
import Testing

/// Exit statuses and where messages go.
struct ExitStatusTests {
  private static let dietox = Fixtures.data("dietox")
  private static let fit = ["fit", dietox, "--formula", "Weight ~ Time"]

  @Test(arguments: [
    ["fit"], ["fit", dietox], ["fit", dietox, "--groups", "Pig"], fit,
    fit + ["--groups", "Pig", "--single-group"],
    fit + ["--groups", "Pig", "--re-formula", "~Time", "--re-formula-for", "Pig=~Time"],
    fit + ["--groups", "Pig", "--vc-formula", "a=0 + C(Cu)", "--vc-formula", "a=0 + C(Evit)"],
    fit + ["--groups", "Pig", "--vc-formula", "no equals sign"],
    fit + ["--groups", "Pig", "--vc-formula", "=1"],
    fit + ["--groups", "Pig", "--threads", "0"], fit + ["--groups", "Pig", "--exact", "--no-exact"],
    fit + ["--groups", "Pig", "--method", "newton"], fit + ["--groups", "Pig", "--format", "xml"],
    fit + ["--groups", "Pig", "--missing", "raise"], fit + ["--groups", "Pig", "--nonsense"],
    fit + ["--re-formula", "~Time"], fit + ["--vc-formula", "c=0 + C(Cu)"], ["nonsense"],
    ["design", dietox], ["design", "--formula", "Time"],
  ])
  func wrongUsage(arguments: [String]) throws {
    let outcome = try Mixedlm.run(arguments)
    #expect(outcome.status == 64, "\(arguments) \(outcome.errors)")
    #expect(outcome.output.isEmpty && !outcome.errors.isEmpty)
  }

  @Test(arguments: [
    (["fit", "/no/such/file.csv", "--formula", "y ~ x", "--groups", "g"], ["/no/such/file.csv"]),
    (["fit", "/", "--formula", "y ~ x", "--groups", "g"], ["error:"]),
    (fit + ["--groups", "Pork"], ["Pork"]),
    (
      ["fit", dietox, "--formula", "Weight ~ Thyme", "--groups", "Pig"],
      ["Thyme", "    Weight ~ Thyme\n", "         ^^^^^\nno column 'Thyme'; did you mean 'Time'?"]
    ),
    (
      ["fit", dietox, "--formula", "Weight ~ (Time", "--groups", "Pig"],
      ["    Weight ~ (Time\n", "         ^"]
    ),
    (["fit", dietox, "--formula", "Evit ~ Time", "--groups", "Pig"], ["error:"]),
    (
      ["fit", dietox, "--formula", "Feed ~ Time", "--groups", "Pig"],
      ["'Feed' has no value in", "--missing drop"]
    ),
    (fit + ["--groups", "Pig", "--output", "/no/such/folder/fit.json"], ["/no/such/folder"]),
    (fit + ["--groups", "Pig", "--output", "/"], ["folder"]),
    (fit + ["--groups", "Pig", "--output", "/dev/full"], ["/dev/full"]),
    (["design", dietox, "--formula", "Time +"], ["^"]),
    (["fit", dietox, "--formula", "Weight ~ np.log(Time - 3)", "--groups", "Pig"], ["error:"]),
    (["design", dietox, "--formula", "Thyme"], ["dietox.csv: no column 'Thyme'; did you mean 'Time'?"]),
    (["plot", dietox, "--formula", "Weight ~ 1", "--groups", "Pig", "--kind", "fitted"], ["another --kind"]),
    (
      ["plot", dietox, "--formula", "Weight ~ Time", "--groups", "Pig", "--kind", "qq", "--output", "a.png"],
      ["--output a.svg"]
    ),
  ])
  func unusableInput(arguments: [String], messages: [String]) throws {
    let outcome = try Mixedlm.run(arguments)
    #expect(outcome.status == 1, "\(arguments) \(outcome.errors)")
    #expect(outcome.output.isEmpty)
    for message in messages { #expect(outcome.errors.contains(message), "\(outcome.errors)") }
  }

  /// Values that begin with a minus are values.
  @Test(arguments: [
    ["fit", "--threads", "-3", "must be at least 1"],
    ["profile", "--level", "-0.5", "must lie between 0 and 1"],
  ])
  func negativeValues(_ words: [String]) throws {
    let outcome = try Mixedlm.run([words[0]] + Self.fit.dropFirst() + ["--groups", "Pig"] + words[1...2])
    #expect(outcome.status == 64 && outcome.errors.contains(words[3]), "\(outcome.errors)")
  }

  /// Files that would be read and written, or read or written twice.
  @Test(arguments: [
    fit + ["--groups", "Pig", "--output", dietox, "would replace a file that is read"],
    fit + ["--groups", "Pig", "--save=\(dietox)", "would replace a file that is read"],
    fit + ["--groups", "Pig", "--save", "result", "--output", "./result", "go to one file"],
    ["predict", "-", "--formula", "y ~ x", "--groups", "g", "--new", "-", "can be read once"],
    ["aggregate", dietox, "--formula", "Weight ~ Time + (1 | Pig)", "-o", "-", "names a file"],
    ["aggregate", dietox, "--formula", "Weight ~ Time + (1 | Pig)", "-o", dietox, "would replace"],
  ])
  func filesInTwoRoles(_ words: [String]) throws {
    let outcome = try Mixedlm.run(words.dropLast())
    #expect(outcome.status == 64 && outcome.errors.contains(words[words.count - 1]), "\(outcome.errors)")
  }

  @Test func aMinusAsOutputIsStandardOutput() throws {
    let fit = Self.fit + ["--groups", "Pig"]
    #expect(try Mixedlm.run(fit + ["--output", "-"]).output == Mixedlm.run(fit).output)
  }

  /// Every option of one value, given twice, and names that no option has.
  @Test(arguments: [
    (
      fit + ["--groups", "Pig", "--groups", "Litter"],
      ["--groups is given twice, 'Pig' and 'Litter'", "(1 | Pig) + (1 | Litter)"]
    ),
    (
      fit + ["--formula", "Weight ~ 1", "--groups", "Pig"],
      ["--formula is given twice, 'Weight ~ Time' and 'Weight ~ 1'"]
    ),
    (
      fit + ["--groups=Pig", "--re-formula", "~1", "--re-formula=~Time"],
      ["--re-formula is given twice", "--re-formula-for"]
    ),
    (fit + ["--groups", "Pig", "--method", "bfgs", "--method", "cg"], ["--method is given twice"]),
    (fit + ["--groups", "Pig", "--missing", "drop", "--missing", "none"], ["--missing is given twice"]),
    (fit + ["--groups", "Pig", "--threads", "1", "--threads", "2"], ["--threads is given twice"]),
    (fit + ["--groups", "Pig", "--format", "json", "--format", "text"], ["--format is given twice"]),
    (fit + ["--groups", "Pig", "--output", "a", "--output", "b"], ["--output is given twice"]),
    (["design", dietox, "--formula", "Time", "--new", "a", "--new", "b"], ["--new is given twice"]),
    (
      ["predict"] + fit.dropFirst() + ["--new", "a", "--level", "0.9", "--level", "0.8"],
      ["--level is given twice"]
    ),
    (["plot"] + fit.dropFirst() + ["--kind", "qq", "--kind", "fitted"], ["--kind is given twice"]),
    (fit + ["--groups", "Pig", "--ci"], ["Unknown option '--ci'. Use --interval"]),
    (fit + ["--group", "Pig"], ["Unknown option '--group'. Use --groups"]),
    (fit + ["--groups", "Pig", "--metod", "cg"], ["Did you mean '--method'?"]),
  ])
  func optionsGivenTwiceOrUnknown(arguments: [String], messages: [String]) throws {
    let outcome = try Mixedlm.run(arguments)
    #expect(outcome.status == 64 && outcome.output.isEmpty, "\(arguments) \(outcome.errors)")
    for message in messages { #expect(outcome.errors.contains(message), "\(outcome.errors)") }
    #expect(outcome.errors.contains("Usage: mixedlm \(arguments[0])"))
  }

  @Test func repeatableOptionsRepeatAndValuesMayLookLikeOptions() throws {
    let repeated = try Mixedlm.run(
      Self.fit + [
        "--groups", "Pig", "--vc-formula", "a=0 + C(Cu)", "--vc-formula", "b=0 + C(Evit)", "--quiet",
      ])
    #expect(repeated.status == 0, "\(repeated.errors)")
    let value = try Mixedlm.run(["fit", Self.dietox, "--formula", "--groups", "--groups", "Pig"])
    #expect(value.status == 1 && value.errors.contains("--groups"), "\(value.errors)")
  }

  @Test func noGroupsIsToldInOptions() throws {
    let outcome = try Mixedlm.run(["fit", dietox, "--formula", "Weight ~ Time"])
    #expect(outcome.errors.contains("give --groups COL or --single-group"))
    #expect(outcome.errors.contains("Usage: mixedlm fit"))
  }

  @Test(arguments: [["--help"], ["fit", "--help"], ["design", "--help"], ["--version"]])
  func helpIsNoError(arguments: [String]) throws {
    let outcome = try Mixedlm.run(arguments)
    #expect(outcome.status == 0 && !outcome.output.isEmpty && outcome.errors.isEmpty)
  }

  @Test(arguments: ["fit", "design", "predict", "plot"])
  func everyOptionHasAnExample(command: String) throws {
    let help = try Mixedlm.run([command, "--help"]).output
    let words = help.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    let options = try #require(words.components(separatedBy: "OPTIONS: ").last)
      .components(separatedBy: "--version")[0]
    // Each option stands once before its explanation and once in its example.
    let names = options.components(separatedBy: " Example: --").dropFirst().map { $0.prefix { $0 != " " } }
    #expect(names.count >= 3)
    for name in names { #expect(words.contains("--\(name)")) }
    let usage = try #require(
      help.components(separatedBy: "USAGE:").last?.components(separatedBy: "ARGUMENTS:").first)
    for option in usage.split(whereSeparator: { " []\n".contains($0) }) where option.hasPrefix("--") {
      #expect(names.contains(option.dropFirst(2)), "\(option)")
    }
  }

  @Test func warningsGoToStandardErrorUnlessQuiet() throws {
    let arguments = [
      "fit", dietox, "--formula", "Weight ~ Time + I(2 * Time)", "--groups", "Pig", "--format", "json",
    ]
    let outcome = try Mixedlm.run(arguments)
    #expect(outcome.status == 0)
    #expect(outcome.errors.hasPrefix("warning: ") && outcome.errors.contains("I(2 * Time)"))
    #expect(try outcome.json()["warnings"]?.elements?.first?["kind"]?.text == "rankDeficient")
    #expect(try Mixedlm.run(arguments + ["--quiet"]).errors.isEmpty)
  }

  private var dietox: String { Self.dietox }
}

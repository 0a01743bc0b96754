import TestSupport
import Testing

/// Files that are not comma-separated UTF-8 with decimal points, on every command that reads one.
struct ReaderOptionTests {
  private static let rows = "g,x,y\na,1,2.5\na,2,3\na,4,5.5\nb,1,1\nb,3,2.5\nb,4,4\nc,2,6\nc,3,6.5\nc,5,9\n"
  private static let model = ["--formula", "y ~ x", "--groups", "g", "--format", "json", "--quiet"]

  private static func fit(_ text: String, _ options: [String]) throws -> Outcome {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let path = try scratch.write("data.csv", text)
    return try Mixedlm.run(["fit", path] + model + options)
  }

  @Test(arguments: [
    (";", [] as [String]), (";", ["--sep", ";"]), ("\t", ["--sep", "tab"]), ("|", ["--sep=|"]),
  ])
  func separatorsAndDecimalCommas(separator: String, options: [String]) throws {
    let plain = try Self.fit(Self.rows, []).json()["llf"]?.double
    let text = Self.rows.split(separator: ",", omittingEmptySubsequences: false).joined(separator: separator)
    let outcome = try Self.fit(text, options)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try outcome.json()["llf"]?.double == plain && plain != nil)
    let comma = text.split(separator: ".", omittingEmptySubsequences: false).joined(separator: ",")
    #expect(try Self.fit(comma, options + ["--decimal", ","]).json()["llf"]?.double == plain)
  }

  @Test func missingMarkersAreNoValues() throws {
    let text = Self.rows + "c,6,-999\nc,-999.0,8\n"
    let outcome = try Self.fit(text, ["--na-values", "-999,.", "--missing", "drop"])
    let plain = try Self.fit(Self.rows, []).json()["llf"]?.double
    #expect(try outcome.json()["llf"]?.double == plain && plain != nil)
  }

  @Test func standardInputAndAssumptionsThatAreTold() throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let text = Self.rows.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ";")
    let path = try scratch.write("data.csv", text)
    let line = "$MIXEDLM fit - --formula 'y ~ x' --groups g --format json < '\(path)'"
    let outcome = try Mixedlm.shell(line)
    #expect(outcome.status == 0 && outcome.errors.contains("note: ") && outcome.errors.contains(";"))
    #expect(try outcome.json()["nobs"]?.double == 9)
    let design = try Mixedlm.run(["design", path, "--formula", "x + (1 | g)"])
    #expect(design.output.hasPrefix("Intercept,x\n") && design.errors.contains("(1 | g) are random effects"))
  }

  @Test func otherEncodingsAndWrongMarks() throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let path = try scratch.write("data.csv", Self.rows)
    let latin =
      "sed 's/g,x/\\xf6,x/' '\(path)' > '\(path)2'; $MIXEDLM design '\(path)2' --formula 'ö' --encoding latin-1"
    #expect(try Mixedlm.shell(latin).output.hasPrefix("Intercept,ö[T.b],ö[T.c]\n"))
    for wrong in [["--sep", "ab"], ["--encoding", "klingon"], ["--sep", ",", "--decimal", ","]] {
      #expect(try Mixedlm.run(["fit", path] + Self.model + wrong).status == 64)
    }
  }
}

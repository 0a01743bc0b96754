import Foundation
import StatsModels
import TestSupport
import Testing

/// Pictures: well-formed SVG with what it should show.
struct PlotTests {
  private static func fit(_ formula: String, _ name: String, groups: String? = nil) throws -> MixedLMResults {
    let data = try DataFrame(csv: Fixtures.data(name))
    return try mixedlm(formula, data, groups: groups, missing: .drop).fit()
  }

  @Test(arguments: [
    // Means of ten days, and the legend's mark of a mean, come on top of the rows.
    (PlotKind.residualsAgainstFitted, 191, ["population prediction of Reaction", "residuals of Reaction"]),
    (.residuals(along: "Days"), 191, ["Residuals against Days", "value of Days"]),
    (.normalQuantiles, 180, ["normal quantile", "standardized residuals of Reaction"]),
    (.fittedLines(), 181, ["Days", "Reaction", "18 levels of Subject"]),
    (.fittedLines(by: "Subject"), 181, ["18 levels of Subject"]),
    (.randomEffectQuantiles(), 36, ["Intercept of Subject, standardized", "Days of Subject, standardized"]),
    (.randomEffects(), 38, ["Intercept", "Days", ">308<", "interval excludes zero"]),
    (.randomEffects(of: "Subject"), 38, ["Random effects of Subject"]),
  ])
  func picturesShowTheData(kind: PlotKind, marks: Int, texts: [String]) throws {
    let results = try Self.fit("Reaction ~ Days + (Days | Subject)", "sleepstudy")
    let svg = try results.plot(kind).svg
    // A circle is two arcs.
    #expect(svg.components(separatedBy: " 0 1 0 ").count - 1 == 2 * marks)
    for text in texts { #expect(svg.contains(text)) }
    try expectWellFormed(svg)
    #expect(!svg.contains("nan") && !svg.contains("inf"))
    #expect(svg.contains("prefers-color-scheme"))
    let dark = try results.plot(kind, theme: .dark).svg
    #expect(dark.contains("#16181d") && !dark.contains("prefers-color-scheme"))
  }

  @Test(arguments: [
    ([0.0, 10.0], ["0", "2", "4", "6", "8", "10"]), ([-0.01, 0.01], ["\u{2212}0.010", "0.000"]),
    ([3.0, 3.0], ["3.0"]), ([1e8, 3e8], ["2.0e8"]), ([.nan, .infinity], ["0.0", "1.0"]),
    ([1e-9, 2e-9], ["2.0e"]),
  ])
  func axesHaveRoundTicks(values: [Double], texts: [String]) throws {
    let n = 12
    let y = (0..<n).map { values[$0 % values.count] }
    let results = try Self.fit("Reaction ~ Days", "sleepstudy", groups: "Subject")
    let svg = try results.plot(
      .profile(values: y, logLikelihoods: (0..<n).map(Double.init), name: "a<b")
    ).svg
    for text in texts { #expect(svg.contains(">\(text)")) }
    try expectWellFormed(svg)
  }

  @Test func manyPointsBecomeShades() throws {
    let results = try Self.fit("score ~ group + (1 | test)", "students_tests")
    let svg = try results.plot(.residualsAgainstFitted).svg
    // Circles are those of means and of the legend only.
    #expect(svg.components(separatedBy: " 0 1 0 ").count < 30 && svg.contains("class=\"d8\""))
    #expect(svg.utf8.count < 1_500_000)
    let effects = try results.plot(.randomEffects()).svg
    #expect(effects.utf8.count < 200_000)
    try expectWellFormed(svg)
    try expectWellFormed(effects)
  }

  @Test func oddNamesAreEscaped() throws {
    let y = (0..<40).map { Double(($0 * 7919) % 101) }
    let g = (0..<40).map { ["<a>", "b&c", "\"d\"", "e\u{1}"][$0 % 4] }
    let data = try DataFrame(["a<b": y, "g": g, "x": (0..<40).map { Double($0 % 7) }])
    let results = try mixedlm("Q('a<b') ~ x", data, groups: "g").fit()
    for kind in [PlotKind.randomEffects(), .residualsAgainstFitted] {
      try expectWellFormed(results.plot(kind).svg)
    }
  }

  @Test(arguments: [
    (PlotKind.fittedLines(along: "Day"), "did you mean 'Days'"),
    (.residuals(along: "Day"), "did you mean 'Days'"),
    (.fittedLines(by: "Reaktion"), "did you mean 'Reaction'"), (.fittedLines(by: "Reaction"), "no effect"),
    (.fittedLines(along: "Days", by: "Days"), "both"),
    (.fittedLines(of: "Subjekt"), "did you mean 'Subject'"),
    (.fittedLines(along: "Subject"), "no effect"), (.randomEffects(of: "Subjekt"), "did you mean 'Subject'"),
    (.randomEffectQuantiles(of: "Subjekt"), "did you mean 'Subject'"),
    (.standardDeviationProfiles(of: "Subjekt"), "did you mean 'Subject'"),
    (.profile(values: [1], logLikelihoods: [], name: "x"), "1 values"),
  ])
  func wrongNamesAreErrors(kind: PlotKind, message: String) throws {
    let results = try Self.fit("Reaction ~ Days", "sleepstudy", groups: "Subject")
    #expect {
      try results.plot(kind)
    } throws: {
      ($0 as? StatsModelsError)?.message.contains(message) == true
    }
  }

  @Test func picturesAreWrittenToFiles() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).svg").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let plot = try Self.fit("Reaction ~ Days", "sleepstudy", groups: "Subject").plot(.normalQuantiles)
    try plot.write(path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == plot.svg)
  }

  /// Tags are closed in the order in which they were opened, and nothing needs escaping.
  func expectWellFormed(_ svg: String) throws {
    var open: [Substring] = []
    for piece in svg.split(separator: "<").dropFirst(svg.hasPrefix("<") ? 0 : 1) {
      let end = try #require(piece.firstIndex(of: ">"))
      let tag = piece[..<end]
      if tag.hasPrefix("/") {
        #expect(open.popLast() == tag.dropFirst())
      } else if !tag.hasSuffix("/") {
        open.append(tag.prefix { $0 != " " })
      }
    }
    #expect(open.isEmpty)
    #expect(!svg.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
  }
}

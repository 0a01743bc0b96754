import Foundation
import StatsModels
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct DataPictureTests {
  private let pigs: DataFrame
  init() throws { pigs = try DataFrame(csv: Fixtures.data("dietox")) }

  private static let kinds: [DataPicture] = [
    .scatter(x: "Feed", y: "Weight", by: "Cu", smooth: true), .scatter(x: "Cu", y: "Weight"),
    .lines(x: "Time", y: "Weight", by: "Pig"), .lines(x: "Time", y: "Weight", by: "Cu", errors: .confidence),
    .bars(x: "Cu", y: "Weight", by: "Evit"), .bars(x: "Cu"), .histogram("Weight", bins: 7, by: "Cu"),
    .histogram("Start"), .box("Weight", x: "Time", by: "Evit"), .box("Weight"), .strip("Weight", x: "Cu"),
    .quantiles("Start"),
  ]

  /// Documents of XML with one panel for each facet, without a number that is none.
  @Test(arguments: kinds, [nil, "Evit"])
  func draws(_ kind: DataPicture, facet: String?) throws {
    for size in [nil, PlotOptions.Size(width: 240, height: 180)] {
      let options = PlotOptions(size: size, title: "a < b & c")
      let svg = try pigs.plot(kind, facet: facet, options: options).svg
      let parser = XMLParser(data: Data(svg.utf8))
      #expect(parser.parse(), "\(parser.parserError as Any)")
      #expect(!svg.contains("nan") && !svg.contains("inf\"") && svg.contains("a &lt; b &amp; c"))
      #expect(svg.components(separatedBy: "<clipPath").count == (facet == nil ? 2 : 4))
    }
  }

  /// Odd columns draw, or tell why not.
  @Test func takesOddColumns() throws {
    let odd = try DataFrame([
      "a b": [1.0, .infinity, nil, 1e300, 1e300], "one": 5, "t": ["x", "<&>", nil, "größe", "x"],
      "d": ["2024-01-01", "2025-03-01", nil, "2024-06-01", "2024-06-02"],
      "e": [Double.nan, .nan, .nan, .nan, .nan],
    ])
    var dated = odd
    dated["d"] = try odd["d"].toDatetime()
    let drawn: [DataPicture] = [
      .scatter(x: "a b", y: "one", by: "t"), .histogram("one"), .histogram("a b"), .box("one", x: "t"),
      .bars(x: "t"),
      .scatter(x: "d", y: "one"), .lines(x: "d", y: "a b"), .strip("one", x: "d"), .quantiles("one"),
    ]
    for kind in drawn {
      let svg = try dated.plot(kind).svg
      #expect(XMLParser(data: Data(svg.utf8)).parse() && !svg.contains("\"nan"), "\(kind)")
    }
    let many = try DataFrame(["g": 0..<200, "y": 0..<200])
    let refused: [(DataFrame, DataPicture, String?)] = [
      (odd, .scatter(x: "one", y: "t"), nil), (odd, .histogram("e"), nil),
      (odd, .histogram("one", bins: 0), nil),
      (many, .scatter(x: "y", y: "y", by: "g"), nil), (many, .bars(x: "g"), nil),
      (many, .histogram("y"), "g"),
      (DataFrame(), .quantiles("x"), nil), (odd, .quantiles("nope"), nil), (odd, .box("one", x: "nope"), nil),
    ]
    for (data, kind, facet) in refused {
      #expect(throws: (any Error).self, "\(kind)") { try data.plot(kind, facet: facet) }
    }
    #expect(throws: StatsModelsError.self) { try SVGPlot.quantiles([.nan]) }
    #expect(throws: StatisticsError.self) { try qqplot(odd["t"]) }
    let values = pigs["Start"].doubles ?? []
    #expect(try qqplot(pigs["Start"], label: "Start").svg == SVGPlot.quantiles(values, label: "Start").svg)
    // What cannot be drawn is not counted as drawn.
    for kind in [DataPicture.scatter(x: "a b", y: "one"), .quantiles("a b"), .histogram("a b")] {
      #expect(try odd.plot(kind).svg.contains("3 rows. "), "\(kind)")
      #expect(try odd.plot(kind).svg.contains("2 rows with missing or infinite values"), "\(kind)")
    }
  }

  @Test func drawsCoefficients() throws {
    let small = try mixedlm("Weight ~ Time", pigs, groups: "Pig").fit()
    let large = try mixedlm("Weight ~ Time + C(Cu)", pigs, groups: "Pig").fit()
    let svg = try SVGPlot.forest(["one": small, "two": large]).svg
    #expect(svg.contains("C(Cu)[T.Cu035]") && !svg.contains(">Intercept<") && svg.contains(">two<"))
    #expect(try SVGPlot.forest(["one": small], terms: ["Intercept"]).svg.contains(">Intercept<"))
    #expect(throws: StatsModelsError.self) { try SVGPlot.forest(["one": small], terms: ["nope"]) }
    let line = try ols("Weight ~ Time + C(Cu)", pigs).fit(covType: .hc3)
    let array = try OLS(endog: pigs["Weight"], exog: addConstant(pigs[["Time"]])).fit()
    let lines = try SVGPlot.forest(["formula": line, "array": array]).svg
    #expect(lines.contains("C(Cu)[T.Cu035]") && !lines.contains(">Intercept<") && !lines.contains(">const<"))
    #expect(
      try SVGPlot.forest(["OLS": line.coefficients(), "mixed": large.coefficients()]).svg.contains(">OLS<"))
    let table = try line.coefficients(alpha: 0.1)
    let limits = line.confInt(alpha: 0.1).values.column(0)
    #expect(relativeDistance(table.lower, limits) < 1e-12 && table.p == line.pvalues.values)
    let fits = try fitMany("Weight ~ Time + (1 | Pig)", pigs.groupby("Evit"))
    #expect(try fits.forest(of: "Time").svg.contains(">Evit100<"))
    #expect(throws: StatsModelsError.self) { try fits.forest(of: "time") }
  }

  /// Arrows of two means overlap unless they differ significantly.
  @Test func arrowsTellDifferences() throws {
    let fit = try mixedlm(
      "score ~ Machine + (1 | Worker/Machine)", DataFrame(csv: Fixtures.data("Machines"))
    ).fit()
    let means = try fit.marginalMeans(of: "Machine")
    #expect(
      try means.plot().svg.contains("comparison arrow") && !means.plot(arrows: false).svg.contains("arrow"))
    #expect(try fit.plot(.marginalMeans(of: "Machine")).svg == means.plot().svg)
    let split = try mixedlm(
      "Q('yield') ~ Variety * C(nitro) + (1 | Block/Variety)", DataFrame(csv: Fixtures.data("Oats"))
    ).fit()
    #expect(
      try split.marginalMeans(of: "nitro", by: "Variety").plot().svg.components(separatedBy: "<clipPath")
        .count == 4)
  }
}

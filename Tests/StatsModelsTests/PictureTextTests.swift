import Foundation
import StatsModels
import TestSupport
import Testing

/// Captions, labels, colours and options of pictures.
struct PictureTextTests {
  private static func pastes() throws -> MixedLMResults {
    let data = try DataFrame(csv: Fixtures.data("Pastes"))
    return try mixedlm(
      "strength ~ 1", data, groups: "batch", reFormula: "1", vcFormula: ["cask": "0 + C(cask)"]
    ).fit()
  }

  private static func drawing(
    _ fit: MixedLMResults, _ kind: PlotKind, _ options: PlotOptions = PlotOptions()
  ) throws -> Drawing {
    Drawing(try fit.plot(kind, options: options).svg)
  }

  @Test func captionsSayTheRandomPart() throws {
    let pastes = try Self.drawing(Self.pastes(), .normalQuantiles)
    #expect(
      pastes.texts[1] == "strength ~ 1; random: (1 | batch), cask = 0 + C(cask) in batch; REML, 60 rows")
    let data = try DataFrame(csv: Fixtures.data("sleepstudy"))
    for fit in [
      try mixedlm("Reaction ~ Days + (Days | Subject)", data).fit(),
      try mixedlm("Reaction ~ Days", data, groups: "Subject", reFormula: "~Days").fit(),
    ] {
      let line = try Self.drawing(fit, .residualsAgainstFitted).texts[1]
      #expect(line.contains("Subject)") && line.components(separatedBy: "Subject").count == 2, "\(line)")
    }
  }

  @Test func componentsAreNamedByLevels() throws {
    let drawing = try Self.drawing(Self.pastes(), .randomEffects(of: "cask"))
    #expect(drawing.texts.contains("A · a") && drawing.texts.contains("J · c"))
    #expect(drawing.texts.contains("Levels are named by batch · C(cask)."))
    #expect(!drawing.texts.contains { $0.contains("[") })
    #expect(throws: Never.self) { try Self.pastes().plot(.randomEffectQuantiles(of: "cask")) }
  }

  @Test func linesOfComponentsAddWhatTheirLevelsDetermine() throws {
    let data = SyntheticData.schools()
    let fit = try mixedlm(
      "test_score ~ age + C(sex)", data, groups: "school", reFormula: "1",
      vcFormula: ["room": "0 + C(classroom)"]
    ).fit()
    let schools = try Self.drawing(fit, .fittedLines())
    #expect(schools.texts.contains("Lines at sex = m.") && schools.texts.contains("12 levels of school"))
    #expect(schools.texts.contains("Lines of levels add the effects of school; at zero: room."))
    let rooms = try Self.drawing(fit, .fittedLines(by: "room"))
    #expect(rooms.texts.contains("36 levels of room"))
    #expect(rooms.texts.contains("Lines of levels add the effects of school, room."))
    let split = try Self.drawing(fit, .fittedLines(along: "sex", by: "age"))
    #expect(split.texts.contains { $0.hasPrefix("age = ") && $0.hasSuffix("(50 % quantile)") })
    #expect(["f", "m"].allSatisfy(split.texts.contains))
  }

  @Test func categoricalAxesNameLevels() throws {
    let data = try DataFrame(csv: Fixtures.data("Machines"))
    let drawing = try Self.drawing(
      try mixedlm("score ~ Machine", data, groups: "Worker").fit(), .fittedLines())
    #expect(["A", "B", "C", "Machine", "6 levels of Worker"].allSatisfy(drawing.texts.contains))
    // Six workers and the population, over three machines.
    #expect(drawing.lines.filter { $0.points.count == 3 }.count == 7)
  }

  @Test func quotedNamesAndCountsReadAsWritten() throws {
    let rows = Array(0..<3_000)
    let x = rows.map { Double($0 % 7) }
    let y = rows.map { Double(($0 * 7919) % 101) + Double($0 / 3 % 13) }
    let data = try DataFrame(["a b": x, "g": rows.map { $0 / 3 }, "y'z": y])
    let fit = try mixedlm("Q(\"y'z\") ~ Q('a b')", data, groups: "g").fit()
    let drawing = try Self.drawing(fit, .fittedLines())
    #expect(drawing.texts.contains("a b") && drawing.texts.contains("y'z"))
    #expect(drawing.texts.contains("60 of 1,000 levels of g"))
    #expect(!drawing.texts.dropFirst(2).contains { $0.contains("Q(") })
    let effects = try Self.drawing(fit, .randomEffects())
    #expect(effects.texts.contains("highest") && effects.texts.contains("1,000"))
  }

  @Test func withoutIntervalsNothingIsColoured() throws {
    let data = try DataFrame(csv: Fixtures.data("sleepstudy"))
    // A response without any effect of the groups: a variance of zero.
    var noise = data
    let response = (0..<data.rowCount).map { row -> Double in
      let (group, place) = row.quotientAndRemainder(dividingBy: 10)
      return Double((group + 3 * place) % 10)
    }
    noise["Reaction"] = Column(response)
    let flat = try mixedlm("Reaction ~ Days", noise, groups: "Subject").fit()
    try #require(flat.covRe[0, 0] == 0)
    for kind in [PlotKind.randomEffects(), .randomEffectQuantiles(), .fittedLines()] {
      let drawing = try Self.drawing(flat, kind)
      #expect(drawing.texts.contains { $0.hasPrefix("Variance estimated as zero") })
      #expect(
        !drawing.texts.contains("interval excludes zero") && !drawing.texts.contains("interval holds zero"))
    }
    #expect(try Self.drawing(flat, .randomEffects()).points.keys.sorted() == ["f-axis"])
  }

  @Test func fitsThatStoppedShortSaySo() throws {
    let data = try DataFrame(csv: Fixtures.data("sleepstudy"))
    let fit = try mixedlm("Reaction ~ Days + (Days | Subject)", data).fit(method: .nm, maxiter: 3)
    try #require(!fit.converged)
    #expect(try Self.drawing(fit, .normalQuantiles).texts.contains { $0.hasPrefix("Not converged") })
  }

  @Test func optionsSetSizeTitleAndColours() throws {
    let fit = try Self.pastes()
    let options = PlotOptions(theme: .dark, size: .init(width: 500, height: 300), title: "A <b> & c")
    for kind in [
      PlotKind.normalQuantiles, .randomEffects(of: "cask"), .standardDeviationProfiles(of: "batch"),
    ] {
      let svg = try fit.plot(kind, options: options).svg
      #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"500\" height=\"300\""))
      #expect(svg.contains("A &lt;b&gt; &amp; c</text>") && svg.contains("#16181d"))
      try PlotTests().expectWellFormed(svg)
    }
    for size in [(100.0, 300.0), (500, 10), (.nan, 300), (1e9, 1e9)] {
      let size = PlotOptions.Size(width: size.0, height: size.1)
      #expect(throws: StatsModelsError.self) {
        try fit.plot(.normalQuantiles, options: PlotOptions(size: size))
      }
    }
  }

  @Test func variablesComputedFromAllRowsAreRefused() throws {
    let data = SyntheticData.schools()
    let centred = try mixedlm("test_score ~ center(age)", data, groups: "school").fit()
    #expect(throws: Never.self) { try centred.plot(.fittedLines()) }
    let byHand = try mixedlm("test_score ~ I(age - age.mean())", data, groups: "school").fit()
    #expect(throws: StatsModelsError.self) { try byHand.plot(.fittedLines()) }
  }

  @Test func arraysAreDrawnAlongTheirColumns() throws {
    let data = try DataFrame(csv: Fixtures.data("sleepstudy"))
    let days = data["Days"].doubles ?? []
    let ones = [Double](repeating: 1, count: days.count)
    let design = Matrix(rows: days.count, columns: 2, columnMajor: ones + days)
    let arrays = try MixedLM(
      endog: data["Reaction"].doubles ?? [], exog: design, groups: data["Subject"], exogRe: design
    ).fit()
    let formula = try mixedlm("Reaction ~ Days + (Days | Subject)", data).fit()
    let lines = try [arrays, formula].map { fit in
      try Self.drawing(fit, .fittedLines(), PlotOptions(size: .init(width: 600, height: 500))).lines
        .filter { $0.points.count == 41 }
    }
    #expect(lines[0].count == 19 && lines[1].count == 19)
  }

  /// One balanced factor: ℓ(θ) = −n/2 log(SSW + SSB/(1 + mθ²)) − k/2 log(1 + mθ²), in closed form.
  @Test func profilesMarkTheLimitsOfIntervals() throws {
    let data = try DataFrame(csv: Fixtures.data("Rail"))
    let fit = try mixedlm("travel ~ 1", data, groups: "Rail").fit(reml: false)
    let drawing = try Self.drawing(fit, .standardDeviationProfiles())
    let (k, m) = (6.0, 3.0)
    let values = try fit.model.groupList(fit.model.endog)
    let means = values.map { $0.reduce(0, +) / m }
    let mean = means.reduce(0, +) / k
    let within = zip(values, means).flatMap { group, mean in group.map { ($0 - mean) * ($0 - mean) } }
      .reduce(0, +)
    let between = means.reduce(0) { $0 + m * ($1 - mean) * ($1 - mean) }
    func deviance(_ theta: Double) -> Double {
      let factor = 1 + m * theta * theta
      return k * m * log(within + between / factor) + k * log(factor)
    }
    // At the optimum between / factor / k = within / (k (m - 1)).
    let best = ((between * (m - 1) / within - 1) / m).squareRoot()
    for end in [best / 20, best * 20] {
      var (inside, outside) = (best, end)
      for _ in 0..<60 {
        let middle = (inside + outside) / 2
        if deviance(middle) - deviance(best) < 3.841459 { inside = middle } else { outside = middle }
      }
      // The straight line in ζ between drawn points costs less than a percent.
      #expect(drawing.texts.contains { abs((Double($0) ?? .nan) / inside - 1) < 0.01 }, "\(inside)")
    }
  }
}

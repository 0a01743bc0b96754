import StatsModels
import TestSupport
import Testing

/// What pictures say holds: of data whatever their order and types, and of models that hold.
struct PictureTruthTests {
  /// Sick days of 12 clinics with covariates of each type: whole numbers, truth values, texts, dates as texts.
  private static func clinics(order: [Int]? = nil) throws -> DataFrame {
    var random = SeededGenerator(seed: 7)
    func uniform() -> Double { Double(random.next() >> 11) * 0x1p-53 }
    let n = 144
    let clinic = (0..<n).map { $0 % 12 + 1 }
    let age = (0..<n).map { _ in Int(30 + 40 * uniform()) }
    let treated = (0..<n).map { _ in Int(2 * uniform()) }
    let smoker = (0..<n).map { _ in uniform() < 0.4 }
    let sex = (0..<n).map { _ in uniform() < 0.5 ? "f" : "m" }
    let stage = (0..<n).map { _ in Int(1 + 3 * uniform()) }
    let admitted = (0..<n).map { _ in "2024-0\(Int(1 + 9 * uniform()))-1\(Int(10 * uniform()))" }
    let shift = (0..<12).map { _ in 4 * uniform() }
    let days = (0..<n).map { i in
      10 + 0.1 * Double(age[i]) - 2 * Double(treated[i]) + (smoker[i] ? 1 : 0) + shift[clinic[i] - 1]
        + 4 * uniform() * (sex[i] == "f" ? 1 : 1.2)
    }
    let frame = try DataFrame([
      "clinic": clinic, "age": age, "treated": treated, "smoker": smoker, "sex": sex, "stage": stage,
      "admitted": admitted, "days": days,
    ])
    return order.map { frame.rows($0) } ?? frame
  }

  private static func shuffled(_ n: Int) -> [Int] {
    var generator = SeededGenerator(seed: 3)
    return (0..<n).shuffled(using: &generator)
  }

  private static let kinds: [PlotKind] = [
    .residualsAgainstFitted, .residuals(along: "age"), .residuals(along: "stage"), .normalQuantiles,
    .randomEffects(), .randomEffectQuantiles(), .fittedLines(along: "age"),
    .fittedLines(along: "age", by: "treated"), .fittedLines(along: "treated"),
  ]

  @Test(
    arguments: [
      ("days ~ age + treated + C(stage) + smoker + sex", "1"),
      ("days ~ age * treated + stage + sex", "~ age"),
      ("days ~ np.log(age) * sex + treated + stage + smoker", "1"),
      ("days ~ age + treated + admitted.str.slice(6, 7).astype(float) + stage", "1"),
    ])
  func orderAndTypesOfRowsChangeNothing(formula: String, reFormula: String) throws {
    let data = try Self.clinics()
    let permuted = try Self.clinics(order: Self.shuffled(data.rowCount))
    var floating = data
    for name in ["age", "treated", "stage"] where !formula.contains("C(\(name))") {
      floating[name] = floating[name].astype(.double)
    }
    let fits = try [data, permuted, floating].map {
      try mixedlm(formula, $0, groups: "clinic", reFormula: ReFormula(reFormula)).fit()
    }
    for kind in Self.kinds {
      let drawings = try fits.map { Drawing(try $0.plot(kind).svg) }
      #expect(drawings[0].matches(drawings[1]), "\(formula) \(kind): order")
      #expect(drawings[0].matches(drawings[2]), "\(formula) \(kind): type")
    }
  }

  @Test func groupLinesStandAtTypicalValues() throws {
    let data = try Self.clinics()
    let fit = try mixedlm("days ~ age + treated + stage", data, groups: "clinic").fit()
    let drawing = Drawing(try fit.plot(.fittedLines(along: "treated")).svg)
    #expect(drawing.texts.contains { $0.contains("age = ") && $0.contains("stage = ") })
    let cell: DataFrame = try DataFrame([
      "age": [data["age"].mean(), data["age"].mean()], "stage": [data["stage"].mean(), data["stage"].mean()],
      "treated": [0.0, 1],
    ])
    let population = try fit.predict(cell).values
    let lines = drawing.lines.filter { $0.points.count == 2 }
    let effects = fit.randomEffects.values.map { $0[0] }
    let expected = effects.map { effect in population.map { $0 + effect } } + [population]
    try #require(lines.count == expected.count)
    // Pixels are linear in values: three lines fix the map, the others must lie on it.
    let (low, high) = (expected[0], expected[1])
    let perUnit = (lines[1].points[0].y - lines[0].points[0].y) / (high[0] - low[0])
    for (line, values) in zip(lines, expected) {
      for (point, value) in zip(line.points, values) {
        #expect(abs(point.y - (lines[0].points[0].y + perUnit * (value - low[0]))) < 0.1)
      }
    }
  }

  /// Of data simulated from the model, the drawn mean leaves its band in no more than the stated share of places.
  @Test(arguments: [
    ("Reaction ~ Days + (Days | Subject)", "sleepstudy"), ("score ~ Machine + (1 | Worker)", "Machines"),
    ("Weight ~ Time + (1 | Pig)", "dietox"), ("distance ~ age + Sex + (1 | Subject)", "Orthodont"),
  ])
  func localMeansOfModelsThatHoldStayInTheirBand(formula: String, name: String) throws {
    let fit = try mixedlm(formula, DataFrame(csv: Fixtures.data(name)), missing: .drop).fit()
    let responses = try fit.simulate(count: 100, seed: 11).values
    var (inside, outside) = (0, 0)
    for draw in 0..<100 {
      let drawing = Drawing(try fit.refit(response: responses.column(draw)).plot(.residualsAgainstFitted).svg)
      let band = try #require(drawing.bandEdges)
      for (mean, edge) in zip(drawing.means, band) {
        if mean >= edge.upper - 0.02, mean <= edge.lower + 0.02 { inside += 1 } else { outside += 1 }
      }
    }
    #expect(inside + outside >= 300)
    // Two standard errors of a share of 0.95 among 100 data sets, whose places go together.
    #expect(Double(inside) / Double(inside + outside) > 0.95 - 2 * (0.05 * 0.95 / 100).squareRoot())
  }
}

extension Drawing {
  /// Heights of the local means: of the smooth, or of the marks at single values without the legend's.
  fileprivate var means: [Double] {
    if let smooth = lines.first(where: { $0.role == "s-second" }) { return smooth.points.map(\.y) }
    return (points["f-second"] ?? []).sorted { $0.y < $1.y }.dropFirst().sorted { $0.x < $1.x }.map(\.y)
  }

  /// Edges of the band at the local means.
  fileprivate var bandEdges: [(upper: Double, lower: Double)]? {
    if let area = areas.first(where: { $0.role == "f-third" && $0.points.count > 4 }) {
      let half = area.points.count / 2
      return (0..<half).map { (area.points[$0].y, area.points[area.points.count - 1 - $0].y) }
    }
    let bars = rectangles.filter { $0.role == "f-third" }.sorted { $0.x < $1.x }
    return bars.isEmpty ? nil : bars.map { ($0.y, $0.y + $0.height) }
  }
}

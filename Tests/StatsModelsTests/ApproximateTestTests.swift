import StatsModels
import TestSupport
import Testing

/// Degrees of freedom beyond what R's packages are compared on: large samples, other codings, what is refused.
@Suite struct ApproximateTestTests {
  /// pbkrtest's numbers for thousands of rows, which took it a minute each.
  @Test(arguments: [
    (
      "ScotsSec", "attain ~ sex + C(social) + (1 | primary) + (1 | second)", "Intercept", 0.1432025982592,
      31.573032044717
    ),
    (
      "ScotsSec", "attain ~ sex + C(social) + (1 | primary) + (1 | second)", "sex[T.M]", 0.0942348589642,
      3367.6896426740
    ),
    (
      "ScotsSec", "attain ~ sex + C(social) + verbal + (1 | primary) + (1 | second)", "Intercept",
      0.0672031435336,
      67.654993538332
    ),
    (
      "InstEval_subset", "y ~ C(service) + C(lectage) + (1 | s) + (1 | d) + (1 | dept)", "C(service)[T.1]",
      0.0587033133350, 1078.9959332953
    ),
  ])
  func kenwardRogerOfManyRows(
    _ data: String, _ formula: String, _ name: String, _ se: Double, _ df: Double
  ) throws {
    let table = try mixedlm(formula, DataFrame(csv: Fixtures.data(data))).fit().coefficients(
      ddf: .kenwardRoger)
    let row = try #require(table.get(name))
    #expect(abs(row.se - se) < 1e-5 * se && abs(row.df - df) < 5e-5 * df)
  }

  /// Joint tests and robust errors are the same whatever the units and the origin of a predictor.
  @Test(arguments: [1e5, 1e9, 1e-6])
  func unitsOfHypotheses(_ unit: Double) throws {
    var data = try DataFrame(csv: Fixtures.data("sleepstudy"))
    let days = try #require(data["Days"].doubles)
    data["q"] = days.map { $0 * unit }
    data["x"] = days.indices.map { Double($0 * $0 % 7) }
    data["year"] = days.map { $0 + 2000 }
    func expectSame(_ a: Double, _ b: Double, _ what: String, _ tolerance: Double = 1e-6) {
      #expect(abs(a / b - 1) < tolerance, "\(what): \(a) and \(b)")
    }
    func mixed(_ fixed: String) throws -> MixedLMResults {
      try mixedlm("Reaction ~ \(fixed) + (1 | Subject)", data).fit()
    }
    let (own, scaled) = (try mixed("Days + x"), try mixed("q + x"))
    for ddf in [DegreesOfFreedom.satterthwaite, .kenwardRoger, .infinite] {
      let (a, b) = (
        try own.fTest("Days = 0, x = 0", ddf: ddf), try scaled.fTest("q = 0, x = 0", ddf: ddf)
      )
      #expect(b.dfNum == 2)
      expectSame(b.statistic, a.statistic, "\(ddf)")
      let (c, d) = (
        try mixed("Days + I(Days ** 2)").fTest("Days = 0, I(Days ** 2) = 0", ddf: ddf),
        try mixed("year + I(year ** 2)").fTest("year = 0, I(year ** 2) = 0", ddf: ddf)
      )
      #expect(d.dfNum == 2)
      expectSame(d.statistic, c.statistic, "years, \(ddf)", 1e-3)
    }
    try expectSame(
      scaled.fTest("q = 0, x = 0").statistic, own.fTest("Days = 0, x = 0").statistic, "plain")
    let (plain, other) = (try ols("Reaction ~ Days + x", data), try ols("Reaction ~ q + x", data))
    try expectSame(other.fit(covType: .hc1).fvalue, plain.fit(covType: .hc1).fvalue, "fvalue")
    let null = try ols("Reaction ~ x", data).fit()
    try expectSame(
      other.fit().compareLmTest(null).statistic, plain.fit().compareLmTest(null).statistic, "score test")
    func error(_ formula: String) throws -> Double {
      let fit = try glm(formula, data, family: .gamma(link: .log)).fit(covType: .hc1)
      return try #require(fit.bse.values.last)
    }
    try expectSame(error("Reaction ~ x + q") * unit, error("Reaction ~ x + Days"), "glm")
    try expectSame(
      error("Reaction ~ year + I(year ** 2)"), error("Reaction ~ Days + I(Days ** 2)"), "glm of years", 1e-3)
  }

  /// beets: F(1, 2) and p = 0.06 where the likelihood ratio has p = 0.0003.
  @Test func smallSample() throws {
    let fit = try mixedlm(
      "sugpct ~ block + sow + harvest + (1 | block:harvest)", DataFrame(csv: Fixtures.data("beets"))
    ).fit()
    let test = try fit.fTest("harvest[T.harv2] = 0", ddf: .kenwardRoger)
    #expect(abs(test.statistic - 15.21) < 0.005 && test.dfNum == 1 && abs(test.dfDenom - 2) < 1e-6)
    #expect(abs(test.pvalue - 0.0599) < 5e-5)
    let data = try DataFrame(csv: Fixtures.data("beets"))
    let smaller = try mixedlm("sugpct ~ block + sow + (1 | block:harvest)", data).fit()
    let compared = try fit.fTest(against: smaller)
    #expect(abs(compared.statistic - test.statistic) < 1e-6 && abs(compared.dfDenom - test.dfDenom) < 1e-6)
    #expect(throws: StatsModelsError.self) { try smaller.fTest(against: fit) }
  }

  @Test func typesDoNotDependOnCoding() throws {
    let data = try DataFrame(csv: Fixtures.data("Oats")).filter(
      (0..<72).map { ![3, 8, 21, 22, 49, 60].contains($0) })
    let fits = try ["", ", Sum", ", Helmert"].map {
      try mixedlm("Q('yield') ~ C(Variety\($0)) * C(nitro\($0)) + (1 | Block/Variety)", data).fit()
    }
    // The rows of type III are those of treatment coding; the others' basis, not their space, depends on the coding.
    let tolerances: [AnovaType: Double] = [.two: 1e-3, .three: 1e-6, .carTwo: 1e-3]
    for (type, tolerance) in tolerances {
      let tables = try fits.map { try $0.anova(type: type) }
      for table in tables.dropFirst() {
        #expect(relativeDistance(table.f, tables[0].f) < 1e-6)
        #expect(relativeDistance(table.denDf, tables[0].denDf) < tolerance)
      }
    }
    // Sum coding makes columns the hypotheses of type III.
    let third = try fits[1].anova(type: .three, ddf: .infinite)
    let columns = try fits[1].fTest(
      (0..<2).map { i in (0..<12).map { $0 == i + 1 ? 1.0 : 0 } }, ddf: .infinite)
    #expect(abs(third.f[0] * 2 - columns.statistic) < 1e-8 * columns.statistic)
  }

  @Test func summariesAndIntervals() throws {
    let fit = try mixedlm("Reaction ~ Days + (Days | Subject)", DataFrame(csv: Fixtures.data("sleepstudy")))
      .fit()
    let table = try fit.coefficients(ddf: .satterthwaite)
    #expect(abs(table.df[0] - 17) < 1e-3 && abs(table.df[1] - 17) < 1e-3)
    let limits = try fit.confInt(ddf: .satterthwaite)
    #expect(limits["Days", "0"] == table.lower[1] && limits["Days", "1"] == table.upper[1])
    #expect(table.frame.columnNames == ["name", "estimate", "se", "df", "t", "p", "lower", "upper"])
    #expect(try fit.degreesOfFreedom(.residual).values == [178, 178])
    #expect(try fit.degreesOfFreedom(.infinite).values.allSatisfy(\.isInfinite))
    let adjusted = try fit.kenwardRogerCovariance
    #expect(adjusted["Days", "Days"] >= fit.fixedEffectsCovariance["Days", "Days"] * (1 - 1e-12))
    let text = try fit.summary(ddf: .satterthwaite).asText()
    #expect(text.contains("DF") && text.contains("P>|t|") && text.contains("Subject x Days Cov"))
    #expect(try !fit.summary().asText().contains("DF"))
    let t = try fit.tTest("Days = 10", ddf: .kenwardRoger)
    #expect(abs(t.statistic[0] - (table.estimate[1] - 10) / table.se[1]) < 1e-6 && t.dfDenom == nil)
    #expect(t.description.contains("df"))
    let f = try fit.fTest("Days = 10", ddf: .kenwardRoger)
    #expect(abs(f.statistic - t.statistic[0] * t.statistic[0]) < 1e-9 && abs(f.pvalue - t.pvalue[0]) < 1e-9)
  }

  @Test func refusals() throws {
    let data = try DataFrame(csv: Fixtures.data("sleepstudy"))
    let model = try mixedlm("Reaction ~ Days", data, groups: "Subject")
    let held = try model.fit(heldScale: 900)
    #expect(throws: StatsModelsError.self) { try held.coefficients(ddf: .satterthwaite) }
    #expect(try held.coefficients(ddf: .infinite).se.allSatisfy { $0 > 0 })
    let fit = try model.fit()
    let error = #expect(throws: StatsModelsError.self) {
      try fit.tTest("Subject Var = 0", ddf: .satterthwaite)
    }
    #expect(error?.message.contains("'Subject Var'") == true)
    #expect(throws: StatsModelsError.self) { try fit.coefficients(ddf: .residual, alpha: 0) }
    #expect(throws: StatsModelsError.self) { try fit.anovaLm(typ: 4) }
    #expect(throws: StatsModelsError.self) { try DegreesOfFreedom("containment") }
    #expect(throws: StatsModelsError.self) { try fit.removeData().anova() }
    let table = try model.fit(reml: false).coefficients(ddf: .kenwardRoger)
    #expect(table.notes[0].contains("REML") && relativeDistance(table.estimate, fit.feParams.values) < 1e-6)
  }
}

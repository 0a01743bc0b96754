import Foundation
import StatsModels
import TestSupport
import Testing

/// Marginal means and contrasts of emmeans, likelihood ratios of glmmTMB.
@Suite struct AfterFitTests {
  struct Fixture: Decodable {
    struct Means: Decodable {
      let name: String
      let mean, se, lower, upper: [Double]
    }
    struct Pairs: Decodable {
      let name: String
      let estimate, se, z, p, lower, upper: [Double]
    }
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
      let name, data, formula, family, of: String
      let link, trials, by: String?
      let linkMeans, responseMeans: Means
      let linkPairs, responsePairs: Pairs
      var testDescription: String { name }
    }
    struct Comparison: Decodable {
      let name: String
      let statistic: Double
      let df: Int
    }
    let means: [Case]
    let comparisons: [Comparison]
  }

  static let fixture = try? Fixtures.load(Fixture.self, "generalized/after-fit.json")
  static let cases = fixture?.means ?? []

  /// Precise responses: prediction intervals, 0.013 wide, are near those of the logarithm's linear model, and take no time.
  @Test(arguments: [Family.gamma(link: .log), .inverseGaussian(link: .log)])
  func preciseResponses(_ family: Family) throws {
    let (g, x) = ((0..<60).map { $0 % 6 }, (0..<60).map { Double($0 * 7 % 11) / 10 })
    let noise = (0..<60).map { Double($0 * $0 * 13 % 29) / 29 - 0.5 }
    let logarithms = g.indices.map { 0.5 * x[$0] + Double(g[$0]) / 6 + 0.01 * noise[$0] }
    let data = try DataFrame(["g": g, "x": x, "w": logarithms.map { exp($0) }, "l": logarithms])
    let interval = try mixedglm("w ~ x + (1 | g)", data, family: family).fit()
      .predict(data, randomEffects: .all, interval: .prediction)
    let linear = try mixedlm("l ~ x + (1 | g)", data).fit()
      .predict(data, randomEffects: .all, interval: .prediction)
    for (bounds, logs) in [(interval.lower, linear.lower), (interval.upper, linear.upper)] {
      #expect(zip(bounds.values, logs.values).allSatisfy { abs(log($0) - $1) < 4e-3 })
    }
  }

  static func model(_ c: Fixture.Case) throws -> MixedGLM {
    let link = try c.link.map { try #require(Family.Link(rawValue: $0)) }
    let family = try Family(#require(Family.Distribution(rawValue: c.family)), link: link)
    return try mixedglm(c.formula, DataFrame(csv: Fixtures.data(c.data)), family: family, trials: c.trials)
  }

  /// glmmTMB stops where numbers of badly scaled predictors are known to four digits.
  private static let tolerance = 1e-3

  @Test func thereAreCases() { #expect(Self.cases.count == 6) }

  @Test(arguments: cases) func means(_ c: Fixture.Case) throws {
    let r = try Self.model(c).fit()
    for type in MeanScale.allCases {
      let expected = type == .link ? c.linkMeans : c.responseMeans
      let means = try r.marginalMeans(of: c.of, by: c.by, type: type)
      #expect(means.type == type)
      #expect(means.frame.columnNames.contains(type == .link ? "mean" : expected.name))
      #expect(distance(means.mean, expected.mean, scale: expected.se.max()) < Self.tolerance)
      #expect(relativeDistance(means.se, expected.se) < Self.tolerance)
      #expect(distance(means.lower, expected.lower, scale: expected.se.max()) < Self.tolerance)
      #expect(distance(means.upper, expected.upper, scale: expected.se.max()) < Self.tolerance)
      #expect(means.df.allSatisfy { $0 == .infinity })
    }
  }

  @Test(arguments: cases) func pairs(_ c: Fixture.Case) throws {
    let r = try Self.model(c).fit()
    for type in MeanScale.allCases {
      let expected = type == .link ? c.linkPairs : c.responsePairs
      let pairs = try r.marginalMeans(of: c.of, by: c.by, type: type).pairs()
      #expect(pairs.estimateName == expected.name)
      #expect(pairs.frame.columnNames.contains(expected.name))
      #expect(distance(pairs.estimate, expected.estimate, scale: expected.se.min()) < Self.tolerance)
      #expect(relativeDistance(pairs.se, expected.se) < Self.tolerance)
      #expect(distance(pairs.t, expected.z, scale: 1) < Self.tolerance)
      #expect(distance(pairs.p, expected.p, scale: 1) < Self.tolerance)
      #expect(relativeDistance(pairs.lower, expected.lower, floor: 1) < Self.tolerance)
      #expect(relativeDistance(pairs.upper, expected.upper, floor: 1) < Self.tolerance)
      let isRatio = expected.name != "estimate"
      #expect(pairs.contrast.allSatisfy { $0.contains(isRatio ? " / " : " - ") })
    }
  }

  private static func cattle() throws -> DataFrame {
    var data = try DataFrame(csv: Fixtures.data("cbpp"))
    data["healthy"] = data["size"] - data["incidence"]
    return data
  }

  private static let full = "incidence + healthy ~ C(period) + (1 | herd)"

  @Test func customContrastsOfSumsStayOnTheLink() throws {
    let means = try mixedglm(Self.full, Self.cattle(), family: .binomial()).fit()
      .marginalMeans(of: "period", type: .response)
    let half = try means.contrast(.custom(["first two": [0.5, 0.5, 0, 0]]))
    #expect(half.estimateName == "estimate")
    #expect(half.notes.contains { $0.contains("logit") })
    let ratio = try means.contrast(.treatmentVsControl(reference: 0))
    #expect(ratio.estimateName == "odds.ratio" && ratio.contrast[0] == "period2 / period1")
  }

  @Test func testsOfFixedEffectsAgree() throws {
    let r = try mixedglm(Self.full, Self.cattle(), family: .binomial()).fit()
    let single = try r.tTest("C(period)[T.2] = 0")
    #expect(distance(single.statistic, [r.tvalues.values[1]]) < 1e-12)
    let joint = try r.waldTest("C(period)[T.2] = 0")
    #expect(abs(joint.statistic - single.statistic[0] * single.statistic[0]) < 1e-9)
    #expect(try abs(r.fTest("C(period)[T.2] = 0").statistic - joint.statistic) < 1e-9)
    let terms = try r.waldTestTerms()
    #expect(terms.table.index == ["Intercept", "C(period)"] && terms.dfConstraints == [1, 3])
    let pairs = try r.tTestPairwise("C(period)")
    #expect(pairs.resultFrame.index.first == "2-1" && pairs.resultFrame.index.count == 6)
    let table = try r.coefficients()
    #expect(table.estimate == r.feParams.values && table.df.allSatisfy { $0 == .infinity })
  }

  @Test func likelihoodRatios() throws {
    let data = try Self.cattle()
    let large = try mixedglm(Self.full, data, family: .binomial()).fit()
    let small = try mixedglm("incidence + healthy ~ 1 + (1 | herd)", data, family: .binomial()).fit()
    let fixed = try glm("incidence + healthy ~ C(period)", data, family: .binomial()).fit()
    let expected = try #require(Self.fixture?.comparisons)
    let period = try compare(large, small).rows[1]
    #expect(abs(period.chiSquared - expected[0].statistic) < 1e-5)
    #expect(period.degreesOfFreedom == 3 && period.reference == "chi2(3)")
    let herd = try compare(fixed, large)
    #expect(abs(herd.rows[1].chiSquared - expected[1].statistic) < 1e-5)
    #expect(herd.rows[1].reference == "mixture of chi2(0) and chi2(1)")
    #expect(abs(herd.rows[1].pValue - 0.5 * stats.chi2.sf(expected[1].statistic, 1)) < 1e-9)
    #expect(abs(herd.rows[0].logLikelihood - fixed.llf) < 1e-9)
  }

  /// Without random effects the mixed model's likelihood is the generalised linear model's at its best dispersion.
  @Test(arguments: [Family.gamma(link: .log), .gaussian(link: .log), .inverseGaussian(link: .log)])
  func dispersionsAreMaximised(_ family: Family) throws {
    let cake = try DataFrame(csv: Fixtures.data("cake"))
    let fixed = try glm("angle ~ recipe", cake, family: family).fit()
    // a factor that says nothing
    var shuffled = cake
    shuffled["lot"] = (0..<cake.rowCount).map { $0 % 2 }
    let mixed = try mixedglm("angle ~ recipe + (1 | lot)", shuffled, family: family).fit()
    let comparison = try compare(fixed, mixed)
    #expect(mixed.terms[0].covariance[0, 0] < 1e-6)
    #expect(abs(comparison.rows[1].chiSquared) < 1e-5)
  }

  @Test func comparisonsNeedTheSameData() throws {
    let data = try Self.cattle()
    let mixed = try mixedglm(Self.full, data, family: .binomial()).fit()
    let probit = try mixedglm(Self.full, data, family: .binomial(link: .probit)).fit()
    #expect(try compare(mixed, probit).rows[1].chiSquared.isNaN)
    let other = try glm("incidence ~ C(period)", data, family: .poisson()).fit()
    #expect(throws: StatsModelsError.self) { try compare(other, mixed) }
    let rough = try mixedglm("incidence + healthy ~ 1 + (1 | herd)", data, family: .binomial()).fit(nAGQ: 5)
    #expect(throws: StatsModelsError.self) { try compare(mixed, rough) }
  }

  /// Counts that vary more than their family says are named with remedies, and not once these are taken.
  @Test func overdispersion() throws {
    let data = try DataFrame(csv: Fixtures.data("grouseticks"))
    func text(_ formula: String, _ family: Family = .poisson()) throws -> String? {
      try mixedglm(formula, data, family: family).fit().warnings.map(\.message).first {
        $0.contains("overdispersion")
      }
    }
    let formula = "TICKS ~ C(YEAR) + HEIGHT + (1 | BROOD) + (1 | LOCATION)"
    let said = try #require(try text(formula))
    #expect(said.contains("(1 | row)") && said.contains("negative binomial"))
    #expect(try text(formula + " + (1 | INDEX)") == nil)
    #expect(try text(formula, .negativeBinomial()) == nil)
  }

  /// A row whose mean is nearly 0 changes nothing of what the others say.
  @Test func overdispersionBesideATinyMean() throws {
    let columns: [String: any ColumnConvertible] = [
      "y": [42, 7, 15, 1, 282, 73, 21, 67, 10, 24, 427, 3, 3, 2, 77, 21, 0],
      "x": [
        0.2, -0.5, -0.4, -2.4, 1.8, 1.1, -0.3, 0.8, 0.3, -0.6, 1.0, -0.3, -0.3, -0.8, 0.5, -0.1, -30,
      ],
      "g": ["a", "a", "a", "a", "b", "b", "b", "b", "c", "c", "c", "c", "d", "d", "d", "d", "a"],
    ]
    for rows in [16, 17] {
      let data = try DataFrame(columns).rows(Array(0..<rows))
      let warnings = try mixedglm("y ~ x + (1 | g)", data, family: .poisson()).fit().warnings
      #expect(warnings.contains { $0.message.contains("overdispersion") }, "\(rows)")
    }
  }

  /// Links that are not monotone: where an interval of the linear predictor holds 0, that of the mean ends there.
  @Test(arguments: [Family.poisson(link: .sqrt), .gaussian(link: .inverse), .gamma(link: .inverse)])
  func intervalsHoldMeans(family: Family) throws {
    var generator = SeededGenerator(seed: 4)
    let n = 60
    let x = (0..<n).map { _ in Double.random(in: -1..<1, using: &generator) }
    let noise = (0..<n).map { _ in Double.random(in: 0.5..<1.5, using: &generator) }
    let data = try DataFrame([
      "x": x, "g": (0..<n).map { Double($0 % 8) },
      "y": zip(x, noise).map { family.link == .sqrt ? (2 * $0 * $0 * $1).rounded() : $1 / (1.3 + $0) },
    ])
    let fit = try mixedglm("y ~ x + (1 | g)", data, family: family).fit()
    let new = try DataFrame(["x": (0..<50).map { -2.5 + 0.1 * Double($0) }])
    for which in [MixedGLMPrediction.mean, .marginal] {
      let table = try fit.predict(new, which: which, interval: .confidence)
      // a gamma response has no mean at linear predictors below 0
      for i in 0..<50
      where table.predictions[i].isFinite && (family.distribution == .gaussian || table.predictions[i] >= 0) {
        #expect(
          table.lower[i] <= table.predictions[i] && table.predictions[i] <= table.upper[i],
          "\(family) \(which) \(i): \(table.lower[i]) \(table.predictions[i]) \(table.upper[i])")
      }
    }
  }
}

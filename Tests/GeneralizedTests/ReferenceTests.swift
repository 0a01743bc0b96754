import Foundation
import StatsModels
import TestSupport
import Testing

/// Fits of glmmTMB and lme4, and optima known to more digits than either gives.
@Suite struct ReferenceTests {
  struct Fixture: Decodable {
    struct Quadrature: Decodable {
      let coefficients: [Double]
      let deviation: Double
    }
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
      let name, data, formula, family: String
      let link, trials, offset: String?
      let deviance, dispersion: Double
      let coefficients, errors, deviations: [Double]
      let groups: [String]
      let lme4Deviance: Double?
      let modes, modeErrors, fitted: [Double]?
      let nodes: Int?
      let quadrature: Quadrature?
      var testDescription: String { name }
    }
    let cases: [Case]
  }

  static let cases = (try? Fixtures.load(Fixture.self, "generalized/cases.json").cases) ?? []

  @Test func thereAreCases() { #expect(Self.cases.count >= 12) }

  static func model(_ c: Fixture.Case) throws -> MixedGLM {
    let family = try Family(
      #require(Family.Distribution(rawValue: c.family)),
      link: c.link.map { try #require(Family.Link(rawValue: $0)) }
    )
    return try mixedglm(
      c.formula, DataFrame(csv: Fixtures.data(c.data)), family: family,
      exposure: c.offset == nil ? nil : "expected", trials: c.trials)
  }

  @Test(arguments: cases) func laplace(_ c: Fixture.Case) throws {
    let r = try Self.model(c).fit()
    #expect(r.converged)
    #expect(r.deviance < c.deviance + 1e-6 * max(1, abs(c.deviance).squareRoot()))
    #expect(r.deviance > c.deviance - 1e-3)
    let byName = Dictionary(uniqueKeysWithValues: zip(r.feParams.index, r.feParams.values))
    // patsy puts factors first: compare as sets ordered by size
    #expect(byName.count == c.coefficients.count)
    for (ours, theirs, error) in zip3(r.feParams.values.sorted(), c.coefficients.sorted(), r.bseFe.values) {
      #expect(abs(ours - theirs) < 2e-3 * max(error, 1e-3))
    }
    #expect(relativeDistance(r.bseFe.values.sorted(), c.errors.sorted(), floor: 1e-6) < 2e-3)
    let deviations = r.terms.flatMap { term in
      term.covariance.values.diagonal.map { $0.squareRoot() }
    }
    #expect(relativeDistance(deviations.sorted(), c.deviations.sorted(), floor: 1e-3) < 2e-3)
    switch c.family {
    case "negative-binomial": #expect(abs(r.dispersion * c.dispersion - 1) < 1e-3)
    case "gamma", "gaussian": #expect(abs(r.dispersion / (c.dispersion * c.dispersion) - 1) < 1e-3)
    case "beta": #expect(abs(r.dispersion / c.dispersion - 1) < 1e-3)
    default: #expect(r.dispersion == 1)
    }
    if let other = c.lme4Deviance { #expect(r.deviance < other + 1e-6) }
    if let fitted = c.fitted {
      #expect(relativeDistance(Array(r.fittedvalues.values.prefix(4)), fitted) < 2e-3)
    }
    if let modes = c.modes, let errors = c.modeErrors, r.terms.count == 1 {
      let table = try r.randomEffects(of: r.terms[0].group)
      #expect(distance(Array(table.values.column(0).prefix(4)), modes, scale: 1) < 2e-3)
      #expect(relativeDistance(Array(table.standardErrors.column(0).prefix(4)), errors) < 5e-3)
    }
  }

  @Test(arguments: cases.filter { $0.quadrature != nil && $0.data == "cbpp" })
  func quadrature(_ c: Fixture.Case) throws {
    let expected = try #require(c.quadrature)
    let r = try Self.model(c).fit(nAGQ: try #require(c.nodes))
    #expect(r.method == "AGQ")
    #expect(distance(r.feParams.values, expected.coefficients, scale: 1) < 1e-3)
    #expect(abs(r.terms[0].covariance[0, 0].squareRoot() - expected.deviation) < 1e-3)
  }

  /// Deviances at optima where the gradient was brought below 1e-10, by programs that share nothing with this one.
  @Test(arguments: [
    ("cbpp", 1, 184.052_563_729_5, 0.642_261_448_4), ("cbpp", 5, 183.968_075_705, 0.647_364_61),
    ("cbpp", 25, 183.966_738_075, 0.647_518_48), ("cbpp", 0, 184.108_590_944, 0.641_815_09),
    ("cbpp-cloglog", 1, 183.516_004_036, 0.585_898_333_7),
    ("cbpp-probit", 1, 185.166_675_406, 0.338_634_619_5),
    ("contraception", 1, 2372.728_582_363_8, 0.475_243_257_2),
    ("contraception", 0, 2372.784_429_136, 0.474_688_92),
    ("mmmec", 1, 2190.684_804_154, 0.370_246_761), ("beta", 1, -226.558_162_38, 0.532_070_24),
  ])
  func polished(_ name: String, _ nodes: Int, _ deviance: Double, _ deviation: Double) throws {
    let c = try #require(Self.cases.first { $0.name == name })
    let r = try Self.model(c).fit(nAGQ: nodes)
    #expect(abs(r.deviance - deviance) < 2e-7)
    #expect(abs(r.terms[0].covariance[0, 0].squareRoot() - deviation) < 1e-6)
  }

  /// Standard errors of cbpp from fourth-order differences of a dense evaluation, and means averaged over herds.
  @Test func cattle() throws {
    let c = try #require(Self.cases.first { $0.name == "cbpp" })
    let r = try Self.model(c).fit()
    let errors = [0.232_471_98, 0.306_642_49, 0.326_637_84, 0.427_436_58]
    #expect(distance(r.bseFe.values, errors, scale: 1) < 2e-8)
    let conditional = [0.227_890_884_4, 0.305_385_529_5, 0.326_049_286_1, 0.428_795_011_4]
    #expect(distance(r.bseFeConditional.values, conditional, scale: 1) < 1e-6)
    #expect(abs(r.bseRe["herd Var"] - 2 * 0.642_261_448_4 * 0.178_561_75) < 1e-6)
    let periods = try DataFrame(["period": [1, 2, 3, 4]])
    let average = [0.216_092_923_2, 0.097_042_591, 0.086_118_287_2, 0.057_300_333_5]
    #expect(distance(try r.predict(periods, which: .marginal).values, average, scale: 1) < 1e-8)
    let zero = [0.198_049_141_7, 0.083_871_953_1, 0.073_972_931_8, 0.048_390_740_4]
    #expect(distance(try r.predict(periods).values, zero, scale: 1) < 1e-8)
  }

  private func zip3(_ a: [Double], _ b: [Double], _ c: [Double]) -> [(Double, Double, Double)] {
    a.indices.map { (a[$0], b[$0], c.max() ?? c[$0]) }
  }

  /// Independent effects of an intercept and of years share a valley: glmmTMB's and glmer's maximum.
  @Test func independentEffectsOfYears() throws {
    let data = try DataFrame([
      "y": [0, 1, 14, 238, 19, 11, 4, 0, 5, 3, 3, 3, 1, 8, 1, 2],
      "x": [
        2001, 2009, 2016, 2024, 2003, 2008, 2016, 2024, 2003, 2009, 2017, 2022, 2002, 2010, 2016, 2022,
      ],
      "g": ["a", "a", "a", "a", "b", "b", "b", "b", "c", "c", "c", "c", "d", "d", "d", "d"],
    ])
    let fit = try mixedglm("y ~ x + (x || g)", data, family: .poisson()).fit()
    #expect(fit.converged && fit.llf > -72.3979)
  }

  /// A maximum at a perfect correlation that glmer's optimisers find from their own start.
  @Test func perfectCorrelation() throws {
    let data = try DataFrame([
      "y": [
        0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0, 2.0, 0.0, 155.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.0, 46.0,
        0.0, 1.0, 11.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
      ],
      "x": [
        0.479, -0.308, -0.04, 1.056, 0.452, 0.134, -0.738, 0.611, 0.194, 2.653, 1.929, 0.75, -0.367, 1.395,
        -0.324, -0.668, 0.209, -0.111, 0.676, -0.055, -0.336, 1.452, -0.91, -0.238, 0.574, -0.473, -1.015,
        -0.212, 0.552, 0.069, -0.115,
      ],
      "f": [
        "a", "b", "b", "b", "a", "c", "a", "a", "c", "a", "a", "a", "a", "a", "c", "a", "a", "b", "c", "b",
        "a", "a", "a", "a", "a", "b", "b", "a", "c", "a", "a",
      ],
      "g": [
        "g0", "g1", "g2", "g3", "g4", "g1", "g2", "g4", "g0", "g4", "g1", "g2", "g3", "g3", "g3", "g3",
        "g3", "g1", "g4", "g1", "g4", "g4", "g1", "g3", "g3", "g1", "g4", "g0", "g1", "g4", "g3",
      ],
    ])
    let fit = try mixedglm("y ~ f + (x | g)", data, family: .poisson()).fit()
    #expect(fit.converged && fit.llf > -29.49096)
  }
}

import Foundation
import StatsModels
import TestSupport
import Testing

/// Profiles against end points found by bracketing, exact to nine digits.
@Suite struct LikelihoodProfileTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var formula: String
    var intervals: [(name: String, lower: Double, upper: Double)]
  }

  static let cases: [Case] = [
    Case(
      testDescription: "sleepstudy", formula: "Reaction ~ Days + (Days | Subject)",
      intervals: [
        ("sd_Intercept|Subject", 14.381384520, 37.716054991),
        ("cor_Days.Intercept|Subject", -0.481492581, 0.685018969),
        ("sd_Days|Subject", 3.801177284, 8.753391987), ("sigma", 22.898256515, 28.857999208),
        ("Intercept", 237.680689946, 265.129519751), ("Days", 7.358652004, 13.575919915),
      ]),
    Case(
      testDescription: "Dyestuff", formula: "Yield ~ 1 + (1 | Batch)",
      intervals: [
        ("sd_Intercept|Batch", 12.196505279, 84.063410969), ("sigma", 38.230123311, 67.657672790),
        ("Intercept", 1486.451487645, 1568.548512355),
      ]),
    Case(
      testDescription: "Pastes", formula: "strength ~ 1 + (1 | batch) + (1 | sample)",
      intervals: [
        ("sd_Intercept|sample", 2.157930924, 4.053805118), ("sd_Intercept|batch", 0, 2.946597082),
        ("sigma", 0.652022889, 1.085447559), ("Intercept", 58.663648583, 61.443018083),
      ]),
    Case(
      testDescription: "Penicillin", formula: "diameter ~ 1 + (1 | plate) + (1 | sample)",
      intervals: [
        ("sd_Intercept|plate", 0.633565187, 1.182103330), ("sd_Intercept|sample", 1.095831475, 3.556322393),
        ("sigma", 0.485845559, 0.629453427), ("Intercept", 21.266608239, 24.677836205),
      ]),
  ]

  private static func fit(_ name: String, _ formula: String) throws -> MixedLMResults {
    try mixedlm(formula, DataFrame(csv: Fixtures.data(name))).fit()
  }

  @Test(arguments: cases) func ends(_ expected: Case) throws {
    let profile = try Self.fit(expected.testDescription, expected.formula).profile(points: 0)
    #expect(profile.parameters.map(\.name) == expected.intervals.map(\.name))
    for (found, wanted) in zip(profile.parameters, expected.intervals) {
      let size = wanted.upper - wanted.lower
      #expect(abs(found.lower - wanted.lower) < 1e-7 * size, "\(found.name) \(found.lower)")
      #expect(abs(found.upper - wanted.upper) < 1e-7 * size, "\(found.name) \(found.upper)")
    }
  }

  /// A predictor's unit and origin are in its own ends alone.
  @Test(arguments: [(0, 1e6), (0, 1e-7), (2010, 5), (1.6e9, 1e7)], [true, false])
  func endsFollowUnits(_ change: (origin: Double, unit: Double), isCorrelated: Bool) throws {
    var data = try DataFrame(csv: Fixtures.data("sleepstudy"))
    data["t"] = data["Days"] * change.unit + change.origin
    let effects = isCorrelated ? "(t | Subject)" : "(1 | Subject)"
    let profile = try mixedlm("Reaction ~ t + \(effects)", data).fit().profile(points: 0)
    data["t"] = data["Days"]
    let plain = try mixedlm("Reaction ~ t + \(effects)", data).fit().profile(points: 0)
    for name in isCorrelated ? ["t", "sd_t|Subject", "sigma"] : ["t", "sd_Intercept|Subject", "sigma"] {
      let (found, wanted) = (try #require(profile[name]), try #require(plain[name]))
      let unit = name.contains("t|") || name == "t" ? (name.contains("Intercept") ? 1 : change.unit) : 1
      let size = wanted.upper - wanted.lower
      #expect(abs(found.lower * unit - wanted.lower) < 1e-6 * size, "\(name) \(found.lower)")
      #expect(abs(found.upper * unit - wanted.upper) < 1e-6 * size, "\(name) \(found.upper)")
    }
  }

  /// An end at which a search from the estimate's perfect correlation stays on a lower maximum; the value is that of a dense
  /// likelihood from five starts.
  @Test func endsAreOfTheBestMaximum() throws {
    let profile = try Self.fit("near_singular", "y ~ x + (x | g)").profile(parameters: ["sd_x|g"], points: 0)
    #expect(abs(profile.parameters[0].upper - 0.309271) < 1e-5)
  }

  /// ζ at values between the points, and the deviance there.
  @Test func curve() throws {
    let fit = try Self.fit("sleepstudy", "Reaction ~ Days + (Days | Subject)")
    let profile = try fit.profile()
    #expect(abs(profile.deviance - 1751.9393444632) < 1e-8)
    for (name, value, zeta) in [
      ("sd_Intercept|Subject", 15.0, -1.817725452), ("sd_Intercept|Subject", 30, 0.996559357),
      ("cor_Days.Intercept|Subject", 0.5, 1.319856327), ("sd_Days|Subject", 4, -1.721956814),
      ("sigma", 24, -1.113665839), ("Days", 8, -1.585416320),
    ] {
      let parameter = try #require(profile[name])
      #expect(abs(parameter.zeta(at: value) - zeta) < 2e-3, "\(name)")
      #expect(parameter.density(at: value) > 0)
      #expect(parameter.values == parameter.values.sorted() && parameter.zeta == parameter.zeta.sorted())
    }
  }

  /// A variance of zero has an interval that begins there, an undetermined correlation the whole range; forms without
  /// correlations have none; levels move the ends.
  @Test func edges() throws {
    let singular = try Self.fit("sim_singular", "y ~ x + (x | g)").profile(points: 0)
    for parameter in singular.parameters {
      #expect(parameter.lower <= parameter.upper)
      if parameter.name.hasPrefix("sd_") { #expect(parameter.lower >= 0) }
      if parameter.name.hasPrefix("cor_") { #expect(parameter.lower >= -1 && parameter.upper <= 1) }
    }
    let diagonal = try Self.fit("sleepstudy", "Reaction ~ Days + (Days || Subject)").profile(
      level: 0.5, points: 0)
    #expect(diagonal.parameters.map(\.name).filter { $0.hasPrefix("cor_") }.isEmpty)
    let wide = try Self.fit("sleepstudy", "Reaction ~ Days + (Days || Subject)").profile(
      parameters: ["sigma"], level: 0.99, points: 0)
    let narrow = try #require(diagonal["sigma"])
    #expect(wide.parameters[0].lower < narrow.lower && wide.parameters[0].upper > narrow.upper)
    #expect(throws: StatsModelsError.self) {
      try Self.fit("Dyestuff", "Yield ~ 1 + (1 | Batch)").profile(parameters: ["sd_nothing"])
    }
  }

  /// The same names by other methods.
  @Test func methods() throws {
    let fit = try Self.fit("Dyestuff", "Yield ~ 1 + (1 | Batch)")
    #expect(try fit.confInt(method: .wald).index == fit.confInt().index)
    let profile = try fit.confInt(method: .profile, alpha: 0.1)
    let drawn = try fit.confInt(method: .bootstrap(count: 200, seed: 1), alpha: 0.1)
    #expect(profile.index == drawn.index && drawn.index == ["sd_Intercept|Batch", "sigma", "Intercept"])
    #expect(abs(drawn["Intercept", "0"] - profile["Intercept", "0"]) < 15)
  }

  /// A bootstrap test gives the same for any number of threads, and has about the size of the naive one where that holds.
  @Test func bootstrapTests() throws {
    let data = try DataFrame(csv: Fixtures.data("beets"))
    let fits = try ["block + sow + harvest", "block + sow"].map {
      try mixedlm("sugpct ~ \($0) + (1 | block:harvest)", data).fit(reml: false)
    }
    let one = try compare(fits[0], fits[1], method: .parametricBootstrap(count: 200, seed: 5), threads: 1)
    let two = try compare(fits[1], fits[0], method: .parametricBootstrap(count: 200, seed: 5), threads: 2)
    #expect(one.reference == two.reference && one.statistic == two.statistic)
    // 0.039 by 1,000 draws of pbkrtest
    #expect(abs(one.statistic - 12.9142440670) < 1e-6 && abs(one.chiSquaredPValue - 0.0003260911) < 1e-8)
    #expect((0.01...0.09).contains(one.pValue) && (0.01...0.09).contains(one.bartlettPValue))
    #expect(throws: StatsModelsError.self) {
      try compare(fits[0], fits[0], method: .parametricBootstrap(count: 5, seed: 1))
    }
  }
}

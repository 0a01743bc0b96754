import StatsModels
import TestSupport
import Testing

/// Profiles and bootstraps of generalised models.
@Suite struct ProfileTests {
  private static func cattle(_ nAGQ: Int = 1) throws -> MixedGLMResults {
    try mixedglm(
      "incidence ~ C(period) + (1 | herd)", DataFrame(csv: Fixtures.data("cbpp")), family: .binomial(),
      trials: "size"
    ).fit(nAGQ: nAGQ)
  }

  /// A Gaussian response with the identity link is a linear mixed model: ends known to nine digits.
  @Test func gaussianProfilesAreThoseOfLinearModels() throws {
    let sleep = try DataFrame(csv: Fixtures.data("sleepstudy"))
    let profile = try mixedglm("Reaction ~ Days + (Days | Subject)", sleep, family: .gaussian()).fit()
      .profile(points: 0)
    let expected: [(String, Double, Double)] = [
      ("sd_Intercept|Subject", 14.381_384_520, 37.716_054_991),
      ("cor_Days.Intercept|Subject", -0.481_492_581, 0.685_018_969),
      ("sd_Days|Subject", 3.801_177_284, 8.753_391_987), ("Intercept", 237.680_689_946, 265.129_519_751),
      ("Days", 7.358_652_004, 13.575_919_915),
    ]
    for (name, lower, upper) in expected {
      let parameter = try #require(profile[name])
      #expect(abs(parameter.lower - lower) < 1e-6 * abs(upper))
      #expect(abs(parameter.upper - upper) < 1e-6 * abs(upper))
    }
    let dispersion = try #require(profile["dispersion"])
    #expect(abs(dispersion.upper.squareRoot() - 28.857_999_208) < 1e-6)
    let pastes = try DataFrame(csv: Fixtures.data("Pastes"))
    let batch = try mixedglm("strength ~ 1 + (1 | sample) + (1 | batch)", pastes, family: .gaussian()).fit()
      .profile(parameters: ["sd_Intercept|batch"], points: 0).parameters[0]
    #expect(batch.lower == 0 && abs(batch.upper - 2.946_597_082) < 1e-6)
  }

  @Test(arguments: [(0, 1e6), (2010, 5)]) func endsFollowUnits(origin: Double, unit: Double) throws {
    var sleep = try DataFrame(csv: Fixtures.data("sleepstudy"))
    sleep["t"] = sleep["Days"] * unit + origin
    let profile = try mixedglm("Reaction ~ t + (t | Subject)", sleep, family: .gaussian()).fit()
      .profile(parameters: ["t", "sd_t|Subject"], points: 0)
    let expected = [("t", 7.358_652_004, 13.575_919_915), ("sd_t|Subject", 3.801_177_284, 8.753_391_987)]
    for (name, lower, upper) in expected {
      let parameter = try #require(profile[name])
      #expect(abs(parameter.lower * unit - lower) < 1e-5 * abs(upper), "\(name) \(parameter.lower)")
      #expect(abs(parameter.upper * unit - upper) < 1e-5 * abs(upper), "\(name) \(parameter.upper)")
    }
  }

  /// Modes on the other side of a square root's 0 that an evaluation far away has met are not kept for the next.
  @Test func squareRoots() throws {
    let y: [Double] = [
      1, 10, 0, 0, 0, 1, 9, 0, 0, 17, 4, 0, 0, 0, 2, 1, 0, 2, 0, 9, 0, 0, 14, 1, 2, 13, 0, 15, 2, 0, 0, 9, 0,
    ]
    let x: [Double] = [
      0.129, 0.53, -2.719, -1.686, -1.248, -0.19, 1.13, -4.222, -1.626, 2.841, 1.908, -1.801, 1.263, -4.398,
      1.34, -1.417, -4.998, 0.338, -0.359, 2.966, -0.075, -3.102, 3.699, -4.459, 0.062, 3.066, -0.438,
      3.349, 0.465, -7.037, -2.068, 2.529, -1.046,
    ]
    let o: [Double] = [
      -0.055, 0.885, 0.223, 0.084, 0.385, -0.161, 0.154, -0.381, 0.012, 0.26, -0.557, 0.05, -0.441, 0.511,
      -0.216, -0.445, 0.387, -0.429, 0.182, 0.537, 0.163, 0.513, 0.516, -0.52, 0.568, 0.139, -0.801,
      -0.057, 0.503, 0.298, 0.983, -0.241, -0.704,
    ]
    let g = "435464343445744755544544747464557".map(String.init)
    let data = try DataFrame(["y": y, "x": x, "o": o, "g": g])
    let profile = try mixedglm(
      "y ~ x + I(x ** 2) + (1 | g)", data, family: .poisson(link: .sqrt), offset: "o"
    ).fit().profile(parameters: ["Intercept"], points: 0)
    #expect(abs(profile.parameters[0].lower - 0.511992) < 1e-5)
    #expect(abs(profile.parameters[0].upper - 1.422655) < 1e-5)
  }

  /// Against lme4's splines.
  @Test func cattleAgainstLme4() throws {
    let profile = try Self.cattle().profile(points: 4)
    let ends = profile.confInt.values
    let lower = [0.346_073, -1.901_212, -1.616_783, -1.801_024, -2.500_750]
    let upper = [1.099_975, -0.947_754, -0.407_763, -0.511_536, -0.800_755]
    #expect(distance(ends.column(0), lower, scale: 1) < 2e-4)
    #expect(distance(ends.column(1), upper, scale: 1) < 2e-4)
    let deviation = try #require(profile["sd_Intercept|herd"])
    #expect(deviation.values.count == deviation.zeta.count && deviation.values.count == 9)
    #expect(zip(deviation.zeta, deviation.zeta.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func endsLieWhereTheLikelihoodHasFallen() throws {
    let fit = try Self.cattle(5)
    let profile = try fit.profile(parameters: ["C(period)[T.2]"], level: 0.9, points: 3).parameters[0]
    #expect(abs(profile.zeta(at: profile.upper) - stats.norm.ppf(0.95)) < 2e-3)
    let all = try fit.confInt(method: .profile, alpha: 0.1)
    #expect(abs(all.values[2, 1] - profile.upper) < 1e-8)
    #expect(throws: StatsModelsError.self) { try fit.profile(parameters: ["period"]) }
    #expect(throws: StatsModelsError.self) { try Self.cattle(0).profile() }
  }

  @Test func bootstrapsDoNotDependOnThreads() throws {
    let fit = try Self.cattle()
    let one = try fit.parametricBootstrap(count: 12, seed: 3, threads: 1)
    let two = try fit.parametricBootstrap(count: 12, seed: 3, threads: 2)
    #expect(one.replicates.values.storage == two.replicates.values.storage)
    #expect(one.replicates.columns == fit.params.index && one.failures == 0)
    let first = try fit.refit(response: fit.simulate(seed: 3).values.column(0))
    #expect(relativeDistance(one.replicates.values.row(0), first.params.values, floor: 1e-6) < 1e-6)
    let limits = try fit.confInt(method: .bootstrap(count: 12, seed: 3))
    #expect(limits.index.first == "sd_Intercept|herd" && limits.values[0, 0] >= 0)
  }

  @Test func bootstrapComparison() throws {
    let large = try Self.cattle()
    let small = try mixedglm(
      "incidence ~ 1 + (1 | herd)", DataFrame(csv: Fixtures.data("cbpp")), family: .binomial(),
      trials: "size"
    ).fit()
    let method = ComparisonMethod.parametricBootstrap(count: 30, seed: 2)
    let test = try compare(large, small, method: method, threads: 2)
    #expect(abs(test.statistic - 25.610_063) < 1e-4 && test.degreesOfFreedom == 3)
    #expect(test.pValue < 0.05 && test.failures == 0)
    #expect(test.reference == (try compare(small, large, method: method, threads: 1)).reference)
  }
}

import StatsModels
import TestSupport
import Testing

/// Named methods, held parameters, penalties, profiles.
@Suite struct SearchTests {
  let data = SyntheticData.schools()

  private func slopes() throws -> MixedLM {
    try mixedlm("test_score ~ age", data, groups: "school", reFormula: "~age")
  }

  @Test(arguments: OptimizationMethod.Name.allCases) func namedMethodsReachTheOptimum(
    _ name: OptimizationMethod.Name
  ) throws {
    let model = try mixedlm("test_score ~ age", data, groups: "school", vcFormula: ["c": "0 + C(classroom)"])
    let best = try model.fit()
    let named = try model.fit(method: OptimizationMethod(names: [name]))
    #expect(named.converged && abs(named.llf - best.llf) < 1e-5)
  }

  @Test func limitedMethodSaysSo() throws {
    let short = try slopes().fit(method: [.cg, .powell], maxiter: 1)
    #expect(!short.converged)
    #expect(short.warnings.contains { $0.message == "Retrying MixedLM optimization with powell" })
    #expect(try slopes().fit(fullOutput: true, method: .bfgs).hist?.count == 1)
    #expect(throws: StatsModelsError.self) { try OptimizationMethod("newton") }
    #expect(try OptimizationMethod("BFGS") == .bfgs)
  }

  @Test func freeMask() throws {
    let diagonal = MixedLMParams.fromComponents(feParams: [1, 1], covRe: .identity(2))
    let masked = try slopes().fit(free: diagonal)
    let bars = try mixedlm("test_score ~ age + (age||school)", data).fit()
    #expect(masked.covRe["school", "age"] == 0)
    #expect(abs(masked.llf - bars.llf) < 1e-6)
    #expect(abs(masked.bse["age"] - bars.bse["age"]) < 1e-5 * bars.bse["age"])
    #expect(masked.covParams()["school x age Cov", "age"] == 0)
    let held = MixedLMParams.fromComponents(feParams: [1, 0], covRe: Matrix([[0, 0], [0, 1]]))
    let start = MixedLMParams.fromComponents(feParams: [0, 1.5], covRe: Matrix([[0.7, 0], [0, 1]]))
    let fixed = try slopes().fit(startParams: start, free: held)
    #expect(fixed.feParams["age"] == 1.5)
    #expect(abs(fixed.params["school Var"] - 0.7) < 1e-12)
    #expect(fixed.llf < bars.llf)
  }

  /// Reference values: Nelder and Mead's method on the likelihood of the dense covariance matrix.
  @Test(arguments: [true, false]) func variancesHeldInTheUnitsOfTheResponse(reml: Bool) throws {
    let sleep = try DataFrame(csv: Fixtures.data("sleepstudy"))
    let model = try mixedlm("Reaction ~ Days", sleep, groups: "Subject", reFormula: "~Days")
    let start = MixedLMParams.fromComponents(feParams: [0, 0], covRe: Matrix([[900, 0], [0, 30]]))
    let free = MixedLMParams.fromComponents(covRe: Matrix([[0, 1], [1, 1]]))
    let held = try model.fit(startParams: start, reml: reml, free: free, startUnits: .user)
    #expect(abs(held.covRe[0, 0] - 900) < 1e-9 && held.converged)
    let (llf, scale, slope) =
      reml ? (-872.149_332_3, 651.0267, 35.397_275) : (-876.466_237_5, 650.1377, 33.063_503)
    #expect(
      abs(held.llf - llf) < 1e-6 && abs(held.scale - scale) < 1e-2 && abs(held.covRe[1, 1] - slope) < 1e-3)
    let errors =
      reml
      ? [7.905_343, 1.550_78, 0, 0.094_155, 0.024_259] : [7.904_264, 1.508_199, 0, 0.091_609, 0.022_441]
    #expect(distance(held.bse.values, errors) < 1e-6)
    let table = held.varianceComponents.map(\.standardError)
    #expect(distance(table, reml ? [0, 61.3001, 14.9943, 76.18] : [0, 59.5615, 13.8203, 75.9835]) < 1e-5)
    let named = try model.fit(startParams: start, reml: reml, free: free, method: .lbfgs, startUnits: .user)
    #expect(abs(named.llf - llf) < 1e-6 && named.converged)
    let both = try model.fit(startParams: start, reml: reml, free: free, startUnits: .user, heldScale: 600)
    #expect(both.scale == 600 && abs(both.llf - (reml ? -872.399_235_4 : -876.708_311_8)) < 1e-6)
    #expect(reml || both.aic == -2 * (both.llf - 4))
    let all = MixedLMParams.fromComponents(covRe: Matrix(rows: 2, columns: 2))
    let fixed = try model.fit(startParams: start, reml: reml, free: all, startUnits: .user)
    #expect(abs(fixed.llf - (reml ? -872.233_454 : -876.496_289_5)) < 1e-6 && fixed.bse["Subject Var"] == 0)
    // A covariance held at another value than zero, beside free variances.
    let diagonal = MixedLMParams.fromComponents(covRe: .identity(2))
    let covariance = MixedLMParams.fromComponents(feParams: [0, 0], covRe: Matrix([[600, 20], [20, 30]]))
    let tied = try model.fit(startParams: covariance, reml: reml, free: diagonal, startUnits: .user)
    #expect(
      abs(tied.covRe[0, 1] - 20) < 1e-10 && abs(tied.llf - (reml ? -871.839_489 : -875.991_885_7)) < 1e-6)
    let profile = try held.profileRe(1, numLow: 1, distLow: 10, numHigh: 1, distHigh: 10)
    #expect(profile[1, 1] == held.llf && profile[0, 1] < held.llf && profile[2, 1] < held.llf)
  }

  /// What is not named in a mask is free; what cannot be is an error.
  @Test func partsOfAMask() throws {
    let model = try mixedlm(
      "test_score ~ age", data, groups: "school", reFormula: "~age", vcFormula: ["c": "0 + C(classroom)"])
    let free = MixedLMParams.fromComponents(vcomp: [0])
    let start = MixedLMParams.fromComponents(feParams: [0, 0], covRe: .identity(2), vcomp: [2])
    let user = try model.fit(startParams: start, free: free, startUnits: .user)
    #expect(abs(user.vcomp["c"] - 2) < 1e-12 && user.converged && user.freepat?.feParams == [1, 1])
    let ratio = try model.fit(startParams: start, free: free)
    #expect(abs(ratio.params["c Var"] - 2) < 1e-12 && ratio.bse["c Var"] == 0)
    let best = try model.fit()
    let series = try model.fit(startParams: best.params, free: .fromComponents(feParams: [0, 1]))
    #expect(series.feParams["Intercept"] == best.feParams["Intercept"] && abs(series.llf - best.llf) < 1e-6)
    #expect(series.fixedEffectsStandardErrors["Intercept"] == 0)
    let none = try model.fit(
      startParams: start, free: .fromComponents(covRe: Matrix([[1, 1], [1, 0]]), vcomp: [1]))
    #expect(abs(none.params["age Var"] - 1) < 1e-12)
    for wrong in [MixedLMParams.fromComponents(covRe: .identity(3)), .fromComponents(vcomp: [1, 1])] {
      #expect(throws: StatsModelsError.self) { try model.fit(free: wrong) }
    }
    #expect(throws: StatsModelsError.self) { try model.fit(heldScale: -1) }
    let impossible = MixedLMParams.fromComponents(
      feParams: [0, 0], covRe: Matrix([[1, 3], [3, 1]]), vcomp: [1])
    #expect(throws: StatsModelsError.self) {
      try model.fit(startParams: impossible, free: .fromComponents(covRe: Matrix(rows: 2, columns: 2)))
    }
  }

  /// Three effects with one covariance held at zero, in each place: the pattern has an order without fill-in.
  @Test(arguments: [(0, 1), (0, 2), (1, 2)]) func oneCovarianceOfThree(_ place: (Int, Int)) throws {
    let model = try mixedlm("test_score ~ age + pretest", data, groups: "school", reFormula: "~age + pretest")
    var free = MixedLMParams.fromComponents(covRe: Matrix(rows: 3, columns: 3, repeating: 1))
    free.covRe[place.0, place.1] = 0
    free.covRe[place.1, place.0] = 0
    let result = try model.fit(free: free)
    #expect(result.covRe[place.0, place.1] == 0 && result.converged)
    #expect(try result.llf <= model.fit().llf + 1e-6)
  }

  /// statsmodels prints zeros for what a mask holds.
  @Test func summaryOfHeldParameters() throws {
    let data = try DataFrame(csv: Fixtures.data("dietox"))
    let free = MixedLMParams.fromComponents(feParams: [1, 1], covRe: .identity(2))
    let result = try mixedlm("Weight ~ Time", data, groups: data["Pig"], reFormula: "~Time").fit(free: free)
    let text = try result.summary().asText()
    #expect(text.contains("Group x Time Cov  0.000    0.000                           \n"))
    #expect(text.contains("Group Var        19.841    1.571 "))
    #expect(result.tvalues["Group x Time Cov"].isNaN && result.confInt()["Group x Time Cov", "0"] == 0)
  }

  @Test func penaltiesShrink() throws {
    let model = try slopes()
    let plain = try model.fit()
    let ridge = try model.fit(fePen: L2(weights: [0, 50]))
    #expect(abs(ridge.feParams["age"]) < abs(plain.feParams["age"]))
    let strong = try model.fit(fePen: L2(weights: [0, 5000]))
    #expect(abs(strong.feParams["age"]) < abs(ridge.feParams["age"]))
    #expect(ridge.llf < plain.llf)
    let huber = try model.fit(fePen: PseudoHuber(0.1, weights: [0, 20]))
    #expect(abs(huber.feParams["age"]) < abs(plain.feParams["age"]))
    let spread = try model.fit(covPen: PSD(weight: 2))
    #expect(
      try Double.determinant(spread.covReUnscaled.values) > Double.determinant(plain.covReUnscaled.values))
    #expect(try abs(model.fit(fePen: L2(weights: 0)).llf - plain.llf) < 1e-6)
  }

  @Test func lasso() throws {
    let model = try mixedlm("test_score ~ age + pretest + sex", data, groups: "school")
    let plain = try model.fit()
    let zero = try model.fitRegularized(alpha: 0)
    #expect(zip(zero.feParams.values, plain.feParams.values).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(abs(zero.llf - plain.llf) < 1e-6 && abs(zero.bse["age"] - plain.bse["age"]) < 1e-6)
    let strong = try model.fitRegularized(alpha: [0, 0, 1e6, 1e6])
    #expect(strong.feParams["pretest"] == 0 && strong.bse["pretest"].isNaN && strong.bse["sex[T.m]"] > 0)
    #expect(throws: StatsModelsError.self) { try model.fitRegularized(method: "l2") }
  }
}

extension Double {
  fileprivate static func determinant(_ m: Matrix) throws -> Double { m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0] }
}

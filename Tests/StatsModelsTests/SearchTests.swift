import StatsModels
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
    #expect(abs(try model.fit(fePen: L2(weights: 0)).llf - plain.llf) < 1e-6)
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

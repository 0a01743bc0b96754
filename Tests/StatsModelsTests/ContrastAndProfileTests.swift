import StatsModels
import TestSupport
import Testing

@Suite struct ContrastAndProfileTests {
  let data = SyntheticData.schools()

  @Test func profilePeaksAtTheEstimate() throws {
    let result = try mixedlm(
      "test_score ~ age", data, groups: "school", reFormula: "~age", vcFormula: ["c": "0 + C(classroom)"]
    ).fit()
    for profile in [
      try result.profileRe(0, vtype: "re", numLow: 2, distLow: 0.1, numHigh: 2, distHigh: 0.3),
      try result.profileRe(1, numLow: 2, distLow: 0.05, numHigh: 2, distHigh: 0.3),
      try result.profileRe("c", vtype: "vc", numLow: 2, distLow: 0.5, numHigh: 2),
    ] {
      #expect(profile.rows == 5 && profile[2, 1] == result.llf)
      #expect((0..<5).allSatisfy { profile[$0, 1] <= result.llf + 1e-8 })
      #expect(profile[0, 1] < profile[1, 1] && profile[4, 1] < profile[3, 1])
      #expect(profile[0, 0] < profile[1, 0] && profile[3, 0] < profile[4, 0])
    }
    // Arguments of fit are passed on.
    let component = try result.profileRe("c", numLow: 1, distLow: 0.5, numHigh: 1, distHigh: 0.5)
    for method in [OptimizationMethod.powell, [.lbfgs, .cg]] {
      let named = try result.profileRe(
        reIx: "c", vtype: "vc", numLow: 1, distLow: 0.5, numHigh: 1, distHigh: 0.5, method: method)
      #expect(relativeDistance(named.column(1), component.column(1)) < 1e-7)
    }
    let short = try result.profileRe("c", numLow: 0, numHigh: 1, distHigh: 9, method: .nm, maxiter: 1)
    #expect(try short[1, 1] < result.profileRe("c", numLow: 0, numHigh: 1, distHigh: 9)[1, 1])
    let cancelled = #expect(throws: StatsModelsError.self) {
      try result.profileRe(0, numLow: 0, numHigh: 1, progress: { _ in false })
    }
    #expect(cancelled?.code == .cancelled)
    // What the fit held and penalised stays so.
    let diagonal = MixedLMParams.fromComponents(covRe: .identity(2))
    let masked = try result.model.fit(covPen: PSD(weight: 1), free: diagonal)
    let held = try masked.profileRe(0, numLow: 1, distLow: 0.1, numHigh: 1, distHigh: 0.1)
    #expect(held[1, 1] == masked.llf && held[0, 1] < masked.llf && held[2, 1] < masked.llf)
    #expect(throws: StatsModelsError.self) { try result.profileRe(0, distLow: 1e9) }
    #expect(throws: StatsModelsError.self) { try result.profileRe(0, vtype: "xx") }
    #expect(throws: StatsModelsError.self) { try result.profileRe("nobody") }
  }

  @Test func pairwise() throws {
    let result = try mixedlm("test_score ~ age + C(province)", data, groups: "school").fit()
    let pairs = try result.tTestPairwise("C(province)", method: [.holmSidak, .bonferroni])
    #expect(pairs.contrastLabels == ["p1-p0", "p2-p0", "p3-p0", "p2-p1", "p3-p1", "p3-p2"])
    let single = try result.tTest("C(province)[T.p2] - C(province)[T.p1] = 0")
    #expect(abs(pairs.resultFrame["p2-p1", "coef"] - single.effect![0]) < 1e-12)
    #expect(abs(pairs.resultFrame["p2-p1", "std err"] - single.sd![0]) < 1e-12)
    #expect(
      pairs.resultFrame["p1-p0", "pvalue-bonferroni"] >= pairs.resultFrame["p1-p0", "pvalue-holm-sidak"])
    let usual = try result.tTestPairwise("C(province)")
    #expect(Array(usual.resultFrame.columns.suffix(2)) == ["pvalue-hs", "reject-hs"])
    #expect(try result.tTestPairwise(termName: "C(province)", method: .hommel).contrasts == pairs.contrasts)
    #expect(throws: StatsModelsError.self) { try result.tTestPairwise("age") }
  }

  @Test func hypotheses() throws {
    let result = try mixedlm("test_score ~ age + sex", data, groups: "school").fit()
    let identity = try result.tTest(Matrix.identity(3))
    #expect(identity.effect == result.feParams.values)
    #expect(zip(identity.sd!, result.bseFe.values).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(try result.tTest([0, 0, 1]).effect == result.tTest("age = 0").effect)
    #expect(try result.fTest([[0, 1, 0], [0, 0, 1]]).dfNum == 2)
    #expect(try result.waldTest("school Var = 0").dfDenom == 1)
    let terms = try result.waldTestTerms(combineTerms: ["s"])
    #expect(terms.table.index == ["Intercept", "sex", "age", "s"])
    let z = result.tvalues["age"]
    #expect(abs(terms.table["age", "statistic"] - z * z) < 1e-9 * z * z)
    #expect(throws: StatsModelsError.self) { try result.tTest([1, 2]) }
    #expect(throws: PatsyError.self) { try result.tTest("age = = 1") }
    let combined = try result.covParams(rMatrix: Matrix([[0, 1, 1, 0]]))
    let cov = result.covParams().values
    #expect(abs(combined[0, 0] - (cov[1, 1] + cov[2, 2] + 2 * cov[1, 2])) < 1e-12)
    #expect(try result.covParams(column: [2])["age", "age"] == cov[2, 2])
  }

  @Test func distribution() throws {
    let model = try mixedlm("test_score ~ age", data, groups: "school")
    let result = try model.fit()
    var generator = Counter()
    let draws = try model.getDistribution(result.params, scale: result.scale).rvs(using: &generator)
    let mean = result.predict().values
    let variance = zip(draws, mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(mean.count)
    let expected = result.scale + result.covRe[0, 0]
    #expect(variance > expected / 3 && variance < 3 * expected)
  }

  struct Counter: RandomNumberGenerator {
    var state: UInt64 = 1
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }
}

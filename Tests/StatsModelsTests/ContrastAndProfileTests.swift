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
    #expect(abs(pairs.resultFrame["p2-p1", "coef"] - single.effect[0]) < 1e-12)
    #expect(abs(pairs.resultFrame["p2-p1", "std err"] - single.sd[0]) < 1e-12)
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
    #expect(zip(identity.sd, result.bseFe.values).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(try result.tTest([0, 0, 1]).effect == result.tTest("age = 0").effect)
    #expect(try result.fTest([[0, 1, 0], [0, 0, 1]]).dfNum == 2)
    #expect(try result.waldTest("school Var = 0").dfDenom == 1)
    let terms = try result.waldTestTerms(combineTerms: ["s"])
    #expect(terms.table.index == ["Intercept", "sex", "age", "s"])
    // Every form of Python's hypotheses.
    let shifted = try result.tTest("age = 2")
    #expect(shifted.effect == [result.feParams["age"]])
    #expect(abs(shifted.statistic[0] - (result.feParams["age"] - 2) / result.bse["age"]) < 1e-12)
    let row: [Int] = [0, 0, 1, 0]
    let forms: [any HypothesisConvertible] = [
      ["age": 2], ["age": 2.0], ["age = 2"], ConstraintLike.matrix(Matrix([[0, 0, 1]]), constants: [2]),
    ]
    for form in forms { #expect(try result.waldTest(form).statistic == result.waldTest("age = 2").statistic) }
    #expect(try result.waldTest((Matrix([[0, 0, 1]]), [2])).pvalue == result.waldTest("age = 2").pvalue)
    #expect(try result.fTest((Matrix([[0, 0, 1]]), [2])).fvalue == result.fTest("age = 2").fvalue)
    #expect(try result.tTest((Matrix([[0, 0, 1]]), [2])).statistic == shifted.statistic)
    #expect(try result.tTest(row).effect == result.tTest([row]).effect)
    let twice = try result.waldTest(["age = 2", "2 * age = 4"])
    #expect(twice.dfDenom == 1 && twice.warnings[0].category == "ValueWarning")
    #expect(twice.warnings[0].message.contains("The number of constraints is 2, but rank is 1"))
    let extra = try result.waldTestTerms(
      skipSingle: true, extraConstraints: [("mine", "age = 2"), ("all", row)])
    #expect(extra.table.index == ["mine", "all"] && extra.dfConstraints == [1, 1])
    #expect(throws: StatsModelsError.self) { try result.waldTestTerms(combineTerms: ["nothing"]) }
    let z = result.tvalues["age"]
    #expect(abs(terms.table["age", "statistic"] - z * z) < 1e-9 * z * z)
    #expect(throws: StatsModelsError.self) { try result.tTest([1, 2]) }
    let unknown = #expect(throws: PatsyError.self) { try result.tTest("agee = 0") }
    #expect(unknown?.description.contains("^\nthe parameters are 'Intercept'") == true)
    #expect(throws: PatsyError.self) { try result.tTest("age = = 1") }
    #expect(
      try abs(
        result.covParams(rMatrix: [0, 1, 1, 0]) - result.covParams(rMatrix: Matrix([[0, 1, 1, 0]]))[0, 0])
        < 1e-15)
    #expect(
      try result.covParams(scale: 2 * result.scale)["age", "age"] == 2 * result.covParams()["age", "age"])
    let combined = try result.covParams(rMatrix: Matrix([[0, 1, 1, 0]]))
    let cov = result.covParams().values
    #expect(abs(combined[0, 0] - (cov[1, 1] + cov[2, 2] + 2 * cov[1, 2])) < 1e-12)
    #expect(try result.covParams(column: [2])["age", "age"] == cov[2, 2])
  }

  /// Data frames, dictionaries, matrices and rows of the design, with and without the formula.
  @Test func populationPredictions() throws {
    let result = try mixedlm("test_score ~ age + pretest", data, groups: "school").fit()
    let new = try DataFrame(["pretest": [1.0, .nan], "age": [10, 11], "other": ["a", "b"]])
    let value = result.feParams[0] + 10 * result.feParams["age"] + result.feParams["pretest"]
    let predicted = try result.predict(new)
    #expect(abs(predicted[0] - value) < 1e-12 && predicted[1].isNaN)
    let design = Matrix([[1, 10, 1]])
    #expect(try result.predict(design, transform: false)[0] == result.predict(exog: design)[0])
    #expect(try abs(result.predict([1, 10, 1], transform: false)[0] - value) < 1e-12)
    let columns = try DataFrame(["Intercept": [1.0], "age": [10], "pretest": [1]])
    #expect(try abs(result.predict(columns, transform: false)[0] - value) < 1e-12)
    #expect(try result.predict(["age": [10], "pretest": [1]]).values == [predicted[0]])
    let arrays = try MixedLM(
      endog: data["test_score"], exog: data[["age", "pretest"]], groups: data["school"]
    ).fit()
    let two = try arrays.predict(data[["age", "pretest"]])
    #expect(two.values == arrays.predict().values && two.index == Array(data.rowLabels))
    #expect(throws: StatsModelsError.self) { try arrays.predict(columns) }
    let school: Int = 3
    #expect(result.randomEffects(for: school) == result.randomEffects[3])
  }

  /// Variances that a fit holds count in the likelihood at given parameters: a slope in both the group and a component.
  @Test func likelihoodOfTermsThatCoincide() throws {
    let both = try mixedlm(
      "test_score ~ age", data, groups: "school", reFormula: "~age", vcFormula: ["slope": "0 + age"])
    let plain = try mixedlm("test_score ~ age", data, groups: "school", reFormula: "~age")
    let split = MixedLMParams.fromComponents(
      feParams: [50, 2], covRe: Matrix([[1, 0.2], [0.2, 0.5]]), vcomp: [0.3])
    let joined = MixedLMParams.fromComponents(feParams: [50, 2], covRe: Matrix([[1, 0.2], [0.2, 0.8]]))
    for reml in [true, false] {
      for profileFe in [true, false] {
        let (a, b) = (
          try both.loglike(split, profileFe: profileFe, reml: reml),
          try plain.loglike(joined, profileFe: profileFe, reml: reml)
        )
        #expect(abs(a - b) < 1e-9 * abs(b))
      }
      let (score, reference) = (
        try both.scoreFull(split, reml: reml), try plain.scoreFull(joined, reml: reml)
      )
      #expect(
        relativeDistance(score.re, reference.re) < 1e-9
          && relativeDistance(score.vc, [reference.re[2]]) < 1e-9)
    }
    var one = data
    one["top"] = 1
    let single = try mixedlm(
      "test_score ~ age", one, groups: "top", reFormula: "1", vcFormula: ["s": "0 + C(school)"])
    let values = try [0.0, 2].map {
      try single.loglike(MixedLMParams.fromComponents(covRe: Matrix([[$0]]), vcomp: [0.4]), reml: false)
    }
    #expect(abs(values[0] - values[1]) > 0.1)
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

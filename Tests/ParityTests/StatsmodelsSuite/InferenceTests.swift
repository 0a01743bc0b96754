import LinearAlgebra
import StatsModels
import TestSupport
import Testing

/// statsmodels' test_mixedlm_t_test, test_predict_reflects_only_fixed_effects, the two tests of profile_re,
/// test_regularized, test_get_distribution and test_summary_col.
@Suite struct InferenceTests {
  @Test func tTestsOfFixedEffects() throws {
    let data = try RandomData("t_test")
    let result = try MixedLM(
      endog: data["endog"], exog: data.matrix("exog0", "exog1", "exog2"), groups: data.labels()
    ).fit()
    let each = try result.tTest(Matrix.identity(3))
    #expect(relativeDistance(each.effect, result.feParams.values) <= 1e-12)
    #expect(relativeDistance(each.sd, result.bseFe.values) <= 1e-12)
    let difference = try result.tTest(Matrix([[1, -1, 0]]))
    #expect(relativeDistance(difference.effect, [result.feParams[0] - result.feParams[1]]) <= 1e-12)
    let error = #expect(throws: StatsModelsError.self) { try result.tTest(Matrix.identity(5)) }
    #expect(error?.description.contains("should have 3 columns") == true)
  }

  @Test func predictionsAreFixedEffectsOnly() throws {
    let data = try RandomData("predict")
    let exog = data.matrix("exog0", "exog1", "exog2")
    let model = try MixedLM(endog: data["endog"], exog: exog, groups: data.labels())
    let result = try model.fit()
    let fixed = result.feParams.values
    #expect(try distance(model.predict(result.params.values), exog * fixed) <= 1e-12)
    #expect(try model.predict(result.params.values) == model.predict(result.paramsObject))
    let new = data.matrix("new0", "new1", "new2")
    #expect(try distance(model.predict(result.paramsObject, exog: new), new * fixed) <= 1e-12)
    #expect(try distance(model.predict(fixed + [999]), exog * fixed) <= 1e-12)
  }

  @Test func profileLikelihoodPeaksAtTheEstimate() throws {
    let data = try RandomData("profile_peak")
    var exog = data.matrix("x", "x")
    for row in 0..<exog.rows { exog[row, 0] = 1 }
    let result = try MixedLM(endog: data["endog"], exog: exog, groups: data.labels()).fit(reml: false)
    let profile = try result.profileRe(0, vtype: "re", numLow: 2, distLow: 0.2, numHigh: 2, distHigh: 0.2)
    #expect(profile.rows == 5 && profile.columns == 2)
    #expect(relativeDistance(profile.row(2), [result.covRe[0, 0], result.llf]) <= 1e-6)
    #expect(profile.column(1).allSatisfy { $0 <= result.llf + 1e-6 })
  }

  @Test func profilesOfEffectsAndComponents() throws {
    let data = try RandomData("profile_inference")
    let result = try MixedLM(
      endog: data["endog"], exog: data.matrix("exog0", "exog1"), groups: data.labels(),
      exogRe: [Double](repeating: 1, count: 300),
      exogVc: ["a": data.byGroup("vca"), "b": data.byGroup("vcb")]
    ).fit()
    let effect = try result.profileRe(0, vtype: "re", numLow: 3, distLow: 1, numHigh: 3, distHigh: 1)
    let component = try result.profileRe("b", vtype: "vc", numLow: 3, distLow: 0.5, numHigh: 3, distHigh: 0.5)
    for profile in [effect, component] {
      #expect(profile.rows == 7)
      #expect(profile.column(1).allSatisfy { $0 <= result.llf + 1e-6 })
    }
    let error = #expect(throws: StatsModelsError.self) { try result.profileRe(0, vtype: "not-a-vtype") }
    #expect(error?.description.contains("vtype") == true)
  }

  @Test func penalties() throws {
    let data = try RandomData("regularized")
    let model = try MixedLM(
      endog: data["endog"], exog: data.matrix("exog0", "exog1", "exog2", "exog3", "exog4"),
      groups: data.labels())
    let plain = try model.fit().feParams.values
    let size: ([Double]) -> Double = { $0.map(abs).reduce(0, +) }
    let mild = try model.fitRegularized(alpha: 1.0)
    let strong = try model.fitRegularized(alpha: [Double](repeating: 10, count: 5))
    let none = try model.fitRegularized(method: L2(), alpha: 0)
    let ridge = try model.fitRegularized(method: L2(), alpha: 10)
    let huber = try model.fitRegularized(method: PseudoHuber(0.3), alpha: 1)
    #expect(distance(none.feParams.values, plain) <= 1e-6)
    #expect(size(strong.feParams.values) < size(mild.feParams.values))
    for result in [mild, strong, ridge, huber] {
      #expect(size(result.feParams.values) < size(plain))
      #expect(try !result.summary().asText().isEmpty)
    }
  }

  @Test func simulatedResponses() throws {
    let data = try RandomData("get_distribution")
    let model = try mixedlm(
      "y ~ 0 + x1 + x2", data.frame(labels: ["grp"]), groups: "grp", reFormula: "0 + z0 + z1",
      vcFormula: ["a": "0 + z2 + z3", "b": "0 + z4 + z5"])
    let scale = 1.5
    let params = MixedLMParams.fromComponents(
      feParams: [1, -2], covRe: Matrix([[1 / scale, 0.5 / scale], [0.5 / scale, 2 / scale]]),
      vcomp: [0.25 / scale, 2.25 / scale])
    let mean = data.matrix("x1", "x2") * [1, -2]
    let distribution = try model.getDistribution(params.getPacked(useSqrt: false, hasFe: true), scale: scale)
    let expected = (0..<100).map { row -> Double in
      let (z0, z1) = (data["z0"][row], data["z1"][row])
      let components = ["z2", "z3"].map { 0.25 * data[$0][row] * data[$0][row] }
      let others = ["z4", "z5"].map { 2.25 * data[$0][row] * data[$0][row] }
      return z0 * z0 + z0 * z1 + 2 * z1 * z1 + (components + others).reduce(0, +) + scale
    }
    var total = 0.0
    var generator = SeededGenerator(seed: 234)
    for _ in 0..<400 {
      let draw = distribution.rvs(100, using: &generator)
      total += zip(draw, mean).map { ($0 - $1) * ($0 - $1) }.reduce(0, +) / 100
    }
    #expect(relativeDistance([total / 400], [expected.reduce(0, +) / 100]) <= 0.05)
  }

  @Test func modelsSideBySide() throws {
    let ids = [1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3]
    let y = [
      1.727, -1.037, 2.904, 3.569, 4.629, 5.736, 6.747, 7.020, 5.624, 10.155, 10.400, 17.164, 17.276, 14.988,
      14.453,
    ]
    let data = try DataFrame(["Y": y, "X": (1...15).map(Double.init), "IDS": ids])
    let first = try mixedlm("Y ~ X", data, groups: data["IDS"]).fit()
    let second = try mixedlm("X ~ Y", data, groups: data["IDS"]).fit()
    let text = """

      =============================
                    Y         X    
      -----------------------------
      Group Var 0.1955    1.3854   
                (0.6032)  (2.7377) 
      Intercept -1.2672   3.4842*  
                (1.6546)  (1.8882) 
      X         1.1618***          
                (0.1959)           
      Y                   0.5529***
                          (0.2080) 
      =============================
      Standard errors in
      parentheses.
      * p<.1, ** p<.05, ***p<.01
      """
    let table = try summaryCol(
      [first, second], stars: true, regressorOrder: ["Group Var", "Intercept", "X", "Y"])
    #expect(table.description == text)
  }
}

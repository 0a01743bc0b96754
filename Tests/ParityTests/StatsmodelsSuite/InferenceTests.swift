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
    #expect(relativeDistance(each.effect ?? [], result.feParams.values) <= 1e-12)
    #expect(relativeDistance(each.sd ?? [], result.bseFe.values) <= 1e-12)
    let difference = try result.tTest(Matrix([[1, -1, 0]]))
    #expect(relativeDistance(difference.effect ?? [], [result.feParams[0] - result.feParams[1]]) <= 1e-12)
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

  @Test func penalties() throws {
    let data = try RandomData("regularized")
    let model = try MixedLM(
      endog: data["endog"], exog: data.matrix("exog0", "exog1", "exog2", "exog3", "exog4"),
      groups: data.labels())
    let plain = try model.fit().feParams.values
    let size: ([Double]) -> Double = { $0.map(abs).reduce(0, +) }
    let mild = try model.fitRegularized(alpha: 1.0)
    let strong = try model.fitRegularized(alpha: [Double](repeating: 10, count: 5))
    #expect(size(strong.feParams.values) < size(mild.feParams.values))
    for result in [mild, strong] {
      #expect(size(result.feParams.values) < size(plain))
      #expect(try !result.summary().asText().isEmpty)
    }
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

import StatsModels
import TestSupport
import Testing

/// statsmodels' tests of variance components: test_vcomp_1 … 3, test_vcomp_formula, test_sparse, test_pastes_vcomp.
@Suite struct VarianceComponentTests {
  @Test func componentsEqualIndependentEffects() throws {
    let data = try RandomData("vcomp_1")
    var free = MixedLMParams(kFe: 1, kRe: 2, kVc: 0)
    free.feParams = [1]
    free.covRe = Matrix.identity(2)
    let masked = try MixedLM(
      endog: data["endog"], exog: data["exog0"], groups: data.labels(), exogRe: data.matrix("re0", "re1")
    ).fit(free: free)
    let components = try MixedLM(
      endog: data["endog"], exog: data["exog0"], groups: data.labels(),
      exogVc: ["a": data.byGroup("re0"), "b": data.byGroup("re1")]
    ).fit()
    #expect(relativeDistance(masked.feParams.values, components.feParams.values) <= 1e-6)
    #expect(relativeDistance([masked.covRe[0, 0], masked.covRe[1, 1]], components.vcomp.values) <= 1e-5)
    #expect(masked.covRe[1, 0] == 0)
    #expect(relativeDistance([0, 1, 3].map { masked.bse[$0] }, components.bse.values) <= 1e-4)
    #expect(try !components.summary().asText().isEmpty)
  }

  @Test func simulatedDataAgainstR() throws {
    let data = try RandomData("vcomp_2").frame(labels: ["groups", "v1", "v2"])
    let components = ["a": "0 + C(v1)", "b": "0 + C(v2)"]
    let result = try MixedLM.fromFormula(
      formula: "y ~ x1 + x2", data: data, groups: data["groups"], reFormula: "0+z1+z2", vcFormula: components
    ).fit()
    #expect(relativeDistance(result.feParams.values, [0.16527, 0.99911, 0.96217]) <= 1e-4)
    #expect(relativeDistance(result.covRe.values.byRows, [1.244, 0.146, 0.146, 1.371]) <= 1e-3)
    #expect(relativeDistance(result.vcomp.values, [4.024, 3.997]) <= 1e-3)
    #expect(relativeDistance(Array(result.bse.values.prefix(3)), [0.12610, 0.03938, 0.03848]) <= 1e-3)
  }

  @Test func functionsOfTheEnvironment() throws {
    let data = try RandomData("vcomp_2").frame(labels: ["groups", "v1", "v2"])
    var environment = EvalEnvironment()
    environment.define("times_two") { 2 * $0 }
    let plain = try mixedlm("y ~ x1 + x2", data, groups: "groups", reFormula: "0+z1+z2").fit()
    let doubled = try mixedlm(
      "y ~ times_two(x1) + x2", data, groups: "groups", reFormula: "0+z1+z2", environment: environment
    ).fit()
    #expect(doubled.model.exogNames.contains("times_two(x1)"))
    #expect(relativeDistance([2 * doubled.params["times_two(x1)"]], [plain.params["x1"]]) <= 1e-6)
  }

  @Test func componentsWithoutOtherEffects() throws {
    let data = try RandomData("vcomp_3").frame(labels: ["groups"])
    let result = try mixedlm("y ~ 1", data, groups: "groups", vcFormula: ["a": "0 + x1"]).fit()
    let resid = [-1.180753, 0.279966, 0.578576, -0.667916]
    let fitted = [-0.101549, 0.028613, -0.224621, -0.126295]
    #expect(relativeDistance(Array(result.resid.values.prefix(4)), resid) <= 1e-3)
    #expect(relativeDistance(Array(result.fittedvalues.values.prefix(4)), fitted) <= 1e-3)
    #expect(try !result.summary().asText().isEmpty)
  }

  @Test func formulaEqualsMatrices() throws {
    let data = try RandomData("vcomp_formula")
    var exog = data.matrix("x1", "x1")
    for row in 0..<exog.rows { exog[row, 0] = 1 }
    let arrays = try MixedLM(
      endog: data["y"], exog: exog, groups: data.labels(), exogRe: data.matrix("re1", "re2"),
      exogVc: ["a": data.byGroup("vc1", "vc2"), "b": data.byGroup("vc3", "vc4")]
    ).fit()
    let formula = try mixedlm(
      "y ~ x1", data.frame(), groups: data.labels(), reFormula: "0 + re1 + re2",
      vcFormula: ["a": "0 + vc1 + vc2", "b": "0 + vc3 + vc4"]
    ).fit()
    for (a, b) in [
      (arrays.feParams, formula.feParams), (arrays.vcomp, formula.vcomp), (arrays.params, formula.params),
      (arrays.bse, formula.bse),
    ] {
      #expect(relativeDistance(a.values, b.values) <= 1e-8)
    }
    #expect(relativeDistance(arrays.covRe.values.byRows, formula.covRe.values.byRows) <= 1e-8)
  }

  @Test func sparseEqualsDense() throws {
    let data = try DataFrame(csv: Fixtures.data("Pastes"))
    let results = try [false, true].map { sparse in
      try mixedlm(
        "strength ~ 1", data, groups: "batch", reFormula: "1", vcFormula: ["cask": "0 + cask"],
        useSparse: sparse
      ).fit()
    }
    #expect(results[0].params == results[1].params)
    #expect(results[0].bse == results[1].bse)
  }

  /// Reference values of R: `lmer(strength ~ (1|batch) + (1|batch:cask))`.
  @Test func pastesByREML() throws {
    let result = try pastes(reml: true)
    #expect(relativeDistance([result.feParams[0]], [60.0533]) <= 1e-5)
    #expect(relativeDistance([result.bse[0]], [0.6769]) <= 1e-3)
    #expect(relativeDistance([result.covRe[0, 0]], [1.657]) <= 1e-3)
    #expect(relativeDistance([result.scale], [0.678]) <= 1e-3)
    #expect(relativeDistance([result.llf], [-123.4954]) <= 1e-6)
    #expect(result.aic.isNaN && result.bic.isNaN)
    let resid = [0.17133538, -0.02866462, -1.08662875, 1.11337125, -0.12093607]
    let fitted = [62.62866, 62.62866, 61.18663, 61.18663, 62.82094]
    #expect(distance(Array(result.resid.values.prefix(5)), resid) <= 1e-4)
    #expect(distance(Array(result.fittedvalues.values.prefix(5)), fitted) <= 1e-6)
  }

  @Test func pastesByML() throws {
    let result = try pastes(reml: false)
    #expect(relativeDistance([result.feParams[0]], [60.0533]) <= 1e-5)
    #expect(relativeDistance([result.bse[0]], [0.642]) <= 1e-3)
    #expect(relativeDistance([result.covRe[0, 0]], [1.199]) <= 1e-3)
    #expect(relativeDistance([result.scale], [0.67799]) <= 1e-3)
    #expect(relativeDistance([result.llf], [-123.9972]) <= 1e-6)
    #expect(relativeDistance([result.aic, result.bic], [255.9944, 264.3718]) <= 1e-6)
  }

  private func pastes(reml: Bool) throws -> MixedLMResults {
    let data = try DataFrame(csv: Fixtures.data("Pastes"))
    return try mixedlm(
      "strength ~ 1", data, groups: "batch", reFormula: "1", vcFormula: ["cask": "0 + cask"]
    ).fit(reml: reml)
  }
}

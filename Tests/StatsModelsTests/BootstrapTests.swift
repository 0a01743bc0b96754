import StatsModels
import Testing

@Suite struct BootstrapTests {
  let data = SyntheticData.schools()

  @Test(arguments: BootstrapScheme.allCases) func spreadAgreesWithStandardErrors(_ scheme: BootstrapScheme)
    throws
  {
    let result = try mixedlm(
      "test_score ~ pretest", data, groups: "school", reFormula: "1", vcFormula: ["c": "0 + C(classroom)"]
    ).fit()
    let sample = try result.bootstrap(nrep: 60, scheme: scheme, seed: 4)
    #expect(sample.params.rows == 60 && sample.failures == 0)
    let ratio = sample.std["pretest"] / result.bse["pretest"]
    #expect(ratio > 0.5 && ratio < 2)
    #expect(sample.confInt()["pretest", "0"] < sample.mean["pretest"])
    #expect(
      try result.bootstrap(nrep: 5, scheme: scheme, seed: 9).params
        == result.bootstrap(nrep: 5, scheme: scheme, seed: 9).params)
  }

  @Test func stopped() throws {
    let result = try mixedlm("test_score ~ age + (1|school) + (1|classroom)", data).fit()
    let sample = try result.bootstrap(nrep: 50) { $0 < 3 }
    #expect(sample.params.rows >= 3 && sample.params.rows < 50)
    #expect(throws: StatsModelsError.self) { try result.bootstrap(scheme: .groups) }
  }

  @Test func refitAndSimulate() throws {
    let result = try mixedlm("test_score ~ age", data, groups: "school").fit()
    let same = try result.refit(response: result.model.endog)
    #expect(abs(same.llf - result.llf) < 1e-8 * abs(result.llf))
    #expect(try result.simulate(count: 2, seed: 3) == result.simulate(count: 2, seed: 3))
    #expect(throws: StatsModelsError.self) { try result.refit(response: [1]) }
  }
}

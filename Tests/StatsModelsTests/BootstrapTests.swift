import StatsModels
import Testing

@Suite struct BootstrapTests {
  let data = SyntheticData.schools()

  @Test(arguments: BootstrapScheme.allCases)
  func spreadAgreesWithStandardErrors(_ scheme: BootstrapScheme) throws {
    let result = try mixedlm(
      "test_score ~ pretest", data, groups: "school", reFormula: "1", vcFormula: ["c": "0 + C(classroom)"]
    ).fit()
    let sample = try result.bootstrap(nrep: 60, scheme: scheme, seed: 4)
    #expect(sample.replicates.values.rows == 60 && sample.failures == 0)
    #expect(sample.replicates.columns == result.params.index + ["scale"])
    let ratio = sample.standardErrors["pretest"] / result.bse["pretest"]
    #expect(ratio > 0.5 && ratio < 2)
    let again = try result.bootstrap(nrep: 5, scheme: scheme, seed: 4)
    #expect(again.replicates.values.row(3) == sample.replicates.values.row(3))
  }

  @Test func severalFactors() throws {
    let result = try mixedlm("test_score ~ age + (1|school) + (1|classroom)", data).fit()
    #expect(throws: StatsModelsError.self) { try result.bootstrap(scheme: .groups) }
    #expect(try result.bootstrap(nrep: 3).requested == 3)
  }
}

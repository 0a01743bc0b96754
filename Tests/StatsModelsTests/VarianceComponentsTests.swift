import StatsModels
import TestSupport
import Testing

@Suite struct VarianceComponentsTests {
  /// The standard error of Pig's variance from the full information, which statsmodels prints as 2.149.
  @Test(arguments: [(true, 6.939), (false, 6.795)]) func fullInformation(_ reml: Bool, _ expected: Double)
    throws
  {
    let data = try DataFrame(csv: Fixtures.data("dietox"))
    let result = try mixedlm("Weight ~ Time", data, groups: "Pig").fit(reml: reml)
    let pig = try #require(result.varianceComponents["Pig", "Intercept"])
    #expect(abs(pig.standardError - expected) < 6e-4)
    #expect(abs(pig.estimate - result.covRe[0, 0]) < 1e-12)
    let residual = try #require(result.varianceComponents["Residual", "Residual"])
    #expect(abs(residual.estimate - result.scale) < 1e-12 && residual.standardError > 0)
    let limits = pig.interval()
    #expect(limits.lower > 0 && limits.lower < pig.estimate && pig.estimate < limits.upper)
  }
}

import StatsModels
import TestSupport
import Testing

@Suite struct RegressionTests {
  @Test func leastSquares() throws { #expect(try OLSChecks.failures() == []) }
  @Test func tablesOfVariance() throws { #expect(try TableChecks.failures() == []) }
  @Test func oddInput() throws { #expect(try OddInputChecks.failures() == []) }
  @Test func generalisedModels() throws { #expect(try GLMChecks.failures() == []) }
  @Test func estimatingEquations() throws { #expect(try GEEChecks.failures() == []) }
  @Test func smallTests() throws { #expect(try SmallChecks.failures() == []) }
  @Test func bayes() throws { #expect(try BayesChecks.failures() == []) }
  @Test func mixedModelsAgainstRegressions() throws { #expect(try NullChecks.failures() == []) }
}

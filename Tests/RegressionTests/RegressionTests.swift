import StatsModels
import TestSupport
import Testing

@Suite struct RegressionTests {
  private func report(_ failures: [String]) {
    for failure in failures { Issue.record("\(failure)") }
  }

  @Test func leastSquares() throws { report(try OLSChecks.failures()) }
  @Test func tablesOfVariance() throws { report(try TableChecks.failures()) }
  @Test func oddInput() throws { report(try OddInputChecks.failures()) }
  @Test func generalisedModels() throws { report(try GLMChecks.failures()) }
  @Test func estimatingEquations() throws { report(try GEEChecks.failures()) }
  @Test func smallTests() throws { report(try SmallChecks.failures()) }
  @Test func bayes() throws { report(try BayesChecks.failures()) }
  @Test func mixedModelsAgainstRegressions() throws { report(try NullChecks.failures()) }
}

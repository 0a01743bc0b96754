import StatsModels
import TestSupport

/// Likelihood ratios of mixed models and the regressions that are their limits.
enum NullChecks {
  static func failures() throws -> [String] {
    var checks = Checks()
    let sleep = try DataFrame(csv: Fixtures.data("sleepstudy"))
    for reml in [true, false] {
      checks.about("sleepstudy \(reml)")
      let null = try ols("Reaction ~ Days", sleep).fit()
      let one = try mixedlm("Reaction ~ Days", sleep, groups: "Subject").fit(reml: reml)
      let two = try mixedlm("Reaction ~ Days", sleep, groups: "Subject", reFormula: "~Days").fit(reml: reml)
      let table = try compare(null, one, two)
      // lme4's values: -893.2326 (ML, intercept), -897.0393 (ML), -871.8141 and -875.9697, lm's -950.1465.
      checks.require(table.rows.map(\.parameters) == [3, 4, 6], "parameters \(table.rows.map(\.parameters))")
      checks.require(table.rows[1].reference == "mixture of chi2(0) and chi2(1)", table.rows[1].reference)
      checks.near("ratio", [table.rows[1].chiSquared], [2 * (one.llf - table.rows[0].logLikelihood)])
      checks.near("p", [table.rows[1].pValue], [stats.chi2.sf(table.rows[1].chiSquared, 1) / 2])
      checks.near("next", [table.rows[2].chiSquared], [2 * (two.llf - one.llf)], 1e-6)
      if !reml { checks.near("llf", [table.rows[0].logLikelihood], [null.llf]) }
      checks.require(table.description.contains("m3"), "text")
    }
    // Where the variance is zero the mixed model is the regression, also in its restricted likelihood.
    let flat = try DataFrame(csv: Fixtures.data("Dyestuff2"))
    for reml in [true, false] {
      checks.about("Dyestuff2 \(reml)")
      let mixed = try mixedlm("Yield ~ 1", flat, groups: "Batch").fit(reml: reml)
      let table = try compare(ols("Yield ~ 1", flat).fit(), mixed)
      checks.near("equal", [table.rows[0].logLikelihood], [mixed.llf], 1e-8)
      checks.require(
        table.rows[1].pValue == 1 || abs(table.rows[1].chiSquared) < 1e-6, "p \(table.rows[1].pValue)")
    }
    checks.about("other fixed effects")
    let mixed = try mixedlm("Reaction ~ Days", sleep, groups: "Subject").fit()
    let small = try compare(ols("Reaction ~ 1", sleep).fit(), mixed)
    checks.require(
      small.rows[1].degreesOfFreedom == 2 && small.notes.contains { $0.contains("maximum likelihood") },
      "refit")
    let other = try compare(ols("Reaction ~ np.exp(Days)", sleep).fit(), mixed)
    checks.require(other.rows[1].chiSquared.isNaN, "not nested")
    checks.require((try? compare(ols("Days ~ Reaction", sleep).fit(), mixed)) == nil, "another response")
    return checks.failures
  }
}

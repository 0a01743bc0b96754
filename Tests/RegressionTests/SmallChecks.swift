import StatsModels
import TestSupport

/// Tests of residuals, proportions and tables against statsmodels: `small.json`.
enum SmallChecks {
  struct Fixture: Decodable {
    struct Proportions: Decodable {
      let count, nobs, result: [Double]
      let value: Double?
      let side: String
    }
    struct Mcnemar: Decodable {
      let table: [[Double]]
      let exact, correction: Bool
      let result: [Double]
    }
    struct Multiple: Decodable {
      let method: String
      let p, corrected, levels: [Double]
      let reject: [Bool]
    }
    let white, breuschpagan: [[Double]]
    let proportions: [Proportions]
    let mcnemar: [Mcnemar]
    let multiple: [Multiple]
    let columns, named: String
  }

  static func failures() throws -> [String] {
    let fixture = try Fixtures.load(Fixture.self, "regression/small.json")
    var checks = Checks()
    let fits = [
      try ols("foodexp ~ income", DataFrame(csv: Fixtures.data("sm_engel"))).fit(),
      try ols("STACKLOSS ~ AIRFLOW + WATERTEMP", DataFrame(csv: Fixtures.data("sm_stackloss"))).fit(),
    ]
    func numbers(_ t: HeteroscedasticityTest) -> [Double] { [t.lm, t.lmPvalue, t.fvalue, t.fPvalue] }
    for (i, fit) in fits.enumerated() {
      checks.near("White", try numbers(hetWhite(fit.resid.values, fit.model.exog)), fixture.white[i], 1e-6)
      checks.near(
        "Breusch", try numbers(hetBreuschpagan(fit.resid.values, fit.model.exog)), fixture.breuschpagan[i],
        1e-6)
    }
    for c in fixture.proportions {
      let r = try proportionsZtest(
        c.count, c.nobs, value: c.value, alternative: ProportionAlternative(rawValue: c.side) ?? .twoSided)
      checks.near("proportions \(c.side)", [r.statistic, r.pvalue], c.result)
    }
    for c in fixture.mcnemar {
      let r = try mcnemar(c.table, exact: c.exact, correction: c.correction)
      checks.near("McNemar \(c.table)", [r.statistic, r.pvalue], c.result)
    }
    for c in fixture.multiple {
      let r = try multipletests(c.p, method: c.method)
      checks.near(
        "multiple \(c.method)", r.pvalsCorrected + [r.alphacSidak, r.alphacBonf], c.corrected + c.levels)
      checks.require(r.reject == c.reject, "rejects \(r.reject)")
    }
    let states = try DataFrame(csv: Fixtures.data("sm_statecrime"))
    let (a, b) = (try ols("murder ~ urban", states).fit(), try ols("murder ~ urban + single", states).fit())
    let c = try glm("murder ~ poverty", states).fit()
    checks.same(
      "columns", try summaryCol([a, b], floatFormat: "%.3f", stars: true).asText(), fixture.columns)
    let counts: KeyValuePairs<String, (any LikelihoodModelResults) -> String> = ["N": { _ in String(a.nobs) }]
    checks.same(
      "named", try summaryCol([a, c], modelNames: ["one", "two"], infoDict: counts).asText(), fixture.named)
    checks.require((try? proportionsZtest([3], [5])) == nil, "one sample without a value")
    checks.require((try? mcnemar([[1, 2, 3]])) == nil, "a table of another shape")
    checks.require((try? hetWhite([1, 2], Matrix([[1], [1]]))) == nil, "one column")
    // A series is a sample and a design.
    let resid = fits[0].resid
    let tails = stats.t.sf(fits[0].tvalues, fits[0].dfResid)
    checks.require(tails.index == fits[0].params.index, "labels of tails")
    checks.near("tails", tails.values, fits[0].tvalues.values.map { stats.t.sf($0, fits[0].dfResid) })
    checks.near("series", [try stats.skew(resid)], [try stats.skew(resid.values)])
    checks.near("durbin", [durbinWatson([1, -1, 1, -1])], [3])
    return checks.failures
  }
}

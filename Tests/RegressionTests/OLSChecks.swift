import Foundation
import StatsModels
import TestSupport

/// Regressions against statsmodels: `compat-fixtures/regression/ols.json`.
enum OLSChecks {
  struct Fixture: Decodable {
    struct Fit: Decodable {
      let covType: String
      let names: [String]
      let params, confInt, bse, tvalues, pvalues, numbers: [Double]
      let summary: String?
      let prediction: Table?
    }
    struct Case: Decodable {
      let data, formula: String
      let weights, sigma, clusters: String?
      let fits: [Fit]
      let resid, wresid, hc1T: [Double]
      let fittedLimits, terms: Table
      let summary2: String
      let influence, outliers: Table?
      let influenceMore: [[Double]]?

      func model(_ data: DataFrame) throws -> RegressionModel {
        if let sigma { return try gls(formula, data, sigma: Fixture.covariance(sigma, data)) }
        guard let weights else { return try ols(formula, data) }
        return try wls(formula, data, weights: Fixture.numbers(weights, data))
      }
    }
    struct Markup: Decodable {
      let data, formula, covType, html, latex, slim: String
      let weights, sigma: String?
    }
    struct Texts: Decodable {
      let markup: [Markup]
      let frame, bare, small, wide: String
      let vif, vifPlain: [Double]
    }
    let moment: Double
    let cases: [Case]
    let texts: Texts

    static func numbers(_ column: String, _ data: DataFrame) throws -> [Double] {
      let parts = column.components(separatedBy: " + ")
      let added = parts.count > 1 ? Double(parts[1]) ?? 0 : 0
      return (try data.column(parts[0]).doubles ?? []).map { $0 + added }
    }

    static func covariance(_ text: String, _ data: DataFrame) throws -> any DesignConvertible {
      let parts = text.components(separatedBy: ":")
      if parts[0] == "column" { return try data.column(parts[1]) }
      let (n, rho) = (data.rowCount, Double(parts[1]) ?? 0)
      return Matrix((0..<n).map { i in (0..<n).map { pow(rho, Double(abs(i - $0))) } })
    }
  }

  static func failures() throws -> [String] {
    let fixture = try Fixtures.load(Fixture.self, "regression/ols.json")
    let moment = Date(timeIntervalSince1970: fixture.moment)
    let zone = try requireZone()
    var checks = Checks()
    checks.require(fixture.cases.count >= 40, "too few cases")
    for c in fixture.cases {
      let data = try DataFrame(csv: Fixtures.data(c.data))
      let model = try c.model(data)
      checks.about("\(c.data) \(c.formula) \(c.weights ?? c.sigma ?? "")")
      for fit in c.fits {
        let keywords: [String: any ColumnConvertible] =
          switch fit.covType {
          case "cluster": ["groups": c.clusters ?? ""]
          case "HAC": ["maxlags": 3]
          case "fixed scale": ["scale": 2.5]
          default: [:]
          }
        guard let type = CovarianceType(rawValue: fit.covType) else { continue }
        let r = try model.fit(covType: type, covKwds: keywords)
        checks.about("\(c.data) \(c.formula) \(c.weights ?? c.sigma ?? "") \(fit.covType)")
        check(r, fit, &checks)
        if let text = fit.summary {
          checks.same("summary", try r.summary(date: moment, timeZone: zone).asText(), text)
        }
        if let table = fit.prediction {
          let new = data[0..<4]
          checks.near("prediction", try r.getPrediction(new).summaryFrame(alpha: 0.1), table, 1e-7)
          checks.near(
            "predict", try r.predict(new).values.filter { !$0.isNaN }, table.values.map { $0[0] }, 1e-7)
        }
      }
      checks.about("\(c.data) \(c.formula) \(c.weights ?? c.sigma ?? "")")
      try checkRest(model.fit(), c, &checks, moment, zone)
    }
    try checkTexts(fixture.texts, moment, zone, &checks)
    return checks.failures
  }

  static func requireZone() throws -> TimeZone {
    guard let zone = TimeZone(secondsFromGMT: 0) else {
      throw StatsModelsError(.notAvailable, "no time zone")
    }
    return zone
  }

  private static func check(_ r: RegressionResults, _ fit: Fixture.Fit, _ checks: inout Checks) {
    checks.require(r.params.index == fit.names, "names \(r.params.index)")
    // Coefficients are as exact as the design is well conditioned.
    let digits = max(1e-9, r.conditionNumber * 1e-14)
    checks.near("params", r.params.values, fit.params, max(digits, 1e-9), floor: 1e-6)
    checks.near("bse", r.bse.values, fit.bse, max(digits, 1e-8))
    checks.near("tvalues", r.tvalues.values, fit.tvalues, max(digits, 1e-8), floor: 1e-4)
    checks.near("pvalues", r.pvalues.values, fit.pvalues, max(100 * digits, 1e-7), floor: 1e-12)
    let limits = r.confInt().values
    checks.near(
      "confInt", limits.column(0) + limits.column(1), fit.confInt, max(10 * digits, 1e-8), floor: 1e-6)
    let numbers = [
      r.rsquared, r.rsquaredAdj, r.fvalue, r.fPvalue, r.aic, r.bic, r.llf, r.ssr, r.scale, r.dfResid,
      r.dfModel,
      Double(r.nobs), r.ess, r.centeredTss, r.uncenteredTss, r.mseModel, r.mseResid, r.mseTotal,
    ]
    // R² and what a constant explains are 0 up to rounding.
    checks.require(distance(Array(numbers[..<2]), Array(fit.numbers[..<2]), scale: 1) < 1e-10, "R²")
    checks.near(
      "numbers", Array(numbers[2..<12]), Array(fit.numbers[2..<12]), max(100 * digits, 1e-8), floor: 1e-12)
    checks.near(
      "squares", Array(numbers[12...]), Array(fit.numbers[12..<18]), max(digits, 1e-8),
      floor: 1e-7 * r.uncenteredTss)
    if fit.numbers[18] < 1e12 { checks.near("condition", [r.conditionNumber], [fit.numbers[18]], 1e-6) }
  }

  private static func checkRest(
    _ r: RegressionResults, _ c: Fixture.Case, _ checks: inout Checks, _ moment: Date, _ zone: TimeZone
  ) throws {
    let digits = max(1e-8, r.conditionNumber * 1e-13)
    checks.near("resid", Array(r.resid.values.prefix(20)), c.resid, digits, floor: 1e-6)
    checks.near("wresid", Array(r.wresid.values.prefix(20)), c.wresid, digits, floor: 1e-6)
    let limits = try r.getPrediction().summaryFrame()
    checks.near(
      "fitted limits", (0..<5).flatMap(limits.values.row), c.fittedLimits.values.flatMap { $0 }, 1e-7)
    checks.same("summary2", try r.summary2(date: moment, timeZone: zone).asText(), c.summary2)
    if r.conditionNumber < 1e12 {
      checks.near("terms", try r.waldTestTerms().table, c.terms, max(100 * digits, 1e-6), floor: 1e-10)
    }
    checks.near(
      "HC1 by t", try r.getRobustcovResults(covType: .hc1).pvalues.values, c.hc1T, max(100 * digits, 1e-7))
    if let table = c.influence, let more = c.influenceMore, let outliers = c.outliers {
      let influence = try r.getInfluence()
      let frame = influence.summaryFrame()
      checks.require(frame.columns == table.columns, "influence columns \(frame.columns)")
      checks.near(
        "influence", (0..<8).flatMap(frame.values.row), table.values.flatMap { $0 }, max(digits, 1e-6),
        floor: 1e-5)
      checks.near("cooks p", Array(influence.cooksDistance.pvalues.values.prefix(5)), more[0], 1e-6)
      checks.near("cov ratio", Array(influence.covRatio.values.prefix(5)), more[1], max(100 * digits, 1e-6))
      checks.near(
        "press", Array(influence.residPress.values.prefix(5)), more[2], max(digits, 1e-7), floor: 1e-8)
      checks.near("ess press", [influence.essPress], more[3], max(digits, 1e-7))
      let found = try r.outlierTest(order: true)
      checks.require(found.columns == outliers.columns, "outlier columns \(found.columns)")
      checks.near(
        "outliers", (0..<5).flatMap(found.values.row), outliers.values.flatMap { $0 }, max(digits, 1e-6))
    }
  }

  private static func checkTexts(
    _ texts: Fixture.Texts, _ moment: Date, _ zone: TimeZone, _ checks: inout Checks
  ) throws {
    for t in texts.markup {
      checks.about("\(t.data) \(t.formula) markup")
      let data = try DataFrame(csv: Fixtures.data(t.data))
      let model =
        try t.weights.map { try wls(t.formula, data, weights: Fixture.numbers($0, data)) }
        ?? t.sigma.map { try gls(t.formula, data, sigma: Fixture.covariance($0, data)) }
        ?? ols(t.formula, data)
      let r = try model.fit(covType: CovarianceType(rawValue: t.covType) ?? .nonrobust)
      let summary = try r.summary(date: moment, timeZone: zone)
      checks.same("html", summary.asHtml(), t.html)
      checks.same("latex", summary.asLatex(), t.latex)
      let slim = try r.summary(
        yname: "answer", title: "T", alpha: 0.1, slim: true, date: moment, timeZone: zone)
      checks.same("slim", slim.asText(), t.slim)
    }
    checks.about("arrays")
    let data = try DataFrame(csv: Fixtures.data("sm_stackloss"))
    let design = try addConstant(data[["AIRFLOW", "WATERTEMP"]])
    let response: Column = data["STACKLOSS"]
    func text(_ model: OLS) throws -> String {
      try model.fit().summary(date: moment, timeZone: zone).asText()
    }
    checks.same("frame", try text(OLS(endog: response, exog: design)), texts.frame)
    let bare = try design.designMatrix().matrix
    checks.same("bare", try text(OLS(endog: response.doubles ?? [], exog: bare)), texts.bare)
    checks.same(
      "small", try text(OLS(endog: [1, 3, 2, 5], exog: Matrix([[1, 2], [1, 3], [1, 5], [1, 9]]))), texts.small
    )
    checks.same("wide", try text(OLS(endog: [1, 3], exog: Matrix([[1, 2, 5], [1, 3, 0]]))), texts.wide)
    checks.near("vif", try (0..<3).map { try varianceInflationFactor(design, $0) }, texts.vif)
    checks.near("vif plain", try (0..<4).map { try varianceInflationFactor(data, $0) }, texts.vifPlain)
  }
}

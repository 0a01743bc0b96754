import Foundation
import StatsModels
import TestSupport

/// Estimating equations against statsmodels: `compat-fixtures/regression/gee.json`.
enum GEEChecks {
  struct Fixture: Decodable {
    struct Case: Decodable {
      let data, formula, groups, family, link, structure, covType, depText, summary: String
      let offset, scaleRule: String?
      let names: [String]
      let params, bse, robust, naive, pvalues, confInt, fitted, resid: [Double]
      let dep: Double?
      let scale: Double
    }
    let moment: Double
    let cases: [Case]
  }

  static func failures() throws -> [String] {
    let fixture = try Fixtures.load(Fixture.self, "regression/gee.json")
    var checks = Checks()
    checks.require(fixture.cases.count >= 8, "too few cases")
    for c in fixture.cases {
      checks.about("\(c.data) \(c.formula) \(c.structure)")
      do { try check(c, Date(timeIntervalSince1970: fixture.moment), &checks) } catch {
        checks.fail("\(error)")
      }
    }
    try limits(&checks)
    return checks.failures
  }

  private static func check(_ c: Fixture.Case, _ moment: Date, _ checks: inout Checks) throws {
    let data = try DataFrame(csv: Fixtures.data(c.data))
    let structure: CovStruct =
      switch c.structure {
      case "exchangeable": .exchangeable
      case "autoregressive": .autoregressive
      case "autoregressive-grid": .autoregressive(grid: true)
      default: .independence
      }
    let model = try gee(
      c.formula, c.groups, data, covStruct: structure, family: GLMChecks.family(c.family, c.link, alpha: nil),
      offset: GLMChecks.numbers(c.offset, data))
    guard let type = GEECovarianceType(rawValue: c.covType) else { return }
    let scale: GLMScale? = c.scaleRule == nil ? nil : .x2
    let r = try model.fit(maxiter: 200, ctol: 1e-10, covType: type, scale: scale)
    checks.require(r.params.index == c.names, "names \(r.params.index)")
    checks.near("params", r.params.values, c.params, 1e-6, floor: 1e-6)
    checks.near("bse", r.bse.values, c.bse, 1e-5)
    checks.near("robust", try r.standardErrors().values, c.robust, 1e-5)
    checks.near("naive", try r.standardErrors(covType: .naive).values, c.naive, 1e-5)
    checks.near("pvalues", r.pvalues.values, c.pvalues, 1e-4, floor: 1e-10)
    let limits = r.confInt().values
    checks.near("confInt", limits.column(0) + limits.column(1), c.confInt, 1e-5, floor: 1e-5)
    checks.near("scale", [r.scale], [c.scale], 1e-7)
    checks.near("dependence", [r.depParams], [c.dep ?? 0], 1e-5)
    checks.require(r.covStructSummary == c.depText, "\(r.covStructSummary), not \(c.depText)")
    checks.near("fitted", Array(r.fittedvalues.values.prefix(6)), c.fitted, 1e-6)
    checks.near("resid", Array(r.resid.values.prefix(6)), c.resid, 1e-5, floor: 1e-3)
    let zone = try OLSChecks.requireZone()
    let summary = try model.fit(covType: type, scale: scale).summary(date: moment, timeZone: zone)
    checks.same("summary", summary.asText(), c.summary)
  }

  private static func limits(_ checks: inout Checks) throws {
    checks.about("limits")
    let data = try DataFrame(csv: Fixtures.data("Orthodont"))
    // Independent rows: the coefficients of least squares, its naive errors, and the sandwich without a factor.
    let own = try gee("distance ~ age", "Subject", data).fit()
    let line = try ols("distance ~ age", data).fit()
    let robust = try line.getRobustcovResults(
      covType: .cluster, covKwds: ["groups": "Subject", "use_correction": false])
    checks.near("coefficients", own.params.values, line.params.values, 1e-9)
    checks.near("naive", try own.standardErrors(covType: .naive).values, line.bse.values, 1e-9)
    checks.near("robust", own.bse.values, robust.bse.values, 1e-9)
    // Rows in any order, groups under any name.
    let order = Array((0..<data.rowCount).reversed())
    let turned = try gee("distance ~ age", "Subject", data.rows(order), covStruct: .exchangeable).fit()
    let same = try gee("distance ~ age", "Subject", data, covStruct: .exchangeable).fit()
    checks.near("order", turned.params.values + turned.bse.values, same.params.values + same.bse.values, 1e-9)
    // One row a group.
    let single = try gee("distance ~ age", Array(0..<data.rowCount), data, covStruct: .exchangeable).fit()
    checks.near("single", single.params.values, line.params.values, 1e-9)
    for (groups, name) in [
      (["a"], "length"), ([String?](repeating: nil, count: 108).map { _ in "a" }, "one group"),
    ] {
      if name == "length" {
        checks.require((try? gee("distance ~ age", groups, data)) == nil, name)
      } else {
        checks.require(try gee("distance ~ age", groups, data).fit().converged, name)
      }
    }
    checks.require((try? own.standardErrors(covType: .biasReduced)) == nil, "bias-reduced errors")
    // Few pairs may ask for a correlation above 1: statsmodels' numbers, and a warning.
    let pairs = try DataFrame([
      "y": [1, 1.1, 5, 5.2, 9, 8.8, 3, 3.1], "x": [0.0, 1, 2, 0, 1, 3, 1, 2], "g": [1, 1, 2, 2, 3, 3, 4, 4],
    ])
    let beyond = try gee("y ~ x", "g", pairs, covStruct: .exchangeable).fit(maxiter: 200, ctol: 1e-10)
    checks.near(
      "beyond", beyond.params.values + beyond.bse.values + [beyond.depParams, beyond.scale],
      [
        5.163005989498291, -0.5104047915986325, 1.59973455781158, 0.29622456873265174, 1.460819872738491,
        13.352718004843794,
      ], 1e-7)
    checks.require(
      beyond.converged && beyond.warnings.contains { $0.message.contains("1.46") }, "\(beyond.warnings)")
    let predicted = try same.predict(data[0..<3]).values
    checks.near("predict", predicted, Array(same.fittedvalues.values.prefix(3)), 1e-12)
  }
}

import Foundation
import StatsModels
import TestSupport

/// Bayesian mixed models: statsmodels' objectives at given parameters, and optima no worse than the best it can find.
enum BayesChecks {
  struct Fixture: Decodable {
    struct Columns: Decodable {
      let y: [Int]
      let x: [Double]
      let g, h: [String]
    }
    struct Point: Decodable {
      let params, sd, grad: [Double]
      let logposterior, elbo: Double
    }
    struct Case: Decodable {
      let family, formula, summary: String
      let columns: Columns
      let vc: [[String]]
      let vcpP, feP, elbo: Double
      let names: [String]
      let points: [Point]
      let vbMean, vbSd, modes, fitted: [Double]
      let effects: [[Double]]
    }
    let cases: [Case]
  }

  static func failures() throws -> [String] {
    var checks = Checks()
    for c in try Fixtures.load(Fixture.self, "regression/bayes.json").cases {
      checks.about("\(c.family) \(c.formula) \(c.vc)")
      let data = try DataFrame(["y": c.columns.y, "x": c.columns.x, "g": c.columns.g, "h": c.columns.h])
      if c.family == "binomial" {
        try check(c, model(BinomialBayesMixedGLM.self, c, data), &checks)
      } else {
        try check(c, model(PoissonBayesMixedGLM.self, c, data), &checks)
      }
    }
    try arrays(&checks)
    return checks.failures
  }

  private static func model<Kind>(
    _ type: BayesMixedGLM<Kind>.Type, _ c: Fixture.Case, _ data: DataFrame
  ) throws -> BayesMixedGLM<Kind> {
    // A dictionary literal keeps its order; the fixture's cases have one or two entries.
    c.vc.count == 1
      ? try .fromFormula(
        formula: c.formula, vcFormulas: [c.vc[0][0]: c.vc[0][1]], data: data, vcpP: c.vcpP, feP: c.feP)
      : try .fromFormula(
        formula: c.formula, vcFormulas: [c.vc[0][0]: c.vc[0][1], c.vc[1][0]: c.vc[1][1]], data: data,
        vcpP: c.vcpP,
        feP: c.feP)
  }

  private static func check<Kind>(_ c: Fixture.Case, _ model: BayesMixedGLM<Kind>, _ checks: inout Checks)
    throws
  {
    checks.require(model.fepNames + model.vcpNames + model.vcNames == c.names, "names")
    for p in c.points {
      checks.near("logposterior", [try model.logposterior(p.params)], [p.logposterior], 1e-10)
      checks.near("gradient", try model.logposteriorGrad(p.params), p.grad, 1e-8, floor: 1e-3)
      checks.near("elbo", [try model.vbElbo(p.params, p.sd)], [p.elbo], 1e-10)
    }
    let map = try model.fitMap()
    let best = c.modes.max() ?? .nan
    checks.require(map.objective >= best - 1e-7 * abs(best), "mode \(map.objective), statsmodels \(c.modes)")
    let values = map.params.values
    checks.near("objective", [try model.logposterior(values)], [map.objective], 1e-9)
    checks.require(!map.warnings.contains { $0.kind == .convergence }, "\(map.warnings)")
    checks.require(map.warnings.contains { $0.message.contains("mixedglm") }, "the warning names no way out")
    // Nothing near is higher.
    for j in values.indices {
      for step in [-1e-3, 1e-3] {
        var near = values
        near[j] += step * max(map.covParams().values[j, j].squareRoot(), 1e-12)
        checks.require(
          try model.logposterior(near) <= map.objective + 1e-9, "a higher point by parameter \(j)")
      }
    }
    let vb = try model.fitVb()
    checks.require(
      vb.objective >= c.elbo - 1e-9 * abs(c.elbo), "bound \(vb.objective), statsmodels \(c.elbo)")
    checks.require(!vb.warnings.contains { $0.kind == .convergence }, "\(vb.warnings)")
    checks.near("VB means", vb.params.values, c.vbMean, 1e-5, floor: 0.1)
    checks.near("VB errors", vb.covParams().diagonal.values.map { $0.squareRoot() }, c.vbSd, 1e-5)
    checks.near("effects", try vb.randomEffects("group").values.row(0), c.effects[0], 1e-5, floor: 0.1)
    checks.near("predict", Array(try vb.predict().values.prefix(5)), c.fitted, 1e-5)
    checks.same("summary", vb.summary().asText(), c.summary)
    // Scaled columns: the same curve, another prior.
    let scaled = try model.fitVb(scaleFe: true)
    checks.require(abs(scaled.feMean[0] - vb.feMean[0]) < 0.3, "scaled \(scaled.feMean) \(vb.feMean)")
  }

  private static func arrays(_ checks: inout Checks) throws {
    checks.about("arrays")
    let z = Matrix([[1, 0], [1, 0], [0, 1], [0, 1], [0, 1]])
    let x = Matrix([[1], [1], [1], [1], [1]])
    let model = try PoissonBayesMixedGLM(endog: [1, 2, 0, 4, 3], exog: x, exogVc: z, ident: [0, 0])
    checks.require(model.fepNames == ["FE_1"] && model.vcpNames == ["VC_1"], "names")
    checks.require(try model.fit().params.count == 4, "parameters")
    func refuses(_ name: String, _ body: () throws -> Void) {
      do {
        try body()
        checks.fail("\(name) is not refused")
      } catch { checks.require("\(error)".count > 20, "\(name): \(error)") }
    }
    refuses("ones only") {
      _ = try BinomialBayesMixedGLM(endog: [1, 1, 1, 1, 1], exog: x, exogVc: z, ident: [0, 0])
    }
    refuses("negative counts") {
      _ = try PoissonBayesMixedGLM(endog: [1, -1, 1, 1, 1], exog: x, exogVc: z, ident: [0, 0])
    }
    refuses("gaps") {
      _ = try PoissonBayesMixedGLM(endog: [1, 1, 1, 1, 1], exog: x, exogVc: z, ident: [0, 2])
    }
    refuses("lengths") { _ = try PoissonBayesMixedGLM(endog: [1, 1, 1], exog: x, exogVc: z, ident: [0, 0]) }
    refuses("no prior") {
      _ = try PoissonBayesMixedGLM(endog: [1, 1, 1, 1, 1], exog: x, exogVc: z, ident: [0, 0], vcpP: 0)
    }
    refuses("term") { _ = try model.fit().randomEffects("nothing") }
    refuses("start") { _ = try model.fitVb(mean: [1]) }
  }
}

import Foundation
import StatsModels
import TestSupport

/// Generalised linear models against statsmodels: `compat-fixtures/regression/glm.json`.
enum GLMChecks {
  struct Fixture: Decodable {
    struct Beside: Decodable { let offset, exposure, varWeights, freqWeights: String? }
    struct Residuals: Decodable {
      let residResponse, residPearson, residWorking, residDeviance, residAnscombe,
        residAnscombeUnscaled: [Double]
    }
    struct Predicted: Decodable { let mean, linear, varUnscaled: [Double] }
    struct Case: Decodable {
      let data, formula, family, link, covType: String
      let alpha: Double?
      let beside: Beside
      let scaleRule, groups: String?
      let useT: Bool
      let names: [String]
      let params, bse, pvalues, confInt, numbers, pseudo, mu: [Double]
      let residuals: Residuals
      let iterations: Int
      let summary: String
      let terms, prediction: Table
      let own: Table?
      let predict: Predicted
    }
    let moment: Double
    let cases: [Case]
  }

  static func failures() throws -> [String] {
    let fixture = try Fixtures.load(Fixture.self, "regression/glm.json")
    var checks = Checks()
    checks.require(fixture.cases.count >= 20, "too few cases")
    for c in fixture.cases {
      checks.about("\(c.data) \(c.formula) \(c.family) \(c.link)")
      do { try check(c, Date(timeIntervalSince1970: fixture.moment), &checks) } catch {
        checks.fail("\(error)")
      }
    }
    return checks.failures + limits()
  }

  static func family(_ name: String, _ link: String, alpha: Double?) throws -> Family {
    guard let distribution = Family.Distribution(rawValue: name), let link = Family.Link(rawValue: link)
    else {
      throw StatsModelsError(.invalidArgument, "no family \(name) with \(link)")
    }
    return distribution == .negativeBinomial
      ? .negativeBinomial(alpha: alpha, link: link) : try Family(distribution, link: link)
  }

  /// A column, or a sum or quotient of one with another or a number.
  static func numbers(_ text: String?, _ data: DataFrame) throws -> [Double]? {
    guard let parts = text?.components(separatedBy: " ") else { return nil }
    func value(_ word: String) throws -> [Double] {
      try Double(word).map { [Double](repeating: $0, count: data.rowCount) } ?? data.column(word).doubles
        ?? []
    }
    let first = try value(parts[0])
    guard parts.count == 3 else { return first }
    let second = try value(parts[2])
    return zip(first, second).map { parts[1] == "/" ? $0 / $1 : $0 + $1 }
  }

  private static func check(_ c: Fixture.Case, _ moment: Date, _ checks: inout Checks) throws {
    let data = try DataFrame(csv: Fixtures.data(c.data))
    let exposure = try numbers(c.beside.exposure, data)
    let model = try glm(
      c.formula, data, family: family(c.family, c.link, alpha: c.alpha),
      offset: try numbers(c.beside.offset, data), exposure: exposure,
      varWeights: try numbers(c.beside.varWeights, data), freqWeights: try numbers(c.beside.freqWeights, data)
    )
    let rule: GLMScale? = c.scaleRule.map {
      $0 == "x2" ? .x2 : $0 == "dev" ? .dev : .fixed(Double($0) ?? .nan)
    }
    let keywords: [String: any ColumnConvertible] =
      c.groups.map { ["groups": $0] } ?? (c.covType == "HAC" ? ["maxlags": 2] : [:])
    let r = try model.fit(
      scale: rule, covType: CovarianceType(rawValue: c.covType) ?? .nonrobust, covKwds: keywords, useT: c.useT
    )
    checks.require(r.params.index == c.names && r.converged, "names \(r.params.index)")
    checks.require(r.iterations == c.iterations, "\(r.iterations) iterations, not \(c.iterations)")
    checks.near("params", r.params.values, c.params, 1e-6, floor: 1e-6)
    checks.near("bse", r.bse.values, c.bse, 1e-5)
    checks.near("pvalues", r.pvalues.values, c.pvalues, 1e-4, floor: 1e-10)
    let limits = r.confInt().values
    checks.near("confInt", limits.column(0) + limits.column(1), c.confInt, 1e-5, floor: 1e-5)
    checks.near(
      "numbers",
      [
        r.llf, r.aic, r.bicLlf, r.bicDeviance, r.deviance, r.pearsonChi2, r.nullDeviance, r.llnull, r.scale,
        r.dfResid, r.dfModel, Double(r.nobs),
      ], c.numbers, 1e-7)
    checks.near("pseudo", [r.pseudoRsquared(), r.pseudoRsquared(kind: .mcf)], c.pseudo, 1e-6, floor: 1e-6)
    checks.near("mu", Array(r.mu.values.prefix(6)), c.mu, 1e-6)
    for (name, own, expected) in [
      ("response", r.residResponse, c.residuals.residResponse),
      ("pearson", r.residPearson, c.residuals.residPearson),
      ("working", r.residWorking, c.residuals.residWorking),
      ("deviance", r.residDeviance, c.residuals.residDeviance),
      ("anscombe", r.residAnscombe, c.residuals.residAnscombe),
      ("unscaled", r.residAnscombeUnscaled, c.residuals.residAnscombeUnscaled),
    ] {
      checks.near(name, Array(own.values.prefix(6)), expected, 1e-5, floor: 1e-4)
    }
    let zone = try OLSChecks.requireZone()
    checks.same("summary", try r.summary(date: moment, timeZone: zone).asText(), c.summary)
    checks.near("terms", try r.waldTestTerms().table, c.terms, 1e-4, floor: 1e-8)
    let new = try data.rows(labels: Array(r.mu.index.prefix(6)))
    let given: [Double]? = exposure == nil ? nil : [1, 2, 3, 4, 5, 6]
    checks.near("mean", try r.predict(new, exposure: given).values, c.predict.mean, 1e-6)
    checks.near("linear", try r.predict(new, exposure: given, which: .linear).values, c.predict.linear, 1e-6)
    checks.near(
      "variance", try r.predict(new, exposure: given, which: .varUnscaled).values, c.predict.varUnscaled, 1e-5
    )
    checks.near(
      "prediction", try r.getPrediction(new, exposure: given).summaryFrame(alpha: 0.1), c.prediction, 1e-5)
    if let own = c.own {
      let table = try r.getPrediction().summaryFrame()
      checks.near("own", (0..<4).flatMap(table.values.row), own.values.flatMap { $0 }, 1e-5)
    }
  }

  /// What mathematics says, and what no data may stop.
  private static func limits() -> [String] {
    var checks = Checks()
    checks.about("limits")
    do {
      let data = try DataFrame(csv: Fixtures.data("sm_star98"))
      // A row of counts says what its trials say one by one: the same coefficients and errors from shares with weights.
      let counts = try glm("NABOVE + NBELOW ~ LOWINC", data, family: .binomial()).fit()
      let total = zip(data["NABOVE"].doubles ?? [], data["NBELOW"].doubles ?? []).map { $0 + $1 }
      let shares = try glm(
        "I(NABOVE / (NABOVE + NBELOW)) ~ LOWINC", data, family: .binomial(), varWeights: total
      ).fit()
      checks.near(
        "shares", shares.params.values + shares.bse.values, counts.params.values + counts.bse.values, 1e-9)
      // Pearson's χ² of counts has their trials in it.
      let quasi = try glm("NABOVE + NBELOW ~ LOWINC", data, family: .binomial()).fit(scale: .x2)
      checks.near("quasi", [quasi.scale], [counts.pearsonChi2 / counts.dfResid])
      // The score is 0 at the optimum.
      let design = counts.model.exog
      let scores = zip(counts.residResponse.values, total).map { $0.0 }
      for j in 0..<design.columns {
        let sum = zip(design.column(j), scores).reduce(0) { $0 + $1.0 * $1.1 }
        checks.require(abs(sum) < 1e-5 * total.reduce(0, +), "score \(sum)")
      }
      let gaussian = try glm("foodexp ~ income", DataFrame(csv: Fixtures.data("sm_engel"))).fit()
      let line = try ols("foodexp ~ income", DataFrame(csv: Fixtures.data("sm_engel"))).fit()
      checks.near("gaussian", gaussian.params.values + [gaussian.llf], line.params.values + [line.llf], 1e-10)
      // Complete separation.
      let apart = try glm(
        "y ~ x", DataFrame(["y": [0.0, 0, 0, 1, 1, 1], "x": [1.0, 2, 3, 4, 5, 6]]), family: .binomial()
      ).fit()
      checks.require(
        apart.warnings.contains { $0.category == "PerfectSeparationWarning" || $0.kind == .convergence },
        "separation is not told: \(apart.warnings)")
    } catch { checks.fail("\(error)") }
    func refuses(_ name: String, _ body: () throws -> Void) {
      do {
        try body()
        checks.fail("\(name) is not refused")
      } catch { checks.require("\(error)".count > 20, "\(name): \(error)") }
    }
    let x = Matrix([[1, 1], [1, 2], [1, 3], [1, 5]])
    refuses("negative counts") { _ = try GLM(endog: [1, -2, 3, 1], exog: x, family: .poisson()) }
    refuses("shares above 1") { _ = try GLM(endog: [1, 2, 0, 1], exog: x, family: .binomial()) }
    refuses("zeros of gamma") { _ = try GLM(endog: [1, 0, 3, 1], exog: x, family: .gamma()) }
    refuses("lengths") { _ = try GLM(endog: [1, 0, 3], exog: x, family: .poisson()) }
    refuses("exposure without log") { _ = try GLM(endog: [1, 2, 3, 4], exog: x, exposure: [1, 1, 1, 1]) }
    refuses("exposure of 0") {
      _ = try GLM(endog: [1, 2, 3, 4], exog: x, family: .poisson(), exposure: [1, 0, 1, 1])
    }
    refuses("nan offset") {
      _ = try GLM(endog: [1, 2, 3, 4], exog: x, family: .poisson(), offset: [1, .nan, 1, 1])
    }
    refuses("beta") { _ = try GLM(endog: [0.1, 0.2, 0.3, 0.4], exog: x, family: .beta()) }
    refuses("no trials") {
      _ = try GLM(endog: Matrix([[0, 0], [1, 2], [2, 2], [1, 0]]), exog: x, family: .binomial())
    }
    refuses("start") { _ = try GLM(endog: [1, 2, 3, 4], exog: x, family: .poisson()).fit(startParams: [1]) }
    refuses("clusters") {
      _ = try GLM(endog: [1, 2, 3, 4], exog: x, family: .poisson()).fit(covType: .cluster)
    }
    do {
      // Nothing but zeros has no maximum; rows that a predictor tells have finite residuals all the same.
      let zeros = try GLM(endog: [0, 0, 0, 0], exog: x, family: .poisson()).fit()
      checks.require(
        !zeros.converged && zeros.warnings.contains { $0.message.contains("every response") },
        "\(zeros.warnings)")
      let apart = try GLM(endog: [0, 0, 1, 1], exog: x, family: .binomial(link: .cloglog)).fit()
      checks.require(!apart.converged && apart.pearsonChi2.isFinite, "Pearson \(apart.pearsonChi2)")
      // A first step that leaves the family's means is shortened.
      var generator = SeededGenerator(seed: 7)
      for model in 0..<20 {
        let z = (0..<40).map { _ in Double.random(in: -3..<3, using: &generator) }
        let y = z.map { Double.random(in: 0..<1, using: &generator) < exp(-1 + 0.3 * $0) ? 1.0 : 0 }
        let fit = try GLM(
          endog: y, exog: Matrix(z.map { [1, $0] }), family: .binomial(link: .log)
        ).fit(maxiter: 500)
        checks.require(fit.llf.isFinite, "log link \(model)")
      }
    } catch { checks.fail("\(error)") }
    do {
      // One row, columns that depend on each other: answers, not stops.
      _ = try GLM(endog: [1], exog: Matrix([[1]]), family: .poisson()).fit().summary().asText()
      let twice = try GLM(
        endog: [1, 2, 3, 9], exog: Matrix([[1, 2], [1, 2], [1, 2], [1, 2]]), family: .poisson()
      ).fit()
      checks.require(twice.warnings.contains { $0.kind == .rankDeficient }, "rank")
    } catch { checks.fail("odd: \(error)") }
    return checks.failures
  }
}

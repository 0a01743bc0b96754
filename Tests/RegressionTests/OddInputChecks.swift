import StatsModels
import TestSupport

/// What no user's data may stop: each call answers, or says what is wrong.
enum OddInputChecks {
  static func failures() throws -> [String] {
    var checks = Checks()
    checks.about("odd input")
    func refuses(_ name: String, _ body: () throws -> Void) {
      do {
        try body()
        checks.fail("\(name) is not refused")
      } catch { checks.require("\(error)".count > 20, "\(name): \(error)") }
    }
    let x = Matrix([[1, 1], [1, 2], [1, 3]])
    refuses("lengths") { _ = try OLS(endog: [1, 2], exog: x) }
    refuses("nan") { _ = try OLS(endog: [1, .nan, 2], exog: x) }
    refuses("infinite x") {
      _ = try OLS(endog: [1, 3, 2], exog: Matrix([[1, .infinity], [1, 2], [1, 3]]))
    }
    refuses("negative weights") { _ = try OLS(endog: [1, 3, 2], exog: x, weights: [1, -1, 1]) }
    refuses("weights and sigma") {
      _ = try OLS(endog: [1, 3, 2], exog: x, weights: [1, 1, 1], sigma: [1.0, 2, 3])
    }
    refuses("sigma of a wrong size") {
      _ = try GLS(endog: [1, 3, 2], exog: x, sigma: Matrix([[1, 0], [0, 1]]))
    }
    refuses("indefinite sigma") {
      _ = try GLS(endog: [1, 3, 2], exog: x, sigma: Matrix([[1, 2, 0], [2, 1, 0], [0, 0, 1]]))
    }
    refuses("no columns") { _ = try OLS(endog: [1, 3, 2], exog: Matrix(rows: 3, columns: 0)) }
    refuses("names") { _ = try OLS(endog: [1, 3, 2], exog: x, exogNames: ["a"]) }
    let model = try OLS(endog: [1, 3, 2], exog: x)
    refuses("no clusters") { _ = try model.fit(covType: .cluster) }
    refuses("one cluster") { _ = try model.fit(covType: .cluster, covKwds: ["groups": [1, 1, 1]]) }
    refuses("no lags") { _ = try model.fit(covType: .hac) }
    refuses("stray keyword") { _ = try model.fit(covType: .hc1, covKwds: ["maxlags": 2]) }
    refuses("text as lags") { _ = try model.fit(covType: .hac, covKwds: ["maxlags": "two"]) }
    let fit = try model.fit()
    refuses("columns of new rows") { _ = try fit.predict(Matrix([[1, 2, 3]])) }
    refuses("an unknown name") { _ = try fit.tTest("x9 = 0") }
    refuses("a table of arrays") { _ = try anovaLm(fit) }
    refuses("xname") { _ = try fit.summary(xname: ["a"]) }
    refuses("vif") { _ = try varianceInflationFactor(x, 7) }
    refuses("type 4") { _ = try anovaLm(ols("y ~ x", frame()).fit(), typ: 4) }
    let empty = try DataFrame(["y": [Double](), "x": [Double]()])
    refuses("no rows") { _ = try ols("y ~ x", empty).fit() }
    let missing = try DataFrame(["y": [Double.nan, .nan], "x": [1.0, 2]])
    refuses("nothing but nan") { _ = try ols("y ~ x", missing).fit() }
    refuses("texts") { _ = try ols("y ~ x", DataFrame(["y": ["a", "b"], "x": [1.0, 2]])).fit() }
    refuses("a random effect") { _ = try ols("y ~ x + (1 | g)", frame()) }
    refuses("a random effect of glm") { _ = try glm("y ~ x + (1 + x || g)", frame(), family: .poisson()) }
    refuses("influence of weights") {
      _ = try wls("y ~ x", frame(), weights: [1.0, 2, 3, 1, 2]).fit().getInfluence()
    }

    // A level of one row: what HC2 and HC3 divide is rounding over rounding.
    let lone = try DataFrame(["y": [1.0, 3, 2, 5, 4, 7], "g": ["a", "a", "b", "b", "b", "c"]])
    for (type, count) in [(CovarianceType.hc1, 0), (.hc2, 1), (.hc3, 1)] {
      let fits = [
        try ols("y ~ g", lone).fit(covType: type),
        try ols("y ~ g", lone).fit().getRobustcovResults(covType: type),
      ]
      for r in fits {
        checks.require(r.warnings.count { $0.message.contains("leverage of 1") } == count, "leverage \(type)")
      }
    }
    checks.require(model.exogNames == ["const", "x1"], "names \(model.exogNames)")
    let names = try OLS(endog: [1, 2], exog: Matrix([[5, 1, 0], [7, 1, 2]])).exogNames
    checks.require(names == ["x1", "const", "x2"], "names \(names)")
    let twice = try OLS(endog: [1, 3, 2, 5], exog: Matrix([[1, 2], [1, 2], [2, 4], [3, 6]])).fit()
    checks.require(twice.warnings.contains { $0.kind == .rankDeficient } && twice.dfResid == 3, "rank")

    for y in [[0.1, 0.7, 0.4, 1.3, 2.2], [1e7 + 0.1, 1e7, 1e7 + 0.3], [3, 1, 4, 1, 5, 9, 2, 6]] {
      let r = try OLS(endog: y, exog: Matrix(rows: y.count, columns: 1, repeating: 1)).fit()
      checks.require(try r.rsquared == 0 && !r.summary().asText().contains("-0.000"), "a constant alone")
    }

    // Each of these answers something, and prints.
    for (y, x) in [
      ([1.0], [[1.0]]), ([1, 1, 1], [[1], [1], [1]]), ([1, 2, 3], [[0], [0], [0]]),
      ([1e200, 2e200, 5e200], [[1], [2], [3]]),
      ([1e-200, 3e-200, 2e-200], [[1], [2], [3]]), ([1, 2, 3], [[1, 1], [1, 2], [1, 3]]),
      ([2, 1], [[1, 0], [0, 1]]),
    ] {
      let r = try OLS(endog: y, exog: Matrix(x)).fit()
      checks.require(
        !r.description.isEmpty && r.rsquared <= 1 || r.rsquared.isNaN, "\(y) \(x): \(r.rsquared)")
      _ = try r.getInfluence().summaryFrame()
      _ = try r.outlierTest()
      for type in [CovarianceType.hc0, .hc1, .hc2, .hc3] {
        _ = try r.getRobustcovResults(covType: type).summary()
      }
    }
    var odd = try frame()
    try odd.assign("a b", [1.0, 2, 3, 4, 6])
    try odd.assign("Intercept", [1.0, 0, 3, 4, 6])
    try odd.assign("größe", ["ä", "ß", "ä", "ß", "ä"])
    let fitted = try ols("y ~ Q('a b') + größe", odd).fit()
    checks.require(try fitted.summary().asText().contains("größe[T.ä]"), "unicode")
    checks.require(try anovaLm(fitted, typ: 2).index == ["größe", "Q('a b')", "Residual"], "odd names")
    let lacking = try DataFrame([
      "y": [1.0, 2, .nan, 4, 7], "x": [1.0, 2, 3, .nan, 5], "w": [1.0, 1, 1, 1, .nan],
    ])
    let kept = try ols("y ~ x", lacking).fit()
    checks.require(kept.nobs == 3 && kept.resid.index == ["0", "1", "4"], "kept rows \(kept.resid.index)")
    checks.require(kept.warnings.contains { $0.kind == .droppedRows }, "dropped rows")
    checks.require(try wls("y ~ x", lacking, weights: "w").fit().nobs == 2, "missing weights")
    checks.require(
      try kept.predict(lacking).values.map(\.isNaN) == [false, false, false, true, false], "nan predictors")
    refuses("missing: none") { _ = try ols("y ~ x", lacking, missing: .none) }
    checks.require(
      try OLS(endog: [1, .nan, 2, 4], exog: Matrix([[1, 1], [1, 2], [1, 3], [1, 4]]), missing: .drop).fit()
        .nobs == 3, "drop")
    return checks.failures
  }

  private static func frame() throws -> DataFrame {
    try DataFrame(["y": [1.0, 3, 2, 5, 4], "x": [1.0, 2, 3, 4, 6]])
  }
}

import StatsModels
import TestSupport
import Testing

@Suite struct OLSTests {
  struct Fixture: Decodable {
    struct Fit: Decodable {
      let covType: String
      let names: [String]
      let params, confInt, bse, tvalues, pvalues, numbers: [Double]
    }
    struct Case: Decodable {
      let data, formula, clusters: String
      let weights: String?
      let fits: [Fit]
      let resid: [Double]
    }
    let cases: [Case]
  }

  @Test func statsmodels() throws {
    let cases = try Fixtures.load(Fixture.self, "regression/ols.json").cases
    #expect(cases.count >= 10)
    for c in cases {
      let data = try DataFrame(csv: Fixtures.data(c.data))
      let model = try c.weights.map { try wls(c.formula, data, weights: data[$0]) } ?? ols(c.formula, data)
      for fit in c.fits {
        let keywords: [String: any ColumnConvertible] =
          fit.covType == "cluster"
          ? ["groups": data[c.clusters]] : (fit.covType == "HAC" ? ["maxlags": 3] : [:])
        let r = try model.fit(
          covType: try #require(CovarianceType(rawValue: fit.covType)), covKwds: keywords)
        let label: Comment = "\(c.data) \(c.formula) \(fit.covType)"
        #expect(r.params.index == fit.names, label)
        #expect(relativeDistance(r.params.values, fit.params, floor: 1e-6) < 1e-9, label)
        #expect(relativeDistance(r.bse.values, fit.bse) < 1e-8, label)
        #expect(relativeDistance(r.tvalues.values, fit.tvalues, floor: 1e-4) < 1e-8, label)
        #expect(relativeDistance(r.pvalues.values, fit.pvalues, floor: 1e-12) < 1e-7, label)
        let limits = r.confInt().values
        #expect(relativeDistance(limits.column(0) + limits.column(1), fit.confInt, floor: 1e-6) < 1e-8, label)
        let numbers = [
          r.rsquared, r.rsquaredAdj, r.fvalue, r.fPvalue, r.aic, r.bic, r.llf, r.ssr, r.scale, r.dfResid,
          r.dfModel,
          Double(r.nobs),
        ]
        // R² of a constant alone is 0 up to rounding.
        #expect(distance(Array(numbers[..<2]), Array(fit.numbers[..<2]), scale: 1) < 1e-12, label)
        #expect(relativeDistance(Array(numbers[2...]), Array(fit.numbers[2...]), floor: 1e-12) < 1e-8, label)
        #expect(relativeDistance(Array(r.resid.values.prefix(20)), c.resid, floor: 1e-6) < 1e-8, label)
      }
    }
  }

  @Test func wrongInput() throws {
    let x = Matrix([[1, 1], [1, 2], [1, 3]])
    #expect(throws: StatsModelsError.self) { try OLS(endog: [1, 2], exog: x) }
    #expect(throws: StatsModelsError.self) { try OLS(endog: [1, .nan, 2], exog: x) }
    #expect(throws: StatsModelsError.self) { try OLS(endog: [1, 3, 2], exog: x, weights: [1, 0, 1]) }
    let model = try OLS(endog: [1, 3, 2], exog: x)
    #expect(throws: StatsModelsError.self) { try model.fit(covType: .cluster) }
    #expect(throws: StatsModelsError.self) { try model.fit(covType: .hac) }
    #expect(model.exogNames == ["const", "x1"])
    #expect(
      try OLS(endog: [1, 2], exog: Matrix([[5, 1, 0], [7, 1, 2]])).exogNames == ["x1", "const", "x2"])
    let twice = try OLS(endog: [1, 3, 2, 5], exog: Matrix([[1, 2], [1, 2], [2, 4], [3, 6]])).fit()
    #expect(twice.warnings.contains { $0.kind == .rankDeficient } && twice.dfResid == 3)
  }
}

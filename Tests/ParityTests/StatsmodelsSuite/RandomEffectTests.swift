import StatsModels
import TestSupport
import Testing

/// statsmodels' test_random_effects, test_random_effects_getters and test_singular.
@Suite struct RandomEffectTests {
  @Test func oneSeriesForEachGroup() throws {
    let data = try RandomData("random_effects")
    let ones = [Double](repeating: 1, count: 1000)
    var slopes = data.matrix("slope", "slope")
    for row in 0..<slopes.rows { slopes[row, 0] = 1 }
    let implied = try MixedLM(endog: data["y"], exog: ones, groups: data.labels()).fit()
    let stated = try MixedLM(endog: data["y"], exog: ones, groups: data.labels(), exogRe: ones).fit()
    let two = try MixedLM(endog: data["y"], exog: ones, groups: data.labels(), exogRe: slopes).fit()
    for (result, size) in [(implied, 1), (stated, 1), (two, 2)] {
      #expect(result.randomEffects.count == 100)
      #expect(result.randomEffects[0]?.count == size)
    }
  }

  @Test func effectsFollowTheTruth() throws {
    let data = try RandomData("random_effects_getters")
    let names = ["y", "x0", "x1", "z0", "z1", "v0", "v1", "g"]
    let result = try mixedlm(
      "y ~ x0 + x1", data.frame(names, labels: ["v0", "v1", "g"]), groups: "g", reFormula: "~0 + z0 + z1",
      vcFormula: ["v0": "~0+C(v0)", "v1": "0+C(v1)"]
    ).fit()
    let effects = Array(result.randomEffects.values)
    #expect(effects.count == 500)
    for k in 0..<6 {
      #expect(correlation(effects.map { $0[k] }, data["truth\(k)"]) > 0.8)
    }
    let shapes = result.randomEffectsCov.values.map { [$0.values.rows, $0.values.columns] }
    #expect(shapes == effects.map { [$0.count, $0.count] })
  }

  /// statsmodels treats this small variance as infinite and warns; lme4 finds 0.00057, well inside.
  @Test func smallVarianceIsFound() throws {
    let frame = try RandomData("singular").frame(labels: ["class"])
    let result = try mixedlm("Y ~ X", frame, groups: frame["class"]).fit()
    #expect(relativeDistance([result.llf], [-150.739393481]) <= 1e-9)
    #expect(distance(result.feParams.values, [0.0124923030, 0.1292397317], scale: 1) <= 1e-7)
    #expect(relativeDistance([result.covRe[0, 0]], [0.00056916668]) <= 1e-4)
    #expect(abs(result.bseFe[0] - 0.1091) <= 1e-4)
    #expect(result.converged && result.warnings.isEmpty)
    #expect(try !result.summary().asText().isEmpty)
  }

  @Test func singularFitWarns() throws {
    let frame = try DataFrame(csv: Fixtures.data("Dyestuff2"))
    let result = try mixedlm("Yield ~ 1", frame, groups: "Batch").fit()
    #expect(result.warnings.contains { $0.kind == .singular && $0.message.contains("effects") })
    #expect(result.covRe[0, 0] == 0 && result.llf.isFinite && result.converged)
    #expect(try !result.summary().asText().isEmpty)
  }

  private func correlation(_ a: [Double], _ b: [Double]) -> Double {
    guard a.count == b.count, !a.isEmpty else { return 0 }
    let (meanA, meanB) = (a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count))
    let product = zip(a, b).map { ($0 - meanA) * ($1 - meanB) }.reduce(0, +) / Double(a.count)
    return product / (spread(a) * spread(b))
  }
}

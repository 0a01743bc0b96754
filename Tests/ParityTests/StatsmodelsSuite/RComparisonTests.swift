import StatsModels
import TestSupport
import Testing

/// statsmodels' test_r: twelve data sets against lme4, with correlated and with independent effects.
@Suite struct RComparisonTests {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    var data: String
    var reml: Bool
    var independent: Bool
    var coef: [Double]
    var vcov: [[Double]]
    var covRe: [[Double]]
    var scale: [Double]
    var loglike: [Double]
    var ranefMean: [Double]?
    var ranefCondvar: [[Double]]?
    var testDescription: String {
      "\(data), \(reml ? "REML" : "ML"), \(independent ? "independent" : "correlated")"
    }
  }

  struct File: Decodable { var cases: [Case] }

  static let cases = (try? Fixtures.load(File.self, "statsmodels/r_results.json").cases) ?? []

  @Test func allThere() {
    #expect(Self.cases.count == 36)
  }

  @Test(arguments: cases) func agreesWithR(_ reference: Case) throws {
    let data = try DataFrame(csv: Fixtures.data(reference.data))
    let fixed = data.columnNames.filter { $0.hasPrefix("exog_fe") }
    let random = data.columnNames.filter { $0.hasPrefix("exog_re") }
    let endog = try #require(data["endog"].doubles)
    let model = try MixedLM(
      endog: endog, exog: data[fixed], groups: data["groups"], exogRe: data[random])
    var free: MixedLMParams?
    if reference.independent {
      var mask = MixedLMParams(kFe: fixed.count, kRe: random.count, kVc: 0)
      mask.feParams = fixed.map { _ in 1 }
      mask.covRe = Matrix.identity(random.count)
      free = mask
    }
    let result = try model.fit(reml: reference.reml, free: free, gtol: 1e-7)
    #expect(distance(result.feParams.values, reference.coef, scale: 1) <= 1e-4)
    #expect(distance(result.covRe.values.byRows, reference.covRe.flatMap { $0 }, scale: 1) <= 1e-4)
    #expect(distance([result.scale], reference.scale, scale: 1) <= 1e-4)
    let covariance = result.covParams().values
    let block = fixed.indices.flatMap { i in fixed.indices.map { covariance[i, $0] } }
    #expect(distance(block, reference.vcov.flatMap { $0 }, scale: 1) <= 1e-3)
    #expect(distance([result.llf], reference.loglike, scale: 1) <= 1e-3)
    guard !reference.independent else { return }
    let effects = try #require(result.randomEffects(for: 0))
    #expect(distance(effects.values, try #require(reference.ranefMean), scale: 1) <= 1e-3)
    let variance = try #require(result.randomEffectsCov[0])
    let expected = try #require(reference.ranefCondvar).flatMap { $0 }
    #expect(distance(variance.values.byRows, expected, scale: 1) <= 1e-3)
  }
}

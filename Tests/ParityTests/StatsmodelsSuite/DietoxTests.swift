import StatsModels
import TestSupport
import Testing

/// statsmodels' test_dietox and test_dietox_slopes: reference values of R's lmer.
@Suite struct DietoxTests {
  struct Reference: Sendable, CustomTestStringConvertible {
    var slopes: Bool
    var reml: Bool
    var fixed: [Double]
    var errors: [Double]
    var scale: Double
    var covRe: [Double]
    var llf: Double
    var testDescription: String { "\(slopes ? "slopes" : "intercept"), \(reml ? "REML" : "ML")" }
  }

  @Test(arguments: [
    Reference(
      slopes: false, reml: true, fixed: [15.723523, 6.942505], errors: [0.78805374, 0.03338727],
      scale: 11.36692,
      covRe: [40.39395], llf: -2404.775),
    Reference(
      slopes: false, reml: false, fixed: [15.723517, 6.942506], errors: [0.7829397, 0.0333661],
      scale: 11.35251,
      covRe: [39.82097], llf: -2402.932),
    Reference(
      slopes: true, reml: true, fixed: [15.738650, 6.939014], errors: [0.5501253, 0.0798254], scale: 6.03745,
      covRe: [19.4934552, 0.2938323, 0.2938323, 0.4160620], llf: -2217.047),
    Reference(
      slopes: true, reml: false, fixed: [15.73863, 6.93902], errors: [0.54629282, 0.07926954],
      scale: 6.037441,
      covRe: [19.190922, 0.293568, 0.293568, 0.409695], llf: -2215.753),
  ])
  func agreesWithR(_ reference: Reference) throws {
    let data = try DataFrame(csv: Fixtures.data("dietox"))
    let model = try mixedlm(
      "Weight ~ Time", data, groups: "Pig", reFormula: reference.slopes ? "1 + Time" : nil as ReFormula?)
    // statsmodels' test asks for conjugate gradients here, which stop short there
    let result =
      try reference.slopes ? model.fit(reml: reference.reml, method: .cg) : model.fit(reml: reference.reml)
    #expect(relativeDistance(result.feParams.values, reference.fixed) <= 1e-5)
    #expect(relativeDistance(result.bseFe.values, reference.errors) <= 1e-5)
    #expect(relativeDistance([result.scale], [reference.scale]) <= 1e-5)
    #expect(relativeDistance(result.covRe.values.byRows, reference.covRe) <= (reference.slopes ? 1e-3 : 1e-5))
    let llf = try model.loglike(result.paramsObject, reml: reference.reml)
    #expect(relativeDistance([llf, result.llf], [reference.llf, reference.llf]) <= 1e-6)
  }
}

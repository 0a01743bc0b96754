import StatsModels
import TestSupport
import Testing

/// Log-likelihood, score and Hessian at given parameters: the sharpest check, with no optimiser in it.
@Suite struct AtParametersTests {
  @Test(arguments: Fixtures.names(in: "mixedlm")) func likelihoodAndDerivatives(_ name: String) async throws {
    let fixture = try Fixtures.load(MixedLMFixture.self, "mixedlm/\(name).json")
    let model = try await FittedFixtures.shared.model(fixture)
    let reml = fixture.call.reml
    let tolerance = fixture.atParametersTolerance
    func check(_ actual: [Double], _ expected: [Double], _ what: String) {
      let error = distance(actual, expected)
      #expect(error <= tolerance, "\(what): \(error)")
    }
    for point in fixture.at {
      let covRe = Matrix(point.covRe)
      let gls = MixedLMParams.fromComponents(feParams: point.glsFeParams, covRe: covRe, vcomp: point.vcomp)
      let given = MixedLMParams.fromComponents(feParams: point.feParams, covRe: covRe, vcomp: point.vcomp)
      let label = "\(point.name)"
      let scale = try model.getScale(
        feParams: point.glsFeParams, covRe: covRe, vcomp: point.vcomp, reml: reml)
      check(
        try model.getFeParams(covRe: covRe, vcomp: point.vcomp).feParams, point.glsFeParams, "GLS, \(label)")
      check([scale], [point.scale], "scale, \(label)")
      check([try model.loglike(gls, profileFe: true, reml: reml)], [point.loglike], "likelihood, \(label)")
      check(
        [try model.loglike(given, profileFe: false, reml: reml)], [point.loglikeFe],
        "likelihood of b, \(label)")
      let profile = try model.scoreFull(gls, calcFe: false, profileFe: true, reml: reml)
      check(profile.re + profile.vc, point.score, "score, \(label)")
      let full = try model.scoreFull(given, calcFe: true, profileFe: false, reml: reml)
      check(full.fe + full.re + full.vc, point.scoreFe, "score of b, \(label)")
      check(try model.score(gls, profileFe: true, reml: reml), point.scoreSqrt, "root score, \(label)")
      check(
        try model.score(given, profileFe: false, reml: reml), point.scoreSqrtFe, "root score of b, \(label)")
      if let expected = point.hessian {
        let hessian = try model.hessian(gls, reml: reml).hessian
        check(hessian.byRows, expected.flatMap { $0 }, "Hessian, \(label)")
      }
    }
  }
}

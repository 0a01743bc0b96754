import StatsModels
import TestSupport
import Testing

/// Pictures of generalised models.
@Suite struct PictureTests {
  private static func cattle() throws -> MixedGLMResults {
    try mixedglm(
      "incidence ~ C(period) + (1 | herd)", DataFrame(csv: Fixtures.data("cbpp")), family: .binomial(),
      trials: "size"
    ).fit()
  }

  @Test(arguments: [
    (PlotKind.residualsAgainstFitted, "quantile residuals of incidence"),
    (.residuals(along: "size"), "Quantile residuals against size"),
    (.normalQuantiles, "standard normal quantile"),
    (.randomEffects(), "logit of incidence"), (.randomEffectQuantiles(), "Normal quantiles"),
    (.coefficients(), "logit link"), (.ratios, "odds ratio"), (.profileZeta(of: ["sd_Intercept|herd"]), "ζ"),
    (.profileDensity(of: ["sd_Intercept|herd"]), "density"),
    (.marginalMeans(of: "period"), "mean of incidence"), (.fittedLines(), "15 levels of herd"),
  ])
  func kinds(_ kind: PlotKind, _ text: String) throws {
    let svg = try Self.cattle().plot(kind, theme: .light).svg
    #expect(svg.hasPrefix("<svg") || svg.hasPrefix("<?xml"))
    #expect(svg.contains(text))
    #expect(svg.contains("binomial (logit), Laplace"))
    #expect(!svg.contains("nan"))
  }

  @Test func linearKindsAreRefused() throws {
    let fit = try Self.cattle()
    #expect(throws: StatsModelsError.self) { try fit.plot(.fittedLines(along: "size")) }
    #expect(throws: StatsModelsError.self) { try fit.plot(.standardDeviationProfiles()) }
    #expect(throws: StatsModelsError.self) { try fit.plot(.coefficients(ddf: .satterthwaite)) }
    let probit = try mixedglm(
      "incidence ~ C(period) + (1 | herd)", DataFrame(csv: Fixtures.data("cbpp")),
      family: .binomial(link: .probit), trials: "size"
    ).fit()
    #expect(throws: StatsModelsError.self) { try probit.plot(.ratios) }
    #expect(throws: StatsModelsError.self) { try fit.removeData().plot(.normalQuantiles) }
  }

  /// Lines of rates take the exposure's typical value, and stay above zero.
  @Test func linesTakeTheExposure() throws {
    var data = try DataFrame(csv: Fixtures.data("epil"))
    try data.assign("weeks", [Double](repeating: 2, count: data.rowCount))
    let fit = try mixedglm(
      "y ~ lbase * trt + V4 + (1 | subject)", data, family: .poisson(), exposure: "weeks"
    ).fit()
    let svg = try fit.plot(.fittedLines(along: "lbase", by: "trt")).svg
    #expect(svg.contains("trt = progabide") && !svg.contains("nan"))
  }

  /// Effects of a variance component are those of the same factor written as a bar.
  @Test func componentsAreDrawn() throws {
    let data = try DataFrame(csv: Fixtures.data("Contraception"))
    let fit = try mixedglm(
      "use ~ age", data, groups: "district", vcFormula: ["place": "0 + C(urban)"], family: .binomial()
    ).fit()
    #expect(try fit.plot(.randomEffects(of: "place")).svg.contains("Random effects of place"))
  }
}

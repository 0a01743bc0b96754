import Distributions

/// Fixed effects with confidence intervals, side by side.
enum CoefficientPicture {
  /// - Parameter ddf: degrees of freedom of the intervals; nil takes statsmodels' own.
  static func figure(_ results: MixedLMResults, ddf: DegreesOfFreedom?) throws -> Figure {
    let names = results.feParams.index
    let limits: (lower: [Double], upper: [Double])
    if let ddf {
      let table = try results.coefficients(ddf: ddf)
      limits = (table.lower, table.upper)
    } else {
      let interval = results.confInt().values
      limits = (names.indices.map { interval[$0, 0] }, names.indices.map { interval[$0, 1] })
    }
    return try figure(
      results, estimates: results.feParams.values, limits: limits, axis: Axis("coefficient", mustShow: [0]),
      title: "Fixed effects of \(DisplayText.name(results.model.endogNames))")
  }

  /// - Parameter axis: the vertical axis, of logarithms for ratios.
  static func figure(
    _ fit: any MixedModelFit, estimates: [Double], limits: (lower: [Double], upper: [Double]), axis: Axis,
    title: String
  ) throws -> Figure {
    let names = fit.layout.fixedNames
    // the intercept's scale is the response's, which would flatten all others
    let shown = names.indices.filter { names.count == 1 || names[$0] != "Intercept" }
      .filter { estimates[$0].isFinite }
    if shown.isEmpty { throw StatsModelsError(.notAvailable, "the model has no fixed effects to draw") }
    let places = shown.indices.map(Double.init)
    let left = shown.count < names.count && names.contains("Intercept") && names.count > 1
    return Figure(
      title: title, caption: PictureCaption(fit).lines(left ? ["The intercept is left out."] : []),
      panels: [
        Panel(
          x: Axis("fixed effect", levels: shown.map { DisplayText.name(names[$0]) }),
          y: axis,
          layers: [
            .horizontal(0, dash: "2 4"),
            .intervals(
              x: places, lower: shown.map { limits.lower[$0] }, upper: shown.map { limits.upper[$0] },
              role: .first),
            .marks(x: places, y: shown.map { estimates[$0] }, role: .first),
          ])
      ],
      legend: [.init(mark: .band, role: .first, text: "95 % interval")])
  }
}

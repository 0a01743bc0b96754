/// Pictures of predicted random effects.
enum EffectPictures {
  /// Effects with intervals, sorted; one panel for each effect of the factor.
  static func caterpillar(
    _ results: any MixedModelFit, of factor: String?, options: PlotOptions
  ) throws -> String {
    let predicted = try PredictedEffects(results, of: factor)
    let chart = CaterpillarChart(predicted, endog: results.predictorName)
    return chart.svg(caption: PictureCaption(results).lines(chart.notes), options: options)
  }

  /// Ordered effects against normal quantiles; one panel for each effect of the factor.
  static func quantiles(_ results: any MixedModelFit, of factor: String?) throws -> Figure {
    let predicted = try PredictedEffects(results, of: factor)
    var legend: [LegendEntry] = []
    var notes: [String] = []
    let panels = predicted.effects.map { effect -> Panel in
      let standardized = effect.standardized
      let quantiles = QuantilePanel(
        standardized ?? effect.values,
        label: "\(effect.name) of \(predicted.group)\(standardized == nil ? "" : ", standardized")")
      if legend.isEmpty { legend = quantiles.legend }
      if standardized == nil, effect.variance > 0 {
        notes.append(
          "\(effect.name): predicted effects as they are, for no standard errors are known; levels with unequal "
            + "numbers of rows shrink unequally, and need not follow one normal distribution.")
      }
      return quantiles.panel(heading: predicted.effects.count > 1 ? effect.name : "")
    }
    if predicted.effects.contains(where: { $0.standardized != nil }) {
      notes.insert(
        "Standardized: each predicted effect over its own standard deviation, which depends on the level's rows.",
        at: 0)
    }
    return Figure(
      title: "Normal quantiles of the random effects of \(predicted.group)",
      caption: PictureCaption(results).lines(notes), panels: panels, legend: legend)
  }
}

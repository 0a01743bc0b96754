import Foundation

extension MixedGLMResults {
  /// A diagnostic picture. Not in statsmodels.
  ///
  /// Residuals are quantile residuals, ``residQuantile(seed:)``: near standard normal where the model holds and
  /// no effect has but a few rows, whatever the family.
  /// Means are drawn on the response's scale.
  /// - Parameters:
  ///   - kind: what to draw; `.standardDeviationProfiles` are those of linear models.
  ///   - theme: colours; by default those of the viewer's light or dark setting.
  /// - Throws: ``StatsModelsError`` when there is no such factor or variable, and for kinds that these models have not.
  public func plot(_ kind: PlotKind, theme: PictureTheme = .automatic) throws -> SVGPlot {
    try plot(kind, options: PlotOptions(theme: theme))
  }

  /// A diagnostic picture of given colours, size and title. Not in statsmodels.
  ///
  /// - Throws: ``StatsModelsError`` when there is no such factor or variable, or for a size that cannot be drawn.
  public func plot(_ kind: PlotKind, options: PlotOptions) throws -> SVGPlot {
    try options.validate()
    if case .randomEffects(let factor) = kind {
      return SVGPlot(svg: try EffectPictures.caterpillar(self, of: factor, options: options))
    }
    return SVGPlot(svg: try figure(kind).svg(options))
  }

  private func figure(_ kind: PlotKind) throws -> Figure {
    switch kind {
    case .residualsAgainstFitted: return try ResidualPictures.againstPredictor(self, along: nil)
    case .residuals(let variable): return try ResidualPictures.againstPredictor(self, along: variable)
    case .normalQuantiles: return try ResidualPictures.quantiles(self)
    case .randomEffectQuantiles(let factor), .randomEffects(let factor):
      return try EffectPictures.quantiles(self, of: factor)
    case .profileZeta(let names):
      return try ZetaPicture.figure(profile(parameters: names), of: self, as: .zeta)
    case .profileDensity(let names):
      return try ZetaPicture.figure(profile(parameters: names), of: self, as: .density)
    case .coefficients(let ddf):
      guard ddf == nil || ddf == .infinite else {
        throw StatsModelsError(
          .notAvailable, "intervals of generalised models are normal ones: leave out ddf")
      }
      return try coefficientFigure(
        axis: Axis("coefficient, \(family.link.rawValue) link", mustShow: [0]), title: "Fixed effects of")
    case .ratios:
      let name = family.link == .logit ? "odds ratio" : "ratio"
      let limits = try oddsRatios().values
      let shown = fixedEffects.indices.filter { layout.fixedNames[$0] != "Intercept" }
      let values = shown.flatMap { [limits[$0, 1], limits[$0, 2]] }
      return try coefficientFigure(
        axis: Axis(ratios: values, label: name),
        title: "\(name.prefix(1).uppercased() + name.dropFirst())s of")
    case .marginalMeans(let factor, let split):
      return try MeansPicture(
        marginalMeans(of: factor, by: split, type: .response), arrows: false, adjust: .tukey
      ).figure()
    case .profile(let values, let logLikelihoods, let name, let estimate):
      return try ProfilePicture.given(
        self, values: values, logLikelihoods: logLikelihoods, name: name, estimate: estimate)
    case .fittedLines(let variable, let split, let factor):
      return try FittedPicture(self, along: variable, by: split, of: factor).figure
    case .standardDeviationProfiles:
      throw StatsModelsError(
        .notAvailable,
        "standard deviations of generalised models are not over the residuals': draw .profileZeta(of:)")
    }
  }

  private func coefficientFigure(axis: Axis, title: String) throws -> Figure {
    let limits = confInt().values
    return try CoefficientPicture.figure(
      self, estimates: fixedEffects,
      limits: (fixedEffects.indices.map { limits[$0, 0] }, fixedEffects.indices.map { limits[$0, 1] }),
      axis: axis, title: "\(title) \(DisplayText.name(model.endogNames))")
  }
}

extension ResidualPictures {
  /// Quantile residuals against the population's linear predictor, or a variable of the data.
  fileprivate static func againstPredictor(_ results: MixedGLMResults, along name: String?) throws -> Figure {
    try results.requireRowsForResiduals()
    let column = try name.map { try PictureVariable(results, name: $0) }
    let predictor = results.predict(which: .linear).values
    let chart = LocalMean(
      x: column?.positions ?? FewValues.snapped(predictor), residuals: results.residQuantile().values,
      sigma: 1,
      axis: column?.axis ?? Axis("linear predictor (\(results.predictorName)), random effects at zero"),
      isLevels: column?.isLevels ?? false,
      label: "quantile residuals of \(DisplayText.name(results.responseName))")
    return Figure(
      title: "Quantile residuals against "
        + (column.map { DisplayText.name($0.name) } ?? "the linear predictor"),
      caption: PictureCaption(results).lines([quantileNote]), panels: [chart.panel], legend: chart.legend)
  }

  /// Ordered quantile residuals against normal quantiles.
  fileprivate static func quantiles(_ results: MixedGLMResults) throws -> Figure {
    try results.requireRowsForResiduals()
    let panel = QuantilePanel(
      results.residQuantile().values,
      label: "quantile residuals of \(DisplayText.name(results.responseName))")
    return Figure(
      title: "Normal quantiles of the quantile residuals",
      caption: PictureCaption(results).lines([quantileNote]), panels: [panel.panel()], legend: panel.legend)
  }

  private static let quantileNote =
    "Normal scores of the responses' distribution functions, random effects included, at a random point of each jump "
    + "of a discrete one."
}

extension MixedGLMResults {
  fileprivate func requireRowsForResiduals() throws {
    guard specification.isWithoutRows else { return }
    throw StatsModelsError(
      .notAvailable, "these results were saved without rows and have no residuals: save with rows: true")
  }
}

extension Axis {
  /// An axis of logarithms, marked at round ratios within their limits.
  fileprivate init(ratios limits: [Double], label: String) {
    self.init(label, mustShow: [0])
    let known = limits.filter { $0.isFinite && $0 > 0 } + [1]
    guard let least = known.min(), let largest = known.max() else { return }
    let decades = (log10(least).rounded(.down) - 1)...(log10(largest).rounded(.up) + 1)
    func marks(_ digits: [Double]) -> [Double] {
      stride(from: decades.lowerBound, through: decades.upperBound, by: 1)
        .flatMap { decade in digits.map { $0 * pow(10, decade) } }
        .filter { $0 >= least && $0 <= largest }
    }
    let found = Self.digits.map(marks).first { $0.count <= Self.mostRatios } ?? marks([1])
    self.marks = found.map { Mark(position: log($0), text: DisplayText.number($0)) }
  }

  /// Leading digits that are marked, from fine to rough.
  private static let digits: [[Double]] = [
    [1, 1.1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9], [1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1],
  ]
  private static let mostRatios = 10
}

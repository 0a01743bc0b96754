extension MixedLMResults {
  /// A diagnostic picture. Not in statsmodels.
  ///
  /// - Parameters:
  ///   - kind: what to draw.
  ///   - theme: colours; by default those of the viewer's light or dark setting.
  /// - Throws: ``StatsModelsError`` when there is no such factor or variable.
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

  /// What a kind of picture consists of; random effects have rows of their own.
  private func figure(_ kind: PlotKind) throws -> Figure {
    switch kind {
    case .residualsAgainstFitted: try ResidualPictures.againstPrediction(self, along: nil)
    case .residuals(let variable): try ResidualPictures.againstPrediction(self, along: variable)
    case .normalQuantiles: try ResidualPictures.quantiles(self)
    case .randomEffectQuantiles(let factor), .randomEffects(let factor):
      try EffectPictures.quantiles(self, of: factor)
    case .fittedLines(let variable, let split, let factor):
      try specification.source == nil && !specification.isRestored
        ? ArrayLines(self, along: variable, by: split).figure
        : FittedPicture(self, along: variable, by: split, of: factor).figure
    case .standardDeviationProfiles(let factor):
      try ProfilePicture.standardDeviations(self, of: factor)
    case .profileZeta(let names): try ZetaPicture.figure(profile(parameters: names), of: self, as: .zeta)
    case .profileDensity(let names):
      try ZetaPicture.figure(profile(parameters: names), of: self, as: .density)
    case .coefficients(let ddf): try CoefficientPicture.figure(self, ddf: ddf)
    case .ratios:
      throw StatsModelsError(
        .notAvailable, "a linear model's coefficients are no logarithms of ratios: draw .coefficients()")
    case .marginalMeans(let factor, let split):
      try MeansPicture(
        marginalMeans(of: factor, by: split), arrows: true, adjust: .tukey
      ).figure()
    case .profile(let values, let logLikelihoods, let name, let estimate):
      try ProfilePicture.given(
        self, values: values, logLikelihoods: logLikelihoods, name: name, estimate: estimate)
    }
  }
}

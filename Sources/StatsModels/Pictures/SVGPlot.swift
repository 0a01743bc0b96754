import DataFrames

/// A picture as SVG. Not in statsmodels.
///
/// ```swift
/// try results.plot(.normalQuantiles).write("qq.svg")
/// ```
public struct SVGPlot: Sendable {
  /// The SVG document.
  public let svg: String

  /// Writes the document to a file, which appears complete or not at all.
  ///
  /// - Throws: `DataFrameError` with the path when the file cannot be written.
  public func write(_ path: String) throws {
    let file = try AtomicFile(path: path)
    try file.write(Array(svg.utf8))
    try file.finish()
  }
}

extension SVGPlot: CustomStringConvertible {
  /// The SVG document.
  public var description: String { svg }
}

/// What ``MixedLMResults/plot(_:options:)`` draws. Not in statsmodels.
public enum PlotKind: Sendable, Hashable {
  /// Residuals against the fitted values of the fixed part, with their local mean and its 95 % band around zero.
  ///
  /// Residuals are those of the whole model, random effects included. Against the fitted values of the whole model
  /// they would tilt although it holds, for both contain the shrunken effects.
  case residualsAgainstFitted
  /// Residuals against a variable of the data, in the model or not, with their local mean and its 95 % band.
  case residuals(along: String)
  /// Ordered residuals, each over its standard deviation, against normal quantiles.
  case normalQuantiles
  /// Ordered random effects against normal quantiles, a panel for each effect: of a factor or variance component, of
  /// the first one when nil.
  case randomEffectQuantiles(of: String? = nil)
  /// Predicted effects of each level with 95 % intervals, sorted, a panel for each effect: of a factor or variance
  /// component, of the first one when nil.
  case randomEffects(of: String? = nil)
  /// Observations and fitted lines along a variable, for the population and for single levels of a factor; other
  /// variables stand at typical values, which the caption names.
  ///
  /// `along`: a variable of the effects; the first numeric one of the fixed effects when nil. `by`: a variable that
  /// has a line for each of its values; or a factor, as `of`. `of`: the factor or variance component whose levels get
  /// lines; the first one when nil.
  case fittedLines(along: String? = nil, by: String? = nil, of: String? = nil)
  /// Profile likelihoods of the standard deviations of a factor's or variance component's effects, each as a multiple
  /// of the residuals'; of all terms when nil. Takes some twelve refits for each.
  case standardDeviationProfiles(of: String? = nil)
  /// Profile likelihoods as signed roots ζ with intervals, a panel for each parameter of ``LikelihoodProfile``: of these
  /// names, of all when nil.
  case profileZeta(of: [String]? = nil)
  /// The densities that belong to them.
  case profileDensity(of: [String]? = nil)
  /// Fixed effects with 95 % intervals; with degrees of freedom where these are given.
  case coefficients(ddf: DegreesOfFreedom? = nil)
  /// Exponentials of the fixed effects with 95 % intervals on a logarithmic axis, of generalised models: odds ratios with
  /// the logistic link, ratios of means with the logarithmic one.
  case ratios
  /// Marginal means of a factor with intervals and comparison arrows, a panel for each level of another one:
  /// ``MarginalMeans/plot(arrows:adjust:options:)`` with its defaults.
  case marginalMeans(of: String, by: String? = nil)
  /// Log-likelihoods over values of one parameter, such as those of a likelihood profile.
  case profile(values: [Double], logLikelihoods: [Double], name: String, estimate: Double? = nil)
}

extension PlotKind {
  /// A profile as `profileRe` returns it:
  /// values and log-likelihoods in two columns.
  public static func profile(_ profile: Matrix, name: String, estimate: Double? = nil) -> PlotKind {
    guard profile.columns >= 2 else { return .profile(values: [], logLikelihoods: [], name: name) }
    return .profile(
      values: profile.column(0), logLikelihoods: profile.column(1), name: name, estimate: estimate)
  }
}

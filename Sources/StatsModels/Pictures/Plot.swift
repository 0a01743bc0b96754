import DataFrames

/// A picture as SVG. Not in statsmodels.
///
/// ```swift
/// try results.plot(.normalQuantiles).write("qq.svg")
/// ```
public struct Plot: Sendable {
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

extension Plot: CustomStringConvertible {
  /// The SVG document.
  public var description: String { svg }
}

/// What ``MixedLMResults/plot(_:theme:)`` draws. Not in statsmodels.
public enum PlotKind: Sendable, Hashable {
  /// Residuals against fitted values, with their local mean.
  case residualsAgainstFitted
  /// Ordered residuals against normal quantiles.
  case normalQuantiles
  /// Ordered random effects of a factor against normal quantiles; of the first factor when nil.
  case randomEffectQuantiles(of: String? = nil)
  /// Predicted effects of each level of a factor with 95 % intervals, sorted; of the first factor when nil.
  case randomEffects(of: String? = nil)
  /// Observations and fitted lines along a variable, for the population and for groups; along the first numeric
  /// variable of the fixed effects, and for the first factor, when nil.
  case fittedLines(along: String? = nil, by: String? = nil)
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

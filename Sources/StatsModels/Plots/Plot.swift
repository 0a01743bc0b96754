import DataFrames

/// A picture as SVG, for light and dark backgrounds. Not in statsmodels.
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

/// What ``MixedLMResults/plot(_:)`` draws. Not in statsmodels.
public enum PlotKind: Sendable, Hashable {
  /// Residuals against fitted values, with the mean residual along the way.
  case residualsAgainstFitted
  /// Ordered residuals against normal quantiles, with the line of least squares, as `scipy.stats.probplot`.
  case normalQuantiles
  /// Predicted effects of each level of a factor with 95 % intervals, sorted; of the first factor when nil.
  case randomEffects(of: String? = nil)
  /// Observations and fitted values along a column of the fixed design, one line per group; the first column that
  /// is not constant when nil.
  case fittedLines(along: String? = nil)
}

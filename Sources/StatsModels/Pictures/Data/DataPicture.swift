import DataFrames
import Statistics

/// What ``DataFrames/DataFrame/plot(_:facet:options:)`` draws of a frame's columns. Not in statsmodels.
///
/// `by` splits the rows by the values of a column, each with a colour of its own.
public enum DataPicture: Sendable, Hashable {
  /// A point for each row. `smooth` adds the smooth of ``lowess(_:_:frac:it:delta:)``.
  case scatter(x: String, y: String, by: String? = nil, smooth: Bool = false)
  /// A line through the means of y at each x. With more values of `by` than colours, each has a thin line.
  case lines(x: String, y: String, by: String? = nil, errors: ErrorBars = .none)
  /// A bar for each value of x: the mean of y, or the number of rows without y.
  case bars(x: String, y: String? = nil, by: String? = nil, errors: ErrorBars = .confidence)
  /// Numbers of rows in intervals of equal width: as many as `bins`, or as Freedman and Diaconis's and Sturges' rules ask for.
  case histogram(_ x: String, bins: Int? = nil, by: String? = nil)
  /// Boxes from the lower to the upper quartile of y with the median, whiskers to the last value within 1.5 times
  /// that distance, and points beyond; for each value of x.
  case box(_ y: String, x: String? = nil, by: String? = nil)
  /// A point for each row, moved sideways so that it shows, and the mean; for each value of x.
  case strip(_ y: String, x: String? = nil, by: String? = nil)
  /// Ordered values against normal quantiles.
  case quantiles(_ x: String)
}

/// What the whiskers around a mean show. Not in statsmodels.
public enum ErrorBars: String, Sendable, Hashable, CaseIterable {
  /// There are none.
  case none
  /// One standard deviation to each side.
  case deviation = "sd"
  /// One standard error of the mean to each side.
  case standardError = "se"
  /// The 95 % interval of the mean by Student's t.
  case confidence = "ci"

  /// What a caption says.
  var note: String? {
    switch self {
    case .none: nil
    case .deviation: "Whiskers: one standard deviation to each side."
    case .standardError: "Whiskers: one standard error to each side."
    case .confidence: "Whiskers: 95 % intervals of the means, rows taken as independent."
    }
  }
}

extension DataFrame {
  /// A picture of columns, in the style of the diagnostics. Not in statsmodels.
  ///
  /// ```swift
  /// try data.plot(.scatter(x: "age", y: "score", by: "sex", smooth: true), facet: "school").write("score.svg")
  /// ```
  /// Rows with a missing value in a column that is drawn are left out, which the caption tells.
  /// - Parameters:
  ///   - picture: what to draw.
  ///   - facet: a column that has a panel for each of its values, all on the same axes.
  ///   - options: colours, size and title.
  /// - Throws: `StatsModelsError` for texts where numbers are needed, too many values of a column that splits, and sizes
  ///   that cannot be drawn; `DataFrameError` for unknown names.
  public func plot(
    _ picture: DataPicture, facet: String? = nil, options: PlotOptions = PlotOptions()
  ) throws -> SVGPlot {
    try options.validate()
    return SVGPlot(svg: try DataFigure(self, picture, facet: facet).figure().svg(options))
  }

  /// A picture of columns in given colours. Not in statsmodels.
  ///
  /// - Throws: as ``plot(_:facet:options:)``.
  public func plot(_ picture: DataPicture, facet: String? = nil, theme: PictureTheme) throws -> SVGPlot {
    try plot(picture, facet: facet, options: PlotOptions(theme: theme))
  }
}

/// Ordered values against normal quantiles, in their own units, with the line through the quartiles (statsmodels'
/// `line="q"`) and its 95 % band; values that are not finite are left out.
///
/// ```swift
/// try qqplot(results.resid).write("normal.svg")
/// ```
/// - Parameters:
///   - data: an array, a column or a series.
///   - label: what the values are called.
///   - options: colours, size and title.
/// - Throws: ``StatsModelsError`` where no value is finite; `StatisticsError` for values that are no numbers.
///
/// Python: statsmodels.graphics.gofplots.qqplot
public func qqplot(
  _ data: any stats.Sample, label: String = "sample quantile", options: PlotOptions = PlotOptions()
) throws -> SVGPlot { try .quantiles(data.sampleValues(), label: label, options: options) }

extension SVGPlot {
  /// Ordered values against normal quantiles, with the line through the quartiles and its 95 % band; values that are
  /// not finite are left out. Not in statsmodels under this name: ``qqplot(_:label:options:)``.
  public static func quantiles(
    _ values: [Double], label: String = "values", options: PlotOptions = PlotOptions()
  ) throws -> SVGPlot {
    try DataFrame([label: values]).plot(.quantiles(label), options: options)
  }
}

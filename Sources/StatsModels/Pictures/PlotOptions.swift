/// How a picture looks: colours, size and title. Not in statsmodels.
///
/// ```swift
/// let options = PlotOptions(theme: .light, size: .init(width: 900, height: 600), title: "Pigs")
/// try results.plot(.randomEffects(of: "Pig"), options: options).write("pigs.svg")
/// ```
public struct PlotOptions: Sendable, Hashable {
  /// Width and height of a picture in pixels.
  public struct Size: Sendable, Hashable {
    /// Width in pixels.
    public var width: Double
    /// Height in pixels.
    public var height: Double

    /// A size in pixels.
    public init(width: Double, height: Double) {
      self.width = width
      self.height = height
    }

    /// Below 240 × 180 no room is left beside titles and ticks; above 20,000 viewers give up.
    static let widths = 240.0...20_000.0
    static let heights = 180.0...20_000.0
  }

  /// Colours; by default those of the viewer's light or dark setting.
  public var theme: PictureTheme
  /// Width and height; nil fits them to what is drawn.
  public var size: Size?
  /// Title; nil names the kind of picture.
  public var title: String?

  /// Options; what is left out keeps its default.
  public init(theme: PictureTheme = .automatic, size: Size? = nil, title: String? = nil) {
    self.theme = theme
    self.size = size
    self.title = title
  }

  /// Refuses sizes that no picture can have.
  func validate() throws {
    guard let size else { return }
    guard Size.widths.contains(size.width), Size.heights.contains(size.height) else {
      let number = { (x: Double) in PythonFormat.general(x, 6) }
      throw StatsModelsError(
        .invalidArgument,
        "a picture of \(number(size.width)) by \(number(size.height)) pixels cannot be drawn: the width must lie "
          + "between 240 and 20000, the height between 180 and 20000",
        values: [number(size.width), number(size.height)])
    }
  }
}

import Foundation

/// Collects the elements of an SVG document, for light and dark backgrounds.
struct Canvas {
  private var body: [String] = []
  let width: Double
  let height: Double

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  private static let style = """
    text{font:13px system-ui,'Segoe UI',Helvetica,Arial,sans-serif;fill:#222}.title{font-size:16px;font-weight:600}
    .paper{fill:#fff}.grid{stroke:#e4e4e4}.frame{stroke:#888;fill:none}
    .ours{stroke:#d55e00;stroke-width:2.5;fill:none}.other{stroke:#0072b2;stroke-width:1.4;fill:none}
    @media (prefers-color-scheme:dark){text{fill:#e6e6e6}.paper{fill:#15171c}.grid{stroke:#2e323a}
    .ours{stroke:#f0a35e}.other{stroke:#56b4e9}}
    """

  private func number(_ x: Double) -> String { String(format: "%.1f", x) }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
    body.append(
      "<line class=\"\(style)\" x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" "
        + "y2=\"\(number(y2))\"/>")
  }

  mutating func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String) {
    body.append(
      "<rect class=\"\(style)\" x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" "
        + "height=\"\(number(height))\"/>")
  }

  /// A line through points, each marked by a ring.
  mutating func path(_ points: [(Double, Double)], _ style: String) {
    let text = points.map { "\(number($0.0)),\(number($0.1))" }.joined(separator: "L")
    body.append("<path class=\"\(style)\" d=\"M\(text)\"/>")
    for (x, y) in points {
      body.append("<circle class=\"\(style)\" cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"3\"/>")
    }
  }

  mutating func text(
    _ string: String, _ x: Double, _ y: Double, anchor: String = "middle", style: String = "",
    turned: Bool = false
  ) {
    let turn = turned ? " transform=\"rotate(-90 \(number(x)) \(number(y)))\"" : ""
    body.append(
      "<text class=\"\(style)\" x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\"\(turn)>"
        + "\(string)</text>")
  }

  /// The document, with a title for readers that speak.
  func document(title: String) -> String {
    let size = (width: number(width), height: number(height))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(size.width)" height="\(size.height)"
        viewBox="0 0 \(size.width) \(size.height)" role="img">
      <title>\(title)</title>
      <style>\(Self.style)</style>
      <rect class="paper" width="100%" height="100%"/>
      \(body.joined(separator: "\n"))
      </svg>

      """
  }
}

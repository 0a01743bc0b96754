/// Collects SVG elements; knows the styles for light and dark backgrounds.
struct Canvas {
  private(set) var body: [String] = []
  let width: Double
  let height: Double

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// Colours that colour-blind readers can tell apart (Okabe and Ito), for both backgrounds.
  private static let style = """
    text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:13px;fill:#222}
    .title{font-size:16px;font-weight:600}.small{font-size:11px}.paper{fill:#fff}
    .grid{stroke:#e4e4e4;stroke-width:1}.frame{stroke:#888;stroke-width:1;fill:none}
    .mark{fill:#0072b2}.cell{fill:#0072b2}.bar{stroke:#0072b2;stroke-width:1.4;fill:none}.band{fill:#0072b2;opacity:.25}
    .line{stroke:#d55e00;stroke-width:2;fill:none}.thin{stroke:#d55e00;stroke-width:1;fill:none;opacity:.6}
    .zero{stroke:#555;stroke-width:1.2;stroke-dasharray:5 4}
    @media (prefers-color-scheme:dark){text{fill:#e6e6e6}.paper{fill:#15171c}.grid{stroke:#2e323a}.frame{stroke:#8a8f99}
    .mark,.cell,.band{fill:#56b4e9}.bar{stroke:#56b4e9}.line,.thin{stroke:#f0a35e}.zero{stroke:#b0b0b0}}
    """

  /// A number with at most two decimals.
  static func number(_ x: Double) -> String {
    guard x.isFinite, abs(x) < 1e7 else { return "0" }
    let text = PythonFormat.fixed(x, 2)
    return text.hasSuffix(".00") ? String(text.dropLast(3)) : text
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      // Control characters are not allowed in XML.
      case let control where control.value < 0x20: result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
    let n = Self.number
    body.append("<line class=\"\(style)\" x1=\"\(n(x1))\" y1=\"\(n(y1))\" x2=\"\(n(x2))\" y2=\"\(n(y2))\"/>")
  }

  mutating func circle(_ x: Double, _ y: Double, radius: Double, opacity: Double = 1) {
    let n = Self.number
    body.append(
      "<circle class=\"mark\" cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"\(n(radius))\" opacity=\"\(n(opacity))\"/>")
  }

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String, opacity: Double = 1
  ) {
    let n = Self.number
    body.append(
      "<rect class=\"\(style)\" x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" height=\"\(n(height))\" "
        + "opacity=\"\(n(opacity))\"/>")
  }

  mutating func path(_ points: [(Double, Double)], _ style: String, closed: Bool = false) {
    guard points.count > 1 else { return }
    let text = points.map { "\(Self.number($0.0)),\(Self.number($0.1))" }.joined(separator: "L")
    body.append("<path class=\"\(style)\" d=\"M\(text)\(closed ? "Z" : "")\"/>")
  }

  mutating func text(
    _ string: String, _ x: Double, _ y: Double, anchor: String = "middle", style: String = "",
    turned: Bool = false
  ) {
    let n = Self.number
    let transform = turned ? " transform=\"rotate(-90 \(n(x)) \(n(y)))\"" : ""
    let styleText = style.isEmpty ? "" : " class=\"\(style)\""
    body.append(
      "<text\(styleText) x=\"\(n(x))\" y=\"\(n(y))\" text-anchor=\"\(anchor)\"\(transform)>"
        + Self.escaped(string) + "</text>")
  }

  /// The document, with a title for readers that speak.
  func document(title: String) -> String {
    let n = Self.number
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(n(width))" height="\(n(height))" \
      viewBox="0 0 \(n(width)) \(n(height))" role="img">
      <title>\(Self.escaped(title))</title>
      <style>\(Self.style)</style>
      <rect class="paper" width="100%" height="100%"/>
      \(body.joined(separator: "\n"))
      </svg>

      """
  }
}

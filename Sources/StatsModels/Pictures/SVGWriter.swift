import Foundation

/// Collects the elements of an SVG document.
struct SVGWriter {
  private var body: [String] = []
  let width: Double
  let height: Double

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// Where a text stands with respect to its point.
  enum Anchor: String { case start, middle, end }

  /// Adds the elements of another document on top.
  mutating func append(_ other: SVGWriter) { body += other.body }

  mutating func raw(_ element: String) { body.append(element) }

  mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, fill: String, radius: Double = 0,
    opacity: Double = 1
  ) {
    let corner = radius > 0 ? " rx=\"\(Self.number(radius))\"" : ""
    body.append(
      "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\" "
        + "height=\"\(Self.number(height))\"\(corner) class=\"\(fill)\""
        + "\(Self.opacity("fill-opacity", opacity))/>")
  }

  mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, stroke: String, width: Double = 1,
    dash: String? = nil
  ) {
    let dashes = dash.map { " stroke-dasharray=\"\($0)\"" } ?? ""
    body.append(
      "<line x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\" x2=\"\(Self.number(x2))\" "
        + "y2=\"\(Self.number(y2))\" class=\"\(stroke)\" stroke-width=\"\(Self.number(width))\"\(dashes)/>")
  }

  /// A line through points; points that are not finite break it.
  mutating func path(
    _ points: [(Double, Double)], stroke: String, width: Double, opacity: Double = 1, dash: String? = nil
  ) {
    var commands = ""
    var isOpen = false
    for (x, y) in points {
      guard x.isFinite, y.isFinite else {
        isOpen = false
        continue
      }
      commands += "\(isOpen ? "L" : "M")\(Self.number(x)) \(Self.number(y))"
      isOpen = true
    }
    guard !commands.isEmpty else { return }
    let dashes = dash.map { " stroke-dasharray=\"\($0)\"" } ?? ""
    body.append(
      "<path d=\"\(commands)\" class=\"n l \(stroke)\" stroke-width=\"\(Self.number(width))\""
        + "\(Self.opacity("stroke-opacity", opacity))\(dashes)/>")
  }

  /// A filled area between two lines over the same abscissas.
  mutating func band(
    _ lower: [(Double, Double)], _ upper: [(Double, Double)], fill: String, opacity: Double
  ) {
    let outline = (upper + lower.reversed()).filter { $0.0.isFinite && $0.1.isFinite }
    guard let first = outline.first else { return }
    let rest = outline.dropFirst().map { "L\(Self.number($0.0)) \(Self.number($0.1))" }.joined()
    body.append(
      "<path d=\"M\(Self.number(first.0)) \(Self.number(first.1))\(rest)Z\" class=\"\(fill)\""
        + "\(Self.opacity("fill-opacity", opacity))/>")
  }

  /// All circles of one look as one path: a third of the size of single elements.
  mutating func circles(_ points: [(Double, Double)], radius: Double, fill: String, opacity: Double) {
    let r = Self.number(radius)
    let double = Self.number(2 * radius)
    let back = Self.number(-2 * radius)
    var elements = ""
    for (x, y) in points where x.isFinite && y.isFinite {
      elements += "M\(Self.number(x - radius)) \(Self.number(y))a\(r) \(r) 0 1 0 \(double) 0"
      elements += "a\(r) \(r) 0 1 0 \(back) 0"
    }
    guard !elements.isEmpty else { return }
    body.append("<path d=\"\(elements)\" class=\"\(fill)\"\(Self.opacity("fill-opacity", opacity))/>")
  }

  mutating func text(
    _ text: String, x: Double, y: Double, size: Double, fill: String, anchor: Anchor = .start,
    weight: Int = 400, rotation: Double? = nil
  ) {
    let turn = rotation.map {
      " transform=\"rotate(\(Self.number($0)) \(Self.number(x)) \(Self.number(y)))\""
    }
    body.append(
      "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" font-size=\"\(Self.number(size))\" "
        + "text-anchor=\"\(anchor.rawValue)\"\(weight == 400 ? "" : " font-weight=\"\(weight)\"") "
        + "class=\"\(fill)\"\(turn ?? "")>\(Self.escaped(text))</text>")
  }

  /// Marks clipped to a rectangle.
  mutating func clipped(
    x: Double, y: Double, width: Double, height: Double, name: String, _ draw: (inout SVGWriter) -> Void
  ) {
    body.append(
      "<clipPath id=\"\(name)\"><rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" "
        + "width=\"\(Self.number(width))\" height=\"\(Self.number(height))\"/></clipPath>")
    body.append("<g clip-path=\"url(#\(name))\">")
    draw(&self)
    body.append("</g>")
  }

  /// The whole document.
  func document(title: String, description: String, theme: PictureTheme) -> String {
    let (w, h) = (Self.number(width), Self.number(height))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(w)" height="\(h)" viewBox="0 0 \(w) \(h)" role="img">
      <title>\(Self.escaped(title))</title>
      <desc>\(Self.escaped(description))</desc>
      <style>
      \(Palette.styleSheet(theme))
      </style>
      <rect width="\(w)" height="\(h)" class="f-ground"/>
      \(body.joined(separator: "\n"))
      </svg>

      """
  }

  /// Two decimals at most: a hundredth of a pixel.
  static func number(_ x: Double) -> String {
    let hundredths = Int(clampingFinite: x * 100)
    if hundredths % 100 == 0 { return String(hundredths / 100) }
    let sign = hundredths < 0 ? "-" : ""
    let magnitude = hundredths.magnitude
    let fraction = magnitude % 100
    let digits = fraction % 10 == 0 ? "\(fraction / 10)" : (fraction < 10 ? "0\(fraction)" : "\(fraction)")
    return "\(sign)\(magnitude / 100).\(digits)"
  }

  private static func opacity(_ name: String, _ value: Double) -> String {
    value >= 1 ? "" : " \(name)=\"\(number(value))\""
  }

  /// XML text: markup characters replaced, control characters and those that are none left out.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default:
        let isText = scalar.value >= 0x20 && scalar.value & 0xFFFE != 0xFFFE
        if isText || scalar == "\n" || scalar == "\t" { result.unicodeScalars.append(scalar) }
      }
    }
    return result
  }
}

import Foundation

/// A picture with two linear axes: title, panel, grid, ticks, marks and legend.
struct Chart {
  var title: String
  var subtitle = ""
  var xLabel: String
  var yLabel: String
  var layers: [ChartLayer]
  var legend: [LegendEntry] = []
  var width = 680.0
  var height = 460.0

  private static let titleSize = 17.0
  private static let textSize = 12.5
  private static let tickSize = 11.5
  private static let top = 58.0
  private static let right = 22.0
  private static let bottom = 52.0

  /// Number of points drawn singly above which hexagons replace them.
  private var pointCount: Int {
    layers.reduce(0) { sum, layer in
      if case .points(let x, _, _) = layer { return sum + x.count }
      return sum
    }
  }

  /// Points behind lines are grey, others coloured.
  private static func densityClass(_ role: Palette.Role) -> String { role == .axis ? "g" : "d" }

  private var pointRole: Palette.Role {
    for case .points(_, _, let role) in layers { return role }
    return .first
  }

  /// Whether points are drawn as hexagons.
  private var isDense: Bool { pointCount > Hexagons.threshold }

  /// The picture as an SVG document.
  func svg(theme: PictureTheme) -> String {
    var svg = SVGWriter(width: width, height: height)
    let legendHeight = legend.isEmpty ? 0.0 : 22.0
    let top = Self.top + legendHeight
    let y = LinearScale(
      showing: layers.flatMap(\.ordinates), start: height - Self.bottom, end: top,
      target: max(3, Int(clampingFinite: (height - top) / 62)))
    let widest = y.ticks.map { TextMeasure.width(y.label($0), size: Self.tickSize) }.max() ?? 20
    let left = 40 + widest
    let x = LinearScale(
      showing: layers.flatMap(\.abscissas), start: left, end: width - Self.right,
      target: max(3, Int(clampingFinite: (width - left) / 95)))
    let panelWidth = width - Self.right - left
    let panelHeight = height - Self.bottom - top
    svg.rectangle(x: left, y: top, width: panelWidth, height: panelHeight, fill: "f-panel", radius: 3)
    Self.drawAxes(
      &svg, x: x, y: y, left: left, top: top, right: width - Self.right, bottom: height - Self.bottom)
    var densest: Hexagons?
    svg.clipped(x: left, y: top, width: panelWidth, height: panelHeight, name: "panel") { svg in
      for layer in layers { draw(layer, x: x, y: y, into: &svg, densest: &densest) }
    }
    drawLabels(&svg, x: x, y: y, left: left)
    let middle = (left + width - Self.right) / 2
    svg.text(xLabel, x: middle, y: height - 14, size: Self.textSize, fill: "f-muted", anchor: .middle)
    svg.text(
      yLabel, x: 20, y: top + panelHeight / 2, size: Self.textSize, fill: "f-muted", anchor: .middle,
      rotation: -90)
    Self.drawTitle(&svg, title: title, subtitle: subtitle, left: left, width: width - Self.right - left)
    drawLegend(&svg, left: left, y: Self.top + 4)
    if let densest {
      Self.drawKey(
        densest, classPrefix: Self.densityClass(pointRole), into: &svg, right: width - Self.right, y: 25)
    }
    return svg.document(title: title, description: "\(subtitle). \(xLabel) against \(yLabel).", theme: theme)
  }

  /// Title and subtitle above the panel.
  static func drawTitle(
    _ svg: inout SVGWriter, title: String, subtitle: String, left: Double, width: Double
  ) {
    svg.text(
      TextMeasure.cut(title, size: titleSize, to: width), x: left, y: 27, size: titleSize, fill: "f-text",
      weight: 600)
    if !subtitle.isEmpty {
      svg.text(
        TextMeasure.cut(subtitle, size: 12, to: width), x: left, y: 46, size: 12, fill: "f-muted")
    }
  }

  private static func drawAxes(
    _ svg: inout SVGWriter, x: LinearScale, y: LinearScale, left: Double, top: Double, right: Double,
    bottom: Double
  ) {
    for tick in y.ticks {
      svg.line(left, y(tick), right, y(tick), stroke: "s-grid")
      svg.text(
        y.label(tick), x: left - 8, y: y(tick) + 4, size: tickSize, fill: "f-muted", anchor: .end)
    }
    for tick in x.ticks {
      svg.line(x(tick), top, x(tick), bottom, stroke: "s-grid")
      svg.line(x(tick), bottom, x(tick), bottom + 4, stroke: "s-axis")
      svg.text(
        x.label(tick), x: x(tick), y: bottom + 18, size: tickSize, fill: "f-muted", anchor: .middle)
    }
    svg.line(left, bottom, right, bottom, stroke: "s-axis")
  }

  private func draw(
    _ layer: ChartLayer, x: LinearScale, y: LinearScale, into svg: inout SVGWriter, densest: inout Hexagons?
  ) {
    func pixels(_ xs: [Double], _ ys: [Double]) -> [(Double, Double)] {
      zip(xs, ys).map { (x($0), y($1)) }
    }
    switch layer {
    case .points(let xs, let ys, let role):
      let count = pointCount
      if count > Hexagons.threshold {
        let hexagons = Hexagons(pixels(xs, ys))
        hexagons.draw(into: &svg, classPrefix: Self.densityClass(role))
        densest = hexagons
        return
      }
      let radius = count < 60 ? 4.2 : count < 400 ? 3.4 : 2.5
      let opacity = count < 60 ? 0.85 : count < 400 ? 0.65 : 0.45
      svg.circles(pixels(xs, ys), radius: radius, fill: "f-\(role.rawValue)", opacity: opacity)
    case .line(let xs, let ys, let role, let width, let opacity, let dash):
      svg.path(pixels(xs, ys), stroke: "s-\(role.rawValue)", width: width, opacity: opacity, dash: dash)
    case .band(let xs, let lower, let upper, let role):
      svg.band(pixels(xs, lower), pixels(xs, upper), fill: "f-\(role.rawValue)", opacity: 0.18)
    case .horizontal(let value, let dash):
      svg.line(x.start, y(value), x.end, y(value), stroke: "s-axis", width: 1.2, dash: dash)
    case .vertical(let value, let dash):
      svg.line(x(value), y.start, x(value), y.end, stroke: "s-axis", width: 1.2, dash: dash)
    case .label: break
    }
  }

  /// Texts beside points, placed left or right, and dropped where they would cover an earlier one.
  private func drawLabels(_ svg: inout SVGWriter, x: LinearScale, y: LinearScale, left: Double) {
    var taken: [(x: Double, y: Double, width: Double)] = []
    for case .label(let text, let px, let py) in layers where px.isFinite && py.isFinite {
      let width = TextMeasure.width(text, size: 11)
      for side in [1.0, -1.0] {
        let begin = side > 0 ? x(px) + 7 : x(px) - 7 - width
        guard begin > left, begin + width < self.width - Self.right else { continue }
        let covers = taken.contains {
          abs($0.y - y(py)) < 13 && begin < $0.x + $0.width + 4 && $0.x < begin + width + 4
        }
        if covers { continue }
        taken.append((begin, y(py), width))
        svg.text(text, x: begin, y: y(py) - 5, size: 11, fill: "f-text")
        break
      }
    }
  }

  private func drawLegend(_ svg: inout SVGWriter, left: Double, y: Double) {
    var x = left
    for entry in legend where !(isDense && entry.mark == .point) {
      let middle = y + 7
      switch entry.mark {
      case .point: svg.circles([(x + 9, middle)], radius: 4, fill: "f-\(entry.role.rawValue)", opacity: 0.8)
      case .line, .dashed:
        svg.line(
          x, middle, x + 18, middle, stroke: "s-\(entry.role.rawValue)", width: 2.2,
          dash: entry.mark == .dashed ? "5 4" : nil)
      case .band:
        svg.band(
          [(x, middle + 5), (x + 18, middle + 5)], [(x, middle - 5), (x + 18, middle - 5)],
          fill: "f-\(entry.role.rawValue)", opacity: 0.25)
      }
      svg.text(entry.text, x: x + 24, y: middle + 4, size: 12, fill: "f-text")
      x += 24 + TextMeasure.width(entry.text, size: 12) + 18
    }
  }

  /// The colours of a density with their numbers of points.
  private static func drawKey(
    _ hexagons: Hexagons, classPrefix: String, into svg: inout SVGWriter, right: Double, y: Double
  ) {
    let cell = 11.0
    let count = "\(hexagons.largest)"
    let tail = TextMeasure.width(count, size: 11)
    let begin = right - tail - 6 - cell * Double(Palette.densitySteps)
    svg.text("points per cell  1", x: begin - 6, y: y, size: 11, fill: "f-muted", anchor: .end)
    for step in 0..<Palette.densitySteps {
      svg.rectangle(
        x: begin + Double(step) * cell, y: y - 10, width: cell, height: 11, fill: "\(classPrefix)\(step)")
    }
    svg.text(count, x: right, y: y, size: 11, fill: "f-muted", anchor: .end)
  }
}

/// Predicted effects of levels with intervals, sorted by the first effect, one panel per effect.
struct CaterpillarChart {
  var title: String
  var subtitle: String
  /// Name of each level.
  var labels: [String]
  /// Name of each panel.
  var names: [String]
  /// Effects and half widths of intervals, one array per panel.
  var values: [[Double]]
  var margins: [[Double]]
  var axisLabel: String

  private static let top = 82.0
  private static let bottom = 54.0
  private static let gap = 22.0

  /// The picture as an SVG document.
  func svg(theme: PictureTheme) -> String {
    let n = labels.count
    let panels = max(names.count, 1)
    let order = labels.indices.sorted { a, b in
      guard let first = values.first else { return a < b }
      return (first[a], a) < (first[b], b)
    }
    let rowHeight = n <= 45 ? 17.0 : max(560.0 / Double(max(n, 1)), 0)
    let panelHeight = max(Double(n) * rowHeight, 120)
    let height = panelHeight + Self.top + Self.bottom
    // Labels thin out to one every 13 pixels.
    let every = rowHeight >= 13 ? 1 : Int(clampingFinite: (13 / max(rowHeight, 1e-9)).rounded(.up))
    let shown = stride(from: 0, to: n, by: max(every, 1)).map { $0 }
    let labelWidth = min(
      150, shown.map { TextMeasure.width(labels[order[$0]], size: 11) }.max() ?? 30)
    let left = 24 + labelWidth
    let panelWidth = panels == 1 ? 560 : panels == 2 ? 330 : 240.0
    let width = left + Double(panels) * (panelWidth + Self.gap)
    var svg = SVGWriter(width: width, height: height)
    Chart.drawTitle(&svg, title: title, subtitle: subtitle, left: left, width: width - left - Self.gap)
    func y(_ position: Int) -> Double {
      Self.top + panelHeight - (Double(position) + 0.5) * panelHeight / Double(max(n, 1))
    }
    for position in shown {
      let text = TextMeasure.cut(labels[order[position]], size: 11, to: 150)
      svg.text(text, x: left - 8, y: y(position) + 4, size: 11, fill: "f-muted", anchor: .end)
    }
    for panel in values.indices {
      let begin = left + Double(panel) * (panelWidth + Self.gap)
      drawPanel(panel, into: &svg, begin: begin, width: panelWidth, height: panelHeight, order: order, y: y)
    }
    svg.text(
      axisLabel, x: left + (width - left - Self.gap) / 2, y: height - 14, size: 12.5, fill: "f-muted",
      anchor: .middle)
    return svg.document(title: title, description: subtitle, theme: theme)
  }

  private func drawPanel(
    _ panel: Int, into svg: inout SVGWriter, begin: Double, width: Double, height: Double, order: [Int],
    y: (Int) -> Double
  ) {
    let centres = order.map { values[panel][$0] }
    let halves = order.map { margins[panel][$0].isFinite ? margins[panel][$0] : 0 }
    let lower = zip(centres, halves).map { $0 - $1 }
    let upper = zip(centres, halves).map { $0 + $1 }
    let bottom = Self.top + height
    let x = LinearScale(
      showing: lower + upper + [0], start: begin, end: begin + width,
      target: max(2, Int(clampingFinite: width / 85)))
    svg.rectangle(x: begin, y: Self.top, width: width, height: height, fill: "f-panel", radius: 3)
    for tick in x.ticks {
      svg.line(x(tick), Self.top, x(tick), bottom, stroke: "s-grid")
      svg.text(x.label(tick), x: x(tick), y: bottom + 18, size: 11.5, fill: "f-muted", anchor: .middle)
    }
    svg.line(x(0), Self.top, x(0), bottom, stroke: "s-axis", width: 1.2)
    svg.line(begin, bottom, begin + width, bottom, stroke: "s-axis")
    svg.text(
      TextMeasure.cut(names[panel], size: 12.5, to: width), x: begin, y: Self.top - 9, size: 12.5,
      fill: "f-text", weight: 600)
    let count = order.count
    if count > 400 {
      // Single intervals would merge into a blot: draw their envelope, at most a row per half pixel.
      let step = max(1, count / 1200)
      let rows = stride(from: 0, to: count, by: step).map { $0 }
      svg.band(
        rows.map { (x(lower[$0]), y($0)) }, rows.map { (x(upper[$0]), y($0)) }, fill: "f-first", opacity: 0.25
      )
      svg.circles(
        rows.map { (x(centres[$0]), y($0)) }, radius: 0.9, fill: "f-first", opacity: 0.9)
      return
    }
    let spacing = height / Double(max(count, 1))
    let stroke = min(2, max(0.6, spacing * 0.35))
    for side in [false, true] {
      // Intervals that exclude zero stand out.
      let members = (0..<count).filter { (lower[$0] > 0 || upper[$0] < 0) == side }
      let role = side ? "second" : "first"
      svg.path(
        members.flatMap { [(x(lower[$0]), y($0)), (x(upper[$0]), y($0)), (Double.nan, 0.0)] },
        stroke: "s-\(role)", width: stroke, opacity: 0.75)
      svg.circles(
        members.map { (x(centres[$0]), y($0)) }, radius: min(3.6, max(1, spacing * 0.32)),
        fill: "f-\(role)", opacity: 1)
    }
  }
}

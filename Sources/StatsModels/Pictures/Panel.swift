/// Where a panel stands in a picture, axes included.
struct PanelFrame {
  let left: Double
  let top: Double
  let width: Double
  let height: Double
  /// Unique in the picture.
  let name: String
}

/// One pair of axes with what is drawn between them.
struct Panel: Sendable {
  /// Above the panel, where a picture has several.
  var heading = ""
  var x: Axis
  var y: Axis
  var layers: [ChartLayer]

  private static let textSize = 12.5
  private static let tickSize = 11.5
  private static let right = 16.0
  private static let bottom = 52.0

  /// Number of points drawn singly above which hexagons replace them.
  private var pointCount: Int {
    layers.reduce(0) { sum, layer in
      if case .points(let x, _, _) = layer { return sum + x.count }
      return sum
    }
  }

  /// Colour of the points: grey behind lines.
  var pointRole: Palette.Role {
    for case .points(_, _, let role) in layers { return role }
    return .first
  }

  /// Whether points are drawn as hexagons.
  var isDense: Bool { pointCount > Hexagons.threshold }

  /// Draws the panel; the hexagons if there are any.
  func draw(into svg: inout SVGWriter, frame: PanelFrame) -> Hexagons? {
    let top = frame.top + (heading.isEmpty ? 4 : 22)
    let bottom = frame.top + frame.height - Self.bottom
    let y = self.y.scale(
      showing: layers.flatMap(\.ordinates), start: bottom, end: top,
      target: max(3, Int(clampingFinite: (bottom - top) / 62)))
    // Long names leave the larger part of the picture to what is drawn.
    let nameRoom = max(frame.width * 0.4, 60)
    let widest = min(
      y.ticks.map { TextMeasure.width(y.label($0), size: Self.tickSize) }.max() ?? 20, nameRoom)
    let left = frame.left + 40 + widest
    let right = frame.left + frame.width - Self.right
    let x = self.x.scale(
      showing: layers.flatMap(\.abscissas), start: left, end: right,
      target: max(3, Int(clampingFinite: (right - left) / 95)))
    svg.rectangle(x: left, y: top, width: right - left, height: bottom - top, fill: "f-panel", radius: 3)
    drawAxes(&svg, x: x, y: y, frameLeft: frame.left, left: left, top: top, right: right, bottom: bottom)
    var densest: Hexagons?
    svg.clipped(x: left, y: top, width: right - left, height: bottom - top, name: frame.name) { svg in
      for layer in layers { draw(layer, x: x, y: y, into: &svg, densest: &densest) }
    }
    drawLabels(&svg, x: x, y: y, left: left, right: right)
    let cut = { (text: String, room: Double) in TextMeasure.cut(text, size: Self.textSize, to: room) }
    svg.text(
      cut(self.x.label, right - left + 30), x: (left + right) / 2, y: bottom + 40, size: Self.textSize,
      fill: "f-muted", anchor: .middle)
    svg.text(
      cut(self.y.label, bottom - top + 30), x: frame.left + 16, y: (top + bottom) / 2, size: Self.textSize,
      fill: "f-muted", anchor: .middle, rotation: -90)
    if !heading.isEmpty {
      svg.text(
        cut(heading, right - left), x: left, y: top - 8, size: Self.textSize, fill: "f-text", weight: 600)
    }
    return densest
  }

  private func drawAxes(
    _ svg: inout SVGWriter, x: LinearScale, y: LinearScale, frameLeft: Double, left: Double, top: Double,
    right: Double, bottom: Double
  ) {
    for tick in y.ticks {
      svg.line(left, y(tick), right, y(tick), stroke: "s-grid")
      svg.text(
        TextMeasure.cut(y.label(tick), size: Self.tickSize, to: left - frameLeft), x: left - 8,
        y: y(tick) + 4, size: Self.tickSize, fill: "f-muted", anchor: .end)
    }
    // Each label has the room to its neighbours; labels thin out where that is too little to read.
    let slot = zip(x.ticks, x.ticks.dropFirst()).map { x($1) - x($0) }.min() ?? (right - left)
    let every = max(1, Int(clampingFinite: (34 / max(slot, 0.1)).rounded(.up)))
    for (position, tick) in x.ticks.enumerated() {
      svg.line(x(tick), top, x(tick), bottom, stroke: "s-grid")
      svg.line(x(tick), bottom, x(tick), bottom + 4, stroke: "s-axis")
      guard position % every == 0 else { continue }
      svg.text(
        TextMeasure.cut(x.label(tick), size: Self.tickSize, to: max(slot * Double(every) - 6, 28)),
        x: x(tick),
        y: bottom + 18, size: Self.tickSize, fill: "f-muted", anchor: .middle)
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
      if isDense {
        let hexagons = Hexagons(pixels(xs, ys))
        hexagons.draw(into: &svg, density: role == .axis ? .neutral : .blue)
        densest = hexagons
        return
      }
      let radius = count < 60 ? 4.2 : count < 400 ? 3.4 : 2.5
      let opacity = count < 60 ? 0.85 : count < 400 ? 0.65 : 0.45
      svg.circles(pixels(xs, ys), radius: radius, fill: "f-\(role.rawValue)", opacity: opacity)
    case .marks(let xs, let ys, let role):
      svg.circles(pixels(xs, ys), radius: 4.5, fill: "f-\(role.rawValue)", opacity: 1)
    case .line(let xs, let ys, let role, let width, let opacity, let dash):
      svg.path(pixels(xs, ys), stroke: "s-\(role.rawValue)", width: width, opacity: opacity, dash: dash)
    case .band(let xs, let lower, let upper, let role):
      svg.band(pixels(xs, lower), pixels(xs, upper), fill: "f-\(role.rawValue)", opacity: 0.18)
    case .intervals(let xs, let lower, let upper, let role):
      for (x, (low, high)) in zip(pixels(xs, lower), zip(lower, upper)) where low.isFinite && high.isFinite {
        svg.rectangle(
          x: x.0 - 7, y: y(high), width: 14, height: max(y(low) - y(high), 0.5), fill: "f-\(role.rawValue)",
          opacity: 0.25)
      }
    case .bars(let xs, let base, let top, let width, let role, let opacity):
      let size = abs(x(width) - x(0))
      for (place, (low, high)) in zip(xs, zip(base, top))
      where low.isFinite && high.isFinite && place.isFinite {
        svg.rectangle(
          x: x(place) - size / 2, y: min(y(low), y(high)), width: size, height: abs(y(low) - y(high)),
          fill: "f-\(role.rawValue)", opacity: opacity)
      }
    case .whiskers(let xs, let lower, let upper, let role):
      for (place, (low, high)) in zip(pixels(xs, lower), zip(lower, upper))
      where low.isFinite && high.isFinite {
        let (px, cap) = (place.0, 4.0)
        svg.path(
          [
            (px - cap, y(low)), (px + cap, y(low)), (.nan, 0), (px, y(low)), (px, y(high)), (.nan, 0),
            (px - cap, y(high)), (px + cap, y(high)),
          ], stroke: "s-\(role.rawValue)", width: 1.5)
      }
    case .spans(let ys, let lower, let upper, let role):
      for (place, (low, high)) in zip(ys, zip(lower, upper)) where low.isFinite && high.isFinite {
        svg.path(
          [(x(low), y(place)), (x(high), y(place))], stroke: "s-\(role.rawValue)", width: 2.4, opacity: 0.75)
      }
    case .arrows(let xs, let from, let to, let role):
      for (px, (start, end)) in zip(xs.map { x($0) }, zip(from.map { y($0) }, to.map { y($0) }))
      where abs(end - start) >= 1 {
        let head = end > start ? -min(6, end - start) : min(6, start - end)
        svg.path(
          [
            (px, start), (px, end), (.nan, 0), (px - 5, end + head), (px, end), (px + 5, end + head),
          ], stroke: "s-\(role.rawValue)", width: 2)
      }
    case .horizontal(let value, let dash):
      svg.line(x.start, y(value), x.end, y(value), stroke: "s-axis", width: 1.2, dash: dash)
    case .vertical(let value, let dash):
      svg.line(x(value), y.start, x(value), y.end, stroke: "s-axis", width: 1.2, dash: dash)
    case .label: break
    }
  }

  /// Texts beside points, placed left or right, and dropped where they would cover an earlier one.
  private func drawLabels(
    _ svg: inout SVGWriter, x: LinearScale, y: LinearScale, left: Double, right: Double
  ) {
    var taken: [(x: Double, y: Double, width: Double)] = []
    for case .label(let text, let px, let py, let below) in layers where px.isFinite && py.isFinite {
      let width = TextMeasure.width(text, size: 11)
      for side in [1.0, -1.0] {
        let begin = side > 0 ? x(px) + 7 : x(px) - 7 - width
        guard begin > left, begin + width < right else { continue }
        let covers = taken.contains {
          abs($0.y - y(py)) < 13 && begin < $0.x + $0.width + 4 && $0.x < begin + width + 4
        }
        if covers { continue }
        taken.append((begin, y(py), width))
        svg.text(text, x: begin, y: y(py) + (below ? 13 : -5), size: 11, fill: "f-text")
        break
      }
    }
  }
}

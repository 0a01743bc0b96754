/// A picture with one panel.
struct PlotFigure {
  let title: String
  let x: Axis
  let y: Axis

  /// The picture, its inside drawn by `draw`.
  func plot(_ draw: (Panel, inout Canvas) -> Void) -> Plot {
    var canvas = Canvas(width: 720, height: 480)
    let left = 46 + Panel.tickWidth(y)
    let panel = Panel(x: x, y: y, left: left, top: 44, width: 720 - left - 24, height: 480 - 44 - 62)
    canvas.text(title, 24, 26, anchor: "start", style: "title")
    panel.drawAxes(on: &canvas)
    canvas.text(y.label, 20, panel.top + panel.height / 2, turned: true)
    draw(panel, &canvas)
    return Plot(svg: canvas.document(title: title))
  }

  /// Means of `ys` over up to 20 groups of neighbouring `xs`; nothing for fewer than 20 points.
  static func runningMean(_ xs: [Double], _ ys: [Double]) -> [(Double, Double)] {
    let pairs = zip(xs, ys).filter { $0.0.isFinite && $0.1.isFinite }.sorted { $0.0 < $1.0 }
    guard pairs.count >= 20 else { return [] }
    let groups = min(20, pairs.count / 10)
    return (0..<groups).map { g in
      let slice = pairs[g * pairs.count / groups..<(g + 1) * pairs.count / groups]
      let count = Double(slice.count)
      return (slice.reduce(0) { $0 + $1.0 } / count, slice.reduce(0) { $0 + $1.1 } / count)
    }
  }
}

/// Predicted effects of the levels of a factor, one panel per effect.
struct EffectsFigure {
  let table: RandomEffectsTable

  /// Levels beyond this number are drawn as a band without names.
  private static let namedLevels = 60

  func plot() -> Plot {
    let count = table.labels.count
    let named = count <= Self.namedLevels
    let nameWidth =
      named ? Double(table.labels.map { min($0.description.count, 24) }.max() ?? 0) * 6.5 + 14 : 24
    let height = named ? max(140, Double(count) * 14) : 420
    let panelWidth = max(180, min(420, (900 - nameWidth) / Double(max(table.names.count, 1)) - 24))
    let width = nameWidth + Double(max(table.names.count, 1)) * (panelWidth + 24) + 24
    var canvas = Canvas(width: width, height: height + 120)
    let title = "Random effects of \(table.group), with 95 % intervals"
    canvas.text(title, 24, 26, anchor: "start", style: "title")
    for (j, name) in table.names.enumerated() {
      // Named levels are sorted by the first effect, so that panels can be read across.
      let key = named ? 0 : j
      let order = (0..<count).sorted { table.values[$0, key] < table.values[$1, key] }
      let centers = order.map { table.values[$0, j] }
      let half = order.map { 1.959963984540054 * table.standardErrors[$0, j] }
      let ends = zip(centers, half).flatMap { [$0 - $1, $0 + $1] }
      let panel = Panel(
        x: Axis(label: name, values: ends + centers, including: [0], ticks: 4),
        y: Axis(label: "", values: [0, Double(max(count - 1, 1))]),
        left: nameWidth + Double(j) * (panelWidth + 24),
        top: 56, width: panelWidth, height: height)
      panel.drawAxes(on: &canvas, yTicks: false)
      panel.drawLine([(0, panel.y.low), (0, panel.y.high)], "zero", on: &canvas)
      draw(centers, half, panel, named, &canvas)
      if j == 0, named {
        for (i, level) in order.enumerated() {
          canvas.text(
            String(table.labels[level].description.prefix(24)), nameWidth - 8,
            panel.place(0, Double(i)).1 + 4,
            anchor: "end", style: "small")
        }
      }
    }
    return Plot(svg: canvas.document(title: title))
  }

  private func draw(
    _ centers: [Double], _ half: [Double], _ panel: Panel, _ named: Bool, _ canvas: inout Canvas
  ) {
    if named {
      for i in centers.indices {
        let (low, high) = (
          panel.place(centers[i] - half[i], Double(i)), panel.place(centers[i] + half[i], Double(i))
        )
        canvas.line(low.0, low.1, high.0, high.1, "bar")
        let middle = panel.place(centers[i], Double(i))
        canvas.circle(middle.0, middle.1, radius: 3)
      }
      return
    }
    // At most 1,000 levels are drawn: more would fall on the same pixels.
    let stride = max(1, centers.count / 1000)
    let positions = Swift.stride(from: 0, to: centers.count, by: stride)
    let low = positions.map { panel.place(centers[$0] - half[$0], Double($0)) }
    let high = positions.reversed().map { panel.place(centers[$0] + half[$0], Double($0)) }
    canvas.path(low + high, "band", closed: true)
    panel.drawLine(positions.map { (centers[$0], Double($0)) }, "line", on: &canvas)
  }
}

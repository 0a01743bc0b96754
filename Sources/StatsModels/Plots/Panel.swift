/// A frame with two axes, into which points and lines are drawn in the units of the data.
struct Panel {
  let x: Axis
  let y: Axis
  let left: Double
  let top: Double
  let width: Double
  let height: Double

  /// Room that tick texts of an axis need, in pixels.
  static func tickWidth(_ axis: Axis) -> Double {
    Double(axis.ticks.map { axis.text($0).count }.max() ?? 1) * 7.5
  }

  func place(_ px: Double, _ py: Double) -> (Double, Double) {
    (left + x.fraction(px) * width, top + (1 - y.fraction(py)) * height)
  }

  /// Grid, frame, ticks and labels. `yTicks` false leaves out the texts of the vertical axis.
  func drawAxes(on canvas: inout Canvas, yTicks: Bool = true) {
    let bottom = top + height
    // Texts of neighbouring ticks must not touch: every second or third tick gets one when they are wide.
    let spacing = width * (x.step / (x.high - x.low))
    let stride = max(
      1, Int((Self.tickWidth(x) + 10) / max(spacing, 1)) + (spacing > Self.tickWidth(x) + 10 ? 0 : 1))
    for (i, tick) in x.ticks.enumerated() {
      let px = place(tick, y.low).0
      canvas.line(px, top, px, bottom, "grid")
      if i % stride == 0 { canvas.text(x.text(tick), px, bottom + 18) }
    }
    for tick in yTicks ? y.ticks : [] {
      let py = place(x.low, tick).1
      canvas.line(left, py, left + width, py, "grid")
      canvas.text(y.text(tick), left - 8, py + 4.5, anchor: "end")
    }
    canvas.rectangle(left, top, width, height, "frame")
    canvas.text(x.label, left + width / 2, bottom + 40)
  }

  /// Points, or shaded cells where there are so many that points would blot.
  func drawPoints(_ xs: [Double], _ ys: [Double], on canvas: inout Canvas) {
    let pairs = zip(xs, ys).filter { $0.0.isFinite && $0.1.isFinite }
    if pairs.count <= 3000 {
      let radius = pairs.count <= 300 ? 3.2 : pairs.count <= 1500 ? 2.4 : 1.8
      let opacity = pairs.count <= 300 ? 0.75 : 0.5
      for (px, py) in pairs {
        let point = place(px, py)
        canvas.circle(point.0, point.1, radius: radius, opacity: opacity)
      }
      return
    }
    let size = 5.0
    let (columns, rows) = (max(1, Int(width / size)), max(1, Int(height / size)))
    var counts = [Int](repeating: 0, count: columns * rows)
    for (px, py) in pairs {
      let (u, v) = (x.fraction(px), 1 - y.fraction(py))
      guard (0...1).contains(u), (0...1).contains(v) else { continue }
      counts[min(Int(v * Double(rows)), rows - 1) * columns + min(Int(u * Double(columns)), columns - 1)] += 1
    }
    let largest = Double(counts.max() ?? 1)
    for (cell, count) in counts.enumerated() where count > 0 {
      // The square root shows the sparse rim as well as the dense middle.
      let opacity = 0.12 + 0.88 * (Double(count) / largest).squareRoot()
      canvas.rectangle(
        left + Double(cell % columns) * width / Double(columns),
        top + Double(cell / columns) * height / Double(rows),
        width / Double(columns), height / Double(rows), "cell", opacity: opacity)
    }
  }

  /// A line through points in the units of the data.
  func drawLine(_ points: [(Double, Double)], _ style: String, on canvas: inout Canvas) {
    canvas.path(points.filter { $0.0.isFinite && $0.1.isFinite }.map { place($0.0, $0.1) }, style)
  }
}

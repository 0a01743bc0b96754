/// Predicted effects of levels with intervals, sorted, one panel for each effect.
///
/// Few levels are named at their rows, which all panels share. Of many, each panel shows its own order, and the names
/// of the highest and lowest.
struct CaterpillarChart {
  private let predicted: PredictedEffects
  private let axisLabel: String

  private static let bottom = 54.0
  private static let gap = 22.0
  private static let quantile = 1.959_963_984_540_054
  /// Rows below this height cannot carry their names.
  private static let namedHeight = 12.0
  /// Levels that are named at their rows unless a size says otherwise: a picture of about 1,400 pixels.
  private static let namedLevels = 100
  /// Intervals above this number would merge into a blot: their envelope is drawn.
  private static let singleIntervals = 400
  /// Names listed at either end of many levels.
  private static let listed = 5

  init(_ predicted: PredictedEffects, endog: String) {
    self.predicted = predicted
    axisLabel = "predicted effect on \(endog)"
  }

  private var count: Int { predicted.labels.count }

  /// Half widths of an effect's intervals; nan without a standard error, and where a variance of zero makes all
  /// effects zero, which is no certainty.
  private func margins(_ effect: PredictedEffects.Effect) -> [Double] {
    effect.errors.map { effect.variance > 0 && $0.isFinite ? Self.quantile * $0 : .nan }
  }

  /// What names and intervals are.
  var notes: [String] {
    (predicted.naming.isEmpty ? [] : ["Levels are named by \(predicted.naming)."]) + intervalNotes
  }

  private var intervalNotes: [String] {
    let all = predicted.effects.map(margins)
    let without = all.flatMap { $0 }.count { $0.isNaN }
    if all.allSatisfy({ $0.allSatisfy(\.isNaN) }) {
      return predicted.effects.contains { $0.variance > 0 }
        ? ["Predicted effects without intervals: their standard errors are not known."] : []
    }
    let note = "95 % intervals, coefficients and variances taken as known"
    return [without > 0 ? "\(note); none where grey." : "\(note)."]
  }

  /// The picture as an SVG document.
  func svg(caption: [String], options: PlotOptions) -> String {
    let panels = max(predicted.effects.count, 1)
    let title = options.title ?? "Random effects of \(predicted.group)"
    let wanted = count <= 45 ? 17.0 : 13
    let sharesRows: Bool
    if let size = options.size {
      sharesRows = (size.height - 150) / Double(max(count, 1)) >= Self.namedHeight
    } else {
      sharesRows = count <= Self.namedLevels
    }
    let labels = sharesRows ? predicted.labels : []
    let widest = labels.map { TextMeasure.width($0, size: 11) }.max() ?? 0
    let left = 28 + (sharesRows ? min(widest, 170) : 44)
    let panelWidth: Double
    if let size = options.size {
      panelWidth = max((size.width - left) / Double(panels) - Self.gap, 40)
    } else {
      panelWidth = [560, 330, 240, 240][min(panels, 4) - 1] * (panels > 5 ? 0.75 : 1)
    }
    let width = options.size?.width ?? left + Double(panels) * (panelWidth + Self.gap)
    let order =
      panels == 1
      ? []
      : [
        sharesRows
          ? "Levels in the order of \(predicted.effects[0].name) in every panel."
          : "Each panel in its own order."
      ]
    let header = FigureHeader(
      title: title, caption: caption + order, legend: legend, density: nil, width: width,
      limit: options.size.map { $0.height * 0.4 })
    let top = header.height + 22
    let panelHeight =
      options.size.map { max($0.height - top - Self.bottom, 40) }
      ?? (sharesRows ? max(Double(count) * wanted, 100) : 560)
    let height = options.size?.height ?? top + panelHeight + Self.bottom
    var svg = SVGWriter(width: width, height: height)
    header.draw(into: &svg)
    func y(_ position: Int) -> Double {
      top + panelHeight - (Double(position) + 0.5) * panelHeight / Double(max(count, 1))
    }
    let common = predicted.effects.first.map { sorted($0.values) } ?? []
    if sharesRows {
      for (position, level) in common.enumerated() {
        let text = TextMeasure.cut(predicted.labels[level], size: 11, to: 170)
        svg.text(text, x: left - 8, y: y(position) + 4, size: 11, fill: "f-muted", anchor: .end)
      }
    } else {
      drawRanks(&svg, left: left, top: top, height: panelHeight)
    }
    for (position, effect) in predicted.effects.enumerated() {
      let frame = PanelFrame(
        left: left + Double(position) * (panelWidth + Self.gap), top: top, width: panelWidth,
        height: panelHeight, name: "panel\(position)")
      let order = sharesRows ? common : sorted(effect.values)
      draw(effect, into: &svg, frame: frame, order: order, y: y)
      if !sharesRows { drawExtremes(order, into: &svg, frame: frame) }
    }
    svg.text(
      axisLabel, x: left + (width - left - Self.gap) / 2, y: height - 14, size: 12.5, fill: "f-muted",
      anchor: .middle)
    return svg.document(title: title, description: caption.joined(separator: ". "), theme: options.theme)
  }

  /// Levels by ascending effect, equal ones in the order of labels.
  private func sorted(_ values: [Double]) -> [Int] {
    values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
  }

  private var legend: [LegendEntry] {
    var present: Set<Palette.Role> = []
    for effect in predicted.effects {
      for (value, margin) in zip(effect.values, margins(effect)) { present.insert(Self.role(value, margin)) }
    }
    let all: [(Palette.Role, String)] = [
      (.first, "interval holds zero"), (.second, "interval excludes zero"), (.axis, "no interval"),
    ]
    return all.filter { present.contains($0.0) }.map { LegendEntry(mark: .point, role: $0.0, text: $0.1) }
  }

  /// Intervals that exclude zero stand out; what has none is grey.
  private static func role(_ value: Double, _ margin: Double) -> Palette.Role {
    margin.isFinite ? (abs(value) > margin ? .second : .first) : .axis
  }

  /// Ranks in place of names.
  private func drawRanks(_ svg: inout SVGWriter, left: Double, top: Double, height: Double) {
    let scale = LinearScale(
      showing: [1, Double(count)], start: top + height, end: top, target: 8,
      margin: 0.5 / Double(max(count, 1)))
    for tick in scale.ticks where tick >= 1 {
      svg.text(
        DisplayText.count(Int(clampingFinite: tick)), x: left - 8, y: scale(tick) + 4, size: 11,
        fill: "f-muted",
        anchor: .end)
    }
    svg.text("rank", x: left - 8, y: top - 9, size: 11, fill: "f-muted", anchor: .end)
  }

  /// The names of the highest and the lowest, in the corners that a rising curve leaves free.
  private func drawExtremes(_ order: [Int], into svg: inout SVGWriter, frame: PanelFrame) {
    func list(_ heading: String, _ levels: [Int], x: Double, top: Double, anchor: SVGWriter.Anchor) {
      for (line, text) in ([heading] + levels.map { predicted.labels[$0] }).enumerated() {
        svg.text(
          TextMeasure.cut(text, size: 11, to: frame.width * 0.45), x: x, y: top + Double(line) * 14, size: 11,
          fill: line == 0 ? "f-muted" : "f-text", anchor: anchor)
      }
    }
    // A quarter of the height for each list, so that they stay clear of each other.
    let listed = min(Self.listed, Int(clampingFinite: (frame.height / 4 / 14).rounded(.down)) - 1)
    guard listed > 0 else { return }
    let room = Double(listed + 1) * 14
    list(
      "highest", order.suffix(listed).reversed(), x: frame.left + 8, top: frame.top + 18, anchor: .start)
    list(
      "lowest", order.prefix(listed).reversed(), x: frame.left + frame.width - 8,
      top: frame.top + frame.height - room + 6, anchor: .end)
  }

  private func draw(
    _ effect: PredictedEffects.Effect, into svg: inout SVGWriter, frame: PanelFrame, order: [Int],
    y: (Int) -> Double
  ) {
    let margins = self.margins(effect)
    let centres = order.map { effect.values[$0] }
    let halves = order.map { margins[$0].isFinite ? margins[$0] : 0 }
    let lower = zip(centres, halves).map { $0 - $1 }
    let upper = zip(centres, halves).map { $0 + $1 }
    let roles = order.map { Self.role(effect.values[$0], margins[$0]) }
    let bottom = frame.top + frame.height
    let x = LinearScale(
      showing: lower + upper + [0], start: frame.left, end: frame.left + frame.width,
      target: max(2, Int(clampingFinite: frame.width / 85)))
    svg.rectangle(
      x: frame.left, y: frame.top, width: frame.width, height: frame.height, fill: "f-panel", radius: 3)
    for tick in x.ticks {
      svg.line(x(tick), frame.top, x(tick), bottom, stroke: "s-grid")
      svg.text(x.label(tick), x: x(tick), y: bottom + 18, size: 11.5, fill: "f-muted", anchor: .middle)
    }
    svg.line(x(0), frame.top, x(0), bottom, stroke: "s-axis", width: 1.2)
    svg.line(frame.left, bottom, frame.left + frame.width, bottom, stroke: "s-axis")
    svg.text(
      TextMeasure.cut(effect.name, size: 12.5, to: frame.width), x: frame.left, y: frame.top - 9, size: 12.5,
      fill: "f-text", weight: 600)
    let isEnvelope = order.count > Self.singleIntervals
    // At most a row for each half pixel.
    let rows = Array(stride(from: 0, to: order.count, by: isEnvelope ? max(1, order.count / 1200) : 1))
    if isEnvelope, margins.contains(where: \.isFinite) {
      svg.band(
        rows.map { (x(lower[$0]), y($0)) }, rows.map { (x(upper[$0]), y($0)) }, fill: "f-first", opacity: 0.25
      )
    }
    let spacing = frame.height / Double(max(order.count, 1))
    for role in [Palette.Role.first, .second, .axis] {
      let members = rows.filter { roles[$0] == role }
      if !isEnvelope, role != .axis {
        svg.path(
          members.flatMap { [(x(lower[$0]), y($0)), (x(upper[$0]), y($0)), (Double.nan, 0.0)] },
          stroke: "s-\(role.rawValue)", width: min(2, max(0.6, spacing * 0.35)), opacity: 0.75)
      }
      svg.circles(
        members.map { (x(centres[$0]), y($0)) }, radius: isEnvelope ? 0.9 : min(3.6, max(1, spacing * 0.32)),
        fill: "f-\(role.rawValue)", opacity: 1)
    }
  }
}

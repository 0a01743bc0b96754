/// A picture of one or more panels under a common title, caption and legend.
struct Figure: Sendable {
  var title: String
  /// Lines under the title, wrapped to the width.
  var caption: [String] = []
  var panels: [Panel]
  var legend: [LegendEntry] = []
  /// Height of a panel; nil fits their number.
  var panelHeight: Double?

  /// Panels side by side at most.
  private static let columns = 3
  private static let gap = 8.0

  /// The picture as an SVG document.
  func svg(_ options: PlotOptions) -> String {
    let title = options.title ?? self.title
    let across = max(min(panels.count, Self.columns), 1)
    let down = max((panels.count + across - 1) / across, 1)
    let width = options.size?.width ?? [680, 820, 1020][across - 1]
    let panelHeight = self.panelHeight ?? (panels.count == 1 ? 402.0 : 300)
    var header = FigureHeader(
      title: title, caption: caption, legend: legend, density: density, width: width,
      limit: options.size.map { $0.height * 0.4 })
    let height = options.size?.height ?? header.height + Double(down) * panelHeight
    var body = SVGWriter(width: width, height: height)
    let cell = (width: width / Double(across), height: (height - header.height) / Double(down))
    var densest: Hexagons?
    for (position, panel) in panels.enumerated() {
      let frame = PanelFrame(
        left: Double(position % across) * cell.width + Self.gap / 2,
        top: header.height + Double(position / across) * cell.height,
        width: cell.width - Self.gap, height: cell.height, name: "panel\(position)")
      if let found = panel.draw(into: &body, frame: frame), found.largest > densest?.largest ?? 0 {
        densest = found
      }
    }
    header.largest = densest?.largest
    // Title and caption first, as they are read; the key in the header needs the largest count.
    var svg = SVGWriter(width: width, height: height)
    header.draw(into: &svg)
    svg.append(body)
    let axes = panels.map { "\($0.y.label) against \($0.x.label)" }
    let description = (caption + axes).joined(separator: ". ")
    return svg.document(title: title, description: description, theme: options.theme)
  }

  /// The colours of hexagons, nil where all points are drawn singly.
  private var density: Palette.Density? {
    panels.first(where: \.isDense).map { $0.pointRole == .axis ? .neutral : .blue }
  }
}

/// Title, caption and legend of a picture.
struct FigureHeader {
  private let title: String
  private let lines: [String]
  private let rows: [[(entry: LegendEntry, x: Double)]]
  private let density: Palette.Density?
  private let width: Double
  /// Where the key of a density begins; the legend leaves room for it.
  private let keyRow: Int
  /// Largest number of points in a hexagon.
  var largest: Int?

  private static let margin = 20.0
  private static let line = 16.0
  private static let row = 22.0
  /// Room for "points per cell 1", the colours, and a count of seven digits.
  private static let keyWidth = 250.0

  /// - Parameter limit: the largest height; nil takes what the text needs.
  init(
    title: String, caption: [String], legend: [LegendEntry], density: Palette.Density?, width: Double,
    limit: Double?
  ) {
    self.title = title
    self.density = density
    self.width = width
    let inner = width - 2 * Self.margin
    var rows: [[(entry: LegendEntry, x: Double)]] = []
    var x = Double.infinity
    for entry in legend where density == nil || entry.mark != .point {
      let needed = LegendEntry.markWidth + TextMeasure.width(entry.text, size: 12)
      if x + needed > Self.margin + inner {
        rows.append([])
        x = Self.margin
      }
      rows[rows.count - 1].append((entry, x))
      x += needed + 18
    }
    keyRow =
      density == nil || (!rows.isEmpty && x + Self.keyWidth <= width) ? max(rows.count - 1, 0) : rows.count
    if density != nil, keyRow == rows.count { rows.append([]) }
    self.rows = rows
    let wrapped = caption.flatMap { TextMeasure.wrapped($0, size: 12, to: inner, limit: 3) }
    let room = limit.map {
      max(1, Int(clampingFinite: ($0 - 36 - Double(rows.count) * Self.row) / Self.line))
    }
    var lines = room.map { Array(wrapped.prefix($0)) } ?? wrapped
    if lines.count < wrapped.count, let last = lines.popLast() {
      lines.append(TextMeasure.cut(last + " …", size: 12, to: inner))
    }
    self.lines = lines
  }

  /// Pixels from the upper edge to the panels.
  var height: Double { 36 + Double(lines.count) * Self.line + Double(rows.count) * Self.row }

  func draw(into svg: inout SVGWriter) {
    svg.text(
      TextMeasure.cut(title, size: 17, to: width - 2 * Self.margin), x: Self.margin, y: 27, size: 17,
      fill: "f-text", weight: 600)
    for (position, line) in lines.enumerated() {
      svg.text(line, x: Self.margin, y: 46 + Double(position) * Self.line, size: 12, fill: "f-muted")
    }
    let top = 36 + Double(lines.count) * Self.line
    for (position, row) in rows.enumerated() {
      for (entry, x) in row { entry.draw(into: &svg, x: x, middle: top + Double(position) * Self.row + 11) }
    }
    if let density, let largest {
      drawKey(density, largest: largest, into: &svg, y: top + Double(keyRow) * Self.row + 15)
    }
  }

  /// The colours of a density with their numbers of points.
  private func drawKey(_ density: Palette.Density, largest: Int, into svg: inout SVGWriter, y: Double) {
    let cell = 11.0
    let right = width - Self.margin
    let count = DisplayText.count(largest)
    let begin = right - TextMeasure.width(count, size: 11) - 6 - cell * Double(Palette.densitySteps)
    svg.text("points per cell  1", x: begin - 6, y: y, size: 11, fill: "f-muted", anchor: .end)
    for step in 0..<Palette.densitySteps {
      svg.rectangle(
        x: begin + Double(step) * cell, y: y - 10, width: cell, height: 11,
        fill: "\(density.rawValue)\(step)")
    }
    svg.text(count, x: right, y: y, size: 11, fill: "f-muted", anchor: .end)
  }
}

/// An entry of a picture's legend.
struct LegendEntry: Sendable {
  enum Mark: Sendable { case point, line, dashed, band, bar }
  let mark: Mark
  let role: Palette.Role
  let text: String

  /// Room for the mark before the text.
  static let markWidth = 24.0

  func draw(into svg: inout SVGWriter, x: Double, middle: Double) {
    switch mark {
    case .point: svg.circles([(x + 9, middle)], radius: 4, fill: "f-\(role.rawValue)", opacity: 0.8)
    case .line, .dashed:
      svg.line(
        x, middle, x + 18, middle, stroke: "s-\(role.rawValue)", width: 2.2,
        dash: mark == .dashed ? "5 4" : nil)
    case .band, .bar:
      svg.band(
        [(x, middle + 5), (x + 18, middle + 5)], [(x, middle - 5), (x + 18, middle - 5)],
        fill: "f-\(role.rawValue)", opacity: mark == .bar ? 0.75 : 0.25)
    }
    svg.text(text, x: x + Self.markWidth, y: middle + 4, size: 12, fill: "f-text")
  }
}

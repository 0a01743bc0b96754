/// Points and lines over two columns.
struct PointDrawings {
  private let figure: DataFigure

  init(_ figure: DataFigure) { self.figure = figure }

  /// Points up to which every value of a smooth is computed.
  private static let exactSmooth = 2_000

  func scatter(_ x: String, _ y: String, smooth: Bool) throws -> DataDrawing {
    let along = figure.variable(x)
    let ys = try figure.numbers(y)
    let (xLabel, yLabel) = (DisplayText.name(x), DisplayText.name(y))
    return DataDrawing(
      title: "\(yLabel) against \(xLabel)", x: along.axis, y: Axis(yLabel),
      notes: smooth ? ["Lines: robust local smooth of two thirds of the points."] : [],
      layers: { rows in
        var (points, lines): ([ChartLayer], [ChartLayer]) = ([], [])
        for part in figure.parts(rows) {
          let px = part.rows.map { along.positions[$0] }
          let py = part.rows.map { ys[$0] }
          points.append(.points(x: px, y: py, role: part.role))
          guard smooth, px.count >= 3 else { continue }
          let range = (px.max() ?? 0) - (px.min() ?? 0)
          let found = Lowess(
            x: px, y: py, frac: 2.0 / 3, passes: 3, delta: px.count > Self.exactSmooth ? 0.01 * range : 0)
          // Of a single colour the line stands out by another one.
          let role = figure.partCount == 1 ? Palette.Role.second : part.role
          lines.append(.line(x: found.x, y: found.fitted, role: role, width: 2.6, opacity: 1, dash: nil))
        }
        return points + lines
      })
  }

  func lines(_ x: String, _ y: String, errors: ErrorBars) throws -> DataDrawing {
    let along = figure.variable(x)
    let ys = try figure.numbers(y)
    let (xLabel, yLabel) = (DisplayText.name(x), DisplayText.name(y))
    let isThin = figure.partCount > DataFigure.roles.count
    var notes = isThin ? ["A line for each of \(DisplayText.count(figure.partCount)) values."] : []
    if let note = errors.note, !isThin { notes.append(note) }
    return DataDrawing(
      title: "\(yLabel) along \(xLabel)", x: along.axis, y: Axis(yLabel), notes: notes,
      layers: { rows in
        figure.parts(rows).flatMap { part -> [ChartLayer] in
          var values: [Double: [Double]] = [:]
          for row in part.rows { values[along.positions[row], default: []].append(ys[row]) }
          let places = values.keys.filter(\.isFinite).sorted()
          let summaries = places.map { GroupSummary(values[$0] ?? []) }
          let means = summaries.map(\.mean)
          if isThin {
            return [.line(x: places, y: means, role: .first, width: 1.1, opacity: 0.45, dash: nil)]
          }
          var layers: [ChartLayer] = [
            .line(x: places, y: means, role: part.role, width: 2.2, opacity: 1, dash: nil)
          ]
          // Few values along the axis are marked.
          if places.count <= 40 { layers.append(.marks(x: places, y: means, role: part.role)) }
          if errors != .none {
            let reach = summaries.map { $0.reach(errors) }
            layers.append(
              .whiskers(
                x: places, lower: zip(means, reach).map { $0 - $1 }, upper: zip(means, reach).map { $0 + $1 },
                role: part.role))
          }
          return layers
        }
      })
  }
}

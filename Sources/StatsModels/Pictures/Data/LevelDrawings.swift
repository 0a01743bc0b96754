/// Bars, boxes and points over the values of a column.
struct LevelDrawings {
  private let figure: DataFigure
  /// The values of x, nil for a single place.
  private let along: PictureVariable?

  /// Numbers of values beyond which no label can be read.
  private static let mostLevels = 100

  init(_ figure: DataFigure, x: String?) throws {
    self.figure = figure
    along = x.map { figure.variable($0, levels: true) }
    if let along, let levels = along.levels, levels.count > Self.mostLevels {
      throw StatsModelsError(
        .invalidArgument,
        "'\(along.name)' has \(levels.count) values, too many to stand side by side: cut() makes few intervals of numbers",
        values: [along.name])
    }
  }

  private var axis: Axis { along?.axis ?? Axis("", levels: [""]) }

  /// Half of the room that the parts at a place share.
  private static let half = 0.36

  /// The width of a part, and its distance from the place.
  private func place(_ part: Int) -> (width: Double, shift: Double) {
    let width = 2 * Self.half / Double(figure.partCount)
    return (width, width * (Double(part) + 0.5) - Self.half)
  }

  /// The rows of each place and part, those without rows left out.
  private func groups(
    _ rows: [Int]
  ) -> [(part: Int, role: Palette.Role, places: [Double], rows: [[Int]])] {
    figure.parts(rows).enumerated().map { number, part in
      var found: [Double: [Int]] = [:]
      for row in part.rows { found[along?.positions[row] ?? 0, default: []].append(row) }
      let places = found.keys.sorted()
      return (number, part.role, places, places.map { found[$0] ?? [] })
    }
  }

  func bars(_ y: String?, errors: ErrorBars) throws -> DataDrawing {
    let ys = try y.map { try figure.numbers($0) }
    let xLabel = along.map { DisplayText.name($0.name) } ?? ""
    let yLabel = y.map { "mean of \(DisplayText.name($0))" } ?? "rows"
    return DataDrawing(
      title: "\(yLabel.prefix(1).uppercased() + yLabel.dropFirst()) by \(xLabel)", x: axis,
      y: Axis(yLabel, mustShow: [0]), notes: ys == nil ? [] : [errors.note].compactMap { $0 },
      layers: { rows in
        groups(rows).flatMap { group -> [ChartLayer] in
          let (width, shift) = place(group.part)
          let places = group.places.map { $0 + shift }
          let summaries = group.rows.map { rows in GroupSummary(rows.map { ys?[$0] ?? 0 }) }
          let heights = ys == nil ? group.rows.map { Double($0.count) } : summaries.map(\.mean)
          var layers: [ChartLayer] = [
            .bars(
              x: places, base: places.map { _ in 0 }, top: heights, width: width * 0.92, role: group.role,
              opacity: 0.75)
          ]
          if ys != nil, errors != .none {
            let reach = summaries.map { $0.reach(errors) }
            layers.append(
              .whiskers(
                x: places, lower: zip(heights, reach).map { $0 - $1 },
                upper: zip(heights, reach).map { $0 + $1 }, role: .text))
          }
          return layers
        }
      })
  }

  func boxes(_ y: String) throws -> DataDrawing {
    let ys = try figure.numbers(y)
    let yLabel = DisplayText.name(y)
    return DataDrawing(
      title: along.map { "\(yLabel) by \(DisplayText.name($0.name))" } ?? yLabel, x: axis, y: Axis(yLabel),
      notes: ["Boxes: quartiles and median; whiskers to the last value within 1.5 times their distance."],
      layers: { rows in
        groups(rows).flatMap { group -> [ChartLayer] in
          let (width, shift) = place(group.part)
          let places = group.places.map { $0 + shift }
          let summaries = group.rows.map { rows in GroupSummary(rows.map { ys[$0] }) }
          let fences = summaries.map(\.fences)
          let (first, third) = (summaries.map { $0.quantile(0.25) }, summaries.map { $0.quantile(0.75) })
          let half = width * 0.4
          let medians = zip(places, summaries).map { ($0, $1.quantile(0.5)) }
          let beyond = zip(places, fences).flatMap { place, fence in fence.beyond.map { (place, $0) } }
          return [
            .whiskers(x: places, lower: fences.map(\.lower), upper: first, role: group.role),
            .whiskers(x: places, lower: third, upper: fences.map(\.upper), role: group.role),
            .bars(x: places, base: first, top: third, width: 2 * half, role: group.role, opacity: 0.35),
            .line(
              x: medians.flatMap { [$0.0 - half, $0.0 + half, .nan] },
              y: medians.flatMap { [$0.1, $0.1, .nan] }, role: group.role, width: 2.4, opacity: 1, dash: nil),
            .points(x: beyond.map(\.0), y: beyond.map(\.1), role: group.role),
          ]
        }
      })
  }

  func strips(_ y: String) throws -> DataDrawing {
    let ys = try figure.numbers(y)
    let yLabel = DisplayText.name(y)
    return DataDrawing(
      title: along.map { "\(yLabel) by \(DisplayText.name($0.name))" } ?? yLabel, x: axis, y: Axis(yLabel),
      notes: ["Points moved sideways; lines at the means."],
      layers: { rows in
        let groups = groups(rows)
        let points = groups.map { group -> ChartLayer in
          let (width, shift) = place(group.part)
          let all = zip(group.places, group.rows).flatMap { place, rows in
            rows.map { (place + shift, ys[$0]) }
          }
          return .points(
            x: Jitter.spread(all.map(\.0), all.map(\.1), reach: width * 0.36), y: all.map(\.1),
            role: group.role)
        }
        let means = groups.map { group -> ChartLayer in
          let (width, shift) = place(group.part)
          let found = zip(group.places, group.rows).map { place, rows in
            (place + shift, GroupSummary(rows.map { ys[$0] }).mean)
          }
          return .line(
            x: found.flatMap { [$0.0 - width * 0.4, $0.0 + width * 0.4, .nan] },
            y: found.flatMap { [$0.1, $0.1, .nan] }, role: .text, width: 2, opacity: 0.9, dash: nil)
        }
        return points + means
      })
  }
}

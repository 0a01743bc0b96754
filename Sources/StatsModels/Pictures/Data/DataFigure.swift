import DataFrames

/// A picture of a frame's columns: the rows that are drawn, split into panels and colours.
struct DataFigure {
  let picture: DataPicture
  /// The rows without missing and infinite values in the columns that are drawn.
  let data: DataFrame
  private let dropped: Int
  /// Which values the dropped rows have.
  private let droppedKind: String
  private let facet: PictureVariable?
  private let by: PictureVariable?

  /// Numbers of panels beyond which none can be read.
  private static let mostPanels = 60
  /// Colours of the values of `by`.
  static let roles: [Palette.Role] = [
    .first, .second, .third, .fourth, .fifth, .sixth, .seventh, .eighth,
  ]

  init(_ frame: DataFrame, _ picture: DataPicture, facet: String?) throws {
    self.picture = picture
    let names = (picture.names + [facet]).compactMap { $0 }
    let present = try frame.dropna(subset: Array(Set(names)).sorted())
    let numbers = names.compactMap { present[$0].isNumeric ? present[$0].doubles : nil }
    let finite = (0..<present.rowCount).filter { row in !numbers.contains { $0[row].isInfinite } }
    data = finite.count < present.rowCount ? present.rows(finite) : present
    dropped = frame.rowCount - data.rowCount
    droppedKind = finite.count < present.rowCount ? "missing or infinite" : "missing"
    guard data.rowCount > 0 else {
      throw StatsModelsError(
        .notEnoughData,
        frame.rowCount == 0
          ? "there are no rows to draw"
          : "in every row one of \(shortList(names)) is \(droppedKind): nothing can be drawn")
    }
    let frame = data
    self.facet = facet.map { PictureVariable(levelsOf: frame[$0]) }
    by = picture.by.map { PictureVariable(levelsOf: frame[$0]) }
    try Self.check(self.facet, most: Self.mostPanels, "panels", remedy: "take fewer values")
    if !picture.takesManyValues {
      try Self.check(by, most: Self.roles.count, "colours", remedy: "facet: gives each a panel")
    }
  }

  private static func check(
    _ variable: PictureVariable?, most: Int, _ what: String, remedy: String
  ) throws {
    guard let variable, let levels = variable.levels, levels.count > most else { return }
    throw StatsModelsError(
      .invalidArgument,
      "'\(variable.name)' has \(levels.count) values, more than the \(most) \(what) that can be told apart: \(remedy)",
      values: [variable.name])
  }

  /// Numbers of a column.
  ///
  /// - Throws: ``StatsModelsError`` for a column of another type.
  func numbers(_ name: String) throws -> [Double] {
    let column: Column = data[name]
    if column.isNumeric || column.type == .boolean, let numbers = column.doubles { return numbers }
    if column.type == .timedelta { return column.dt.totalSeconds().doubles ?? [] }
    throw StatsModelsError(
      .invalidArgument,
      "'\(name)' is of type \(column.type.pandasName): this picture needs numbers there", values: [name])
  }

  /// A column on a horizontal axis: numbers and dates as such, all else as levels.
  func variable(_ name: String, levels: Bool = false) -> PictureVariable {
    levels ? PictureVariable(levelsOf: data[name]) : PictureVariable(ofAny: data[name])
  }

  /// The colours with their names and rows among some rows, one without `by`.
  func parts(_ rows: [Int]) -> [(role: Palette.Role, name: String, rows: [Int])] {
    guard let by, let levels = by.levels else { return [(.first, "", rows)] }
    return levels.indices.map { level in
      (
        Self.roles[level % Self.roles.count], PictureVariable.text(levels[level]),
        rows.filter { by.positions[$0] == Double(level) }
      )
    }
  }

  /// Number of values of `by`, 1 without.
  var partCount: Int { by?.levels?.count ?? 1 }

  /// The picture: a panel for each value of `facet`.
  func figure() throws -> Figure {
    let drawing = try drawing()
    var panels: [Panel] = []
    let all = Array(0..<data.rowCount)
    if let facet, let levels = facet.levels {
      for (place, level) in levels.enumerated() {
        let layers = drawing.layers(all.filter { facet.positions[$0] == Double(place) })
        let name = "\(DisplayText.name(facet.name)) = \(PictureVariable.text(level))"
        panels.append(Panel(heading: name, x: drawing.x, y: drawing.y, layers: layers))
      }
      // Common axes.
      let abscissas = Self.ends(panels.flatMap { $0.layers.flatMap(\.abscissas) })
      let ordinates = Self.ends(panels.flatMap { $0.layers.flatMap(\.ordinates) })
      for place in panels.indices {
        panels[place].x.mustShow += abscissas
        panels[place].y.mustShow += ordinates
      }
    } else {
      panels = [Panel(x: drawing.x, y: drawing.y, layers: drawing.layers(all))]
    }
    var notes = drawing.notes
    if dropped > 0 {
      notes.append("\(DisplayText.count(dropped, "row")) with \(droppedKind) values left out.")
    }
    let rows = "\(DisplayText.count(data.rowCount, "row"))."
    return Figure(
      title: drawing.title, caption: [([rows] + notes).joined(separator: " ")], panels: panels,
      legend: legend + drawing.legend)
  }

  private static func ends(_ values: [Double]) -> [Double] {
    let finite = values.filter(\.isFinite)
    return [finite.min(), finite.max()].compactMap { $0 }
  }

  private var legend: [LegendEntry] {
    guard let by, let levels = by.levels, levels.count <= Self.roles.count else { return [] }
    let mark = picture.legendMark
    return levels.indices.map {
      LegendEntry(
        mark: mark, role: Self.roles[$0],
        text: "\($0 == 0 ? "\(DisplayText.name(by.name)): " : "")\(PictureVariable.text(levels[$0]))")
    }
  }

  private func drawing() throws -> DataDrawing {
    switch picture {
    case .scatter(let x, let y, _, let smooth): try PointDrawings(self).scatter(x, y, smooth: smooth)
    case .lines(let x, let y, _, let errors): try PointDrawings(self).lines(x, y, errors: errors)
    case .bars(let x, let y, _, let errors): try LevelDrawings(self, x: x).bars(y, errors: errors)
    case .box(let y, let x, _): try LevelDrawings(self, x: x).boxes(y)
    case .strip(let y, let x, _): try LevelDrawings(self, x: x).strips(y)
    case .histogram(let x, let bins, _): try DistributionDrawings(self).histogram(x, bins: bins)
    case .quantiles(let x): try DistributionDrawings(self).quantiles(x)
    }
  }
}

/// What a kind of picture draws: axes, and the layers of some rows.
struct DataDrawing {
  let title: String
  let x: Axis
  let y: Axis
  var notes: [String] = []
  var legend: [LegendEntry] = []
  let layers: ([Int]) -> [ChartLayer]
}

extension DataPicture {
  /// The column that gives colours.
  var by: String? {
    switch self {
    case .scatter(_, _, let by, _), .lines(_, _, let by, _), .bars(_, _, let by, _), .histogram(_, _, let by),
      .box(_, _, let by), .strip(_, _, let by):
      by
    case .quantiles: nil
    }
  }

  /// The columns that are drawn.
  var names: [String?] {
    switch self {
    case .scatter(let x, let y, let by, _), .lines(let x, let y, let by, _): [x, y, by]
    case .bars(let x, let y, let by, _): [x, y, by]
    case .box(let y, let x, let by), .strip(let y, let x, let by): [x, y, by]
    case .histogram(let x, _, let by): [x, by]
    case .quantiles(let x): [x]
    }
  }

  /// Whether values of `by` beyond the colours have thin lines.
  var takesManyValues: Bool { if case .lines = self { true } else { false } }

  /// How a colour stands in the legend.
  var legendMark: LegendEntry.Mark {
    switch self {
    case .scatter, .strip, .quantiles: .point
    case .lines: .line
    case .bars: .bar
    case .histogram, .box: .band
    }
  }
}

import DataFrames
import LinearAlgebra

/// Fitted lines along one variable over the data: of the population, of the levels of another variable, and of single
/// levels of a factor. All other variables stand at typical values.
struct FittedPicture {
  let figure: Figure

  /// Points of a numeric grid: a curve looks smooth, and 60 groups stay a small file.
  static let steps = 41

  /// Quantiles at which a numeric variable splits the population.
  private static let quantiles = [0.1, 0.5, 0.9]

  init(_ results: any MixedModelFit, along name: String?, by split: String?, of factor: String?) throws {
    try results.specification.requireRows("a picture along a variable")
    if results.specification.isRestored {
      throw StatsModelsError(.notAvailable, "fitted lines need the data, which these results no longer hold")
    }
    guard let source = results.specification.source else {
      throw StatsModelsError(
        .notAvailable, "fitted lines need the variables of a formula: these results are of arrays")
    }
    let isFactor = split.map { factor == nil && !results.effectBlocks(named: $0).isEmpty } ?? false
    let along = try PictureVariable(results, name: name ?? Self.firstVariable(source))
    let by = try isFactor ? nil : split.map { try Split(PictureVariable(results, name: $0)) }
    for variable in [along] + [by?.variable].compactMap({ $0 })
    where !source.effectVariables.contains(variable.name) {
      throw StatsModelsError(
        .invalidArgument,
        "'\(variable.name)' is in no effect of the model, so that no line depends on it; the effects use "
          + shortList(source.effectVariables), values: [variable.name])
    }
    if let by, by.variable.name == along.name {
      throw StatsModelsError(
        .invalidArgument, "'\(along.name)' cannot both run along the axis and split the lines",
        values: [along.name])
    }
    let cell = try ReferenceCell(results, source: source)
    let places = Self.places(along)
    try Self.checkRowByRow(results, source, along)
    let curves = try Self.population(results, cell, along, places, by)
    let groups = try GroupLines(
      results, source: source, cell: cell, along: along, places: places, by: by,
      of: isFactor ? split : factor)

    let roles = by?.styles ?? [LineStyle(role: .second, dash: nil)]
    var layers = Self.points(results, along, by, roles)
    let opacity = groups.lines.count <= 12 ? 0.7 : groups.lines.count <= 30 ? 0.5 : 0.35
    for line in groups.lines {
      layers.append(
        .line(
          x: places, y: line.values, role: by == nil ? .first : roles[line.split].role, width: 1.2,
          opacity: opacity, dash: nil))
    }
    for (curve, style) in zip(curves, roles) {
      if let (lower, upper) = curve.band {
        layers.append(
          along.isLevels
            ? .intervals(x: places, lower: lower, upper: upper, role: style.role)
            : .band(x: places, lower: lower, upper: upper, role: style.role))
      }
      layers.append(
        .line(x: places, y: curve.values, role: style.role, width: 2.8, opacity: 1, dash: style.dash))
      if along.isLevels { layers.append(.marks(x: places, y: curve.values, role: style.role)) }
    }
    let varied = Set([along.name] + [by?.variable.name].compactMap { $0 } + groups.variables)
    let reference = cell.text(without: varied)
    var notes = (reference.isEmpty ? [] : ["Lines at \(reference)."]) + groups.notes
    if results.responseFamily != nil {
      notes.append("The population's line is the mean where effects are zero, not over their distribution.")
    }
    figure = Figure(
      title: "Fitted lines", caption: PictureCaption(results).lines(notes),
      panels: [
        Panel(x: along.axis, y: Axis(DisplayText.name(results.responseName)), layers: layers)
      ],
      legend: Self.legend(by, hasBand: curves.contains { $0.band != nil }, groups: groups))
  }

  /// The first numeric variable of the fixed effects, else the first one.
  private static func firstVariable(_ source: ModelSpecification.FormulaSource) throws -> String {
    let names = source.fixedVariables
    let numeric = names.first { source.data[$0].isNumeric && !source.isCategorical($0) }
    guard let found = numeric ?? names.first else {
      throw StatsModelsError(
        .notAvailable, "the fixed effects have no variable to draw fitted lines along: name one, along: \"…\""
      )
    }
    return found
  }

  /// Where lines are computed.
  static func places(_ along: PictureVariable) -> [Double] {
    if let levels = along.levels { return levels.indices.map(Double.init) }
    let finite = along.positions.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return [] }
    if low == high { return [low] }
    if let few = FewValues(finite), few.values.count == 2 { return few.values }
    return (0..<steps).map { low + (high - low) * Double($0) / Double(steps - 1) }
  }

  /// Refuses formulas whose value in a row depends on the other rows (`x - x.mean()`): on a grid they mean another thing.
  private static func checkRowByRow(
    _ results: any MixedModelFit, _ source: ModelSpecification.FormulaSource, _ along: PictureVariable
  ) throws {
    let finite = along.positions.indices.filter { along.positions[$0].isFinite }
    let ends = [
      finite.min { along.positions[$0] < along.positions[$1] },
      finite.max { along.positions[$0] < along.positions[$1] },
    ].compactMap { $0 }
    let whole = results.populationMeans
    let spread = (whole.filter(\.isFinite).map(abs).max() ?? 0) * 1e-6
    for row in ends where row < whole.count {
      let alone = try results.mean(at: source.data.rows([row]).resetIndex(), effects: .none)
      guard let value = alone.first, value.isFinite, abs(value - whole[row]) > spread else { continue }
      throw StatsModelsError(
        .notAvailable,
        "fitted lines cannot be drawn: a variable of the formula is computed from all rows together, such as "
          + "x - x.mean(); make it a column of the data, or use center(x) or standardize(x)")
    }
  }

  /// A line of the population with the limits of its mean.
  private struct Curve {
    let values: [Double]
    let band: (lower: [Double], upper: [Double])?
  }

  private static func population(
    _ results: any MixedModelFit, _ cell: ReferenceCell, _ along: PictureVariable, _ places: [Double],
    _ by: Split?
  ) throws -> [Curve] {
    try (0..<(by?.places.count ?? 1)).map { position in
      var columns = [along.values(at: places)]
      if let by {
        columns.append(
          by.variable.values(at: [Double](repeating: by.places[position], count: places.count)))
      }
      let rows = try cell.rows(places.count, replacing: columns)
      guard let table = try results.meanLimits(at: rows) else {
        return Curve(values: try results.mean(at: rows, effects: .none), band: nil)
      }
      let isKnown = table.se.values.contains(where: \.isFinite)
      return Curve(
        values: table.predictions.values, band: isKnown ? (table.lower.values, table.upper.values) : nil)
    }
  }

  /// The observations: in the colours of the split where they are few enough to tell apart.
  private static func points(
    _ results: any MixedModelFit, _ along: PictureVariable, _ by: Split?, _ styles: [LineStyle]
  ) -> [ChartLayer] {
    let ys = results.specification.endog
    let few = along.isLevels ? nil : FewValues(along.positions)
    let isSpread =
      along.isLevels || few.map { $0.values.count <= 2 || ys.count >= 20 * $0.values.count } ?? false
    let xs =
      isSpread ? Jitter.spread(along.positions, ys, reach: 0.12 * (few?.gap ?? 1)) : along.positions
    guard let by, let rows = by.rows, ys.count <= Hexagons.threshold else {
      return [.points(x: xs, y: ys, role: .axis)]
    }
    return styles.indices.map { position in
      let own = rows.indices.filter { rows[$0] == position }
      return .points(x: own.map { xs[$0] }, y: own.map { ys[$0] }, role: styles[position].role)
    }
  }

  private static func legend(_ by: Split?, hasBand: Bool, groups: GroupLines) -> [LegendEntry] {
    let band = hasBand ? ", 95 % band of the mean" : ""
    var entries: [LegendEntry] = []
    if let by {
      let name = DisplayText.name(by.variable.name)
      entries = zip(by.texts, by.styles).map {
        LegendEntry(mark: $1.dash == nil ? .line : .dashed, role: $1.role, text: "\(name) = \($0)")
      }
      if hasBand { entries.append(LegendEntry(mark: .band, role: .axis, text: "95 % of the mean")) }
    } else {
      entries = [LegendEntry(mark: .line, role: .second, text: "population\(band)")]
    }
    if !groups.legend.isEmpty {
      entries.append(LegendEntry(mark: .line, role: by == nil ? .first : .axis, text: groups.legend))
    }
    entries.append(LegendEntry(mark: .point, role: .axis, text: "data"))
    return entries
  }

  /// The values of a variable that each have a line.
  struct Split {
    let variable: PictureVariable
    /// Positions on the variable's axis.
    let places: [Double]
    let texts: [String]
    /// The line of each row, -1 for none; nil where lines are at quantiles, to which no row belongs.
    let rows: [Int]?

    init(_ variable: PictureVariable) throws {
      self.variable = variable
      let finite = variable.positions.filter(\.isFinite).sorted()
      let distinct = variable.levels?.count ?? Set(finite).count
      guard distinct <= LineStyle.all.count || !variable.isLevels else {
        throw StatsModelsError(
          .invalidArgument,
          "'\(variable.name)' has \(distinct) levels; at most \(LineStyle.all.count) lines can be told apart",
          values: [variable.name])
      }
      if distinct <= LineStyle.all.count {
        let places = variable.levels?.indices.map(Double.init) ?? Set(finite).sorted()
        self.places = places
        texts = variable.levels?.map(PictureVariable.text) ?? places.map(DisplayText.number)
        let positions = Dictionary(uniqueKeysWithValues: places.enumerated().map { ($1, $0) })
        rows = variable.positions.map { positions[$0] ?? -1 }
      } else {
        places = FittedPicture.quantiles.map { finite[Int(clampingFinite: $0 * Double(finite.count - 1))] }
        texts = zip(places, FittedPicture.quantiles).map {
          "\(DisplayText.number($0)) (\(Int(clampingFinite: 100 * $1)) % quantile)"
        }
        rows = nil
      }
    }

    var styles: [LineStyle] { Array(LineStyle.all.prefix(places.count)) }
  }
}

/// Colour and dash that tell a line from others.
struct LineStyle: Sendable {
  let role: Palette.Role
  let dash: String?

  private static let roles: [Palette.Role] = [.first, .second, .third, .fourth]
  /// All that people can tell apart: four colours, each solid and dashed.
  static let all =
    roles.map { LineStyle(role: $0, dash: nil) } + roles.map { LineStyle(role: $0, dash: "7 5") }
}

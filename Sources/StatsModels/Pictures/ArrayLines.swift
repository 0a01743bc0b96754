import LinearAlgebra
import MixedModels

/// Fitted lines of a model of arrays along a column of its fixed design, the other columns at their means.
struct ArrayLines {
  let figure: Figure

  init(_ results: MixedLMResults, along name: String?, by split: String?) throws {
    let model = results.model
    let design = model.exog
    if let split {
      throw StatsModelsError(
        .notAvailable, "lines cannot be split by '\(split)': a model of arrays knows no variables",
        values: [split])
    }
    let varying = model.exogNames.indices.first { j in
      design.column(j).contains { $0 != design[0, j] }
    }
    guard let first = name ?? varying.map({ model.exogNames[$0] }) else {
      throw StatsModelsError(
        .notAvailable,
        "the fixed design has no column that varies: there is nothing to draw fitted lines along")
    }
    let along = try PictureVariable(results, name: first)
    let places = FittedPicture.places(along)
    let rows = Matrix(
      columns: model.exogNames.indices.map { j in
        model.exogNames[j] == along.name
          ? places : [Double](repeating: Self.mean(design.column(j)), count: places.count)
      }, rows: places.count)
    let values = try results.predict(rows).values
    var layers: [ChartLayer] = [.points(x: along.positions, y: model.endog, role: .axis)]
    let lines = Self.groups(results, along: along.positions, places: places)
    for effects in lines {
      layers.append(
        .line(
          x: places, y: zip(values, effects).map { $0 + $1 }, role: .first, width: 1.2,
          opacity: lines.count <= 12 ? 0.7 : 0.4, dash: nil))
    }
    var legend = [LegendEntry(mark: .line, role: .second, text: "population")]
    if results.hasPlainFixedEffects {
      let system = try results.predictionSystem()
      let effects = [PredictionRows.Effects?](repeating: nil, count: results.specification.engineTermCount)
      let variances = try results.specification.running { () throws(EngineError) in
        try system.variances(PredictionRows(fixed: rows, effects: effects))
      }
      let reach = variances.map { 1.96 * $0.squareRoot() }
      layers.append(
        .band(
          x: places, lower: zip(values, reach).map { $0 - $1 }, upper: zip(values, reach).map { $0 + $1 },
          role: .second))
      legend = [LegendEntry(mark: .line, role: .second, text: "population, 95 % band of the mean")]
    }
    layers.append(.line(x: places, y: values, role: .second, width: 2.8, opacity: 1, dash: nil))
    if !lines.isEmpty {
      let count = results.specification.grouping.levelCount
      let shown = lines.count < count ? "\(lines.count) of \(DisplayText.count(count))" : "\(count)"
      legend.append(LegendEntry(mark: .line, role: .first, text: "\(shown) groups"))
    }
    legend.append(LegendEntry(mark: .point, role: .axis, text: "data"))
    figure = Figure(
      title: "Fitted lines",
      caption: PictureCaption(results).lines(["Other columns of the fixed and random designs at their means."]
      ),
      panels: [Panel(x: along.axis, y: Axis(model.endogNames), layers: layers)], legend: legend)
  }

  /// The effects of each group at the places: a random regressor that equals the variable runs with it.
  private static func groups(
    _ results: MixedLMResults, along positions: [Double], places: [Double]
  ) -> [[Double]] {
    guard let random = results.model.exogRe, let modes = results.modes.first else { return [] }
    let regressors = (0..<random.columns).map { j -> [Double] in
      let column = random.column(j)
      return column == positions ? places : places.map { _ in mean(column) }
    }
    let shown = min(modes.rows, GroupLines.shownLevels)
    return (0..<shown).map { position in
      let effects = modes.row(position * modes.rows / max(shown, 1))
      return places.indices.map { place in
        zip(regressors, effects).reduce(0) { $0 + $1.0[place] * $1.1 }
      }
    }
  }

  /// In order of size, so that the sum is the same for any order of the rows.
  private static func mean(_ values: [Double]) -> Double {
    values.sorted().reduce(0) { $0 + $1 / Double(max(values.count, 1)) }
  }
}

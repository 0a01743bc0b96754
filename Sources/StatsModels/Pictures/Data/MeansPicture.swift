import DataFrames

/// Marginal means with intervals and comparison arrows, a panel for each level that families stand by.
struct MeansPicture {
  private let means: MarginalMeans
  private let arrows: Bool
  private let adjust: MarginalMeans.Adjustment

  init(_ means: MarginalMeans, arrows: Bool, adjust: MarginalMeans.Adjustment) {
    self.means = means
    // differences that are just significant are no lengths on the response's scale
    self.arrows = arrows && means.type == .link
    self.adjust = adjust
  }

  func figure() throws -> Figure {
    let endog = DisplayText.name(means.inference.fit.responseName)
    let thresholds = arrows ? try self.thresholds() : []
    var (panels, wrong) = ([Panel](), [String]())
    let quantity = means.type == .link ? means.inference.fit.predictorName : endog
    let what =
      means.variable.map { "slope of \(quantity) along \(DisplayText.name($0))" } ?? "mean of \(quantity)"
    let limits = [means.lower, means.upper].joined().filter(\.isFinite)
    for (number, family) in means.families.enumerated() {
      let places = family.indices.map(Double.init)
      let values = family.map { means.mean[$0] }
      var layers: [ChartLayer] = [
        .intervals(
          x: places, lower: family.map { means.lower[$0] }, upper: family.map { means.upper[$0] },
          role: .first)
      ]
      if arrows, thresholds.indices.contains(number) {
        let found = ComparisonArrows(means: values, thresholds: thresholds[number])
        wrong += found.wrong.map { "\(text(family[$0.0])) and \(text(family[$0.1]))" }
        layers.append(.arrows(x: places, from: values, to: found.upper, role: .second))
        layers.append(.arrows(x: places, from: values, to: found.lower, role: .second))
      }
      layers.append(.marks(x: places, y: values, role: .first))
      let heading = means.by.map { "\(DisplayText.name($0)) = \(level(family[0], $0))" }.joined(
        separator: ", ")
      panels.append(
        Panel(
          heading: heading,
          x: Axis(
            means.factors.map { DisplayText.name($0) }.joined(separator: ", "), levels: family.map(text)),
          y: Axis(what, mustShow: [limits.min(), limits.max()].compactMap { $0 }), layers: layers))
    }
    guard !panels.isEmpty else { throw StatsModelsError(.notAvailable, "there are no means to draw") }
    return Figure(
      title: "\(what.prefix(1).uppercased() + what.dropFirst())",
      caption: PictureCaption(means.inference.fit).lines(notes(wrong)), panels: panels,
      legend: legend)
  }

  private var legend: [LegendEntry] {
    [
      LegendEntry(
        mark: .band, role: .first, text: "\(DisplayText.number(100 * (1 - means.alpha))) % interval")
    ] + (arrows ? [LegendEntry(mark: .line, role: .second, text: "comparison arrow")] : [])
  }

  private func notes(_ wrong: [String]) -> [String] {
    var notes = means.notes
    if arrows {
      notes.append(
        "Arrows of two means overlap unless they differ significantly (\(adjust.rawValue)); intervals do not tell."
      )
    }
    if !wrong.isEmpty {
      notes.append("The arrows cannot tell of \(DisplayText.list(wrong, limit: 4)): see the contrasts.")
    }
    return notes
  }

  private func level(_ row: Int, _ factor: String) -> String {
    means.levels[factor][row].map(PictureVariable.text) ?? "missing"
  }

  private func text(_ row: Int) -> String {
    means.factors.map { level(row, $0) }.joined(separator: ", ")
  }

  /// The differences that are just significant, for each family.
  private func thresholds() throws -> [[(first: Int, second: Int, value: Double)]] {
    let pairs = try means.pairs(adjust: adjust, alpha: means.alpha)
    var position = 0
    return means.families.map { family in
      var found: [(Int, Int, Double)] = []
      for first in family.indices {
        for second in family.indices where second > first {
          found.append((first, second, (pairs.upper[position] - pairs.lower[position]) / 2))
          position += 1
        }
      }
      return found
    }
  }
}

extension MarginalMeans {
  /// A picture of the means with their intervals, a panel for each level of ``by``, and with arrows for comparisons. Not in
  /// statsmodels.
  ///
  /// Arrows of two means overlap unless the means differ significantly, which the overlap of intervals does not tell.
  /// - Parameters:
  ///   - arrows: whether arrows are drawn.
  ///   - adjust: the adjustment of the differences for their number.
  ///   - options: colours, size and title.
  /// - Throws: ``StatsModelsError`` as ``pairs(adjust:alpha:)`` does, and for sizes that cannot be drawn.
  public func plot(
    arrows: Bool = true, adjust: Adjustment = .tukey, options: PlotOptions = PlotOptions()
  ) throws -> SVGPlot {
    try options.validate()
    return SVGPlot(svg: try MeansPicture(self, arrows: arrows, adjust: adjust).figure().svg(options))
  }
}

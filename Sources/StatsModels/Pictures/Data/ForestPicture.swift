import DataFrames

/// Coefficients with intervals, one below the other.
struct ForestPicture {
  /// A fit's coefficients: what one colour shows.
  struct Series {
    let name: String
    let labels: [String]
    let estimate: [Double]
    let lower: [Double]
    let upper: [Double]
  }

  private let series: [Series]
  private let labels: [String]

  /// Rows beyond which names cannot be read.
  private static let mostRows = 400

  /// - Throws: ``StatsModelsError`` without rows, and for more rows or fits than can be told apart.
  init(_ series: [Series]) throws {
    self.series = series
    var labels: [String] = []
    for label in series.flatMap(\.labels) where !labels.contains(label) { labels.append(label) }
    self.labels = labels
    guard !labels.isEmpty else {
      throw StatsModelsError(.notAvailable, "there are no coefficients to draw")
    }
    guard labels.count <= Self.mostRows, series.count <= DataFigure.roles.count else {
      throw StatsModelsError(
        .invalidArgument,
        "\(labels.count) coefficients of \(series.count) fits: \(Self.mostRows) of \(DataFigure.roles.count) can be told "
          + "apart: choose some", values: [String(labels.count)])
    }
  }

  /// - Parameters:
  ///   - title: what is drawn.
  ///   - axis: what the numbers are.
  ///   - caption: lines under the title.
  func figure(title: String, axis: String, caption: [String]) -> Figure {
    let count = labels.count
    let step = 0.62 / Double(max(series.count, 1))
    var layers: [ChartLayer] = [.vertical(0, dash: "2 4")]
    for (number, part) in series.enumerated() {
      let role = DataFigure.roles[number]
      let shift = step * ((Double(series.count) - 1) / 2 - Double(number))
      // The first coefficient stands on top.
      let places = part.labels.map { label in
        Double(count - 1 - (labels.firstIndex(of: label) ?? 0)) + (series.count > 1 ? shift : 0)
      }
      layers.append(.spans(y: places, lower: part.lower, upper: part.upper, role: role))
      layers.append(.marks(x: part.estimate, y: places, role: role))
    }
    let rows = Double(count) * (12 + 11 * Double(series.count))
    var figure = Figure(
      title: title, caption: caption,
      panels: [
        Panel(
          x: Axis(axis), y: Axis("", levels: labels.reversed().map { DisplayText.name($0) }), layers: layers)
      ],
      legend: series.count > 1
        ? series.enumerated().map {
          LegendEntry(mark: .point, role: DataFigure.roles[$0], text: $1.name)
        } : [])
    figure.panelHeight = max(rows + 70, 200)
    return figure
  }
}

extension SVGPlot {
  /// Fixed effects of one or several fits with 95 % intervals, one below the other. Not in statsmodels.
  ///
  /// ```swift
  /// try Plot.forest(["plain": small, "with age": large], ddf: .satterthwaite).write("forest.svg")
  /// ```
  /// - Parameters:
  ///   - fits: the fits by name.
  ///   - terms: the coefficients to draw, in this order; nil for all but the intercept, whose scale is the response's.
  ///   - ddf: how degrees of freedom are counted; nil takes the normal distribution.
  ///   - options: colours, size and title.
  /// - Throws: ``StatsModelsError`` for coefficients that no fit has, and for more than can be told apart.
  public static func forest(
    _ fits: KeyValuePairs<String, MixedLMResults>, terms: [String]? = nil, ddf: DegreesOfFreedom? = nil,
    options: PlotOptions = PlotOptions()
  ) throws -> SVGPlot {
    let tables = try fits.map { ($0.key, try $0.value.coefficients(ddf: ddf ?? .infinite)) }
    let responses = Set(fits.map(\.value.model.endogNames))
    let response = responses.count == 1 ? responses.first.map { " of \(DisplayText.name($0))" } ?? "" : ""
    return try forest(tables, terms: terms, title: "Fixed effects\(response)", options: options)
  }

  /// Coefficients of regressions, generalised linear models and estimating equations with 95 % intervals.
  /// Not in statsmodels.
  ///
  /// ```swift
  /// try Plot.forest(["plain": line, "robust": line.getRobustcovResults(covType: .hc3)]).write("forest.svg")
  /// ```
  /// Mixed models stand beside them as tables: `["OLS": line.coefficients(), "mixed": mixed.coefficients()]`.
  /// - Parameters:
  ///   - fits: the fits by name.
  ///   - terms: the coefficients to draw, in this order; nil for all but the intercept.
  ///   - options: colours, size and title.
  /// - Throws: ``StatsModelsError`` for coefficients that no fit has, and for more than can be told apart.
  public static func forest(
    _ fits: KeyValuePairs<String, any LikelihoodModelResults>, terms: [String]? = nil,
    options: PlotOptions = PlotOptions()
  ) throws -> SVGPlot {
    try forest(
      fits.map { ($0.key, try $0.value.coefficients()) }, terms: terms, title: "Coefficients",
      options: options)
  }

  /// Coefficients of one or several tables with their intervals, one below the other. Not in statsmodels.
  ///
  /// - Parameters:
  ///   - tables: the tables by name.
  ///   - terms: the coefficients to draw, in this order; nil for all but the intercept.
  ///   - options: colours, size and title.
  /// - Throws: ``StatsModelsError`` for coefficients that no table has, and for more than can be told apart.
  public static func forest(
    _ tables: KeyValuePairs<String, CoefficientTable>, terms: [String]? = nil,
    options: PlotOptions = PlotOptions()
  ) throws -> SVGPlot {
    try forest(tables.map { ($0.key, $0.value) }, terms: terms, title: "Coefficients", options: options)
  }

  private static func forest(
    _ tables: [(String, CoefficientTable)], terms: [String]?, title: String, options: PlotOptions
  ) throws -> SVGPlot {
    try options.validate()
    let known = tables.flatMap(\.1.names)
    for term in terms ?? [] where !known.contains(term) {
      throw StatsModelsError(
        .invalidArgument, NearestNames.message("coefficient", term, among: Array(Set(known)).sorted()),
        values: [term])
    }
    // Of formulas and of arrays.
    let intercepts: Set = ["Intercept", "const"]
    let isOnlyIntercept = intercepts.isSuperset(of: known)
    let series = tables.map { name, table -> ForestPicture.Series in
      let shown =
        terms?.compactMap { table.names.firstIndex(of: $0) }
        ?? table.names.indices.filter { isOnlyIntercept || !intercepts.contains(table.names[$0]) }
      let rows = shown.filter { table.estimate[$0].isFinite }
      return .init(
        name: name, labels: rows.map { table.names[$0] }, estimate: rows.map { table.estimate[$0] },
        lower: rows.map { table.lower[$0] }, upper: rows.map { table.upper[$0] })
    }
    let left = terms == nil && !isOnlyIntercept && !intercepts.isDisjoint(with: known)
    let level = tables.first.map { DisplayText.number(100 * (1 - $0.1.alpha)) } ?? "95"
    let note = "\(level) % intervals." + (left ? " The intercepts are left out." : "")
    let figure = try ForestPicture(series).figure(title: title, axis: "coefficient", caption: [note])
    return SVGPlot(svg: figure.svg(options))
  }
}

extension ManyFits {
  /// One coefficient of every fit with its interval, sorted by size. Not in statsmodels.
  ///
  /// - Parameters:
  ///   - name: the fixed effect.
  ///   - sorted: whether the largest stands on top; otherwise in the order of the fits.
  ///   - alpha: one less the confidence level.
  ///   - options: colours, size and title.
  /// - Throws: ``StatsModelsError`` for an effect that no fit has, and for more fits than can be told apart.
  public func forest(
    of name: String, sorted: Bool = true, alpha: Double = 0.05, options: PlotOptions = PlotOptions()
  ) throws -> SVGPlot {
    try options.validate()
    let all = try coefficients(alpha: alpha)
    let own = all.filter(all["name"] == name)
    guard own.rowCount > 0 else {
      let known = all["name"].unique().map(\.description)
      throw StatsModelsError(
        .invalidArgument, NearestNames.message("coefficient", name, among: known), values: [name])
    }
    let table = sorted ? try own.sortValues(by: "estimate", ascending: false) : own
    let labels = (0..<table.rowCount).map { row in
      keys.columnNames.map { table[$0][row]?.description ?? "nan" }.joined(separator: ", ")
    }
    let series = ForestPicture.Series(
      name: name, labels: labels, estimate: table["estimate"].doubles ?? [],
      lower: table["lower"].doubles ?? [], upper: table["upper"].doubles ?? [])
    let failed = failureCount > 0 ? " \(DisplayText.count(failureCount, "fit")) failed." : ""
    let figure = try ForestPicture([series]).figure(
      title: "\(DisplayText.name(name)) in \(DisplayText.count(table.rowCount, "fit"))", axis: "coefficient",
      caption: [
        "\(DisplayText.number(100 * (1 - alpha))) % intervals, not adjusted for their number.\(failed)"
      ])
    return SVGPlot(svg: figure.svg(options))
  }
}

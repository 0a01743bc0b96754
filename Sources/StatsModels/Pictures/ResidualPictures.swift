import DataFrames

/// Pictures of residuals.
enum ResidualPictures {
  /// Rows up to which each residual is divided by its own standard deviation, which takes a solve for each row.
  private static let standardizedRows = 200_000

  /// Conditional residuals against the population prediction, or a variable of the data.
  ///
  /// Against the fitted values they would tilt even if the model holds: both contain the shrunken effects. With the
  /// fixed effects estimated by generalised least squares, residuals and Xb are independent:
  /// `Cov(e, Xb) = σ² P V V⁻¹X(X'V⁻¹X)⁻¹X' = 0`, for `PX = 0`. And `Cov(e) = σ²(I − H) ≤ σ² I` bounds the variance of
  /// a local mean, a weighted sum of residuals.
  static func againstPrediction(_ results: MixedLMResults, along name: String?) throws -> Figure {
    let endog = DisplayText.name(results.model.endogNames)
    let residuals = try results.residuals(.conditional).values
    let column = try name.map { try PictureVariable(results, name: $0) }
    let xs = column?.positions ?? FewValues.snapped(results.predict().values)
    let place = column.map { "value of \(DisplayText.name($0.name))" } ?? "population prediction"
    let chart = LocalMean(
      x: xs, residuals: residuals, sigma: results.hasPlainFixedEffects ? results.scale.squareRoot() : nil,
      axis: column?.axis ?? Axis("population prediction of \(endog), random effects at zero"),
      isLevels: column?.isLevels ?? false, label: "residuals of \(endog)")
    let note =
      "Residuals: response less fitted values, random effects included. "
      + (results.hasPlainFixedEffects
        ? "Their mean is zero at every \(place) if the model holds."
        : "The fixed effects are penalised or held: the residuals' mean need not be zero.")
    return Figure(
      title: column == nil
        ? "Residuals against population predictions"
        : "Residuals against \(DisplayText.name(column?.name ?? ""))",
      caption: PictureCaption(results).lines([note]), panels: [chart.panel], legend: chart.legend)
  }

  /// Ordered residuals, each over its standard deviation where that can be computed, against normal quantiles.
  static func quantiles(_ results: MixedLMResults) throws -> Figure {
    let endog = DisplayText.name(results.model.endogNames)
    let standardized =
      results.nobs <= standardizedRows && results.hasPlainFixedEffects
      ? try? results.residuals(.standardized).values : nil
    let values = try standardized ?? results.residuals(.conditional).values
    let missing = values.count { !$0.isFinite }
    var note =
      standardized == nil
      ? "Residuals: response less fitted values, random effects included; their variances differ a little between rows."
      : "Standardized: each residual, random effects included, over its own standard deviation σ√(1 − leverage)."
    if missing > 0 { note += " \(DisplayText.count(missing, "row")) fitted exactly left out." }
    let panel = QuantilePanel(
      values, label: "\(standardized == nil ? "" : "standardized ")residuals of \(endog)")
    return Figure(
      title: "Normal quantiles of the residuals", caption: PictureCaption(results).lines([note]),
      panels: [panel.panel()], legend: panel.legend)
  }
}

extension MixedLMResults {
  /// Whether the fixed effects are estimated freely, by generalised least squares at the estimated variances.
  var hasPlainFixedEffects: Bool {
    let held = restrictions.maskedParameters.contains { $0 < kFe }
    return restrictions.fePen == nil && penalty.value == 0 && !held
  }
}

/// Residuals over a variable with their local mean and its band around zero.
struct LocalMean {
  let panel: Panel
  let legend: [LegendEntry]

  /// - Parameters:
  ///   - sigma: standard deviation of a residual at most; nil draws no band.
  ///   - isLevels: whether `x` are positions of levels.
  init(x xs: [Double], residuals: [Double], sigma: Double?, axis: Axis, isLevels: Bool, label: String) {
    let limit = residuals.reduce(0.0) { $1.isFinite ? max($0, abs($1)) : $0 }
    let y = Axis(label, mustShow: [-limit, limit])
    // Columns of points where values repeat; a few rows, each with a value of its own, are a cloud.
    let few = isLevels ? nil : FewValues(xs).flatMap { xs.count >= 3 * $0.values.count ? $0 : nil }
    let columns = isLevels ? Array(Set(xs.filter(\.isFinite))).sorted() : few?.values
    guard let columns else {
      let smooth = Smoother(x: xs, y: residuals)
      var layers: [ChartLayer] = [.points(x: xs, y: residuals, role: .first), .horizontal(0, dash: nil)]
      var legend: [LegendEntry] = []
      if !smooth.x.isEmpty {
        layers.append(.line(x: smooth.x, y: smooth.y, role: .second, width: 2.6, opacity: 1, dash: nil))
        legend.append(.init(mark: .line, role: .second, text: "local mean of the residuals"))
        if let sigma {
          let reach = smooth.errors.map { 1.96 * sigma * $0 }
          layers.insert(.band(x: smooth.x, lower: reach.map(-), upper: reach, role: .third), at: 1)
          legend.append(Self.bandEntry)
        }
      }
      panel = Panel(x: axis, y: y, layers: layers)
      self.legend = legend
      return
    }
    let gap = few?.gap ?? 1
    var sums: [Double: (sum: Double, count: Double)] = [:]
    for (x, residual) in zip(xs, residuals) where x.isFinite && residual.isFinite {
      sums[x, default: (0, 0)].sum += residual
      sums[x, default: (0, 0)].count += 1
    }
    let groups = columns.map { sums[$0] ?? (0, 0) }
    var layers: [ChartLayer] = [
      .points(x: Jitter.spread(xs, residuals, reach: 0.2 * gap), y: residuals, role: .first),
      .horizontal(0, dash: nil),
    ]
    var legend = [LegendEntry(mark: .point, role: .second, text: "mean of the residuals there")]
    if let sigma {
      let reach = groups.map { 1.96 * sigma / $0.count.squareRoot() }
      layers.append(.intervals(x: columns, lower: reach.map(-), upper: reach, role: .third))
      legend.append(Self.bandEntry)
    }
    layers.append(.marks(x: columns, y: groups.map { $0.sum / $0.count }, role: .second))
    var x = axis
    if x.marks == nil { x = FewValues.axis(columns, label: axis.label) }
    panel = Panel(x: x, y: y, layers: layers)
    self.legend = legend
  }

  private static var bandEntry: LegendEntry {
    LegendEntry(mark: .band, role: .third, text: "holds it with at least 95 % if the model holds")
  }
}

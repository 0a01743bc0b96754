import Distributions

/// Profiles of the log-likelihood over parameters, with the limits of likelihood intervals.
enum ProfilePicture {
  private static let level = 0.95
  /// Where twice the log-likelihood has fallen by the 95 % quantile of χ² with one degree of freedom.
  private static var cut: Double {
    let quantile = Normal.ppf(0.5 + level / 2)
    return -0.5 * quantile * quantile
  }

  /// A profile that is given as values and log-likelihoods.
  static func given(
    _ results: any MixedModelFit, values: [Double], logLikelihoods: [Double], name: String, estimate: Double?
  ) throws -> Figure {
    guard values.count == logLikelihoods.count else {
      throw StatsModelsError(
        .lengthMismatch,
        "the profile has \(values.count) values, but \(logLikelihoods.count) log-likelihoods")
    }
    let pairs = zip(values, logLikelihoods).filter { $0.isFinite && $1.isFinite }.sorted { $0.0 < $1.0 }
    return Figure(
      title: "Profile likelihood of \(name)", caption: PictureCaption(results).lines(),
      panels: [panel(pairs, name: name, estimate: estimate)], legend: legend)
  }

  /// Profiles of all standard deviations of a factor, or of the model, each over that of the residuals.
  static func standardDeviations(_ results: MixedLMResults, of factor: String?) throws -> Figure {
    let blocks = results.specification.blocks
    let positions = factor.map(results.effectBlocks(named:)) ?? Array(blocks.indices)
    guard !positions.isEmpty else {
      throw StatsModelsError(
        .invalidArgument,
        NearestNames.message("factor or variance component", factor ?? "", among: blocks.map(\.group)),
        values: [factor ?? ""])
    }
    guard results.restrictions.errorVariance == .profiled else {
      throw StatsModelsError(
        .notAvailable,
        "standard deviations are profiled relative to the residuals', whose variance this fit held")
    }
    let held = results.heldBlocks
    var panels: [Panel] = []
    for position in positions where !held.contains(position) {
      let block = blocks[position]
      for effect in block.names.indices {
        let estimate = max(results.relativeCovariances[position][effect, effect], 0).squareRoot()
        let points = try trace(results, block: position, effect: effect, estimate: estimate)
        let group = DisplayText.name(block.group)
        let name = block.isComponent ? group : "\(DisplayText.name(block.names[effect])) of \(group)"
        var panel = panel(points, name: "SD of \(name) / residual SD", estimate: estimate)
        panel.heading = name
        panels.append(panel)
      }
    }
    if panels.isEmpty {
      throw StatsModelsError(.notAvailable, "the variances are held at zero: there is nothing to profile")
    }
    if panels.count == 1 { panels[0].heading = "" }
    return Figure(
      title: "Profile likelihood of standard deviations",
      caption: PictureCaption(results).lines([
        "Each standard deviation, as a multiple of the residuals', is held in turn; all else is estimated anew."
      ]), panels: panels, legend: legend)
  }

  /// Values of one relative standard deviation with their log-likelihoods, from the estimate to both sides until the
  /// interval's limit is passed, or zero is reached.
  private static func trace(
    _ results: MixedLMResults, block: Int, effect: Int, estimate: Double
  ) throws -> [(Double, Double)] {
    let best = results.llf
    var points = [(estimate, best)]
    let start = estimate > 0 ? estimate / 5 : 0.1
    for side in [-1.0, 1.0] {
      var (value, step, last) = (estimate, start, best)
      // Each step changes the signed root by about a third: some twelve refits to both sides. A step that changes it
      // by much more is taken anew, shorter.
      for _ in 0..<20 where last - best > 1.3 * cut && (side > 0 || value > 0) {
        let next = max(value + side * step, 0)
        let found = try results.profiledLogLikelihood(block: block, effect: effect, variance: next * next)
        points.append((next, found))
        let change = abs((2 * max(best - found, 0)).squareRoot() - (2 * max(best - last, 0)).squareRoot())
        step = min(step, abs(next - value)) * min(2, max(0.2, 0.35 / max(change, 1e-6)))
        if change < 0.6 { (value, last) = (next, found) }
      }
    }
    return points.filter { $0.1.isFinite }.sorted { $0.0 < $1.0 }
  }

  private static func panel(_ pairs: [(Double, Double)], name: String, estimate: Double?) -> Panel {
    let best = pairs.map(\.1).max() ?? 0
    let values = pairs.map(\.0)
    let relative = pairs.map { $0.1 - best }
    var layers: [ChartLayer] = [
      .line(x: values, y: relative, role: .first, width: 2.4, opacity: 1, dash: nil),
      .points(x: values, y: relative, role: .first),
      .horizontal(cut, dash: "6 4"),
    ]
    if let estimate { layers.append(.vertical(estimate, dash: "2 4")) }
    for limit in crossings(values, relative) {
      layers.append(
        .label(DisplayText.number(limit), x: limit, y: cut, below: limit < (estimate ?? -.infinity)))
    }
    return Panel(x: Axis(name), y: Axis("log-likelihood less its maximum"), layers: layers)
  }

  private static var legend: [LegendEntry] {
    [
      .init(mark: .line, role: .first, text: "profile"),
      .init(mark: .dashed, role: .axis, text: "limit of \(PythonFormat.general(100 * level, 4)) % intervals"),
    ]
  }

  /// Where a profile passes the limit, by the signed root ζ = ±√(2(max − ℓ)), which is nearly straight.
  private static func crossings(_ x: [Double], _ y: [Double]) -> [Double] {
    guard x.count > 1 else { return [] }
    let limit = (-2 * cut).squareRoot()
    let roots = y.map { (-2 * $0).squareRoot() }
    return (1..<x.count).compactMap { i in
      let (a, b) = (roots[i - 1] - limit, roots[i] - limit)
      guard (a < 0) != (b < 0), a != b else { return nil }
      return x[i - 1] + (x[i] - x[i - 1]) * a / (a - b)
    }
  }
}

import Distributions
import Foundation

/// The pictures as pure functions of arrays.
enum DiagnosticCharts {
  /// Residuals against fitted values with a zero line and a smooth.
  static func residuals(
    fitted: [Double], residuals: [Double], fittedLabel: String, residualLabel: String, subtitle: String
  ) -> Chart {
    let smooth = Smoother(x: fitted, y: residuals)
    let limit = residuals.reduce(0.0) { $1.isFinite ? max($0, abs($1)) : $0 }
    var chart = Chart(
      title: "Residuals against fitted values", subtitle: subtitle, xLabel: fittedLabel,
      yLabel: residualLabel,
      layers: [
        .points(x: fitted, y: residuals, role: .first),
        .horizontal(0, dash: nil),
        .line(x: [], y: [-limit, limit], role: .grid, width: 0, opacity: 0, dash: nil),
      ])
    if !smooth.x.isEmpty {
      chart.layers.append(
        .line(x: smooth.x, y: smooth.y, role: .second, width: 2.6, opacity: 1, dash: nil))
      chart.legend = [.init(mark: .line, role: .second, text: "local mean; flat at zero if the model fits")]
    }
    return chart
  }

  /// Ordered values against normal quantiles, with the line through the quartiles and its 95 % band.
  static func normalQuantiles(_ values: [Double], name: String, label: String, subtitle: String) -> Chart {
    let sorted = values.filter(\.isFinite).sorted()
    let n = sorted.count
    func probability(_ i: Int) -> Double { (Double(i) + 0.5) / Double(max(n, 1)) }
    // Far fewer marks than values would show no less: all of both tails, and a grid between.
    let kept = thinned(n)
    let quantiles = kept.map { Normal.ppf(probability($0)) }
    func quantile(_ p: Double) -> Double {
      guard n > 0 else { return 0 }
      let position = p * Double(n - 1)
      let low = Int(clampingFinite: position.rounded(.down))
      let high = min(low + 1, n - 1)
      return sorted[low] + (sorted[high] - sorted[low]) * (position - Double(low))
    }
    let spread = (quantile(0.75) - quantile(0.25)) / (2 * Normal.ppf(0.75))
    let centre = (quantile(0.75) + quantile(0.25)) / 2
    let line = quantiles.map { centre + spread * $0 }
    let margin = zip(kept, quantiles).map { i, z -> Double in
      let p = probability(i)
      return 1.96 * spread * (p * (1 - p) / Double(n)).squareRoot() / Normal.pdf(z)
    }
    return Chart(
      title: "Normal quantiles of \(name)", subtitle: subtitle, xLabel: "standard normal quantile",
      yLabel: label,
      layers: [
        .band(
          x: quantiles, lower: zip(line, margin).map { $0 - $1 }, upper: zip(line, margin).map { $0 + $1 },
          role: .third),
        .line(x: quantiles, y: line, role: .third, width: 1.8, opacity: 1, dash: nil),
        .points(x: quantiles, y: kept.map { sorted[$0] }, role: .first),
      ],
      legend: [
        .init(mark: .line, role: .third, text: "normal, through the quartiles"),
        .init(mark: .band, role: .third, text: "95 % of each point under normality"),
      ])
  }

  /// At most about 1,500 of `n` ranks: all of the 250 at each end, evenly spaced ones between.
  static func thinned(_ n: Int) -> [Int] {
    guard n > 1500 else { return Array(0..<n) }
    let step = Double(n - 500) / 1000
    let middle = (0..<1000).map { 250 + Int(clampingFinite: (Double($0) * step).rounded(.down)) }
    return Array(0..<250) + middle + Array((n - 250)..<n)
  }

  /// Fitted curves of groups and of the population over the data.
  static func fittedLines(
    points: (x: [Double], y: [Double]), groups: [(x: [Double], y: [Double])],
    population: (x: [Double], y: [Double], lower: [Double], upper: [Double]), xLabel: String, yLabel: String,
    groupName: String, hiddenGroups: Int, subtitle: String
  ) -> Chart {
    var layers: [ChartLayer] = [.points(x: points.x, y: points.y, role: .axis)]
    let opacity = groups.count <= 12 ? 0.7 : groups.count <= 30 ? 0.5 : 0.35
    for line in groups {
      layers.append(.line(x: line.x, y: line.y, role: .first, width: 1.2, opacity: opacity, dash: nil))
    }
    layers.append(
      .band(x: population.x, lower: population.lower, upper: population.upper, role: .second))
    layers.append(
      .line(x: population.x, y: population.y, role: .second, width: 2.8, opacity: 1, dash: nil))
    var legend = [
      LegendEntry(mark: .line, role: .second, text: "population, 95 % band")
    ]
    if !groups.isEmpty {
      let shown =
        hiddenGroups > 0 ? "\(groups.count) of \(groups.count + hiddenGroups)" : "\(groups.count)"
      legend.append(LegendEntry(mark: .line, role: .first, text: "\(shown) levels of \(groupName)"))
    }
    legend.append(LegendEntry(mark: .point, role: .axis, text: "data"))
    return Chart(
      title: "Fitted lines", subtitle: subtitle, xLabel: xLabel, yLabel: yLabel, layers: layers,
      legend: legend)
  }

  /// A profile of the log-likelihood over one parameter, with the limits where it falls by `drop`.
  static func profile(
    values: [Double], logLikelihoods: [Double], name: String, estimate: Double?, level: Double,
    subtitle: String
  ) -> Chart {
    let pairs = zip(values, logLikelihoods).filter { $0.isFinite && $1.isFinite }.sorted { $0.0 < $1.0 }
    let best = pairs.map(\.1).max() ?? 0
    let quantile = Normal.ppf(0.5 + level / 2)
    let cut = -0.5 * quantile * quantile
    let relative = pairs.map { $0.1 - best }
    var layers: [ChartLayer] = [
      .line(x: pairs.map(\.0), y: relative, role: .first, width: 2.4, opacity: 1, dash: nil),
      .points(x: pairs.map(\.0), y: relative, role: .first),
      .horizontal(cut, dash: "6 4"),
    ]
    if let estimate { layers.append(.vertical(estimate, dash: "2 4")) }
    for limit in crossings(pairs.map(\.0), relative, at: cut) {
      layers.append(.label(PythonFormat.general(limit, 4), x: limit, y: cut))
    }
    return Chart(
      title: "Profile likelihood of \(name)", subtitle: subtitle, xLabel: name,
      yLabel: "log-likelihood less its maximum", layers: layers,
      legend: [
        .init(mark: .line, role: .first, text: "profile"),
        .init(
          mark: .dashed, role: .axis, text: "limit of \(PythonFormat.general(100 * level, 4)) % intervals"),
      ])
  }

  /// Abscissas where a broken line takes a value.
  private static func crossings(_ x: [Double], _ y: [Double], at level: Double) -> [Double] {
    guard x.count > 1 else { return [] }
    return (1..<x.count).compactMap { i in
      let (a, b) = (y[i - 1] - level, y[i] - level)
      guard (a < 0) != (b < 0), a != b else { return nil }
      return x[i - 1] + (x[i] - x[i - 1]) * a / (a - b)
    }
  }
}

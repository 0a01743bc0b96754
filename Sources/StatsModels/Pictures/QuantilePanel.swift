import Distributions

/// Ordered values against normal quantiles, with the line through the quartiles and its 95 % band.
struct QuantilePanel {
  private let layers: [ChartLayer]
  private let label: String
  let legend: [LegendEntry]

  init(_ values: [Double], label: String) {
    self.label = label
    let sorted = values.filter(\.isFinite).sorted()
    let n = sorted.count
    func probability(_ i: Int) -> Double { (Double(i) + 0.5) / Double(max(n, 1)) }
    let kept = Self.thinned(n)
    let quantiles = kept.map { Normal.ppf(probability($0)) }
    let points = ChartLayer.points(x: quantiles, y: kept.map { sorted[$0] }, role: .first)
    func quantile(_ p: Double) -> Double {
      guard n > 0 else { return 0 }
      let position = p * Double(n - 1)
      let low = Int(clampingFinite: position.rounded(.down))
      let high = min(low + 1, n - 1)
      return sorted[low] + (sorted[high] - sorted[low]) * (position - Double(low))
    }
    let spread = (quantile(0.75) - quantile(0.25)) / (2 * Normal.ppf(0.75))
    // Quartiles of three values, or of equal ones, say nothing about a distribution.
    guard n > 3, spread > 0 else {
      layers = [points]
      legend = []
      return
    }
    let centre = (quantile(0.75) + quantile(0.25)) / 2
    let line = quantiles.map { centre + spread * $0 }
    let margin = zip(kept, quantiles).map { i, z -> Double in
      let p = probability(i)
      return 1.96 * spread * (p * (1 - p) / Double(n)).squareRoot() / Normal.pdf(z)
    }
    layers = [
      .band(
        x: quantiles, lower: zip(line, margin).map { $0 - $1 }, upper: zip(line, margin).map { $0 + $1 },
        role: .third),
      .line(x: quantiles, y: line, role: .third, width: 1.8, opacity: 1, dash: nil),
      points,
    ]
    legend = [
      .init(mark: .line, role: .third, text: "normal, through the quartiles"),
      .init(mark: .band, role: .third, text: "holds each point with about 95 % if they are normal"),
    ]
  }

  func panel(heading: String = "") -> Panel {
    Panel(heading: heading, x: Axis("standard normal quantile"), y: Axis(label), layers: layers)
  }

  /// At most about 1,500 of `n` ranks: all of the 250 at each end, evenly spaced ones between. Far fewer marks than
  /// values show no less.
  static func thinned(_ n: Int) -> [Int] {
    guard n > 1500 else { return Array(0..<n) }
    let step = Double(n - 500) / 1000
    let middle = (0..<1000).map { 250 + Int(clampingFinite: (Double($0) * step).rounded(.down)) }
    return Array(0..<250) + middle + Array((n - 250)..<n)
  }
}

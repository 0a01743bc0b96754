import Foundation

/// Distributions of one column.
struct DistributionDrawings {
  private let figure: DataFigure

  init(_ figure: DataFigure) { self.figure = figure }

  /// Numbers of bins beyond which none is a pixel wide.
  private static let mostBins = 500

  func histogram(_ x: String, bins: Int?) throws -> DataDrawing {
    let xs = try figure.numbers(x)
    if let bins, bins < 1 || bins > Self.mostBins {
      throw StatsModelsError(
        .invalidArgument, "a histogram of \(bins) bins: there are 1 to \(Self.mostBins)",
        values: [String(bins)])
    }
    let finite = xs.filter(\.isFinite)
    guard var low = finite.min(), var high = finite.max(), (high - low).isFinite else {
      throw StatsModelsError(.notEnoughData, "'\(x)' has no finite numbers to draw", values: [x])
    }
    if low == high { (low, high) = (low - 0.5, high + 0.5) }
    let count = bins ?? Self.usualBins(finite.sorted())
    let width = (high - low) / Double(count)
    let name = DisplayText.name(x)
    let edges = (0...count).map { low + Double($0) * width }
    return DataDrawing(
      title: "Distribution of \(name)", x: Axis(name, mustShow: [low, high]), y: Axis("rows", mustShow: [0]),
      layers: { rows in
        figure.parts(rows).flatMap { part -> [ChartLayer] in
          var heights = [Double](repeating: 0, count: count)
          for row in part.rows where xs[row].isFinite {
            heights[min(Int((xs[row] - low) / width), count - 1)] += 1
          }
          let centers = heights.indices.map { (edges[$0] + edges[$0 + 1]) / 2 }
          let isSingle = figure.partCount == 1
          let bars = ChartLayer.bars(
            x: centers, base: centers.map { _ in 0 }, top: heights, width: width * (isSingle ? 0.94 : 1),
            role: part.role, opacity: isSingle ? 0.75 : 0.3)
          if isSingle { return [bars] }
          // Outlines tell overlapping parts apart.
          let outline = zip(edges, edges.dropFirst()).enumerated().flatMap { place, ends in
            [(ends.0, heights[place]), (ends.1, heights[place])]
          }
          return [
            bars,
            .line(
              x: [low] + outline.map(\.0) + [high], y: [0] + outline.map(\.1) + [0], role: part.role,
              width: 1.6, opacity: 1, dash: nil),
          ]
        }
      })
  }

  /// numpy's "auto": the more of Freedman and Diaconis's and of Sturges' numbers.
  private static func usualBins(_ sorted: [Double]) -> Int {
    let n = Double(sorted.count)
    let range = (sorted.last ?? 0) - (sorted.first ?? 0)
    let summary = GroupSummary(sorted)
    let width = 2 * (summary.quantile(0.75) - summary.quantile(0.25)) / pow(n, 1.0 / 3)
    let sturges = log2(n) + 1
    let wanted = width > 0 ? max(range / width, sturges) : sturges
    return min(max(Int(clampingFinite: wanted.rounded(.up)), 1), 200)
  }

  func quantiles(_ x: String) throws -> DataDrawing {
    let xs = try figure.numbers(x)
    let name = DisplayText.name(x)
    let all = QuantilePanel(xs, label: name)
    let panel = all.panel()
    return DataDrawing(
      title: "Normal quantiles of \(name)", x: panel.x, y: panel.y, legend: all.legend,
      layers: { rows in QuantilePanel(rows.map { xs[$0] }, label: name).panel().layers })
  }
}

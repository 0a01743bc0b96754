import Foundation

/// A local linear smooth of y over x, evaluated at quantiles of x.
///
/// W. S. Cleveland, "Robust locally weighted regression and smoothing scatterplots" (1979), without the robust
/// steps, on the means of at most 150 bins of equally many points: the cost does not depend on their number.
struct Smoother {
  private(set) var x: [Double] = []
  private(set) var y: [Double] = []
  /// Standard deviation of each value of `y` over that of a single, independent observation.
  private(set) var errors: [Double] = []

  /// - Parameter span: share of the points in each local regression.
  init(x xs: [Double], y ys: [Double], span: Double = 0.6) {
    let points = zip(xs, ys).filter { $0.isFinite && $1.isFinite }.sorted { $0.0 < $1.0 }
    guard points.count >= 5, let first = points.first, let last = points.last, first.0 < last.0 else {
      return
    }
    let bins = min(points.count, 150)
    var means: [(x: Double, y: Double, weight: Double)] = []
    for b in 0..<bins {
      let part = points[(b * points.count / bins)..<((b + 1) * points.count / bins)]
      guard !part.isEmpty else { continue }
      let n = Double(part.count)
      let mx = part.reduce(0) { $0 + $1.0 } / n
      let my = part.reduce(0) { $0 + $1.1 } / n
      if let end = means.indices.last, means[end].x == mx {
        let total = means[end].weight + n
        means[end].y += (my - means[end].y) * n / total
        means[end].weight = total
      } else {
        means.append((mx, my, n))
      }
    }
    guard means.count >= 3 else { return }
    let neighbours = max(3, Int(clampingFinite: span * Double(means.count)))
    for here in means {
      let distances = means.map { abs($0.x - here.x) }.sorted()
      let reach = max(distances[min(neighbours, distances.count) - 1] * 1.0001, .leastNormalMagnitude)
      var (s0, s1, s2, t0, t1) = (0.0, 0.0, 0.0, 0.0, 0.0)
      var weights: [(weight: Double, distance: Double, count: Double)] = []
      for point in means {
        let u = abs(point.x - here.x) / reach
        if u >= 1 { continue }
        let cube = 1 - u * u * u
        let w = cube * cube * cube * point.weight
        let d = (point.x - here.x) / reach
        weights.append((w, d, point.weight))
        s0 += w
        s1 += w * d
        s2 += w * d * d
        t0 += w * point.y
        t1 += w * d * point.y
      }
      let determinant = s0 * s2 - s1 * s1
      let isLine = determinant > 1e-12 * s0 * s0
      x.append(here.x)
      y.append(isLine ? (s2 * t0 - s1 * t1) / determinant : t0 / max(s0, 1e-300))
      errors.append(
        weights.reduce(0) { sum, point in
          let share = point.weight * (isLine ? (s2 - s1 * point.distance) / determinant : 1 / max(s0, 1e-300))
          return sum + share * share / point.count
        }.squareRoot())
    }
  }
}

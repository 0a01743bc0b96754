import LinearAlgebra

/// A smooth of y over x by local lines, robust against outlying points.
///
/// Each value is that of the line through the `frac` n nearest points, weighted by the tricube of their distance; `it`
/// times more with weights that fall with the size of the residuals. Pairs with a missing value are left out; where all
/// neighbours have the same x the value is their weighted mean.
///
/// W. S. Cleveland, "Robust locally weighted regression and smoothing scatterplots", JASA 74 (1979).
/// - Parameters:
///   - endog: y.
///   - exog: x, in any order.
///   - frac: share of the points in each local line, from 0 to 1.
///   - it: number of passes with weights by residuals.
///   - delta: distance of x within which values are interpolated rather than computed; a hundredth of the range of x
///     saves most of the time of thousands of points.
/// - Returns: two columns, x in ascending order and the smooth there.
/// - Throws: ``StatsModelsError`` for different lengths, and shares that are none.
///
/// Python: statsmodels.nonparametric.smoothers_lowess.lowess
public func lowess(
  _ endog: [Double], _ exog: [Double], frac: Double = 2.0 / 3, it: Int = 3, delta: Double = 0
) throws -> Matrix {
  guard endog.count == exog.count else {
    throw StatsModelsError(
      .lengthMismatch, "lowess: endog has \(endog.count) values, exog \(exog.count)")
  }
  guard frac >= 0, frac <= 1, it >= 0, delta >= 0 else {
    throw StatsModelsError(
      .invalidArgument,
      "lowess: frac is \(frac), it \(it), delta \(delta): frac lies between 0 and 1, the others are not negative"
    )
  }
  let smooth = Lowess(x: exog, y: endog, frac: frac, passes: it, delta: delta)
  return Matrix(columns: [smooth.x, smooth.fitted], rows: smooth.x.count)
}

/// The computation of ``lowess(_:_:frac:it:delta:)``.
struct Lowess {
  /// In ascending order.
  private(set) var x: [Double]
  private var y: [Double]
  private(set) var fitted: [Double] = []
  private let neighbours: Int
  private let delta: Double

  init(x xs: [Double], y ys: [Double], frac: Double, passes: Int, delta: Double) {
    let present = xs.indices.filter { xs[$0].isFinite && ys[$0].isFinite }
    let order = present.sorted { (xs[$0], $0) < (xs[$1], $1) }
    x = order.map { xs[$0] }
    y = order.map { ys[$0] }
    // The share is rounded as statsmodels rounds it.
    neighbours = Swift.min(Swift.max(Int(frac * Double(order.count) + 1e-10), 2), order.count)
    self.delta = delta
    var weights = [Double](repeating: 1, count: x.count)
    for pass in 0...passes where !x.isEmpty {
      fitted = smoothed(weights: weights)
      if pass < passes { weights = Self.residualWeights(zip(y, fitted).map { abs($0 - $1) }) }
    }
  }

  private func smoothed(weights: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: x.count)
    var (place, last) = (0, -1)
    var start = 0
    while last < x.count - 1 {
      while start + neighbours < x.count, x[place] > (x[start] + x[start + neighbours]) / 2 { start += 1 }
      result[place] = value(at: place, start..<start + neighbours, weights)
      if last >= 0, last < place - 1 {
        for gap in last + 1..<place {
          let share = (x[gap] - x[last]) / (x[place] - x[last])
          result[gap] = share * result[place] + (1 - share) * result[last]
        }
      }
      last = place
      var next = last + 1
      // Equal x have equal values; the next line is at the last point within reach.
      while next < x.count, x[next] <= x[place] + delta {
        if x[next] == x[place] {
          result[next] = result[place]
          last = next
        }
        next += 1
      }
      // As in statsmodels the last point has a line of its own, and the one before it.
      place = Swift.min(Swift.max(Swift.min(next, x.count - 1) - 1, last + 1), x.count - 1)
    }
    return result
  }

  /// The value of the local line at a point.
  private func value(at place: Int, _ window: Range<Int>, _ residual: [Double]) -> Double {
    let center = x[place]
    let radius = Swift.max(center - x[window.lowerBound], x[window.upperBound - 1] - center)
    var weights = [Double](repeating: 0, count: window.count)
    var (total, mean) = (0.0, 0.0)
    for j in window {
      let distance = radius > 0 ? abs(x[j] - center) / radius : 0
      let cube = 1 - distance * distance * distance
      let weight = cube > 0 ? cube * cube * cube * residual[j] : 0
      weights[j - window.lowerBound] = weight
      total += weight
      mean += weight * x[j]
    }
    guard total > 0, weights.count(where: { $0 > 1e-12 }) >= 2 else { return y[place] }
    mean /= total
    var (spread, level, slope) = (0.0, 0.0, 0.0)
    for j in window {
      let weight = weights[j - window.lowerBound] / total
      let d = x[j] - mean
      spread += weight * d * d
      level += weight * y[j]
      slope += weight * d * y[j]
    }
    // Beside the neighbourhood's width, or to rounding, the points have one x.
    let rounding = 4 * Double.ulpOfOne * abs(center)
    let least = Swift.max(1e-24 * radius * radius, rounding * rounding)
    return spread > least ? level + (center - mean) * slope / spread : level
  }

  /// Tukey's bisquare of the residuals over six times their median.
  private static func residualWeights(_ sizes: [Double]) -> [Double] {
    let sorted = sizes.sorted()
    let middle = sorted.count / 2
    let median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    return sizes.map { size in
      let u = median > 0 ? size / (6 * median) : (size > 0 ? 1 : 0)
      return u < 1 ? (1 - u * u) * (1 - u * u) : 0
    }
  }
}

import Foundation
import LinearAlgebra

/// How values of one group are taken to be correlated. Python: statsmodels.genmod.cov_struct
public struct CovStruct: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    case independence
    case exchangeable
    case autoregressive(grid: Bool)
  }
  let kind: Kind

  /// Not at all. Python: cov_struct.Independence
  public static let independence = CovStruct(kind: .independence)
  /// All pairs alike. Python: cov_struct.Exchangeable
  public static let exchangeable = CovStruct(kind: .exchangeable)
  /// By ρ to the power of the distance in the order of the rows; ρ from all pairs and their distances in time.
  ///
  /// Python: cov_struct.Autoregressive(grid=False)
  public static let autoregressive = CovStruct(kind: .autoregressive(grid: false))
  /// By ρ to the power of the distance in the order of the rows.
  ///
  /// - Parameter grid: ρ from neighbours alone, which are one apart; else from all pairs and their distances in time.
  ///
  /// Python: cov_struct.Autoregressive(grid)
  public static func autoregressive(grid: Bool) -> CovStruct { CovStruct(kind: .autoregressive(grid: grid)) }

  /// The name of the class in statsmodels.
  var className: String {
    switch kind {
    case .independence: "Independence"
    case .exchangeable: "Exchangeable"
    case .autoregressive: "Autoregressive"
    }
  }

  /// What statsmodels says of an estimate. Python: CovStruct.summary
  func summary(_ dep: Double) -> String {
    let value = PythonFormat.fixed(dep, 3)
    switch kind {
    case .independence: return "Observations within a cluster are modeled as being independent."
    case .exchangeable: return "The correlation between two observations in the same cluster is \(value)"
    case .autoregressive: return "Autoregressive(1) dependence parameter: \(value)\n"
    }
  }

  /// V⁻¹x for V = D R(ρ) D, D the standard deviations of a group's rows, in O(rows).
  func solve(_ x: [Double], deviations: [Double], dep rho: Double) -> [Double] {
    let n = x.count
    let scaled = zip(x, deviations).map { $0 / $1 }
    var result: [Double]
    switch kind {
    case .independence: result = scaled
    case .exchangeable:
      let common = rho / (1 - rho) / (1 + rho * Double(n - 1)) * scaled.reduce(0, +)
      result = scaled.map { $0 / (1 - rho) - common }
    case .autoregressive:
      guard n > 1 else {
        result = scaled
        break
      }
      let below = 1 - rho * rho
      result = scaled.indices.map { i in
        let inner = i > 0 && i < n - 1 ? 1 + rho * rho : 1
        let neighbours = (i > 0 ? scaled[i - 1] : 0) + (i < n - 1 ? scaled[i + 1] : 0)
        return (inner * scaled[i] - rho * neighbours) / below
      }
    }
    return zip(result, deviations).map { $0 / $1 }
  }

  /// The correlation that residuals in standard deviations of their groups show.
  ///
  /// - Parameters:
  ///   - residuals: by group.
  ///   - times: by group.
  ///   - dep: the estimate before.
  ///   - ddof: coefficients that were estimated.
  ///   - scale: the dispersion.
  func estimate(_ residuals: [[Double]], times: [[Double]], dep: Double, ddof: Double, scale: Double)
    -> Double
  {
    switch kind {
    case .independence: return 0
    case .exchangeable:
      var (squares, products, rows, pairs) = (0.0, 0.0, 0.0, 0.0)
      for group in residuals {
        let (sum, square) = (group.reduce(0, +), group.reduce(0) { $0 + $1 * $1 })
        squares += square
        products += (sum * sum - square) / 2
        rows += Double(group.count)
        pairs += Double(group.count * (group.count - 1)) / 2
      }
      return products / (squares / (rows - ddof)) / (pairs - ddof)
    case .autoregressive(let grid):
      return grid ? neighbours(residuals) : distances(residuals, times, dep: dep, scale: scale)
    }
  }

  private func neighbours(_ residuals: [[Double]]) -> Double {
    var (none, one) = (0.0, 0.0)
    for group in residuals where group.count > 1 {
      let n = Double(group.count)
      one += zip(group, group.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / (n - 1)
      none += group.reduce(0) { $0 + $1 * $1 } / n
    }
    return one / none
  }

  /// The ρ in (0, 1) of the smallest weighted squares of each residual less ρ^distance times an earlier one.
  private func distances(_ residuals: [[Double]], _ times: [[Double]], dep: Double, scale: Double) -> Double {
    var pairs: [(distance: Double, later: Double, earlier: Double, weight: Double)] = []
    let root = scale.squareRoot()
    for (group, time) in zip(residuals, times) {
      for i in group.indices {
        for j in 0..<i {
          let distance = abs(time[i] - time[j])
          let variance = (1 - pow(dep, 2 * distance)) / (1 - dep * dep)
          pairs.append((distance, group[i] / root, group[j] / root, 1 / variance))
        }
      }
    }
    let total = pairs.reduce(0) { $0 + $1.weight }
    func squares(_ rho: Double) -> Double {
      pairs.reduce(0) {
        let gap = $1.later - pow(rho, $1.distance) * $1.earlier
        return $0 + gap * gap * $1.weight / total
      }
    }
    var (low, center, high) = (0.0, 0.5, 0.75)
    let atLow = squares(low)
    while squares(center) > atLow {
      center /= 2
      if center < 1e-8 { return 0 }
    }
    while squares(high) < squares(center), high < 1 - 1e-6 { high += (1 - high) / 2 }
    // Golden section.
    let ratio = (5.0.squareRoot() - 1) / 2
    var (a, b) = (high - ratio * (high - low), low + ratio * (high - low))
    var (fa, fb) = (squares(a), squares(b))
    while high - low > 1e-9 {
      if fa < fb {
        (high, b, fb) = (b, a, fa)
        a = high - ratio * (high - low)
        fa = squares(a)
      } else {
        (low, a, fa) = (a, b, fb)
        b = low + ratio * (high - low)
        fb = squares(b)
      }
    }
    return (low + high) / 2
  }
}

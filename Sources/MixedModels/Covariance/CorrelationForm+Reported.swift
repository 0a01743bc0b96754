import Foundation
internal import LinearAlgebra

/// The reported parameters of a form with one correlation: variances, then ρ.
extension CorrelationForm {
  func values(of s: Matrix) -> [Double] {
    let diagonal = s.diagonal
    let mean = s.trace / Double(max(s.rows, 1))
    return (isHomogeneous ? [mean] : diagonal) + [correlation(of: s)]
  }

  /// The mean of the correlations that are ρ itself; where no pair of effects with variances has one, that of the
  /// nearest distance, taken back to ρ. nan where no two effects have variances.
  private func correlation(of s: Matrix) -> Double {
    let k = s.rows
    let bounds = bounds(width: k)
    func mean(_ distances: ClosedRange<Int>) -> Double? {
      var (sum, count) = (0.0, 0.0)
      for a in 0..<k {
        for b in 0..<a where distances.contains(a - b) && s[a, a] > 0 && s[b, b] > 0 {
          sum += s[a, b] / (s[a, a] * s[b, b]).squareRoot()
          count += 1
        }
      }
      return count > 0 ? sum / count : nil
    }
    if let found = mean(definingDistances(width: k)) {
      return min(max(found, bounds.lowerBound), bounds.upperBound)
    }
    for distance in 2..<max(k, 2) {
      if let found = mean(distance...distance) {
        let size = pow(abs(found), 1 / Double(distance))
        return found < 0 ? -size : size
      }
    }
    return .nan
  }

  func covariance(values: [Double], width: Int) -> Matrix {
    let rho = values[values.count - 1]
    let variances =
      isHomogeneous ? [Double](repeating: values[0], count: width) : Array(values.dropLast())
    return scaled(
      pattern(rho.isFinite ? rho : 0, width: width), variances.map { max($0, 0).squareRoot() })
  }

  /// Standard deviations and ρ of S; 0 for a correlation that S leaves open.
  private func parts(of s: Matrix) -> (deviations: [Double], rho: Double) {
    let values = values(of: s)
    let variances = isHomogeneous ? [Double](repeating: values[0], count: s.rows) : Array(values.dropLast())
    let rho = values[values.count - 1]
    return (variances.map { max($0, 0).squareRoot() }, rho.isFinite ? rho : 0)
  }

  /// Of a variance that is zero the slope is that of its own entry.
  func slope(_ i: Int, at s: Matrix) -> Matrix {
    let k = s.rows
    let (deviations, rho) = parts(of: s)
    if i == reported(width: k).count - 1 { return scaled(pattern(rho, width: k, derivative: 1), deviations) }
    if isHomogeneous { return pattern(rho, width: k) }
    if deviations[i] > 0 { return (0.5 / deviations[i]) * scaled(pattern(rho, width: k), deviations, by: i) }
    var own = Matrix(rows: k, columns: k)
    own[i, i] = 1
    return own
  }

  func derivative(_ derivative: Matrix, by i: Int, at s: Matrix) -> Double {
    dot(slope(i, at: s).storage, derivative.storage)
  }

  func curvature(_ i: Int, _ j: Int, at s: Matrix) -> Matrix? {
    let k = s.rows
    let (deviations, rho) = parts(of: s)
    let last = reported(width: k).count - 1
    let variances = [i, j].filter { $0 != last }
    let changed = pattern(rho, width: k, derivative: 2 - variances.count)
    if variances.isEmpty { return scaled(changed, deviations) }
    if isHomogeneous { return variances.count == 1 ? changed : nil }
    guard variances.allSatisfy({ deviations[$0] > 0 }) else { return nil }
    let a = variances[0]
    // dσ/dv = 1 / 2σ, d²σ/dv² = −1 / 4σ³; R has the diagonal 1, which makes S_aa = v_a linear
    if variances.count == 1 { return (0.5 / deviations[a]) * scaled(changed, deviations, by: a) }
    let b = variances[1]
    var result = Matrix(rows: k, columns: k)
    if a == b {
      let cube = deviations[a] * deviations[a] * deviations[a]
      for c in 0..<k where c != a {
        result[a, c] = -0.25 / cube * changed[a, c] * deviations[c]
        result[c, a] = result[a, c]
      }
    } else {
      result[a, b] = 0.25 / (deviations[a] * deviations[b]) * changed[a, b]
      result[b, a] = result[a, b]
    }
    return result
  }

  /// Distance from a bound, in parts of that between them, at which a correlation is that bound: what rounding leaves.
  private static var rounding: Double { 1e-10 }

  func isAtBound(_ i: Int, at s: Matrix) -> Bool {
    guard i == reported(width: s.rows).count - 1 else { return false }
    let bounds = bounds(width: s.rows)
    let rho = values(of: s)[i]
    // without two variances there is no correlation to know
    let distance = min(rho - bounds.lowerBound, bounds.upperBound - rho)
    return !(distance > Self.rounding * (bounds.upperBound - bounds.lowerBound))
  }
}

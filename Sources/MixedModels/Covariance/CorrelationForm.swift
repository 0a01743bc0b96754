import Foundation
internal import LinearAlgebra

/// A form with one correlation parameter ρ: S = D R(ρ) D with R a pattern of correlations and D of standard deviations,
/// one for all effects or one each.
///
/// φ are the variances, then ρ. θ has a parameter for each of them whose square, or sine, it is, so that S is smooth in
/// θ, even about every bound, and the optimiser needs none: σ itself for a variance that all effects share, √σ_a for
/// each of several (σ_a stands beside σ_b in S, and has a slope of its own at zero), and ρ = middle + half · sin θ.
protocol CorrelationForm: CovarianceForm {
  /// Whether all effects have one variance.
  var isHomogeneous: Bool { get }
  /// Least and largest ρ with positive semidefinite R.
  func bounds(width: Int) -> ClosedRange<Double>
  /// The correlation at a distance of positions, of columns of their order, or its derivative by ρ.
  func correlation(_ rho: Double, distance: Int, derivative: Int) -> Double
  /// The distances at which R holds ρ itself.
  func definingDistances(width: Int) -> ClosedRange<Int>
}

extension CorrelationForm {
  var standardisation: Standardisation { isHomogeneous ? .commonScale : .columnScales }
  var reportsEntries: Bool { false }
  func absorbs(_ other: any CovarianceForm) -> Bool { false }
  func absorbsPart(_ other: any CovarianceForm, width: Int) -> Bool { false }
  func vectors(width: Int) -> [[Int]] { [] }
  func runs(width: Int) -> [Range<Int>] { [0..<width] }
  func pivots(width: Int) -> [Int] { Array(0..<width) }

  func parameters(width: Int) -> [FormParameter] {
    let all = Array(0..<width)
    let variances =
      isHomogeneous
      ? [FormParameter(kind: .deviation, rows: all)]
      : all.map { FormParameter(kind: .rootOfDeviation, rows: [$0]) }
    return variances + [FormParameter(kind: .angle, rows: all)]
  }

  func reported(width: Int) -> [ReportedParameter] {
    let variances =
      isHomogeneous
      ? [ReportedParameter(kind: .variance, row: 0, column: 0, isShared: true)]
      : (0..<width).map { ReportedParameter(kind: .variance, row: $0, column: $0) }
    return variances + [
      ReportedParameter(
        kind: .correlation, row: 1, column: 0, isShared: true, bounds: bounds(width: width))
    ]
  }

  /// R or a derivative of it.
  func pattern(_ rho: Double, width k: Int, derivative: Int = 0) -> Matrix {
    let values = (0..<k).map {
      $0 == 0 ? (derivative == 0 ? 1 : 0) : correlation(rho, distance: $0, derivative: derivative)
    }
    var result = Matrix(rows: k, columns: k)
    for a in 0..<k { for b in 0..<k { result[a, b] = values[abs(a - b)] } }
    return result
  }

  /// ρ at an angle, with its derivative.
  private func rho(_ angle: Double, width: Int) -> (value: Double, slope: Double) {
    let bounds = bounds(width: width)
    let middle = 0.5 * (bounds.lowerBound + bounds.upperBound)
    let half = 0.5 * (bounds.upperBound - bounds.lowerBound)
    let value = middle + half * sin(angle)
    return (min(max(value, bounds.lowerBound), bounds.upperBound), half * cos(angle))
  }

  private func angle(_ rho: Double, width: Int) -> Double {
    let bounds = bounds(width: width)
    let half = 0.5 * (bounds.upperBound - bounds.lowerBound)
    return asin(min(max((rho - 0.5 * (bounds.lowerBound + bounds.upperBound)) / half, -1), 1))
  }

  /// D R D for a pattern R, by the standard deviations.
  func scaled(_ pattern: Matrix, _ deviations: [Double]) -> Matrix {
    var result = pattern
    for a in deviations.indices {
      for b in deviations.indices { result[a, b] *= deviations[a] * deviations[b] }
    }
    return result
  }

  /// The change of D R D with the standard deviation of effect c.
  func scaled(_ pattern: Matrix, _ deviations: [Double], by c: Int) -> Matrix {
    var result = Matrix(rows: pattern.rows, columns: pattern.rows)
    for b in deviations.indices {
      result[c, b] += pattern[c, b] * deviations[b]
      result[b, c] += pattern[c, b] * deviations[b]
    }
    return result
  }

  private func deviations(_ theta: ArraySlice<Double>, width: Int) -> [Double] {
    isHomogeneous
      ? [Double](repeating: abs(theta[theta.startIndex]), count: width)
      : theta.prefix(width).map { $0 * $0 }
  }

  func root(_ theta: ArraySlice<Double>, width: Int) -> Matrix {
    let rho = rho(theta[theta.endIndex - 1], width: width).value
    return CovarianceLayout.semidefiniteCholesky(
      scaled(pattern(rho, width: width), deviations(theta, width: width)))
  }

  func theta(roots: [Matrix]) -> [Double] {
    let root = roots[0]
    let values = values(of: root * root.transposed)
    let angle = angle(values[values.count - 1], width: root.rows)
    let sizes = values.dropLast().map { max($0, 0).squareRoot() }
    return (isHomogeneous ? sizes : sizes.map { $0.squareRoot() }) + [angle.isFinite ? angle : 0]
  }

  func slopes(_ theta: ArraySlice<Double>, root: Matrix) -> [Matrix] {
    let k = root.rows
    let (rho, slope) = rho(theta[theta.endIndex - 1], width: k)
    let own = pattern(rho, width: k)
    let deviations = deviations(theta, width: k)
    let variances =
      isHomogeneous
      ? [(2 * theta[theta.startIndex]) * own]
      : theta.prefix(k).enumerated().map { (2 * $1) * scaled(own, deviations, by: $0) }
    return variances + [slope * scaled(pattern(rho, width: k, derivative: 1), deviations)]
  }

  func gradient(_ derivative: Matrix, _ theta: ArraySlice<Double>, root: Matrix) -> [Double] {
    slopes(theta, root: root).map { dot($0.storage, derivative.storage) }
  }

  /// u''(θ) ⟨F, ∂S/∂u⟩ of each parameter u that θ keeps within its bounds: ⟨F, ∂S/∂u⟩ vanishes at an optimum inside.
  func boundaryCurvature(_ derivative: Matrix, _ theta: ArraySlice<Double>) -> Matrix {
    let k = derivative.rows
    var result = Matrix(rows: theta.count, columns: theta.count)
    let slopes = boundSlopes(derivative, theta)
    let folds = [Double](repeating: 2, count: theta.count - 1) + [-sin(theta[theta.endIndex - 1]) * half(k)]
    for i in folds.indices { result[i, i] = max(folds[i] * slopes[i], 0) }
    return result
  }

  private func half(_ width: Int) -> Double {
    0.5 * (bounds(width: width).upperBound - bounds(width: width).lowerBound)
  }

  /// ⟨F, ∂S/∂u⟩ by the shared variance, or by the standard deviations, then by ρ.
  private func boundSlopes(_ derivative: Matrix, _ theta: ArraySlice<Double>) -> [Double] {
    let k = derivative.rows
    let rho = rho(theta[theta.endIndex - 1], width: k).value
    let own = pattern(rho, width: k)
    let deviations = deviations(theta, width: k)
    let changes =
      (isHomogeneous ? [own] : (0..<k).map { scaled(own, deviations, by: $0) })
      + [scaled(pattern(rho, width: k, derivative: 1), deviations)]
    return changes.map { dot($0.storage, derivative.storage) }
  }

  /// Correlations that are tried, in parts of the way between the bounds, where no variance is left that would tell.
  private static var trialShares: [Double] { [0.02, 0.25, 0.5, 0.75, 0.98] }

  func reopened(
    _ theta: ArraySlice<Double>, derivatives: [Matrix], scales: ArraySlice<Double>
  ) -> [Double]? {
    let derivative = derivatives[0]
    let k = derivative.rows
    let last = theta.count - 1
    var result = Array(theta)
    let scale = Array(scales)
    let closed = (0..<last).filter { abs(result[$0]) < 1e-3 * scale[$0] }
    if closed.count == last {
      // nothing is left: the best correlation at equal shares of every effect
      let sizes = isHomogeneous ? [Double](repeating: scale[0], count: k) : scale.dropLast().map { $0 * $0 }
      let bounds = bounds(width: k)
      let trials = Self.trialShares.map { bounds.lowerBound + $0 * (bounds.upperBound - bounds.lowerBound) }
      let slopes = trials.map { dot(scaled(pattern($0, width: k), sizes).storage, derivative.storage) }
      guard let best = slopes.indices.min(by: { slopes[$0] < slopes[$1] }), slopes[best] < -1e-3 else {
        return nil
      }
      for i in closed { result[i] = 0.3 * scale[i] }
      result[last] = angle(trials[best], width: k)
      return result
    }
    let slopes = boundSlopes(derivative, theta)
    for i in closed where slopes[i] * scale[i] * scale[i] < -1e-3 { result[i] = 0.3 * scale[i] }
    let side = sin(result[last])
    if abs(cos(result[last])) < 1e-3, slopes[last] * side * half(k) > 1e-3 {
      result[last] = asin(side < 0 ? -0.9 : 0.9)
    }
    return result == Array(theta) ? nil : result
  }

  /// The same variances near both bounds of ρ, and without correlation.
  func farCorrelations(from theta: ArraySlice<Double>, root: Matrix) -> [[Double]] {
    let bounds = bounds(width: root.rows)
    return [0.98 * bounds.lowerBound, 0, 0.98 * bounds.upperBound].map {
      theta.dropLast() + [angle($0, width: root.rows)]
    }
  }
}

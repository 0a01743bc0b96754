import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Foundation
#endif

/// The basis of a cubic regression spline whose coefficients are its values at the knots.
///
/// Between knots j and j + 1 at distance h the spline is a⁻β(j) + a⁺β(j+1) + c⁻δ(j) + c⁺δ(j+1), where δ = F β are its second
/// derivatives at the knots (S. N. Wood, *Generalized Additive Models*, 2006, section 4.1.2). Natural
/// splines continue linearly beyond the outer knots; cyclic ones wrap round.
package struct CubicSpline: Sendable, Equatable {
  /// The knots, ascending and distinct; two at least.
  package let knots: [Double]
  /// True when value and derivatives agree at both ends.
  package let cyclic: Bool
  /// F: second derivatives at the knots from values at the knots.
  private let secondDerivatives: Matrix

  /// Number of basis functions: the knots, of which a cyclic spline counts its ends once.
  package var count: Int { cyclic ? knots.count - 1 : knots.count }

  /// - Throws: ``EvaluationError`` for a natural spline without an inner knot, which patsy cannot compute
  ///   either, and when the knots are too close for the second derivatives to be found.
  package init(knots: [Double], cyclic: Bool) throws {
    guard knots.count > (cyclic ? 1 : 2) else {
      throw EvaluationError.value(
        "setting an array element with a sequence. The requested array has an inhomogeneous shape after 1 "
          + "dimensions. The detected shape was (3,) + inhomogeneous part.")
    }
    self.knots = knots
    self.cyclic = cyclic
    do {
      secondDerivatives = cyclic ? try Self.cyclicMap(knots) : Self.naturalMap(knots)
    } catch {
      throw EvaluationError("LinAlgError", "Singular matrix")
    }
  }

  /// The basis at `x`, one row a value.
  package func basis(at x: [Double]) -> Matrix {
    var result = Matrix(rows: x.count, columns: count)
    guard knots.count > 1, let low = knots.first, let high = knots.last else { return result }
    let (rows, count, knots) = (x.count, count, knots)
    // Row j of the map in one piece.
    let curvature = secondDerivatives.transposed.storage
    result.storage.withUnsafeMutableBufferPointer { result in
      for row in 0..<rows {
        let value = cyclic ? Self.wrap(x[row], low, high) : x[row]
        let j = interval(of: value)
        let next = cyclic && j + 1 == count ? 0 : j + 1
        let h = knots[j + 1] - knots[j]
        let right = knots[j + 1] - value
        let left = value - knots[j]
        // The cubic part stops at the outer knots: linear continuation.
        let cubicRight = value > high ? 0 : right * right * right / (6 * h)
        let cubicLeft = value < low ? 0 : left * left * left / (6 * h)
        let fromRight = cubicRight - h * right / 6
        let fromLeft = cubicLeft - h * left / 6
        for column in 0..<count {
          result[row + column * rows] =
            fromRight * curvature[j * count + column] + fromLeft * curvature[next * count + column]
        }
        result[row + j * rows] += right / h
        result[row + next * rows] += left / h
      }
    }
    return result
  }

  /// Index of the knot below `x`, from 0 to the last but one.
  private func interval(of x: Double) -> Int {
    var low = 0
    var high = knots.count
    while low < high {
      let middle = (low + high) / 2
      if knots[middle] < x { low = middle + 1 } else { high = middle }
    }
    return min(max(low - 1, 0), knots.count - 2)
  }

  /// `x` shifted by a multiple of the period into [low, high].
  package static func wrap(_ x: Double, _ low: Double, _ high: Double) -> Double {
    let period = high - low
    if x > high { return low + remainder(x - high, period) }
    if x < low { return high - remainder(low - x, period) }
    return x
  }

  /// The remainder of a positive number, as Python's `%`.
  private static func remainder(_ x: Double, _ period: Double) -> Double {
    let rest = fmod(x, period)
    return rest < 0 ? rest + period : rest
  }

  /// F of a natural spline: a tridiagonal system for the inner knots, zero at the ends.
  private static func naturalMap(_ knots: [Double]) -> Matrix {
    let n = knots.count
    var result = Matrix(rows: n, columns: n)
    guard n > 2 else { return result }
    let h = (0..<n - 1).map { knots[$0 + 1] - knots[$0] }
    let inner = n - 2
    var diagonal = (0..<inner).map { (h[$0] + h[$0 + 1]) / 3 }
    for i in 0..<inner {
      result[i + 1, i] = 1 / h[i]
      result[i + 1, i + 2] = 1 / h[i + 1]
      result[i + 1, i + 1] = -result[i + 1, i] - result[i + 1, i + 2]
    }
    // Thomas algorithm; the matrix is diagonally dominant.
    for i in 1..<max(inner, 1) {
      let ratio = h[i] / 6 / diagonal[i - 1]
      diagonal[i] -= ratio * h[i] / 6
      for column in 0..<n { result[i + 1, column] -= ratio * result[i, column] }
    }
    for i in stride(from: inner - 1, through: 0, by: -1) {
      for column in 0..<n {
        let above = i + 1 < inner ? h[i + 1] / 6 * result[i + 2, column] : 0
        result[i + 1, column] = (result[i + 1, column] - above) / diagonal[i]
      }
    }
    return result
  }

  /// F of a cyclic spline: a periodic tridiagonal system.
  private static func cyclicMap(_ knots: [Double]) throws -> Matrix {
    let n = knots.count - 1
    let h = (0..<n).map { knots[$0 + 1] - knots[$0] }
    var left = Matrix(rows: n, columns: n)
    var right = Matrix(rows: n, columns: n)
    // The corners first: with one or two pieces the later assignments win, as in patsy.
    left[0, 0] = (h[n - 1] + h[0]) / 3
    left[0, n - 1] = h[n - 1] / 6
    left[n - 1, 0] = h[n - 1] / 6
    right[0, 0] = -1 / h[0] - 1 / h[n - 1]
    right[0, n - 1] = 1 / h[n - 1]
    right[n - 1, 0] = 1 / h[n - 1]
    for i in 1..<max(n, 1) {
      left[i, i] = (h[i - 1] + h[i]) / 3
      left[i, i - 1] = h[i - 1] / 6
      left[i - 1, i] = h[i - 1] / 6
      right[i, i] = -1 / h[i - 1] - 1 / h[i]
      right[i, i - 1] = 1 / h[i - 1]
      right[i - 1, i] = 1 / h[i - 1]
    }
    return try solve(left, right)
  }
}

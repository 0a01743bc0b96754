import LinearAlgebra

/// The B-spline basis over a sorted knot sequence.
///
/// Column i holds B(i, degree)(x), by the recurrence of de Boor and Cox (C. de Boor, *A Practical Guide to
/// Splines*, chapter IX). Every interval is closed on the left and open on the right, but the last, which is closed.
package struct BSpline: Sendable, Equatable {
  /// All knots, ascending; the outermost are repeated degree + 1 times.
  package let knots: [Double]
  /// Polynomial degree of the pieces, 0 or more.
  package let degree: Int

  /// Number of basis functions.
  package var count: Int { max(knots.count - degree - 1, 0) }

  /// A basis over `knots` in any order.
  package init(knots: [Double], degree: Int) {
    // NaN goes last, as in numpy.
    self.knots = knots.filter { !$0.isNaN }.sorted() + knots.filter(\.isNaN)
    self.degree = max(degree, 0)
  }

  /// True when every value lies between the outermost knots; NaN counts as inside.
  package func covers(_ x: [Double]) -> Bool {
    // numpy's `min` and `max` are NaN as soon as one value is, and then nothing is out of range.
    guard let low = knots.first, let high = knots.last, !high.isNaN, !x.contains(where: \.isNaN) else {
      return true
    }
    return !x.contains { $0 < low || $0 > high }
  }

  /// The basis at `x`, one row a value.
  ///
  /// - Parameter dropFirst: leaves out the first basis function, so that the span excludes the constant.
  package func basis(at x: [Double], dropFirst: Bool = false) -> Matrix {
    let skip = dropFirst ? 1 : 0
    var result = Matrix(rows: x.count, columns: max(count - skip, 0))
    guard count > 0 else { return result }
    let (rows, columns) = (x.count, result.columns)
    result.storage.withUnsafeMutableBufferPointer { result in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: degree + 1) { values in
        knots.withUnsafeBufferPointer { knots in
          for row in 0..<rows {
            let value = x[row]
            if value.isNaN {
              for column in 0..<columns { result[row + column * rows] = .nan }
              continue
            }
            let interval = interval(of: value, knots)
            nonzero(at: value, interval: interval, knots, into: values)
            for k in 0...degree {
              let column = interval - degree + k - skip
              if column >= 0 { result[row + column * rows] = values[k] }
            }
          }
        }
      }
    }
    return result
  }

  /// The last index i in degree..<count with knots[i] ≤ x, or `degree` when there is none.
  private func interval(of x: Double, _ knots: UnsafeBufferPointer<Double>) -> Int {
    var low = degree
    var high = count
    while high - low > 1 {
      let middle = (low + high) / 2
      if knots[middle] <= x { low = middle } else { high = middle }
    }
    return low
  }

  /// The degree + 1 functions that do not vanish on an interval.
  private func nonzero(
    at x: Double, interval: Int, _ knots: UnsafeBufferPointer<Double>,
    into values: UnsafeMutableBufferPointer<Double>
  ) {
    values[0] = 1
    guard degree > 0 else { return }
    for order in 1...degree {
      var carried = 0.0
      for i in 0..<order {
        let left = knots[interval + i - order + 1]
        let right = knots[interval + i + 1]
        let previous = values[i]
        values[i] = carried
        carried = 0
        // Coinciding knots: the piece has no width and drops out.
        guard left != right else { continue }
        let factor = previous / (right - left)
        values[i] += factor * (right - x)
        carried = factor * (x - left)
      }
      values[order] = carried
    }
  }
}

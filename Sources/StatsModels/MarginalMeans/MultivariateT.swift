import Distributions
import LinearAlgebra

/// The largest absolute value among correlated t statistics with a common scale.
///
/// With T = AZ / s, Z = R u on the unit sphere of the rank r of A, P(max |T| > t) = E_u P(F_{r,ν} > t² / (r max_j (a_j'u)²)):
/// a smooth function of u, whose mean over a fixed set of points has an error of about 1e-5. Any covariance will do,
/// singular ones too, and any degrees of freedom.
struct MultivariateT {
  private let rank: Int
  /// max_j (a_j'u)² at each point.
  private let largest: [Double]

  /// Points on the sphere; odd, as a lattice wants it.
  private static let pointCount = 16_381

  init(covariance: Matrix, known: [Int]) {
    let inner = covariance.selecting(rows: known).selecting(columns: known)
    let scales = inner.diagonal.map { $0.squareRoot() }
    var correlation = inner
    for i in scales.indices { for j in scales.indices { correlation[i, j] /= scales[i] * scales[j] } }
    guard let eigen = try? SymmetricEigen(correlation.symmetrized), let top = eigen.values.last else {
      (rank, largest) = (0, [])
      return
    }
    let kept = eigen.values.indices.filter { eigen.values[$0] > 1e-10 * top }
    var root = eigen.vectors.selecting(columns: kept)
    for (j, position) in kept.enumerated() {
      for i in 0..<root.rows { root[i, j] *= eigen.values[position].squareRoot() }
    }
    rank = kept.count
    let rows = (0..<root.rows).map { root.row($0) }
    largest = (0..<(kept.count == 1 ? 1 : Self.pointCount)).map { index in
      let u = Self.point(index, dimension: kept.count)
      return rows.reduce(0) { most, row in
        let value = zip(row, u).reduce(0) { $0 + $1.0 * $1.1 }
        return max(most, value * value)
      }
    }
  }

  /// P(max |T| > t).
  func tail(_ t: Double, df: Double) -> Double {
    guard !largest.isEmpty, df > 0 else { return .nan }
    let r = Double(rank)
    return largest.reduce(0) { $0 + ReferenceF.pValue(t * t / (r * $1), r, df) } / Double(largest.count)
  }

  /// A point on the unit sphere: normal scores of a rank-one lattice whose generators are fractions of square roots of
  /// primes.
  private static func point(_ index: Int, dimension: Int) -> [Double] {
    if dimension == 1 { return [1] }
    let normal = (0..<dimension).map { axis -> Double in
      let product = (Double(index) + 0.5) * generator(axis)
      return Normal.ppf(min(max(product - product.rounded(.down), 1e-12), 1 - 1e-12))
    }
    let length = normal.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length > 0 ? normal.map { $0 / length } : [1] + [Double](repeating: 0, count: dimension - 1)
  }

  /// √ of the prime at a position.
  private static func generator(_ axis: Int) -> Double {
    var (candidate, found) = (1, -1)
    while found < axis {
      candidate += 1
      let divisors = 2..<max(2, Int(Double(candidate).squareRoot()) + 1)
      if !divisors.contains(where: { candidate % $0 == 0 }) { found += 1 }
    }
    return Double(candidate).squareRoot()
  }
}

import Foundation
internal import LinearAlgebra

/// The Cholesky factor of [X̃ ẽ]'V⁻¹[X̃ ẽ] and what follows from it, on the caller's memory: of a few columns, loops take less
/// than LAPACK's calls.
struct PanelFactor {
  /// The lower triangle by rows, and the factor in its place; the last row has L⁻¹X̃'V⁻¹ẽ.
  let rows: UnsafeMutablePointer<Double>
  /// Columns of X̃.
  let rank: Int

  /// Numbers that ``rows`` takes.
  static func size(rank: Int) -> Int { (rank + 1) * (rank + 2) / 2 }

  private func row(_ i: Int) -> UnsafeMutablePointer<Double> { rows + i * (i + 1) / 2 }

  /// Factors the triangle.
  ///
  /// - Parameter leastShare: share of a column's square that its pivot must be.
  /// - Returns: log |X̃'V⁻¹X̃|, r² and the least pivot; nil where doubles do not resolve them.
  func factorize(leastShare: Double = 0) -> (logDeterminant: Double, residual: Double, leastPivot: Double)? {
    var (logDeterminant, leastPivot) = (0.0, 1.0)
    for i in 0...rank {
      let own = row(i)
      for j in 0..<i {
        let other = row(j)
        var value = own[j]
        for s in 0..<j { value -= own[s] * other[s] }
        own[j] = value / other[j]
      }
      let square = own[i]
      var pivot = square
      for s in 0..<i { pivot -= own[s] * own[s] }
      if i == rank { return pivot < leastShare * square ? nil : (logDeterminant, pivot, leastPivot) }
      guard pivot > leastShare * square else { return nil }
      logDeterminant += log(pivot)
      leastPivot = min(leastPivot, pivot)
      own[i] = pivot.squareRoot()
    }
    return nil
  }

  /// b = (X̃'V⁻¹X̃)⁻¹X̃'V⁻¹ẽ, and (X̃'V⁻¹X̃)⁻¹, rank × rank.
  func solve(coefficients: UnsafeMutablePointer<Double>, inverse: UnsafeMutablePointer<Double>) {
    let half = row(rank)
    for i in 0..<rank { coefficients[i] = half[i] }
    solveTransposed(coefficients)
    for c in 0..<rank {
      // a column of L⁻¹, then times L'⁻¹
      let column = inverse + c * rank
      for i in 0..<rank {
        let own = row(i)
        var value = i == c ? 1.0 : 0
        for j in 0..<i { value -= own[j] * column[j] }
        column[i] = value / own[i]
      }
      solveTransposed(column)
    }
  }

  private func solveTransposed(_ x: UnsafeMutablePointer<Double>) {
    for i in stride(from: rank - 1, through: 0, by: -1) {
      var value = x[i]
      for j in i + 1..<max(rank, i + 1) { value -= row(j)[i] * x[j] }
      x[i] = value / row(i)[i]
    }
  }
}

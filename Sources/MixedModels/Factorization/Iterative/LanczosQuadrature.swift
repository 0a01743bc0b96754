import Foundation
internal import LinearAlgebra

extension ConjugateGradients.Recurrence {
  /// r'f(Ŝ)r of one lane, r the residual at the start, by Gauss quadrature on the Lanczos matrix.
  func quadrature(lane: Int, _ f: (Double) -> Double) -> Double {
    let n = steps[lane]
    guard n > 0 else { return 0 }
    var lanczos = Matrix(rows: n, columns: n)
    for k in 0..<n {
      lanczos[k, k] = 1 / alpha[k][lane]
      if k > 0 {
        lanczos[k, k] += beta[k - 1][lane] / alpha[k - 1][lane]
        let off = beta[k - 1][lane].squareRoot() / alpha[k - 1][lane]
        lanczos[k, k - 1] = off
        lanczos[k - 1, k] = off
      }
    }
    guard let eigen = try? SymmetricEigen(lanczos) else { return .nan }
    var sum = 0.0
    for k in 0..<n { sum += eigen.vectors[0, k] * eigen.vectors[0, k] * f(eigen.values[k]) }
    return start[lane] * sum
  }
}

/// (e − log(1 + e)) / e², which log|Ŝ| = −tr E φ(E) E needs for Ŝ = I + E with a zero diagonal in E.
func logarithmRemainder(_ e: Double) -> Double {
  if abs(e) < 1e-3 { return 0.5 - e * (1.0 / 3 - e * (0.25 - e * 0.2)) }
  return (e - log(max(1 + e, .leastNormalMagnitude))) / (e * e)
}

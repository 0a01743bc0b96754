internal import LinearAlgebra

/// A curvature of unit diagonal, ready to be solved with: by its eigenvalues, or, where there are so many that these would
/// be most of the work and none is small, by its Cholesky factor.
enum ModelSpectrum {
  case eigen(SymmetricEigen)
  case factor(Matrix, Cholesky)
  /// Of a matrix that is not finite.
  case none

  init(_ matrix: Matrix) {
    if matrix.rows > Tuning.spectralOrder, let factor = try? Cholesky(matrix),
      (0..<matrix.rows).allSatisfy({ factor.lower[$0, $0] > Tuning.leastPivot })
    {
      self = .factor(matrix, factor)
    } else if let eigen = try? SymmetricEigen(matrix) {
      self = .eigen(eigen)
    } else {
      self = .none
    }
  }

  /// (H + damping I)⁻¹ b, with H's small and negative eigenvalues raised; nil without a decomposition.
  func solve(_ b: [Double], damping: Double) -> [Double]? {
    switch self {
    case .none: return nil
    case .factor(var matrix, let factor):
      guard damping > 0 else { return factor.solve(b) }
      for i in b.indices { matrix[i, i] += damping }
      return (try? Cholesky(matrix))?.solve(b)
    case .eigen(let eigen):
      let floor = Tuning.leastEigenvalue * max(abs(eigen.values.last ?? 1), abs(eigen.values.first ?? 1))
      var result = [Double](repeating: 0, count: b.count)
      for (c, value) in eigen.values.enumerated() {
        var component = 0.0
        for i in b.indices { component += eigen.vectors[i, c] * b[i] }
        let divisor = max(abs(value), floor) + damping
        // without any curvature, as where all variances vanish, the step is the gradient's
        let weight = component / (divisor > 0 ? divisor : 1)
        for i in b.indices { result[i] += weight * eigen.vectors[i, c] }
      }
      return result
    }
  }

  /// Largest eigenvalue over the smallest; of a Cholesky factor an estimate from below.
  var conditionNumber: Double {
    switch self {
    case .none: return .infinity
    case .eigen(let eigen):
      guard let low = eigen.values.first, let high = eigen.values.last, low > 0 else { return .infinity }
      return high / low
    case .factor(let matrix, let factor):
      return Self.largest(order: matrix.rows) { matrix * $0 }
        * Self.largest(order: matrix.rows) { factor.solve($0) }
    }
  }

  /// The largest eigenvalue of a positive operator, by powers of it.
  private static func largest(order: Int, _ multiply: ([Double]) -> [Double]) -> Double {
    // entries of both signs and different sizes, so that no eigenvector is left out
    var x = (0..<order).map { ($0 % 2 == 0 ? 1 : -1) + Double($0) / Double(order) }
    var size = 0.0
    for _ in 0..<Tuning.conditionSteps {
      let length = dot(x, x).squareRoot()
      x = multiply(x.map { $0 / length })
      size = dot(x, x).squareRoot()
    }
    return size
  }
}

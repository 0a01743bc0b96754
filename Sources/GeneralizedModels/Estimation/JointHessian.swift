import Foundation
internal import LinearAlgebra

/// The Hessian of −2 log L in those parameters that are not at a bound, by differences of the exact gradient.
struct JointHessian {
  /// Positions of the parameters that move.
  let free: [Int]
  /// Over these.
  let matrix: Matrix
  /// The gradient in the middle.
  let gradient: [Double]

  /// Steps in standard errors.
  private static let step = 2e-4

  /// - Parameter curvature: diagonal of an approximation, for the length of steps.
  init?(
    _ objective: GeneralizedObjective, at parameters: [Double], free: [Int], curvature: [Double]
  ) {
    self.free = free
    guard let middle = objective.derivatives(at: parameters) else { return nil }
    gradient = free.map { middle.gradient[$0] }
    var matrix = Matrix(rows: free.count, columns: free.count)
    for (c, position) in free.enumerated() {
      let step = Self.step * (curvature[position] > 0 ? 1 / curvature[position].squareRoot() : 1)
      func slope(_ change: Double) -> [Double]? {
        var moved = parameters
        moved[position] += change
        return objective.gradientAlongTangent(at: moved)
      }
      guard let plus = slope(step), let minus = slope(-step) else { return nil }
      for (r, i) in free.enumerated() { matrix[r, c] = (plus[i] - minus[i]) / (2 * step) }
    }
    self.matrix = matrix.symmetrized
  }
}

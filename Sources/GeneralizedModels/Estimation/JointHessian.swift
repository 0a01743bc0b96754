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

  /// Steps in standard errors: of four points where evaluations are cheap, of two where they are not.
  private static let longStep = 0.01
  private static let shortStep = 2e-3

  /// - Parameters:
  ///   - curvature: diagonal of an approximation, for the length of steps.
  ///   - isCheap: whether four evaluations for each parameter are.
  init?(
    _ objective: GeneralizedObjective, at parameters: [Double], free: [Int], curvature: [Double],
    isCheap: Bool
  ) {
    self.free = free
    guard let middle = objective.derivatives(at: parameters) else { return nil }
    gradient = free.map { middle.gradient[$0] }
    let n = free.count
    var matrix = Matrix(rows: n, columns: n)
    for (c, position) in free.enumerated() {
      let unit = curvature[position] > 0 ? 1 / curvature[position].squareRoot() : 1
      let step = (isCheap ? Self.longStep : Self.shortStep) * unit
      func slope(_ change: Double) -> [Double]? {
        var moved = parameters
        moved[position] += change
        return objective.derivatives(at: moved)?.gradient
      }
      guard let plus = slope(step), let minus = slope(-step) else { return nil }
      if isCheap {
        guard let far = slope(2 * step), let other = slope(-2 * step) else { return nil }
        for (r, i) in free.enumerated() {
          matrix[r, c] = (8 * (plus[i] - minus[i]) - (far[i] - other[i])) / (12 * step)
        }
      } else {
        for (r, i) in free.enumerated() { matrix[r, c] = (plus[i] - minus[i]) / (2 * step) }
      }
    }
    self.matrix = matrix.symmetrized
  }
}

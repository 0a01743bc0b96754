import Foundation
internal import LinearAlgebra

/// The Hessian of −2 log L in those parameters that are not at a bound: in closed form for one factor, else by differences of
/// the exact gradient.
struct JointHessian {
  /// Positions of the parameters that move.
  let free: [Int]
  /// Over these.
  let matrix: Matrix
  /// The gradient in the middle.
  let gradient: [Double]

  /// Steps in standard errors: of central differences, and of those to one side, whose error of first order stays below
  /// 1e-6 of the curvature.
  private static let step = 2e-4
  private static let smallStep = 5e-6

  /// - Parameters:
  ///   - information: an approximation at these parameters, for the length of steps, and the modes' slopes.
  ///   - isOneSided: whether one evaluation for each parameter has to do.
  init?(
    _ objective: GeneralizedObjective, at parameters: [Double], free: [Int],
    information: WorkingInformation, isOneSided: Bool
  ) {
    self.free = free
    guard let middle = objective.derivatives(at: parameters) else { return nil }
    gradient = free.map { middle.gradient[$0] }
    var matrix = Matrix(rows: free.count, columns: free.count)
    if OneFactorHessian.applies(to: objective) {
      let whole = OneFactorHessian(objective, at: objective.point(parameters), slopes: information.modeSlopes)
      for (c, j) in free.enumerated() {
        for (r, i) in free.enumerated() { matrix[r, c] = whole.matrix[i, j] }
      }
      self.matrix = matrix
      return
    }
    objective.follow(information.modeSlopes)
    let curvature = information.matrix.diagonal
    for (c, position) in free.enumerated() {
      let unit = curvature[position] > 0 ? 1 / curvature[position].squareRoot() : 1
      let step = (isOneSided ? Self.smallStep : Self.step) * unit
      func slope(_ change: Double) -> [Double]? {
        var moved = parameters
        moved[position] += change
        return objective.gradientAlongTangent(at: moved)
      }
      guard let above = slope(step), let below = isOneSided ? middle.gradient : slope(-step) else {
        return nil
      }
      let width = isOneSided ? step : 2 * step
      for (r, i) in free.enumerated() { matrix[r, c] = (above[i] - below[i]) / width }
    }
    self.matrix = matrix.symmetrized
  }
}

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
    let steps = free.map { position in
      let unit = curvature[position] > 0 ? 1 / curvature[position].squareRoot() : 1
      return (isOneSided ? Self.smallStep : Self.step) * unit
    }
    var changes = free.indices.map { ($0, steps[$0]) }
    if !isOneSided { changes += free.indices.map { ($0, -steps[$0]) } }
    let slopes = Self.slopes(objective, from: parameters, changes.map { (free[$0.0], $0.1) })
    for c in free.indices {
      guard let above = slopes[c], let below = isOneSided ? middle.gradient : slopes[free.count + c]
      else {
        return nil
      }
      let width = isOneSided ? steps[c] : 2 * steps[c]
      for (r, i) in free.enumerated() { matrix[r, c] = (above[i] - below[i]) / width }
    }
    self.matrix = matrix.symmetrized
  }

  /// Gradients after a change of one parameter each, on several threads, where objectives do not take much memory.
  private static func slopes(
    _ objective: GeneralizedObjective, from parameters: [Double],
    _ changes: [(position: Int, step: Double)]
  ) -> [[Double]?] {
    func slope(_ objective: GeneralizedObjective, _ c: Int) -> [Double]? {
      var moved = parameters
      moved[changes[c].position] += changes[c].step
      return objective.gradientAlongTangent(at: moved)
    }
    let workers = objective.workspace.weighted.workers
    let system = objective.model.system
    let work = changes.count * (20 * system.rowCount + Int(min(system.factorWork, 1e12)))
    let groups = min(
      workers.threads(work: work), changes.count, 1 + mostBytes / max(objective.twinBytes, 1))
    guard groups > 1 else { return changes.indices.map { slope(objective, $0) } }
    var result = [[Double]?](repeating: nil, count: changes.count)
    let twins = (0..<groups).map { _ in objective.twin() }
    result.withUnsafeMutableBufferPointer { result in
      // every position is written by one thread
      nonisolated(unsafe) let result = result
      workers.forEach(chunks: groups, work: work) { g in
        for c in stride(from: g, to: changes.count, by: groups) { result[c] = slope(twins[g], c) }
      }
    }
    for twin in twins { objective.add(twin) }
    return result
  }

  /// Bytes that objectives for other threads take at most.
  private static let mostBytes = 1 << 30
}
